//! Reading a scenario: text to a `Scenario` without doubt, diagnostics and schema included.

use std::fmt::Write;

use criterion::{Criterion, Throughput};
use limitlab::scenario::parse;

/// A file of a product team: plans, groups with agent lines and limits, a timeline. About so long.
const LENGTH: usize = 100_000;

fn long() -> String {
    let mut plans = String::new();
    let mut groups = String::new();
    let mut timeline = String::new();
    let mut number = 0;
    while plans.len() + groups.len() + timeline.len() < LENGTH {
        // Writing to a string cannot fail.
        let _ = writeln!(
            plans,
            "  plan-{number}: {{ active_agents: {}, credits: {{ included: 5_000, per: seat, \
             renews: monthly, carry_over: none }} }}",
            number % 20 + 1
        );
        let _ = writeln!(
            groups,
            "  - group: customers-{number}
    count: {}
    plan: plan-{number}
    seats: {{ uniform: {{ min: 1, max: 8 }} }}
    agents:
      - name: sales
        count: 3
        activity: {{ active: {{ exponential: 6h }}, offline: {{ exponential: 1h }} }}
        traffic: {{ rate: 12/h }}
        cost: {{ lognormal: {{ mean: 2, cv: 0.8 }} }}
        retry: {{ max_attempts: 3, backoff: {{ base: 2s, factor: 2 }} }}
      - {{ name: support, traffic: {{ sessions: {{ rate: 2/h, turns: {{ geometric: {{ mean: 4 }} }}, think: 20s }} }} }}
    fair_use:
      - {{ name: burst, scope: workspace, token_bucket: {{ rate: 20/min, burst: 40 }} }}
      - {{ name: in-flight, scope: agent, concurrency: {{ limit: 4 }} }}",
            number % 50 + 1
        );
        let _ = writeln!(
            timeline,
            "  - {{ at: {}h, for: 1h, group: customers-{number}, traffic: 2x }}",
            number % 20 + 1
        );
        number += 1;
    }
    format!(
        "limitlab: 1\nname: long\nduration: 1d\nplans:\n{plans}workspaces:\n{groups}\
         backend: {{ scope: workspace, servers: 4, service_time: {{ exponential: 2s }} }}\n\
         timeline:\n{timeline}"
    )
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scenario");
    let text = long();
    parse("long.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("100 KB", |bencher| {
        bencher.iter(|| parse("long.yaml", &text, &[]).expect("it is valid"));
    });
    group.finish();
}
