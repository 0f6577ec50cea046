//! The calendar under the hold model: each event that is popped schedules one other, after an
//! exponential delay.
//! Source: D. W. Jones, An Empirical Comparison of Priority-Queue and Event-Set Implementations
//! (Communications of the ACM 29(4), 1986), section "The hold model".

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use limitlab::engine::{Calendar, Class};
use limitlab::random::{Distribution, Key};
use limitlab::units::{SimSpan, SimTime};

/// Events held between two readings of the clock.
const HOLDS: u64 = 100_000;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("calendar");
    group.throughput(Throughput::Elements(HOLDS));
    for pending in [1_usize, 20, 1_000, 100_000, 1_000_000] {
        group.bench_function(BenchmarkId::new("hold", pending), |bencher| {
            let delays = Distribution::Exponential { mean: 1e9 }.sampler();
            let stream = Key::root(1).name("delays").stream();
            let mut number = 0;
            let mut delay = || {
                number += 1;
                SimSpan::from_nanos(delays.sample_whole(&mut stream.at(number)))
            };
            let mut calendar = Calendar::default();
            for event in 0..pending {
                calendar.schedule(SimTime::ZERO + delay(), Class::Takes, event);
            }
            bencher.iter(|| {
                for _ in 0..HOLDS {
                    if let Some((now, _, event)) = calendar.pop() {
                        calendar.schedule(now + delay(), Class::Takes, black_box(event));
                    }
                }
            });
        });
    }
    group.finish();
}
