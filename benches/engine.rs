//! Whole runs: many workspaces with a pool, a bucket and servers each, everything measured.

use criterion::{BenchmarkId, Criterion, Throughput};
use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::parse;

/// Ten agents a workspace, each written to once a second; one credit of the workspace's pool a
/// message, a token bucket and eight servers a workspace; 100 simulated seconds.
fn pools(workspaces: u32) -> String {
    format!(
        "
limitlab: 1
name: pools
seed: 1
duration: 100s
plans:
  metered: {{ credits: {{ included: 900, per: workspace, renews: never }} }}
workspaces:
  - group: workspaces
    count: {workspaces}
    plan: metered
    agents:
      - {{ name: agent, count: 10, traffic: {{ rate: 1/s }} }}
    fair_use:
      - {{ name: bucket, scope: workspace, token_bucket: {{ rate: 20/s, burst: 40 }} }}
backend: {{ scope: workspace, servers: 8, service_time: {{ exponential: 200ms }} }}
"
    )
}

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("engine");
    group.sample_size(10);
    let workspaces = 500;
    let scenario = parse("pools", &pools(workspaces), &[]).expect("the scenario is valid");
    // 10 agents for 100 s, once a second each.
    group.throughput(Throughput::Elements(u64::from(workspaces) * 1_000));
    for threads in [1, 2] {
        group.bench_function(BenchmarkId::new("pools", threads), |bencher| {
            bencher.iter(|| {
                let options = RunOptions { threads };
                run(&scenario, options, &Watch::default()).expect("it does not loop").messages
            });
        });
    }
    group.finish();
}
