//! Fair-use limiters under Poisson traffic.

use super::super::erlang::erlang_b;
use super::super::token_bucket;
use super::{Expectation, RELAXATION_TIMES, assert_theory};

/// Workspaces with one throttle each.
struct Throttled<'a> {
    workspaces: u32,
    /// In seconds.
    warm_up: u32,
    /// What is measured, after the warm-up, in seconds.
    window: u32,
    agents: u32,
    /// Messages a second to each agent.
    rate: f64,
    /// In the scenario's language.
    throttle: &'a str,
    /// The line of the backend, if there is one.
    backend: &'a str,
}

impl Throttled<'_> {
    fn scenario(&self) -> String {
        let Self { workspaces, warm_up, agents, rate, throttle, backend, .. } = self;
        let duration = warm_up + self.window;
        format!(
            "\
limitlab: 1
name: throttled
seed: 29
duration: {duration}s
warm_up: {warm_up}s
workspaces:
  - group: throttled
    count: {workspaces}
    agents:
      - {{ name: a, count: {agents}, traffic: {{ rate: {rate}/s }} }}
    fair_use:
      - {{ name: limiter, {throttle} }}
{backend}
"
        )
    }
}

/// Concurrency without a queue is Erlang's loss system, and insensitive to the shape of the service
/// time. A service that began before the ten minutes of warm-up is over by then but for one in a
/// million, whatever its shape here.
#[track_caller]
fn check_concurrency(service_time: &str, scope: &str, agents: u32, limit: u32, rate: f64) {
    let backend = format!(
        "backend: {{ scope: workspace, servers: unlimited, service_time: {service_time} }}"
    );
    let throttle = format!("scope: {scope}, concurrency: {{ limit: {limit} }}");
    let throttled = Throttled {
        workspaces: 100,
        warm_up: 600,
        window: 3_600,
        agents,
        rate,
        throttle: &throttle,
        backend: &backend,
    };
    let (shared, systems) = if scope == "agent" { (1, agents) } else { (agents, 1) };
    let load = rate * f64::from(shared);
    let lost = erlang_b(limit, load);
    assert_theory(
        &throttled.scenario(),
        &[
            Expectation::interval("refusal.rate", lost),
            Expectation::interval("refusal.rate{reason=concurrency_limited}", lost),
            Expectation::interval("refusal.rate{limiter=limiter}", lost),
            Expectation::interval(
                "backend.in_system.mean",
                load * (1.0 - lost) * f64::from(systems),
            ),
        ],
    );
}

#[test]
fn concurrency_loses_as_erlang_says_whatever_the_service_time() {
    for service_time in [
        "{ exponential: 1s }",
        "1s",
        "{ lognormal: { mean: 1s, cv: 2 } }",
        "{ hyperexponential: { mean: 1s, cv: 2 } }",
    ] {
        check_concurrency(service_time, "workspace", 3, 8, 2.0);
    }
}

#[test]
fn concurrency_of_an_agent_is_its_own() {
    check_concurrency("{ exponential: 1s }", "agent", 3, 3, 2.0);
}

/// The level of a bucket of b tokens moves like a diffusion between two walls, which forgets in
/// 2 b^2 / (pi^2 variance) at the most; the variance is that of the messages, the load in each
/// token time. One token more, since the level is whole tokens apart.
#[track_caller]
fn check_token_bucket(burst: f64, rate: f64, workspaces: u32) {
    let load = rate / 10.0;
    let pi = std::f64::consts::PI;
    let relaxation_tokens = 2.0 * (burst + 1.0) * (burst + 1.0) / (pi * pi * load);
    let warm_up = 500;
    assert!(f64::from(warm_up) >= RELAXATION_TIMES * relaxation_tokens / 10.0);
    let throttle = format!("scope: workspace, token_bucket: {{ rate: 10/s, burst: {burst} }}");
    let throttled = Throttled {
        workspaces,
        warm_up,
        window: 3_600,
        agents: 2,
        rate: rate / 2.0,
        throttle: &throttle,
        backend: "",
    };
    let refused = token_bucket::refused_share(load, burst);
    assert_theory(
        &throttled.scenario(),
        &[
            Expectation::interval("refusal.rate", refused),
            Expectation::interval("refusal.rate{reason=rate_limited}", refused),
            Expectation::interval("refusal.rate{limiter=limiter}", refused),
        ],
    );
}

#[test]
fn a_token_bucket_below_at_and_above_the_load() {
    for (burst, rate, workspaces) in [
        (1.0, 7.0, 20),
        (1.0, 10.0, 20),
        (1.0, 13.0, 20),
        (2.5, 10.0, 20),
        (5.0, 7.0, 50),
        (5.0, 10.0, 20),
        (5.0, 13.0, 20),
        (40.0, 9.9, 600),
        (40.0, 10.0, 500),
        (40.0, 10.2, 400),
    ] {
        check_token_bucket(burst, rate, workspaces);
    }
}
