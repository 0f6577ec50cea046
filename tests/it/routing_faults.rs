//! Mistakes in the traffic of a workspace and in its `route`, as the user reads them.

use insta::assert_snapshot;
use limitlab::scenario::{ScenarioError, parse, warnings};

/// A scenario whose customers write to the workspace.
const BASE: &str = r"limitlab: 1
name: routed
duration: 1d
workspaces:
  - group: shops
    traffic: { sessions: { rate: 6/h, turns: 4, think: 40s } }
    route: sticky
    agents:
      - { name: sales, count: 3 }
    features: [{ name: rewriter, traffic: { rate: 1/h } }]
backend: { servers: 2, service_time: 30s }
thresholds: [loss.rate < 5%]
";

/// The messages about the scenario with one piece of it replaced.
fn with(piece: &str, replacement: &str) -> String {
    assert!(BASE.contains(piece), "{piece}");
    match parse("x.yaml", &BASE.replacen(piece, replacement, 1), &[]) {
        Err(ScenarioError::Faults(faults)) => faults.to_string(),
        Err(error) => error.to_string(),
        Ok(_) => "no mistakes".to_owned(),
    }
}

const SESSIONS: &str = "sessions: { rate: 6/h, turns: 4, think: 40s }";

#[test]
fn the_scenario_is_valid() {
    assert_eq!(with("6/h", "6/h"), "no mistakes");
    for route in ["random", "round_robin", "least_busy"] {
        assert_eq!(with("sticky", route), "no mistakes");
    }
}

#[test]
fn routes() {
    assert_snapshot!(with("route: sticky", "route: least-busy"), @"
    x.yaml:7:12: error: unknown word `least-busy`
      |
    7 |     route: least-busy
      |            ^^^^^^^^^^
    hint: did you mean `least_busy`? expected here: `random`, `round_robin`, `least_busy`, `sticky`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("route: sticky", "route: 3"), @"
    x.yaml:7:12: error: unknown word `3`
      |
    7 |     route: 3
      |            ^
    hint: expected here: `random`, `round_robin`, `least_busy`, `sticky`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(&format!("    traffic: {{ {SESSIONS} }}\n"), ""), @"
    x.yaml:6:12: error: `route` says to which agents the group's `traffic` goes, and there is none
      |
    6 |     route: sticky
      |            ^^^^^^
    hint: traffic of a line goes to the agents of that line

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("name: sales, count: 3", "name: sales, route: random, count: 3"), @"
    x.yaml:9:24: error: unknown key `route` in an item of `agents`
      |
    9 |       - { name: sales, route: random, count: 3 }
      |                        ^^^^^
    hint: `route` stands in a group, beside its `traffic`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("name: rewriter,", "name: rewriter, route: random,"), @"
    x.yaml:10:34: error: unknown key `route` in an item of `features`
       |
    10 |     features: [{ name: rewriter, route: random, traffic: { rate: 1/h } }]
       |                                  ^^^^^
    hint: `route` stands in a group, beside its `traffic`

    1 mistake in x.yaml
    ");
}

#[test]
fn what_cannot_stick() {
    assert_snapshot!(with(SESSIONS, "rate: 24/h"), @"
    x.yaml:7:12: error: `sticky` keeps conversations and users with their agents, and each message of `rate` is alone
      |
    7 |     route: sticky
      |            ^^^^^^
    hint: `random` does the same; `sessions` and `closed` can be `sticky`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(SESSIONS, "interarrival: 5m"), @"
    x.yaml:7:12: error: `sticky` keeps conversations and users with their agents, and each message of `interarrival` is alone
      |
    7 |     route: sticky
      |            ^^^^^^
    hint: `random` does the same; `sessions` and `closed` can be `sticky`

    1 mistake in x.yaml
    ");
    // What is wrong with the traffic is said, and not what follows from it.
    assert_snapshot!(with(SESSIONS, "interarrival: 0s"), @"
    x.yaml:6:30: error: messages would come for ever in no time
      |
    6 |     traffic: { interarrival: 0s }
      |                              ^^
    hint: give `interarrival` a time above 0s

    1 mistake in x.yaml
    ");
}

#[test]
fn its_traffic_is_that_of_lines() {
    assert_snapshot!(with(SESSIONS, "rate: 24"), @"
    x.yaml:6:22: error: `24` is not a rate such as `12/h`, `20/s` or `7/min`
      |
    6 |     traffic: { rate: 24 }
      |                      ^^
    hint: a rate needs its period: `24/s`, `24/h`, `24/d`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(SESSIONS, "closed: { users: 2_000_000, think: 1m }"), @"
    x.yaml:6:33: error: `users` must be at most 1_000_000
      |
    6 |     traffic: { closed: { users: 2_000_000, think: 1m } }
      |                                 ^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(SESSIONS, "closed: { users: 2, think: 1m }, profile: daily"), @"
    x.yaml:6:58: error: `profile` says when messages arrive, and users of `closed` decide
      |
    6 |     traffic: { closed: { users: 2, think: 1m }, profile: daily }
      |                                                          ^^^^^
    hint: `rate`, `interarrival` and `sessions` can rise and fall

    1 mistake in x.yaml
    ");
    let bursts = format!("{SESSIONS}, bursts: {{ on: 1us, off: 1us }}");
    assert_snapshot!(with(SESSIONS, &bursts), @"
    x.yaml:6:77: error: a workspace would have more than 10_000_000 periods on and off
      |
    6 |     traffic: { sessions: { rate: 6/h, turns: 4, think: 40s }, bursts: { on: 1us, off: 1us } }
      |                                                                             ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(SESSIONS, "trace: file.csv"), @"
    x.yaml:6:23: error: only a scenario in a file can replay a trace
      |
    6 |     traffic: { trace: file.csv }
      |                       ^^^^^^^^

    x.yaml:7:12: error: `route` does not go with a `trace`
      |
    7 |     route: sticky
      |            ^^^^^^
    hint: each recorded message names the agent that it goes to

    2 mistakes in x.yaml
    ");
}

#[test]
fn users_of_the_workspace_cannot_be_multiplied() {
    let rush = BASE
        .replace(SESSIONS, "closed: { users: 2, think: 1m }")
        .replace("backend:", "timeline: [{ at: 1h, traffic: 4x }]\nbackend:");
    let told = match parse("x.yaml", &rush, &[]) {
        Err(ScenarioError::Faults(faults)) => faults.to_string(),
        other => panic!("{other:?}"),
    };
    assert_snapshot!(told, @"
    x.yaml:11:31: error: the users of the workspaces of `shops` are `closed`: they write when they have their reply, not so many times as often
       |
    11 | timeline: [{ at: 1h, traffic: 4x }]
       |                               ^^
    hint: name a `group` whose traffic has a rate

    1 mistake in x.yaml
    ");
}

/// Users who do not think, of a workspace whose agents and timeline are these.
fn thoughtless(agents: &str, rest: &str) -> Result<Vec<String>, String> {
    let text = format!(
        "{{ limitlab: 1, name: x, duration: 2d, plans: {{ p: {{}}, t: {{ trial: 1d }} }},
        backend: {{ servers: 2, service_time: 1m }},
        workspaces: [{{ group: shops, agents: [{agents}],
            traffic: {{ closed: {{ users: 1, think: 0s }} }}{rest} }}] }}"
    );
    match parse("x.yaml", &text, &[]) {
        Err(ScenarioError::Faults(faults)) => Err(faults.list()[0].message.clone()),
        Err(error) => panic!("{error}"),
        Ok(scenario) => {
            // The trial is there for some of the groups.
            let mut warned = warnings(&scenario);
            warned.retain(|warning| !warning.starts_with("no workspace is ever on the plan "));
            Ok(warned)
        }
    }
}

#[test]
fn users_who_do_not_think_must_not_be_refused_at_once() {
    let refused = |when: &str| {
        let who = "users who do not think are refused at once";
        Err(format!("{who} {when}, and would write for ever in no time"))
    };
    let away = refused("while no agent is active");
    assert_eq!(thoughtless("{ name: a, start: offline }", ""), away);
    assert_eq!(thoughtless("{ name: a, count: 0, churn: { create: 1/h } }", ""), away);
    assert_eq!(thoughtless("{ name: a, activity: { active: 1h, offline: 1h } }", ""), away);
    let both = "{ name: a, start: draft }, { name: b, start: offline, while_offline: pause }";
    assert_eq!(thoughtless(both, ""), away);
    let ended = refused("after the trial has ended");
    assert_eq!(thoughtless("{ name: a }", ", plan: t"), ended);
    // What cannot be seen is warned of.
    let two = "{ name: a, count: 2, activity: { active: 1h, offline: 1h } }";
    let [warning] = &thoughtless(two, "").unwrap()[..] else { panic!("one warning") };
    let expected = "users of the workspaces of `shops` do not think: one who is refused writes \
                    again for ever in no time, and the run ends there";
    assert_eq!(warning, expected);
    // An agent that is always there refuses nobody.
    let always = "{ name: a }, { name: b, activity: { active: 1h, offline: 1h } }";
    assert_eq!(thoughtless(always, ""), Ok(Vec::new()));
}

#[test]
fn it_merges_as_traffic_of_lines_does() {
    let changed = limitlab::scenario::Override::set(
        "workspaces.shops.traffic={ closed: { users: 3, think: 1m } }",
    );
    let scenario = parse("x.yaml", BASE, &[changed]).expect("it is valid");
    let customers = scenario.groups[0].customers.as_ref().expect("somebody writes");
    let kind = &customers.traffic.kind;
    assert!(matches!(kind, limitlab::workload::TrafficKind::Closed { users: 3, .. }), "{kind:?}");
}
