//! Mistakes in disciplines, priorities and shedding, as the user reads them, and what is warned of.

use insta::assert_snapshot;
use limitlab::scenario::{ScenarioError, parse, warnings};

const BASE: &str = r"limitlab: 1
name: shed
duration: 1d
plans: { free: { priority: 2 }, pro: { active_agents: 9 } }
workspaces:
  - group: shops
    count: 3
    plan: { free: 50%, pro: 50% }
    agents: [{ name: sales, traffic: { rate: 6/h } }]
backend:
  servers: 2
  service_time: 30s
  queue: { discipline: priority }
  shed: { utilisation: { above: 90%, keep: [pro] } }
";

/// The messages about the scenario with one piece of it replaced.
fn with(piece: &str, replacement: &str) -> String {
    assert!(BASE.contains(piece), "{piece}");
    match parse("x.yaml", &BASE.replacen(piece, replacement, 1), &[]) {
        Err(ScenarioError::Faults(faults)) => faults.to_string(),
        Err(error) => error.to_string(),
        Ok(scenario) => warnings(&scenario).join("\n"),
    }
}

const SHED: &str = "{ utilisation: { above: 90%, keep: [pro] } }";

#[test]
fn the_scenario_is_valid() {
    assert_eq!(with("30s", "30s"), "");
    assert_eq!(with(SHED, "none"), "");
    assert_eq!(with(SHED, "{ codel: { target: 5ms, interval: 100ms } }"), "");
    assert_eq!(with(SHED, "{ aimd: { max: 10, timeout: 50s } }"), "");
    assert_eq!(with(SHED, "{ aimd: { min: 2_000, timeout: 50s } }"), "");
}

#[test]
fn disciplines_and_priorities() {
    assert_snapshot!(with("discipline: priority", "discipline: priorty"), @r"
    x.yaml:13:24: error: unknown word `priorty`
       |
    13 |   queue: { discipline: priorty }
       |                        ^^^^^^^
    hint: did you mean `priority`? expected here: `fifo`, `lifo`, `fair`, `priority`, `processor_sharing`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("priority: 2", "priority: 0"), @r"
    x.yaml:4:28: error: `priority` must be at least 1
      |
    4 | plans: { free: { priority: 0 }, pro: { active_agents: 9 } }
      |                            ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("priority: 2", "priority: 1_001"), @r"
    x.yaml:4:28: error: `priority` must be at most 1_000
      |
    4 | plans: { free: { priority: 1_001 }, pro: { active_agents: 9 } }
      |                            ^^^^^

    1 mistake in x.yaml
    ");
}

#[test]
fn utilisation() {
    assert_snapshot!(with("[pro]", "[prof, pro, pro]"), @r"
    x.yaml:14:45: error: no plan is called `prof`
       |
    14 |   shed: { utilisation: { above: 90%, keep: [prof, pro, pro] } }
       |                                             ^^^^
    hint: did you mean `pro`? declared: `free`, `pro`, `unlimited`

    x.yaml:14:56: error: `pro` stands here a second time
       |
    14 |   shed: { utilisation: { above: 90%, keep: [prof, pro, pro] } }
       |                                                        ^^^

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with("above: 90%, ", ""), @r"
    x.yaml:14:24: error: `utilisation` needs the key `above`
       |
    14 |   shed: { utilisation: { keep: [pro] } }
       |                        ^^^^^^^^^^^^^^^^
    hint: expected a share such as `25%`, at most `100%`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("above: 90%", "above: 0.9"), @r"
    x.yaml:14:33: error: `0.9` is not a share such as `25%`, at most `100%`
       |
    14 |   shed: { utilisation: { above: 0.9, keep: [pro] } }
       |                                 ^^^
    hint: a share is in percent: `90%`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("servers: 2", "servers: unlimited"), @r"
    x.yaml:14:24: error: `utilisation` has no share of busy servers: the servers are unlimited
       |
    14 |   shed: { utilisation: { above: 90%, keep: [pro] } }
       |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: give `servers` a number

    1 mistake in x.yaml
    ");
}

#[test]
fn codel() {
    assert_snapshot!(with(SHED, "{ codel: { target: 0s, interval: 0s } }"), @r"
    x.yaml:14:28: error: `target` must be above 0s
       |
    14 |   shed: { codel: { target: 0s, interval: 0s } }
       |                            ^^

    x.yaml:14:42: error: `interval` must be above 0s
       |
    14 |   shed: { codel: { target: 0s, interval: 0s } }
       |                                          ^^

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(SHED, "codel"), @r"
    x.yaml:14:9: error: `codel` needs a value
       |
    14 |   shed: codel
       |         ^^^^^
    hint: write `{ codel: .. }`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(SHED, "{ codel: { target: 5ms } }"), @r"
    x.yaml:14:18: error: `codel` needs the key `interval`
       |
    14 |   shed: { codel: { target: 5ms } }
       |                  ^^^^^^^^^^^^^^^^
    hint: expected a duration such as `250ms`, `8h` or `1d12h`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(SHED, "{ codle: { target: 5ms, interval: 1s } }"), @r"
    x.yaml:14:11: error: unknown key `codle`
       |
    14 |   shed: { codle: { target: 5ms, interval: 1s } }
       |           ^^^^^
    hint: did you mean `codel`? expected here: `none`, `codel`, `utilisation`, `aimd`

    1 mistake in x.yaml
    ");
    let two = "{ codel: { target: 5ms, interval: 1s }, utilisation: { above: 90% } }";
    assert_snapshot!(with(SHED, two), @r"
    x.yaml:14:49: error: exactly one key is expected here, found 2
       |
    14 |   shed: { codel: { target: 5ms, interval: 1s }, utilisation: { above: 90% } }
       |                                                 ^^^^^^^^^^^
    hint: one of `none`, `codel`, `utilisation`, `aimd`

    1 mistake in x.yaml
    ");
    let sharing =
        "{ discipline: processor_sharing }\n  shed: { codel: { target: 5ms, interval: 1s } }";
    let whole = format!("{{ discipline: priority }}\n  shed: {SHED}");
    assert_snapshot!(with(&whole, sharing), @r"
    x.yaml:14:18: error: `codel` has nobody to refuse: with `processor_sharing` nobody waits
       |
    14 |   shed: { codel: { target: 5ms, interval: 1s } }
       |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: `aimd` or `utilisation`, or another `discipline`

    1 mistake in x.yaml
    ");
    let unlimited =
        "unlimited\n  service_time: 30s\n  shed: { codel: { target: 5ms, interval: 1s } }";
    let whole = format!("2\n  service_time: 30s\n  queue: {whole}");
    assert_snapshot!(with(&whole, unlimited), @r"
    x.yaml:13:18: error: `codel` has nobody to refuse: the servers are unlimited
       |
    13 |   shed: { codel: { target: 5ms, interval: 1s } }
       |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: give `servers` a number

    1 mistake in x.yaml
    ");
}

#[test]
fn aimd() {
    let aimd = "{ aimd: { initial: 3, min: 4, max: 2, backoff: 1, timeout: 0s } }";
    assert_snapshot!(with(SHED, aimd), @r"
    x.yaml:14:44: error: `max`, 2, is less than `min`, 4
       |
    14 |   shed: { aimd: { initial: 3, min: 4, max: 2, backoff: 1, timeout: 0s } }
       |                                            ^

    x.yaml:14:56: error: `backoff` must be from 0.5 to less than 1
       |
    14 |   shed: { aimd: { initial: 3, min: 4, max: 2, backoff: 1, timeout: 0s } }
       |                                                        ^
    hint: what is left of the limit after a bad reply, such as 0.9

    x.yaml:14:68: error: `timeout` must be above 0s
       |
    14 |   shed: { aimd: { initial: 3, min: 4, max: 2, backoff: 1, timeout: 0s } }
       |                                                                    ^^

    3 mistakes in x.yaml
    ");
    assert_snapshot!(with(SHED, "{ aimd: { initial: 3, min: 4, timeout: 5s } }"), @r"
    x.yaml:14:28: error: `initial` must be from 4 to 1_000, as `min` and `max` are
       |
    14 |   shed: { aimd: { initial: 3, min: 4, timeout: 5s } }
       |                            ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(SHED, "{ aimd: { min: 0, backoff: 0.4999, timeout: 5s } }"), @r"
    x.yaml:14:24: error: `min` must be at least 1
       |
    14 |   shed: { aimd: { min: 0, backoff: 0.4999, timeout: 5s } }
       |                        ^

    x.yaml:14:36: error: `backoff` must be from 0.5 to less than 1
       |
    14 |   shed: { aimd: { min: 0, backoff: 0.4999, timeout: 5s } }
       |                                    ^^^^^^
    hint: what is left of the limit after a bad reply, such as 0.9

    2 mistakes in x.yaml
    ");
}

#[test]
fn what_changes_nothing_is_warned_of() {
    assert_snapshot!(with("discipline: priority", "discipline: lifo"), @"the `priority` of plans changes nothing: the backend does not serve by `priority`");
    assert_snapshot!(with("priority: 2", "priority: 1"), @"the discipline of the backend changes nothing: all plans have the same `priority`");
    assert_snapshot!(with("discipline: priority", "discipline: priority, limit: 0"), @"the discipline of the backend changes nothing: nobody may wait");
    assert_snapshot!(with("[pro]", "[pro, free]"), @"nobody is shed for utilisation: `keep` names every plan that these workspaces can be on");
    assert_snapshot!(with("[pro]", "[pro, unlimited]"), @"no workspace is ever on the plan `unlimited` that is kept");
    assert_snapshot!(with("90%", "100%"), @"hardly anybody is shed for utilisation: more than 100% of the servers are busy only after some have gone");
    let one = "count: 1\n    plan: free";
    assert_snapshot!(with("count: 3\n    plan: { free: 50%, pro: 50% }", one), @r"
    no workspace is ever on the plan `pro`, which no group and no entry names
    the discipline of the backend changes nothing: all plans have the same `priority`
    no workspace is ever on the plan `pro` that is kept
    ");
    let fair = BASE.replace("count: 3", "count: 1").replace("priority }", "fair }");
    let scenario = parse("x.yaml", &fair, &[]).unwrap();
    assert_snapshot!(warnings(&scenario).join("\n"), @r"
    the discipline of the backend changes nothing: there is only one workspace
    the `priority` of plans changes nothing: the backend does not serve by `priority`
    ");
}
