//! `limitlab drive` as its users see it.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

const SCENARIO: &str = "
limitlab: 1
name: small
duration: 30s
plans: { few: { active_agents: 1, credits: { included: 40, renews: never } } }
workspaces:
  - group: shops
    count: 2
    plan: few
    agents: [{ name: bot, count: 2, traffic: { interarrival: 100ms } }]
";

/// Exit code, what is printed, what is complained of, and the folder that it was in.
fn drive(scenario: &str, options: &[&str]) -> (Option<i32>, String, String, TempDir) {
    let folder = TempDir::new().expect("a temporary folder can be made");
    fs::write(folder.path().join("own.yaml"), scenario).expect("a file can be written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_limitlab"));
    command.args(["drive", "own.yaml"]).args(options).env("NO_COLOR", "1");
    let output = command.current_dir(&folder).stdin(Stdio::null()).output();
    let output = output.expect("the command can be started");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it prints UTF-8");
    (output.status.code(), text(&output.stdout), text(&output.stderr), folder)
}

#[test]
fn a_drive_leaves_what_a_run_leaves_and_its_log() {
    let (code, printed, complaint, folder) = drive(SCENARIO, &["--speed", "30x"]);
    assert_eq!((code, complaint.as_str()), (Some(0), ""), "{printed}");
    let results = folder.path().join("results/small-drive");
    for file in ["summary.json", "series.csv", "latency.csv", "report.html", "decisions.csv"] {
        assert!(results.join(file).exists(), "{file}");
    }
    // Two agents want to be active, and one may; 299 messages to each.
    for line in ["Messages    1,196 due, 80 answered", "Driven: 1,196 messages in", "Late by: "] {
        assert!(printed.contains(line), "no `{line}` in\n{printed}");
    }
    let rule = |line: &&str| line.contains("no pool is oversold");
    let found = printed.lines().find(rule).expect("the rule applied");
    assert!(found.split_whitespace().any(|cell| cell == "2"), "{found}");
    let left: Vec<_> = fs::read_dir(folder.path().join("results")).expect("it is there").collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_rule_that_is_broken_is_exit_code_4() {
    let strategy = "enforcement.strategy.check_then_act.gap=2s";
    let options = ["--speed", "30x", "--quiet", "--out", "out", "--set", strategy];
    let (code, printed, complaint, folder) = drive(SCENARIO, &options);
    assert_eq!((code, printed.as_str(), complaint.as_str()), (Some(4), "", ""));
    assert!(folder.path().join("out/summary.json").exists());
}

#[test]
fn a_rule_that_is_broken_is_told_while_the_drive_goes_on() {
    let scenario = SCENARIO.replace("interarrival: 100ms", "interarrival: 10ms");
    let strategy = "enforcement.strategy.check_then_act.gap=2s";
    let options = ["--speed", "10x", "--set", strategy];
    let (code, printed, told, _folder) = drive(&scenario, &options);
    assert_eq!(code, Some(4), "{printed}");
    let line = told.lines().find(|line| line.contains("no pool is oversold"));
    let line = line.unwrap_or_else(|| panic!("nothing is told of the pool: {told}\n{printed}"));
    assert!(line.starts_with("violated so far, in "), "{line}");
    assert_eq!(told.lines().filter(|line| line.contains("no pool is oversold")).count(), 1);
}

#[test]
fn ctrl_c_keeps_what_was_decided_until_then() {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let scenario = SCENARIO.replace("duration: 30s", "duration: 1h");
    fs::write(folder.path().join("own.yaml"), scenario).expect("a file can be written");
    let child = Command::new(env!("CARGO_BIN_EXE_limitlab"))
        .args(["drive", "own.yaml", "--quiet", "--out", "out"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .spawn()
        .expect("the command can be started");
    std::thread::park_timeout(Duration::from_secs(3));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()), "the signal could not be sent");
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(output.status.code(), Some(130));
    let read = |name: &str| fs::read_to_string(folder.path().join("out").join(name));
    let summary = read("summary.json").expect("it is there");
    let summary: Value = serde_json::from_str(&summary).expect("it is JSON");
    assert_eq!(summary["validity"]["verdict"], "invalid");
    let metrics = &summary["groups"]["all"]["metrics"];
    let offered = metrics["messages.offered"]["value"].as_f64().expect("it is measured");
    // Forty a second, for three seconds at most.
    assert!((1.0..=120.0).contains(&offered), "{offered}");
    // One agent of each workspace is active all the time that was measured.
    assert_eq!(metrics["active.mean"]["value"], 1.0);
    let log = read("decisions.csv").expect("it is there");
    let messages = log.lines().skip(1).filter(|line| line.contains(",message,")).count();
    assert_eq!(messages as u64, offered as u64);
}

#[test]
fn a_threshold_that_fails_is_exit_code_99() {
    let scenario = format!("{SCENARIO}thresholds: [messages.completed > 80]\n");
    let (code, ..) = drive(&scenario, &["--speed", "30x", "--quiet"]);
    assert_eq!(code, Some(99));
}

#[test]
fn what_cannot_be_driven_is_told_at_once() {
    let options = [
        "--set",
        "backend={ servers: 2, service_time: 1s }",
        "--set",
        "workspaces.shops.agents.bot.retry={ max_attempts: 3, backoff: { wait: 1s } }",
        "--set",
        "replications=3",
    ];
    let (code, printed, complaint, folder) = drive(SCENARIO, &options);
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    insta::assert_snapshot!(complaint, @"
    error: this scenario cannot be driven:
      `replications`: a drive is one
      `backend`: there are no servers, only decisions
      `retry` of `bot` (group `shops`)
    ");
    assert_eq!(fs::read_dir(folder.path().join("results")).map_or(0, Iterator::count), 0);
}

#[test]
fn a_command_line_that_makes_no_sense_is_exit_code_2() {
    for options in [
        ["--speed", "0x"],
        ["--speed", "1000"],
        ["--speed", "2_000_000x"],
        ["--threads", "0"],
        ["--target", "http"],
    ] {
        let (code, printed, complaint, _) = drive(SCENARIO, &options);
        assert_eq!((code, printed.as_str()), (Some(2), ""), "{options:?}");
        assert!(complaint.contains(options[1]), "{complaint}");
    }
}
