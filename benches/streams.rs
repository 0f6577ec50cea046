//! The streams of draws, and each distribution drawn from them.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use limitlab::random::{Branch, Distribution, Key};

/// Draws between two readings of the clock.
const DRAWS: u64 = 10_000;

fn distributions() -> Vec<(&'static str, Distribution)> {
    let mean = 1e9;
    vec![
        ("constant", Distribution::Constant(mean)),
        ("exponential", Distribution::Exponential { mean }),
        ("uniform", Distribution::Uniform { min: 0.0, max: 2.0 * mean }),
        ("normal", Distribution::Normal { mean, cv: 0.2 }),
        ("lognormal", Distribution::Lognormal { mean, cv: 1.5 }),
        ("gamma", Distribution::Gamma { mean, cv: 2.0 }),
        ("weibull", Distribution::Weibull { mean, cv: 2.0 }),
        ("erlang", Distribution::Erlang { mean, k: 3 }),
        ("pareto", Distribution::Pareto { minimum: mean, shape: 2.5 }),
        ("hyperexponential", Distribution::Hyperexponential { mean, cv: 3.0 }),
        ("geometric", Distribution::Geometric { mean: 4.0 }),
        ("poisson", Distribution::Poisson { mean: 40.0 }),
        (
            "mixture",
            Distribution::Mixture(vec![
                Branch { weight: 9, of: Distribution::Exponential { mean } },
                Branch { weight: 1, of: Distribution::Constant(mean) },
            ]),
        ),
    ]
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("streams");
    group.throughput(Throughput::Elements(DRAWS));
    let workspace = Key::root(1).index(0).name("workspaces").index(7);
    group.bench_function("key and stream", |bencher| {
        bencher.iter(|| {
            for agent in 0..DRAWS {
                black_box(workspace.index(agent).name("arrivals").stream());
            }
        });
    });
    let stream = workspace.name("arrivals").stream();
    group.bench_function("word", |bencher| {
        bencher.iter(|| (0..DRAWS).fold(0, |sum, number| sum ^ stream.at(number).next_u64()));
    });
    group.bench_function("below", |bencher| {
        bencher.iter(|| (0..DRAWS).fold(0, |sum, number| sum ^ stream.at(number).below(10)));
    });
    group.finish();

    let mut group = criterion.benchmark_group("distributions");
    group.throughput(Throughput::Elements(DRAWS));
    for (name, distribution) in distributions() {
        let sampler = black_box(distribution.sampler());
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let sample = |number| sampler.sample_whole(&mut stream.at(number));
                (0..DRAWS).fold(0_u64, |sum, number| sum.wrapping_add(sample(number)))
            });
        });
    }
    group.finish();
}
