//! The command as a user runs it.
#![expect(clippy::too_many_lines, reason = "texts are shown whole, many in a test")]

use std::fs;
use std::process::{Command, Output};

use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;

/// A day in which two shops talk with their agents; every figure can be counted by hand.
const SMALL: &str = "time,workspace,agent,action,cost,session,think
2026-06-01T08:00:00Z,shops/1,sales/1,message,2,a,
,shops/1,sales/1,message,2,a,30s
2026-06-01T09:00:00Z,shops/2,sales/2,message,2,b,
,shops/2,sales/2,message,2,b,30s
2026-06-01T10:00:00Z,shops/2,pro,set_plan,,,
2026-06-01T11:00:00Z,shops/1,sales/2,disable,,,
2026-06-01T12:00:00Z,shops/1,sales/1,message,2,c,
,shops/1,sales/1,message,2,c,30s
2026-06-01T13:00:00Z,shops/1,sales/2,enable,,,
2026-06-01T13:30:00Z,desk,night,message,,,
";

fn limitlab(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_limitlab"));
    command.current_dir(folder.path()).env("NO_COLOR", "1").args(arguments);
    command.output().expect("the command can be started")
}

fn with(trace: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder can be made");
    fs::write(folder.path().join("day.csv"), trace).expect("a trace can be written");
    folder
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("what is printed is UTF-8")
}

/// What fitting a trace says on stderr, and the exit code.
fn refused(trace: &str, arguments: &[&str]) -> String {
    let folder = with(trace);
    let all: Vec<&str> = ["fit", "day.csv"].iter().chain(arguments).copied().collect();
    let output = limitlab(&folder, &all);
    assert!(output.stdout.is_empty(), "{}", text(output.stdout));
    let written = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(written, 1, "a refused fit leaves nothing behind");
    format!("{}exit code {}", text(output.stderr), output.status.code().unwrap())
}

#[test]
fn it_says_what_it_chose_and_writes_that() {
    let folder = with(SMALL);
    let output = limitlab(&folder, &["fit", "day.csv"]);
    assert_eq!((output.status.code(), text(output.stderr).as_str()), (Some(0), ""));
    assert_snapshot!(text(output.stdout), @r"
    day.csv: 10 rows over 6h from 2026-06-01T08:00:00Z

    shops, 2 workspaces
      sales, 2 agents each: 6 messages in 3 conversations
        conversations   0 times between them, too few to compare laws
        rate            3/d
        turns           2, distance 0.0000 over 3
        think           30s, distance 0.0000 over 3
        cost            2, distance 0.0000 over 6
        active          { exponential: 22h }, 1 period, too few to compare laws
        offline         { exponential: 2h }, 1 period, too few to compare laws

    desk, 1 workspace
      night, 1 agent each: 1 message
        messages        0 times between them, too few to compare laws
        rate            4/d

    Not fitted
      - plans, limits and what serves messages: a trace does not tell them, so that everything is
        admitted and answered at once
      - what makes one workspace differ from another, and what happens in several at once: all of a
        group are alike, and apart
      - changes of plan (set_plan): 1 row
      - shops.sales: how messages rise and fall with the hour; there are too few, or all are of one
        agent on one day
      - desk.night: how messages rise and fall with the hour; there are too few, or all are of one agent
        on one day

    Run with seed 1, and 19 more times to see what chance does
                                                         trace         run  chance
      shops: messages                                        6           6  ±9.43
      shops: most in 1h                                      2           4  ±4
      desk: messages                                         1           0  ±3.01
      desk: most in 1h                                       1           0  ±2.45

    Wrote day.yaml. Next: limitlab run day.yaml
    ");
    let written = fs::read_to_string(folder.path().join("day.yaml")).unwrap();
    assert_snapshot!(written, @r"
    # yaml-language-server: $schema=scenario.schema.json
    # Fitted to day.csv with `limitlab fit`: 10 rows.
    #
    # Not fitted, because the trace does not tell it or the scenario cannot say it:
    # - plans, limits and what serves messages: a trace does not tell them, so that everything is
    #   admitted and answered at once
    # - what makes one workspace differ from another, and what happens in several at once: all of a
    #   group are alike, and apart
    # - changes of plan (set_plan): 1 row
    # - shops.sales: how messages rise and fall with the hour; there are too few, or all are of one
    #   agent on one day
    # - desk.night: how messages rise and fall with the hour; there are too few, or all are of one
    #   agent on one day
    limitlab: 1
    name: day
    start: 2026-06-01T08:00:00Z
    duration: 6h

    workspaces:
      - group: shops
        count: 2 # the greatest number in the trace
        agents:
          - name: sales
            count: 2
            traffic:
              sessions:
                rate: 3/d # too few to tell a law: taken for Poisson
                turns: 2 # distance 0.0000 over 3
                think: 30s # distance 0.0000 over 3
            cost: 2 # distance 0.0000 over 6
            activity:
              active: { exponential: 22h } # 1 period: too few to compare laws
              offline: { exponential: 2h } # 1 period: too few to compare laws
      - group: desk
        count: 1 # the greatest number in the trace
        agents:
          - name: night
            count: 1
            traffic:
              rate: 4/d # too few to tell a law: taken for Poisson
            cost: 1 # the trace does not say
    ");
    assert_eq!(limitlab(&folder, &["check", "day.yaml"]).status.code(), Some(0));
    assert_eq!(limitlab(&folder, &["run", "day.yaml", "-q"]).status.code(), Some(0));
}

#[test]
fn nothing_is_overwritten_and_other_files_can_be_named() {
    let folder = with(SMALL);
    let fit = |arguments: &[&str]| {
        let all: Vec<&str> = ["fit", "day.csv"].iter().chain(arguments).copied().collect();
        limitlab(&folder, &all)
    };
    fs::write(folder.path().join("day.yaml"), "mine").unwrap();
    let output = fit(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(text(output.stderr), @r"
    error: cannot write day.yaml: File exists (os error 17)
    hint: --out FILE writes elsewhere, and --name NAME beside the trace as NAME.yaml
    ");
    assert_eq!(fs::read_to_string(folder.path().join("day.yaml")).unwrap(), "mine");
    let printed = text(fit(&["--out", "-", "--name", "monday"]).stdout);
    assert!(
        printed.starts_with("# yaml-language-server: $schema=") && printed.contains("name: monday")
    );
    let output = fit(&["--out", "other.yaml", "--name", "monday", "--quiet"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert_eq!(fs::read_to_string(folder.path().join("other.yaml")).unwrap(), printed);
    let output =
        fit(&["--out", "third.yaml", "--start", "2026-06-01T00:00:00Z", "--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["start"], "2026-06-01T00:00:00Z");
    assert_eq!(document["duration_s"], 14.0 * 3_600.0);
    assert_eq!(document["groups"][0]["lines"][0]["conversations"], 3);
    let first = &document["run"]["figures"][0];
    assert_eq!((&first["group"], &first["name"]), (&"shops".into(), &"messages".into()));
    assert_eq!((&first["trace"], &first["reproduced"]), (&6.0.into(), &true.into()));
    let output = limitlab(&folder, &["schema", "fit"]);
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let required = schema["required"].as_array().unwrap();
    assert!(required.iter().all(|key| !document[key.as_str().unwrap()].is_null()), "{required:?}");
    // What is not run has none.
    assert_eq!(required.len() + 1, document.as_object().unwrap().len());
}

#[test]
fn packed_traces_are_fitted_to_the_same() {
    use flate2::write::GzEncoder;
    use std::io::Write;
    let folder = with(SMALL);
    let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(SMALL.as_bytes()).unwrap();
    fs::write(folder.path().join("day.csv.gz"), packed.finish().unwrap()).unwrap();
    let plain = text(limitlab(&folder, &["fit", "day.csv", "--out", "-"]).stdout);
    let found = text(limitlab(&folder, &["fit", "day.csv.gz", "--out", "-"]).stdout);
    assert_eq!(found.replace("day.csv.gz", "day.csv"), plain);
    assert!(found.contains("name: day\n"), "{found}");
}

const HEADER: &str = "time,workspace,agent,action,cost\n";

#[test]
fn mistakes_have_their_place() {
    let after = |rows: &str| refused(&format!("{HEADER}{rows}"), &[]);
    assert_snapshot!(after("1s,sho ps/1,sales/1,message,\n"), @r"
    day.csv:2:4: error: `sho ps/1` is no name of a workspace
      |
    2 | 1s,sho ps/1,sales/1,message,
      |    ^^^^^^^^
    hint: its group, in 1 to 100 letters, digits, `-` and `_`, but not `all`; then a slash and a number from 1 on, unless the group has one workspace

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(after("1s,all,sales/1,message,\n"), @r"
    day.csv:2:4: error: `all` is no name of a workspace
      |
    2 | 1s,all,sales/1,message,
      |    ^^^
    hint: its group, in 1 to 100 letters, digits, `-` and `_`, but not `all`; then a slash and a number from 1 on, unless the group has one workspace

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(after("1s,shops/100000001,sales/1,message,\n"), @r"
    day.csv:2:4: error: `shops/100000001` is one workspace too many
      |
    2 | 1s,shops/100000001,sales/1,message,
      |    ^^^^^^^^^^^^^^^
    hint: a group has at most 100_000_000 of them

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(after("1s,shops/1,sales/0,message,\n"), @r"
    day.csv:2:12: error: `sales/0` is no name
      |
    2 | 1s,shops/1,sales/0,message,
      |            ^^^^^^^
    hint: 1 to 100 letters, digits, `-` and `_`; then perhaps a slash and a number

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(after("1s,shops/1,sales/100001,message,\n"), @r"
    day.csv:2:12: error: `sales/100001` is one agent too many
      |
    2 | 1s,shops/1,sales/100001,message,
      |            ^^^^^^^^^^^^
    hint: a workspace has at most 100_000 of them at the start

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(after("2s,shops/1,sales,message,\n1s,shops/1,sales,message,\n"), @r"
    day.csv:3:1: error: this row is earlier than one above it, at 2s
      |
    3 | 1s,shops/1,sales,message,
      | ^^
    hint: rows are in the order of `time`

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(after("2s,shops,sales,message,\n3s,shops/2,sales,message,\n"), @r"
    day.csv:2:4: error: `shops` is no workspace
      |
    2 | 2s,shops,sales,message,
      |    ^^^^^
    hint: those of `shops` are called `shops/1` to `shops/2`

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(after("2s,shops,sales,mesage,\n"), @r"
    day.csv:2:16: error: unknown action `mesage`
      |
    2 | 2s,shops,sales,mesage,
      |                ^^^^^^
    hint: did you mean `message`? expected here: `message`, `create`, `enable`, `disable`, `delete`, `set_plan`, `buy_package`

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(after("2s,shops,pro,set_plan,\n"), @r"
    day.csv:1:1: error: this trace has no messages
      |
    1 |
      | ^
    hint: a scenario is fitted to the messages of a trace

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(after(""), @r"
    day.csv:1:1: error: this trace has no messages
      |
    1 |
      | ^
    hint: a scenario is fitted to the messages of a trace

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(refused("", &[]), @r"
    day.csv:1:1: error: this trace is empty
      |
    1 |
      | ^
    hint: the first line names the columns: `time,workspace,agent,action,cost`, in any order

    1 mistake in day.csv
    exit code 2
    ");
}

#[test]
fn command_lines_that_make_no_sense() {
    assert_snapshot!(refused(SMALL, &["--out", "-", "--format", "json"]), @r"
    error: `--out -` prints the scenario, and `--format json` a document: choose one of them
    exit code 2
    ");
    assert_snapshot!(refused(SMALL, &["--start", "2026-06-02T00:00:00Z"]), @r"
    day.csv:2:1: error: `2026-06-01T08:00:00Z` lies before the start
      |
    2 | 2026-06-01T08:00:00Z,shops/1,sales/1,message,2,a,
      | ^^^^^^^^^^^^^^^^^^^^
    hint: the scenario's `start` is 2026-06-02T00:00:00Z

    1 mistake in day.csv
    exit code 2
    ");
    assert_snapshot!(refused(SMALL, &["--name", "two words"]), @r"
    error: `two words` is no name of a scenario: 1 to 100 letters, digits, `-` and `_`
    exit code 2
    ");
    let folder = with(SMALL);
    let output = limitlab(&folder, &["fit", "night.csv"]);
    assert_eq!(output.status.code(), Some(1));
    let expected = "error: cannot read night.csv: No such file or directory (os error 2)\n";
    assert_eq!(text(output.stderr), expected);
}
