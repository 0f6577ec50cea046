//! Mistakes in scenario files, as the user reads them.
#![expect(clippy::too_many_lines, reason = "messages are shown whole, many in a test")]

use std::fs;

use insta::assert_snapshot;
use limitlab::scenario::{Colour, Override, ScenarioError, describe, load, parse, warnings};
use proptest::prelude::*;

/// A scenario that uses everything that is supported.
const FULL: &str = r"limitlab: 1
name: holiday-campaign
about: Shops on Advanced switch on campaign agents before a sale.
seed: 42
start: 2026-06-01T00:00:00Z
duration: 30d
warm_up: 1d
replications: 1
drain: cut
plans:
  advanced:
    active_agents: 3
    total_agents: 400
    credits:
      included: 1_250
      per: seat
      renews: monthly
      anchor: subscription
      carry_over: none
      overage: refuse
    fair_use:
      - { name: plan-wide, token_bucket: { rate: 20/s, burst: 100 } }
workspaces:
  - group: shops
    count: 10_000
    plan: advanced
    seats: { uniform: { min: 1, max: 8 } }
    billing_anchor: same_instant
    agents:
      - name: sales
        count: 5
        start: active
        activity:
          active: { exponential: 9h }
          offline: { exponential: 15h }
          on_refused: { retry_every: 30m }
        traffic:
          sessions: { rate: 6/d, turns: { geometric: { mean: 4 } }, think: { exponential: 40s } }
        cost: { uniform: { min: 1, max: 4 } }
        while_offline: pause
      - { name: night, traffic: { rate: 12/h } }
    fair_use:
      - { name: burst, scope: workspace, token_bucket: { rate: 2/s, burst: 20 } }
      - { name: in-flight, scope: agent, concurrency: { limit: 4 }, count_refused: false }
backend:
  scope: platform
  servers: 2_000
  service_time: { lognormal: { mean: 1.8s, cv: 1.2 } }
  queue: { limit: 20_000, discipline: fifo }
  network_delay: 5ms
enforcement: { strategy: atomic }
series: { every: 6h }
thresholds:
  - latency.p99{group=shops} < 10s
  - refusal.rate{reason=credits_exhausted} < 1%
  - credits.oversold.max == 0
";

/// The messages about `text`, which has mistakes.
fn mistakes(text: &str, overrides: &[Override]) -> String {
    match parse("x.yaml", text, overrides) {
        Err(ScenarioError::Faults(faults)) => faults.to_string(),
        Err(error) => error.to_string(),
        Ok(_) => "no mistakes".to_owned(),
    }
}

/// The messages about the full scenario with values set on the command line.
fn with_set(arguments: &[&str]) -> String {
    let overrides: Vec<Override> = arguments.iter().copied().map(Override::set).collect();
    mistakes(FULL, &overrides)
}

/// The messages about the full scenario with one piece of it replaced.
fn with(piece: &str, replacement: &str) -> String {
    assert!(FULL.contains(piece), "{piece}");
    mistakes(&FULL.replacen(piece, replacement, 1), &[])
}

#[test]
fn the_full_scenario_is_valid() {
    assert_eq!(mistakes(FULL, &[]), "no mistakes");
}

#[test]
fn six_mistakes_of_six_kinds_are_told_in_one_pass() {
    let mut text = FULL.to_owned();
    for (piece, replacement) in [
        ("service_time:", "service-tme:"),
        ("duration: 30d", "duration: 30 days"),
        ("plan: advanced", "plan: advancd"),
        ("limit: 4 }", "limit: 0 }"),
        ("latency.p99{", "latency.p98{"),
        ("while_offline: pause", "route: random"),
    ] {
        text = text.replacen(piece, replacement, 1);
    }
    assert_snapshot!(mistakes(&text, &[]), @"
    x.yaml:6:11: error: `30 days` is not a duration such as `250ms`, `8h` or `1d12h`
      |
    6 | duration: 30 days
      |           ^^^^^^^

    x.yaml:26:11: error: no plan is called `advancd`
       |
    26 |     plan: advancd
       |           ^^^^^^^
    hint: did you mean `advanced`? declared: `advanced`, `unlimited`

    x.yaml:40:9: error: unknown key `route` in an item of `agents`
       |
    40 |         route: random
       |         ^^^^^
    hint: `route` stands in a group, beside its `traffic`

    x.yaml:44:64: error: `limit` must be at least 1
       |
    44 |       - { name: in-flight, scope: agent, concurrency: { limit: 0 }, count_refused: false }
       |                                                                ^

    x.yaml:48:3: error: unknown key `service-tme` in `backend`
       |
    48 |   service-tme: { lognormal: { mean: 1.8s, cv: 1.2 } }
       |   ^^^^^^^^^^^
    hint: did you mean `service_time`? expected here: `scope`, `servers`, `service_time`, `queue`, `shed`, `network_delay`

    x.yaml:54:5: error: unknown metric `latency.p98`
       |
    54 |   - latency.p98{group=shops} < 10s
       |     ^^^^^^^^^^^
    hint: did you mean `latency.p90`?

    6 mistakes in x.yaml
    ");
}

#[test]
fn unknown_keys() {
    assert_snapshot!(with(r"rate: 12/h", r"ratee: 12/h"), @"
    x.yaml:41:35: error: unknown key `ratee` in `traffic`
       |
    41 |       - { name: night, traffic: { ratee: 12/h } }
       |                                   ^^^^^
    hint: did you mean `rate`? expected here: `rate`, `interarrival`, `sessions`, `closed`, `trace`, `speed`, `replay`, `profile`, `timezone`, `stages`, `bursts`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"drain: cut", r"colour: red"), @"
    x.yaml:9:1: error: unknown key `colour` in the scenario
      |
    9 | colour: red
      | ^^^^^^
    hint: expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"drain: cut", r"<<: { drain: cut }"), @"
    x.yaml:9:1: error: unknown key `<<` in the scenario
      |
    9 | <<: { drain: cut }
      | ^^
    hint: merge keys are not part of YAML 1.2

    1 mistake in x.yaml
    ");
}

#[test]
fn a_misspelt_key_is_read_as_what_was_meant() {
    assert_snapshot!(with(r"workspaces:", r"workspace:"), @"
    x.yaml:23:1: error: unknown key `workspace` in the scenario
       |
    23 | workspace:
       | ^^^^^^^^^
    hint: did you mean `workspaces`? expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"    agents:
      - name: sales
        count: 5", r"    agnets:
      - name: sales
        count: 5x"), @"
    x.yaml:29:5: error: unknown key `agnets` in an item of `workspaces`
       |
    29 |     agnets:
       |     ^^^^^^
    hint: did you mean `agents`? expected here: `group`, `count`, `plan`, `seats`, `billing_anchor`, `on_downgrade`, `packages`, `alerts`, `agents`, `traffic`, `route`, `features`, `fair_use`

    x.yaml:31:16: error: `5x` is not a whole number such as `10_000`
       |
    31 |         count: 5x
       |                ^^

    2 mistakes in x.yaml
    ");
}

#[test]
fn missing_keys() {
    assert_snapshot!(with(r"  service_time: { lognormal: { mean: 1.8s, cv: 1.2 } }
", r""), @"
    x.yaml:46:3: error: `backend` needs the key `service_time`
       |
    46 |   scope: platform
       |   ^^^^^^^^^^^^^^^
    hint: expected a duration such as `250ms`, `8h` or `1d12h`, or a distribution of it

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"name: burst, ", r""), @"
    x.yaml:43:9: error: an item of `fair_use` needs the key `name`
       |
    43 |       - { scope: workspace, token_bucket: { rate: 2/s, burst: 20 } }
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: expected a name of letters, digits, `-` and `_`

    1 mistake in x.yaml
    ");
    assert_snapshot!(mistakes("limitlab: 1\n", &[]), @"
    x.yaml:1:1: error: the scenario needs the key `name`
      |
    1 | limitlab: 1
      | ^^^^^^^^^^^
    hint: expected a name of letters, digits, `-` and `_`

    x.yaml:1:1: error: the scenario needs the key `duration`
      |
    1 | limitlab: 1
      | ^^^^^^^^^^^
    hint: expected a duration such as `250ms`, `8h` or `1d12h`

    x.yaml:1:1: error: the scenario needs the key `workspaces`
      |
    1 | limitlab: 1
      | ^^^^^^^^^^^
    hint: expected a list

    3 mistakes in x.yaml
    ");
}

#[test]
fn wrong_kinds() {
    assert_snapshot!(mistakes("limitlab: 1\nname: x\nduration: 1h\nworkspaces: shops\nbackend: [1, 2]\n", &[]), @"
    x.yaml:4:13: error: `workspaces` is a single value
      |
    4 | workspaces: shops
      |             ^^^^^
    hint: expected a list

    x.yaml:5:10: error: `backend` is a list
      |
    5 | backend: [1, 2]
      |          ^^^^^^
    hint: expected a mapping with at least `servers`, `service_time`

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(r"count: 10_000", r"count: [1, 2]"), @"
    x.yaml:25:12: error: `count` is a list
       |
    25 |     count: [1, 2]
       |            ^^^^^^
    hint: expected a whole number such as `10_000`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"thresholds:
", r"thresholds: latency.p99 < 1s
abot:
"), @"
    x.yaml:53:13: error: `thresholds` is a single value
       |
    53 | thresholds: latency.p99 < 1s
       |             ^^^^^^^^^^^^^^^^
    hint: expected a list

    x.yaml:54:1: error: unknown key `abot` in the scenario
       |
    54 | abot:
       | ^^^^
    hint: did you mean `about`? expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`

    2 mistakes in x.yaml
    ");
}

#[test]
fn values_that_are_missing() {
    assert_snapshot!(with(r"seed: 42", r"seed:"), @"
    x.yaml:4:5: error: `seed` has no value
      |
    4 | seed:
      |     ^
    hint: expected a whole number such as `10_000`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"seed: 42", r"seed: ~"), @"
    x.yaml:4:7: error: `seed` has no value
      |
    4 | seed: ~
      |       ^
    hint: expected a whole number such as `10_000`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"name: holiday-campaign", r"name: ''"), @"
    x.yaml:2:7: error: `` is not a name of letters, digits, `-` and `_`
      |
    2 | name: ''
      |       ^^

    1 mistake in x.yaml
    ");
}

#[test]
fn quantities_without_or_with_wrong_units() {
    assert_snapshot!(with(r"duration: 30d", r"duration: 30"), @"
    x.yaml:6:11: error: `30` is not a duration such as `250ms`, `8h` or `1d12h`
      |
    6 | duration: 30
      |           ^^
    hint: a duration needs its unit: `30ms`, `30s`, `30h`, `30d`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"rate: 12/h", r"rate: 12"), @"
    x.yaml:41:41: error: `12` is not a rate such as `12/h`, `20/s` or `7/min`
       |
    41 |       - { name: night, traffic: { rate: 12 } }
       |                                         ^^
    hint: a rate needs its period: `12/s`, `12/h`, `12/d`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"rate: 12/h", r"rate: 12/fortnight"), @"
    x.yaml:41:41: error: `12/fortnight` is not a rate such as `12/h`, `20/s` or `7/min`
       |
    41 |       - { name: night, traffic: { rate: 12/fortnight } }
       |                                         ^^^^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"seed: 42", r"seed: -1"), @"
    x.yaml:4:7: error: `-1` is not a whole number such as `10_000`
      |
    4 | seed: -1
      |       ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"included: 1_250", r"included: 0.0005"), @"
    x.yaml:15:17: error: `0.0005` is not an amount such as `1_250` or `0.125`
       |
    15 |       included: 0.0005
       |                 ^^^^^^
    hint: it has at most three decimals, and is at most `1_000_000_000_000`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"servers: 2_000", r"servers: many"), @"
    x.yaml:47:12: error: `many` is not a whole number such as `10_000`, or `unlimited`
       |
    47 |   servers: many
       |            ^^^^

    1 mistake in x.yaml
    ");
}

#[test]
fn words() {
    assert_snapshot!(with(r"drain: cut", r"drain: cutt"), @"
    x.yaml:9:8: error: unknown word `cutt`
      |
    9 | drain: cutt
      |        ^^^^
    hint: did you mean `cut`? expected here: `finish`, `cut`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"start: active", r"start: on"), @"
    x.yaml:32:16: error: unknown word `on`
       |
    32 |         start: on
       |                ^^
    hint: expected here: `draft`, `active`, `offline`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ retry_every: 30m }", r"retry_every"), @"
    x.yaml:36:23: error: `retry_every` needs a value
       |
    36 |           on_refused: retry_every
       |                       ^^^^^^^^^^^
    hint: write `{ retry_every: .. }`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ retry_every: 30m }", r"{ give_up: now }"), @"
    x.yaml:36:25: error: `give_up` takes no value
       |
    36 |           on_refused: { give_up: now }
       |                         ^^^^^^^
    hint: write it alone: `give_up`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"count_refused: false", r"count_refused: no"), @"
    x.yaml:44:84: error: `no` is not `true` or `false`
       |
    44 |       - { name: in-flight, scope: agent, concurrency: { limit: 4 }, count_refused: no }
       |                                                                                    ^^
    hint: booleans are only `true` and `false`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"count_refused: false", r#"count_refused: "false""#), @r#"
    x.yaml:44:84: error: `false` in quotes is a text, not `true` or `false`
       |
    44 |       - { name: in-flight, scope: agent, concurrency: { limit: 4 }, count_refused: "false" }
       |                                                                                    ^^^^^^^^
    hint: leave the quotes out

    1 mistake in x.yaml
    "#);
}

#[test]
fn replications_are_whole_and_bounded() {
    assert_snapshot!(with(r"replications: 1", r"replications: 0"), @"
    x.yaml:8:15: error: `replications` must be at least 1
      |
    8 | replications: 0
      |               ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"replications: 1", r"replications: 10_001"), @"
    x.yaml:8:15: error: `replications` must be at most 10_000
      |
    8 | replications: 10_001
      |               ^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"replications: 1", r"replications: 2.5"), @"
    x.yaml:8:15: error: `2.5` is not a whole number such as `10_000`
      |
    8 | replications: 2.5
      |               ^^^

    1 mistake in x.yaml
    ");
}

#[test]
fn what_stands_elsewhere_is_told_where() {
    assert_snapshot!(with(r"strategy: atomic", r"strategy: leased, nodes: 3"), @r"
    x.yaml:51:26: error: `leased` needs a value
       |
    51 | enforcement: { strategy: leased, nodes: 3 }
       |                          ^^^^^^
    hint: write `{ leased: .. }`

    x.yaml:51:34: error: unknown key `nodes` in `enforcement`
       |
    51 | enforcement: { strategy: leased, nodes: 3 }
       |                                  ^^^^^
    hint: it stands in a strategy: `strategy: { replicated: { nodes: 3, sync_every: 1s } }`

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(r"scope: workspace, token_bucket", r"scope: platform, token_bucket"), @"
    x.yaml:43:31: error: workspaces share a limit of scope `platform`
       |
    43 |       - { name: burst, scope: platform, token_bucket: { rate: 2/s, burst: 20 } }
       |                               ^^^^^^^^
    hint: it stands in `fair_use` at the top level; here it is `agent` or `workspace`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"count_refused: false", r"count_refused: true"), @"
    x.yaml:44:84: error: `count_refused` goes with limits of a rate
       |
    44 |       - { name: in-flight, scope: agent, concurrency: { limit: 4 }, count_refused: true }
       |                                                                                    ^^^^
    hint: a limit of messages in flight counts attempts, and a refused one is not in flight

    1 mistake in x.yaml
    ");
}

#[test]
fn references() {
    assert_snapshot!(with(r"plan: advanced", r"plan: advancd"), @"
    x.yaml:26:11: error: no plan is called `advancd`
       |
    26 |     plan: advancd
       |           ^^^^^^^
    hint: did you mean `advanced`? declared: `advanced`, `unlimited`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{group=shops}", r"{group=shop}"), @"
    x.yaml:54:23: error: no group is called `shop`
       |
    54 |   - latency.p99{group=shop} < 10s
       |                       ^^^^
    hint: did you mean `shops`?

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"name: plan-wide", r"name: burst"), @"
    x.yaml:43:17: error: a second limit is called `burst`
       |
    43 |       - { name: burst, scope: workspace, token_bucket: { rate: 2/s, burst: 20 } }
       |                 ^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"- { name: night,", r"- { name: sales,"), @"
    x.yaml:41:17: error: a second line of agents is called `sales`
       |
    41 |       - { name: sales, traffic: { rate: 12/h } }
       |                 ^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"group: shops", r"group: all"), @"
    x.yaml:24:12: error: a group cannot be called `all`
       |
    24 |   - group: all
       |            ^^^
    hint: `all` stands for every group in results and thresholds

    x.yaml:54:23: error: no group is called `shops`
       |
    54 |   - latency.p99{group=shops} < 10s
       |                       ^^^^^
    hint: declared: `all`

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(r"  advanced:
", r"  unlimited:
"), @"
    x.yaml:11:3: error: the plan `unlimited` is built in
       |
    11 |   unlimited:
       |   ^^^^^^^^^
    hint: it has no slot limit but 500 agents, and counts no credits

    x.yaml:26:11: error: no plan is called `advanced`
       |
    26 |     plan: advanced
       |           ^^^^^^^^
    hint: declared: `unlimited`

    2 mistakes in x.yaml
    ");
}

#[test]
fn ranges() {
    assert_snapshot!(with(r"count: 10_000", r"count: 0"), @"
    x.yaml:25:12: error: `count` must be at least 1
       |
    25 |     count: 0
       |            ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"count: 5
", r"count: 200_000
"), @"
    x.yaml:31:16: error: a workspace has more than 100_000 agents
       |
    31 |         count: 200_000
       |                ^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"warm_up: 1d", r"warm_up: 30d"), @"
    x.yaml:7:10: error: `warm_up` must be less than the duration, 30d
      |
    7 | warm_up: 30d
      |          ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"duration: 30d", r"duration: 0s"), @"
    x.yaml:6:11: error: `duration` must be above 0s
      |
    6 | duration: 0s
      |           ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"burst: 20 }", r"burst: 0.5 }"), @"
    x.yaml:43:76: error: `burst` must be at least 1
       |
    43 |       - { name: burst, scope: workspace, token_bucket: { rate: 2/s, burst: 0.5 } }
       |                                                                            ^^^
    hint: an attempt counts as one, so less would admit nobody

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"every: 6h", r"every: 1s"), @"
    x.yaml:52:18: error: 2_592_000 bins are more than 5_000
       |
    52 | series: { every: 1s }
       |                  ^^
    hint: at least 8m38s400ms for this duration

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"min: 1, max: 8", r"min: 0, max: 8"), @"
    x.yaml:27:30: error: seats can be 0 here
       |
    27 |     seats: { uniform: { min: 0, max: 8 } }
       |                              ^
    hint: at least 1; `geometric` is a distribution on 1, 2, ..

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"monthly", r"0s"), @"
    x.yaml:17:15: error: a pool cannot renew every 0s
       |
    17 |       renews: 0s
       |               ^^
    hint: `renews: never` renews never

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"retry_every: 30m", r"retry_every: 0s"), @"
    x.yaml:36:38: error: trying again every 0s would never end
       |
    36 |           on_refused: { retry_every: 0s }
       |                                      ^^

    1 mistake in x.yaml
    ");
}

#[test]
fn distributions() {
    assert_snapshot!(with(r"{ exponential: 9h }", r"{ exponental: 9h }"), @"
    x.yaml:34:21: error: unknown key `exponental`
       |
    34 |           active: { exponental: 9h }
       |                     ^^^^^^^^^^
    hint: did you mean `exponential`? expected here: `constant`, `exponential`, `uniform`, `normal`, `lognormal`, `gamma`, `weibull`, `erlang`, `pareto`, `hyperexponential`, `mixture`, `empirical`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ exponential: 9h }", r"exponential"), @"
    x.yaml:34:19: error: `exponential` is not a duration such as `250ms`, `8h` or `1d12h`
       |
    34 |           active: exponential
       |                   ^^^^^^^^^^^
    hint: a distribution is written `{ exponential: .. }`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ exponential: 9h }", r"{ exponential: 9 }"), @"
    x.yaml:34:34: error: `9` is not a duration such as `250ms`, `8h` or `1d12h`
       |
    34 |           active: { exponential: 9 }
       |                                  ^
    hint: a duration needs its unit: `9ms`, `9s`, `9h`, `9d`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ exponential: 9h }", r"{ geometric: 4 }"), @"
    x.yaml:34:21: error: unknown key `geometric`
       |
    34 |           active: { geometric: 4 }
       |                     ^^^^^^^^^
    hint: it gives whole numbers, and durations are continuous

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ exponential: 9h }", r"{ exponential: 9h, mean: 9h }"), @"
    x.yaml:34:38: error: exactly one key is expected here, found 2
       |
    34 |           active: { exponential: 9h, mean: 9h }
       |                                      ^^^^
    hint: one of `constant`, `exponential`, `uniform`, `normal`, `lognormal`, `gamma`, `weibull`, `erlang`, `pareto`, `hyperexponential`, `mixture`, `empirical`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ exponential: 9h }", r"{}"), @"
    x.yaml:34:19: error: exactly one key is expected here, found 0
       |
    34 |           active: {}
       |                   ^^
    hint: one of `constant`, `exponential`, `uniform`, `normal`, `lognormal`, `gamma`, `weibull`, `erlang`, `pareto`, `hyperexponential`, `mixture`, `empirical`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ exponential: 9h }", r"{ exponential: 0s }"), @"
    x.yaml:34:34: error: a mean must be above 0
       |
    34 |           active: { exponential: 0s }
       |                                  ^^
    hint: for what is always zero, write zero without a distribution

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"mean: 1.8s, cv: 1.2", r"mean: 1.8s, cv: 0"), @"
    x.yaml:48:48: error: `cv` is out of range: 0
       |
    48 |   service_time: { lognormal: { mean: 1.8s, cv: 0 } }
       |                                                ^
    hint: `cv` of `lognormal` is from 0.001 to 1_000

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"lognormal: { mean: 1.8s, cv: 1.2 }", r"hyperexponential: { mean: 1.8s, cv: 0.5 }"), @"
    x.yaml:48:55: error: `cv` is out of range: 0.5
       |
    48 |   service_time: { hyperexponential: { mean: 1.8s, cv: 0.5 } }
       |                                                       ^^^
    hint: `cv` of `hyperexponential` is from 1 to 1_000

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"min: 1, max: 4", r"min: 4, max: 1"), @"
    x.yaml:39:33: error: `min` is greater than `max`
       |
    39 |         cost: { uniform: { min: 4, max: 1 } }
       |                                 ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"min: 1, max: 4", r"min: 4"), @"
    x.yaml:39:26: error: `uniform` needs the key `max`
       |
    39 |         cost: { uniform: { min: 4 } }
       |                          ^^^^^^^^^^^
    hint: expected an amount such as `1_250` or `0.125`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"mean: 4 }", r"mean: 0.5 }"), @"
    x.yaml:38:62: error: the mean of a geometric distribution on 1, 2, .. is at least 1
       |
    38 |           sessions: { rate: 6/d, turns: { geometric: { mean: 0.5 } }, think: { exponential: 40s } }
       |                                                              ^^^

    1 mistake in x.yaml
    ");
}

#[test]
fn distributions_of_distributions() {
    let active = r"{ exponential: 9h }";
    assert_snapshot!(with(active, r"{ mixture: [] }"), @"
    x.yaml:34:30: error: `mixture` is empty
       |
    34 |           active: { mixture: [] }
       |                              ^^^
    hint: at least one item is needed

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(active, r"{ mixture: [{ share: 70%, of: 1h }, { share: 20.5%, of: { exponential: 0s } }] }"), @"
    x.yaml:34:30: error: the shares of `mixture` sum to 90.5%, not to 100%
       |
    34 |           active: { mixture: [{ share: 70%, of: 1h }, { share: 20.5%, of: { exponential: 0s } }] }
       |                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    x.yaml:34:90: error: a mean must be above 0
       |
    34 |           active: { mixture: [{ share: 70%, of: 1h }, { share: 20.5%, of: { exponential: 0s } }] }
       |                                                                                          ^^
    hint: for what is always zero, write zero without a distribution

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(active, r"{ mixture: [{ share: 101%, of: 1h }, { of: 2 }, { share: 0.5, of: 1h, x: 1 }] }"), @"
    x.yaml:34:40: error: `101%` is not a share such as `25%`, at most `100%`
       |
    34 |           active: { mixture: [{ share: 101%, of: 1h }, { of: 2 }, { share: 0.5, of: 1h, x: 1 }] }
       |                                        ^^^^

    x.yaml:34:56: error: an item of `mixture` needs the key `share`
       |
    34 |           active: { mixture: [{ share: 101%, of: 1h }, { of: 2 }, { share: 0.5, of: 1h, x: 1 }] }
       |                                                        ^^^^^^^^^
    hint: expected a share such as `25%`, at most `100%`

    x.yaml:34:62: error: `2` is not a duration such as `250ms`, `8h` or `1d12h`
       |
    34 |           active: { mixture: [{ share: 101%, of: 1h }, { of: 2 }, { share: 0.5, of: 1h, x: 1 }] }
       |                                                              ^
    hint: a duration needs its unit: `2ms`, `2s`, `2h`, `2d`

    x.yaml:34:76: error: `0.5` is not a share such as `25%`, at most `100%`
       |
    34 |           active: { mixture: [{ share: 101%, of: 1h }, { of: 2 }, { share: 0.5, of: 1h, x: 1 }] }
       |                                                                            ^^^
    hint: a share is in percent: `50%`

    x.yaml:34:89: error: unknown key `x` in an item of `mixture`
       |
    34 |           active: { mixture: [{ share: 101%, of: 1h }, { of: 2 }, { share: 0.5, of: 1h, x: 1 }] }
       |                                                                                         ^
    hint: expected here: `share`, `of`

    5 mistakes in x.yaml
    ");
    assert_snapshot!(with(active, r"{ mixture: { share: 100%, of: 1h } }"), @"
    x.yaml:34:30: error: `mixture` is a mapping
       |
    34 |           active: { mixture: { share: 100%, of: 1h } }
       |                              ^^^^^^^^^^^^^^^^^^^^^^^^
    hint: expected a list

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"lognormal: { mean: 1.8s, cv: 1.2 }", r"hyperexponential: { mean: 1s }"), @"
    x.yaml:48:37: error: `hyperexponential` needs the key `cv`
       |
    48 |   service_time: { hyperexponential: { mean: 1s } }
       |                                     ^^^^^^^^^^^^^
    hint: expected a number such as `4` or `1.5`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"lognormal: { mean: 1.8s, cv: 1.2 }", r"hyperexponential: {}"), @"
    x.yaml:48:37: error: `hyperexponential` needs exactly one of `mean` and `cv`, `branches`
       |
    48 |   service_time: { hyperexponential: {} }
       |                                     ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(
        r"lognormal: { mean: 1.8s, cv: 1.2 }",
        r"hyperexponential: { cv: 2, branches: [{ share: 100%, mean: 1s }], mean: 1s }"
    ), @"
    x.yaml:48:46: error: `branches` and `cv` exclude each other
       |
    48 |   service_time: { hyperexponential: { cv: 2, branches: [{ share: 100%, mean: 1s }], mean: 1s } }
       |                                              ^^^^^^^^
    hint: keep one of them

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(
        r"lognormal: { mean: 1.8s, cv: 1.2 }",
        r"hyperexponential: { branches: [{ share: 90%, mean: 1s }, { share: 9%, mean: 0s }] }"
    ), @"
    x.yaml:48:49: error: the shares of `branches` sum to 99%, not to 100%
       |
    48 |   service_time: { hyperexponential: { branches: [{ share: 90%, mean: 1s }, { share: 9%, mean: 0s }] } }
       |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    x.yaml:48:95: error: a mean must be above 0
       |
    48 |   service_time: { hyperexponential: { branches: [{ share: 90%, mean: 1s }, { share: 9%, mean: 0s }] } }
       |                                                                                               ^^
    hint: for what is always zero, write zero without a distribution

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(r"{ uniform: { min: 1, max: 8 } }", r"{ mixture: [{ share: 50%, of: 0 }, { share: 50%, of: { uniform: { min: 0, max: 3 } } }] }"), @"
    x.yaml:27:42: error: seats can be 0 here
       |
    27 |     seats: { mixture: [{ share: 50%, of: 0 }, { share: 50%, of: { uniform: { min: 0, max: 3 } } }] }
       |                                          ^
    hint: at least 1; `geometric` is a distribution on 1, 2, ..

    x.yaml:27:83: error: seats can be 0 here
       |
    27 |     seats: { mixture: [{ share: 50%, of: 0 }, { share: 50%, of: { uniform: { min: 0, max: 3 } } }] }
       |                                                                                   ^
    hint: at least 1; `geometric` is a distribution on 1, 2, ..

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(active, r"{ empirical: hours.csv }"), @"
    x.yaml:34:32: error: only a scenario in a file can draw from a table
       |
    34 |           active: { empirical: hours.csv }
       |                                ^^^^^^^^^

    1 mistake in x.yaml
    ");
}

#[test]
fn exactly_one_kind() {
    assert_snapshot!(with(r", token_bucket: { rate: 2/s, burst: 20 }", r""), @"
    x.yaml:43:9: error: an item of `fair_use` needs exactly one of `token_bucket`, `leaky_bucket`, `fixed_window`, `sliding_window`, `sliding_counter`, `concurrency`
       |
    43 |       - { name: burst, scope: workspace }
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ rate: 12/h }", r"{ rate: 12/h, sessions: { rate: 1/h } }"), @"
    x.yaml:41:47: error: `sessions` and `rate` exclude each other
       |
    41 |       - { name: night, traffic: { rate: 12/h, sessions: { rate: 1/h } } }
       |                                               ^^^^^^^^
    hint: keep one of them

    1 mistake in x.yaml
    ");
}

#[test]
fn loops_that_take_no_time() {
    assert_snapshot!(with(r"active: { exponential: 9h }
          offline: { exponential: 15h }", r"active: 0s
          offline: 0s"), @"
    x.yaml:35:20: error: agents that are never active and never offline switch for ever in no time
       |
    35 |           offline: 0s
       |                    ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"offline: { exponential: 15h }
          on_refused: { retry_every: 30m }", r"offline: 0s"), @"
    x.yaml:35:20: error: an agent that is refused would try again for ever in no time
       |
    35 |           offline: 0s
       |                    ^^
    hint: give `offline` a time, or set `on_refused: { retry_every: .. }`

    1 mistake in x.yaml
    ");
}

#[test]
fn thresholds() {
    assert_snapshot!(with(r"credits.oversold.max == 0", r"latency < 10s"), @"
    x.yaml:56:5: error: unknown metric `latency`
       |
    56 |   - latency < 10s
       |     ^^^^^^^
    hint: one of `latency.mean`, `latency.sd`, `latency.p50`, `latency.p90`, `latency.p95`, `latency.p99`, `latency.p99.9`, `latency.max`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"latancy.p99 < 10s"), @"
    x.yaml:56:5: error: unknown metric `latancy.p99`
       |
    56 |   - latancy.p99 < 10s
       |     ^^^^^^^^^^^
    hint: did you mean `latency.p99`?

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"latency.p99 < 10"), @"
    x.yaml:56:19: error: `10` is not a duration such as `10s`
       |
    56 |   - latency.p99 < 10
       |                   ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"latency.p99 < 1%"), @"
    x.yaml:56:19: error: `1%` is not a duration such as `10s`
       |
    56 |   - latency.p99 < 1%
       |                   ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"refusal.rate < 5s"), @"
    x.yaml:56:20: error: `5s` is not a share such as `1%` or `0.01`
       |
    56 |   - refusal.rate < 5s
       |                    ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"refusal.rate{reason=credits} < 1%"), @r"
    x.yaml:56:25: error: unknown reason `credits`
       |
    56 |   - refusal.rate{reason=credits} < 1%
       |                         ^^^^^^^
    hint: did you mean `credits_exhausted`? reasons: `workspace_agent_limit`, `active_agent_limit`, `trial_ended`, `agent_not_active`, `rate_limited`, `concurrency_limited`, `credits_exhausted`, `share_exhausted`, `overloaded`, `enforcement_unavailable`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"refusal.rate{limiter=bursts} < 1%"), @"
    x.yaml:56:26: error: no limit is called `bursts`
       |
    56 |   - refusal.rate{limiter=bursts} < 1%
       |                          ^^^^^^
    hint: did you mean `burst`? declared: `plan-wide`, `burst`, `in-flight`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"refusal.rate{cause=overloaded} < 1%"), @"
    x.yaml:56:18: error: this metric has no label `cause`
       |
    56 |   - refusal.rate{cause=overloaded} < 1%
       |                  ^^^^^
    hint: labels of this metric: `reason`, `limiter`, `group`, `plan`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"refusal.rate{reason=overloaded,limiter=burst} < 1%"), @"
    x.yaml:56:25: error: `burst` refuses for `rate_limited` alone
       |
    56 |   - refusal.rate{reason=overloaded,limiter=burst} < 1%
       |                         ^^^^^^^^^^
    hint: leave out `reason`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"refusal.rate{reason=overloaded,reason=rate_limited} < 1%"), @"
    x.yaml:56:36: error: one label too many: `reason`
       |
    56 |   - refusal.rate{reason=overloaded,reason=rate_limited} < 1%
       |                                    ^^^^^^
    hint: a metric has one label besides `group` and `plan`, or `reason` with `limiter`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"refusal.rate{plan=advancd} < 1%"), @"
    x.yaml:56:23: error: no workspace begins on a plan `advancd`
       |
    56 |   - refusal.rate{plan=advancd} < 1%
       |                       ^^^^^^^
    hint: did you mean `advanced`?

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"refusal.rate{group=shops,plan=unlimited} < 1%"), @"
    x.yaml:56:35: error: no workspace of `shops` begins on a plan `unlimited`
       |
    56 |   - refusal.rate{group=shops,plan=unlimited} < 1%
       |                                   ^^^^^^^^^
    hint: plans on which they begin: `advanced`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"goodput.rate > 99%"), @"
    x.yaml:56:5: error: `goodput.rate` needs its label `within`
       |
    56 |   - goodput.rate > 99%
       |     ^^^^^^^^^^^^
    hint: write it as in `goodput.rate{within=..}`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"goodput.rate{within=soon} > 99%"), @"
    x.yaml:56:25: error: `soon` is not a duration such as `250ms`, `8h` or `1d12h`
       |
    56 |   - goodput.rate{within=soon} > 99%
       |                         ^^^^
    hint: any duration

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"recovery.time{event=sale} < 5m"), @"
    x.yaml:56:5: error: `recovery.time` is not supported yet
       |
    56 |   - recovery.time{event=sale} < 5m
       |     ^^^^^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"latency.p99"), @"
    x.yaml:56:5: error: a threshold compares a metric with a bound
       |
    56 |   - latency.p99
       |     ^^^^^^^^^^^
    hint: write it as in `latency.p99{group=shops} < 10s`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"latency.p99 =< 10s"), @"
    x.yaml:56:17: error: `=` is no comparison
       |
    56 |   - latency.p99 =< 10s
       |                 ^
    hint: one of `<`, `<=`, `>`, `>=`, `==`, `!=`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"latency.p99 <"), @"
    x.yaml:56:18: error: the bound is missing
       |
    56 |   - latency.p99 <
       |                  ^
    hint: expected a duration such as `10s`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"refusal.rate < 20"), @"
    x.yaml:56:20: error: `20` is more than all: a share is at most 1, which is 100%
       |
    56 |   - refusal.rate < 20
       |                    ^^
    hint: did you mean `20%`?

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"goodput.rate{within=5s} >= 101"), @"
    x.yaml:56:32: error: `101` is more than all: a share is at most 1, which is 100%
       |
    56 |   - goodput.rate{within=5s} >= 101
       |                                ^^^
    hint: expected a share such as `1%` or `0.01`

    1 mistake in x.yaml
    ");
    // Servers that go finish what they serve.
    assert_eq!(with(r"credits.oversold.max == 0", r"backend.utilisation <= 1.5"), "no mistakes");
    assert_snapshot!(with(r"credits.oversold.max == 0", r"latency.p99{group} < 1s"), @"
    x.yaml:56:17: error: a label is `name=value`
       |
    56 |   - latency.p99{group} < 1s
       |                 ^^^^^
    hint: write `{group=shops}`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"credits.oversold.max == 0", r#""latency.p42 < 1s""#), @r#"
    x.yaml:56:6: error: unknown metric `latency.p42`
       |
    56 |   - "latency.p42 < 1s"
       |      ^^^^^^^^^^^
    hint: did you mean `latency.p50`?

    1 mistake in x.yaml
    "#);
}

#[test]
fn versions_names_and_instants() {
    assert_snapshot!(with(r"limitlab: 1", r"limitlab: 2"), @"
    x.yaml:1:11: error: `2` is not a version of the scenario language that this build knows: `1`
      |
    1 | limitlab: 2
      |           ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"name: holiday-campaign", r"name: holiday/campaign"), @"
    x.yaml:2:7: error: `holiday/campaign` is not a name of letters, digits, `-` and `_`
      |
    2 | name: holiday/campaign
      |       ^^^^^^^^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"2026-06-01T00:00:00Z", r"2026-06-01"), @"
    x.yaml:5:8: error: `2026-06-01` is not an instant with its zone such as `2026-06-01T00:00:00Z`
      |
    5 | start: 2026-06-01
      |        ^^^^^^^^^^

    1 mistake in x.yaml
    ");
}

#[test]
fn syntax() {
    assert_snapshot!(mistakes("limitlab: 1\nname: x\n\tabout: y\n", &[]), @"
    x.yaml:3:1: error: a tab stands here, where YAML wants spaces
      |
    3 |     about: y
      | ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(mistakes("limitlab: 1\nworkspaces: [1, 2\nname: x\n", &[]), @"
    x.yaml:3:5: error: this is not YAML: illegal placement of ':' indicator
      |
    3 | name: x
      |     ^
    hint: the `[` in line 2 is not closed before this

    1 mistake in x.yaml
    ");
    assert_snapshot!(mistakes("a: 1\n---\nb: 2\n", &[]), @"
    x.yaml:2:1: error: a second document begins here, but a scenario is one document
      |
    2 | ---
      | ^^^
    hint: put each scenario into a file of its own

    1 mistake in x.yaml
    ");
    assert_snapshot!(mistakes("", &[]), @"
    x.yaml:1:1: error: this file holds no scenario
      |
    1 |
      | ^
    hint: expected a mapping with at least `limitlab`, `name`, `duration`, `workspaces`

    1 mistake in x.yaml
    ");
    assert_snapshot!(mistakes("# nothing but a comment\n", &[]), @"
    x.yaml:1:1: error: this file holds no scenario
      |
    1 | # nothing but a comment
      | ^
    hint: expected a mapping with at least `limitlab`, `name`, `duration`, `workspaces`

    1 mistake in x.yaml
    ");
    assert_snapshot!(mistakes("- 1\n- 2\n", &[]), @"
    x.yaml:1:1: error: the scenario is a list
      |
    1 | - 1
      | ^^^
    hint: expected a mapping with at least `limitlab`, `name`, `duration`, `workspaces`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"drain: cut", r"drain: cut
seed: 7"), @"
    x.yaml:10:1: error: `seed` is written twice in this mapping
       |
    10 | seed: 7
       | ^^^^
    hint: keep one of them

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"seed: 42", r"seed: !!int 42"), @"
    x.yaml:4:7: error: YAML tags such as `!tag` have no meaning in a scenario
      |
    4 | seed: !!int 42
      |       ^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"seed: 42", r"seed: *other"), @"
    x.yaml:4:7: error: an alias of an anchor that is not set before it
      |
    4 | seed: *other
      |       ^

    1 mistake in x.yaml
    ");
}

#[test]
fn the_command_line() {
    assert_snapshot!(with_set(&["workspaces.shop.count=5"]), @"
    --set:1:12: error: no item of `workspaces` is called `shop`
      |
    1 | workspaces.shop.count=5
      |            ^^^^
    hint: did you mean `shops`?

    1 mistake in --set
    ");
    assert_snapshot!(with_set(&["seed=x", "sede=5"]), @"
    --set:1:6: error: `x` is not a whole number such as `10_000`
      |
    1 | seed=x
      |      ^

    --set:1:1: error: unknown key `sede` in the scenario
      |
    1 | sede=5
      | ^^^^
    hint: did you mean `seed`? expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`

    2 mistakes in --set
    ");
    assert_snapshot!(with_set(&["warm_up="]), @"
    --set:1:9: error: `warm_up` has no value
      |
    1 | warm_up=
      |         ^
    hint: expected a duration such as `10m`, or `auto`

    1 mistake in --set
    ");
    assert_snapshot!(with_set(&["seed"]), @"
    --set:1:1: error: a value is set by `KEY=VALUE`
      |
    1 | seed
      | ^^^^
    hint: for example `workspaces.shops.agents.sales.cost=2`

    1 mistake in --set
    ");
    assert_snapshot!(with_set(&["workspaces.shops.agents.sales.cost={ uniform: { min: 4, max: 1 } }"]), @"
    --set:1:54: error: `min` is greater than `max`
      |
    1 | workspaces.shops.agents.sales.cost={ uniform: { min: 4, max: 1 } }
      |                                                      ^

    1 mistake in --set
    ");
    assert_snapshot!(with_set(&["thresholds.x=1"]), @"
    --set:1:12: error: no item of `thresholds` is called `x`
      |
    1 | thresholds.x=1
      |            ^
    hint: set the whole list: `thresholds=[..]`

    1 mistake in --set
    ");
    assert_snapshot!(with_set(&["name.x=1"]), @"
    --set:1:6: error: `name` is a single value and has no key `x`
      |
    1 | name.x=1
      |      ^

    1 mistake in --set
    ");
    assert_snapshot!(with_set(&["series..every=1"]), @"
    --set:1:8: error: a name is missing in the key
      |
    1 | series..every=1
      |        ^

    1 mistake in --set
    ");
    assert_snapshot!(with_set(&["seed=[1"]), @"
    --set:1:8: error: this is not YAML: while parsing a flow sequence, expected ',' or ']'
      |
    1 | seed=[1
      |        ^
    hint: the `[` in line 1 is not closed before this

    1 mistake in --set
    ");
}

#[test]
fn long_wide_and_odd_lines() {
    let long = format!(
        "{{ limitlab: 1, name: x, duration: 1h, about: '{}', drian: cut, workspaces: [{{ group: a, agents: [{{ name: b }}] }}], series: {{ every: '{}' }} }}",
        "long ".repeat(2_000),
        "z".repeat(3_000)
    );
    assert_snapshot!(mistakes(&long, &[]), @"
    x.yaml:1:10050: error: unknown key `drian` in the scenario
      |
    1 | ...ong long long long long long long long long ', drian: cut, workspaces: [{ group: a, agents: [{ name:...
      |                                                   ^^^^^
    hint: did you mean `drain`? expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`

    x.yaml:1:10130: error: `zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz..` is not a duration such as `250ms`, `8h` or `1d12h`
      |
    1 | ...y: 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz...zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    2 mistakes in x.yaml
    ");
    assert_snapshot!(with(r"about: Shops on Advanced switch on campaign agents before a sale.", r"about: { 店舗: 値, ü: x }"), @"
    x.yaml:3:8: error: `about` is a mapping
      |
    3 | about: { 店舗: 値, ü: x }
      |        ^^^^^^^^^^^^^^^^^^
    hint: expected a text

    1 mistake in x.yaml
    ");
    assert_snapshot!(with("drain: cut", "drain: \"c\\e[31m\""), @r#"
    x.yaml:9:8: error: unknown word `c\u{1b}[31m`
      |
    9 | drain: "c\e[31m"
      |        ^^^^^^^^^
    hint: expected here: `finish`, `cut`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("drain: cut", "drain:\tcutt"), @"
    x.yaml:9:7: error: a tab stands here, where YAML wants spaces
      |
    9 | drain:    cutt
      |       ^

    1 mistake in x.yaml
    ");
}

#[test]
fn files_that_cannot_be_read_are_no_mistakes_of_theirs() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing.yaml")] {
        assert!(matches!(load(&path, &[]), Err(ScenarioError::Unreadable { .. })), "{path:?}");
    }
}

#[test]
fn files_that_are_not_utf_8_are_mistakes_with_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.yaml");
    fs::write(&path, b"limitlab: 1\nname: caf\xe9\n").unwrap();
    let Err(ScenarioError::Faults(faults)) = load(&path, &[]) else { panic!("it is not UTF-8") };
    let place = &faults.list()[0].place;
    assert_eq!((place.line, place.column), (2, 10));
    assert_eq!(faults.list()[0].message, "the file is not UTF-8 from here on");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_no_place() {
    let text = format!("\u{feff}{}", FULL.replace('\n', "\r\n"));
    assert_eq!(mistakes(&text, &[]), "no mistakes");
    let wrong = text.replace("drain: cut", "drain: cutt");
    assert_eq!(mistakes(&wrong, &[]), with("drain: cut", "drain: cutt"));
}

#[test]
fn colour_changes_no_word() {
    let Err(ScenarioError::Faults(faults)) = parse("x.yaml", "limitlab: 2\nname: 'a b'", &[])
    else {
        panic!("it has mistakes")
    };
    let coloured = faults.render(Colour::Always);
    assert!(coloured.contains("\u{1b}["));
    let mut plain = String::new();
    let mut escape = false;
    for c in coloured.chars() {
        match c {
            '\u{1b}' => escape = true,
            'm' if escape => escape = false,
            _ if escape => {}
            _ => plain.push(c),
        }
    }
    assert_eq!(plain, faults.render(Colour::Never));
}

/// A change of the full scenario's text: bytes overwritten, lines dropped, swapped or indented.
fn mutate(text: &str, changes: &[(usize, usize, u8)]) -> String {
    let mut lines: Vec<Vec<u8>> = text.lines().map(|line| line.as_bytes().to_vec()).collect();
    for &(line, column, byte) in changes {
        let line = line % lines.len();
        let length = lines[line].len().max(1);
        match byte {
            0..8 => drop(lines[line].split_off(column % length)),
            8..16 => lines[line].insert(0, b' '),
            16..24 => lines[line].clear(),
            24..32 => {
                let other = column % lines.len();
                lines.swap(line, other);
            }
            _ => match lines[line].get_mut(column % length) {
                Some(old) => *old = byte,
                None => lines[line].push(byte),
            },
        }
    }
    String::from_utf8_lossy(&lines.join(&b'\n')).into_owned()
}

proptest! {
    #[test]
    fn no_change_of_a_scenario_panics(
        changes in prop::collection::vec((0..100_usize, 0..120_usize, 0..=255_u8), 1..8),
    ) {
        let text = mutate(FULL, &changes);
        match parse("x.yaml", &text, &[]) {
            Err(ScenarioError::Faults(faults)) => {
                let shown = faults.render(Colour::Always);
                prop_assert!(shown.contains("x.yaml:"));
            }
            Err(error) => prop_assert!(false, "{error}"),
            Ok(scenario) => {
                describe(&scenario);
                warnings(&scenario);
                // What is valid can be drawn: a sampler panics on anything else.
                if let Some(backend) = &scenario.backend {
                    backend.service_time.sampler();
                }
                for group in &scenario.groups {
                    group.seats.sampler();
                    for line in &group.lines {
                        line.cost.sampler();
                    }
                }
            }
        }
    }

    #[test]
    fn no_argument_of_the_command_line_panics(argument in "[a-z.=\\[\\]{}: 0-9]{0,40}") {
        let _ = mistakes(FULL, &[Override::set(argument)]);
    }
}
