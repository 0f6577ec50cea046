//! The walk through a modulation against plain formulas and slow sums.
#![expect(clippy::float_cmp, reason = "these figures are exact")]

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::random::{Distribution, Key};
use crate::units::ClockChange;
use crate::workload::{Burst, Bursts};

const MINUTE: u64 = SimSpan::MINUTE.nanos();
const HOURS_OF_WEEK: u64 = 168;

/// A modulation in plain numbers: times in minutes.
#[derive(Debug, Clone)]
struct Plain {
    weights: Vec<f64>,
    /// When clocks change, and how far into the week they would have been at the start.
    clocks: Vec<(u64, u64)>,
    stages: Vec<(u64, f64)>,
    factors: Vec<(u64, u64, f64)>,
    /// Periods of these lengths in turn, and the two levels.
    periods: (Vec<u64>, f64, f64),
}

impl Plain {
    fn modulation(&self) -> Modulation {
        let minutes = |count: u64| SimSpan::from_nanos(count * MINUTE);
        let changes = self.clocks.iter().map(|&(from, at_start)| ClockChange {
            from: SimTime::ZERO + minutes(from),
            at_start: minutes(at_start),
        });
        let profile =
            Profile::new("p".into(), "UTC".into(), &self.weights, changes.collect()).unwrap();
        let stages = self.stages.iter();
        let stage = |&(length, target): &(u64, f64)| Stage { duration: minutes(length), target };
        Modulation::new(Some(profile), Stages::new(stages.map(stage).collect()))
    }

    fn steps(&self) -> Steps {
        let at = |minute: u64| SimTime::from_nanos(minute * MINUTE);
        let factors = self.factors.iter();
        let factors: Vec<Factor> = factors
            .map(|&(from, until, factor)| Factor { from: at(from), until: at(until), factor })
            .collect();
        Steps::new(&factors)
    }

    /// What the caller of a walk says of the period at an instant.
    fn level(&self, at: SimTime) -> Level {
        let (lengths, on, off) = &self.periods;
        let mut ends = 0;
        for number in 0.. {
            ends += lengths[number % lengths.len()] * MINUTE;
            if ends > at.nanos() {
                let value = if number % 2 == 0 { *on } else { *off };
                return Level { value, ends: SimTime::from_nanos(ends) };
            }
        }
        unreachable!("some period holds every instant")
    }

    /// The modulation at an instant in minutes, inside of a minute.
    fn at(&self, minute: f64) -> f64 {
        let whole = minute as u64;
        let (_, at_start) = *self.clocks.iter().rev().find(|clock| clock.0 <= whole).unwrap();
        let hour = (whole + at_start) / 60 % HOURS_OF_WEEK;
        let mean = self.weights.iter().sum::<f64>() / self.weights.len() as f64;
        let mut product = self.weights[hour as usize % self.weights.len()] / mean;
        let (mut begun, mut level) = (0.0, 1.0);
        for &(length, target) in &self.stages {
            let passed = minute - begun;
            begun += length as f64;
            if begun > minute {
                level += (target - level) * passed / length as f64;
                break;
            }
            level = target;
        }
        product *= level;
        for &(from, until, factor) in &self.factors {
            if (from..until).contains(&whole) {
                product *= factor;
            }
        }
        product * self.level(SimTime::from_nanos(whole * MINUTE)).value
    }

    /// The integral between two instants \[ns\], minute by minute: the middle of a minute is its
    /// mean, since all that is not linear happens on the minute.
    fn integral(&self, from: SimTime, until: SimTime) -> f64 {
        let mut total = 0.0;
        let mut at = from.nanos();
        while at < until.nanos() {
            let next = ((at / MINUTE + 1) * MINUTE).min(until.nanos());
            let middle = f64::midpoint(at as f64, next as f64) / MINUTE as f64;
            total += self.at(middle) * (next - at) as f64;
            at = next;
        }
        total
    }

    fn after(&self, now: SimTime, exposure: f64, until: SimTime) -> Option<Arrival> {
        self.modulation().after(now, exposure, &self.steps(), |at| self.level(at), until)
    }
}

fn plain() -> impl Strategy<Value = Plain> {
    let weight = || prop_oneof![1 => Just(0.0), 3 => 0.1..10.0_f64, 3 => select(vec![1.0, 2.0])];
    let weights = prop_oneof![
        prop::collection::vec(weight(), 24),
        prop::collection::vec(weight(), HOURS_OF_WEEK as usize),
    ];
    let weights = weights.prop_filter("some traffic", |all| all.iter().sum::<f64>() > 0.0);
    let into_week = 0..HOURS_OF_WEEK * 60;
    let level = || prop_oneof![1 => Just(0.0), 3 => 0.1..5.0_f64];
    (
        weights,
        (into_week.clone(), prop::collection::btree_map(1..9_000_u64, into_week, 0..3)),
        prop::collection::vec((prop_oneof![1 => Just(0), 3 => 1..3_000_u64], level()), 0..5),
        prop::collection::vec((0..9_000_u64, 0..9_000_u64, level()), 0..4),
        (prop::collection::vec(1..900_u64, 2..6), level(), level()),
    )
        .prop_map(|(weights, (first, later), stages, factors, periods)| Plain {
            weights,
            clocks: std::iter::once((0, first)).chain(later).collect(),
            stages,
            factors,
            periods,
        })
}

/// Ten days, in which all of the above happens.
const UNTIL: SimTime = SimTime::from_nanos(14_400 * MINUTE);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arrivals_come_when_the_integral_is_the_exposure(
        plain in plain(),
        now in 0..12_000 * MINUTE,
        minutes in prop_oneof![1 => Just(0.0), 1 => 0.0..1e-6_f64, 5 => 0.0..6_000.0_f64],
    ) {
        let now = SimTime::from_nanos(now);
        let exposure = minutes * MINUTE as f64;
        match plain.after(now, exposure, UNTIL) {
            None => {
                let whole = plain.integral(now, UNTIL);
                prop_assert!(whole <= exposure * (1.0 + 1e-12) + 1e-3, "{whole} of {exposure}");
            }
            Some(Arrival { at, left }) => {
                prop_assert!(at >= now && at < UNTIL);
                let minute = (at.nanos() / MINUTE) as f64;
                let level = plain.at(minute + 0.5);
                prop_assert!(level > 0.0, "an arrival where there are none");
                // Half a nanosecond at the highest level near, and what ten days of sums lose.
                let highest = level.max(plain.at(minute)).max(plain.at(minute + 1.0 - 1e-9));
                let found = plain.integral(now, at);
                let allowed = highest + exposure * 1e-12 + 1e-3;
                prop_assert!((found - exposure).abs() <= allowed, "{found}, not {exposure}");
                let precision = exposure * 1e-12 + 1e-3;
                prop_assert!((found + left - exposure).abs() <= precision, "{left} left");
            }
        }
    }

    #[test]
    fn two_steps_are_one(
        plain in plain(),
        first in 0.0..2e13_f64,
        second in 0.0..2e13_f64,
    ) {
        let through = |exposure| plain.after(SimTime::ZERO, exposure, UNTIL);
        let Some(stop) = through(first) else { return Ok(()) };
        prop_assert!(through(first + second).is_none_or(|it| it.at >= stop.at));
        let there = plain.after(stop.at, stop.left + second, UNTIL);
        if let (Some(one), Some(two)) = (through(first + second), there) {
            // Equal but for the last rounding, on the clock of the traffic.
            let (from, to) = (one.at.min(two.at), one.at.max(two.at));
            prop_assert!(plain.integral(from, to) <= 1e4, "{from:?} {to:?}");
        }
    }

    #[test]
    fn the_mean_and_the_rate_are_those_of_plain_sums(
        plain in plain(),
        minutes in 1..14_400_u64,
        at in 0..14_400_u64,
    ) {
        let plain = Plain { periods: (vec![20_000], 1.0, 1.0), ..plain };
        let (modulation, steps) = (plain.modulation(), plain.steps());
        let duration = SimSpan::from_nanos(minutes * MINUTE);
        let mean = plain.integral(SimTime::ZERO, SimTime::ZERO + duration) / duration.nanos() as f64;
        let found = modulation.mean_over(duration, &steps);
        prop_assert!((found - mean).abs() <= 1e-11 * mean, "{found}, not {mean}");
        let middle = SimTime::from_nanos(at * MINUTE + MINUTE / 2);
        let (found, rate) = (modulation.rate_at(middle, &steps), plain.at(at as f64 + 0.5));
        prop_assert!((found - rate).abs() <= 1e-11 * rate, "{found}, not {rate}");
    }

    #[test]
    fn a_clock_that_goes_evenly_adds_whole_draws(
        now in 0..u64::MAX / 4,
        exposure in prop_oneof![0.0..10.0_f64, 0.0..1e18_f64],
    ) {
        let now = SimTime::from_nanos(now);
        let draw = Distribution::Constant(exposure).sampler();
        let whole = draw.sample_whole(&mut Key::root(1).stream().at(0));
        let steady = |_| Level::STEADY;
        let none = Steps::NONE;
        let found = Modulation::default().after(now, exposure, &none, steady, SimTime::NEVER);
        prop_assert_eq!(found.map(|it| it.at), Some(now + SimSpan::from_nanos(whole)));
    }
}

/// Weights of office hours, on the clocks of UTC from a Monday's midnight on.
fn office(from: usize, until: usize) -> Profile {
    let weights: Vec<f64> =
        (0..24).map(|hour| if (from..until).contains(&hour) { 1.0 } else { 0.0 }).collect();
    let start = ClockChange { from: SimTime::ZERO, at_start: SimSpan::ZERO };
    Profile::new("office".into(), "UTC".into(), &weights, vec![start]).unwrap()
}

/// When arrivals come, one after each `exposure`.
fn even(modulation: &Modulation, exposure: f64, steps: &Steps, until: SimTime) -> Vec<u64> {
    let next = |last: &Arrival| {
        modulation.after(last.at, last.left + exposure, steps, |_| Level::STEADY, until)
    };
    let start = Arrival { at: SimTime::ZERO, left: 0.0 };
    std::iter::successors(next(&start), next).map(|it| it.at.nanos()).collect()
}

#[test]
fn even_arrivals_never_drift_from_their_clock() {
    let at = SimTime::from_nanos;
    let factor = |factor| Steps::new(&[Factor { from: at(0), until: at(u64::MAX), factor }]);
    let flat = Modulation::default();
    // Three a second for a day, to the nanosecond: every third one stands on its second.
    let day = SimTime::ZERO + SimSpan::DAY;
    let arrivals = even(&flat, 1e9, &factor(3.0), day);
    assert_eq!(arrivals.len(), 3 * 86_400 - 1);
    let thirds = (1_u64..).map(|third| (third * 1_000_000_000 + 1) / 3);
    assert!(arrivals.iter().copied().zip(thirds).all(|(found, expected)| found == expected));
    // Five in four nanoseconds, and they go on.
    assert_eq!(even(&flat, 4.0, &factor(5.0), at(5)), [1, 2, 2, 3, 4, 4]);
}

#[test]
fn even_arrivals_fill_office_hours_and_leave_the_night_alone() {
    // A third of the day has three times the traffic: a message every 20 minutes.
    let modulation = Modulation::new(Some(office(8, 16)), Stages::default());
    let hour = SimSpan::HOUR.nanos() as f64;
    let until = SimTime::ZERO + SimSpan::DAY.times(1_000);
    let arrivals = even(&modulation, hour, &Steps::NONE, until);
    let day = SimSpan::DAY.nanos();
    let per_day = |number: u64| arrivals.iter().filter(|&&at| at / day == number).count();
    // The first comes 20 minutes after eight; what would come at four comes at eight.
    assert_eq!((per_day(0), per_day(1), per_day(999)), (23, 24, 24));
    assert_eq!(arrivals.len(), 24 * 1_000 - 1);
    let office = 8 * SimSpan::HOUR.nanos()..16 * SimSpan::HOUR.nanos();
    assert!(arrivals.iter().all(|at| office.contains(&(at % day))));
    assert!(arrivals.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn stages_ramp_jump_and_hold() {
    let seconds = |count: u64| SimSpan::from_secs(count);
    let stage = |length, target| Stage { duration: seconds(length), target };
    let stages = Stages::new(vec![
        stage(10, 3.0),
        stage(0, 0.0),
        stage(10, 0.0),
        stage(10, 4.0),
        stage(0, 0.5),
    ]);
    let modulation = Modulation::new(None, stages);
    for (at, level) in [(0, 1.0), (5, 2.0), (10, 0.0), (15, 0.0), (25, 2.0), (30, 0.5), (99, 0.5)] {
        let at = SimTime::ZERO + seconds(at);
        assert_eq!(modulation.rate_at(at, &Steps::NONE), level, "{at:?}");
    }
    // 10 s at 2 on average, nothing for 10 s, 10 s at 2 again, then 10 s at a half.
    assert_eq!(modulation.mean_over(seconds(40), &Steps::NONE), 45.0 / 40.0);
    let after = |exposure: f64, until: u64| {
        let until = SimTime::ZERO + seconds(until);
        let arrival =
            modulation.after(SimTime::ZERO, exposure, &Steps::NONE, |_| Level::STEADY, until);
        arrival.map(|it| it.at)
    };
    // x + x^2 / 10 = 7.5 at 5 s; 20 + 2 (x / 10) x / 2 = 25 at 20 + 5 s; 40 at 30 s, and on.
    for (exposure, at) in [(7.5e9, 5), (25e9, 25), (42e9, 34)] {
        assert_eq!(after(exposure, 100), Some(SimTime::ZERO + seconds(at)), "{exposure}");
    }
    assert_eq!(after(42e9, 34), None);
    assert_eq!(after(0.0, 1), Some(SimTime::ZERO));
    // Just when the ramp has ended there is nothing, so it is after the pause.
    assert_eq!(after(20e9, 100), Some(SimTime::ZERO + seconds(20)));
}

#[test]
fn traffic_that_stops_for_ever_ends_the_walk() {
    let stop = Stages::new(vec![Stage { duration: SimSpan::ZERO, target: 0.0 }]);
    let modulation = Modulation::new(Some(office(0, 24)), stop);
    let after = modulation.after(SimTime::ZERO, 0.0, &Steps::NONE, |_| Level::STEADY, UNTIL);
    assert_eq!(after, None);
    assert_eq!(modulation.mean_over(SimSpan::MAX_DURATION, &Steps::NONE), 0.0);
}

#[test]
fn what_is_no_profile_is_refused() {
    let start = ClockChange { from: SimTime::ZERO, at_start: SimSpan::ZERO };
    let profile = |weights: &[f64], changes: Vec<ClockChange>| {
        Profile::new("p".into(), "UTC".into(), weights, changes)
    };
    assert!(profile(&[1.0; 24], vec![start]).is_some());
    assert!(profile(&[1.0; 23], vec![start]).is_none());
    assert!(profile(&[0.0; 168], vec![start]).is_none());
    assert!(profile(&[1.0; 168], Vec::new()).is_none());
}

#[test]
fn factors_multiply_where_they_overlap_and_hold_half_open() {
    let at = |nanos| SimTime::from_nanos(nanos);
    let factor = |from, until, factor| Factor { from: at(from), until: at(until), factor };
    let steps = Steps::new(&[
        factor(10, 30, 2.0),
        factor(20, 40, 3.0),
        factor(5, 5, 0.0),
        factor(7, 6, 0.0),
    ]);
    let flat = Modulation::default();
    for (nanos, value) in [(9, 1.0), (10, 2.0), (19, 2.0), (20, 6.0), (30, 3.0), (40, 1.0)] {
        assert_eq!(flat.rate_at(at(nanos), &steps), value, "{nanos}");
    }
    assert!(!steps.is_empty() && Steps::new(&[]).is_empty());
}

#[test]
fn bursts_keep_the_mean_and_start_as_often_on_as_they_are() {
    let exponential = |mean| Distribution::Exponential { mean };
    for (on, off, quiet) in [(1e9, 3e9, 0.0), (2e9, 1e9, 0.25), (1e9, 1e9, 1.0)] {
        let bursts = Bursts { on: exponential(on), off: exponential(off), quiet };
        let sampler = bursts.sampler();
        let until = SimTime::ZERO + SimSpan::from_secs(40);
        let (mut begun_on, mut area) = (0.0, 0.0);
        let agents = 4_000;
        for agent in 0..agents {
            let stream = Key::root(9).index(agent).name("bursts").stream();
            let mut burst = Burst::begin(&sampler, stream, SimTime::ZERO);
            let mut at = SimTime::ZERO;
            let first = burst.level(&sampler, at).value;
            begun_on += f64::from(u8::from((first - bursts.on_level()).abs() < 1e-12));
            while at < until {
                let level = burst.level(&sampler, at);
                assert!(level.ends > at);
                area += level.value * (level.ends.min(until).since(at)).as_secs_f64();
                at = level.ends;
            }
        }
        let agents = agents as f64;
        let share = on / (on + off);
        if quiet != 1.0 {
            let error = (share * (1.0 - share) / agents).sqrt();
            assert!((begun_on / agents - share).abs() < 4.0 * error, "{begun_on} {share}");
        }
        // The time on of an alternating process of exponential periods has the variance
        // 2 (on off)^2 / (on + off)^3 a unit of time; here times the square of what differs.
        let (on, off) = (on / 1e9, off / 1e9);
        let spread = bursts.on_level() * (1.0 - quiet);
        let variance = 2.0 * (on * off) * (on * off) / ((on + off) * (on + off) * (on + off));
        let error = spread * (variance / 40.0 / agents).sqrt();
        let mean = area / agents / 40.0;
        assert!((mean - 1.0).abs() <= 4.0 * error + 1e-12, "{mean} +- {error}");
    }
}
