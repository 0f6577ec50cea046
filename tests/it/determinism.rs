//! The same scenario and seed give the same figures, however they are computed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::{Scenario, load, parse};
use tempfile::TempDir;

use crate::scenarios::{is_big, shipped};
use crate::support::{outcome_on, results, simulate};

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

/// What a run of the command leaves in its folder, by the path there; without what it cost.
fn left(path: &Path, arguments: &[&str], zone: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let out = folder.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_limitlab"));
    command.arg("run").arg(path).arg("--out").arg(&out).args(arguments).env("TZ", zone);
    if is_big(path) {
        command.args(["--set", "workspaces.customers.count=300"]);
    }
    let output = command.stdin(Stdio::null()).output().expect("the command can be started");
    let told = String::from_utf8_lossy(&output.stderr);
    // With fewer workspaces a threshold may fail.
    assert!(matches!(output.status.code(), Some(0 | 99)), "{}: {told}", path.display());
    results(&out)
}

#[test]
fn any_number_of_threads_and_any_outputs_give_the_same_bytes_in_every_file() {
    let is_png = |path: &PathBuf| path.extension().is_some_and(|it| it == "png");
    for (path, _) in shipped() {
        let alone = left(&path, &["--threads", "1", "--quiet"], "UTC");
        let plots = alone.keys().filter(|path| path.starts_with("plots")).count();
        assert!(plots >= 2 && alone.len() == plots + 6, "{}", path.display());
        let mut pictures = Vec::new();
        for (arguments, zone) in [
            (&["--threads", "2", "--format", "json"][..], "Pacific/Auckland"),
            (&["--threads", "3", "--png"], "America/New_York"),
            (&["--threads", "8", "--png", "--quiet"], "UTC"),
        ] {
            let (png, others): (BTreeMap<_, _>, _) =
                left(&path, arguments, zone).into_iter().partition(|(path, _)| is_png(path));
            for (name, bytes) in &alone {
                let same = others.get(name) == Some(bytes);
                assert!(same, "{}: {} differs with {arguments:?}", path.display(), name.display());
            }
            assert_eq!(others.len(), alone.len(), "{} with {arguments:?}", path.display());
            if arguments.contains(&"--png") {
                assert_eq!(png.len(), plots, "{} with {arguments:?}", path.display());
                pictures.push(png);
            }
        }
        assert!(pictures[0] == pictures[1], "{}: plots differ as PNG", path.display());
    }
}

#[test]
fn groups_in_another_order_have_the_same_figures() {
    let scenarios = shipped().into_iter().filter(|(path, _)| !is_big(path));
    let scenarios =
        scenarios.map(|(path, _)| load(&path, &[]).expect("shipped scenarios are valid").scenario);
    // Groups that share servers too: with continuous times nothing of theirs happens at one instant.
    let coupled = parse("coupled.yaml", COUPLED, &[]).expect("the scenario is valid");
    let mut several = 0;
    for mut scenario in scenarios.chain([coupled]).filter(|it| it.groups.len() > 1) {
        several += 1;
        let summary = |scenario: &Scenario| {
            let outcome = run(scenario, RunOptions { threads: 2 }, &Watch::default());
            let mut summary = outcome.expect("shipped scenarios do not loop").summary;
            // Causes are listed in the scenario's order.
            for group in summary.groups.values_mut() {
                group.refusals.sort_by(|one, other| {
                    (&one.reason, &one.limiter).cmp(&(&other.reason, &other.limiter))
                });
            }
            summary
        };
        let written = summary(&scenario);
        scenario.groups.reverse();
        let reversed = summary(&scenario);
        // Maps are equal in any order.
        assert_eq!(written, reversed, "{}", scenario.name);
    }
    assert!(several >= 4, "only {several} scenarios have several groups");
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
