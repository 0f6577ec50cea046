//! `limitlab verify` as its users see it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

const SCENARIO: &str = "
limitlab: 1
name: small
duration: 1h
plans: { few: { active_agents: 1, credits: { included: 10, renews: never } } }
workspaces: [{ group: shops, count: 20, plan: few, agents: [{ name: bot, count: 2 }] }]
";

pub(super) const HEAD: &str = "time,workspace,agent,action,outcome,reason,charged,sent,answered\n";

fn verify(log: &str, options: &[&str]) -> (Option<i32>, String) {
    printed("verify", log, options)
}

/// The exit code of a command that reads a log, and what it prints, with the paths of both files left out.
pub(super) fn printed(command: &str, log: &str, options: &[&str]) -> (Option<i32>, String) {
    let name = command;
    let folder = TempDir::new().expect("a temporary folder can be made");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file can be written");
        path.to_str().expect("temporary paths are UTF-8").to_owned()
    };
    let (scenario, log) = (write("own.yaml", SCENARIO), write("log.csv", log));
    let mut command = Command::new(env!("CARGO_BIN_EXE_limitlab"));
    command.args([name, &log, "--scenario", &scenario]).args(options).env("NO_COLOR", "1");
    let output = command.stdin(Stdio::null()).output().expect("the command can be started");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it prints UTF-8");
    let printed = text(&output.stdout) + &text(&output.stderr);
    let prefix = format!("{}/", folder.path().display());
    (output.status.code(), printed.replace(&prefix, ""))
}

#[test]
fn a_rule_that_is_broken_is_exit_code_4() {
    let log = format!(
        "{HEAD}0s,shops/1,few,set_plan,,,,,
0s,shops/1,few,renew,,,-10,,
1s,shops/1,bot/1,enable,admitted,,,,
2s,shops/1,bot/1,message,admitted,,9,,
3s,shops/1,bot/2,enable,admitted,,,,
0s,shops/2,few,set_plan,,,,,
4s,shops/2,bot/2,enable,admitted,,,,
"
    );
    let (code, printed) = verify(&log, &[]);
    assert_eq!(code, Some(4), "{printed}");
    insta::assert_snapshot!(printed, @r"
    log.csv: 7 rows of 2 workspaces

    Rule, in how many workspaces                        held  possible  violated decisions
    no pool is oversold                                    1         -         -         -
    no agent is enabled without a slot                     1         -         1         1
    only active agents answer, and they do                 1         -         -         -

    Active above the limit: 1 agent in one workspace at most.

    ✗ violated in shops/1, at line 6: no agent is enabled without a slot

    no agent is enabled without a slot: broken in shops/1, as 3 rows of the log show
      line 2  +0s  few    set plan
      line 4  +1s  bot/1  enable: admitted
      line 6  +3s  bot/2  enable: admitted

    `limitlab verify --counterexamples DIR` writes each of these as a log that violates its rule.

    ✗ The log breaks rules.
    ");
    assert_eq!(verify(&log, &["--set", "plans.few.active_agents=2"]).0, Some(0));
    assert_eq!(verify(&log, &["--quiet"]), (Some(4), String::new()));
}

#[test]
fn what_cannot_be_told_is_exit_code_5_where_that_is_asked_for() {
    let log = format!(
        "{HEAD}0s,shops/1,few,set_plan,,,,,
1s,shops/1,bot/1,enable,admitted,,,,
5s,shops/1,bot/1,disable,,,,4s,6s
5s,shops/1,bot/2,enable,admitted,,,5s,5.5s
"
    );
    let (code, printed) = verify(&log, &[]);
    assert_eq!(code, Some(0), "{printed}");
    insta::assert_snapshot!(printed, @r"
    log.csv: 4 rows of 1 workspace

    Rule, in how many workspaces                        held  possible  violated decisions
    no agent is enabled without a slot                     -         1         -         -

    ? possibly violated in shops/1, at line 5: no agent is enabled without a slot

    No rule was surely violated.
    ");
    assert_eq!(verify(&log, &["--strict"]).0, Some(5));
}

/// What is said of a log with this row.
fn with(row: &str) -> String {
    wrong(&format!("{HEAD}{row}\n"))
}

/// What is said of a log that cannot be read.
fn wrong(log: &str) -> String {
    let (code, printed) = verify(log, &[]);
    assert_eq!(code, Some(2), "{printed}");
    printed
}

#[test]
fn names_and_words_that_are_not_there_are_shown() {
    insta::assert_snapshot!(with("0s,shop/1,bot/1,enable,admitted,,,,"), @"
    log.csv:2:4: error: no workspace is called `shop/1`
      |
    2 | 0s,shop/1,bot/1,enable,admitted,,,,
      |    ^^^^^^
    hint: declared: `shops/1 to shops/20`

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(with("0s,shops/21,bot/1,enable,admitted,,,,"), @"
    log.csv:2:4: error: no workspace is called `shops/21`
      |
    2 | 0s,shops/21,bot/1,enable,admitted,,,,
      |    ^^^^^^^^
    hint: declared: `shops/1 to shops/20`

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(with("0s,shops/1,fw,set_plan,,,,,"), @"
    log.csv:2:12: error: no plan is called `fw`
      |
    2 | 0s,shops/1,fw,set_plan,,,,,
      |            ^^
    hint: did you mean `few`?

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(with("0s,shops/1,bot/1,enabel,admitted,,,,"), @"
    log.csv:2:18: error: unknown action `enabel`
      |
    2 | 0s,shops/1,bot/1,enabel,admitted,,,,
      |                  ^^^^^^
    hint: did you mean `enable`? expected here: `message`, `release`, `settle`, `create`, `enable`, `disable`, `delete`, `set_plan`, `end_trial`, `renew`, `expire`, `buy_package`

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(with("0s,shops/1,bot/1,enable,yes,,,,"), @"
    log.csv:2:25: error: unknown outcome `yes`
      |
    2 | 0s,shops/1,bot/1,enable,yes,,,,
      |                         ^^^
    hint: expected here: `admitted`, `refused`

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(with("0s,shops/1,bot/1,enable,refused,full,,,"), @r"
    log.csv:2:33: error: unknown reason `full`
      |
    2 | 0s,shops/1,bot/1,enable,refused,full,,,
      |                                 ^^^^
    hint: expected here: `workspace_agent_limit`, `active_agent_limit`, `trial_ended`, `agent_not_active`, `rate_limited`, `concurrency_limited`, `credits_exhausted`, `share_exhausted`, `overloaded`, `enforcement_unavailable`

    1 mistake in log.csv
    ");
}

#[test]
fn cells_that_cannot_be_read_are_shown() {
    insta::assert_snapshot!(with("0s,shops/1,bot/1,message,admitted,,1.0001,,"), @"
    log.csv:2:36: error: `1.0001` is not an amount of credits with three decimals at most, such as `-2.5`
      |
    2 | 0s,shops/1,bot/1,message,admitted,,1.0001,,
      |                                    ^^^^^^

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(with("0s,shops/1,bot/1,message,admitted,,1,2s,1s"), @"
    log.csv:2:41: error: this was answered before it was asked
      |
    2 | 0s,shops/1,bot/1,message,admitted,,1,2s,1s
      |                                         ^^
    hint: `sent` is 2s

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(with("soon,shops/1,bot/1,message,admitted,,1,2s,1s"), @"
    log.csv:2:1: error: `soon` is not a duration from the start such as `1.5s`, or an instant such as `2026-06-01T00:00:00Z`
      |
    2 | soon,shops/1,bot/1,message,admitted,,1,2s,1s
      | ^^^^

    1 mistake in log.csv
    ");
    let node = "time,workspace,agent,action,outcome,node\n0s,shops/1,bot/1,enable,admitted,0\n";
    insta::assert_snapshot!(wrong(node), @"
    log.csv:2:34: error: `0` is not the number of a node, from 1 on
      |
    2 | 0s,shops/1,bot/1,enable,admitted,0
      |                                  ^

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(with("0s,shops/1,bot/1"), @"
    log.csv:2:1: error: this row has 3 cells, and the first line names 9
      |
    2 | 0s,shops/1,bot/1
      | ^^^^^^^^^^^^^^^^

    1 mistake in log.csv
    ");
}

#[test]
fn headers_that_are_no_logs_are_shown() {
    insta::assert_snapshot!(wrong("time,workspace,agent,action\n"), @"
    log.csv:1:1: error: a log of decisions needs the column `outcome`
      |
    1 | time,workspace,agent,action
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: `limitlab run --decisions` writes one

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(wrong("time,workspace,agent,action,outcome,balnce\n"), @"
    log.csv:1:37: error: unknown column `balnce`
      |
    1 | time,workspace,agent,action,outcome,balnce
      |                                     ^^^^^^
    hint: did you mean `balance`? a log has: `time`, `workspace`, `agent`, `action`, `cost`, `message`, `attempt`, `key`, `node`, `due`, `sent`, `answered`, `replied`, `wait`, `outcome`, `reason`, `limiter`, `retry_after`, `charged`, `overage`, `hold`, `balance`, `active`

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(with("0s,,decisions-9,log,,,,,"), @"
    log.csv:2:5: error: this log is `decisions-9`
      |
    2 | 0s,,decisions-9,log,,,,,
      |     ^^^^^^^^^^^
    hint: `decisions-1` can be read

    1 mistake in log.csv
    ");
    insta::assert_snapshot!(with("0s,,decisions-1,log,exactly,,,,"), @"
    log.csv:2:21: error: no log is `exactly`
      |
    2 | 0s,,decisions-1,log,exactly,,,,
      |                     ^^^^^^^
    hint: did you mean `exact`?

    1 mistake in log.csv
    ");
}

#[test]
fn a_log_that_is_not_there_is_exit_code_1() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_limitlab"));
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/quickstart.yaml");
    command.arg("verify").arg("none.csv").arg("--scenario").arg(scenario);
    let output = command.stdin(Stdio::null()).output().expect("the command can be started");
    assert_eq!(output.status.code(), Some(1));
}

/// Two slots that are one too many, and charges beyond what there is.
pub(super) fn broken() -> String {
    format!(
        "{HEAD}0s,shops/1,few,set_plan,,,,,
0s,shops/1,few,renew,,,-10,,
1s,shops/1,bot/1,enable,admitted,,,,
2s,shops/1,bot/1,message,admitted,,9,,
3s,shops/1,bot/2,enable,admitted,,,,
4.5s,shops/1,bot/2,message,admitted,,3.5,,
5s,shops/1,bot/2,message,admitted,,1,,
"
    )
}

#[test]
fn violations_are_shown_and_can_be_replayed() {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let path = folder.path().join("shown").to_str().expect("it is UTF-8").to_owned();
    let (code, printed) = verify(&broken(), &["--counterexamples", &path]);
    assert_eq!(code, Some(4), "{printed}");
    let prefix = format!("{}/", folder.path().display());
    insta::assert_snapshot!(printed.replace(&prefix, ""), @"
    log.csv: 7 rows of 1 workspace

    Rule, in how many workspaces                        held  possible  violated decisions
    no pool is oversold                                    -         -         1         2
    no agent is enabled without a slot                     -         -         1         1
    only active agents answer, and they do                 1         -         -         -

    Credits oversold: 3.5, and 3.5 in one workspace at most.
    Active above the limit: 1 agent in one workspace at most.

    ✗ violated in shops/1, at line 7: no pool is oversold
    ✗ violated in shops/1, at line 6: no agent is enabled without a slot

    no pool is oversold: broken in shops/1, as 6 rows of the log show
      line 2       +0s  few    set plan
      line 3       +0s  few    renew              charged -10
      line 4       +1s  bot/1  enable: admitted
      line 5       +2s  bot/1  message: admitted  charged 9
      line 6       +3s  bot/2  enable: admitted
      line 7  +4s500ms  bot/2  message: admitted  charged 3.5
      limitlab verify shown/pool_never_oversold.csv --scenario own.yaml

    no agent is enabled without a slot: broken in shops/1, as 3 rows of the log show
      line 2  +0s  few    set plan
      line 4  +1s  bot/1  enable: admitted
      line 6  +3s  bot/2  enable: admitted
      limitlab verify shown/slots_never_exceeded.csv --scenario own.yaml

    ✗ The log breaks rules.
    ");
    for rule in ["pool_never_oversold", "slots_never_exceeded"] {
        let log = fs::read_to_string(format!("{path}/{rule}.csv")).expect("it was written");
        let (code, printed) = verify(&log, &["--format", "json"]);
        assert_eq!(code, Some(4), "{printed}");
        let document: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");
        assert_eq!(document["verdict"], "violated", "{printed}");
        let rules = document["rules"].as_array().expect("rules are a list");
        let found = rules.iter().find(|it| it["rule"] == rule).expect("the rule is there");
        assert_eq!(found["violated"], 1, "{printed}");
    }
}

#[test]
fn the_document_is_of_its_schema() {
    let (code, printed) = verify(&broken(), &["--format", "json"]);
    assert_eq!(code, Some(4), "{printed}");
    let document: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");
    let mut command = Command::new(env!("CARGO_BIN_EXE_limitlab"));
    let output = command.args(["schema", "verdict"]).output().expect("the command can be started");
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let properties = schema["properties"].as_object().expect("the schema has properties");
    let keys: Vec<&String> = document.as_object().expect("it is a mapping").keys().collect();
    assert_eq!(keys, properties.keys().collect::<Vec<_>>());
    assert_eq!(document["oversold"]["sum"], 3.5);
    let pool = &document["rules"][0];
    assert_eq!((&pool["rule"], &pool["decisions"]), (&"pool_never_oversold".into(), &2.into()));
}

#[test]
fn holds_may_be_held_for_a_while() {
    let head = "time,workspace,agent,action,outcome,key,charged,hold\n";
    let log = format!(
        "{head}0s,shops/1,few,set_plan,,,,
0s,shops/1,few,renew,,,-10,
1s,shops/1,bot/1,enable,admitted,,,
2s,shops/1,bot/1,message,admitted,a,,3
9s,shops/1,bot/1,disable,,,,
"
    );
    assert_eq!(verify(&log, &["--strict"]).0, Some(5));
    assert_eq!(verify(&log, &["--strict", "--hold-ttl", "7s"]).0, Some(0));
    let (code, printed) = verify(&log, &["--hold-ttl", "6.9s"]);
    assert_eq!(code, Some(4), "{printed}");
}
