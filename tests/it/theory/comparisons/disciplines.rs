//! Who is served next, shared servers, and shedding by utilisation.

use super::super::disciplines::{Priorities, Reserved, last_come_deviation, shared_sojourn};
use super::super::queues::{GeneralService, LimitedQueue, MultiServer};
use super::{Expectation, RELAXATION_TIMES, assert_theory, assert_theory_over_seeds};
use crate::support::simulate;

/// Workspaces with one agent each, a message a second times `rate`, and a backend of their own.
fn apart(seed: u64, workspaces: u32, rate: f64, window: u32, backend: &str) -> String {
    format!(
        "\
limitlab: 1
name: disciplines
seed: {seed}
duration: {}s
warm_up: 1200s
workspaces:
  - group: queues
    count: {workspaces}
    agents: [{{ name: a, traffic: {{ rate: {rate}/s }} }}]
backend: {{ scope: workspace, {backend} }}
",
        window + 1_200
    )
}

#[track_caller]
fn assert_warm(servers: u32, rate: f64) {
    let queue = MultiServer { servers, arrival_rate: rate, service_rate: 1.0 };
    let needed = RELAXATION_TIMES * queue.relaxation_time();
    assert!(needed <= 1_200.0, "{needed}");
}

/// The mean is that of first come first served: the order does not look at the service times.
#[test]
fn last_come_first_served() {
    for (service, cv) in
        [("{ exponential: 1s }", 1.0), ("1s", 0.0), ("{ gamma: { mean: 1s, cv: 0.5 } }", 0.5)]
    {
        let theory = GeneralService { arrival_rate: 0.7, mean_service: 1.0, cv };
        let backend = format!("servers: 1, service_time: {service}, queue: {{ discipline: lifo }}");
        assert_theory(
            &apart(3, 200, 0.7, 14_400, &backend),
            &[
                Expectation::interval("wait.mean", theory.mean_wait()),
                Expectation::interval("wait.probability", theory.utilisation()),
                Expectation::interval("backend.queue.mean", theory.mean_queue()),
                Expectation::interval("backend.utilisation", theory.utilisation()),
            ],
        );
    }
}

#[test]
fn the_waits_of_who_came_last_scatter_more() {
    for (service, cv, third_moment) in [("{ exponential: 1s }", 1.0, 6.0), ("1s", 0.0, 1.0)] {
        let theory = GeneralService { arrival_rate: 0.5, mean_service: 1.0, cv };
        let backend = format!("servers: 1, service_time: {service}, queue: {{ discipline: lifo }}");
        let deviation = last_come_deviation(theory, third_moment);
        assert_theory_over_seeds(
            |seed| apart(seed, 20, 0.5, 7_200, &backend),
            &[
                Expectation::interval("wait.mean", theory.mean_wait()),
                Expectation::interval("wait.sd", deviation),
            ],
        );
    }
}

/// A server that is shared does not care for the law of the service time, only for its mean.
#[test]
fn a_shared_server() {
    assert_warm(1, 0.7);
    for service in [
        "{ exponential: 1s }",
        "1s",
        "{ hyperexponential: { mean: 1s, cv: 2 } }",
        "{ uniform: { min: 0s, max: 2s } }",
    ] {
        let backend = format!(
            "servers: 1, service_time: {service}, queue: {{ discipline: processor_sharing }}"
        );
        let sojourn = shared_sojourn(0.7, 1.0);
        assert_theory(
            &apart(5, 300, 0.7, 14_400, &backend),
            &[
                Expectation::interval("latency.mean", sojourn),
                Expectation::interval("service.mean", sojourn),
                Expectation::certain("wait.mean", 0.0),
                Expectation::interval("backend.utilisation", 0.7),
                Expectation::interval("backend.in_system.mean", 0.7 * sojourn),
                Expectation::interval("backend.queue.mean", 0.7 * sojourn - 0.7),
                Expectation::interval("backend.throughput", 0.7),
            ],
        );
    }
}

/// With exponential services the number at shared servers is that of a queue.
#[test]
fn shared_servers_with_and_without_a_limit() {
    assert_warm(4, 3.2);
    let theory = MultiServer { servers: 4, arrival_rate: 3.2, service_rate: 1.0 };
    let backend = "servers: 4, service_time: { exponential: 1s }, \
                   queue: { discipline: processor_sharing }";
    assert_theory(
        &apart(7, 200, 3.2, 3_600, backend),
        &[
            Expectation::interval("latency.mean", theory.mean_sojourn()),
            Expectation::interval("backend.queue.mean", theory.mean_queue()),
            Expectation::interval("backend.utilisation", theory.utilisation()),
        ],
    );
    let theory = LimitedQueue { servers: 4, queue_limit: 6, arrival_rate: 3.8, service_rate: 1.0 };
    let backend = "servers: 4, service_time: { exponential: 1s }, \
                   queue: { discipline: processor_sharing, limit: 6 }";
    let in_system = theory.mean_queue() + 4.0 * theory.utilisation();
    assert_theory(
        &apart(9, 200, 3.8, 3_600, backend),
        &[
            Expectation::interval("refusal.rate{reason=overloaded}", theory.loss()),
            Expectation::interval("latency.mean", in_system / theory.throughput()),
            Expectation::interval("backend.queue.mean", theory.mean_queue()),
        ],
    );
}

/// Two groups on plans of their own that meet at one backend, each with these workspaces and this
/// rate of each, measured for so many seconds.
fn meeting(seed: u64, window: u32, [first, second]: [(u32, f64); 2], backend: &str) -> String {
    format!(
        "\
limitlab: 1
name: disciplines
seed: {seed}
duration: {}s
warm_up: 1200s
plans: {{ one: {{ priority: 1 }}, two: {{ priority: 2 }} }}
workspaces:
  - group: first
    plan: one
    count: {}
    agents: [{{ name: a, traffic: {{ rate: {}/s }} }}]
  - group: second
    plan: two
    count: {}
    agents: [{{ name: a, traffic: {{ rate: {}/s }} }}]
backend: {{ {backend} }}
",
        window + 1_200,
        first.0,
        first.1,
        second.0,
        second.1
    )
}

#[test]
fn those_on_the_better_plan_are_served_first() {
    for (servers, [first, second]) in [(1, [(2, 0.15), (4, 0.1)]), (3, [(4, 0.3), (3, 0.3)])] {
        let rate = |(count, rate): (u32, f64)| f64::from(count) * rate;
        let arrival_rates = [rate(first), rate(second)];
        assert_warm(servers, arrival_rates[0] + arrival_rates[1]);
        let theory = Priorities { servers, arrival_rates, service_rate: 1.0 };
        let [wait, other] = theory.mean_waits();
        let backend = format!(
            "servers: {servers}, service_time: {{ exponential: 1s }}, \
             queue: {{ discipline: priority }}"
        );
        assert_theory_over_seeds(
            |seed| meeting(seed, 48_000, [first, second], &backend),
            &[
                Expectation::interval("first/wait.mean", wait),
                Expectation::interval("second/wait.mean", other),
            ],
        );
    }
}

/// Turns do not look at the service times, so the mean of all waits is that of first come first
/// served; but those who write less wait less.
#[test]
fn workspaces_that_take_turns() {
    let theory = MultiServer { servers: 1, arrival_rate: 0.7, service_rate: 1.0 };
    let groups = [(1, 0.6), (5, 0.02)];
    let backend = "servers: 1, service_time: { exponential: 1s }, queue: { discipline: fair }";
    assert_theory_over_seeds(
        |seed| meeting(seed, 36_000, groups, backend),
        &[
            Expectation::interval("wait.mean", theory.mean_wait()),
            Expectation::interval("wait.probability", theory.wait_probability()),
        ],
    );
    let summary = simulate(&meeting(1, 36_000, groups, backend));
    let wait = |group| summary.metric(group, "wait.mean").and_then(|it| it.value).unwrap();
    assert!(wait("second") < 0.7 * wait("first"), "{} {}", wait("second"), wait("first"));
}

/// One workspace writes three times as much as can be served. The other's message waits for the rest
/// of a service, and for no more than one turn of the first.
#[test]
fn who_floods_the_backend_keeps_nobody_else_waiting() {
    let flood = "\
limitlab: 1
name: flood
duration: 2000s
workspaces:
  - { group: flood, agents: [{ name: a, traffic: { rate: 3/s } }] }
  - { group: light, agents: [{ name: a, traffic: { interarrival: 17.3s } }] }
backend: { servers: 1, service_time: 1s, queue: { discipline: fair } }
";
    let longest = |text: &str, group| {
        simulate(text).metric(group, "wait.max").and_then(|it| it.value).unwrap()
    };
    // Its own messages come too seldom to wait for each other.
    assert!(longest(flood, "light") <= 2.0, "{}", longest(flood, "light"));
    assert!(longest(flood, "light") > 1.0);
    assert!(longest(flood, "flood") > 1_000.0);
    assert!(longest(&flood.replace("fair", "fifo"), "light") > 1_000.0);
}

/// Those who are kept find a server as long as any is free, others only while no more than three
/// quarters are busy.
#[test]
fn those_who_are_not_kept_are_shed() {
    let theory = Reserved { servers: 8, open: 6, arrival_rates: [4.0, 4.0], service_rate: 1.0 };
    let [kept, other] = theory.refused();
    let backend = |law| {
        format!(
            "servers: 8, service_time: {law}, queue: {{ limit: 0 }}, \
             shed: {{ utilisation: {{ above: 75%, keep: [one] }} }}"
        )
    };
    assert_theory_over_seeds(
        |seed| meeting(seed, 9_000, [(4, 1.0), (8, 0.5)], &backend("{ exponential: 1s }")),
        &[
            Expectation::interval("first/refusal.rate{reason=overloaded}", kept),
            Expectation::interval("second/refusal.rate{reason=overloaded}", other),
        ],
    );
}
