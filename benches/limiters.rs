//! A decision of each limiter, on one sequence of attempts: Poisson, at 1.2 times the rate that the
//! limiter admits. Beside them governor, the generic cell rate algorithm in an atomic, with its
//! fake clock.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use governor::clock::FakeRelativeClock;
use governor::{Quota, RateLimiter};
use limitlab::random::{Distribution, Key};
use limitlab::rules::limiter::{
    Estimate, FixedWindow, FixedWindowQuota, LeakyBucket, LeakyBucketQuota, SlidingCounter,
    SlidingCounterQuota, SlidingWindow, SlidingWindowQuota, TokenBucket, TokenBucketQuota,
    WindowStart,
};
use limitlab::units::{Rate, SimSpan, SimTime};

/// Attempts between two readings of the clock.
const ATTEMPTS: u64 = 100_000;
/// One attempt a millisecond, 20 at once.
const INTERVAL: SimSpan = SimSpan::MILLISECOND;
const BURST: u64 = 20;
/// An attempt, in thousandths.
const ONE: u64 = 1_000;

/// The time before each attempt.
fn gaps() -> Vec<SimSpan> {
    let mean = INTERVAL.nanos() as f64 / 1.2;
    let sampler = Distribution::Exponential { mean }.sampler();
    let stream = Key::root(1).name("attempts").stream();
    let gap = |number| SimSpan::from_nanos(sampler.sample_whole(&mut stream.at(number)));
    (0..ATTEMPTS).map(gap).collect()
}

/// Measures a limiter that `start` makes; `decide` says whether an attempt is admitted.
fn limiter<S>(
    group: &mut BenchmarkGroup<WallTime>,
    name: &str,
    gaps: &[SimSpan],
    start: impl Fn() -> S,
    decide: impl Fn(&mut S, SimTime) -> bool,
) {
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let mut state = start();
            let mut now = SimTime::ZERO;
            let mut admitted = 0_u64;
            for &gap in gaps {
                now += gap;
                admitted += u64::from(decide(&mut state, black_box(now)));
            }
            admitted
        });
    });
}

/// Measures a limiter of limitlab.
macro_rules! ours {
    ($group:expr, $name:expr, $gaps:expr, $quota:expr, $state:ty, $take:expr) => {{
        let quota = black_box($quota);
        let start = || <$state>::starting(&quota, SimTime::ZERO);
        limiter($group, $name, $gaps, start, |state, now| {
            let admitted = state.check(&quota, now, ONE).is_ok();
            if admitted {
                $take(state, &quota, now);
            }
            admitted
        });
    }};
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("limiters");
    group.throughput(Throughput::Elements(ATTEMPTS));
    let group = &mut group;
    let gaps = &gaps();

    let rate = Rate::new(1, INTERVAL);
    let bucket = |state: &mut TokenBucket, quota: &_, _| state.take(quota, ONE);
    let plain = TokenBucketQuota::new(rate, BURST * ONE);
    ours!(group, "token_bucket", gaps, plain, TokenBucket, bucket);
    let stepped = TokenBucketQuota::stepped(rate, BURST * ONE, INTERVAL.times(10));
    ours!(group, "token_bucket, stepped", gaps, stepped, TokenBucket, bucket);
    let leaky = LeakyBucketQuota::new(rate, (BURST - 1) * ONE, 0);
    let take = |state: &mut LeakyBucket, quota: &_, now| state.take(quota, now, ONE);
    ours!(group, "leaky_bucket", gaps, leaky, LeakyBucket, take);

    let per = INTERVAL.times(BURST);
    let take = |state: &mut FixedWindow, quota: &_, now| state.take(quota, now, ONE);
    for (name, start) in [
        ("fixed_window, aligned", WindowStart::Aligned),
        ("fixed_window, first attempt", WindowStart::FirstAttempt),
    ] {
        let quota = FixedWindowQuota::new(BURST * ONE, per, start);
        ours!(group, name, gaps, quota, FixedWindow, take);
    }
    let sliding = SlidingWindowQuota::new(BURST * ONE, per);
    let take = |state: &mut SlidingWindow, quota: &_, now| state.take(quota, now, ONE);
    ours!(group, "sliding_window", gaps, sliding, SlidingWindow, take);
    let take = |state: &mut SlidingCounter, quota: &_, now| state.take(quota, now, ONE);
    for (name, estimate) in
        [("sliding_counter, exact", Estimate::Exact), ("sliding_counter, floor", Estimate::Floor)]
    {
        let quota = SlidingCounterQuota::new(BURST * ONE, per, estimate);
        ours!(group, name, gaps, quota, SlidingCounter, take);
    }
    governor(group, gaps);
}

fn governor(group: &mut BenchmarkGroup<WallTime>, gaps: &[SimSpan]) {
    let burst = NonZeroU32::new(BURST as u32).expect("a burst above zero");
    let quota = Quota::with_period(Duration::from_nanos(INTERVAL.nanos()))
        .expect("an interval above zero")
        .allow_burst(burst);
    group.bench_function("governor", |bencher| {
        bencher.iter(|| {
            let clock = FakeRelativeClock::default();
            let governor = RateLimiter::direct_with_clock(black_box(quota), clock.clone());
            let mut admitted = 0_u64;
            for gap in gaps {
                clock.advance(Duration::from_nanos(gap.nanos()));
                admitted += u64::from(governor.check().is_ok());
            }
            admitted
        });
    });
}
