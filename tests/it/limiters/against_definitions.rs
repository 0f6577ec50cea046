//! Each limiter against its definition, on sequences that look for trouble: the same decisions, the
//! same waits, and a `retry_after` that is admitted exactly then and at no instant before.

use limitlab::rules::limiter::{
    Estimate, FixedWindowQuota, LeakyBucketQuota, SlidingCounterQuota, SlidingWindowQuota,
    TokenBucketQuota, WindowStart,
};
use limitlab::units::{Rate, SimSpan, SimTime};
use num_bigint::BigInt;
use proptest::prelude::*;
use proptest::sample::select;

use super::definitions::{self, Definition, History};
use super::sequences::{Step, limit, span, steps};
use super::{Limiter, Limits, Numbers, config};

/// A limiter, its definition, and what both have seen.
struct Both<L, D> {
    limiter: L,
    definition: D,
    history: History,
    now: SimTime,
}

impl<L: Limiter, D: Definition> Both<L, D> {
    fn new(limiter: L, definition: D, now: SimTime) -> Self {
        Self { limiter, definition, history: History::default(), now }
    }

    /// Makes an attempt at `now` with this weight; whether it was admitted.
    fn attempt(&mut self, now: SimTime, weight: u64, counts: bool) -> Result<bool, TestCaseError> {
        self.now = now;
        let expected = self.definition.admits(&self.history, now, weight);
        match self.limiter.check(now, weight) {
            Ok(wait) => {
                // A wait of 2^64 - 1 ns or more ends beyond the last instant, whatever its length.
                let expected = expected.map(|wait| wait.min(BigInt::from(u64::MAX)));
                prop_assert_eq!(Some(BigInt::from(wait.nanos())), expected, "at {:?}", now);
                self.limiter.take(now, weight);
                self.history.take(now, weight);
                Ok(true)
            }
            Err(retry_after) => {
                prop_assert_eq!(None, expected, "refused {} at {:?}", weight, now);
                self.tight(retry_after, weight)?;
                if counts {
                    self.limiter.count_refused(now, weight);
                    self.history.count_refused(now, weight);
                    let again = self.limiter.check(now, weight);
                    prop_assert!(again.is_err(), "{} is admitted once refused", weight);
                    self.tight(again.unwrap_err(), weight)?;
                }
                Ok(false)
            }
        }
    }

    /// Whether a refused attempt is admitted after `retry_after` and at no instant before.
    fn tight(&self, retry_after: Option<SimSpan>, weight: u64) -> Result<(), TestCaseError> {
        let admits = |at| self.definition.admits(&self.history, at, weight).is_some();
        let Some(wait) = retry_after else {
            let ever = self.definition.admits(&History::default(), self.now, weight);
            prop_assert_eq!(None, ever, "{} is admitted by an idle limiter", weight);
            return Ok(());
        };
        prop_assert!(!wait.is_zero());
        let until = self.now.nanos().checked_add(wait.nanos());
        let before = until.map_or(u64::MAX, |until| until - 1);
        for early in [before, self.now.nanos().midpoint(before)] {
            prop_assert!(!admits(SimTime::from_nanos(early)), "{:?} is too long", wait);
        }
        // The longest wait stands for longer ones too.
        let until = until.filter(|_| wait.nanos() < u64::MAX).map(SimTime::from_nanos);
        let Some(until) = until else { return Ok(()) };
        prop_assert!(admits(until), "{:?} is too short", wait);
        // The limiter itself keeps its word.
        let early = self.limiter.clone().check(SimTime::from_nanos(before), weight);
        prop_assert_eq!(early, Err(Some(SimSpan::from_nanos(1))));
        prop_assert!(self.limiter.clone().check(until, weight).is_ok());
        Ok(())
    }

    /// Makes a sequence of attempts at a limiter with this characteristic span and this limit.
    fn play(&mut self, steps: &[Step], span: SimSpan, limit: u64) -> Result<(), TestCaseError> {
        for step in steps {
            self.attempt(step.at(self.now, span), step.weight(limit), step.counts)?;
        }
        Ok(())
    }
}

/// A rate of at most one event a nanosecond, as parsed.
fn rate() -> impl Strategy<Value = Rate> {
    let greatest = prop_oneof![4 => Just(20_u64), 2 => Just(1_000_000), 1 => Just(u64::MAX)];
    (span(), greatest, 1..=1_000_000_000_000_000_u64)
        .prop_map(|(per, greatest, events)| Rate::new(1 + events % greatest.min(per.nanos()), per))
}

/// How long a rate takes for a unit, at least a nanosecond.
fn interval(rate: Rate) -> SimSpan {
    SimSpan::from_nanos(rate.per().nanos() / rate.events())
}

/// Where limiters start: at the beginning, early, late.
fn start() -> impl Strategy<Value = SimTime> {
    prop_oneof![Just(0), 1..100_000_000_000_u64, any::<u64>()].prop_map(SimTime::from_nanos)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_token_bucket_is_its_definition(
        rate in rate(), burst in limit(), now in start(), steps in steps(),
    ) {
        let quota = TokenBucketQuota::new(rate, burst);
        let definition = definitions::TokenBucket { rate, burst, every: None };
        let mut both = Both::new(quota.starting(now), definition, now);
        both.play(&steps, interval(rate), burst)?;
    }

    #[test]
    fn a_token_bucket_of_steps_is_its_definition(
        rate in rate(), burst in limit(), every in span(), now in start(), steps in steps(),
    ) {
        let quota = TokenBucketQuota::stepped(rate, burst, every);
        let definition = definitions::TokenBucket { rate, burst, every: Some(every) };
        let mut both = Both::new(quota.starting(now), definition, now);
        both.play(&steps, every, burst)?;
    }

    #[test]
    fn a_leaky_bucket_is_its_definition(
        rate in rate(), burst in prop_oneof![Just(0), limit()],
        delay in prop_oneof![Just(0), limit()], now in start(), steps in steps(),
    ) {
        let quota = LeakyBucketQuota::new(rate, burst, delay);
        let definition = definitions::LeakyBucket { rate, burst, delay };
        let mut both = Both::new(quota.starting(now), definition, now);
        both.play(&steps, interval(rate), burst + 1_000)?;
    }

    #[test]
    fn a_fixed_window_is_its_definition(
        limits in [limit(), limit()], pers in [span(), span()],
        start in select(vec![WindowStart::Aligned, WindowStart::FirstAttempt]),
        now in start(), steps in [steps(), steps(), steps()],
    ) {
        let quota = |limit: usize, per: usize| {
            FixedWindowQuota::new(limits[limit], pers[per], start)
        };
        let definition = |limit: usize, per: usize| {
            definitions::FixedWindow { limit: limits[limit], per: pers[per], start }
        };
        let mut both = Both::new(quota(0, 0).starting(now), definition(0, 0), now);
        both.play(&steps[0], pers[0], limits[0])?;
        // Another limit keeps the count, another length begins afresh.
        let Limits(_, state) = both.limiter;
        let state = state.converted(&quota(0, 0), &quota(1, 0), both.now);
        (both.limiter, both.definition) = (Limits(quota(1, 0), state), definition(1, 0));
        both.play(&steps[1], pers[0], limits[1])?;
        let Limits(_, state) = both.limiter;
        let state = state.converted(&quota(1, 0), &quota(1, 1), both.now);
        (both.limiter, both.definition) = (Limits(quota(1, 1), state), definition(1, 1));
        if pers[0] != pers[1] {
            both.history.clear();
        }
        both.play(&steps[2], pers[1], limits[1])?;
    }

    #[test]
    fn a_sliding_window_is_its_definition(
        limit in limit(), per in span(), now in start(), steps in steps(),
    ) {
        let quota = SlidingWindowQuota::new(limit, per);
        let definition = definitions::SlidingWindow { limit, per };
        let mut both = Both::new(quota.starting(now), definition, now);
        both.play(&steps, per, limit)?;
    }

    #[test]
    fn a_sliding_window_with_other_numbers_sees_what_both_see(
        limits in [limit(), limit()], pers in [span(), span()], now in start(),
        steps in [steps(), steps(), steps()],
    ) {
        // A log that was cut for refused attempts is cut; beside the code stands what that means.
        let steps = steps.map(|it| it.into_iter().map(Step::uncounted).collect::<Vec<_>>());
        let quota = |which: usize| SlidingWindowQuota::new(limits[which], pers[which]);
        let definition = |which: usize| {
            definitions::SlidingWindow { limit: limits[which], per: pers[which] }
        };
        let mut both = Both::new(quota(0).starting(now), definition(0), now);
        for (number, steps) in steps.iter().enumerate() {
            let which = number % 2;
            if number > 0 {
                let Limits(_, state) = both.limiter;
                let state = state.converted(&quota(1 - which), &quota(which), both.now);
                (both.limiter, both.definition) = (Limits(quota(which), state), definition(which));
                both.history.forget(both.now, pers[0].min(pers[1]));
            }
            both.play(steps, pers[which], limits[which])?;
        }
    }

    #[test]
    fn a_sliding_counter_is_its_definition(
        limits in [limit(), limit()], pers in [span(), span()],
        estimates in [estimate(), estimate()], now in start(), steps in [steps(), steps(), steps()],
    ) {
        let numbers = [(0, 0, 0), (1, 0, 1), (1, 1, 1)];
        let quota = |(limit, per, estimate): (usize, usize, usize)| {
            SlidingCounterQuota::new(limits[limit], pers[per], estimates[estimate])
        };
        let definition = |(limit, per, estimate): (usize, usize, usize)| {
            let (limit, per, estimate) = (limits[limit], pers[per], estimates[estimate]);
            definitions::SlidingCounter { limit, per, estimate }
        };
        let first = quota(numbers[0]).starting(now);
        let mut both = Both::new(first, definition(numbers[0]), now);
        for (number, steps) in steps.iter().enumerate() {
            let new = numbers[number];
            if number > 0 {
                let Limits(old, state) = both.limiter;
                let state = state.converted(&old, &quota(new), both.now);
                (both.limiter, both.definition) = (Limits(quota(new), state), definition(new));
            }
            if number == 2 && pers[0] != pers[1] {
                both.history.clear();
            }
            both.play(steps, pers[new.1], limits[new.0])?;
        }
    }
}

fn estimate() -> impl Strategy<Value = Estimate> {
    select(vec![Estimate::Exact, Estimate::Floor])
}
