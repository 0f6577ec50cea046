//! The whole law of the wait: constant services, arrivals of a renewal process, limited queues.

use super::super::constant_service::ConstantService;
use super::super::queues::LimitedQueue;
use super::super::renewals::RenewalArrivals;
use super::{Expectation, RELAXATION_TIMES, assert_theory, assert_theory_over_seeds};

/// Workspaces with one agent each, whose messages come to this backend.
struct Waits<'a> {
    workspaces: u32,
    /// In seconds.
    warm_up: u32,
    /// What is measured, after the warm-up, in seconds.
    window: u32,
    traffic: &'a str,
    backend: &'a str,
}

impl Waits<'_> {
    fn scenario(&self, seed: u64) -> String {
        let Self { workspaces, warm_up, traffic, backend, .. } = self;
        let duration = warm_up + self.window;
        format!(
            "\
limitlab: 1
name: waits
seed: {seed}
duration: {duration}s
warm_up: {warm_up}s
backend: {{ {backend} }}
workspaces:
  - group: queues
    count: {workspaces}
    agents:
      - {{ name: a, traffic: {{ {traffic} }} }}
"
        )
    }

    /// By the diffusion that has the drift of the queue, and its variance: that of the arrivals
    /// and of the services, by their coefficients of variation.
    #[track_caller]
    fn assert_warm(&self, servers: u32, rate: f64, cvs: [f64; 2]) {
        let spare = f64::from(servers) - rate;
        let variance = rate * (cvs[0] * cvs[0] + cvs[1] * cvs[1]);
        let relaxation_time = 2.0 * variance / (spare * spare);
        assert!(f64::from(self.warm_up) >= RELAXATION_TIMES * relaxation_time, "{relaxation_time}");
    }
}

fn bucketed(metric: &'static str, value: f64) -> Expectation {
    Expectation::interval(metric, value).in_buckets()
}

/// In each workspace, and where the messages of many meet.
#[test]
fn constant_services_wait_as_crommelin_says() {
    for (scope, workspaces, servers, rate) in [
        ("workspace", 20, 1, 0.75),
        ("workspace", 12, 4, 3.4),
        ("platform", 10, 3, 0.25),
        ("platform", 20, 12, 0.5),
    ] {
        let streams = if scope == "platform" { f64::from(workspaces) } else { 1.0 };
        let theory = ConstantService::new(servers, rate * streams);
        let waits = Waits {
            workspaces,
            warm_up: 300,
            window: if scope == "platform" { 24_000 } else { 3_000 },
            traffic: &format!("rate: {rate}/s"),
            backend: &format!("scope: {scope}, servers: {servers}, service_time: 1s"),
        };
        waits.assert_warm(servers, rate * streams, [1.0, 0.0]);
        let mut expectations = vec![
            Expectation::interval("wait.mean", theory.mean_wait()),
            Expectation::interval("wait.probability", theory.wait_probability()),
            Expectation::interval("latency.mean", theory.mean_wait() + 1.0),
            Expectation::interval("backend.utilisation", theory.utilisation()),
            Expectation::interval("backend.queue.mean", theory.mean_queue()),
            bucketed("wait.p90", theory.wait_quantile(0.9)),
            bucketed("wait.p95", theory.wait_quantile(0.95)),
            bucketed("wait.p99", theory.wait_quantile(0.99)),
            bucketed("latency.p99", theory.wait_quantile(0.99) + 1.0),
        ];
        if theory.wait_probability() > 0.6 {
            expectations.push(bucketed("wait.p50", theory.wait_quantile(0.5)));
        }
        assert_theory_over_seeds(|seed| waits.scenario(seed), &expectations);
    }
}

#[test]
fn one_server_for_renewal_arrivals() {
    for (law, cv, theory) in [
        ("{ erlang: { mean: 1.25s, k: 2 } }", 0.71, RenewalArrivals::erlang(1, 0.8, 2)),
        ("1.25s", 0.0, RenewalArrivals::even(1, 0.8)),
        (
            "{ hyperexponential: { mean: 1.6s, cv: 2 } }",
            2.0,
            RenewalArrivals::hyperexponential(1, 0.625, 2.0),
        ),
    ] {
        let waits = Waits {
            workspaces: 20,
            warm_up: 800,
            window: 4_000,
            traffic: &format!("interarrival: {law}"),
            backend: "scope: workspace, servers: 1, service_time: { exponential: 1s }",
        };
        waits.assert_warm(1, theory.utilisation(), [cv, 1.0]);
        assert_theory_over_seeds(
            |seed| waits.scenario(seed),
            &[
                Expectation::interval("wait.mean", theory.mean_wait()),
                Expectation::interval("wait.sd", theory.wait_deviation()),
                Expectation::interval("wait.probability", theory.wait_probability),
                Expectation::interval("latency.mean", theory.mean_sojourn()),
                Expectation::interval("backend.utilisation", theory.utilisation()),
                Expectation::interval("backend.queue.mean", theory.mean_queue()),
                bucketed("wait.p50", theory.wait_quantile(0.5)),
                bucketed("wait.p90", theory.wait_quantile(0.9)),
                bucketed("wait.p99", theory.wait_quantile(0.99)),
            ],
        );
    }
}

#[test]
fn many_servers_for_renewal_arrivals() {
    for (servers, rate, law, cv, theory) in [
        (3, 2.0, "{ erlang: { mean: 500ms, k: 3 } }", 0.6, RenewalArrivals::erlang(3, 2.0, 3)),
        (3, 2.5, "400ms", 0.0, RenewalArrivals::even(3, 2.5)),
        (
            8,
            6.25,
            "{ hyperexponential: { mean: 160ms, cv: 2 } }",
            2.0,
            RenewalArrivals::hyperexponential(8, 6.25, 2.0),
        ),
    ] {
        let waits = Waits {
            workspaces: 400,
            warm_up: 300,
            window: 2_000,
            traffic: &format!("interarrival: {law}"),
            backend: &format!(
                "scope: workspace, servers: {servers}, service_time: {{ exponential: 1s }}"
            ),
        };
        waits.assert_warm(servers, rate, [cv, 1.0]);
        assert_theory(
            &waits.scenario(9),
            &[
                Expectation::interval("wait.mean", theory.mean_wait()),
                Expectation::interval("wait.probability", theory.wait_probability),
                Expectation::interval("latency.mean", theory.mean_sojourn()),
                Expectation::interval("backend.utilisation", theory.utilisation()),
                Expectation::interval("backend.queue.mean", theory.mean_queue()),
            ],
        );
    }
}

/// Nobody waits behind more than the queue's limit, so the tail is cut short.
#[test]
fn quantiles_of_limited_queues() {
    for (scope, workspaces, servers, queue_limit, rate) in
        [("workspace", 10, 2, 5, 2.2), ("platform", 20, 4, 8, 0.2)]
    {
        let streams = if scope == "platform" { f64::from(workspaces) } else { 1.0 };
        let arrival_rate = rate * streams;
        let theory = LimitedQueue { servers, queue_limit, arrival_rate, service_rate: 1.0 };
        let waits = Waits {
            workspaces,
            warm_up: 300,
            window: 4_000,
            traffic: &format!("rate: {rate}/s"),
            backend: &format!(
                "scope: {scope}, servers: {servers}, service_time: {{ exponential: 1s }}, \
                 queue: {{ limit: {queue_limit} }}"
            ),
        };
        assert!(f64::from(waits.warm_up) >= RELAXATION_TIMES * theory.relaxation_time());
        assert_theory_over_seeds(
            |seed| waits.scenario(seed),
            &[
                Expectation::interval("refusal.rate{reason=overloaded}", theory.loss()),
                Expectation::interval("wait.mean", theory.mean_wait()),
                bucketed("wait.p90", theory.wait_quantile(0.9)),
                bucketed("wait.p99", theory.wait_quantile(0.99)),
                Expectation::interval("backend.queue.mean", theory.mean_queue()),
            ],
        );
    }
}
