//! The same scenario and seed give the same figures, however they are computed.

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::{load, parse};

use crate::scenarios::{is_big, shipped};
use crate::support::{outcome_on, simulate};

const COUPLED: &str = "
limitlab: 1
name: coupled
duration: 20m
plans: { metered: { active_agents: 2, credits: { included: 40, renews: 5m } } }
workspaces:
  - group: a
    count: 20
    plan: metered
    agents:
      - name: bot
        count: 3
        activity: { active: { exponential: 2m }, offline: { exponential: 2m } }
        traffic: { sessions: { rate: 1/min, turns: { geometric: { mean: 3 } }, think: 5s } }
  - group: b
    count: 20
    agents: [{ name: bot, count: 2, traffic: { rate: 2/min } }]
    fair_use: [{ name: in-flight, scope: agent, concurrency: { limit: 2 } }]
backend:
  scope: platform
  servers: 8
  service_time: { exponential: 4s }
  queue: { limit: 6 }
  network_delay: 20ms
";

/// The text of summary.json, without what the run cost.
fn figures(yaml: &str, threads: usize) -> String {
    outcome_on(yaml, threads).summary.to_json()
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for (path, _) in shipped() {
        let scenario = load(&path, &[]).expect("shipped scenarios are valid").scenario;
        if is_big(&path) {
            continue;
        }
        let json = |threads| {
            let outcome = run(&scenario, RunOptions { threads }, &Watch::default());
            outcome.expect("shipped scenarios do not loop").summary.to_json()
        };
        let alone = json(1);
        assert!(alone == json(2), "{} differs on 2 threads", path.display());
        assert!(alone == json(5), "{} differs on 5 threads", path.display());
    }
}

#[test]
fn running_again_gives_the_same_bytes() {
    assert_eq!(figures(COUPLED, 1), figures(COUPLED, 1));
    assert_eq!(figures(COUPLED, 1), figures(COUPLED, 2));
}

#[test]
fn another_seed_gives_other_figures() {
    let other = COUPLED.replace("name: coupled", "name: coupled\nseed: 2");
    let offered = |yaml: &str| simulate(yaml).value("messages.offered").expect("messages come");
    assert!((offered(COUPLED) - offered(&other)).abs() > 0.5);
}

#[test]
fn changing_one_knob_leaves_every_other_draw_as_it_was() {
    // Slower servers change waits, not what was offered; and a group more changes no other group.
    let slower = COUPLED.replace("exponential: 4s", "exponential: 40s");
    let roomy = COUPLED.replace("queue: { limit: 6 }", "queue: { limit: 600 }");
    let offered = |yaml: &str, group: &str| {
        simulate(yaml).metric(group, "messages.offered").and_then(|metric| metric.value)
    };
    // Group b writes by rate: its messages do not depend on replies.
    assert_eq!(offered(COUPLED, "b"), offered(&slower, "b"));
    assert_eq!(offered(COUPLED, "b"), offered(&roomy, "b"));
    let alone = COUPLED.replace("group: a", "group: c");
    assert_eq!(offered(COUPLED, "b"), offered(&alone, "b"));
    assert_ne!(offered(COUPLED, "a"), offered(&alone, "c"));
}

#[test]
fn a_platform_too_large_to_matter_is_the_same_as_servers_of_ones_own() {
    let platform = "
limitlab: 1
name: same
duration: 6h
workspaces:
  - group: w
    count: 30
    agents:
      - name: bot
        count: 4
        traffic: { sessions: { rate: 6/h, turns: { geometric: { mean: 5 } }, think: 20s } }
    fair_use: [{ name: in-flight, scope: workspace, concurrency: { limit: 1 } }]
backend: { scope: platform, servers: unlimited, service_time: { exponential: 10s } }
";
    let own = platform.replace("scope: platform", "scope: workspace");
    let (platform, own) = (simulate(platform), simulate(&own));
    for metric in ["messages.offered", "messages.lost", "latency.mean", "latency.max", "latency.sd"]
    {
        assert_eq!(platform.value(metric), own.value(metric), "{metric}");
    }
}

#[test]
fn the_workspace_that_loops_is_the_same_on_any_number_of_threads() {
    let yaml = "
limitlab: 1
name: loops
duration: 1d
workspaces:
  - group: quiet
    count: 40
    agents: [{ name: bot, traffic: { rate: 1/h } }]
  - group: loops
    count: 40
    fair_use: [{ name: in-flight, concurrency: { limit: 9 } }]
    agents: [{ name: bot, traffic: { sessions: { rate: 1/h, turns: 1_000_000 } } }]
";
    let scenario = parse("loops.yaml", yaml, &[]).expect("the scenario is valid");
    let error = |threads| {
        let outcome = run(&scenario, RunOptions { threads }, &Watch::default());
        outcome.err().map(|error| error.to_string())
    };
    let alone = error(1);
    assert!(alone.as_ref().is_some_and(|error| error.contains("`loops`")), "{alone:?}");
    assert_eq!(alone, error(2));
    assert_eq!(alone, error(7));
}
