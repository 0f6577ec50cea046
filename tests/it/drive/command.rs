//! `limitlab drive` as its users see it.

use std::fs;
use std::process::{Command, Stdio};

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
    assert!(
        printed.contains("no pool is oversold                                    2"),
        "{printed}"
    );
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
