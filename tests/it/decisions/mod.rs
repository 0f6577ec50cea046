//! Logs of decisions: what stands in them, and that they leave a run as it is.

pub(crate) mod audit;

use std::fs;
use std::path::PathBuf;

use limitlab::engine::{EngineError, Outcome, RunOptions, Watch, run, run_logged};
use limitlab::log::DecisionLog;
use limitlab::scenario::{Scenario, load, parse};
use tempfile::TempDir;

use self::audit::{logged, rows};
use crate::scenarios::{is_big, shipped};
use crate::traces::mistakes;

/// Two agents with one slot and four credits, and a message a minute.
const SMALL: &str = "
limitlab: 1
name: small
duration: 3m
plans:
  few: { active_agents: 1, credits: { included: 4, renews: 2m } }
  more: { active_agents: 2, credits: { included: 6, renews: 2m } }
packages: { some: { credits: 0.5 } }
workspaces:
  - group: shops
    plan: few
    traffic: { trace: day.csv }
    agents: [{ name: sales, count: 2, cost: 1.5, patience: 5s }]
    features: [{ name: rewriter, cost: 0.001 }]
    fair_use: [{ name: slow, token_bucket: { rate: 1/min, burst: 1 } }]
backend: { scope: workspace, servers: 1, service_time: 10s }
timeline:
  - { at: 100s, set_plan: more }
";

const DAY: &str = "time,workspace,agent,action,cost
1s,shops/1,sales/1,message,
1.25s,shops/1,sales/2,message,
61s,shops/1,sales/1,message,3
62s,shops/1,rewriter,message,
90s,shops/1,some,buy_package,
100s,shops/1,sales/2,enable,
121s,shops/1,sales/1,message,
121.5s,shops/1,rewriter,message,
130s,shops/1,sales/1,disable,
140s,shops/1,sales/1,delete,
150s,shops/1,sales/1,create,
";

/// The text of the log of a scenario that replays a trace.
fn log_of(scenario: &str, day: &str) -> String {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let path = folder.path().join("own.yaml");
    fs::write(&path, scenario).expect("a file can be written");
    fs::write(folder.path().join("day.csv"), day).expect("a file can be written");
    match load(&path, &[]) {
        Ok(loaded) => logged(&loaded.scenario, 1).unwrap_or_else(|error| panic!("{error}")).1,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_decision_is_a_row() {
    insta::assert_snapshot!(log_of(SMALL, DAY), @"
    time,workspace,agent,action,cost,message,attempt,key,node,due,sent,answered,replied,wait,outcome,reason,limiter,retry_after,charged,overage,hold,balance,active
    0s,,decisions-1,log,,,,,,,,,,,exact,,,,,,,,
    0s,shops/1,few,set_plan,,,,,,,,,,,,,,,,,,0,0
    0s,shops/1,few,renew,,,,,,,,,,,,,,,-4,,,4,0
    0s,shops/1,sales/1,create,,,,,,,,,,,admitted,,,,,,,4,0
    0s,shops/1,sales/2,create,,,,,,,,,,,admitted,,,,,,,4,0
    0s,shops/1,sales/1,enable,,,,,,,,,,,admitted,,,,,,,4,1
    0s,shops/1,sales/2,enable,,,,,,,,,,,refused,active_agent_limit,,,,,,4,1
    1s,shops/1,sales/1,message,1.5,1,1,1,,1s,1s,1s,,,admitted,,,,1.5,,,2.5,1
    1.25s,shops/1,sales/2,message,1.5,2,1,2,,1.25s,1.25s,1.25s,,,refused,agent_not_active,,,,,,2.5,1
    11s,shops/1,sales/1,release,,1,1,1,,1s,1s,,11s,0s,,,,,,,,2.5,1
    61s,shops/1,sales/1,message,3,3,1,3,,61s,61s,61s,,,refused,credits_exhausted,,59s,,,,2.5,1
    62s,shops/1,rewriter,message,0.001,4,1,4,,62s,62s,62s,,,admitted,,,,0.001,,,2.499,1
    72s,shops/1,rewriter,release,,4,1,4,,62s,62s,,72s,0s,,,,,,,,2.499,1
    90s,shops/1,some,buy_package,,,,,,,,,,,,,,,-0.5,,,2.999,1
    100s,shops/1,more,set_plan,,,,,,,,,,,,,,,,,,2.999,1
    100s,shops/1,more,renew,,,,,,,,,,,,,,,-2,,,4.999,1
    100s,shops/1,sales/2,enable,,,,,,,,,,,admitted,,,,,,,4.999,2
    120s,shops/1,some,expire,,,,,,,,,,,,,,,0.5,,,4.499,2
    120s,shops/1,more,expire,,,,,,,,,,,,,,,4.499,,,0,2
    120s,shops/1,more,renew,,,,,,,,,,,,,,,-6,,,6,2
    121s,shops/1,sales/1,message,1.5,5,1,5,,121s,121s,121s,,,refused,rate_limited,slow,1s,,,,6,2
    121.5s,shops/1,rewriter,message,0.001,6,1,6,,121.5s,121.5s,121.5s,,,refused,rate_limited,slow,0.5s,,,,6,2
    130s,shops/1,sales/1,disable,,,,,,,,,,,,,,,,,,6,1
    140s,shops/1,sales/1,delete,,,,,,,,,,,,,,,,,,6,1
    150s,shops/1,sales/3,create,,,,,,,,,,,admitted,,,,,,,6,1
    ");
}

#[test]
fn a_refusal_of_the_platform_gives_back_what_was_charged() {
    let scenario = "
limitlab: 1
name: far
duration: 10s
plans: { metered: { credits: { included: 10, renews: never } } }
workspaces:
  - group: shops
    plan: metered
    traffic: { trace: day.csv }
    agents: [{ name: sales }]
fair_use: [{ name: all, token_bucket: { rate: 1/s, burst: 1 } }]
backend: { service_time: 250ms, servers: 1, network_delay: 10ms }
";
    let day = "time,workspace,agent,action,cost
1s,shops,sales,message,2
1s,shops,sales,message,3
";
    insta::assert_snapshot!(log_of(scenario, day), @"
    time,workspace,agent,action,cost,message,attempt,key,node,due,sent,answered,replied,wait,outcome,reason,limiter,retry_after,charged,overage,hold,balance,active
    0s,,decisions-1,log,,,,,,,,,,,exact,,,,,,,,
    0s,shops/1,metered,set_plan,,,,,,,,,,,,,,,,,,0,0
    0s,shops/1,metered,renew,,,,,,,,,,,,,,,-10,,,10,0
    0s,shops/1,sales/1,create,,,,,,,,,,,admitted,,,,,,,10,0
    0s,shops/1,sales/1,enable,,,,,,,,,,,admitted,,,,,,,10,1
    1s,shops/1,sales/1,message,2,1,1,1,,1s,1s,1s,,,admitted,,,,2,,,8,1
    1s,shops/1,sales/1,message,3,2,1,2,,1s,1s,1s,,,admitted,,,,3,,,5,1
    1.02s,shops/1,sales/1,release,,2,1,2,,1s,1s,,1.02s,,refused,rate_limited,all,1s,-3,,,8,1
    1.27s,shops/1,sales/1,release,,1,1,1,,1s,1s,,1.27s,0s,,,,,,,,8,1
    ");
}

/// Shipped scenarios whose logs fit in memory, with their runs.
pub(crate) fn small() -> impl Iterator<Item = (PathBuf, Scenario, Outcome)> {
    let shipped = shipped().into_iter().filter(|(path, _)| !is_big(path));
    let run = |(path, _): (PathBuf, String)| {
        let scenario = load(&path, &[]).expect("shipped scenarios are valid").scenario;
        let outcome = run(&scenario, RunOptions { threads: 2 }, &Watch::default());
        (path, scenario, outcome.expect("shipped scenarios do not loop"))
    };
    shipped.map(run).filter(|(.., outcome)| outcome.messages <= 400_000)
}

#[test]
fn shipped_scenarios_log_what_their_figures_say() {
    for (path, scenario, plain) in small() {
        let (outcome, log) = logged(&scenario, 2).expect("shipped scenarios do not loop");
        assert_eq!(outcome.summary, plain.summary, "{}", path.display());
        let found = audit::differences(&scenario, &outcome, &log);
        assert!(found.is_empty(), "{}: {}", path.display(), found.join("\n"));
        let (_, alone) = logged(&scenario, 1).expect("shipped scenarios do not loop");
        assert!(log == alone, "{}: other rows on one thread", path.display());
    }
}

/// Customers who write whatever happens, to a backend that all share.
const LIVELY: &str = "
limitlab: 1
name: lively
duration: 2h
plans: { metered: { active_agents: 2, credits: { included: 15, renews: 30m } } }
workspaces:
  - group: shops
    count: 20
    plan: metered
    agents:
      - name: sales
        count: 3
        activity: { active: { exponential: 10m }, offline: { exponential: 5m } }
        cost: { uniform: { min: 0.5, max: 2 } }
        retry: { max_attempts: 3, backoff: { base: 2s } }
        TRAFFIC
    fair_use: [{ name: slow, scope: workspace, token_bucket: { rate: 2/min, burst: 3 } }]
fair_use: [{ name: all, concurrency: { limit: 3 } }]
backend: { servers: 4, service_time: { exponential: 4s }, queue: { limit: 2 }, network_delay: 5ms }
";

#[test]
fn a_log_that_is_replayed_under_its_scenario_is_the_log_again() {
    let scenario = LIVELY.replace("TRAFFIC", "traffic: { rate: 20/h }");
    let scenario = parse("lively.yaml", &scenario, &[]).expect("the scenario is valid");
    let (_, log) = logged(&scenario, 1).expect("it does not loop");
    let kinds = |kind: &str| rows(&log).iter().filter(|row| row.cell("reason") == kind).count();
    for kind in ["rate_limited", "concurrency_limited", "credits_exhausted", "agent_not_active"] {
        assert!(kinds(kind) > 10, "{kind}: {}", kinds(kind));
    }
    let again = log_of(&LIVELY.replace("TRAFFIC", "traffic: { trace: day.csv }"), &log);
    assert!(again == log, "a replay decided otherwise");
}

#[test]
fn a_log_of_workspaces_apart_is_a_trace_once_it_is_sorted() {
    let apart = |traffic: &str| {
        let text = LIVELY.replace("TRAFFIC", traffic).replace(
            "fair_use: [{ name: all, concurrency: { limit: 3 } }]\nbackend: { servers: 4",
            "backend: { scope: workspace, servers: 1",
        );
        assert!(!text.contains("name: all"), "{text}");
        text
    };
    let scenario = parse("lively.yaml", &apart("traffic: { rate: 20/h }"), &[]);
    let (_, log) = logged(&scenario.expect("it is valid"), 1).expect("it does not loop");
    let trace = apart("traffic: { trace: day.csv }");
    insta::assert_snapshot!(mistakes(&trace, &[("day.csv", log.as_bytes())]), @"
    day.csv:233:1: error: this row is earlier than one above it, at 1h59m39s822ms827us473ns
        |
    233 | 0s,shops/2,metered,set_plan,,,,,,,,,,,,,,,,,,0,0
        | ^^
    hint: rows are in the order of `time`; a log that has one workspace after the other is sorted by `sort -st, -k1,1n` below its two lines at the top

    1 mistake in day.csv
    ");
    let mut lines: Vec<&str> = log.lines().collect();
    let seconds = |line: &str| {
        let (time, _) = line.split_once("s,").expect("a row begins with a time");
        let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
        format!("{whole:0>20}{fraction:0<9}")
    };
    lines[2..].sort_by_key(|line| seconds(line));
    let again = log_of(&trace, &(lines.join("\n") + "\n"));
    // With a trace the rows of all workspaces are in the order of time.
    let sorted = |log: &str| {
        let mut lines: Vec<String> = log.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    assert!(sorted(&again) == sorted(&log), "a replay decided otherwise");
}

#[test]
fn only_one_replication_is_logged() {
    let scenario = LIVELY.replace("TRAFFIC", "traffic: { rate: 20/h }") + "replications: 3\n";
    let scenario = parse("lively.yaml", &scenario, &[]).expect("the scenario is valid");
    let error = logged(&scenario, 1).err().expect("three replications are refused");
    assert_eq!(error, EngineError::Replications(3));
}

#[test]
fn a_log_that_cannot_be_written_ends_the_run() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("no room"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let apart = "
limitlab: 1
name: apart
duration: 1h
workspaces: [{ group: w, count: 3_000, agents: [{ name: bot, traffic: { rate: 9/h } }] }]
";
    let shared = LIVELY.replace("TRAFFIC", "traffic: { rate: 20/h }");
    for yaml in [apart, &shared] {
        let scenario = parse("full.yaml", yaml, &[]).expect("the scenario is valid");
        let log = DecisionLog::new(Full);
        let outcome = run_logged(&scenario, RunOptions { threads: 3 }, &Watch::default(), &log);
        let error = outcome.err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("cannot write the log of decisions: no room"));
    }
}

#[test]
fn a_run_that_is_stopped_logs_what_it_finished() {
    let scenario = LIVELY.replace("TRAFFIC", "traffic: { rate: 20/h }");
    let scenario = parse("lively.yaml", &scenario, &[]).expect("the scenario is valid");
    let log = DecisionLog::new(std::io::sink());
    let watch = Watch::default();
    watch.stop();
    run_logged(&scenario, RunOptions { threads: 2 }, &watch, &log).expect("it is only stopped");
    log.finish().expect("a sink takes all");
}
