//! Scenario files of plans, credits, packages and the timeline that nobody should write: each
//! mistake is told where it stands, and what is legal runs, however extreme.

use insta::assert_snapshot;
use limitlab::scenario::{ScenarioError, describe, parse, warnings};
use proptest::prelude::*;
use proptest::sample::select;

use crate::metering_faults::{METERED, mistakes, with};
use crate::support::simulate;

/// Pieces of the metered scenario, and what is wrong in their place.
const WRONG: &[(&str, &[&str])] = &[
    (
        "trial: 14d",
        &[
            "trial: -1d",
            "trial: 14",
            "trial: 14 days",
            "trial: forever",
            "trial: [14d]",
            "trial: 1e3d",
            "trial: {}",
            "trial: 400_000d",
            "trail: 14d",
            "active_agents: -1",
            "active_agents: 1.5",
            "active_agents: 4_294_967_296",
            "total_agents: 0",
            "total_agents: 100_001",
            "total_agents: unlimited",
        ],
    ),
    (
        "included: 1_250",
        &[
            "included: -1",
            "included: 1_000_000_000_001",
            "included: 0.0001",
            "included: unlimited",
            "included: 1e9",
            "included: 1_000 credits",
            "included: {}",
            "include: 1_250",
        ],
    ),
    (
        "renews: monthly",
        &["renews: 0s", "renews: 1ns", "renews: weekly", "renews: 30", "renew: monthly"],
    ),
    ("priority: 2", &["priority: 0", "priority: 99999999999", "priority: high"]),
    ("overage_price: 0.002", &["overage_price: -1", "overage_price: 0.0000001"]),
    ("amount: 25.00", &["amount: -25", "amount: 1_000_000_000_000_000", "amount: free"]),
    ("credits: 5_000, period", &["credits: -50, period", "credits: lots, period"]),
    ("renews: true, price", &["renews: yes, price", "renews: 1, price"]),
    ("price: 10.00", &["price: ten", "prise: 10.00"]),
    ("at_start: 1", &["at_start: -1", "at_start: 10_001", "at_start: one"]),
    ("below: 5%", &["below: 0%", "below: 0", "below: -1", "below: 101%"]),
    (
        "at_most: 3 per period",
        &["at_most: 0 per period", "at_most: 3 per month", "at_most: 3", "at_most: 3 per"],
    ),
    (
        "alerts: [80%, 95%]",
        &[
            "alerts: [0%]",
            "alerts: [80%, 80%]",
            "alerts: [101%]",
            "alerts: 80%",
            "alerts: [80]",
            "alerts: [[80%]]",
            "alert: [80%]",
        ],
    ),
    (
        "plan: { advanced: 80%, pro: 20% }",
        &[
            "plan: {}",
            "plan: []",
            "plan: { advanced: 80%, pro: 30% }",
            "plan: { advanced: 80% }",
            "plan: { advanced: 80, pro: 20 }",
            "plan: { advanced: 80%, advanced: 20% }",
            "plan: { advanced: 80%, pr: 20% }",
            "plan: advance",
        ],
    ),
    ("count: 1_000", &["count: 0", "count: 1.5", "count: 100_000_001", "seats: 0", "seats: -2"]),
    ("create: 2/d,", &["create: 0/d,", "create: 2,", "create: 1/ns,", "creates: 2/d,"]),
    (
        "{ at_least: 10%, at_most: 30% }",
        &["{ at_least: 21% }", "{ at_least: 40%, at_most: 30% }", "{}", "20", "101%"],
    ),
    (
        "at: 1d, enable: sales",
        &[
            "at: 60d, enable: sales",
            "at: -1d, enable: sales",
            "at: 1d, for: 0s, enable: sales",
            "at: 1d, enable: seles",
            "at: 1d, enable: rewriter",
            "at: 1d, share: 101%, enable: sales",
            "at: 1d, enable: { line: sales, count: 0 }",
            "at: 1d, enable: []",
            "at: 1d, wake: sales",
            "at: 1d, create: { line: sales, count: 100_001 }",
            "at: 1d, for: 1d, delete: sales",
            "at: 1d, for: 1d, subscribe: pro",
            "at: 1d, set_plan: prro",
            "at: 1d, traffic: 4",
            "at: 1d, traffic: 1_000_001x",
            "at: 1d, buy_package: tiny",
            "at: 1d",
            "enable: sales",
            "at: 1d, buy_package: { name: small, count: 10_001 }",
            "at: 1d, group: shop, set_plan: pro",
        ],
    ),
];

#[test]
fn each_mistake_is_told_in_the_line_in_which_it_stands() {
    let mut tried = 0;
    for (piece, wrong) in WRONG {
        let line = METERED.lines().position(|line| line.contains(piece)).expect(piece) + 1;
        for replacement in *wrong {
            let text = METERED.replacen(piece, replacement, 1);
            let Err(ScenarioError::Faults(faults)) = parse("x.yaml", &text, &[]) else {
                panic!("`{replacement}` was taken");
            };
            assert!(
                faults.list().iter().any(|fault| fault.place.line == line),
                "{replacement}: {faults}"
            );
            tried += 1;
        }
    }
    assert!(tried > 90, "{tried}");
}

#[test]
fn what_would_be_gone_through_for_ever_is_bounded() {
    assert_snapshot!(with(r"create: 2/d", r"create: 17_000/d"), @"
    x.yaml:36:51: error: churn may create 1_000_000 agents in the duration, and 17000/d are more
       |
    36 |       - { name: night, count: 0, churn: { create: 17_000/d, delete_after: { exponential: 30d } } }
       |                                                   ^^^^^^^^

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"enable: sales", r"create: { line: sales, count: 100_001 }"), @"
    x.yaml:45:61: error: `count` must be at most 100_000
       |
    45 |   - { name: stampede, at: 1d, create: { line: sales, count: 100_001 } }
       |                                                             ^^^^^^^

    1 mistake in x.yaml
    ");
}

#[test]
fn a_number_beyond_what_is_kept_is_told_its_bounds() {
    assert_snapshot!(with(r"included: 1_250", r"included: 1_000_000_000_001"), @"
    x.yaml:10:17: error: `1_000_000_000_001` is not an amount such as `1_250` or `0.125`
       |
    10 |       included: 1_000_000_000_001
       |                 ^^^^^^^^^^^^^^^^^
    hint: it has at most three decimals, and is at most `1_000_000_000_000`

    1 mistake in x.yaml
    ");
    assert_snapshot!(with(r"amount: 25.00", r"amount: 0.0000001"), @"
    x.yaml:8:33: error: `0.0000001` is not a price such as `25.00` or `0.0015`
      |
    8 |     price: { per: seat, amount: 0.0000001, every: monthly }
      |                                 ^^^^^^^^^
    hint: it has at most six decimals, and is at most `1_000_000_000_000`

    1 mistake in x.yaml
    ");
}

#[test]
fn a_faulty_duration_is_the_only_mistake_of_a_file_with_a_timeline() {
    assert_snapshot!(with(r"duration: 60d", r"duration: 0s"), @"
    x.yaml:3:11: error: `duration` must be above 0s
      |
    3 | duration: 0s
      |           ^^

    1 mistake in x.yaml
    ");
}

#[test]
fn labels_that_are_not_closed() {
    let text = format!("{METERED}thresholds: ['alerts.time{{level=80% < 30d']");
    assert_snapshot!(mistakes(&text), @"
    x.yaml:49:26: error: the labels are not closed with a `}`
       |
    49 | thresholds: ['alerts.time{level=80% < 30d']
       |                          ^^^^^^^^^^^^^^^^
    hint: write `{group=shops}`

    1 mistake in x.yaml
    ");
}

/// What may happen at the same few instants.
const EVENTS: &[&str] = &[
    "set_plan: small",
    "for: 2h, set_plan: small",
    "for: 1ns, set_plan: unlimited",
    "set_plan: trying",
    "subscribe: great",
    "share: 50%, subscribe: small",
    "buy_package: { name: pack, count: 3 }",
    "enable: bot",
    "for: 2h, enable: { line: bot, count: 1 }",
    "disable: bot",
    "for: 3h, disable: bot",
    "create: { line: bot, count: 9 }",
    "delete: { line: bot, count: 2 }",
    "share: 0%, delete: bot",
    "for: 1h, traffic: 20x",
    "for: 4h, traffic: 0x",
];

/// What a scenario says at each place, the least and the greatest among it.
const PLACES: &[(&str, &[&str])] = &[
    ("SEED", &["0", "1", "2", "18_446_744_073_709_551_615"]),
    ("ACTIVE", &["0", "1", "4_294_967_295", "unlimited"]),
    ("TOTAL", &["1", "3", "100_000"]),
    ("TRIAL", &["1ns", "2h", "3h", "106_000d"]),
    ("INCLUDED", &["0", "0.001", "7", "1_000_000_000_000"]),
    ("PER", &["seat", "workspace"]),
    ("RENEWS", &["1h", "3h", "monthly", "never", "106_000d"]),
    ("CARRY", &["none", "all", "{ up_to: 1_000_000_000_000 }"]),
    (
        "OVERAGE",
        &[
            "refuse",
            "unlimited, overage_price: 1_000_000_000_000",
            "{ up_to: 100% }",
            "{ up_to: 100%, at_renewal: deduct }",
            "{ up_to: 0% }",
        ],
    ),
    ("BRINGS", &["0.001", "1_000_000_000_000"]),
    ("PERIOD", &["plan", "1h", "106_580d"]),
    ("AGAIN", &["true", "false"]),
    (
        "BUYING",
        &[
            "at_start: 100",
            "auto_buy: { below: 100%, at_most: 4_294_967_295 per period }",
            "auto_buy: { below: 1_000_000_000_000, on_refusal: true, at_most: 20 per period }",
            "by_hand: { after: 0s }",
        ],
    ),
    ("SEATS", &["1", "1_000_000"]),
    ("ANCHOR", &["staggered", "same_instant"]),
    ("COST", &["0", "0.001", "1_000_000_000_000"]),
    (
        "CHURN",
        &[
            "{ create: 3/h, delete_after: 0s }",
            "{ create: 20/h }",
            "{ create: 9/h, delete_after: { pareto: { minimum: 1ns, shape: 0.01 } } }",
        ],
    ),
    ("SHARE", &["0%", "100%", "{ at_least: 0.0000001%, at_most: 100% }"]),
    ("REFUSED", &["give_up", "wait_for_slot", "{ retry_every: 1h }"]),
    ("DELAY", &["0s", "90m"]),
];

const EXTREME: &str = "limitlab: 1
name: hostile
seed: SEED
start: 2026-01-31T23:59:59.999999999Z
duration: 5h
plans:
  great:
    active_agents: ACTIVE
    total_agents: TOTAL
    price: { amount: 1_000_000_000_000, per: seat, every: 1h }
    credits:
      { included: INCLUDED, per: PER, renews: RENEWS, carry_over: CARRY, overage: OVERAGE }
  small: { active_agents: 1, total_agents: 2, credits: { included: 3, renews: 1h } }
  trying: { trial: TRIAL, credits: { included: 1_000_000_000_000, per: seat } }
packages:
  pack: { credits: BRINGS, period: PERIOD, renews: AGAIN, price: 1_000_000_000_000 }
workspaces:
  - group: g
    count: 2
    plan: { great: 60%, trying: 40% }
    seats: SEATS
    billing_anchor: ANCHOR
    alerts: [0.0000001%, 100%]
    packages: { name: pack, BUYING }
    agents:
      - name: bot
        count: 3
        cost: COST
        churn: CHURN
        share: SHARE
        activity: { active: 1h, offline: 1h, on_refused: REFUSED }
        traffic: { rate: 3/h }
    features: [{ name: rewriter, traffic: { rate: 2/h } }]
timeline: [EVENTS]
backend:
  { scope: workspace, servers: 1, service_time: 10m, queue: { limit: 0 }, network_delay: DELAY }
";

fn extreme() -> impl Strategy<Value = String> {
    let places: Vec<_> = PLACES.iter().map(|(_, values)| select(*values)).collect();
    let at = select(&["0s", "1h", "3h", "4h"][..]);
    let events = prop::collection::vec((at, select(EVENTS)), 0..8);
    (places, events).prop_map(|(values, events)| {
        let events: Vec<String> =
            events.into_iter().map(|(at, event)| format!("{{ at: {at}, {event} }}")).collect();
        let mut yaml = EXTREME.replacen("EVENTS", &events.join(", "), 1);
        for ((place, _), value) in PLACES.iter().zip(values) {
            yaml = yaml.replacen(&format!(": {place}"), &format!(": {value}"), 1);
            yaml = yaml.replacen(&format!(", {place}"), &format!(", {value}"), 1);
        }
        yaml
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64,
        ..ProptestConfig::default() })]

    #[test]
    fn the_greatest_and_least_numbers_of_metering_run(yaml in extreme()) {
        let scenario = parse("x.yaml", &yaml, &[]);
        let scenario = scenario.map_err(|it| TestCaseError::fail(format!("{it}\n{yaml}")))?;
        prop_assert!(!describe(&scenario).is_empty() && warnings(&scenario).len() < 100);
        let summary = simulate(&yaml);
        for (name, metric) in &summary.groups["all"].metrics {
            prop_assert!(metric.value.is_none_or(f64::is_finite), "{} in {}", name, yaml);
        }
        let sum = |names: &[&str]| -> f64 {
            names.iter().map(|name| summary.value(name).unwrap_or(0.0)).sum()
        };
        let came = sum(&["credits.opening", "credits.granted", "credits.purchased"]);
        let went = sum(&["credits.consumed", "credits.expired", "credits.closing"]);
        let near = (came - went).abs() <= 1e-6 * came.abs().max(1.0);
        prop_assert!(near, "{} {}\n{}", came, went, yaml);
    }
}
