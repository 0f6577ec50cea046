//! Warm-ups that are found: `warm_up: auto`.

use limitlab::planning::diff;
use limitlab::summary::{Summary, Verdict};
use limitlab::{RunOptions, Watch, parse, run};

/// Queues with one server each that are half busy, but for two hours of a crowd at the start.
const CROWD: &str = "
limitlab: 1
name: crowd
seed: 3
duration: 20h
warm_up: auto
workspaces:
  - { group: shops, count: 200, agents: [{ name: line, traffic: { rate: 3/min } }] }
backend: { scope: workspace, servers: 1, service_time: { exponential: 10s } }
timeline: [{ at: 0s, for: 2h, traffic: 2.5x }]
";

fn summary(yaml: &str, threads: usize) -> Summary {
    let scenario = parse("s.yaml", yaml, &[]).unwrap_or_else(|error| panic!("{error}"));
    run(&scenario, RunOptions { threads }, &Watch::default()).expect("it runs").summary
}

#[test]
fn what_is_left_out_leaves_the_steady_state() {
    let found = summary(CROWD, 2);
    let left_out = found.scenario.warm_up_s / 3_600.0;
    assert!((2.0..4.0).contains(&left_out), "{left_out} h");
    assert_eq!(found.scenario.warm_up_by.as_deref(), Some("MSER-5"));
    assert_eq!(found.validity.verdict, Verdict::Valid, "{:?}", found.validity.why);
    // M/M/1: replies take 1 / (0.1 - 0.05) s on average.
    let exact = 20.0;
    let mean = found.metric("all", "latency.mean").expect("it is measured");
    let [low, high] = mean.ci95.expect("there are 200 workspaces");
    let error = (high - low) / 2.0 / 1.96;
    let value = mean.value.expect("messages were answered");
    assert!((value - exact).abs() < 4.0 * error && error < 0.2, "{value} +- {error}");
    let all = summary(&CROWD.replace("auto", "0s"), 2).value("latency.mean").unwrap();
    assert!(all > 3.0 * exact, "with the crowd it is {all} s");
}

#[test]
fn threads_change_nothing() {
    let text = CROWD.replace("count: 200", "count: 20");
    assert_eq!(summary(&text, 1), summary(&text, 3));
    let shared = text.replace("scope: workspace, servers: 1", "servers: 20");
    assert_eq!(summary(&shared, 1), summary(&shared, 3));
}

#[test]
fn a_run_that_never_settles_says_so() {
    let text = CROWD.replace("rate: 3/min", "rate: 7/min").replace("count: 200", "count: 10");
    let found = summary(&text, 2);
    assert_eq!(found.validity.verdict, Verdict::Growing);
    let why = found.validity.why.join(" ");
    assert!(why.contains("It did not settle in its first half, 10h: a longer run may."), "{why}");
}

#[test]
fn two_policies_are_measured_over_the_same_time() {
    let text = CROWD.replace("count: 200", "count: 20");
    let a = parse("a.yaml", &text, &[]).expect("it is right");
    let b = parse("b.yaml", &text.replace("for: 2h", "for: 4h"), &[]).expect("it is right");
    let told = diff(&a, &b, RunOptions::default(), &Watch::default()).expect("they compare");
    let [of_a, of_b] = [&told.summary.a, &told.summary.b].map(|it| it.scenario.warm_up_s);
    assert_eq!(of_a.to_bits(), of_b.to_bits());
    assert!(of_a >= 4.0 * 3_600.0, "{of_a}");
    let given = parse("b.yaml", &text.replace("auto", "1h"), &[]).expect("it is right");
    let error = diff(&a, &given, RunOptions::default(), &Watch::default()).unwrap_err();
    assert!(error.to_string().contains("warm_up"), "{error}");
}

#[test]
fn a_warm_up_is_a_duration_or_auto() {
    for (written, part) in [
        ("automatic", "a duration such as `10m`, or `auto`"),
        ("20h", "`warm_up` must be less than the duration, 20h"),
        ("auto\nthresholds: [latency.p99 < 1h over 11h]", "`warm_up: auto` leaves 10h at least"),
    ] {
        let text = CROWD.replace("auto", written);
        let error = parse("s.yaml", &text, &[]).unwrap_err().to_string();
        assert!(error.contains(part), "{written}: {error}");
    }
    assert!(parse("s.yaml", &CROWD.replace("auto", "90m"), &[]).is_ok());
}
