//! The words of a draw.

use std::collections::BTreeSet;

use rand::{Rng, RngExt, TryRng};

use super::super::mix::{GOLDEN_GAMMA, mix_gamma};
use super::statistics::{Moments, check_counts, check_law, check_moments};
use super::{Draw, draws};

#[test]
fn the_words_of_a_draw_are_those_of_splitmix64() {
    // Source: Sebastiano Vigna, splitmix64.c (2015), seeded with 1234567. It steps before it mixes.
    let mut draw = Draw::new(GOLDEN_GAMMA.wrapping_add(1_234_567));
    let words: [u64; 5] = std::array::from_fn(|_| draw.next_u64());
    assert_eq!(
        words,
        [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ]
    );
}

#[test]
fn a_draw_is_a_generator_of_the_crate_rand() {
    fn first_words(rng: &mut impl Rng) -> (u64, u32) {
        (rng.next_u64(), rng.next_u32())
    }
    let draw = Draw::new(42);
    let mut ours = draw.clone();
    let (first, second) = (ours.next_u64(), ours.next_u64());
    assert_eq!(first_words(&mut draw.clone()), (first, (second >> 32) as u32));

    let mut bytes = [0; 11];
    draw.clone().try_fill_bytes(&mut bytes).unwrap();
    assert_eq!(bytes[..8], first.to_le_bytes());
    assert_eq!(bytes[8..], second.to_le_bytes()[..3]);
    assert!((3..=5).contains(&draw.clone().random_range(3..=5)));
}

#[test]
fn gammas_are_odd_and_have_enough_transitions() {
    let mut fixed_up = 0;
    for mut draw in draws("gammas", 1_000_000) {
        let gamma = mix_gamma(draw.next_u64());
        assert_eq!(gamma % 2, 1);
        let transitions = (gamma ^ (gamma >> 1)).count_ones();
        assert!(transitions >= 24, "{gamma:#x}");
        // The fix turns t transitions into 63 or 64 less t, so more than 40 tell of it.
        fixed_up += u32::from(transitions > 40);
    }
    assert!(fixed_up > 0);
}

#[test]
fn unit_is_uniform_and_below_one() {
    let mut units: Vec<f64> = draws("unit", 1_000_000).map(|mut draw| draw.unit()).collect();
    assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)));
    check_moments("unit", &units, Moments { mean: 0.5, variance: 1.0 / 12.0, kurtosis: 1.8 });
    let tiny = units.iter().copied().fold(1.0, f64::min);
    assert!(tiny < 1e-4);
    check_law("unit", std::mem::take(&mut units), |x| x);
}

#[test]
fn units_use_all_their_53_bits() {
    let mut ones = [0_u64; 53];
    let count = 100_000;
    for mut draw in draws("unit bits", count) {
        let position = (draw.unit() * (1_u64 << 53) as f64) as u64;
        for (bit, ones) in ones.iter_mut().enumerate() {
            *ones += position >> bit & 1;
        }
    }
    for (bit, ones) in ones.iter().enumerate() {
        check_counts(&format!("bit {bit}"), &[*ones, count - ones], &[0.5, 0.5]);
    }
}

#[test]
fn open_units_are_the_units_and_one_step() {
    for draw in draws("open unit", 10_000) {
        let (unit, open) = (draw.clone().unit(), draw.clone().open_unit());
        assert!(open > unit && open <= 1.0);
        assert_eq!((open - unit).to_bits(), (f64::EPSILON / 2.0).to_bits());
    }
}

#[test]
fn below_is_uniform() {
    for bound in [1_u64, 2, 3, 7, 10, 64, 1000] {
        let mut counts = vec![0; bound as usize];
        for mut draw in draws("below", 200_000) {
            counts[draw.below(bound) as usize] += 1;
        }
        if bound > 1 {
            let equal = vec![1.0 / bound as f64; bound as usize];
            check_counts(&format!("below {bound}"), &counts, &equal);
        }
    }
}

#[test]
fn below_is_unbiased_where_plain_multiplication_is_not() {
    // For 3/4 of 2^64, a product without rejection yields multiples of 3 twice as often as others.
    let bound = 3 << 62;
    let mut counts = [0; 3];
    for mut draw in draws("below huge", 300_000) {
        let value = draw.below(bound);
        assert!(value < bound);
        counts[(value % 3) as usize] += 1;
    }
    check_counts("below 3 x 2^62", &counts, &[1.0 / 3.0; 3]);
}

#[test]
fn below_reaches_both_ends() {
    let seen: BTreeSet<u64> = draws("ends", 1_000).map(|mut draw| draw.below(5)).collect();
    assert_eq!(seen, BTreeSet::from([0, 1, 2, 3, 4]));
    assert_eq!(Draw::new(1).below(1), 0);
}
