//! Customers of a workspace as a whole, whose messages go to one of its agents.

use super::super::erlang::erlang_b;
use super::super::finite_sources::FiniteSources;
use super::{Expectation, RELAXATION_TIMES, assert_theory};

/// Seconds of warm-up and seconds measured after it.
const WARM_UP: u32 = 60;
const WINDOW: u32 = 5_000;

/// Workspaces of so many agents that answer one message at a time, each in a second on average.
fn scenario(agents: u32, route: &str, traffic: &str, service: &str) -> String {
    let duration = WARM_UP + WINDOW;
    format!(
        "\
limitlab: 1
name: routing
seed: 11
duration: {duration}s
warm_up: {WARM_UP}s
workspaces:
  - group: shops
    count: 200
    traffic: {{ {traffic} }}
    route: {route}
    agents: [{{ name: a, count: {agents} }}]
    fair_use: [{{ name: one, scope: agent, concurrency: {{ limit: 1 }} }}]
backend: {{ scope: workspace, servers: unlimited, service_time: {service} }}
"
    )
}

#[track_caller]
fn check(agents: u32, route: &str, rate: f64, service: &str, lost: f64) {
    let traffic = format!("rate: {rate}/s");
    let messages = rate * f64::from(200 * WINDOW);
    assert_theory(
        &scenario(agents, route, &traffic, service),
        &[
            Expectation::interval("messages.offered", messages),
            Expectation::interval("refusal.rate{limiter=one}", lost),
            Expectation::interval("backend.in_system.mean", rate * (1.0 - lost)),
        ],
    );
}

/// A stream that is thinned at random is that many Poisson streams, and each agent a loss system of
/// its own, whatever the service time.
#[test]
fn random_thins_a_poisson_stream() {
    for (agents, rate) in [(1, 0.5), (4, 2.0), (5, 0.8)] {
        let lost = erlang_b(1, rate / f64::from(agents));
        for service in ["{ exponential: 1s }", "1s"] {
            check(agents, "random", rate, service, lost);
        }
    }
}

/// Whoever finds any agent free gets one, so together they are one loss system.
#[test]
fn least_busy_makes_one_system_of_all() {
    for (agents, rate) in [(2, 1.0), (4, 3.0), (6, 4.5)] {
        for service in ["{ exponential: 1s }", "{ lognormal: { mean: 1s, cv: 2 } }"] {
            check(agents, "least_busy", rate, service, erlang_b(agents, rate));
        }
    }
}

/// To each of n agents every nth message goes, and the times between those are sums of n
/// exponentials. Who comes finds the agent busy if the one before was taken and is served still.
///
/// Source: the loss of GI/M/1/1 is the transform of the time between arrivals at the service rate,
/// Takács, Introduction to the Theory of Queues (1962), chapter 4.
#[test]
fn round_robin_makes_erlang_arrivals() {
    for (agents, rate) in [(2, 1.0), (3, 3.0), (5, 6.0)] {
        let lost = libm::pow(rate / (rate + 1.0), f64::from(agents));
        check(agents, "round_robin", rate, "{ exponential: 1s }", lost);
    }
}

/// With at least as many agents as users and one message at a time each, nobody is refused, and
/// users are machines that never wait for repair. With fewer, Engset's customers are lost and think
/// again.
#[test]
fn users_of_the_least_busy_agent_are_engsets() {
    let (users, think) = (8, 3.0);
    for agents in [8, 3] {
        let traffic = format!("closed: {{ users: {users}, think: {{ exponential: {think}s }} }}");
        let free = FiniteSources { users, servers: users, mean_think: think, mean_service: 1.0 };
        assert!(f64::from(WARM_UP) >= RELAXATION_TIMES * free.relaxation_time());
        // Weights of n busy agents: users over n, times (1 / think)^n.
        let weights: Vec<f64> = (0..=agents)
            .scan(1.0, |weight, busy| {
                let now = *weight;
                *weight *= f64::from(users - busy) / f64::from(busy + 1) / think;
                Some(now)
            })
            .collect();
        let all: f64 = weights.iter().sum();
        let chance = |busy: u32| weights[busy as usize] / all;
        let mean: f64 = (0..=agents).map(|busy| f64::from(busy) * chance(busy)).sum();
        let offered = (f64::from(users) - mean) / think;
        let refused = f64::from(users - agents) * chance(agents) / think;
        let text = scenario(agents, "least_busy", &traffic, "{ exponential: 1s }");
        let mut expected = vec![
            Expectation::interval("messages.offered", offered * f64::from(200 * WINDOW)),
            Expectation::interval("backend.in_system.mean", mean),
        ];
        expected.push(if agents < users {
            Expectation::interval("refusal.rate", refused / offered)
        } else {
            Expectation::certain("refusal.rate", 0.0)
        });
        assert_theory(&text, &expected);
    }
}

/// A message is refused only while every agent is away: agents switch independently.
#[test]
fn somebody_is_there_unless_all_are_away() {
    for (agents, active, offline) in [(1, 3, 1), (2, 1, 1), (3, 2, 3)] {
        let there = f64::from(active) / f64::from(active + offline);
        let none_there = libm::pow(1.0 - there, f64::from(agents));
        for (route, pause) in
            [("random", "refuse"), ("round_robin", "pause"), ("least_busy", "pause")]
        {
            let text = format!(
                "\
limitlab: 1
name: away
seed: 3
duration: 60d
warm_up: 3d
workspaces:
  - group: shops
    count: 400
    traffic: {{ rate: 6/h }}
    route: {route}
    agents:
      - name: a
        count: {agents}
        while_offline: {pause}
        activity: {{ active: {{ exponential: {active}h }}, offline: {{ exponential: {offline}h }} }}
"
            );
            assert_theory(
                &text,
                &[
                    Expectation::interval("messages.offered", 400.0 * 57.0 * 144.0),
                    Expectation::interval("refusal.rate{reason=agent_not_active}", none_there),
                ],
            );
        }
    }
}

/// Conversations are of the workspace: three turns each, whoever answers.
#[test]
fn conversations_are_of_the_workspace() {
    for route in ["random", "sticky"] {
        let traffic = "sessions: { rate: 0.1/s, turns: 3, think: { exponential: 2s } }";
        let text = scenario(4, route, traffic, "{ exponential: 1s }");
        let text = text.replace("limit: 1", "limit: 1_000");
        let turns = 0.3;
        assert_theory(
            &text,
            &[
                Expectation::interval("messages.offered", turns * f64::from(200 * WINDOW)),
                Expectation::interval("backend.in_system.mean", turns),
                Expectation::certain("messages.lost", 0.0),
            ],
        );
    }
}
