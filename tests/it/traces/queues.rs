//! Recorded messages in queues: by hand, to the nanosecond, and by theory.

use std::fmt::Write;

use super::{assert_same, assert_values, folder, outcome_in, replay, replay_all};

const QUEUE: &str = "limitlab: 1
name: queue
duration: 1h
workspaces:
  - group: shops
    count: 2
    traffic: { trace: day.csv }
    agents: [{ name: sales, count: 2 }]
backend: { servers: 1, service_time: 3ns }
";

/// Two messages to each of two workspaces.
const ROWS: &str = "0s,shops/1,sales/1,message,
1ns,shops/2,sales/2,message,
2ns,shops/1,sales/2,message,
10ns,shops/2,sales/1,message,
";

#[test]
fn a_shared_server_takes_them_one_after_the_other() {
    // Served from 0, 3, 6 and 10 on.
    assert_values(
        &replay(QUEUE, ROWS),
        &[
            ("messages.offered", 4.0),
            ("messages.completed", 4.0),
            ("latency.mean", 18e-9 / 4.0),
            ("latency.max", 7e-9),
            ("wait.mean", 6e-9 / 4.0),
            ("wait.max", 4e-9),
            ("service.mean", 3e-9),
            ("backend.queue.max", 2.0),
        ],
    );
}

#[test]
fn workspaces_with_servers_of_their_own_do_not_meet() {
    // One waits from 2 to 3.
    let own = QUEUE.replace("{ servers", "{ scope: workspace, servers");
    assert_values(
        &replay(&own, ROWS),
        &[
            ("messages.completed", 4.0),
            ("latency.mean", 13e-9 / 4.0),
            ("wait.max", 1e-9),
            ("backend.queue.max", 1.0),
        ],
    );
    let none = QUEUE.lines().filter(|line| !line.starts_with("backend"));
    let none: Vec<&str> = none.collect();
    let summary = replay(&(none.join("\n") + "\n"), ROWS);
    assert_values(&summary, &[("messages.completed", 4.0), ("latency.max", 0.0)]);
}

#[test]
fn instants_on_the_calendar_are_counted_from_the_start() {
    let rows = "2026-01-01T00:00:00Z,shops/1,sales/1,message,
1ns,shops/2,sales/2,message,
2026-01-01T01:00:00.000000002+01:00,shops/1,sales/2,message,
2026-01-01T00:00:00.00000001Z,shops/2,sales/1,message,
";
    assert_same(&replay(QUEUE, rows), &replay(QUEUE, ROWS));
}

#[test]
fn time_runs_faster_and_slower() {
    let waits = |speed: &str, expected: f64| {
        let scenario = QUEUE
            .replace("day.csv }", &format!("day.csv, speed: {speed} }}"))
            .replace("3ns", "10s");
        let rows = "0s,shops/1,sales/1,message,\n10s,shops/2,sales/1,message,\n";
        assert_values(&replay(&scenario, rows), &[("wait.max", expected)]);
    };
    waits("1x", 0.0);
    waits("0.5x", 0.0);
    waits("2x", 5.0);
    waits("1.25x", 2.0);
    // At 3.333333333 s, rounded down.
    waits("3x", 6.666_666_667);
}

#[test]
fn rows_after_the_end_are_left_out_at_any_speed() {
    let offered = |speed: &str, rows: f64| {
        let scenario = QUEUE.replace("day.csv }", &format!("day.csv, speed: {speed} }}"));
        let rows_of = "59m59s,shops/1,sales/1,message,\n1h,shops/1,sales/1,message,\n\
                       1h59m59s,shops/1,sales/1,message,\n2h,shops/1,sales/1,message,\n";
        assert_values(&replay(&scenario, rows_of), &[("messages.offered", rows)]);
    };
    offered("1x", 1.0);
    offered("2x", 3.0);
    offered("0.9x", 0.0);
}

#[test]
fn a_line_replays_only_its_own_rows() {
    let scenario = "limitlab: 1
name: lines
duration: 1h
workspaces:
  - group: shops
    agents:
      - { name: sales, count: 2, traffic: { trace: day.csv } }
      - { name: support, traffic: { rate: 1/h } }
    features: [{ name: rewriter, traffic: { trace: day.csv, speed: 2x } }]
";
    let rows = "0s,shops,sales/1,message,
1s,shops,sales/2,disable,
2s,shops,support,message,
3s,shops,sales/3,create,
4s,shops,sales/3,message,
5s,shops/1,sales/2,message,
90m,shops,rewriter,message,
";
    let with = replay(scenario, rows);
    let without = replay(scenario, "");
    let offered = |of: &limitlab::summary::Summary| of.value("messages.offered").unwrap();
    assert_values(&with, &[("messages.offered", offered(&without) + 3.0), ("messages.lost", 0.0)]);
}

#[test]
fn recorded_messages_stand_beside_those_that_are_drawn() {
    let scenario = QUEUE.replace(
        "{ name: sales, count: 2 }",
        "{ name: sales, count: 2, traffic: { interarrival: 10m } }",
    );
    // Every ten minutes until fifty minutes, to four agents.
    assert_values(&replay(&scenario, ROWS), &[("messages.offered", 24.0)]);
}

#[test]
fn a_log_is_a_trace_of_its_first_attempts() {
    let log = "time,message,workspace,agent,action,attempt,outcome,cost,charged,active
0s,,,decisions-1,log,,,,,
0s,1,shops/1,sales/1,message,1,refused,,0,2
5ns,1,shops/1,sales/1,message,2,admitted,,1,2
5ns,,shops/1,,settle,,,,,
6ns,,shops/2,,renew,,,,,
7ns,,shops/2,,end_trial,,,,,
10ns,2,shops/2,sales/2,message,1,admitted,,1,2
11ns,,shops/2,sales/2,disable,,,,,1
12ns,,shops/2,sales/2,expire,,,,,
12ns,,shops/2,sales/2,release,,,,,
12ns,3,shops/2,sales/2,message,1,refused,,0,1
";
    let summary = replay_all(QUEUE, log);
    // Of the agents' states the scenario says what is: the disable is not replayed.
    let completed = ("messages.completed", 3.0);
    assert_values(&summary, &[("messages.offered", 3.0), completed, ("latency.max", 4e-9)]);
}

/// Uniform draws above 0 and at most 1, of the test's own.
///
/// Source: G. Marsaglia, Xorshift RNGs, 2003, with the multiplier of S. Vigna, 2014.
fn uniforms(mut state: u64) -> impl FnMut() -> f64 {
    move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let drawn = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        (drawn + 1) as f64 / (1_u64 << 53) as f64
    }
}

#[test]
fn poisson_messages_wait_as_in_an_m_m_1() {
    const MESSAGES: u32 = 400_000;
    let scenario = QUEUE.replace("1h", "30d").replace("3ns", "{ exponential: 1s }");
    let mut draw = uniforms(11);
    let mut trace = super::HEADER.to_owned();
    let mut now = 0.0;
    for _ in 0..MESSAGES {
        now -= 2.0 * libm::log(draw());
        let (workspace, agent) = (1 + u8::from(draw() < 0.5), 1 + u8::from(draw() < 0.3));
        writeln!(trace, "{now:.9}s,shops/{workspace},sales/{agent},message,").unwrap();
    }
    let summary = replay_all(&scenario, &trace);
    assert_values(&summary, &[("messages.completed", f64::from(MESSAGES))]);
    // The mean time in the system is 2 s. The mean wait of n customers has this variance, and the
    // time in the system at most the standard error of the wait and that of the service together.
    // Source: D. J. Daley, The serial correlation coefficients of waiting times in a stationary
    // single server queue, 1968: ρ (2 + 5ρ - 4ρ² + ρ³) / (1 - ρ)⁴ in squared service times.
    let (load, n): (f64, _) = (0.5, f64::from(MESSAGES));
    let cubic = 2.0 + load * (5.0 + load * (load - 4.0));
    let (idle, wait) = (1.0 - load, (load * cubic).sqrt());
    let error = (wait / (idle * idle) + 1.0) / n.sqrt();
    let mean = summary.value("latency.mean").unwrap();
    assert!((mean - 2.0).abs() < 4.0 * error, "{mean}, error {error}");
    let exceeds = summary.value("latency.p99").unwrap();
    // Exponential with mean 2 s: its quantile is 2 ln 100.
    assert!((exceeds - 9.21).abs() < 0.35, "{exceeds}");
}

#[test]
fn replications_replay_the_same_trace() {
    let scenario = QUEUE.replace("duration: 1h", "duration: 1h\nreplications: 5");
    let summary = replay(&scenario, ROWS);
    assert_values(&summary, &[("messages.offered", 4.0), ("wait.max", 4e-9)]);
    let mean = summary.metric("all", "latency.mean").unwrap();
    // Nothing is drawn, so nothing scatters.
    assert!(mean.n == 5 && mean.ci95.is_some_and(|[low, high]| high - low < 1e-20), "{mean:?}");

    let drawn = scenario.replace("3ns", "{ exponential: 3ns }");
    let folder = folder(&drawn, &[("day.csv", format!("{}{ROWS}", super::HEADER).as_bytes())]);
    let [one, two] = [1, 2].map(|threads| outcome_in(folder.path(), threads).summary);
    assert_same(&one, &two);
    let apart = one.metric("all", "latency.mean").unwrap().ci95.unwrap();
    assert!(apart[0] < apart[1], "{apart:?}");
}
