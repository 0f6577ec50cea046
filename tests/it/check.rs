//! What `check` expects of slots and activity, against runs; and its document for programs.
#![expect(clippy::too_many_lines, reason = "documents are shown whole")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;
use limitlab::engine::{RunOptions, Watch, run};
use limitlab::rules::Reason;
use limitlab::scenario::{Checked, Override, load, parse, warnings};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{simulate, text};

/// The facts about a scenario.
fn facts(yaml: &str) -> Value {
    let scenario = parse("x.yaml", yaml, &[]).unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&Checked::valid(&scenario).to_json()).expect("it is JSON")
}

/// 200 workspaces for a month, with so much about agents and plans.
fn scenario(plan: &str, agents: &str, rest: &str) -> String {
    format!(
        "limitlab: 1
name: reach
duration: 30d
plans: {{ p: {{ {plan} }}, large: {{}}, none: {{ active_agents: 0 }} }}
workspaces: [{{ group: shops, count: 200, plan: p, agents: [{agents}] }}]
{rest}
"
    )
}

#[test]
fn messages_that_reach_an_active_agent_are_about_as_many_as_a_run_admits() {
    let cycling = "activity: { active: { exponential: 9h }, offline: { exponential: 15h } }";
    let hours = "activity: { active: { exponential: 2h }, offline: { exponential: 1h } }";
    let waiting = "activity: { active: { exponential: 9h }, offline: { exponential: 15h },
        on_refused: wait_for_slot }";
    let agents = |count: u32, rest: &str| {
        format!("{{ name: a, count: {count}, traffic: {{ rate: 6/d }}, {rest} }}")
    };
    let once = |rest: &str| agents(1, rest);
    for (plan, agents, rest) in [
        ("", agents(4, cycling), ""),
        ("active_agents: 2", agents(5, cycling), ""),
        ("active_agents: 2", agents(5, waiting), ""),
        ("active_agents: 3", agents(6, "start: active"), ""),
        ("", once("activity: { active: 10d }"), ""),
        ("", once("start: offline, activity: { offline: 10d }"), ""),
        ("", once("start: draft"), "timeline: [{ at: 20d, enable: a }]"),
        ("trial: 14d", agents(4, ""), ""),
        ("trial: 14d", agents(4, ""), "timeline: [{ at: 10d, share: 50%, subscribe: large }]"),
        (
            "active_agents: 3",
            agents(6, "activity: { on_refused: wait_for_slot }"),
            "timeline: [{ at: 15d, set_plan: large }]",
        ),
        ("", agents(4, hours), "timeline: [{ at: 10d, for: 15d, set_plan: none }]"),
    ] {
        let yaml = scenario(plan, &agents, rest);
        let expected = &facts(&yaml)["scenario"]["groups"][0]["expected"];
        let expected = expected["messages_active"].as_f64().expect("a number");
        let admitted = simulate(&yaml).value("messages.completed").expect("it is measured");
        let differs = (expected / admitted - 1.0).abs();
        assert!(differs < 0.06, "{expected} expected, {admitted} admitted\n{yaml}");
    }
}

const SMALL: &str = "limitlab: 1
name: small
about: Two lines and a plan.
start: 2026-06-01T00:00:00Z
duration: 10d
plans:
  p: { active_agents: 2, credits: { included: 100, per: seat } }
  q: {}
workspaces:
  - group: shops
    count: 50
    plan: { p: 60%, q: 40% }
    seats: 2
    agents:
      - { name: sales, count: 2, traffic: { rate: 6/d }, cost: 1.5, activity: { active: 1h, offline: 3h } }
      - { name: desk, traffic: { sessions: { rate: 1/d, turns: 4, think: 1m } } }
    fair_use: [{ name: burst, token_bucket: { rate: 2/min, burst: 5 } }]
backend: { scope: workspace, servers: 2, service_time: 3s, queue: { limit: 9 } }
timeline: [{ at: 5d, share: 50%, set_plan: q }]
thresholds: [messages.lost == 0]
";

fn check(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_limitlab"))
        .current_dir(folder)
        .arg("check")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the command can be started")
}

fn folder(text: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder can be made");
    fs::write(folder.path().join("x.yaml"), text).expect("a file can be written");
    folder
}

#[test]
fn the_document_of_a_scenario() {
    let output = check(folder(SMALL).path(), &["x.yaml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    assert_snapshot!(text(&output.stdout), @r#"
    {
      "limitlab": "0.1.0",
      "valid": true,
      "scenario": {
        "name": "small",
        "about": "Two lines and a plan.",
        "sha256": "f2096ec7e90209ed0c7619ca3fbfeb4b8527face81529c4de4a7b60d71343605",
        "seed": 1,
        "replications": 1,
        "start": "2026-06-01T00:00:00Z",
        "timezone": "UTC",
        "duration_s": 864000.0,
        "warm_up_s": 0.0,
        "groups": [
          {
            "name": "shops",
            "workspaces": 50,
            "plans": [
              {
                "name": "p",
                "share": 0.6,
                "workspaces": 29,
                "active_agents": 2,
                "total_agents": 500,
                "trial_s": null,
                "credits": {
                  "included": 100.0,
                  "pool": 200.0
                }
              },
              {
                "name": "q",
                "share": 0.4,
                "workspaces": 21,
                "active_agents": null,
                "total_agents": 500,
                "trial_s": null,
                "credits": null
              }
            ],
            "limits": [
              {
                "name": "burst",
                "scope": "workspace",
                "kind": "token_bucket",
                "weight": "attempts",
                "count_refused": false,
                "on_exceed": "refuse",
                "rate_per_s": 0.03333333333333333,
                "burst": 5.0,
                "refill_every_s": null,
                "delay": null,
                "limit": null,
                "per_s": null,
                "aligned": null,
                "estimate": null,
                "in_flight": null,
                "queue": null,
                "plans": [
                  "p",
                  "q"
                ]
              }
            ],
            "lines": [
              {
                "name": "sales",
                "kind": "agents",
                "agents": 2,
                "agents_mean": 2.0,
                "active_share": 0.2275,
                "messages": 6000.0,
                "max_attempts": 1,
                "patience_mean_s": null,
                "credits_per_message": 1.5
              },
              {
                "name": "desk",
                "kind": "agents",
                "agents": 1,
                "agents_mean": 1.0,
                "active_share": 1.0,
                "messages": 2000.0,
                "max_attempts": 1,
                "patience_mean_s": null,
                "credits_per_message": 1.0
              }
            ],
            "traffic": null,
            "expected": {
              "messages": 8000.0,
              "messages_per_workspace": 160.0,
              "messages_active": 3365.0,
              "credits": {
                "wanted": 219.99999999999997,
                "wanted_active": 57.0,
                "held": 200.0,
                "packages_at_most": 0.0,
                "overage_at_most": 0.0,
                "bought_by_hand": false,
                "over_s": 864000.0
              }
            }
          }
        ],
        "limits": [],
        "backend": {
          "scope": "workspace",
          "servers": 2,
          "service_mean_s": 3.0,
          "queue_limit": 9,
          "discipline": "fifo",
          "shed": null,
          "network_delay_s": 0.0,
          "utilisation": {
            "shops": 0.0002777777777777778
          }
        },
        "timeline": [
          {
            "group": "shops",
            "at_s": 432000.0,
            "until_s": null,
            "share": 0.5,
            "workspaces": 21,
            "what": "change to the plan q"
          }
        ],
        "traces": [],
        "thresholds": [
          "messages.lost == 0"
        ],
        "run": {
          "events": 28000.0,
          "seconds_on_one_thread": 0.0116,
          "memory_bytes": 15000000.0
        }
      },
      "warnings": [
        "the pool of a workspace in `shops` on `p` may not last: 200 credits over 10d, and always active agents would use 220 (about 76 after slots and activity)",
        "the plan `q` has no `credits`, so none are counted in `shops`: give it a figure, such as `plans.q.credits.included`"
      ],
      "faults": []
    }
    "#);
}

#[test]
fn the_document_of_a_file_that_is_wrong() {
    let wrong = SMALL.replace("name: small", "nmae: small").replace("seats: 2", "seats: 2s");
    let output = check(folder(&wrong).path(), &["x.yaml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stderr.is_empty());
    assert_snapshot!(text(&output.stdout), @r#"
    {
      "limitlab": "0.1.0",
      "valid": false,
      "scenario": null,
      "warnings": [],
      "faults": [
        {
          "file": "x.yaml",
          "line": 2,
          "column": 1,
          "message": "unknown key `nmae` in the scenario",
          "hint": "did you mean `name`? expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`"
        },
        {
          "file": "x.yaml",
          "line": 13,
          "column": 12,
          "message": "`2s` is not a whole number such as `10_000`",
          "hint": "or a distribution of it, such as `{ exponential: .. }`"
        }
      ]
    }
    "#);
}

#[test]
fn a_file_that_cannot_be_read_has_no_document() {
    let output = check(folder(SMALL).path(), &["y.yaml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let error = "error: cannot read y.yaml: No such file or directory (os error 2)\n";
    assert_eq!(text(&output.stderr), error);
}

#[test]
fn text_is_what_is_printed_unless_told_otherwise() {
    let folder = folder(SMALL);
    let plain = check(folder.path(), &["x.yaml"]);
    assert_eq!(plain.stdout, check(folder.path(), &["x.yaml", "--format", "text"]).stdout);
    assert_snapshot!(text(&plain.stdout), @"
    small: 10d from 2026-06-01T00:00:00Z, seed 1
    Two lines and a plan.

    shops: 50 workspaces on 2 plans
      plan         p, 29 workspaces (60%): 2 agents active at once, 500 in total
      credits      100 for each seat (2) every month: 200
      plan         q, 21 workspaces (40%): any number of agents active at once, 500 in total; no credits are counted
      limit        burst: 2/min after a burst of 5, each workspace
      agents       sales: 2 agents, active at first
                   active for 1h, offline for 3h
                   6/d messages to each
                   credits a message: 1.5
      agents       desk: 1 agent, active at first
                   1/d conversations with each, messages 4, time between them 1m
                   credits a message: 1
      expected     sales: 6/d messages x 2 agents x 50 workspaces x 10d = 6_000
                   desk: 1/d conversations x 4 messages x 1 agent x 50 workspaces x 10d = 2_000
                   8_000 messages if always active, 160 in each workspace
                   about 3_370 after slots and activity
                   220 credits in each workspace, 110% of the 200 that its pool holds over 10d on average
                   about 57 credits after slots and activity, 29%

    backend: 2 servers in each workspace, 3s a message
      queue        9 may wait
      offered      0.028% utilisation if always active and nothing is refused in shops

    timeline
      at  for  group  workspaces  what
      5d       shops  21 (50%)    change to the plan q

    in all, about, after slots and activity and before refusals
      group  workspaces  agents  messages  credits  pools hold
      shops  50          150     3_370     1_710    6_000
    a run takes about 28_000 events, less than 0.1s on one thread, and 20 MB

    thresholds
      messages.lost == 0
    warning: the pool of a workspace in `shops` on `p` may not last: 200 credits over 10d, and always active agents would use 220 (about 76 after slots and activity)
    warning: the plan `q` has no `credits`, so none are counted in `shops`: give it a figure, such as `plans.q.credits.included`
    ");
}

#[test]
fn every_shipped_scenario_has_a_document_with_the_same_keys() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    let of_small = facts(SMALL);
    for entry in fs::read_dir(&scenarios).expect("the scenarios can be listed") {
        let path = entry.expect("an entry can be read").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        let output = check(&scenarios, &[name, "--format", "json"]);
        let found: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        assert_eq!(found["valid"], json!(true), "{name}");
        assert_eq!(keys(&found), keys(&of_small), "{name}");
        assert_eq!(keys(&found["scenario"]), keys(&of_small["scenario"]), "{name}");
        let groups = found["scenario"]["groups"].as_array().expect("a list");
        for group in groups {
            assert_eq!(keys(group), keys(&of_small["scenario"]["groups"][0]), "{name}");
        }
    }
}

#[test]
fn what_a_run_refuses_is_never_said_to_be_impossible() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut refused = 0;
    for name in ["quickstart", "trial-end", "downgrade-with-twenty-active", "enable-stampede"] {
        let each =
            Reason::ALL.map(|reason| format!("'refusal.rate{{reason={}}} == 0'", reason.name()));
        let set = Override::set(format!("thresholds=[{}]", each.join(", ")));
        let loaded = load(&folder.join(format!("{name}.yaml")), &[set]);
        let scenario = loaded.unwrap_or_else(|error| panic!("{error}")).scenario;
        let warned = warnings(&scenario);
        let outcome = run(&scenario, RunOptions { threads: 2 }, &Watch::default());
        let summary = outcome.expect("the scenario does not loop").summary;
        for refusal in summary.groups["all"].refusals.iter().filter(|it| it.refused > 0.0) {
            let reason = format!("{{reason={}}}", refusal.reason);
            let denied = warned.iter().find(|it| it.contains(&reason) && it.contains("always"));
            assert_eq!(denied, None, "{name}");
            refused += 1;
        }
    }
    assert!(refused > 5, "{refused}");
}
