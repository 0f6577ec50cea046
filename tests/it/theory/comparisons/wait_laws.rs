//! The whole law of the wait: constant services, arrivals of a renewal process, limited queues.

use super::super::constant_service::ConstantService;
use super::super::mixed_service::MixedService;
use super::super::queues::{GeneralService, LimitedQueue};
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
    for (traffic, cv, theory) in [
        (
            "interarrival: { erlang: { mean: 1.25s, k: 2 } }",
            0.71,
            RenewalArrivals::erlang(1, 0.8, 2),
        ),
        ("interarrival: 1.25s", 0.0, RenewalArrivals::even(1, 0.8)),
        (
            "interarrival: { hyperexponential: { mean: 1.6s, cv: 2 } }",
            2.0,
            RenewalArrivals::hyperexponential(1, 0.625, 2.0),
        ),
        // As scattered in a long time as a renewal process whose cv^2 is 3.5.
        (
            "rate: 0.5/s, bursts: { on: { exponential: 5s }, off: { exponential: 5s } }",
            1.88,
            RenewalArrivals::interrupted(1, 0.5, [5.0, 5.0]),
        ),
    ] {
        let waits = Waits {
            workspaces: 20,
            warm_up: 800,
            window: 4_000,
            traffic,
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
                Expectation::interval("goodput.rate{within=10s}", theory.served_within(10.0)),
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
    for (servers, rate, traffic, cv, theory) in [
        (
            3,
            2.0,
            "interarrival: { erlang: { mean: 500ms, k: 3 } }",
            0.6,
            RenewalArrivals::erlang(3, 2.0, 3),
        ),
        (3, 2.5, "interarrival: 400ms", 0.0, RenewalArrivals::even(3, 2.5)),
        (
            8,
            6.25,
            "interarrival: { hyperexponential: { mean: 160ms, cv: 2 } }",
            2.0,
            RenewalArrivals::hyperexponential(8, 6.25, 2.0),
        ),
        // As scattered in a long time as a renewal process whose cv^2 is 4.9.
        (
            4,
            2.0,
            "rate: 2/s, bursts: { on: { exponential: 2s }, off: { exponential: 3s } }",
            2.5,
            RenewalArrivals::interrupted(4, 2.0, [2.0, 3.0]),
        ),
    ] {
        let waits = Waits {
            workspaces: 400,
            warm_up: 300,
            window: 2_000,
            traffic,
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

/// The spread of the wait follows from the third moment of the service; for two exponentials its
/// whole law is known.
#[test]
fn the_spread_of_waits_for_any_service_time() {
    let mixed = MixedService { arrival_rate: 0.6, kinds: [(0.9, 0.5), (0.1, 5.5)] };
    let branches = "{ hyperexponential: { branches: [{ share: 90%, mean: 500ms }, \
                    { share: 10%, mean: 5.5s }] } }";
    for (service_time, cv, third_moment) in [
        ("{ uniform: { min: 0s, max: 2s } }", f64::sqrt(1.0 / 3.0), 2.0),
        ("{ erlang: { mean: 1s, k: 4 } }", 0.5, 4.0 * 5.0 * 6.0 / 64.0),
        ("{ gamma: { mean: 1s, cv: 1.25 } }", 1.25, 2.5625 * 4.125),
        ("{ lognormal: { mean: 1s, cv: 0.6 } }", 0.6, 1.36 * 1.36 * 1.36),
        (branches, mixed.cv(), mixed.third_moment()),
    ] {
        let theory = GeneralService { arrival_rate: 0.6, mean_service: 1.0, cv };
        let waits = Waits {
            workspaces: 20,
            warm_up: 600,
            window: if service_time == branches { 12_000 } else { 4_000 },
            traffic: "rate: 0.6/s",
            backend: &format!("scope: workspace, servers: 1, service_time: {service_time}"),
        };
        waits.assert_warm(1, 0.6, [1.0, cv]);
        let deviation = theory.wait_deviation(third_moment);
        let latency = (deviation * deviation + cv * cv).sqrt();
        let mut expectations = vec![
            Expectation::interval("wait.mean", theory.mean_wait()),
            Expectation::interval("wait.sd", deviation),
            Expectation::interval("latency.sd", latency),
            Expectation::interval("service.sd", cv),
        ];
        if service_time == branches {
            for (metric, q) in [("wait.p50", 0.5), ("wait.p90", 0.9), ("wait.p99", 0.99)] {
                expectations.push(bucketed(metric, mixed.wait_quantile(q)));
            }
        }
        assert_theory_over_seeds(|seed| waits.scenario(seed), &expectations);
    }
}
