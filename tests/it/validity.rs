//! A run says first whether its figures are those of a steady state.

use limitlab::summary::Verdict;

use crate::support::simulate;

/// One platform with ten servers that do one message a second each, offered `rate` a second.
fn platform(rate: &str, queue: &str, seed: u64) -> String {
    format!(
        "limitlab: 1
name: platform
seed: {seed}
duration: 3h
warm_up: 10m
workspaces: [{{ group: w, count: 10, agents: [{{ name: a, traffic: {{ rate: {rate} }} }}] }}]
backend:
  scope: platform
  servers: 10
  service_time: {{ exponential: 1s }}
  queue: {{ limit: {queue} }}
"
    )
}

#[test]
fn a_backlog_grows_by_what_arrives_above_what_the_servers_do() {
    for seed in 1..=20 {
        // 10.5 a second arrive, 10 are done.
        let summary = simulate(&platform("1.05/s", "unlimited", seed));
        assert_eq!(summary.validity.verdict, Verdict::Growing, "seed {seed}");
        assert!(summary.validity.why[0].contains("backlog grows"), "{:?}", summary.validity.why);
        // The levels a quarter apart differ by 0.5/s x 5,100 s, with a standard deviation of
        // sqrt((10.5 + 10) x 5,100) = 323 over that time: 4 of them are 0.25/s.
        let growth = summary.value("backlog.growth").expect("it is measured");
        assert!((growth - 0.5).abs() < 0.25, "seed {seed}: {growth}");
    }
}

#[test]
fn servers_of_ones_own_grow_backlogs_too() {
    let own = platform("1.2/s", "unlimited", 1)
        .replace("scope: platform", "scope: workspace")
        .replace("servers: 10", "servers: 1");
    let summary = simulate(&own);
    assert_eq!(summary.validity.verdict, Verdict::Growing);
    // Ten workspaces, 0.2 messages a second each.
    let growth = summary.value("backlog.growth").expect("it is measured");
    assert!((growth - 2.0).abs() < 0.4, "{growth}");
}

#[test]
fn a_stable_queue_is_valid_however_it_sways() {
    for seed in 1..=60 {
        for rate in ["0.5/s", "0.9/s", "0.95/s"] {
            let summary = simulate(&platform(rate, "unlimited", seed));
            let validity = &summary.validity;
            assert_eq!(validity.verdict, Verdict::Valid, "seed {seed} at {rate}: {validity:?}");
            assert!(validity.why.is_empty());
        }
    }
}

#[test]
fn a_queue_that_is_full_does_not_grow() {
    let summary = simulate(&platform("2/s", "50", 1));
    assert_eq!(summary.validity.verdict, Verdict::Valid);
    assert!(summary.value("refusal.rate{reason=overloaded}").is_some_and(|rate| rate > 0.4));
}
