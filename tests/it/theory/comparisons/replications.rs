//! Intervals over replications of one queue that workspaces share.

use super::super::queues::MultiServer;
use super::super::tolerance::{STANDARD_ERRORS, share_error};
use super::{Expectation, RELAXATION_TIMES, assert_theory_over_seeds};
use crate::support::simulate;

/// One server for four workspaces, who write every other second together.
const THEORY: MultiServer = MultiServer { servers: 1, arrival_rate: 0.5, service_rate: 1.0 };

fn queue(seed: u64, replications: u32, window: u32) -> String {
    let warm_up = (RELAXATION_TIMES * THEORY.relaxation_time()).ceil() as u32;
    let duration = warm_up + window;
    format!(
        "\
limitlab: 1
name: queue
seed: {seed}
duration: {duration}s
warm_up: {warm_up}s
replications: {replications}
workspaces:
  - {{ group: writers, count: 4, agents: [{{ name: a, traffic: {{ rate: 0.125/s }} }}] }}
backend: {{ servers: 1, service_time: {{ exponential: 1s }} }}
"
    )
}

/// Of 95% intervals of 400 seeds about 95% hold what is exact. Of Student's t over 20 replications
/// that is so but for the little by which a ratio of sums over 1,000 s is skewed.
#[test]
fn intervals_hold_the_exact_mean_as_often_as_they_say() {
    const SEEDS: u32 = 400;
    let exact = [
        ("wait.mean", THEORY.mean_wait()),
        ("latency.mean", THEORY.mean_sojourn()),
        ("wait.probability", THEORY.wait_probability()),
        ("messages.offered", 500.0),
        ("backend.utilisation", THEORY.utilisation()),
        ("backend.queue.mean", THEORY.mean_queue()),
        ("backend.throughput", THEORY.arrival_rate),
    ];
    let mut held = [0_u32; 7];
    for seed in 0..SEEDS {
        let summary = simulate(&queue(seed.into(), 20, 1_000));
        for ((name, exact), held) in exact.iter().zip(&mut held) {
            let metric = summary.metric("all", name).unwrap_or_else(|| panic!("no {name}"));
            let [low, high] = metric.ci95.unwrap_or_else(|| panic!("{name} has no interval"));
            assert_eq!(metric.n, 20, "{name}");
            *held += u32::from(low <= *exact && *exact <= high);
        }
    }
    let allowed = STANDARD_ERRORS * share_error(0.95, f64::from(SEEDS));
    for ((name, _), held) in exact.iter().zip(held) {
        let share = f64::from(held) / f64::from(SEEDS);
        assert!((share - 0.95).abs() <= allowed, "{name}: {share} +- {allowed}");
    }
}

#[test]
fn quantiles_are_those_of_all_replications_together() {
    let wait = |metric, q| Expectation::interval(metric, THEORY.wait_quantile(q)).in_buckets();
    let sojourn =
        |metric, q| Expectation::interval(metric, THEORY.sojourn_quantile(q)).in_buckets();
    assert_theory_over_seeds(
        |seed| queue(seed, 20, 2_000),
        &[
            wait("wait.p90", 0.9),
            wait("wait.p95", 0.95),
            sojourn("latency.p50", 0.5),
            sojourn("latency.p99", 0.99),
            Expectation::interval("wait.mean", THEORY.mean_wait()),
            Expectation::interval("messages.completed", 1_000.0),
        ],
    );
}
