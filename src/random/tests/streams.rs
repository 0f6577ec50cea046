//! Streams with neighbouring names have nothing to do with each other.

use std::collections::BTreeSet;

use super::statistics::{check_counts, check_law, check_near, check_serially_uncorrelated};
use super::{Draw, Key, draws, stream};

/// Streams or draws that a test looks at.
const MANY: u64 = 1_000_000;

/// Asserts that a series of draws looks like independent words: uniform; uncorrelated with its
/// successor, in the high bits and in the low ones, and in pairs as well as linearly.
#[track_caller]
fn check_independent(what: &str, draw: impl Fn(u64) -> Draw) {
    let words: Vec<u64> = (0..MANY).map(|n| draw(n).next_u64()).collect();
    let units: Vec<f64> = (0..MANY).map(|n| draw(n).unit()).collect();
    check_serially_uncorrelated(what, &units);
    check_law(what, units, |x| x);
    for (bits, shift) in [("high", 59), ("middle", 30), ("low", 0)] {
        let mut counts = vec![0; 1 << 10];
        for pair in words.windows(2) {
            counts[((pair[0] >> shift & 31) << 5 | (pair[1] >> shift & 31)) as usize] += 1;
        }
        check_counts(&format!("{what}, {bits} bits"), &counts, &[1.0 / 1024.0; 1024]);
    }
    // Exact collisions of 64-bit words among a million: odds 3e-8.
    assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "{what}");
}

#[test]
fn first_draws_of_neighbouring_workspaces_are_independent() {
    let group = Key::root(1).index(0).name("startup");
    check_independent("workspaces at draw 0", |i| group.index(i).name("cost").stream().at(0));
    check_independent("workspaces at draw 7", |i| group.index(i).stream().at(7));
}

#[test]
fn first_draws_of_neighbouring_seeds_are_independent() {
    check_independent("seeds", |seed| Key::root(seed).stream().at(0));
    check_independent("replications", |i| Key::root(1).index(i).name("a").index(3).stream().at(0));
}

#[test]
fn neighbouring_draws_of_a_stream_are_independent() {
    let one = stream("neighbouring draws");
    check_independent("draws", |n| one.at(n));
    check_independent("every 2^32nd draw", |n| one.at(n << 32));
    let other = Key::root(0).stream();
    check_independent("draws of the root", |n| other.at(n));
}

#[test]
fn neighbouring_streams_and_draws_are_independent_diagonally() {
    let group = Key::root(3).name("diagonal");
    check_independent("workspace i at draw i", |i| group.index(i).stream().at(i));
    check_independent("draws, then workspaces", |i| group.index(i >> 1).stream().at(i & 1));
}

#[test]
fn the_words_within_a_draw_are_independent() {
    let one = stream("words");
    check_independent("words, then draws", |i| {
        let mut draw = one.at(i >> 1);
        if i & 1 == 1 {
            draw.next_u64();
        }
        draw
    });
    let mut long = one.at(0);
    let words: Vec<Draw> = (0..MANY)
        .map(|_| {
            let here = long.clone();
            long.next_u64();
            here
        })
        .collect();
    check_independent("words of one draw", |i| words[i as usize].clone());
}

/// A flipped bit of an index or a seed flips each bit of the first words half the time.
#[test]
fn every_bit_of_a_key_reaches_every_bit_of_a_word() {
    const TRIALS: u64 = 1_000;
    /// The key of a word some of whose bits are flipped.
    type Flipped = fn(u64, u64) -> Key;
    let flips: [(&str, Flipped); 3] = [
        ("seed", |word, flip| Key::root(word ^ flip).name("agent")),
        ("index", |word, flip| Key::root(9).index(word ^ flip)),
        ("outer index", |word, flip| Key::root(9).index(word ^ flip).index(4).name("cost")),
    ];
    for (what, key) in flips {
        for n in [0, 1] {
            let mut flipped = vec![0_u64; 64 * 64];
            for mut draw in draws("avalanche", TRIALS) {
                let base = draw.next_u64();
                let word = key(base, 0).stream().at(n).next_u64();
                for input in 0..64 {
                    let changed = word ^ key(base, 1 << input).stream().at(n).next_u64();
                    for output in 0..64 {
                        flipped[(input << 6 | output) as usize] += changed >> output & 1;
                    }
                }
            }
            // Over the 4,096 pairs of bits the deviations are normal with the binomial's variance:
            // their squares sum to a chi-square with 4,096 degrees of freedom.
            let variance = TRIALS as f64 / 4.0;
            let sum: f64 = flipped
                .iter()
                .map(|&hits| (hits as f64 - 2.0 * variance) * (hits as f64 - 2.0 * variance))
                .sum();
            check_near(what, sum / variance, 4_096.0, (2.0 * 4_096.0_f64).sqrt());
            // And none stands out: 6 sigma are exceeded by one in 5 x 10^8.
            let greatest = flipped
                .iter()
                .map(|&hits| (hits as f64 - 2.0 * variance).abs() / variance.sqrt())
                .fold(0.0, f64::max);
            assert!(greatest < 6.0, "{what}: {greatest}");
        }
    }
}

#[test]
fn keys_that_read_differently_differ() {
    let root = Key::root(5);
    let keys = [
        root,
        Key::root(6),
        root.index(0),
        root.index(0).index(0),
        root.index(1),
        root.index(1).index(2),
        root.index(2).index(1),
        root.name(""),
        root.name("").name(""),
        root.name("\0"),
        root.name("a"),
        root.name("a\0"),
        root.name("ab").name("c"),
        root.name("a").name("bc"),
        root.name("abc"),
        root.name("abc").index(0),
        root.index(0).name("abc"),
        root.name("12345678"),
        root.name("123456789"),
        root.name("12345678").name("9"),
        root.name("1234567812345678"),
        root.index(u64::from_le_bytes(*b"12345678")),
    ];
    let streams: BTreeSet<u64> = keys.iter().map(|key| key.stream().at(0).next_u64()).collect();
    assert_eq!(streams.len(), keys.len());
}

#[test]
fn keys_can_be_constants_and_draws_repeat() {
    const ARRIVALS: Key = Key::root(1).index(2).name("arrivals of a line");
    let stream = ARRIVALS.stream();
    let forwards: Vec<u64> = (0..100).map(|n| stream.at(n).next_u64()).collect();
    let backwards: Vec<u64> = (0..100).rev().map(|n| stream.at(n).next_u64()).collect();
    assert!(forwards.iter().eq(backwards.iter().rev()));
}
