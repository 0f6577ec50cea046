//! Mistakes in traces and in what names them, as the user reads them.
#![expect(clippy::too_many_lines, reason = "messages are shown whole, many in a test")]

use std::fs;
use std::process::Command;

use insta::assert_snapshot;
use limitlab::engine::{EngineError, RunOptions, Watch, run};
use limitlab::scenario::Faults;

use super::{HEADER, folder, loaded, mistakes};

const SHOPS: &str = "limitlab: 1
name: faults
duration: 1h
plans: { small: { credits: { included: 9 } } }
packages: { more: { credits: 5 } }
workspaces:
  - group: shops
    count: 12
    plan: small
    traffic: { trace: day.csv }
    agents: [{ name: sales, count: 2 }, { name: support }]
    features: [{ name: rewriter }]
  - { group: labs, agents: [{ name: bot, traffic: { rate: 1/h } }] }
";

/// The messages about a trace whose third line is this.
fn row(row: &str) -> String {
    let rows = format!("{HEADER}10s,shops/1,sales/1,message,\n{row}\n");
    mistakes(SHOPS, &[("day.csv", rows.as_bytes())])
}

/// The messages about a trace.
fn all(trace: &str) -> String {
    mistakes(SHOPS, &[("day.csv", trace.as_bytes())])
}

/// The messages about the scenario with one piece of it replaced, beside a sound trace.
fn scenario(piece: &str, replacement: &str) -> String {
    assert!(SHOPS.contains(piece), "{piece}");
    let trace = format!("{HEADER}10s,shops/1,sales/1,message,\n");
    mistakes(&SHOPS.replacen(piece, replacement, 1), &[("day.csv", trace.as_bytes())])
}

#[test]
fn rows_that_are_right() {
    for right in [
        "10s,shops/12,support,message,0.001",
        "10s,shops/12,support/1,message,",
        "1h,shops/1,rewriter,message,",
        " 1m , shops/1 ,\"sales/2\", disable , ",
        "1m,shops/1,new-one,create,",
        "1m,shops/1,sales/3,create,",
        "1m,shops/1,small,set_plan,",
        "1m,shops/1,unlimited,set_plan,",
        "1m,shops/1,more,buy_package,",
        "1m,shops/1,sales/4294967295,create,",
        "2026-01-01T00:00:10.123456789Z,shops/1,sales/1,message,",
        "",
        " \t ",
    ] {
        assert_eq!(row(right), "no mistakes", "{right}");
    }
    assert_eq!(all(HEADER), "no mistakes");
    assert_eq!(all(&format!("\u{feff}{}\r\n", HEADER.trim_end())), "no mistakes");
    assert_eq!(all("cost,action,think,time,agent,workspace\n"), "no mistakes");
}

#[test]
fn times() {
    assert_snapshot!(row("9s,shops/1,sales/1,message,"), @"
    day.csv:3:1: error: this row is earlier than one above it, at 10s
      |
    3 | 9s,shops/1,sales/1,message,
      | ^^
    hint: rows are in the order of `time`

    1 mistake in day.csv
    ");
    assert_snapshot!(row("12,shops/1,sales/1,message,"), @"
    day.csv:3:1: error: `12` is not a duration from the start such as `1.5s`, or an instant such as `2026-06-01T00:00:00Z`
      |
    3 | 12,shops/1,sales/1,message,
      | ^^

    1 mistake in day.csv
    ");
    assert_snapshot!(row(",shops/1,sales/1,message,"), @"
    day.csv:3:1: error: nothing stands here, and not a duration from the start such as `1.5s`, or an instant such as `2026-06-01T00:00:00Z`
      |
    3 | ,shops/1,sales/1,message,
      | ^

    1 mistake in day.csv
    ");
    assert_snapshot!(row("2026-01-01 12:00,shops/1,sales/1,message,"), @"
    day.csv:3:1: error: `2026-01-01 12:00` is not a duration from the start such as `1.5s`, or an instant such as `2026-06-01T00:00:00Z`
      |
    3 | 2026-01-01 12:00,shops/1,sales/1,message,
      | ^^^^^^^^^^^^^^^^

    1 mistake in day.csv
    ");
    assert_snapshot!(row("2025-12-31T23:59:59Z,shops/1,sales/1,message,"), @"
    day.csv:3:1: error: `2025-12-31T23:59:59Z` lies before the start
      |
    3 | 2025-12-31T23:59:59Z,shops/1,sales/1,message,
      | ^^^^^^^^^^^^^^^^^^^^
    hint: the scenario's `start` is 2026-01-01T00:00:00Z

    1 mistake in day.csv
    ");
}

#[test]
fn names() {
    assert_snapshot!(row("10s,shop/1,sales/1,message,"), @"
    day.csv:3:5: error: no group that replays this trace is called `shop`
      |
    3 | 10s,shop/1,sales/1,message,
      |     ^^^^^^
    hint: did you mean `shops`?

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,labs,bot,message,"), @"
    day.csv:3:5: error: the group `labs` does not replay this trace
      |
    3 | 10s,labs,bot,message,
      |     ^^^^
    hint: every group that a trace has rows of names it in its `traffic`

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/13,sales/1,message,"), @"
    day.csv:3:5: error: `shops/13` is no workspace
      |
    3 | 10s,shops/13,sales/1,message,
      |     ^^^^^^^^
    hint: those of `shops` are called `shops/1` to `shops/12`

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops,sales/1,message,"), @"
    day.csv:3:5: error: `shops` is no workspace
      |
    3 | 10s,shops,sales/1,message,
      |     ^^^^^
    hint: those of `shops` are called `shops/1` to `shops/12`

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/1,sale/1,message,"), @"
    day.csv:3:13: error: `shops` has no agent called `sale/1`
      |
    3 | 10s,shops/1,sale/1,message,
      |             ^^^^^^
    hint: did you mean `sales/1`? declared or created before: `sales/1`, `support`, `rewriter`

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/1,sales,message,"), @"
    day.csv:3:13: error: no agent is called `sales`
      |
    3 | 10s,shops/1,sales,message,
      |             ^^^^^
    hint: those of `sales` are called `sales/1` to `sales/2`, and others are those that rows above create

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/1,support/2,enable,"), @"
    day.csv:3:13: error: no agent is called `support/2`
      |
    3 | 10s,shops/1,support/2,enable,
      |             ^^^^^^^^^
    hint: the agent is called `support`, and others are those that rows above create

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/1,rewriter,disable,"), @"
    day.csv:3:13: error: `rewriter` is a feature, not an agent
      |
    3 | 10s,shops/1,rewriter,disable,
      |             ^^^^^^^^
    hint: features are always there

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/1,new one,create,"), @r"
    day.csv:3:13: error: `new one` is no name of an agent
      |
    3 | 10s,shops/1,new one,create,
      |             ^^^^^^^
    hint: 1 to 100 letters, digits, `-` and `_`; then perhaps a slash and a number from 1 to 4_294_967_295

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/1,smal,set_plan,"), @"
    day.csv:3:13: error: no plan is called `smal`
      |
    3 | 10s,shops/1,smal,set_plan,
      |             ^^^^
    hint: did you mean `small`? declared: `small`, `unlimited`

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/1,small,buy_package,"), @"
    day.csv:3:13: error: no package is called `small`
      |
    3 | 10s,shops/1,small,buy_package,
      |             ^^^^^
    hint: declared: `more`

    1 mistake in day.csv
    ");
}

#[test]
fn cells() {
    assert_snapshot!(row("10s,shops/1,sales/1,mesage,"), @"
    day.csv:3:21: error: unknown action `mesage`
      |
    3 | 10s,shops/1,sales/1,mesage,
      |                     ^^^^^^
    hint: did you mean `message`? expected here: `message`, `create`, `enable`, `disable`, `delete`, `set_plan`, `buy_package`

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/1,sales/1,message,-1"), @"
    day.csv:3:29: error: `-1` is not an amount such as `1_250` or `0.125`, or empty
      |
    3 | 10s,shops/1,sales/1,message,-1
      |                             ^^

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/1,sales/1,enable,1"), @"
    day.csv:3:28: error: `enable` costs nothing
      |
    3 | 10s,shops/1,sales/1,enable,1
      |                            ^
    hint: only messages have a `cost`

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10s,shops/1,sales/1"), @"
    day.csv:3:1: error: 3 columns, where the first line has 5
      |
    3 | 10s,shops/1,sales/1
      | ^^^^^^^^^^^^^^^^^^^

    1 mistake in day.csv
    ");
    assert_snapshot!(all(
        "time,workspace,agent,action,cost,attempt\n0s,shops/1,sales/1,message,,0\n"
    ), @"
    day.csv:2:29: error: `0` is not the number of an attempt, from 1 on
      |
    2 | 0s,shops/1,sales/1,message,,0
      |                             ^

    1 mistake in day.csv
    ");
}

#[test]
fn headers() {
    assert_snapshot!(all(""), @"
    day.csv:1:1: error: this trace is empty
      |
    1 |
      | ^
    hint: the first line names the columns: `time,workspace,agent,action,cost`, in any order

    1 mistake in day.csv
    ");
    assert_snapshot!(all("0s,shops/1,sales/1,message,\n"), @"
    day.csv:1:1: error: this is no header of a trace
      |
    1 | 0s,shops/1,sales/1,message,
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: the first line names the columns: `time,workspace,agent,action,cost`, in any order

    1 mistake in day.csv
    ");
    assert_snapshot!(all("time,workspace,agent,action\n"), @"
    day.csv:1:1: error: a trace needs the column `cost`
      |
    1 | time,workspace,agent,action
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: the first line names the columns: `time,workspace,agent,action,cost`, in any order

    1 mistake in day.csv
    ");
    assert_snapshot!(all("time,workspace,agent,action,cost,time\n"), @"
    day.csv:1:34: error: a second column is called `time`
      |
    1 | time,workspace,agent,action,cost,time
      |                                  ^^^^

    1 mistake in day.csv
    ");
    assert_snapshot!(all("time,workspace,agent,action,cost,sesion\n"), @"
    day.csv:1:34: error: unknown column `sesion`
      |
    1 | time,workspace,agent,action,cost,sesion
      |                                  ^^^^^^
    hint: did you mean `session`? a trace has: `time`, `workspace`, `agent`, `action`, `cost`, `session`, `think`, `attempt`, `message`, `key`, `node`, `due`, `sent`, `answered`, `replied`, `wait`, `outcome`, `reason`, `limiter`, `retry_after`, `charged`, `overage`, `hold`, `balance`, and 1 more

    1 mistake in day.csv
    ");
}

#[test]
fn lines_that_are_torn_or_too_long() {
    assert_snapshot!(all(&format!("{HEADER}0s,shops/1,sales/1,message,")), @"
    day.csv:2:1: error: the file ends within this line: it is torn
      |
    2 | 0s,shops/1,sales/1,message,
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: if the line is whole, end it with a line break

    1 mistake in day.csv
    ");
    let long = row(&format!("10s,shops/1,{},message,", "x".repeat(1 << 20)));
    assert_snapshot!(long, @"
    day.csv:3:1: error: this line is longer than 1 MiB
      |
    3 | 10s,shops/1,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    1 mistake in day.csv
    ");
    assert_eq!(row(&format!("10s,shops/1,sales/1,message,{}", " ".repeat(1 << 19))), "no mistakes");
}

#[test]
fn conversations() {
    let talk = |rows: &str| {
        let scenario = SHOPS.replace("day.csv }", "day.csv, replay: sessions }");
        let trace = format!("time,workspace,agent,action,cost,session,think\n{rows}");
        mistakes(&scenario, &[("day.csv", trace.as_bytes())])
    };
    assert_snapshot!(talk("0s,shops/1,sales/1,message,,x,\n1s,shops/1,sales/1,message,,x,\n"), @"
    day.csv:3:29: error: a later turn of a conversation needs its `think`
      |
    3 | 1s,shops/1,sales/1,message,,x,
      |                             ^
    hint: the time from the reply to the turn above to this one

    1 mistake in day.csv
    ");
    assert_snapshot!(talk("0s,shops/1,sales/1,message,,x,\n,shops/1,sales/2,message,,x,1s\n"), @"
    day.csv:3:27: error: the row above is no turn of the conversation `x`
      |
    3 | ,shops/1,sales/2,message,,x,1s
      |                           ^
    hint: the turns of a conversation stand one below the other, and are with one agent; the first has no `think`

    1 mistake in day.csv
    ");
    assert_snapshot!(talk("0s,shops/1,sales/1,message,,,1s\n"), @"
    day.csv:2:30: error: `think` belongs to a conversation, and this row has no `session`
      |
    2 | 0s,shops/1,sales/1,message,,,1s
      |                              ^^
    hint: the turns of a conversation stand one below the other, and are with one agent; the first has no `think`

    1 mistake in day.csv
    ");
    assert_snapshot!(talk("0s,shops/1,sales/1,message,,x,\n,shops/1,sales/1,message,,x,1\n"), @"
    day.csv:3:29: error: `1` is not a duration such as `250ms`, `8h` or `1d12h`
      |
    3 | ,shops/1,sales/1,message,,x,1
      |                             ^

    1 mistake in day.csv
    ");
    let between = "0s,shops/1,sales/1,message,,x,\n1s,shops/2,sales/1,enable,,,\n\
                   ,shops/1,sales/1,message,,x,1s\n";
    assert_snapshot!(talk(between), @"
    day.csv:4:27: error: the row above is no turn of the conversation `x`
      |
    4 | ,shops/1,sales/1,message,,x,1s
      |                           ^
    hint: the turns of a conversation stand one below the other, and are with one agent; the first has no `think`

    1 mistake in day.csv
    ");
}

#[test]
fn what_names_a_trace() {
    assert_eq!(scenario("12", "12"), "no mistakes");
    assert_snapshot!(scenario("day.csv }", "daily.csv }"), @"
    own.yaml:10:23: error: cannot read daily.csv: No such file or directory (os error 2)
       |
    10 |     traffic: { trace: daily.csv }
       |                       ^^^^^^^^^

    1 mistake in own.yaml
    ");
    assert_snapshot!(scenario("day.csv }", "day.csv, speed: 0x }"), @"
    own.yaml:10:39: error: `0x` is not a factor above 0 such as `2x` or `0.5x`, at most `1_000_000x`
       |
    10 |     traffic: { trace: day.csv, speed: 0x }
       |                                       ^^

    1 mistake in own.yaml
    ");
    assert_snapshot!(scenario("day.csv }", "day.csv, replay: session }"), @"
    own.yaml:10:40: error: unknown word `session`
       |
    10 |     traffic: { trace: day.csv, replay: session }
       |                                        ^^^^^^^
    hint: did you mean `sessions`? expected here: `arrivals`, `sessions`

    1 mistake in own.yaml
    ");
    assert_snapshot!(scenario("day.csv }", "day.csv, rate: 1/h }"), @"
    own.yaml:10:32: error: `rate` and `trace` exclude each other
       |
    10 |     traffic: { trace: day.csv, rate: 1/h }
       |                                ^^^^
    hint: keep one of them

    1 mistake in own.yaml
    ");
    assert_snapshot!(scenario("day.csv }", "day.csv, profile: daily, bursts: { on: 1m, off: 1m } }"), @"
    own.yaml:10:41: error: `profile` says when messages arrive, and a `trace` does so too
       |
    10 |     traffic: { trace: day.csv, profile: daily, bursts: { on: 1m, off: 1m } }
       |                                         ^^^^^
    hint: `rate`, `interarrival` and `sessions` can rise and fall; `speed` has a trace come faster

    own.yaml:10:56: error: `bursts` says when messages arrive, and a `trace` does so too
       |
    10 |     traffic: { trace: day.csv, profile: daily, bursts: { on: 1m, off: 1m } }
       |                                                        ^^^^^^^^^^^^^^^^^^^^
    hint: `rate`, `interarrival` and `sessions` can rise and fall; `speed` has a trace come faster

    2 mistakes in own.yaml
    ");
    assert_snapshot!(scenario("{ rate: 1/h }", "{ rate: 1/h, speed: 2x, replay: arrivals }"), @"
    own.yaml:13:71: error: `speed` belongs to a `trace`, and there is none
       |
    13 |   - { group: labs, agents: [{ name: bot, traffic: { rate: 1/h, speed: 2x, replay: arrivals } }] }
       |                                                                       ^^

    own.yaml:13:83: error: `replay` belongs to a `trace`, and there is none
       |
    13 |   - { group: labs, agents: [{ name: bot, traffic: { rate: 1/h, speed: 2x, replay: arrivals } }] }
       |                                                                                   ^^^^^^^^

    2 mistakes in own.yaml
    ");
    assert_snapshot!(scenario("{ name: support }", "{ name: support, traffic: { trace: ./day.csv } }"), @"
    own.yaml:11:76: error: `shops` replays all rows of this trace already
       |
    11 |     agents: [{ name: sales, count: 2 }, { name: support, traffic: { trace: ./day.csv } }]
       |                                                                            ^^^^^^^^^

    1 mistake in own.yaml
    ");
}

#[test]
fn recorded_traffic_cannot_be_multiplied() {
    let timeline = |entry: &str| {
        scenario("\nworkspaces", &format!("\ntimeline: [{{ at: 1m, {entry} }}]\nworkspaces"))
    };
    assert_eq!(timeline("traffic: 4x"), "no mistakes");
    assert_snapshot!(timeline("group: shops, traffic: 4x"), @"
    own.yaml:6:45: error: the traffic of `shops` is recorded: it comes when it came, not so many times as often
      |
    6 | timeline: [{ at: 1m, group: shops, traffic: 4x }]
      |                                             ^^
    hint: name a `group` whose traffic has a rate

    1 mistake in own.yaml
    ");
}

#[test]
fn a_hundred_traces_are_enough() {
    let lines = |count: usize| {
        let line = |of: usize| format!("{{ name: l{of}, traffic: {{ trace: t{of}.csv }} }}, ");
        let lines: String = (0..count).map(line).collect();
        let scenario = format!(
            "limitlab: 1\nname: many\nduration: 1h\nworkspaces: [{{ group: g, agents: [{lines}] }}]\n"
        );
        let files: Vec<String> = (0..count).map(|of| format!("t{of}.csv")).collect();
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|name| (name.as_str(), HEADER.as_bytes())).collect();
        mistakes(&scenario, &files)
    };
    assert_eq!(lines(100), "no mistakes");
    let told = lines(101);
    assert!(told.contains("error: a scenario replays more than 100 traces\n"), "{told}");
}

#[test]
fn the_digest_of_a_scenario_is_of_its_traces_too() {
    let digest = |cost: &str| {
        let trace = format!("{HEADER}10s,shops/1,sales/1,message,{cost}\n");
        let folder = folder(SHOPS, &[("day.csv", trace.as_bytes())]);
        loaded(folder.path()).scenario.sha256
    };
    assert_eq!(digest("1"), digest("1"));
    assert_ne!(digest("1"), digest("2"));
}

#[test]
fn a_mistake_is_exit_code_2_and_leaves_no_results() {
    let trace = format!("{HEADER}10s,shops/1,sales/1,mesage,\n");
    let folder = folder(SHOPS, &[("day.csv", trace.as_bytes())]);
    for command in ["check", "run"] {
        let mut process = Command::new(env!("CARGO_BIN_EXE_limitlab"));
        let output = process.current_dir(folder.path()).args([command, "own.yaml"]).output();
        let output = output.expect("the command can be started");
        assert_eq!(output.status.code(), Some(2), "{command}");
        assert!(output.stdout.is_empty());
        let told = String::from_utf8(output.stderr).expect("what is printed is UTF-8");
        assert!(told.starts_with("day.csv:2:21: error: unknown action `mesage`\n"), "{told}");
    }
    assert!(!folder.path().join("results").exists());
}

#[test]
fn a_trace_that_was_changed_ends_the_run() {
    let trace = format!("{HEADER}10s,shops/1,sales/1,message,\n");
    let folder = folder(SHOPS, &[("day.csv", trace.as_bytes())]);
    let loaded = loaded(folder.path());
    let path = folder.path().join("day.csv");
    fs::write(&path, format!("{trace}11s,shops/1,sales/9,message,\n")).unwrap();
    let ended = run(&loaded.scenario, RunOptions::default(), &Watch::default()).err();
    let Some(EngineError::Trace(error)) = ended else { panic!("{ended:?}") };
    let told = Faults::from(&error).to_string();
    let told = told.replace(&format!("{}/", folder.path().display()), "");
    assert_snapshot!(told, @"
    day.csv:3:13: error: no agent is called `sales/9`
      |
    3 | 11s,shops/1,sales/9,message,
      |             ^^^^^^^
    hint: those of `sales` are called `sales/1` to `sales/2`, and others are those that rows above create

    1 mistake in day.csv
    ");

    fs::remove_file(path).unwrap();
    let ended = run(&loaded.scenario, RunOptions::default(), &Watch::default()).err();
    let ended = ended.map(|error| error.to_string()).unwrap_or_default();
    assert!(ended.contains("day.csv:1:1: cannot read "), "{ended}");
}

#[test]
fn times_that_are_too_long_or_too_fine() {
    assert_snapshot!(row("290000d,shops/1,sales/1,message,"), @r"
    day.csv:3:1: error: `290000d` is not a duration of at most 292 years, 106580d
      |
    3 | 290000d,shops/1,sales/1,message,
      | ^^^^^^^

    1 mistake in day.csv
    ");
    assert_snapshot!(row("10.0000000019s,shops/1,sales/1,message,"), @r"
    day.csv:3:1: error: `10.0000000019s` is not a duration in whole nanoseconds
      |
    3 | 10.0000000019s,shops/1,sales/1,message,
      | ^^^^^^^^^^^^^^

    1 mistake in day.csv
    ");
    assert_snapshot!(row("2026-01-01T00:00:10.1234567891Z,shops/1,sales/1,message,"), @r"
    day.csv:3:1: error: `2026-01-01T00:00:10.1234567891Z` is not an instant with nine decimals of a second at most
      |
    3 | 2026-01-01T00:00:10.1234567891Z,shops/1,sales/1,message,
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    1 mistake in day.csv
    ");
}

#[test]
fn cells_that_are_torn() {
    assert_snapshot!(row("11s,shops/1,sales/1,message,\"7"), @r#"
    day.csv:3:29: error: the quotes of this cell are not closed: it is torn
      |
    3 | 11s,shops/1,sales/1,message,"7
      |                             ^^
    hint: a cell in quotes ends with one, and one inside of it is written twice

    1 mistake in day.csv
    "#);
    assert_snapshot!(row("11s,shops/1,\"sales/1,message,"), @r#"
    day.csv:3:13: error: the quotes of this cell are not closed: it is torn
      |
    3 | 11s,shops/1,"sales/1,message,
      |             ^^^^^^^^^^^^^^^^^
    hint: a cell in quotes ends with one, and one inside of it is written twice

    1 mistake in day.csv
    "#);
    assert_snapshot!(row("11s,shops/1,sales/1,message,7\r8"), @r"
    day.csv:3:1: error: a CR stands within this line
      |
    3 | 11s,shops/1,sales/1,message,7 8
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: lines end with LF or CR LF, and cells hold neither

    1 mistake in day.csv
    ");
    assert_snapshot!(all("time,workspace,agent,action,\"cost\n"), @r#"
    day.csv:1:29: error: the quotes of this cell are not closed: it is torn
      |
    1 | time,workspace,agent,action,"cost
      |                             ^^^^^
    hint: a cell in quotes ends with one, and one inside of it is written twice

    1 mistake in day.csv
    "#);
}

#[test]
fn numbers_that_are_too_large() {
    assert_snapshot!(row("11s,shops/1,sales/4294967296,create,"), @r"
    day.csv:3:13: error: `sales/4294967296` is no name of an agent
      |
    3 | 11s,shops/1,sales/4294967296,create,
      |             ^^^^^^^^^^^^^^^^
    hint: 1 to 100 letters, digits, `-` and `_`; then perhaps a slash and a number from 1 to 4_294_967_295

    1 mistake in day.csv
    ");
    assert_snapshot!(row("11s,shops/1,support/0,create,"), @r"
    day.csv:3:13: error: `support/0` is no name of an agent
      |
    3 | 11s,shops/1,support/0,create,
      |             ^^^^^^^^^
    hint: 1 to 100 letters, digits, `-` and `_`; then perhaps a slash and a number from 1 to 4_294_967_295

    1 mistake in day.csv
    ");
}

#[test]
fn files_that_are_no_lines_of_utf_8() {
    assert_snapshot!(all("\u{feff}"), @r"
    day.csv:1:1: error: this trace is empty
      |
    1 |
      | ^
    hint: the first line names the columns: `time,workspace,agent,action,cost`, in any order

    1 mistake in day.csv
    ");
    let mac = format!("{HEADER}10s,shops/1,sales/1,message,\n").replace('\n', "\r");
    assert_snapshot!(all(&mac), @r"
    day.csv:1:1: error: the lines of this file end with CR alone
      |
    1 | time,workspace,agent,action,cost
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: end them with LF or with CR LF

    1 mistake in day.csv
    ");
    assert_snapshot!(all(&format!("\u{feff}{mac}")), @r"
    day.csv:1:1: error: the lines of this file end with CR alone
      |
    1 | time,workspace,agent,action,cost
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: end them with LF or with CR LF

    1 mistake in day.csv
    ");
    let wide: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(mistakes(SHOPS, &[("day.csv", &wide)]), @r"
    day.csv:1:1: error: this file is in UTF-16 or UTF-32
      |
    1 |
      | ^
    hint: a trace is text in UTF-8: save it as that

    1 mistake in day.csv
    ");
    let marked = [&[0xff, 0xfe][..], &wide].concat();
    assert_snapshot!(mistakes(SHOPS, &[("day.csv", &marked)]), @r"
    day.csv:1:1: error: this file is in UTF-16 or UTF-32
      |
    1 |
      | ^
    hint: a trace is text in UTF-8: save it as that

    1 mistake in day.csv
    ");
    let packed = SHOPS.replace("day.csv", "day.zst");
    assert_snapshot!(mistakes(&packed, &[("day.zst", HEADER.as_bytes())]), @r"
    day.zst:1:1: error: this file cannot be unpacked: it is not packed by Zstandard, as its name says, or not to its end
      |
    1 |
      | ^

    1 mistake in day.zst
    ");
}

#[test]
fn a_trace_at_two_speeds_shows_a_mistake_once() {
    let twice = SHOPS.replace(
        "- { group: labs, agents: [{ name: bot, traffic: { rate: 1/h } }] }",
        "- { group: labs, traffic: { trace: day.csv, speed: 2x }, agents: [{ name: bot }] }",
    );
    assert_ne!(twice, SHOPS);
    let trace = format!("{HEADER}10s,shops/1,sales/1,mesage,\n");
    assert_snapshot!(mistakes(&twice, &[("day.csv", trace.as_bytes())]), @r"
    day.csv:2:21: error: unknown action `mesage`
      |
    2 | 10s,shops/1,sales/1,mesage,
      |                     ^^^^^^
    hint: did you mean `message`? expected here: `message`, `create`, `enable`, `disable`, `delete`, `set_plan`, `buy_package`

    1 mistake in day.csv
    ");
}
