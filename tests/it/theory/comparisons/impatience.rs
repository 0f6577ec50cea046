//! Customers who lose patience, and customers who try again.

use super::super::impatience::{Impatient, Patience, Retrial};
use super::{Expectation, assert_theory};

fn scenario(rate: f64, line: &str, backend: &str) -> String {
    format!(
        "\
limitlab: 1
name: customers
seed: 5
duration: 5h
warm_up: 10m
workspaces:
  - group: shops
    count: 200
    agents:
      - {{ name: a, traffic: {{ rate: {rate}/s }}, {line} }}
backend: {{ scope: workspace, service_time: {{ exponential: 1s }}, {backend} }}
"
    )
}

#[track_caller]
fn check_impatient(servers: u32, rate: f64, patience: Patience, written: &str) {
    let theory = Impatient { servers, arrival_rate: rate, service_rate: 1.0, patience };
    let text = scenario(rate, &format!("patience: {written}"), &format!("servers: {servers}"));
    assert_theory(
        &text,
        &[
            Expectation::interval("loss.rate", theory.lost()),
            Expectation::interval("loss.rate{reason=timed_out}", theory.lost()),
            Expectation::interval("wait.mean", theory.mean_wait()),
            Expectation::interval("wait.probability", theory.wait_probability()),
            Expectation::interval("backend.queue.mean", theory.mean_queue()),
            Expectation::interval("backend.utilisation", theory.utilisation()),
            Expectation::certain("attempts.amplification", 1.0),
            Expectation::certain("attempts.refused", 0.0),
        ],
    );
}

#[test]
fn erlang_a() {
    for (servers, rate, mean) in [(1, 0.8, 2.0), (3, 4.0, 0.7), (5, 4.5, 3.0)] {
        let written = format!("{{ exponential: {mean}s }}");
        check_impatient(servers, rate, Patience::Exponential { mean }, &written);
    }
}

#[test]
fn constant_patience() {
    for (servers, rate, patience) in [(1, 0.9, 3.0), (2, 2.6, 1.0), (4, 4.0, 0.5)] {
        let written = format!("{patience}s");
        check_impatient(servers, rate, Patience::Constant(patience), &written);
    }
}

#[test]
fn uniform_patience() {
    let written = "{ uniform: { min: 0s, max: 2s } }";
    check_impatient(2, 2.2, Patience::Uniform { most: 2.0 }, written);
}

#[test]
fn retries_without_end_before_one_server() {
    for (load, mean) in [(0.5, 1.0), (0.7, 4.0)] {
        let theory = Retrial { arrival_rate: load, service_rate: 1.0, mean_wait: mean };
        let retry = format!("backoff: {{ wait: {{ exponential: {mean}s }} }}");
        let line = format!("retry: {{ max_attempts: unlimited, {retry} }}, patience: 365d");
        assert_theory(
            &scenario(load, &line, "servers: 1, queue: { limit: 0 }"),
            &[
                Expectation::interval("refusal.first_rate", theory.first_refused()),
                Expectation::interval("latency.mean", theory.mean_latency()),
                Expectation::interval("attempts.amplification", theory.amplification()),
                Expectation::interval("refusal.rate", 1.0 - 1.0 / theory.amplification()),
                Expectation::interval("service.mean", 1.0),
                Expectation::certain("messages.lost", 0.0),
                Expectation::certain("wait.mean", 0.0),
            ],
        );
    }
}

/// Customers of an agent that is never there: every attempt is refused.
fn in_vain(retry: &str, patience: &str) -> String {
    let reasons = "reasons: [agent_not_active]";
    format!(
        "\
limitlab: 1
name: vain
duration: 2h
workspaces:
  - group: shops
    count: 200
    agents:
      - name: a
        start: offline
        traffic: {{ rate: 1/min }}
        retry: {{ {retry}, {reasons} }}
        patience: {patience}
"
    )
}

/// After each of at most four refusals 60% go on: 1 + 0.6 + 0.36 + 0.216 + 0.1296 attempts. A wait
/// of 1, 2, 4 and 8 s stays within a patience of 15 s, and half as much patience ends before the
/// fourth.
#[test]
fn persistence_is_a_geometric_series() {
    let retry = "max_attempts: 5, persistence: 60%, backoff: { jitter: none }";
    assert_theory(
        &in_vain(retry, "15s"),
        &[
            Expectation::interval("attempts.amplification", 2.305_6),
            Expectation::certain("loss.rate{reason=agent_not_active}", 1.0),
            Expectation::certain("messages.timed_out", 0.0),
        ],
    );
    assert_theory(
        &in_vain(retry, "7500ms"),
        &[Expectation::interval("attempts.amplification", 2.176)],
    );
}

/// Tries of a Poisson stream in a constant patience: a Poisson number, after which all are timed
/// out.
#[test]
fn tries_within_a_patience_are_a_poisson_number() {
    let retry = "max_attempts: unlimited, backoff: { wait: { exponential: 5s } }";
    assert_theory(
        &in_vain(retry, "20s"),
        &[
            Expectation::interval("attempts.amplification", 1.0 + 20.0 / 5.0),
            Expectation::certain("loss.rate", 1.0),
            Expectation::certain("loss.rate{reason=timed_out}", 0.0),
        ],
    );
}

/// The number of tries within a patience when each wait is uniform from 0 to B: with B = 2 s always
/// (a factor of 1) the mean number of uniform parts that fit into t < 1 is e^t - 1, so that within
/// 1 s there are e^(1/2) - 1 tries beside the first.
///
/// Source: Feller, An Introduction to Probability Theory and Its Applications, volume 2 (1971),
/// section XI.1, the renewal function of the uniform law.
#[test]
fn full_jitter_is_uniform() {
    let retry = "max_attempts: unlimited, backoff: { base: 2s, factor: 1, cap: 2s, jitter: full }";
    let expected = libm::exp(0.5);
    assert_theory(
        &in_vain(retry, "1s"),
        &[Expectation::interval("attempts.amplification", expected)],
    );
    // Equal jitter: never two within twice half of B; within 1.5 s half of all firsts.
    let equal = retry.replace("full", "equal");
    assert_theory(
        &in_vain(&equal, "1500ms"),
        &[Expectation::interval("attempts.amplification", 1.5)],
    );
    // Decorrelated: the first is uniform from 2 s to 6 s, so one in four comes within 3 s.
    let decorrelated =
        retry.replace("full", "decorrelated").replace("factor: 1, cap: 2s", "cap: 1m");
    assert_theory(
        &in_vain(&decorrelated, "3s"),
        &[Expectation::interval("attempts.amplification", 1.25)],
    );
}
