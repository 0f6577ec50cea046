//! Mistakes in `retry` and `patience`, as the user reads them.
#![expect(clippy::too_many_lines, reason = "messages are shown whole, many in a test")]

use insta::assert_snapshot;
use limitlab::scenario::{ScenarioError, parse};

/// A scenario whose customers try again and lose patience.
const BASE: &str = r"limitlab: 1
name: again
duration: 1d
workspaces:
  - group: shops
    agents:
      - name: sales
        traffic: { rate: 6/h }
        retry: { max_attempts: 4, backoff: { base: 2s, cap: 60s } }
        patience: 2m
    features: [{ name: rewriter, traffic: { rate: 1/h } }]
backend: { servers: 2, service_time: 30s, queue: { limit: 3 } }
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

#[test]
fn the_scenario_is_valid() {
    assert_eq!(with("4", "4"), "no mistakes");
}

#[test]
fn attempts() {
    assert_snapshot!(with(r"max_attempts: 4,", r"max_attempts: 0,"), @r"
    x.yaml:9:32: error: `max_attempts` must be at least 1
      |
    9 |         retry: { max_attempts: 0, backoff: { base: 2s, cap: 60s } }
      |                                ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"max_attempts: 4, ", r""), @r"
    x.yaml:9:16: error: `retry` needs the key `max_attempts`
      |
    9 |         retry: { backoff: { base: 2s, cap: 60s } }
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: expected a whole number such as `10_000`, or `unlimited`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"max_attempts: 4", r"max_attemps: 4"), @"
    x.yaml:9:18: error: unknown key `max_attemps` in `retry`
      |
    9 |         retry: { max_attemps: 4, backoff: { base: 2s, cap: 60s } }
      |                  ^^^^^^^^^^^
    hint: did you mean `max_attempts`? expected here: `max_attempts`, `backoff`, `honour_retry_after`, `persistence`, `reasons`, `budget`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"max_attempts: 4", r"max_attempts: forever"), @r"
    x.yaml:9:32: error: `forever` is not a whole number such as `10_000`, or `unlimited`
      |
    9 |         retry: { max_attempts: forever, backoff: { base: 2s, cap: 60s } }
      |                                ^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"max_attempts: 4, backoff: { base: 2s, cap: 60s } }
        patience: 2m", r"max_attempts: unlimited }"), @r"
    x.yaml:9:32: error: customers who never give up would try again for ever after the end
      |
    9 |         retry: { max_attempts: unlimited }
      |                                ^^^^^^^^^
    hint: give the line `patience`, or the scenario `drain: cut`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"max_attempts: 4, backoff: { base: 2s, cap: 60s }", r"max_attempts: unlimited, backoff: { wait: 0s }"), @r"
    x.yaml:9:60: error: customers who do not wait would try again for ever in no time
      |
    9 |         retry: { max_attempts: unlimited, backoff: { wait: 0s } }
      |                                                            ^^
    hint: give `wait` a time

    1 mistake in x.yaml
    ");
}

#[test]
fn backoffs() {
    assert_snapshot!(with(r"base: 2s", r"base: 0s"), @r"
    x.yaml:9:52: error: `base` must be above 0s
      |
    9 |         retry: { max_attempts: 4, backoff: { base: 0s, cap: 60s } }
      |                                                    ^^
    hint: at least 1ns

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"base: 2s", r"base: 2"), @r"
    x.yaml:9:52: error: `2` is not a duration such as `250ms`, `8h` or `1d12h`
      |
    9 |         retry: { max_attempts: 4, backoff: { base: 2, cap: 60s } }
      |                                                    ^
    hint: a duration needs its unit: `2ms`, `2s`, `2h`, `2d`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"base: 2s", r"base: 2m"), @r"
    x.yaml:9:61: error: `cap`, 1m, is less than `base`, 2m
      |
    9 |         retry: { max_attempts: 4, backoff: { base: 2m, cap: 60s } }
      |                                                             ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"cap: 60s", r"cap: 1s"), @r"
    x.yaml:9:61: error: `cap`, 1s, is less than `base`, 2s
      |
    9 |         retry: { max_attempts: 4, backoff: { base: 2s, cap: 1s } }
      |                                                             ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"base: 2s, cap: 60s", r"base: 70s"), @r"
    x.yaml:9:52: error: `cap`, 1m unless it is written, is less than `base`, 1m10s
      |
    9 |         retry: { max_attempts: 4, backoff: { base: 70s } }
      |                                                    ^^^
    hint: write `cap: 1m10s` or more

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"cap: 60s", r"factor: 0.5"), @r"
    x.yaml:9:64: error: `factor` is out of range: 0.5
      |
    9 |         retry: { max_attempts: 4, backoff: { base: 2s, factor: 0.5 } }
      |                                                                ^^^
    hint: from 1 to 1_000

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"cap: 60s", r"factor: 2x"), @r"
    x.yaml:9:64: error: `2x` is not a number such as `4` or `1.5`
      |
    9 |         retry: { max_attempts: 4, backoff: { base: 2s, factor: 2x } }
      |                                                                ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"cap: 60s", r"jitter: ful"), @r"
    x.yaml:9:64: error: unknown word `ful`
      |
    9 |         retry: { max_attempts: 4, backoff: { base: 2s, jitter: ful } }
      |                                                                ^^^
    hint: did you mean `full`? expected here: `none`, `full`, `equal`, `decorrelated`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"cap: 60s", r"wait: 5s"), @r"
    x.yaml:9:52: error: `base` would do nothing beside `wait`
      |
    9 |         retry: { max_attempts: 4, backoff: { base: 2s, wait: 5s } }
      |                                                    ^^
    hint: either `wait`, or `base`, `factor`, `cap` and `jitter`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"cap: 60s", r"factor: 2, jitter: decorrelated"), @r"
    x.yaml:9:64: error: `factor` would do nothing with `jitter: decorrelated`
      |
    9 |         retry: { max_attempts: 4, backoff: { base: 2s, factor: 2, jitter: decorrelated } }
      |                                                                ^
    hint: each time is drawn from `base` to three times the last one

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ base: 2s, cap: 60s }", r"2s"), @r"
    x.yaml:9:44: error: `backoff` is a single value
      |
    9 |         retry: { max_attempts: 4, backoff: 2s }
      |                                            ^^
    hint: expected a mapping with keys such as `base`, `factor`, `cap`, `jitter`

    1 mistake in x.yaml
    ");
}

#[test]
fn who_tries_again() {
    assert_snapshot!(with(r"max_attempts: 4,", r"max_attempts: 4, persistence: 120%,"), @r"
    x.yaml:9:48: error: `120%` is not a share such as `25%`, at most `100%`
      |
    9 |         retry: { max_attempts: 4, persistence: 120%, backoff: { base: 2s, cap: 60s } }
      |                                                ^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"max_attempts: 4,", r"max_attempts: 4, honour_retry_after: yes,"), @r"
    x.yaml:9:55: error: `yes` is not `true` or `false`
      |
    9 |         retry: { max_attempts: 4, honour_retry_after: yes, backoff: { base: 2s, cap: 60s } }
      |                                                       ^^^
    hint: booleans are only `true` and `false`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"max_attempts: 4,", r"max_attempts: 4, reasons: [],"), @r"
    x.yaml:9:44: error: `reasons` is empty
      |
    9 |         retry: { max_attempts: 4, reasons: [], backoff: { base: 2s, cap: 60s } }
      |                                            ^^
    hint: at least one item is needed

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"max_attempts: 4,", r"max_attempts: 4, reasons: [overloaded, overload],"), @r"
    x.yaml:9:57: error: unknown word `overload`
      |
    9 |         retry: { max_attempts: 4, reasons: [overloaded, overload], backoff: { base: 2s, cap: 60s } }
      |                                                         ^^^^^^^^
    hint: did you mean `overloaded`? expected here: `trial_ended`, `agent_not_active`, `rate_limited`, `concurrency_limited`, `credits_exhausted`, `share_exhausted`, `overloaded`, `enforcement_unavailable`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"max_attempts: 4,", r"max_attempts: 4, reasons: [overloaded, rate_limited, overloaded],"), @r"
    x.yaml:9:71: error: `overloaded` stands here a second time
      |
    9 | ...   retry: { max_attempts: 4, reasons: [overloaded, rate_limited, overloaded], backoff: { base: 2s, c...
      |                                                                     ^^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"max_attempts: 4,", r"max_attempts: 4, reasons: [active_agent_limit],"), @r"
    x.yaml:9:45: error: unknown word `active_agent_limit`
      |
    9 |         retry: { max_attempts: 4, reasons: [active_agent_limit], backoff: { base: 2s, cap: 60s } }
      |                                             ^^^^^^^^^^^^^^^^^^
    hint: expected here: `trial_ended`, `agent_not_active`, `rate_limited`, `concurrency_limited`, `credits_exhausted`, `share_exhausted`, `overloaded`, `enforcement_unavailable`

    1 mistake in x.yaml
    ");
}

#[test]
fn patience() {
    assert_snapshot!(with(r"patience: 2m", r"patience: 2"), @r"
    x.yaml:10:19: error: `2` is not a duration such as `250ms`, `8h` or `1d12h`
       |
    10 |         patience: 2
       |                   ^
    hint: a duration needs its unit: `2ms`, `2s`, `2h`, `2d`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"patience: 2m", r"patience: { exponential: 0s }"), @r"
    x.yaml:10:34: error: a mean must be above 0
       |
    10 |         patience: { exponential: 0s }
       |                                  ^^
    hint: for what is always zero, write zero without a distribution

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"        patience: 2m
    features", r"    patience: 2m
    features"), @r"
    x.yaml:10:5: error: unknown key `patience` in an item of `workspaces`
       |
    10 |     patience: 2m
       |     ^^^^^^^^
    hint: `patience` stands in a line of `agents` or in one of `features`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"loss.rate < 5%", r#""loss.rate{reason=timed_ou} < 5%""#), @r#"
    x.yaml:13:32: error: unknown reason `timed_ou`
       |
    13 | thresholds: ["loss.rate{reason=timed_ou} < 5%"]
       |                                ^^^^^^^^
    hint: did you mean `timed_out`? reasons: `workspace_agent_limit`, `active_agent_limit`, `trial_ended`, `agent_not_active`, `rate_limited`, `concurrency_limited`, `credits_exhausted`, `share_exhausted`, `overloaded`, `enforcement_unavailable`, `timed_out`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with(r"loss.rate < 5%", r#""refusal.rate{reason=timed_out} < 5%""#), @r#"
    x.yaml:13:35: error: who loses patience is lost, not refused
       |
    13 | thresholds: ["refusal.rate{reason=timed_out} < 5%"]
       |                                   ^^^^^^^^^
    hint: write `loss.rate{reason=timed_out}`

    1 mistake in x.yaml
    "#);
}
