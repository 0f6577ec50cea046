//! Users who wait for their replies.

use super::super::finite_sources::FiniteSources;
use super::super::machine_repair::OneSlot;
use super::super::mva::ClosedNetwork;
use super::{Expectation, RELAXATION_TIMES, assert_theory, assert_theory_over_seeds};

/// Workspaces with servers of their own, up to the list of agents.
fn one_server_each(workspaces: u32, warm_up: u32, window: u32, servers: &str) -> String {
    let duration = warm_up + window;
    format!(
        "limitlab: 1
name: servers
seed: 5
duration: {duration}s
warm_up: {warm_up}s
backend: {{ scope: workspace, {servers} }}
workspaces:
  - group: shops
    count: {workspaces}
    agents:
"
    )
}

#[test]
fn users_who_wait_for_their_replies() {
    for (users, servers, think) in [(6, 1, 10), (20, 4, 6)] {
        let theory =
            FiniteSources { users, servers, mean_think: f64::from(think), mean_service: 1.0 };
        let (workspaces, warm_up, window) = (300, 300, 5_000);
        assert!(f64::from(warm_up) >= RELAXATION_TIMES * theory.relaxation_time());
        // Only the mean of the think time counts.
        for law in ["exponential: MEANs", "gamma: { mean: MEANs, cv: 0.5 }"] {
            let backend = format!("servers: {servers}, service_time: {{ exponential: 1s }}");
            let law = law.replace("MEAN", &think.to_string());
            // Two agents with half of the users each.
            let mut scenario = one_server_each(workspaces, warm_up, window, &backend);
            let users = users / 2;
            scenario.extend([format!(
                "      - {{ name: a, count: 2, traffic: {{ closed: {{ users: {users}, \
                 think: {{ {law} }} }} }} }}\n"
            )]);
            let messages = theory.throughput() * f64::from(workspaces * window);
            assert_theory(
                &scenario,
                &[
                    Expectation::interval("messages.offered", messages),
                    Expectation::interval("backend.throughput", theory.throughput()),
                    Expectation::interval("backend.utilisation", theory.utilisation()),
                    Expectation::interval("backend.in_system.mean", theory.mean_in_system()),
                    Expectation::interval("backend.queue.mean", theory.mean_queue()),
                    Expectation::interval("latency.mean", theory.mean_sojourn()),
                    Expectation::interval("wait.mean", theory.mean_wait()),
                    Expectation::interval("wait.probability", theory.wait_probability()),
                ],
            );
        }
    }
}

/// Services are all alike or nearly so: one repairman for machines, whatever a repair takes.
#[test]
fn users_of_one_server_with_other_service_times() {
    let (users, think, workspaces, warm_up, window) = (5, 4, 200, 200, 5_000);
    // From the exponential case; more even services forget about as fast.
    let exponential =
        FiniteSources { users, servers: 1, mean_think: f64::from(think), mean_service: 1.0 };
    assert!(f64::from(warm_up) >= RELAXATION_TIMES * exponential.relaxation_time());
    for (service, theory) in [
        ("1s", OneSlot::constant(users, f64::from(think), 1.0)),
        ("{ erlang: { mean: 1s, k: 3 } }", OneSlot::erlang(users, f64::from(think), 1.0, 3)),
    ] {
        let backend = format!("servers: 1, service_time: {service}");
        let mut scenario = one_server_each(workspaces, warm_up, window, &backend);
        scenario.extend([format!(
            "      - {{ name: a, traffic: {{ closed: {{ users: {users}, \
             think: {{ exponential: {think}s }} }} }} }}\n"
        )]);
        assert_theory(
            &scenario,
            &[
                Expectation::interval("backend.throughput", theory.throughput()),
                Expectation::interval("backend.utilisation", theory.taken()),
                Expectation::interval("wait.mean", theory.mean_wait()),
                Expectation::interval("wait.probability", theory.wait_probability()),
                Expectation::interval("latency.mean", theory.mean_wait() + 1.0),
            ],
        );
    }
}

/// Two groups share a platform's servers. Their waits differ a little, since each finds the line
/// with one less of its own kind.
#[test]
fn two_kinds_of_users_at_a_shared_backend() {
    let (warm_up, window) = (300_u32, 8_000_u32);
    for (kinds, servers) in [([(6, 10.0), (3, 2.0)], 1), ([(8, 4.0), (6, 1.0)], 3)] {
        let theory = ClosedNetwork { kinds, servers, mean_service: 0.8 }.solve();
        // Those who think for longer forget later, so all users are taken to.
        let slowest = FiniteSources {
            users: kinds[0].0 + kinds[1].0,
            servers,
            mean_think: kinds[0].1,
            mean_service: 0.8,
        };
        assert!(f64::from(warm_up) >= RELAXATION_TIMES * slowest.relaxation_time());
        let duration = warm_up + window;
        let [(slow, slow_think), (quick, quick_think)] = kinds;
        let (slow, quick) = (slow / 2, quick / 3);
        let scenario = |seed| {
            format!(
                "limitlab: 1
name: kinds
seed: {seed}
duration: {duration}s
warm_up: {warm_up}s
backend: {{ scope: platform, servers: {servers}, service_time: {{ exponential: 800ms }} }}
workspaces:
  - group: slow
    count: 2
    agents:
      - name: a
        traffic: {{ closed: {{ users: {slow}, think: {{ exponential: {slow_think}s }} }} }}
  - group: quick
    agents:
      - name: a
        count: 3
        traffic:
          closed: {{ users: {quick}, think: {{ gamma: {{ mean: {quick_think}s, cv: 0.7 }} }} }}
"
            )
        };
        let throughput = theory.throughput[0] + theory.throughput[1];
        let over_window = f64::from(window);
        assert_theory_over_seeds(
            scenario,
            &[
                Expectation::interval("slow/latency.mean", theory.sojourn[0]),
                Expectation::interval("quick/latency.mean", theory.sojourn[1]),
                Expectation::interval("slow/wait.mean", theory.sojourn[0] - 0.8),
                Expectation::interval("quick/wait.mean", theory.sojourn[1] - 0.8),
                Expectation::interval("slow/messages.offered", theory.throughput[0] * over_window),
                Expectation::interval("quick/messages.offered", theory.throughput[1] * over_window),
                Expectation::interval("backend.throughput", throughput),
                Expectation::interval("backend.in_system.mean", theory.mean_in_system()),
                Expectation::interval("backend.utilisation", throughput * 0.8 / f64::from(servers)),
            ],
        );
    }
}

/// Where nothing varies the bounds of operational analysis are reached: so many users that the
/// server never rests, so few that nobody waits, and just as many as there is room for.
///
/// Source: Denning and Buzen, "The operational analysis of queueing network models", ACM Computing
/// Surveys 10 (1978).
#[test]
fn even_times_reach_the_bounds_of_operational_analysis() {
    for users in [1_u32, 4, 6, 10, 25] {
        let mut scenario = one_server_each(3, 100, 600, "servers: 1, service_time: 1s");
        scenario.extend([format!(
            "      - {{ name: a, traffic: {{ closed: {{ users: {users}, think: 5s }} }} }}\n"
        )]);
        let users = f64::from(users);
        let throughput = (users / 6.0).min(1.0);
        let sojourn = (users - 5.0).max(1.0);
        let waits = if sojourn > 1.0 { 1.0 } else { 0.0 };
        assert_theory(
            &scenario,
            &[
                Expectation::certain("messages.offered", 3.0 * 600.0 * throughput),
                Expectation::certain("backend.utilisation", throughput),
                Expectation::certain("latency.mean", sojourn),
                Expectation::certain("latency.max", sojourn).in_buckets(),
                Expectation::certain("wait.probability", waits),
            ],
        );
    }
}
