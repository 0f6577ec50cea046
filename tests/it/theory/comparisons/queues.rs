//! Queues at the backend of each workspace, and at one backend for all.

use super::super::queues::{GeneralService, LimitedQueue, MultiServer};
use super::super::tolerance::poisson_count_error;
use super::{Expectation, RELAXATION_TIMES, assert_theory, assert_theory_over_seeds};

/// Workspaces with one agent each and a backend of their own.
struct Queues<'a> {
    seed: u64,
    workspaces: u32,
    /// In seconds.
    warm_up: u32,
    /// What is measured, after the warm-up, in seconds.
    window: u32,
    /// Messages a second to each workspace.
    rate: f64,
    /// In the scenario's language, without its scope.
    backend: &'a str,
}

impl Queues<'_> {
    fn scenario(&self) -> String {
        let Self { seed, workspaces, warm_up, rate, backend, .. } = self;
        let duration = warm_up + self.window;
        format!(
            "\
limitlab: 1
name: queues
seed: {seed}
duration: {duration}s
warm_up: {warm_up}s
workspaces:
  - group: queues
    count: {workspaces}
    agents:
      - {{ name: a, traffic: {{ rate: {rate}/s }} }}
backend: {{ scope: workspace, {backend} }}
"
        )
    }

    /// Messages measured over all workspaces, expected.
    fn messages(&self) -> f64 {
        f64::from(self.workspaces) * f64::from(self.window) * self.rate
    }

    #[track_caller]
    fn assert_warm(&self, relaxation_time: f64) {
        assert!(f64::from(self.warm_up) >= RELAXATION_TIMES * relaxation_time, "{relaxation_time}");
    }
}

#[track_caller]
fn check_multi_server(servers: u32, rate: f64, workspaces: u32, warm_up: u32, window: u32) {
    let theory = MultiServer { servers, arrival_rate: rate, service_rate: 1.0 };
    let backend = format!("servers: {servers}, service_time: {{ exponential: 1s }}");
    let queues = Queues { seed: 7, workspaces, warm_up, window, rate, backend: &backend };
    queues.assert_warm(theory.relaxation_time());
    let busy = theory.utilisation() * f64::from(servers);
    let messages = queues.messages();
    assert_theory(
        &queues.scenario(),
        &[
            Expectation::theory("messages.offered", messages, poisson_count_error(messages)),
            Expectation::interval("wait.mean", theory.mean_wait()),
            Expectation::interval("wait.probability", theory.wait_probability()),
            Expectation::interval("service.mean", 1.0),
            Expectation::interval("latency.mean", theory.mean_sojourn()),
            Expectation::interval("backend.utilisation", theory.utilisation()),
            Expectation::interval("backend.queue.mean", theory.mean_queue()),
            Expectation::interval("backend.in_system.mean", theory.mean_queue() + busy),
            Expectation::interval("backend.throughput", rate),
        ],
    );
}

#[test]
fn one_server() {
    for (rate, workspaces, warm_up, window) in
        [(0.5, 400, 300, 3_600), (0.8, 400, 1_200, 7_200), (0.9, 400, 4_800, 14_400)]
    {
        check_multi_server(1, rate, workspaces, warm_up, window);
    }
}

#[test]
fn many_servers() {
    for (servers, rate, workspaces, warm_up, window) in
        [(4, 3.2, 400, 300, 3_600), (16, 12.8, 400, 120, 2_400)]
    {
        check_multi_server(servers, rate, workspaces, warm_up, window);
    }
}

/// Quantiles have the error of 40 independent runs: within one, messages are correlated, and only
/// their number over the correlation time would count.
#[test]
fn quantiles_of_one_server() {
    let theory = MultiServer { servers: 1, arrival_rate: 0.8, service_rate: 1.0 };
    let queues = |seed| Queues {
        seed,
        workspaces: 40,
        warm_up: 1_200,
        window: 7_200,
        rate: 0.8,
        backend: "servers: 1, service_time: { exponential: 1s }",
    };
    queues(1).assert_warm(theory.relaxation_time());
    let sojourn =
        |metric, q| Expectation::interval(metric, theory.sojourn_quantile(q)).in_buckets();
    let wait = |metric, q| Expectation::interval(metric, theory.wait_quantile(q)).in_buckets();
    assert_theory_over_seeds(
        |seed| queues(seed).scenario(),
        &[
            sojourn("latency.p50", 0.5),
            sojourn("latency.p90", 0.9),
            sojourn("latency.p95", 0.95),
            sojourn("latency.p99", 0.99),
            wait("wait.p50", 0.5),
            wait("wait.p90", 0.9),
            wait("wait.p99", 0.99),
            // The sojourn is exponential: its deviation is its mean.
            Expectation::interval("latency.sd", theory.mean_sojourn()),
        ],
    );
}

#[test]
fn quantiles_of_many_servers() {
    let theory = MultiServer { servers: 4, arrival_rate: 3.4, service_rate: 1.0 };
    let queues = |seed| Queues {
        seed,
        workspaces: 20,
        warm_up: 600,
        window: 3_600,
        rate: 3.4,
        backend: "servers: 4, service_time: { exponential: 1s }",
    };
    queues(1).assert_warm(theory.relaxation_time());
    let wait = |metric, q| Expectation::interval(metric, theory.wait_quantile(q)).in_buckets();
    assert_theory_over_seeds(
        |seed| queues(seed).scenario(),
        &[wait("wait.p50", 0.5), wait("wait.p90", 0.9), wait("wait.p99", 0.99)],
    );
}

/// The warm-up of half an hour is 23 relaxation times by the diffusion that has the queue's drift
/// and variance, 2 load (1 + cv^2) / (1 - load)^2 = 78 s at most. The lognormal tail has no
/// relaxation time; but for the empty start to matter by then, one service must have lasted about
/// 0.3 of that time, and the stationary residual service does with probability 2e-6.
#[test]
fn one_server_with_any_service_time() {
    for (service_time, cv, workspaces) in [
        ("1s", 0.0, 100),
        ("{ erlang: { mean: 1s, k: 4 } }", 0.5, 100),
        ("{ gamma: { mean: 1s, cv: 0.5 } }", 0.5, 100),
        ("{ gamma: { mean: 1s, cv: 1.5 } }", 1.5, 200),
        ("{ hyperexponential: { mean: 1s, cv: 2 } }", 2.0, 400),
        ("{ lognormal: { mean: 1s, cv: 2 } }", 2.0, 600),
    ] {
        let theory = GeneralService { arrival_rate: 0.7, mean_service: 1.0, cv };
        let backend = format!("servers: 1, service_time: {service_time}");
        let queues = Queues {
            seed: 11,
            workspaces,
            warm_up: 1_800,
            window: 14_400,
            rate: 0.7,
            backend: &backend,
        };
        assert_theory(
            &queues.scenario(),
            &[
                Expectation::interval("wait.mean", theory.mean_wait()),
                Expectation::interval("wait.probability", theory.utilisation()),
                Expectation::interval("latency.mean", theory.mean_wait() + 1.0),
                Expectation::interval("backend.utilisation", theory.utilisation()),
                Expectation::interval("backend.queue.mean", theory.mean_queue()),
            ],
        );
    }
}

/// A limited queue forgets within a few hundred services even at a load of 1: the longest here
/// relaxes in 38.
#[test]
fn limited_queues() {
    for (servers, queue_limit, rate, workspaces) in
        [(1, 4, 1.2, 200), (1, 0, 0.5, 200), (4, 0, 4.0, 100), (4, 6, 3.8, 200), (8, 20, 12.0, 50)]
    {
        let theory = LimitedQueue { servers, queue_limit, arrival_rate: rate, service_rate: 1.0 };
        let backend = format!(
            "servers: {servers}, service_time: {{ exponential: 1s }}, \
             queue: {{ limit: {queue_limit} }}"
        );
        let queues =
            Queues { seed: 13, workspaces, warm_up: 600, window: 3_600, rate, backend: &backend };
        queues.assert_warm(theory.relaxation_time());
        let mut expectations = vec![
            Expectation::interval("refusal.rate", theory.loss()),
            Expectation::interval("refusal.rate{reason=overloaded}", theory.loss()),
            Expectation::interval("backend.utilisation", theory.utilisation()),
            Expectation::interval("backend.throughput", theory.throughput()),
        ];
        if queue_limit == 0 {
            expectations.push(Expectation::certain("wait.mean", 0.0));
            expectations.push(Expectation::certain("backend.queue.mean", 0.0));
        } else {
            expectations.push(Expectation::interval("wait.mean", theory.mean_wait()));
            expectations.push(Expectation::interval("wait.probability", theory.wait_probability()));
            expectations.push(Expectation::interval("backend.queue.mean", theory.mean_queue()));
        }
        assert_theory(&queues.scenario(), &expectations);
    }
}

/// Forty workspaces in two groups at one backend: together a Poisson stream to many servers, 5 ms
/// away. The network delays all alike, and so changes no wait.
#[test]
fn a_shared_backend() {
    let theory = MultiServer { servers: 16, arrival_rate: 12.8, service_rate: 1.0 };
    let scenario = |seed| {
        format!(
            "\
limitlab: 1
name: shared
seed: {seed}
duration: 2520s
warm_up: 120s
workspaces:
  - group: small
    count: 32
    agents:
      - {{ name: a, traffic: {{ rate: 0.2/s }} }}
  - group: large
    count: 8
    agents:
      - {{ name: a, count: 2, traffic: {{ rate: 0.4/s }} }}
backend: {{ scope: platform, servers: 16, service_time: {{ exponential: 1s }}, network_delay: 5ms }}
"
        )
    };
    assert!(RELAXATION_TIMES * theory.relaxation_time() <= 120.0);
    assert_theory_over_seeds(
        scenario,
        &[
            Expectation::interval("wait.probability", theory.wait_probability()),
            Expectation::interval("latency.mean", theory.mean_sojourn() + 0.01),
            Expectation::interval("backend.utilisation", theory.utilisation()),
            Expectation::interval("backend.throughput", theory.arrival_rate),
            Expectation::interval("backend.in_system.mean", theory.mean_queue() + 12.8),
        ],
    );
}
