//! Mistakes in what scenarios say about plans, credits, packages and the timeline, as the user reads
//! them.
#![expect(clippy::too_many_lines, reason = "messages are shown whole, many in a test")]

use insta::assert_snapshot;
use limitlab::scenario::{ScenarioError, describe, parse, warnings};

/// A scenario that uses all that there is to say about metering.
pub(crate) const METERED: &str = r"limitlab: 1
name: metered
duration: 60d
on_downgrade: oldest_offline
plans:
  advanced:
    trial: 14d
    price: { per: seat, amount: 25.00, every: monthly }
    credits:
      included: 1_250
      per: seat
      renews: monthly
      anchor: 15
      carry_over: { up_to: 2_000 }
      overage: { up_to: 10%, at_renewal: deduct }
      overage_price: 0.002
      priority: 2
    fair_use: [{ name: burst, token_bucket: { rate: 2/s, burst: 20 } }]
  pro: { credits: { included: 5_000 } }
  partner: { fair_use: [{ name: wide, concurrency: { limit: 9 } }] }
packages:
  small: { credits: 5_000, period: 30d, renews: true, price: 10.00, priority: 1 }
workspaces:
  - group: shops
    count: 1_000
    plan: { advanced: 80%, pro: 20% }
    billing_anchor: staggered
    packages:
      name: small
      at_start: 1
      auto_buy: { below: 5%, on_refusal: false, at_most: 3 per period }
      by_hand: { after: { exponential: 4h }, at_most: 1 per period }
    alerts: [80%, 95%]
    agents:
      - { name: sales, count: 5, share: { at_least: 10%, at_most: 30% }, traffic: { rate: 6/d } }
      - { name: night, count: 0, churn: { create: 2/d, delete_after: { exponential: 30d } } }
    features:
      - { name: rewriter, traffic: { rate: 3/d }, cost: 2, share: 30% }
  - { group: partners, plan: partner, agents: [{ name: sales }] }
backend: { servers: 2_000, service_time: 1.8s }
timeline:
  - { name: upgrade, at: 10d, group: shops, share: 25%, set_plan: pro }
  - { name: rush, at: 20d, for: 6h, traffic: 4x }
  - { name: outage, at: 20d2h, for: 10m, backend: { servers: 500 } }
  - { name: stampede, at: 1d, enable: sales }
  - { name: refill, at: 5d, buy_package: { name: small, count: 2 } }
  - { name: signup, at: 14d, group: shops, share: 30%, subscribe: advanced }
  - { name: partnership, at: 30d, group: shops, set_plan: partner }
";

/// The messages about `text`, which has mistakes.
pub(crate) fn mistakes(text: &str) -> String {
    match parse("x.yaml", text, &[]) {
        Err(ScenarioError::Faults(faults)) => faults.to_string(),
        Err(error) => error.to_string(),
        Ok(_) => "no mistakes".to_owned(),
    }
}

/// The messages about the scenario with one piece of it replaced.
pub(crate) fn with(piece: &str, replacement: &str) -> String {
    assert!(METERED.contains(piece), "{piece}");
    mistakes(&METERED.replacen(piece, replacement, 1))
}

#[test]
fn the_metered_scenario_is_valid_and_can_be_told() {
    assert_eq!(mistakes(METERED), "no mistakes");
    let scenario = parse("x.yaml", METERED, &[]).expect("it is valid");
    assert!(!describe(&scenario).is_empty() && warnings(&scenario).len() < 5);
}

#[test]
fn a_trial_and_a_price() {
    assert_snapshot!(with(r"trial: 14d", r"trial: 0s"), @"
    x.yaml:7:12: error: `trial` must be above 0s
      |
    7 |     trial: 0s
      |            ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"every: monthly", r"every: 0s"), @"
    x.yaml:8:47: error: `every` must be above 0s
      |
    8 |     price: { per: seat, amount: 25.00, every: 0s }
      |                                               ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"every: monthly", r"every: yearly"), @"
    x.yaml:8:47: error: `yearly` is not `monthly` or a duration such as `30d`
      |
    8 |     price: { per: seat, amount: 25.00, every: yearly }
      |                                               ^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"every: monthly", r"every: 1us"), @"
    x.yaml:8:47: error: a plan may be paid for 1_000_000 times in the duration, and every 1us is more often
      |
    8 |     price: { per: seat, amount: 25.00, every: 1us }
      |                                               ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"amount: 25.00", r"amount: 25 EUR"), @"
    x.yaml:8:33: error: `25 EUR` is not a price such as `25.00` or `0.0015`
      |
    8 |     price: { per: seat, amount: 25 EUR, every: monthly }
      |                                 ^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"amount: 25.00, ", r""), @"
    x.yaml:8:12: error: `price` needs the key `amount`
      |
    8 |     price: { per: seat, every: monthly }
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: expected a price such as `25.00` or `0.0015`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"per: seat, amount", r"per: user, amount"), @"
    x.yaml:8:19: error: unknown word `user`
      |
    8 |     price: { per: user, amount: 25.00, every: monthly }
      |                   ^^^^
    hint: expected here: `seat`, `workspace`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"price: { per: seat, amount: 25.00, every: monthly }", r"price: 25.00"), @"
    x.yaml:8:12: error: `price` is a single value
      |
    8 |     price: 25.00
      |            ^^^^^
    hint: expected a mapping with at least `amount`

    1 mistake in x.yaml
    ");
}

#[test]
fn anchors() {
    assert_snapshot!(with(r"anchor: 15", r"anchor: 32"), @"
    x.yaml:13:15: error: `32` is not `subscription`, `purchase`, a day of the month such as `15`, or a date such as `2026-06-15`
       |
    13 |       anchor: 32
       |               ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"anchor: 15", r"anchor: 2026-02-30"), @"
    x.yaml:13:15: error: `2026-02-30` is not `subscription`, `purchase`, a day of the month such as `15`, or a date such as `2026-06-15`
       |
    13 |       anchor: 2026-02-30
       |               ^^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"renews: monthly
", r"renews: 30d
"), @"
    x.yaml:13:15: error: a day of the month is an anchor of `renews: monthly` only
       |
    13 |       anchor: 15
       |               ^^
    hint: with a duration the anchor can be a date such as `2026-06-15`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"renews: monthly
      anchor: 15", r"renews: never
      anchor: 2026-06-15"), @"
    x.yaml:13:15: error: a pool that never renews has no day to renew on
       |
    13 |       anchor: 2026-06-15
       |               ^^^^^^^^^^

    1 mistake in x.yaml
    ");
}

#[test]
fn carry_over_and_overage() {
    assert_snapshot!(with(r"{ up_to: 2_000 }", r"{ up_to: 1_249 }"), @"
    x.yaml:14:28: error: `up_to` must be at least what is included, 1_250
       |
    14 |       carry_over: { up_to: 1_249 }
       |                            ^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ up_to: 2_000 }", r"up_to"), @"
    x.yaml:14:19: error: `up_to` needs a value
       |
    14 |       carry_over: up_to
       |                   ^^^^^
    hint: write `{ up_to: .. }`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ up_to: 2_000 }", r"[all]"), @"
    x.yaml:14:19: error: `carry_over` is a list
       |
    14 |       carry_over: [all]
       |                   ^^^^^
    hint: expected one of `none`, `all`, `up_to`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ up_to: 10%, at_renewal: deduct }", r"refuse"), @"
    x.yaml:16:22: error: `overage_price` has no meaning with `overage: refuse`
       |
    16 |       overage_price: 0.002
       |                      ^^^^^
    hint: write `overage: unlimited`, or `overage: { up_to: 10% }`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ up_to: 10%, at_renewal: deduct }", r"up_to"), @"
    x.yaml:15:16: error: `up_to` needs a value
       |
    15 |       overage: up_to
       |                ^^^^^
    hint: write `{ up_to: .. }`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ up_to: 10%, at_renewal: deduct }", r"[unlimited]"), @"
    x.yaml:15:16: error: `overage` is a list
       |
    15 |       overage: [unlimited]
       |                ^^^^^^^^^^^
    hint: expected one of `refuse`, `unlimited`, or a mapping with at least `up_to`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"up_to: 10%", r"up_to: 110%"), @"
    x.yaml:15:25: error: `110%` is not a share such as `25%`, at most `100%`
       |
    15 |       overage: { up_to: 110%, at_renewal: deduct }
       |                         ^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"up_to: 10%, ", r""), @"
    x.yaml:15:16: error: `overage` needs the key `up_to`
       |
    15 |       overage: { at_renewal: deduct }
       |                ^^^^^^^^^^^^^^^^^^^^^^
    hint: expected a share such as `25%`, at most `100%`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at_renewal: deduct", r"at_renewal: forget"), @"
    x.yaml:15:42: error: unknown word `forget`
       |
    15 |       overage: { up_to: 10%, at_renewal: forget }
       |                                          ^^^^^^
    hint: did you mean `forgive`? expected here: `forgive`, `deduct`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"priority: 2", r"priority: 0"), @"
    x.yaml:17:17: error: `priority` must be at least 1
       |
    17 |       priority: 0
       |                 ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"included: 1_250
      ", r""), @"
    x.yaml:10:7: error: `credits` needs the key `included`
       |
    10 |       per: seat
       |       ^^^^^^^^^
    hint: expected an amount such as `1_250` or `0.125`

    1 mistake in x.yaml
    ");
}

#[test]
fn alerts_in_thresholds_name_levels_that_are_declared() {
    let threshold = |written: &str| mistakes(&format!("{METERED}thresholds: ['{written}']"));
    assert_eq!(threshold("alerts.time{level=80%} > 1d"), "no mistakes");
    assert_eq!(threshold("alerts.time{level=95.0%,group=shops} > 1d"), "no mistakes");
    assert_snapshot!(threshold("alerts.time{level=85%} > 1d"), @"
    x.yaml:49:33: error: no group has an alert at 85%
       |
    49 | thresholds: ['alerts.time{level=85%} > 1d']
       |                                 ^^^
    hint: did you mean `80%`? declared: `80%`, `95%`

    1 mistake in x.yaml
    ");
    assert_snapshot!(threshold("alerts.time{level=80%,group=partners} > 1d"), @"
    x.yaml:49:33: error: `partners` has no alert at 80%
       |
    49 | thresholds: ['alerts.time{level=80%,group=partners} > 1d']
       |                                 ^^^
    hint: declared: none

    1 mistake in x.yaml
    ");
    assert_snapshot!(threshold("alerts.time{level=80} > 1d"), @"
    x.yaml:49:33: error: `80` is not a share such as `25%`, at most `100%`
       |
    49 | thresholds: ['alerts.time{level=80} > 1d']
       |                                 ^^
    hint: did you mean `80%`? declared: `80%`, `95%`

    1 mistake in x.yaml
    ");
    assert_snapshot!(threshold("alerts.time > 1d"), @"
    x.yaml:49:15: error: `alerts.time` needs its label `level`
       |
    49 | thresholds: ['alerts.time > 1d']
       |               ^^^^^^^^^^^
    hint: write it as in `alerts.time{level=..}`

    1 mistake in x.yaml
    ");
}

#[test]
fn what_stands_elsewhere() {
    assert_snapshot!(with(r"trial: 14d", r"alerts: [80%]"), @"
    x.yaml:7:5: error: unknown key `alerts` in `advanced`
      |
    7 |     alerts: [80%]
      |     ^^^^^^
    hint: `alerts` stand in a group

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"trial: 14d", r"packages: { name: small }"), @"
    x.yaml:7:5: error: unknown key `packages` in `advanced`
      |
    7 |     packages: { name: small }
      |     ^^^^^^^^
    hint: packages stand at the top level, and who buys them in a group

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"trial: 14d", r"on_downgrade: newest_offline"), @"
    x.yaml:7:5: error: unknown key `on_downgrade` in `advanced`
      |
    7 |     on_downgrade: newest_offline
      |     ^^^^^^^^^^^^
    hint: `on_downgrade` stands at the top level or in a group

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"billing_anchor: staggered", r"trial: 14d"), @"
    x.yaml:27:5: error: unknown key `trial` in an item of `workspaces`
       |
    27 |     trial: 14d
       |     ^^^^^
    hint: `trial` stands in a plan

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"billing_anchor: staggered", r"churn: { create: 2/d }"), @"
    x.yaml:27:5: error: unknown key `churn` in an item of `workspaces`
       |
    27 |     churn: { create: 2/d }
       |     ^^^^^
    hint: `churn` stands in a line of `agents`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"billing_anchor: staggered", r"share: 20%"), @"
    x.yaml:27:5: error: unknown key `share` in an item of `workspaces`
       |
    27 |     share: 20%
       |     ^^^^^
    hint: `share` stands in a line of `agents` or in one of `features`

    1 mistake in x.yaml
    ");
}

#[test]
fn packages() {
    assert_snapshot!(with(r"credits: 5_000,", r"credits: 0,"), @"
    x.yaml:22:21: error: `credits` must be above 0
       |
    22 |   small: { credits: 0, period: 30d, renews: true, price: 10.00, priority: 1 }
       |                     ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"period: 30d", r"period: 0s"), @"
    x.yaml:22:36: error: `period` must be above 0s
       |
    22 |   small: { credits: 5_000, period: 0s, renews: true, price: 10.00, priority: 1 }
       |                                    ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"period: 30d", r"period: month"), @"
    x.yaml:22:36: error: `month` is not `plan` or a duration such as `30d`
       |
    22 |   small: { credits: 5_000, period: month, renews: true, price: 10.00, priority: 1 }
       |                                    ^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"period: 30d", r"period: 1us"), @"
    x.yaml:22:36: error: a package may renew 1_000_000 times in the duration, and every 1us is more often
       |
    22 |   small: { credits: 5_000, period: 1us, renews: true, price: 10.00, priority: 1 }
       |                                    ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"price: 10.00, priority: 1", r"price: 10.00, priority: 1_001"), @"
    x.yaml:22:79: error: `priority` must be at most 1_000
       |
    22 |   small: { credits: 5_000, period: 30d, renews: true, price: 10.00, priority: 1_001 }
       |                                                                               ^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"  small: {", r"  small one: {"), @"
    x.yaml:22:3: error: `small one` is not a name of letters, digits, `-` and `_`
       |
    22 |   small one: { credits: 5_000, period: 30d, renews: true, price: 10.00, priority: 1 }
       |   ^^^^^^^^^

    x.yaml:29:13: error: no package is called `small`
       |
    29 |       name: small
       |             ^^^^^
    hint: did you mean `small one`?

    x.yaml:46:50: error: no package is called `small`
       |
    46 |   - { name: refill, at: 5d, buy_package: { name: small, count: 2 } }
       |                                                  ^^^^^
    hint: did you mean `small one`?

    3 mistakes in x.yaml
    ");
}

#[test]
fn who_buys_what() {
    assert_snapshot!(with(r"      name: small
", r"      name: smal
"), @"
    x.yaml:29:13: error: no package is called `smal`
       |
    29 |       name: smal
       |             ^^^^
    hint: did you mean `small`?

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"      at_start: 1
      auto_buy: { below: 5%, on_refusal: false, at_most: 3 per period }
      by_hand: { after: { exponential: 4h }, at_most: 1 per period }
", r"      at_start: 0
"), @"
    x.yaml:29:7: error: `packages` buys nothing
       |
    29 |       name: small
       |       ^^^^^^^^^^^
    hint: give it `at_start`, `auto_buy` or `by_hand`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at_start: 1", r"at_start: 10_001"), @"
    x.yaml:30:17: error: `at_start` must be at most 10_000
       |
    30 |       at_start: 10_001
       |                 ^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"below: 5%, ", r""), @"
    x.yaml:31:17: error: `auto_buy` needs `below` or `on_refusal: true`
       |
    31 |       auto_buy: { on_refusal: false, at_most: 3 per period }
       |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"below: 5%", r"below: 0%"), @"
    x.yaml:31:26: error: `below` must be above 0
       |
    31 |       auto_buy: { below: 0%, on_refusal: false, at_most: 3 per period }
       |                          ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"below: 5%", r"below: little"), @"
    x.yaml:31:26: error: `little` is not a share such as `5%`, or an amount such as `500`
       |
    31 |       auto_buy: { below: little, on_refusal: false, at_most: 3 per period }
       |                          ^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"3 per period", r"0 per period"), @"
    x.yaml:31:58: error: `0 per period` is not a number from 1 on such as `3 per period`
       |
    31 |       auto_buy: { below: 5%, on_refusal: false, at_most: 0 per period }
       |                                                          ^^^^^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"3 per period", r"3"), @"
    x.yaml:31:58: error: `3` is not a number from 1 on such as `3 per period`
       |
    31 |       auto_buy: { below: 5%, on_refusal: false, at_most: 3 }
       |                                                          ^
    hint: write `3 per period`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"after: { exponential: 4h }, ", r""), @"
    x.yaml:32:16: error: `by_hand` needs the key `after`
       |
    32 |       by_hand: { at_most: 1 per period }
       |                ^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: expected a duration such as `250ms`, `8h` or `1d12h`, or a distribution of it

    1 mistake in x.yaml
    ");
}

#[test]
fn what_needs_credits() {
    assert_snapshot!(with(r"plan: partner,", r"plan: partner, alerts: [50%],"), @"
    x.yaml:39:47: error: the plan `partner` has no `credits`
       |
    39 |   - { group: partners, plan: partner, alerts: [50%], agents: [{ name: sales }] }
       |                                               ^^^^^
    hint: give it a figure: `plans.partner.credits.included`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"plan: partner,", r"packages: { name: small, at_start: 1 },"), @"
    x.yaml:39:34: error: the plan `unlimited` has no `credits`
       |
    39 |   - { group: partners, packages: { name: small, at_start: 1 }, agents: [{ name: sales }] }
       |                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: it is built in; name a plan that has a figure, `plans.NAME.credits.included`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"plan: partner, agents: [{ name: sales }]", r"plan: partner, alerts: [50%], agents: [{ name: sales, share: 10% }]"), @"
    x.yaml:39:85: error: the plan `partner` has no `credits`
       |
    39 |   - { group: partners, plan: partner, alerts: [50%], agents: [{ name: sales, share: 10% }] }
       |                                                                                     ^^^
    hint: give it a figure: `plans.partner.credits.included`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"buy_package: { name", r"group: partners, buy_package: { name"), @"
    x.yaml:46:59: error: the plan `partner` has no `credits`
       |
    46 |   - { name: refill, at: 5d, group: partners, buy_package: { name: small, count: 2 } }
       |                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: give it a figure: `plans.partner.credits.included`

    1 mistake in x.yaml
    ");
}

#[test]
fn alerts() {
    assert_snapshot!(with(r"[80%, 95%]", r"[80%, 0%]"), @"
    x.yaml:33:19: error: an alert is above 0%
       |
    33 |     alerts: [80%, 0%]
       |                   ^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"[80%, 95%]", r"[80%, 80.0%]"), @"
    x.yaml:33:19: error: a second alert stands at 80%
       |
    33 |     alerts: [80%, 80.0%]
       |                   ^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"[80%, 95%]", r"[80, 101%]"), @"
    x.yaml:33:14: error: `80` is not a share such as `25%`, at most `100%`
       |
    33 |     alerts: [80, 101%]
       |              ^^
    hint: a share needs its percent sign: `80%`

    x.yaml:33:18: error: `101%` is not a share such as `25%`, at most `100%`
       |
    33 |     alerts: [80, 101%]
       |                  ^^^^

    2 mistakes in x.yaml
    ");
}

#[test]
fn mixes() {
    assert_snapshot!(with(r"advanced: 80%", r"advanced: 75%"), @"
    x.yaml:26:11: error: the shares of the plans sum to 95%
       |
    26 |     plan: { advanced: 75%, pro: 20% }
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: they must sum to exactly 100%

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"advanced: 80%, pro: 20%", r"advanced: 80%, prp: 20%"), @"
    x.yaml:26:28: error: no plan is called `prp`
       |
    26 |     plan: { advanced: 80%, prp: 20% }
       |                            ^^^
    hint: did you mean `pro`? declared: `advanced`, `pro`, `partner`, `unlimited`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"advanced: 80%", r"advanced: 0.8"), @"
    x.yaml:26:23: error: `0.8` is not a share such as `25%`, at most `100%`
       |
    26 |     plan: { advanced: 0.8, pro: 20% }
       |                       ^^^
    hint: a share is in percent: `80%`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ advanced: 80%, pro: 20% }", r"{}"), @"
    x.yaml:26:11: error: the shares of the plans sum to 0%
       |
    26 |     plan: {}
       |           ^^
    hint: they must sum to exactly 100%

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"{ advanced: 80%, pro: 20% }", r"[advanced, pro]"), @"
    x.yaml:26:11: error: `plan` is a list
       |
    26 |     plan: [advanced, pro]
       |           ^^^^^^^^^^^^^^^
    hint: expected a name of letters, digits, `-` and `_`, or a mapping of names, each with a share such as `25%`, at most `100%`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"pro: { credits: { included: 5_000 } }", r"pro: { credits: { included: 5_000 }, fair_use: [{ name: burst, scope: agent, token_bucket: { rate: 1/s, burst: 1 } }] }"), @"
    x.yaml:26:28: error: the plans `advanced` and `pro` both have a limit `burst`, of another scope, kind or weight
       |
    26 |     plan: { advanced: 80%, pro: 20% }
       |                            ^^^
    hint: limits of one name count together in results: give them the same scope, kind and weight, or two names

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"billing_anchor: staggered", r"fair_use: [{ name: burst, concurrency: { limit: 1 } }]"), @"
    x.yaml:27:24: error: a second limit is called `burst`
       |
    27 |     fair_use: [{ name: burst, concurrency: { limit: 1 } }]
       |                        ^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"billing_anchor: staggered", r"billing_anchor: random"), @"
    x.yaml:27:21: error: unknown word `random`
       |
    27 |     billing_anchor: random
       |                     ^^^^^^
    hint: expected here: `same_instant`, `staggered`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"on_downgrade: oldest_offline", r"on_downgrade: oldest"), @"
    x.yaml:4:15: error: unknown word `oldest`
      |
    4 | on_downgrade: oldest
      |               ^^^^^^
    hint: did you mean `oldest_offline`? expected here: `newest_offline`, `oldest_offline`, `keep_until_disabled`

    1 mistake in x.yaml
    ");
}

#[test]
fn shares_and_churn() {
    assert_snapshot!(with(r"at_least: 10%, at_most: 30%", r"at_least: 31%, at_most: 30%"), @"
    x.yaml:35:53: error: `at_least` is greater than `at_most`
       |
    35 |       - { name: sales, count: 5, share: { at_least: 31%, at_most: 30% }, traffic: { rate: 6/d } }
       |                                                     ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"at_least: 10%", r"at_least: 21%"), @"
    x.yaml:35:53: error: agents and features of a workspace are promised 105% of its credits
       |
    35 |       - { name: sales, count: 5, share: { at_least: 21%, at_most: 30% }, traffic: { rate: 6/d } }
       |                                                     ^^^
    hint: their `at_least`, times their `count`, sum to at most 100%

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"share: 30%", r"share: { at_least: 51% }"), @"
    x.yaml:38:79: error: agents and features of a workspace are promised 101% of its credits
       |
    38 |       - { name: rewriter, traffic: { rate: 3/d }, cost: 2, share: { at_least: 51% } }
       |                                                                               ^^^
    hint: their `at_least`, times their `count`, sum to at most 100%

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"share: 30%", r"share: 0.3"), @"
    x.yaml:38:67: error: `0.3` is not a share such as `25%`, at most `100%`
       |
    38 |       - { name: rewriter, traffic: { rate: 3/d }, cost: 2, share: 0.3 }
       |                                                                   ^^^
    hint: a share is in percent: `30%`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"share: 30%", r"share: at_least"), @"
    x.yaml:38:67: error: `at_least` is not a share such as `25%`, at most `100%`
       |
    38 |       - { name: rewriter, traffic: { rate: 3/d }, cost: 2, share: at_least }
       |                                                                   ^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"share: 30%", r"share: {}"), @"
    x.yaml:38:67: error: `share` needs `at_least`, `at_most` or both
       |
    38 |       - { name: rewriter, traffic: { rate: 3/d }, cost: 2, share: {} }
       |                                                                   ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"churn: { create: 2/d, delete_after: { exponential: 30d } }", r"churn: {}"), @"
    x.yaml:36:41: error: `churn` needs `create`, `delete_after` or both
       |
    36 |       - { name: night, count: 0, churn: {} }
       |                                         ^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"churn: { create: 2/d, delete_after: { exponential: 30d } }", r"churn: { delete_after: 30d }"), @"
    x.yaml:36:31: error: `count` must be at least 1
       |
    36 |       - { name: night, count: 0, churn: { delete_after: 30d } }
       |                               ^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"name: rewriter", r"name: sales"), @"
    x.yaml:38:17: error: a second line of agents or feature is called `sales`
       |
    38 |       - { name: sales, traffic: { rate: 3/d }, cost: 2, share: 30% }
       |                 ^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"name: rewriter", r"name: rewriter, count: 2"), @"
    x.yaml:38:27: error: unknown key `count` in an item of `features`
       |
    38 |       - { name: rewriter, count: 2, traffic: { rate: 3/d }, cost: 2, share: 30% }
       |                           ^^^^^
    hint: expected here: `name`, `traffic`, `cost`, `retry`, `client_throttling`, `patience`, `share`

    1 mistake in x.yaml
    ");
}
