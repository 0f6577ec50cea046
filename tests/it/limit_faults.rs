//! What is said of faulty fair-use limits and of clients that hold back: each message whole.

use insta::assert_snapshot;
use limitlab::scenario::{ScenarioError, parse};

const BASE: &str = "limitlab: 1
name: x
duration: 1h
plans:
  p: { active_agents: 3, credits: { included: 9 } }
workspaces:
  - group: shops
    plan: p
    agents: [{ name: a, traffic: { rate: 1/h }, cost: 3 }]
    fair_use:
      - { name: burst, token_bucket: { rate: 2/s, burst: 20 } }
fair_use:
  - { name: fleet, scope: platform, concurrency: { limit: 9 } }
";

/// What is said of the scenario with one piece of it replaced.
fn with(piece: &str, replacement: &str) -> String {
    assert!(BASE.contains(piece), "{piece}");
    match parse("x.yaml", &BASE.replacen(piece, replacement, 1), &[]) {
        Ok(_) => "no mistakes".to_owned(),
        Err(ScenarioError::Faults(faults)) => faults.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn leaky_buckets() {
    assert_snapshot!(with("token_bucket: { rate: 2/s, burst: 20 }", "leaky_bucket: { rate: 2/s, burst: 2, delay: 3 }"), @r#"
    x.yaml:11:68: error: `delay` must be at most `burst`
       |
    11 |       - { name: burst, leaky_bucket: { rate: 2/s, burst: 2, delay: 3 } }
       |                                                                    ^
    hint: no more than the burst is ever in excess; `burst` is all of it

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("token_bucket: { rate: 2/s, burst: 20 }", "leaky_bucket: { rate: 2/s, burst: 2, delay: brust }"), @r#"
    x.yaml:11:68: error: `brust` is not an amount such as `5`, or `burst`
       |
    11 |       - { name: burst, leaky_bucket: { rate: 2/s, burst: 2, delay: brust } }
       |                                                                    ^^^^^

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("token_bucket: { rate: 2/s, burst: 20 }", "leaky_bucket: { rate: 2/s, nodelay: true }"), @r#"
    x.yaml:11:51: error: unknown key `nodelay` in `leaky_bucket`
       |
    11 |       - { name: burst, leaky_bucket: { rate: 2/s, nodelay: true } }
       |                                                   ^^^^^^^
    hint: did you mean `delay`? expected here: `rate`, `burst`, `delay`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("token_bucket: { rate: 2/s, burst: 20 }", "leaky_bucket: { burst: 2 }"), @r#"
    x.yaml:11:38: error: `leaky_bucket` needs the key `rate`
       |
    11 |       - { name: burst, leaky_bucket: { burst: 2 } }
       |                                      ^^^^^^^^^^^^^
    hint: expected a rate such as `12/h`, `20/s` or `7/min`

    1 mistake in x.yaml
    "#);
}

#[test]
fn windows() {
    assert_snapshot!(with("token_bucket: { rate: 2/s, burst: 20 }", "fixed_window: { limit: 0, per: 0s }"), @r#"
    x.yaml:11:47: error: `limit` must be at least 1
       |
    11 |       - { name: burst, fixed_window: { limit: 0, per: 0s } }
       |                                               ^
    hint: an attempt counts as one, so less would admit nobody

    x.yaml:11:55: error: `per` must be above 0s
       |
    11 |       - { name: burst, fixed_window: { limit: 0, per: 0s } }
       |                                                       ^^

    2 mistakes in x.yaml
    "#);
    assert_snapshot!(with("token_bucket: { rate: 2/s, burst: 20 }", "sliding_window: { limit: 100/min }"), @r#"
    x.yaml:11:40: error: `sliding_window` needs the key `per`
       |
    11 |       - { name: burst, sliding_window: { limit: 100/min } }
       |                                        ^^^^^^^^^^^^^^^^^^^
    hint: expected a duration such as `250ms`, `8h` or `1d12h`

    x.yaml:11:49: error: `100/min` is not an amount such as `1_250` or `0.125`
       |
    11 |       - { name: burst, sliding_window: { limit: 100/min } }
       |                                                 ^^^^^^^

    2 mistakes in x.yaml
    "#);
    assert_snapshot!(with("token_bucket: { rate: 2/s, burst: 20 }", "sliding_counter: { limit: 10, per: 1m, estimate: round }"), @r#"
    x.yaml:11:73: error: unknown word `round`
       |
    11 |       - { name: burst, sliding_counter: { limit: 10, per: 1m, estimate: round } }
       |                                                                         ^^^^^
    hint: expected here: `exact`, `floor`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("token_bucket: { rate: 2/s, burst: 20 }", "fixed_window: { limit: 10, per: 1m, aligned: yes }"), @r#"
    x.yaml:11:69: error: `yes` is not `true` or `false`
       |
    11 |       - { name: burst, fixed_window: { limit: 10, per: 1m, aligned: yes } }
       |                                                                     ^^^
    hint: booleans are only `true` and `false`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("burst: 20", "burst: 20, refill_every: 0s"), @r#"
    x.yaml:11:76: error: `refill_every` must be above 0s
       |
    11 |       - { name: burst, token_bucket: { rate: 2/s, burst: 20, refill_every: 0s } }
       |                                                                            ^^

    1 mistake in x.yaml
    "#);
}

#[test]
fn weights() {
    assert_snapshot!(with("burst: 20 }", "burst: 2 }, weight: credits"), @r#"
    x.yaml:9:55: error: each message to `a` costs 3 credits or more, and the limit `burst` never admits more than 2 at once
      |
    9 |     agents: [{ name: a, traffic: { rate: 1/h }, cost: 3 }]
      |                                                       ^
    hint: they would all be refused: let the limit admit more, or weigh attempts

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("burst: 20 }", "burst: 0 }, weight: credits"), @r#"
    x.yaml:9:55: error: each message to `a` costs 3 credits or more, and the limit `burst` never admits more than 0 at once
      |
    9 |     agents: [{ name: a, traffic: { rate: 1/h }, cost: 3 }]
      |                                                       ^
    hint: they would all be refused: let the limit admit more, or weigh attempts

    x.yaml:11:58: error: `burst` must be above 0
       |
    11 |       - { name: burst, token_bucket: { rate: 2/s, burst: 0 }, weight: credits }
       |                                                          ^
    hint: nothing would be admitted

    2 mistakes in x.yaml
    "#);
    assert_snapshot!(with("burst: 20 }", "burst: 2 }, weight: tokens"), @r#"
    x.yaml:11:71: error: unknown word `tokens`
       |
    11 |       - { name: burst, token_bucket: { rate: 2/s, burst: 2 }, weight: tokens }
       |                                                                       ^^^^^^
    hint: expected here: `attempts`, `credits`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("{ limit: 9 }", "{ limit: 9 }, weight: credits"), @r#"
    x.yaml:13:72: error: `weight: credits` goes with limits of a rate
       |
    13 |   - { name: fleet, scope: platform, concurrency: { limit: 9 }, weight: credits }
       |                                                                        ^^^^^^^
    hint: a limit of messages in flight counts attempts, and a refused one is not in flight

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("{ limit: 9 }", "{ limit: 9 }, count_refused: true"), @r#"
    x.yaml:13:79: error: `count_refused` goes with limits of a rate
       |
    13 |   - { name: fleet, scope: platform, concurrency: { limit: 9 }, count_refused: true }
       |                                                                               ^^^^
    hint: a limit of messages in flight counts attempts, and a refused one is not in flight

    1 mistake in x.yaml
    "#);
}

#[test]
fn scopes() {
    assert_snapshot!(with("scope: platform", "scope: workspace"), @r#"
    x.yaml:13:27: error: each workspace has its own limits of scope `workspace`
       |
    13 |   - { name: fleet, scope: workspace, concurrency: { limit: 9 } }
       |                           ^^^^^^^^^
    hint: they stand in `fair_use` of a plan or a group; here it is `plan` or `platform`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("name: burst,", "name: burst, scope: plan,"), @r#"
    x.yaml:11:31: error: workspaces share a limit of scope `plan`
       |
    11 |       - { name: burst, scope: plan, token_bucket: { rate: 2/s, burst: 20 } }
       |                               ^^^^
    hint: it stands in `fair_use` at the top level; here it is `agent` or `workspace`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("name: burst,", "name: burst, scope: everybody,"), @r#"
    x.yaml:11:31: error: unknown word `everybody`
       |
    11 |       - { name: burst, scope: everybody, token_bucket: { rate: 2/s, burst: 20 } }
       |                               ^^^^^^^^^
    hint: expected here: `agent`, `workspace`, `plan`, `platform`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("name: fleet", "name: burst"), @r#"
    x.yaml:13:13: error: a second limit is called `burst`
       |
    13 |   - { name: burst, scope: platform, concurrency: { limit: 9 } }
       |             ^^^^^

    1 mistake in x.yaml
    "#);
}

#[test]
fn names() {
    assert_snapshot!(with("name: burst", "name: client_throttling"), @r#"
    x.yaml:11:17: error: a limit cannot be called `client_throttling`
       |
    11 |       - { name: client_throttling, token_bucket: { rate: 2/s, burst: 20 } }
       |                 ^^^^^^^^^^^^^^^^^
    hint: in results that stands for what customers hold back themselves

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("name: fleet", "name: credits_exhausted"), @r#"
    x.yaml:13:13: error: a limit cannot be called `credits_exhausted`
       |
    13 |   - { name: credits_exhausted, scope: platform, concurrency: { limit: 9 } }
       |             ^^^^^^^^^^^^^^^^^
    hint: in results that stands for slots and pools that only report

    1 mistake in x.yaml
    "#);
}

#[test]
fn reporting() {
    assert_snapshot!(with("active_agents: 3,", "on_exceed: report,"), @r#"
    x.yaml:5:19: error: `on_exceed: report` has nothing to report: the plan has no limit of active agents
      |
    5 |   p: { on_exceed: report, credits: { included: 9 } }
      |                   ^^^^^^
    hint: give it `active_agents`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("included: 9 }", "included: 9, overage: unlimited, on_exceed: report }"), @r#"
    x.yaml:5:81: error: `on_exceed: report` has nothing to report with `overage: unlimited`
      |
    5 |   p: { active_agents: 3, credits: { included: 9, overage: unlimited, on_exceed: report } }
      |                                                                                 ^^^^^^
    hint: every message is paid then

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("burst: 20 }", "burst: 20 }, on_exceed: warn"), @r#"
    x.yaml:11:75: error: unknown word `warn`
       |
    11 |       - { name: burst, token_bucket: { rate: 2/s, burst: 20 }, on_exceed: warn }
       |                                                                           ^^^^
    hint: expected here: `refuse`, `report`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("fair_use:\n  - { name: fleet", "thresholds: ['shadow.refusals{limiter=burst} < 1', 'shadow.workspaces.share < 1%']\nfair_use:\n  - { name: fleet"), @"no mistakes");
    assert_snapshot!(with("fair_use:\n  - { name: fleet", "thresholds: ['shadow.refusals{limiter=burts} < 1', 'shadow.refusals < 1']\nfair_use:\n  - { name: fleet"), @r#"
    x.yaml:12:39: error: no limit is called `burts`
       |
    12 | thresholds: ['shadow.refusals{limiter=burts} < 1', 'shadow.refusals < 1']
       |                                       ^^^^^
    hint: did you mean `burst`? declared: `burst`, `fleet`

    x.yaml:12:53: error: `shadow.refusals` needs its label `limiter`
       |
    12 | thresholds: ['shadow.refusals{limiter=burts} < 1', 'shadow.refusals < 1']
       |                                                     ^^^^^^^^^^^^^^^
    hint: write it as in `shadow.refusals{limiter=..}`

    2 mistakes in x.yaml
    "#);
}

#[test]
fn clients() {
    assert_snapshot!(with("cost: 3", "client_throttling: { multiplier: 0.5x, over: 0s }"), @r#"
    x.yaml:9:82: error: `multiplier` is out of range: 0.5x
      |
    9 |     agents: [{ name: a, traffic: { rate: 1/h }, client_throttling: { multiplier: 0.5x, over: 0s } }]
      |                                                                                  ^^^^
    hint: from 1x to 1_000x

    x.yaml:9:94: error: `over` must be above 0s
      |
    9 |     agents: [{ name: a, traffic: { rate: 1/h }, client_throttling: { multiplier: 0.5x, over: 0s } }]
      |                                                                                              ^^

    2 mistakes in x.yaml
    "#);
    assert_snapshot!(with("cost: 3", "client_throttling: { multiplier: 2 }"), @r#"
    x.yaml:9:82: error: `2` is not a factor such as `2.5x`, at most `1_000_000x`
      |
    9 |     agents: [{ name: a, traffic: { rate: 1/h }, client_throttling: { multiplier: 2 } }]
      |                                                                                  ^
    hint: a factor ends with an x: `2x`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("cost: 3", "retry: { max_attempts: 3, budget: 10% }"), @r#"
    x.yaml:9:83: error: `budget` is a single value
      |
    9 |     agents: [{ name: a, traffic: { rate: 1/h }, retry: { max_attempts: 3, budget: 10% } }]
      |                                                                                   ^^^
    hint: expected a mapping with at least `share`

    1 mistake in x.yaml
    "#);
    assert_snapshot!(with("cost: 3", "retry: { max_attempts: 3, budget: { share: 10%, over: 0s } }"), @r#"
    x.yaml:9:103: error: `over` must be above 0s
      |
    9 | ...: { max_attempts: 3, budget: { share: 10%, over: 0s } } }]
      |                                                     ^^

    1 mistake in x.yaml
    "#);
}
