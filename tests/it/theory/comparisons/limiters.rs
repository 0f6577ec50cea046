//! Fair-use limiters under Poisson traffic.

use super::super::birth_death::BirthDeath;
use super::super::erlang::erlang_b;
use super::super::{poisson, token_bucket};
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

/// Workspaces of two agents that write `rate` messages a second, under a throttle of their own.
fn throttled(throttle: &str, rate: f64, (warm_up, window): (u32, u32)) -> String {
    let throttled = Throttled {
        workspaces: 50,
        warm_up,
        window,
        agents: 2,
        rate: rate / 2.0,
        throttle,
        backend: "",
    };
    throttled.scenario()
}

/// What a sliding window admitted occupies it for exactly its length, so it is Erlang's loss system
/// with a constant service time.
#[test]
fn a_sliding_window_loses_as_erlang_says() {
    for (limit, rate) in [(1, 0.3), (8, 2.0), (20, 4.0)] {
        let lost = erlang_b(limit, rate * 4.0);
        let throttle = format!("sliding_window: {{ limit: {limit}, per: 4s }}");
        // After one length all is forgotten but for the correlation of what was admitted.
        assert_theory(
            &throttled(&throttle, rate, (100, 4_000)),
            &[
                Expectation::interval("refusal.rate", lost),
                Expectation::interval("refusal.rate{limiter=limiter}", lost),
            ],
        );
    }
}

/// The mean of the lesser of a Poisson number and a limit.
fn truncated_mean(mean: f64, limit: u32) -> f64 {
    (0..limit).map(|count| poisson::at_least(mean, count + 1)).sum()
}

/// Each window admits its messages up to the limit.
#[test]
fn a_fixed_window_admits_a_truncated_poisson_number() {
    for (limit, rate) in [(1, 0.3), (8, 2.0), (10, 2.0)] {
        let offered = rate * 4.0;
        let lost = 1.0 - truncated_mean(offered, limit) / offered;
        for throttle in [
            format!("fixed_window: {{ limit: {limit}, per: 4s }}"),
            // Tokens that come back all at once, and fill the bucket, are windows too.
            format!("token_bucket: {{ rate: 40/s, burst: {limit}, refill_every: 4s }}"),
        ] {
            let lost = Expectation::interval("refusal.rate", lost);
            assert_theory(&throttled(&throttle, rate, (4, 4_000)), &[lost]);
        }
    }
}

/// A window that its first message opens is followed by the time until the next message.
#[test]
fn a_window_that_is_opened_by_a_message_admits_it_and_those_after_it() {
    for (limit, rate) in [(1, 0.3), (8, 2.0)] {
        let admitted = 1.0 + truncated_mean(rate * 4.0, limit - 1);
        let lost = 1.0 - admitted / (1.0 + rate * 4.0);
        let throttle = format!("fixed_window: {{ limit: {limit}, per: 4s, aligned: false }}");
        let lost = Expectation::interval("refusal.rate", lost);
        assert_theory(&throttled(&throttle, rate, (200, 4_000)), &[lost]);
    }
}

/// A leaky bucket is a queue with constant service and room for the burst.
#[test]
fn a_leaky_bucket_is_a_queue_of_constant_service() {
    for (burst, delay, rate) in [(1, 0, 7.0), (5, 0, 9.0), (5, 2, 9.0), (5, 5, 9.0), (5, 0, 13.0)] {
        let load = rate / 10.0;
        let lost = token_bucket::refused_share(load, f64::from(burst) + 1.0);
        let (wait, waiting) = token_bucket::leaky_wait(load, burst, delay);
        let throttle = format!("leaky_bucket: {{ rate: 10/s, burst: {burst}, delay: {delay} }}");
        let mut expected = vec![Expectation::interval("refusal.rate", lost)];
        if delay < burst {
            expected.push(Expectation::interval("wait.mean", wait / 10.0));
            expected.push(Expectation::interval("latency.mean", wait / 10.0));
            expected.push(Expectation::interval("wait.probability", waiting));
        } else {
            expected.push(Expectation::certain("wait.max", 0.0));
        }
        assert_theory(&throttled(&throttle, rate, (100, 2_000)), &expected);
    }
}

/// Places with a queue before servers that never run out are M/M/c/K.
#[test]
fn places_with_a_queue_are_servers_with_a_queue() {
    for (limit, queue, rate) in [(1, 3, 0.8), (4, 5, 3.6), (4, 5, 3.0)] {
        let states = BirthDeath::queue(limit, limit + queue, rate, 1.0).stationary();
        let lost = states[(limit + queue) as usize];
        let waiting: f64 = (limit..=limit + queue)
            .map(|count| f64::from(count - limit) * states[count as usize])
            .sum();
        let admitted = rate * (1.0 - lost);
        let throttled = Throttled {
            workspaces: 400,
            warm_up: 600,
            window: 4_000,
            agents: 2,
            rate: rate / 2.0,
            throttle: &format!("concurrency: {{ limit: {limit}, queue: {queue} }}"),
            backend: "backend: { scope: workspace, servers: unlimited, \
                      service_time: { exponential: 1s } }",
        };
        assert_theory(
            &throttled.scenario(),
            &[
                Expectation::interval("refusal.rate{reason=concurrency_limited}", lost),
                Expectation::interval("wait.mean", waiting / admitted),
                Expectation::interval("backend.in_system.mean", admitted),
            ],
        );
    }
}

/// Workspaces that meet in one limit are one stream to it.
#[test]
fn a_limit_over_everybody_sees_the_messages_of_all() {
    let scenario = |scope: &str| {
        format!(
            "\
limitlab: 1
name: met
seed: 31
duration: 1100s
warm_up: 100s
replications: 40
workspaces:
  - {{ group: ones, count: 5, agents: [{{ name: a, traffic: {{ rate: 1/s }} }}] }}
  - {{ group: twos, count: 2, agents: [{{ name: a, count: 2, traffic: {{ rate: 1/s }} }}] }}
fair_use:
  - {{ name: limiter, {scope}, token_bucket: {{ rate: 10/s, burst: 3 }} }}
"
        )
    };
    let lost = token_bucket::refused_share(0.9, 3.0);
    // All are on one plan, so that it is everybody's too.
    for scope in ["scope: platform", "scope: plan", "on_exceed: refuse"] {
        assert_theory(
            &scenario(scope),
            &[
                Expectation::interval("refusal.rate", lost),
                Expectation::interval("ones/refusal.rate", lost),
                Expectation::interval("twos/refusal.rate{limiter=limiter}", lost),
            ],
        );
    }
}
