//! The command as a user runs it: exit codes, what is printed, what is written.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{results, text};

fn limitlab(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_limitlab"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("NO_COLOR", "1").args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    limitlab(arguments).stdin(Stdio::null()).output().expect("the command can be started")
}

/// A scenario in a folder of its own, and where its results go.
fn scenario(yaml: &str) -> (TempDir, String, String) {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let file = folder.path().join("scenario.yaml");
    fs::write(&file, yaml).expect("a scenario can be written");
    let out = folder.path().join("out");
    let shown = |path: &Path| path.to_str().expect("temporary paths are UTF-8").to_owned();
    let (file, out) = (shown(&file), shown(&out));
    (folder, file, out)
}

const SMALL: &str = "
limitlab: 1
name: small
duration: 2h
plans: { metered: { active_agents: 1, credits: { included: 30, renews: 1h } } }
workspaces:
  - group: shops
    count: 40
    plan: metered
    agents:
      - { name: bot, count: 2, traffic: { rate: 1/min }, activity: { active: 10m, offline: 5m } }
    fair_use: [{ name: burst, scope: agent, token_bucket: { rate: 1/min, burst: 2 } }]
backend: { scope: workspace, servers: 1, service_time: { exponential: 20s }, queue: { limit: 2 } }
thresholds: [latency.p99 < 10m]
";

#[test]
fn the_quickstart_leaves_every_file_and_fits_a_screen() {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let out = folder.path().join("quickstart");
    let shown = out.to_str().expect("temporary paths are UTF-8");
    let output = run(&["run", "scenarios/quickstart.yaml", "--out", shown]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    assert!(printed.lines().count() <= 40, "{printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
    for word in ["quickstart", "300", "credits", "active", "latency.p99 < 15s", shown] {
        assert!(printed.contains(word), "{word} is missing in\n{printed}");
    }
    for file in [
        "summary.json",
        "latency.csv",
        "latency.hgrm",
        "limit_hits.csv",
        "series.csv",
        "report.html",
    ] {
        assert!(out.join(file).metadata().is_ok_and(|it| it.len() > 100), "{file}");
    }
    let plots = fs::read_dir(out.join("plots")).expect("plots can be listed").count();
    assert!(plots >= 5, "only {plots} plots");
}

#[test]
fn the_readme_shows_what_the_quickstart_prints() {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/quickstart.yaml");
    let output = limitlab(&["run", scenario.to_str().expect("paths are UTF-8")])
        .current_dir(folder.path())
        .output()
        .expect("the command can be started");
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("the README can be read");
    let printed = text(&output.stdout);
    assert!(readme.contains(printed.trim_end()), "the README does not show\n{printed}");
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/images/limit_hits.svg");
    let drawn = folder.path().join("results/quickstart/plots/limit_hits.svg");
    let same = fs::read(picture).expect("it is shipped") == fs::read(drawn).expect("it is drawn");
    assert!(same, "docs/images/limit_hits.svg is not what the quickstart draws");
}

#[test]
fn six_different_mistakes_are_six_diagnostics_and_no_output() {
    let wrong = SMALL
        .replace("duration: 2h", "duration: 2 hours")
        .replace("included: 30", "includes: 30, included: 30")
        .replace("plan: metered", "plan: meterd")
        .replace("count: 2, traffic", "route: random, count: 2, traffic")
        .replace("burst: 2 }", "burst: 0 }")
        .replace("latency.p99 <", "latency.p98 <");
    let (folder, file, out) = scenario(&wrong);
    let output = run(&["run", &file, "--out", &out]);
    assert_eq!(output.status.code(), Some(2));
    let printed = text(&output.stderr);
    assert!(printed.contains("6 mistakes in"), "{printed}");
    for place in ["4:11", "5:50", "9:11", "11:22", "12:81", "14:14"] {
        assert!(printed.contains(&format!("{file}:{place}: error: ")), "{place} in\n{printed}");
    }
    assert!(output.stdout.is_empty());
    let left = fs::read_dir(folder.path()).expect("the folder can be listed").count();
    assert_eq!(left, 1, "something besides the scenario was written");
}

#[test]
fn what_cannot_be_read_is_exit_code_1() {
    for path in ["scenarios/none.yaml", "scenarios"] {
        let output = run(&["run", path]);
        assert_eq!(output.status.code(), Some(1), "{path}");
        assert!(text(&output.stderr).contains(path), "{}", text(&output.stderr));
    }
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    for arguments in [
        &["run"][..],
        &["walk", "scenarios/quickstart.yaml"],
        &["run", "scenarios/quickstart.yaml", "--threads", "0"],
        &["run", "scenarios/quickstart.yaml", "--set", "workspaces.shop.count=3"],
        &["check", "scenarios/quickstart.yaml", "--set", "duration"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn a_failed_threshold_is_exit_code_99_and_the_results_are_there() {
    let (_folder, file, out) = scenario(&SMALL.replace("< 10m", "< 1ms"));
    let output = run(&["run", &file, "--out", &out]);
    assert_eq!(output.status.code(), Some(99), "{}", text(&output.stderr));
    let summary = fs::read_to_string(Path::new(&out).join("summary.json"));
    let summary: Value =
        serde_json::from_str(&summary.expect("it is written")).expect("it is JSON");
    assert_eq!(summary["thresholds"][0]["verdict"], "fail");
}

#[test]
fn files_are_the_same_with_any_threads_and_any_output_options() {
    let (_folder, file, out) = scenario(SMALL);
    let mut reference = None;
    for options in [
        &["--threads", "1"][..],
        &["--threads", "2"],
        &["--threads", "2", "--png"],
        &["--threads", "1", "--png", "--quiet"],
        &["--format", "json"],
    ] {
        let output = run(&[&["run", &file, "--out", &out], options].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let mut found = results(Path::new(&out));
        let png = |path: &Path| path.extension().is_some_and(|extension| extension == "png");
        assert_eq!(found.keys().any(|path| png(path)), options.contains(&"--png"));
        found.retain(|path, _| !png(path));
        match &reference {
            None => reference = Some(found),
            Some(reference) => assert!(*reference == found, "{options:?} changed a file"),
        }
    }
}

#[test]
fn decisions_are_written_beside_the_rest_and_change_none_of_it() {
    let (folder, file, out) = scenario(SMALL);
    let files = |options: &[&str]| {
        let output = run(&[&["run", &file, "--out", &out], options].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        results(Path::new(&out))
    };
    let plain = files(&[]);
    let mut more = files(&["--decisions", "--threads", "1"]);
    let log = more.remove(Path::new("decisions.csv")).expect("the log is there");
    assert!(plain == more, "a log changed another file");
    let again = files(&["--decisions", "--threads", "3"]);
    assert!(again.get(Path::new("decisions.csv")) == Some(&log), "threads changed the log");
    // A result with a log is replaced as any other, and nothing is left beside it.
    assert!(!files(&[]).contains_key(Path::new("decisions.csv")));
    let left = fs::read_dir(folder.path()).expect("the folder can be listed").count();
    assert_eq!(left, 2, "the scenario and the results");

    let several = run(&["run", &file, "--out", &out, "--decisions", "--set", "replications=3"]);
    assert_eq!(several.status.code(), Some(2));
    insta::assert_snapshot!(text(&several.stderr), @"
    error: a log of decisions is of one replication, and the scenario has 3
    hint: --set replications=1
    ");
    assert!(files(&[]) == plain, "an error changed the results");
}

#[test]
fn ctrl_c_keeps_the_decisions_of_what_was_finished() {
    let (_folder, file, out) = scenario(&LONG.replace("365d", "30d"));
    let child = limitlab(&["run", &file, "--out", &out, "--decisions", "--quiet"])
        .stdin(Stdio::null())
        .spawn()
        .expect("the command can be started");
    std::thread::park_timeout(Duration::from_secs(1));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()), "the signal could not be sent");
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(output.status.code(), Some(130));
    let read = |name: &str| fs::read_to_string(Path::new(&out).join(name)).expect("it is there");
    let summary: Value = serde_json::from_str(&read("summary.json")).expect("it is JSON");
    let finished = summary["groups"]["all"]["workspaces"].as_u64().expect("a count");
    let log = read("decisions.csv");
    let begun = log.lines().filter(|line| line.contains(",set_plan,")).count() as u64;
    assert_eq!(begun, finished);
    assert!(log.ends_with('\n'));
}

#[test]
fn a_folder_that_is_no_result_is_not_touched() {
    let (_folder, file, out) = scenario(SMALL);
    fs::create_dir(&out).expect("a folder can be made");
    let precious = Path::new(&out).join("thesis.txt");
    fs::write(&precious, "precious").expect("a file can be written");
    let output = run(&["run", &file, "--out", &out]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_to_string(&precious).expect("it is still there"), "precious");
    assert_eq!(fs::read_dir(&out).expect("it can be listed").count(), 1);
}

#[test]
fn quiet_prints_nothing_and_json_prints_the_summary() {
    let (_folder, file, out) = scenario(SMALL);
    let output = run(&["run", &file, "--out", &out, "--quiet"]);
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    let output = run(&["run", &file, "--out", &out, "--format", "json"]);
    let written = fs::read_to_string(Path::new(&out).join("summary.json")).expect("it is written");
    assert_eq!(text(&output.stdout), written);
}

#[test]
fn overrides_and_seed_change_the_run() {
    let (_folder, file, out) = scenario(SMALL);
    let json = |more: &[&str]| -> Value {
        let output = run(&[&["run", &file, "--out", &out, "--format", "json"], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("it is JSON")
    };
    let few = json(&["--set", "workspaces.shops.count=3", "--seed", "9"]);
    assert_eq!(few["groups"]["shops"]["workspaces"], 3);
    assert_eq!(few["seed"], 9);
    assert_ne!(few["scenario"]["sha256"], json(&[])["scenario"]["sha256"]);
}

#[test]
fn a_starter_is_valid_and_nothing_is_overwritten() {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let file = folder.path().join("mine.yaml");
    let file = file.to_str().expect("temporary paths are UTF-8");
    let flags = ["--workspaces", "1_000", "--agents", "5", "--messages", "40/d", "--cost", "2"];
    let output = run(&[&["new", file, "--plan", "advanced"], &flags[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let output = run(&["check", file]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let explained = text(&output.stdout);
    assert!(explained.contains("1_000 workspaces on the plan advanced"), "{explained}");
    let before = fs::read(file).expect("it is written");
    assert_eq!(run(&["new", file]).status.code(), Some(1));
    assert_eq!(fs::read(file).expect("it is still there"), before);
}

#[test]
fn schemas_are_printed() {
    let schema = text(&run(&["schema"]).stdout);
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/scenario.schema.json");
    assert_eq!(schema, fs::read_to_string(shipped).expect("the schema is shipped"));
    let summary: Value =
        serde_json::from_slice(&run(&["schema", "summary"]).stdout).expect("it is JSON");
    assert!(summary["properties"]["groups"].is_object());
}

/// A run that takes long enough to be interrupted, in many workspaces or in one platform.
fn interrupted(yaml: &str) -> (Option<i32>, Value, String) {
    let (_folder, file, out) = scenario(yaml);
    let child = limitlab(&["run", &file, "--out", &out])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command can be started");
    // Long enough for the run to be under way, far shorter than it takes.
    std::thread::park_timeout(Duration::from_secs(2));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.is_ok_and(|status| status.success()), "the signal could not be sent");
    let output = child.wait_with_output().expect("the command ends");
    let summary = fs::read_to_string(Path::new(&out).join("summary.json"));
    let summary = summary.unwrap_or_else(|_| panic!("no summary: {}", text(&output.stderr)));
    let summary = serde_json::from_str(&summary).expect("summary.json is JSON");
    (output.status.code(), summary, text(&output.stdout))
}

const LONG: &str = "
limitlab: 1
name: long
duration: 365d
workspaces:
  - { group: many, count: 100_000, agents: [{ name: bot, traffic: { rate: 1/min } }] }
backend: { scope: workspace, servers: 2, service_time: { exponential: 20s } }
";

#[test]
fn ctrl_c_keeps_the_workspaces_that_were_finished() {
    let (code, summary, printed) = interrupted(LONG);
    assert_eq!(code, Some(130));
    assert_eq!(summary["validity"]["verdict"], "invalid");
    let finished = summary["groups"]["all"]["workspaces"].as_u64().expect("a count");
    assert!((1..100_000).contains(&finished), "{finished}");
    assert!(printed.contains("interrupted"), "{printed}");
}

#[test]
fn ctrl_c_keeps_a_platform_up_to_the_instant_it_had_reached() {
    let coupled = LONG.replace("scope: workspace, servers: 2", "scope: platform, servers: 500");
    let (code, summary, printed) = interrupted(&coupled.replace("100_000", "1_000"));
    assert_eq!(code, Some(130));
    assert_eq!(summary["validity"]["verdict"], "invalid");
    let metrics = &summary["groups"]["all"]["metrics"];
    let utilisation = metrics["backend.utilisation"]["value"].as_f64().expect("it is measured");
    // 1,000 a minute for 20 s each keep a third of a thousand servers busy.
    assert!((0.6..0.73).contains(&utilisation), "{utilisation}");
    assert!(printed.contains("interrupted"), "{printed}");
}

#[test]
fn ctrl_c_leaves_out_what_lies_ahead_of_an_overloaded_platform() {
    let overloaded = LONG
        .replace("scope: workspace, servers: 2", "scope: platform, servers: 100")
        .replace("100_000", "1_000");
    let (code, summary, _) = interrupted(&overloaded);
    assert_eq!(code, Some(130));
    let value = |name: &str| {
        let metric = &summary["groups"]["all"]["metrics"][name]["value"];
        metric.as_f64().unwrap_or_else(|| panic!("no {name}"))
    };
    // Three times as much arrives as the servers can do: they are busy all the time, and no more.
    assert!((0.98..=1.0).contains(&value("backend.utilisation")));
    // 100 servers end one service in 20 s each.
    assert!((value("backend.throughput") - 5.0).abs() < 0.2, "{}", value("backend.throughput"));
}

#[test]
fn ctrl_c_keeps_the_replications_that_were_finished() {
    let coupled = LONG
        .replace("duration: 365d", "duration: 1d\nreplications: 10_000")
        .replace("count: 100_000", "count: 10")
        .replace("scope: workspace, servers: 2", "scope: platform, servers: 5");
    let (code, summary, printed) = interrupted(&coupled);
    assert_eq!(code, Some(130));
    let finished = summary["replications"].as_u64().expect("a count");
    assert!((2..10_000).contains(&finished), "{finished}");
    let why = format!("The run was interrupted after {finished} of 10000 replications.");
    assert_eq!(summary["validity"]["why"][0], why);
    assert!(printed.contains(&why), "{printed}");
    let all = &summary["groups"]["all"];
    assert_eq!(all["workspaces"], 10);
    // A mean over whole replications: 10 workspaces write 1,440 messages each.
    let offered = all["metrics"]["messages.offered"]["value"].as_f64().expect("it is measured");
    let allowed = 4.0 * (14_400.0 / finished as f64).sqrt();
    assert!((offered - 14_400.0).abs() < allowed, "{offered} +- {allowed}");
}

#[test]
fn ctrl_c_counts_the_replication_of_workspaces_apart_that_had_begun() {
    let apart = LONG
        .replace("duration: 365d", "duration: 1d\nreplications: 10_000")
        .replace("count: 100_000", "count: 500");
    let (code, summary, _) = interrupted(&apart);
    assert_eq!(code, Some(130));
    let begun = summary["replications"].as_u64().expect("a count");
    assert!((2..10_000).contains(&begun), "{begun}");
    let why = summary["validity"]["why"][0].as_str().expect("a sentence").to_owned();
    assert!(why.ends_with(&format!("workspaces, in replication {begun} of 10000.")), "{why}");
    let finished: u64 = why.split(' ').nth(5).and_then(|it| it.parse().ok()).expect("a count");
    assert_eq!(begun, finished.div_ceil(500));
    let mean = (finished as f64 / begun as f64).round() as u64;
    assert_eq!(summary["groups"]["all"]["workspaces"], mean);
}

#[test]
fn replies_close_to_the_end_of_time_are_drawn() {
    // The third try comes after 547 years, and time is counted up to 584.
    let (_folder, file, out) = scenario(
        "
limitlab: 1
name: late
duration: 20s
workspaces:
  - group: g
    agents:
      - name: a
        traffic: { interarrival: 5s }
        retry: { max_attempts: 5, honour_retry_after: false, backoff: { wait: 100000d } }
    fair_use: [{ name: b, token_bucket: { rate: 1/100000d, burst: 1 } }]
",
    );
    let ran = run(&["run", &file, "--quiet", "--out", &out]);
    assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(0), String::new()));
    assert!(Path::new(&out).join("plots/latency_over_time.svg").exists());
}

#[test]
fn check_says_that_retries_are_not_counted() {
    let counted = |retry: &str| {
        let yaml = SMALL.replacen("name: bot, ", &format!("name: bot, {retry}"), 1);
        let (_folder, file, _) = scenario(&yaml);
        let printed = text(&run(&["check", &file]).stdout);
        let run = printed.lines().find(|line| line.starts_with("a run takes"));
        !run.expect("what a run takes is told").ends_with(", retries not counted")
    };
    assert!(counted(""));
    assert!(counted("retry: { max_attempts: 1 }, "));
    assert!(!counted("retry: { max_attempts: 2 }, "));
    assert!(!counted("retry: { max_attempts: unlimited }, patience: 1m, "));
}

/// In a folder that knows no schema, and in one below a folder that has it where this repository has.
#[test]
fn a_starter_names_the_schema_where_it_is() {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let mine = folder.path().join("mine");
    fs::create_dir(&mine).expect("a folder can be made");
    let first_line = |name: &str| {
        let path = mine.join(name);
        let output = run(&["new", path.to_str().expect("temporary paths are UTF-8")]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let starter = fs::read_to_string(&path).expect("the starter was written");
        (starter.lines().next().map(str::to_owned), text(&output.stdout))
    };
    let expected = |path: &str| Some(format!("# yaml-language-server: $schema={path}"));
    let (line, told) = first_line("alone.yaml");
    assert_eq!(line, expected("scenario.schema.json"));
    let hint = "For completion in an editor: limitlab schema > ";
    assert!(told.contains(hint), "{told}");
    let schema = folder.path().join("schema");
    fs::create_dir(&schema).expect("a folder can be made");
    fs::write(schema.join("scenario.schema.json"), "{}").expect("a file can be written");
    let (line, told) = first_line("below.yaml");
    assert_eq!(line, expected("../schema/scenario.schema.json"));
    assert!(!told.contains(hint), "{told}");
}
