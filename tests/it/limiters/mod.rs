//! The limiters, decision by decision: against what they are by definition, in big rationals over
//! the whole history, and against limiters that others wrote.
//!
//! `PROPTEST_CASES` sets how many sequences are tried, from a seed of the day; else there are
//! [`CASES`] of a fixed seed.

mod against_definitions;
mod definitions;
mod others;
mod sequences;

use limitlab::rules::limiter::{
    FixedWindow, FixedWindowQuota, LeakyBucket, LeakyBucketQuota, SlidingCounter,
    SlidingCounterQuota, SlidingWindow, SlidingWindowQuota, TokenBucket, TokenBucketQuota,
};
use limitlab::units::{SimSpan, SimTime};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// How many sequences are tried of each property where nothing else is asked for.
const CASES: u32 = 1_000;

fn config() -> ProptestConfig {
    let asked = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return asked;
    }
    ProptestConfig { cases: CASES, rng_seed: RngSeed::Fixed(20_261_126), ..asked }
}

/// A limiter of limitlab with its numbers.
trait Limiter: Clone {
    /// How long the attempt waits, or after how long it would be admitted.
    fn check(&mut self, now: SimTime, weight: u64) -> Result<SimSpan, Option<SimSpan>>;
    fn take(&mut self, now: SimTime, weight: u64);
    fn count_refused(&mut self, now: SimTime, weight: u64);
}

/// The numbers of a limiter, and its state.
#[derive(Debug, Clone)]
struct Limits<Q, S>(Q, S);

/// The numbers of a limiter.
trait Numbers: Sized {
    type State;

    /// A limiter that starts at `now`.
    fn starting(self, now: SimTime) -> Limits<Self, Self::State>;
}

macro_rules! limiter {
    ($quota:ty, $state:ty, $wait:expr, $take:expr) => {
        impl Numbers for $quota {
            type State = $state;

            fn starting(self, now: SimTime) -> Limits<Self, $state> {
                let state = <$state>::starting(&self, now);
                Limits(self, state)
            }
        }

        impl Limiter for Limits<$quota, $state> {
            fn check(&mut self, now: SimTime, weight: u64) -> Result<SimSpan, Option<SimSpan>> {
                self.1.check(&self.0, now, weight).map($wait)
            }

            fn take(&mut self, now: SimTime, weight: u64) {
                let take: fn(&mut $state, &$quota, SimTime, u64) = $take;
                take(&mut self.1, &self.0, now, weight);
            }

            fn count_refused(&mut self, now: SimTime, weight: u64) {
                self.1.count_refused(&self.0, now, weight);
            }
        }
    };
}

limiter!(TokenBucketQuota, TokenBucket, |()| SimSpan::ZERO, |bucket, quota, _, weight| {
    bucket.take(quota, weight);
});
limiter!(LeakyBucketQuota, LeakyBucket, |wait| wait, LeakyBucket::take);
limiter!(FixedWindowQuota, FixedWindow, |()| SimSpan::ZERO, FixedWindow::take);
limiter!(SlidingWindowQuota, SlidingWindow, |()| SimSpan::ZERO, SlidingWindow::take);
limiter!(SlidingCounterQuota, SlidingCounter, |()| SimSpan::ZERO, SlidingCounter::take);
