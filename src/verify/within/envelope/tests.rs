//! Verdicts beside all placements of small histories, one by one.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::units::{Rate, SimSpan};

/// What has been let in: when, and what it weighs \[thousandths\].
type Taken = (u64, i128);

/// A limiter, and what it has counted \[1/6 of thousandths\] by its definition, of what was let in before.
type Definition = (Quota, fn(&[Taken], u64) -> i128, i128);

/// How long windows are \[ns\].
const PER: u64 = 3;

fn definitions() -> Vec<Definition> {
    let per = SimSpan::from_nanos(PER);
    // A token in two nanoseconds.
    let rate = Rate::new(1, SimSpan::from_nanos(2));
    let fixed = |start| Quota::FixedWindow { limit_thousandths: 2_000, per, start };
    let counter = |estimate| Quota::SlidingCounter { limit_thousandths: 2_000, per, estimate };
    let bucket = |refill_every| Quota::TokenBucket { rate, burst_thousandths: 2_000, refill_every };
    vec![
        (bucket(None), |taken, now| backlog(taken, now, 1), 12_000),
        (bucket(Some(SimSpan::from_nanos(4))), |taken, now| backlog(taken, now, 4), 12_000),
        (
            Quota::LeakyBucket { rate, burst_thousandths: 500, delay_thousandths: 0 },
            |taken, now| backlog(taken, now, 1),
            9_000,
        ),
        (fixed(WindowStart::Aligned), |taken, now| 6 * in_window(taken, now / PER), 12_000),
        (fixed(WindowStart::FirstAttempt), in_open_window, 12_000),
        (
            Quota::SlidingWindow { limit_thousandths: 2_000, per },
            |taken, now| 6 * sum(taken, |at| now - at < PER),
            12_000,
        ),
        (
            counter(Estimate::Exact),
            |taken, now| 6 * in_window(taken, now / PER) + 2 * last(taken, now),
            12_000,
        ),
        (
            counter(Estimate::Floor),
            |taken, now| 6 * (in_window(taken, now / PER) + last(taken, now) / 3_000 * 1_000),
            12_000,
        ),
    ]
}

fn sum(taken: &[Taken], counts: impl Fn(u64) -> bool) -> i128 {
    taken.iter().filter(|(at, _)| counts(*at)).map(|(_, weight)| weight).sum()
}

fn in_window(taken: &[Taken], window: u64) -> i128 {
    sum(taken, |at| at / PER == window)
}

/// What is in sight of the window before \[thirds\].
fn last(taken: &[Taken], now: u64) -> i128 {
    let before = (now / PER).checked_sub(1).map_or(0, |window| in_window(taken, window));
    before * i128::from(PER - now % PER)
}

/// What of a bucket is taken, of which half a token comes back in a nanosecond, in steps of `every`.
fn backlog(taken: &[Taken], now: u64, every: u64) -> i128 {
    let (mut level, mut since) = (0, 0);
    let step = |at: u64| i128::from(at / every * every);
    for &(at, weight) in taken {
        level = (level - 3_000 * (step(at) - step(since))).max(0) + 6 * weight;
        since = at;
    }
    (level - 3_000 * (step(now) - step(since))).max(0)
}

fn in_open_window(taken: &[Taken], now: u64) -> i128 {
    let (mut begun, mut count) = (None, 0);
    for &(at, weight) in taken {
        if begun.is_none_or(|begun| at - begun >= PER) {
            (begun, count) = (Some(at), 0);
        }
        count += weight;
    }
    if begun.is_some_and(|begun| now - begun < PER) { 6 * count } else { 0 }
}

/// Calls `visit` with every order in which the meetings may have happened, and their instants.
fn placements(meetings: &[Meeting], visit: &mut impl FnMut(&[(u64, Meeting)])) {
    fn extend(
        left: &mut Vec<Meeting>,
        done: &mut Vec<(u64, Meeting)>,
        visit: &mut impl FnMut(&[(u64, Meeting)]),
    ) {
        if left.is_empty() {
            visit(done);
            return;
        }
        let now = done.last().map_or(0, |&(at, _)| at);
        for place in 0..left.len() {
            let it = left.remove(place);
            let (from, until) = (it.at.from.0.nanos(), it.at.until.0.nanos());
            // What is known exactly happened in the order of the lines.
            let is_next = !it.at.is_point()
                || left.iter().all(|other| {
                    !other.at.is_point() || other.at.from.0 != it.at.from.0 || other.line > it.line
                });
            if is_next {
                for at in from.max(now)..=until {
                    done.push((at, it));
                    extend(left, done, visit);
                    done.pop();
                }
            }
            left.insert(place, it);
        }
    }
    extend(&mut meetings.to_vec(), &mut Vec::new(), visit);
}

fn meetings() -> impl Strategy<Value = Vec<Meeting>> {
    let meeting = (
        0..8_u64,
        prop_oneof![2 => Just(0), 3 => 1..4_u64],
        prop_oneof![3 => Just(1_000), 1 => Just(500), 1 => Just(1_500)],
        prop_oneof![3 => Just(true), 1 => Just(false)],
    );
    proptest::collection::vec(meeting, 1..6).prop_map(|meetings| {
        let meetings = meetings.into_iter().zip(1..);
        let meetings = meetings.map(|((from, length, weight, is_admitted), line)| {
            let [from, until] = [from, from + length].map(SimTime::from_nanos);
            Meeting { at: Bracket::new(from, until, line), weight, line, is_admitted }
        });
        meetings.collect()
    })
}

/// Whether all placements, and whether any, have what was let in fit; and of each refusal, by its line,
/// whether in any it was right, and in any wrong, with all that was let in before it.
#[derive(Default)]
struct Truth {
    fits: (bool, bool),
    refusals: std::collections::BTreeMap<u64, (bool, bool)>,
}

fn truth(meetings: &[Meeting], (_, counted, room): &Definition) -> Truth {
    let mut truth = Truth { fits: (true, false), ..Truth::default() };
    placements(meetings, &mut |order| {
        let mut taken: Vec<Taken> = Vec::new();
        let mut fits = true;
        for &(now, it) in order {
            let has_room = counted(&taken, now) + 6 * it.weight <= *room;
            if it.is_admitted {
                fits &= has_room;
                taken.push((now, it.weight));
            } else {
                let refusal = truth.refusals.entry(it.line).or_default();
                *refusal = (refusal.0 || !has_room, refusal.1 || has_room);
            }
        }
        truth.fits = (truth.fits.0 && fits, truth.fits.1 || fits);
    });
    truth
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_500,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn held_and_violated_are_what_all_placements_say(meetings in meetings()) {
        for definition in definitions() {
            let truth = truth(&meetings, &definition);
            let judged = Envelope::judge(&definition.0, &meetings).unwrap();
            let name = format!("{:?} {meetings:?} {judged:?}", definition.0);
            match judged.exceeded {
                Some((Verdict::Held, _)) => prop_assert!(truth.fits.0, "{}", name),
                Some((Verdict::Violated, _)) => prop_assert!(!truth.fits.1, "{}", name),
                _ => {}
            }
            for (verdict, line) in judged.refusals {
                let (right, wrong) = truth.refusals[&line];
                match verdict {
                    Verdict::Held => prop_assert!(!wrong, "{} at {}", name, line),
                    Verdict::Violated => prop_assert!(!right, "{} at {}", name, line),
                    Verdict::Possible => {}
                }
            }
        }
    }

    /// What is known exactly is decided exactly, but for what came at one instant.
    #[test]
    fn what_is_known_exactly_is_decided(instants in proptest::collection::btree_set(0..12_u64, 1..6)) {
        let meetings: Vec<Meeting> = instants
            .iter()
            .zip(1..)
            .map(|(&at, line)| {
                let at = SimTime::from_nanos(at);
                let at = Bracket::new(at, at, line);
                Meeting { at, weight: 1_000, line, is_admitted: line % 4 != 0 }
            })
            .collect();
        for definition in definitions() {
            // Where windows begin somewhere, or parts are rounded, bounds are wider.
            let is_bounded = matches!(
                definition.0,
                Quota::FixedWindow { start: WindowStart::FirstAttempt, .. }
                    | Quota::SlidingCounter { estimate: Estimate::Floor, .. }
            );
            if is_bounded {
                continue;
            }
            let truth = truth(&meetings, &definition);
            let judged = Envelope::judge(&definition.0, &meetings).unwrap();
            let name = format!("{:?} {meetings:?} {judged:?}", definition.0);
            let expected = if truth.fits.0 { Verdict::Held } else { Verdict::Violated };
            prop_assert_eq!(judged.exceeded.map(|(verdict, _)| verdict), Some(expected), "{}", name);
        }
    }
}
