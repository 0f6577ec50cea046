//! Whole runs of three works, everything measured: one queue, workspaces with a pool, a bucket and
//! servers each, and the same workspaces before one backend. `benches/peers` has them in full length,
//! beside other simulators.

use criterion::{BenchmarkId, Criterion, Throughput};
use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::{Scenario, parse};

/// Workspaces of ten agents each, of which each is written to once a second, for 100 seconds.
const WORKSPACES: u64 = 500;
const MESSAGES: u64 = WORKSPACES * 1_000;

/// An M/M/1 queue with a utilisation of 0.9.
const QUEUE: &str = "
limitlab: 1
name: queue
seed: 1
duration: 500_000s
plans: { free: {} }
workspaces: [{ group: customers, plan: free, agents: [{ name: agent, traffic: { rate: 1/s } }] }]
backend: { scope: workspace, servers: 1, service_time: { exponential: 900ms } }
";

/// One credit of the workspace's pool a message, and a token bucket for each workspace.
fn pools(included: u32, backend: &str) -> String {
    format!(
        "
limitlab: 1
name: pools
seed: 1
duration: 100s
plans:
  metered: {{ credits: {{ included: {included}, per: workspace, renews: never }} }}
workspaces:
  - group: workspaces
    count: {WORKSPACES}
    plan: metered
    agents:
      - {{ name: agent, count: 10, traffic: {{ rate: 1/s }} }}
    fair_use:
      - {{ name: bucket, scope: workspace, token_bucket: {{ rate: 20/s, burst: 40 }} }}
backend: {{ {backend}, service_time: {{ exponential: 200ms }} }}
"
    )
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let apart = "scope: workspace, servers: 8";
    let shared = format!("servers: {}, network_delay: 5ms", WORKSPACES * 23 / 10);
    let mut group = criterion.benchmark_group("engine");
    group.sample_size(10);
    for (name, text, messages) in [
        ("queue", QUEUE.to_owned(), 500_000),
        ("pools", pools(2_000, apart), MESSAGES),
        // 99 of 100 messages find the pool empty.
        ("refused", pools(10, apart), MESSAGES),
        ("shared", pools(2_000, &shared), MESSAGES),
    ] {
        let scenario = parse(name, &text, &[]).unwrap_or_else(|error| panic!("{error}"));
        group.throughput(Throughput::Elements(messages));
        for threads in [1, 2] {
            group.bench_function(BenchmarkId::new(name, threads), |bencher| {
                bencher.iter(|| simulate(&scenario, threads));
            });
        }
    }
    group.finish();
}

fn simulate(scenario: &Scenario, threads: usize) -> u64 {
    let options = RunOptions { threads };
    run(scenario, options, &Watch::default()).expect("it does not loop").messages
}
