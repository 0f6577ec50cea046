//! Limiters against those of other crates whose clock can be set. governor is the generic cell rate
//! algorithm in whole nanoseconds; burster has windows in whole milliseconds. No crate was found
//! whose leaky bucket makes attempts wait on a clock that can be set.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, FakeRelativeClock};
use governor::{Quota, RateLimiter};
use limitlab::rules::limiter::{
    Estimate, FixedWindowQuota, LeakyBucketQuota, SlidingCounterQuota, SlidingWindowQuota,
    TokenBucketQuota, WindowStart,
};
use limitlab::units::{Rate, SimSpan, SimTime};
use proptest::prelude::*;
use proptest::sample::select;

use super::sequences::{Step, steps};
use super::{Limiter, Numbers, config};

/// Replays attempts at governor and at a limiter: the same decisions, and the same waits.
fn like_governor(
    mut limiter: impl Limiter,
    interval: SimSpan,
    burst: u32,
    steps: &[Step],
) -> Result<(), TestCaseError> {
    let clock = FakeRelativeClock::default();
    let quota = Quota::with_period(Duration::from_nanos(interval.nanos()))
        .expect("an interval above zero")
        .allow_burst(NonZeroU32::new(burst).expect("a burst above zero"));
    let governor = RateLimiter::direct_with_clock(quota, clock.clone());
    let mut now = SimTime::ZERO;
    for step in steps {
        // governor adds instants and intervals in 64 bits.
        let next = step.at(now, interval).min(SimTime::from_nanos(u64::MAX / 2));
        clock.advance(Duration::from_nanos((next - now).nanos()));
        now = next;
        let weight = step.whole(u64::from(burst));
        let count = NonZeroU32::new(weight as u32).expect("a weight above zero");
        let expected = match governor.check_n(count) {
            Err(_) => Err(None),
            Ok(Err(until)) => Err(Some(until.wait_time_from(clock.now()).as_nanos())),
            Ok(Ok(())) => Ok(()),
        };
        let answer = limiter.check(now, weight * 1_000);
        if answer.is_ok() {
            limiter.take(now, weight * 1_000);
        }
        let answer = answer.map(|_| ()).map_err(|it| it.map(|it| u128::from(it.nanos())));
        prop_assert_eq!(answer, expected, "{} at {:?}", weight, now);
    }
    Ok(())
}

/// Replays attempts at a limiter of burster and at one of limitlab, in whole milliseconds.
fn like_burster(
    clock: &Cell<Duration>,
    mut other: impl burster::Limiter,
    mut limiter: impl Limiter,
    (per, limit): (SimSpan, u64),
    steps: &[Step],
) -> Result<(), TestCaseError> {
    let mut now = SimTime::ZERO;
    for step in steps {
        // Within 2^53 ms its floats are exact.
        let at = step.at(now, per).nanos().div_ceil(1_000_000) * 1_000_000;
        now = SimTime::from_nanos(at.min(100 * 365 * SimSpan::DAY.nanos()));
        clock.set(Duration::from_nanos(now.nanos()));
        // Its sliding log admits what is above its limit if it was idle.
        let weight = step.whole(limit).min(limit);
        let expected = other.try_consume(weight).is_ok();
        let admitted = limiter.check(now, weight * 1_000).is_ok();
        if admitted {
            limiter.take(now, weight * 1_000);
        }
        prop_assert_eq!(admitted, expected, "{} at {:?}", weight, now);
    }
    Ok(())
}

fn interval() -> impl Strategy<Value = SimSpan> {
    prop_oneof![1..20_u64, 1..100_000_000_000_u64, Just(SimSpan::MILLISECOND.nanos())]
        .prop_map(SimSpan::from_nanos)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_token_bucket_decides_as_governor(
        interval in interval(), burst in 1..12_u32, steps in steps(),
    ) {
        let quota = TokenBucketQuota::new(Rate::new(1, interval), u64::from(burst) * 1_000);
        like_governor(quota.starting(SimTime::ZERO), interval, burst, &steps)?;
    }

    #[test]
    fn a_leaky_bucket_admits_as_governor_with_one_more(
        interval in interval(), burst in 0..12_u32, delay in 0..12_u64, steps in steps(),
    ) {
        let rate = Rate::new(1, interval);
        let quota = LeakyBucketQuota::new(rate, u64::from(burst) * 1_000, delay * 1_000);
        like_governor(quota.starting(SimTime::ZERO), interval, burst + 1, &steps)?;
    }

    #[test]
    fn a_fixed_window_decides_as_burster(
        millis in 1..5_000_u64, limit in 1..12_u64, steps in steps(),
    ) {
        let clock = Cell::new(Duration::ZERO);
        let other = burster::FixedWindow::new_with_time_provider(limit, millis, || clock.get());
        let per = SimSpan::MILLISECOND.times(millis);
        let quota = FixedWindowQuota::new(limit * 1_000, per, WindowStart::Aligned);
        let limiter = quota.starting(SimTime::ZERO);
        like_burster(&clock, other, limiter, (per, limit), &steps)?;
    }

    #[test]
    fn a_sliding_window_decides_as_burster(limit in 1..12_u64, steps in steps()) {
        const MILLIS: usize = 60;
        let clock = Cell::new(Duration::ZERO);
        let other = burster::SlidingWindowLog::<_, MILLIS>::new_with_time_provider(limit, || {
            clock.get()
        });
        let per = SimSpan::MILLISECOND.times(MILLIS as u64);
        let quota = SlidingWindowQuota::new(limit * 1_000, per);
        let limiter = quota.starting(SimTime::ZERO);
        like_burster(&clock, other, limiter, (per, limit), &steps)?;
    }

    #[test]
    fn a_sliding_counter_with_a_floor_decides_as_burster(
        // Its shares are floats, which windows of a power of two milliseconds keep exact.
        millis in select(vec![1_u64, 16, 64, 1_024, 65_536]), limit in 1..12_u64, steps in steps(),
    ) {
        let clock = Cell::new(Duration::ZERO);
        let other =
            burster::SlidingWindowCounter::new_with_time_provider(limit, millis, || clock.get());
        let per = SimSpan::MILLISECOND.times(millis);
        let quota = SlidingCounterQuota::new(limit * 1_000, per, Estimate::Floor);
        let limiter = quota.starting(SimTime::ZERO);
        like_burster(&clock, other, limiter, (per, limit), &steps)?;
    }
}
