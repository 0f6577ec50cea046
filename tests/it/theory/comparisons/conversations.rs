//! Conversations that come back to the servers turn by turn.

use super::super::queues::MultiServer;
use super::{Expectation, RELAXATION_TIMES, assert_theory, assert_theory_over_seeds};

/// Messages a second, whatever the conversations.
const RATE: f64 = 0.6;

/// Laws of turns with their mean, and think times of 5 s on average at most.
const LAWS: [(&str, f64, &str); 4] = [
    ("3", 3.0, "5s"),
    ("{ geometric: 4 }", 4.0, "{ exponential: 4s }"),
    ("{ uniform: { min: 1, max: 9 } }", 5.0, "{ uniform: { min: 0s, max: 6s } }"),
    ("{ geometric: 3 }", 3.0, "0s"),
];

/// Conversations of this rate in each of so many workspaces, over so many seconds.
fn scenario(seed: u64, backend: &str, size: (u32, u32), rate: f64, law: &str) -> String {
    let (workspaces, duration) = size;
    // Exact but for a billionth.
    let rate = (rate * 1e9).round() / 1e9;
    format!(
        "limitlab: 1
name: conversations
seed: {seed}
duration: {duration}s
warm_up: 1000s
backend: {{ {backend}, service_time: {{ exponential: 1s }} }}
workspaces:
  - group: shops
    count: {workspaces}
    agents:
      - {{ name: a, traffic: {{ sessions: {{ rate: {rate}/s, {law} }} }} }}
"
    )
}

/// Conversations are customers of an open network: they go from the servers to a pause and back.
/// The servers are as those of a Poisson stream of all messages, although what comes there is none.
///
/// Source: Jackson, "Networks of waiting lines", Operations Research 5 (1957); for any number of
/// turns Kelly, Reversibility and Stochastic Networks (1979), chapter 3; for any think time
/// Baskett, Chandy, Muntz and Palacios, Journal of the ACM 22 (1975).
#[test]
fn conversations_wait_as_a_poisson_stream_of_their_messages() {
    for ((turns, mean_turns, think), servers) in LAWS.into_iter().zip([1, 3, 3, 1]) {
        let load = RATE * f64::from(servers);
        let theory = MultiServer { servers, arrival_rate: load, service_rate: 1.0 };
        // The longest conversations of nine turns last about a minute, those of geometric ones
        // shrink by a factor of e in four turns.
        let settled = theory.relaxation_time() + 5.0 * (5.0 + theory.mean_sojourn());
        assert!(RELAXATION_TIMES * settled <= 1_000.0, "{settled}");
        let backend = format!("scope: workspace, servers: {servers}");
        let law = format!("turns: {turns}, think: {think}");
        let rate = load / mean_turns;
        assert_theory(
            &scenario(61, &backend, (500, 5_000), rate, &law),
            &[
                Expectation::interval("wait.mean", theory.mean_wait()),
                Expectation::interval("wait.probability", theory.wait_probability()),
                Expectation::interval("latency.mean", theory.mean_sojourn()),
                Expectation::interval("backend.throughput", load),
                Expectation::interval("backend.utilisation", RATE),
                Expectation::interval("backend.queue.mean", theory.mean_queue()),
            ],
        );
    }
}

#[test]
fn quantiles_of_conversations_at_a_shared_backend() {
    let theory = MultiServer { servers: 4, arrival_rate: 2.8, service_rate: 1.0 };
    for (turns, mean_turns, think) in [LAWS[0], LAWS[3]] {
        let law = format!("turns: {turns}, think: {think}");
        let rate = theory.arrival_rate / 8.0 / mean_turns;
        let bucketed =
            |metric, q| Expectation::interval(metric, theory.wait_quantile(q)).in_buckets();
        assert_theory_over_seeds(
            |seed| scenario(seed, "scope: platform, servers: 4", (8, 40_000), rate, &law),
            &[
                Expectation::interval("wait.mean", theory.mean_wait()),
                Expectation::interval("wait.probability", theory.wait_probability()),
                bucketed("wait.p90", 0.9),
                bucketed("wait.p95", 0.95),
            ],
        );
    }
}
