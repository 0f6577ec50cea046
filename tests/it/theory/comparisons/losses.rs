//! Messages that are lost where servers or limits are full and nothing waits, whatever the law of
//! the service time; and several limits at once.

use super::super::engset::SlotCompetition;
use super::super::erlang::erlang_b;
use super::super::loss_network::{LossNetwork, Refused};
use super::super::queues::LimitedQueue;
use super::{Expectation, RELAXATION_TIMES, assert_theory, assert_theory_over_seeds};

/// Laws of mean 1 s. Ten minutes after an empty start less than one busy server in 100,000 still
/// works at what a stationary one would have begun with, even by the Pareto law.
const LAWS: [&str; 4] = [
    "1s",
    "{ lognormal: { mean: 1s, cv: 2 } }",
    "{ hyperexponential: { mean: 1s, cv: 2 } }",
    "{ pareto: { minimum: 600ms, shape: 2.5 } }",
];

/// Past a warm-up of ten minutes, an hour unless said otherwise.
fn scenario(seed: u64, window: u32, backend: &str, workspaces: &str) -> String {
    let duration = 600 + window;
    format!(
        "limitlab: 1
name: losses
seed: {seed}
duration: {duration}s
warm_up: 600s
backend: {{ {backend} }}
workspaces:
{workspaces}"
    )
}

#[test]
fn servers_without_a_queue_lose_as_erlang_says_whatever_the_service_time() {
    let lost = erlang_b(8, 6.0);
    let expectations = [
        Expectation::interval("refusal.rate", lost),
        Expectation::interval("refusal.rate{reason=overloaded}", lost),
        Expectation::interval("backend.utilisation", 6.0 * (1.0 - lost) / 8.0),
        Expectation::interval("backend.in_system.mean", 6.0 * (1.0 - lost)),
        Expectation::certain("wait.mean", 0.0),
    ];
    for law in LAWS {
        let backend = |scope: &str| {
            format!("scope: {scope}, servers: 8, service_time: {law}, queue: {{ limit: 0 }}")
        };
        let one_each =
            "  - { group: a, count: 60, agents: [{ name: a, count: 2, traffic: { rate: 3/s } }] }
";
        assert_theory(&scenario(41, 3_600, &backend("workspace"), one_each), &expectations);
        let shared = "  - { group: a, count: 20, agents: [{ name: a, traffic: { rate: 0.25/s } }] }
  - { group: b, agents: [{ name: a, count: 2, traffic: { rate: 0.5/s } }] }
";
        assert_theory_over_seeds(
            |seed| scenario(seed, 3_600, &backend("platform"), shared),
            &expectations,
        );
    }
}

/// Two limits of each agent's own and one of the workspace, and with them a bucket that never runs
/// out and more servers than are ever needed.
#[test]
fn limits_of_agents_and_of_their_workspace_together() {
    // Three agents of one line and two of another, of whom each may have 3 in flight; of all 8.
    let streams = vec![(1.2, 3), (1.2, 3), (1.2, 3), (2.0, 3), (2.0, 3)];
    let network = LossNetwork { streams, limit: 8 };
    let Refused { own, common } = network.refused_of_all();
    let group = "  - group: a
    count: 60
    agents:
      - { name: a, count: 3, traffic: { rate: 1.2/s } }
      - { name: b, count: 2, traffic: { rate: 2/s } }
    fair_use:
      - { name: workspace, concurrency: { limit: 8 } }
      - { name: slack, token_bucket: { rate: 1_000/s, burst: 1_000 } }
      - { name: agent, scope: agent, concurrency: { limit: 3 } }
";
    for (law, servers) in LAWS.into_iter().zip(["unlimited", "8", "unlimited", "8"]) {
        let backend = format!("scope: workspace, servers: {servers}, service_time: {law}");
        assert_theory(
            &scenario(43, 3_600, &backend, group),
            &[
                Expectation::interval("refusal.rate", own + common),
                Expectation::interval("refusal.rate{limiter=agent}", own),
                Expectation::interval("refusal.rate{limiter=workspace}", common),
                Expectation::certain("refusal.rate{limiter=slack}", 0.0),
                Expectation::interval("backend.in_system.mean", network.mean_in_flight()),
                Expectation::certain("wait.mean", 0.0),
            ],
        );
    }
}

/// Each workspace may have so many in flight, and the platform has servers for some of them.
#[test]
fn limits_of_workspaces_and_the_servers_of_their_platform() {
    let streams = vec![(1.5, 3), (1.5, 3), (1.5, 3), (0.8, 2), (0.8, 2)];
    let network = LossNetwork { streams, limit: 7 };
    let of_each = network.refused();
    let Refused { own, common } = network.refused_of_all();
    let groups = "  - group: a
    count: 3
    agents: [{ name: a, traffic: { rate: 1.5/s } }]
    fair_use: [{ name: limit, concurrency: { limit: 3 } }]
  - group: b
    count: 2
    agents: [{ name: a, count: 2, traffic: { rate: 0.4/s } }]
    fair_use: [{ name: limit, concurrency: { limit: 2 } }]
";
    for law in LAWS {
        let backend =
            format!("scope: platform, servers: 7, service_time: {law}, queue: {{ limit: 0 }}");
        assert_theory_over_seeds(
            |seed| scenario(seed, 3_600, &backend, groups),
            &[
                Expectation::interval("refusal.rate{reason=concurrency_limited}", own),
                Expectation::interval("refusal.rate{reason=overloaded}", common),
                Expectation::interval("a/refusal.rate{limiter=limit}", of_each[0].own),
                Expectation::interval("b/refusal.rate{limiter=limit}", of_each[3].own),
                Expectation::interval("a/refusal.rate{reason=overloaded}", of_each[0].common),
                Expectation::interval("b/refusal.rate{reason=overloaded}", of_each[3].common),
                Expectation::interval("backend.in_system.mean", network.mean_in_flight()),
            ],
        );
    }
}

/// What is on its way over the network is in flight too, so a limit is full more often.
#[test]
fn the_network_counts_for_a_limit_of_concurrency() {
    let lost = erlang_b(10, 4.0 * 1.6);
    let group = "  - group: a
    count: 60
    agents: [{ name: a, count: 2, traffic: { rate: 2/s } }]
    fair_use: [{ name: limit, concurrency: { limit: 10 } }]
";
    for law in LAWS {
        let backend = format!(
            "scope: workspace, servers: unlimited, service_time: {law}, network_delay: 300ms"
        );
        assert_theory(
            &scenario(47, 3_600, &backend, group),
            &[
                Expectation::interval("refusal.rate{limiter=limit}", lost),
                Expectation::interval("backend.throughput", 4.0 * (1.0 - lost)),
            ],
        );
    }
}

/// Those who wait are in flight, so a limit cuts the queue as the backend's own limit would; and
/// where both are just as tight the limiter is the one that refuses, as it is asked first.
#[test]
fn a_limit_of_concurrency_is_a_limit_of_the_queue() {
    let theory = LimitedQueue { servers: 3, queue_limit: 5, arrival_rate: 2.8, service_rate: 1.0 };
    let group = "  - group: a
    count: 200
    agents: [{ name: a, count: 2, traffic: { rate: 1.4/s } }]
    fair_use: [{ name: limit, concurrency: { limit: 8 } }]
";
    for queue in ["unlimited", "5"] {
        let backend = format!(
            "scope: workspace, servers: 3, service_time: {{ exponential: 1s }}, \
             queue: {{ limit: {queue} }}"
        );
        assert_theory(
            &scenario(53, 2_400, &backend, group),
            &[
                Expectation::interval("refusal.rate", theory.loss()),
                Expectation::interval("refusal.rate{limiter=limit}", theory.loss()),
                Expectation::interval("backend.utilisation", theory.utilisation()),
                Expectation::interval("wait.mean", theory.mean_wait()),
                Expectation::interval("wait.probability", theory.wait_probability()),
                Expectation::interval("backend.queue.mean", theory.mean_queue()),
            ],
        );
    }
}

/// Users who think again after a refusal as they do after a reply are Engset's sources, whatever
/// the laws of both times; a server without a queue and a limit of concurrency refuse alike.
#[test]
fn users_whom_nothing_makes_wait_are_refused_as_engset_says() {
    let theory = SlotCompetition { agents: 12, slots: 4, mean_active: 1.0, mean_offline: 2.5 };
    assert!(600.0 >= RELAXATION_TIMES * theory.relaxation_time());
    for (law, think) in LAWS.into_iter().zip([
        "{ exponential: 2.5s }",
        "{ uniform: { min: 0s, max: 5s } }",
        "2.5s",
        "{ gamma: { mean: 2.5s, cv: 0.5 } }",
    ]) {
        for (servers, limiter) in
            [("4", ""), ("unlimited", "fair_use: [{ name: limit, concurrency: { limit: 4 } }]")]
        {
            let queue = if servers == "4" { ", queue: { limit: 0 }" } else { "" };
            let backend =
                format!("scope: workspace, servers: {servers}, service_time: {law}{queue}");
            let group = format!(
                "  - group: a
    count: 80
    agents:
      - {{ name: a, count: 3, traffic: {{ closed: {{ users: 4, think: {think} }} }} }}
    {limiter}
"
            );
            let tries = theory.tries() * 80.0 * 1_800.0;
            assert_theory(
                &scenario(59, 1_800, &backend, &group),
                &[
                    Expectation::interval("refusal.rate", theory.refused_share()),
                    Expectation::interval("messages.offered", tries),
                    Expectation::interval("backend.in_system.mean", theory.mean_active_agents()),
                ],
            );
        }
    }
}
