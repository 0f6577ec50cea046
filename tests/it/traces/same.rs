//! Traffic that is drawn, against the same traffic recorded: every metric is the same.

use std::fmt::Write;

use limitlab::summary::Summary;

use super::{HEADER, assert_same, folder, outcome_in, replay};

/// The scenario, with traffic in a line and in the group.
fn scenario(line: &str, group: &str) -> String {
    format!(
        "limitlab: 1
name: same
duration: 6h
warm_up: 20m
plans: {{ p: {{ active_agents: 1, credits: {{ included: 900, renews: 2h }} }} }}
workspaces:
  - group: shops
    count: 3
    plan: p
{group}    agents:
      - name: sales
        cost: {{ uniform: {{ min: 1, max: 9 }} }}
        retry: {{ max_attempts: 3, reasons: [rate_limited, overloaded, credits_exhausted] }}
        patience: {{ exponential: 5m }}
{line}    fair_use: [{{ name: burst, token_bucket: {{ rate: 4/min, burst: 3 }} }}]
backend: {{ scope: workspace, servers: 2, service_time: {{ exponential: 40s }}, queue: {{ limit: 2 }} }}
"
    )
}

fn drawn(traffic: &str) -> Summary {
    let yaml = scenario(&format!("        traffic: {traffic}\n"), "");
    let folder = folder(&yaml, &[]);
    outcome_in(folder.path(), 2).summary
}

/// The same messages to every workspace, at these instants \[ns\].
fn recorded(instants: impl Iterator<Item = u64>) -> Summary {
    let mut rows = String::new();
    for at in instants {
        for workspace in 1..=3 {
            writeln!(rows, "{at}ns,shops/{workspace},sales,message,").unwrap();
        }
    }
    let of_group = replay(&scenario("", "    traffic: { trace: day.csv }\n"), &rows);
    let of_line = replay(&scenario("        traffic: { trace: day.csv }\n", ""), &rows);
    assert_same(&of_group, &of_line);
    of_group
}

const SECOND: u64 = 1_000_000_000;
const END: u64 = 6 * 3_600 * SECOND;

#[test]
fn a_message_every_so_often() {
    // No attempt is made at the instant of another's: ties go by what was known first.
    let every = 13 * SECOND + 7;
    let found = recorded((1..).map(|number| number * every).take_while(|&at| at < END));
    let expected = drawn("{ interarrival: 13.000000007s }");
    assert!(expected.value("messages.lost") > Some(10.0));
    assert_same(&found, &expected);
}

#[test]
fn stages_that_jump() {
    // One each 19 s for an hour, then one each 9.5 s: the first of those has 19 s less what passed
    // of them before the hour, at twice the pace.
    let (hour, every) = (3_600 * SECOND, 19 * SECOND + 2);
    let slow = (1..=189).map(|number| number * every);
    let first = hour + (every - (hour - 189 * every)) / 2;
    let fast = (0..).map(|number| first + number * every / 2).take_while(|&at| at < END);
    let found = recorded(slow.chain(fast));
    let stages = "[{ duration: 1h, target: 1x }, { duration: 0s, target: 2x }]";
    let expected = drawn(&format!("{{ interarrival: 19.000000002s, stages: {stages} }}"));
    assert_same(&found, &expected);
}

#[test]
fn a_trace_of_nothing_changes_nothing() {
    let with = scenario("        traffic: { rate: 3/min }\n", "    traffic: { trace: day.csv }\n");
    let folder = folder(&with, &[("day.csv", HEADER.as_bytes())]);
    let found = outcome_in(folder.path(), 1).summary;
    assert_same(&found, &drawn("{ rate: 3/min }"));
}
