//! What must hold of agents, credits and money in every scenario, whatever it makes happen. The
//! engine's own assertions, such as that each pool conserves grant by grant, are on here.

use limitlab::summary::Summary;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::support::outcome_on;

const CARRY_OVER: &[&str] = &["none", "all", "{ up_to: 70 }"];
const OVERAGE: &[&str] =
    &["refuse", "unlimited", "{ up_to: 20% }", "{ up_to: 10%, at_renewal: deduct }"];
const ANCHOR: &[&str] = &["subscription", "purchase", "2026-05-30"];
const BUYING: &[&str] = &[
    "{ name: small, at_start: 2 }",
    "{ name: small, auto_buy: { below: 10%, at_most: 3 per period } }",
    "{ name: month, auto_buy: { below: 5, on_refusal: true } }",
    "{ name: tied, auto_buy: { on_refusal: true, at_most: 1 per period } }",
    "{ name: tied, at_start: 1, by_hand: { after: { exponential: 3m }, at_most: 2 per period } }",
];
const HABITS: &[&str] = &["give_up", "wait_for_slot", "{ retry_every: 4m }"];
const DOWNGRADE: &[&str] = &["newest_offline", "oldest_offline", "keep_until_disabled"];
/// What may happen, many at the same instants.
const TIMELINE: &[&str] = &[
    "{ at: 10m, share: 50%, set_plan: large }",
    "{ at: 20m, for: 15m, set_plan: small }",
    "{ at: 30m, set_plan: small }",
    "{ at: 30m, share: 40%, subscribe: large }",
    "{ at: 30m, buy_package: tied }",
    "{ at: 40m, subscribe: trying }",
    "{ at: 15m, share: 70%, buy_package: { name: month, count: 2 } }",
    "{ at: 20m, enable: bot }",
    "{ at: 20m, for: 10m, disable: { line: bot, count: 2 } }",
    "{ at: 30m, for: 5m, enable: { line: bot, count: 1 } }",
    "{ at: 25m, create: { line: bot, count: 3 } }",
    "{ at: 35m, delete: { line: bot, count: 2 } }",
    "{ at: 12m, for: 20m, traffic: 3x }",
    "{ at: 18m, traffic: 0x, for: 7m }",
];

#[derive(Debug, Clone)]
struct Knobs {
    seed: u32,
    start: &'static str,
    credits: (&'static str, &'static str, &'static str),
    billing_anchor: &'static str,
    buying: Option<&'static str>,
    habit: &'static str,
    downgrade: &'static str,
    churn: bool,
    shares: bool,
    timeline: Vec<&'static str>,
    backend: bool,
    warm_up: u32,
}

fn knobs() -> impl Strategy<Value = Knobs> {
    (
        (any::<u32>(), select(&["small", "large", "trying", "{ small: 60%, trying: 40% }"][..])),
        (select(CARRY_OVER), select(OVERAGE), select(ANCHOR)),
        (
            select(&["staggered", "same_instant"][..]),
            prop::option::of(select(BUYING)),
            select(HABITS),
            select(DOWNGRADE),
        ),
        (any::<bool>(), any::<bool>(), any::<bool>(), 0..25_u32),
        subsequence(TIMELINE, 0..=6),
    )
        .prop_map(|(who, credits, how, (churn, shares, backend, warm_up), timeline)| Knobs {
            seed: who.0,
            start: who.1,
            credits,
            billing_anchor: how.0,
            buying: how.1,
            habit: how.2,
            downgrade: how.3,
            churn,
            shares,
            timeline,
            backend,
            warm_up,
        })
}

impl Knobs {
    fn yaml(&self) -> String {
        let (carry_over, overage, anchor) = self.credits;
        let price = if overage == "refuse" { "" } else { ", overage_price: 0.25" };
        let buying = self.buying.map_or(String::new(), |it| format!("packages: {it}, "));
        let churn = if self.churn {
            "churn: { create: 9/h, delete_after: { exponential: 25m } }, "
        } else {
            ""
        };
        let (cap, kept) = if self.shares {
            ("share: 60%, ", "share: { at_least: 10%, at_most: 40% }, ")
        } else {
            ("", "")
        };
        let backend = if self.backend {
            "backend: { scope: platform, servers: 2, service_time: { exponential: 20s }, \
             queue: { limit: 3 }, network_delay: 2s }"
        } else {
            ""
        };
        let timeline = self.timeline.join(",\n  ");
        format!(
            "
limitlab: 1
name: metering
seed: {}
start: 2026-01-31T12:00:00Z
duration: 1h
warm_up: {}m
plans:
  small:
    active_agents: 2
    total_agents: 8
    price: {{ per: seat, amount: 10.00, every: monthly }}
    credits: {{ included: 30, per: seat, renews: 13m, carry_over: {carry_over}, anchor: {anchor},
      overage: {overage}{price} }}
    fair_use: [{{ name: burst, token_bucket: {{ rate: 2/m, burst: 3 }} }}]
  large:
    active_agents: 4
    total_agents: 9
    price: {{ amount: 30.00, every: 7m }}
    credits: {{ included: 60, renews: monthly }}
    fair_use: [{{ name: burst, token_bucket: {{ rate: 4/m, burst: 9 }} }}]
  trying: {{ active_agents: 3, trial: 22m, credits: {{ included: 50, renews: never }} }}
packages:
  small: {{ credits: 9, period: 6m, price: 1.50 }}
  month: {{ credits: 7, period: 11m, renews: true, price: 0.75, priority: 2 }}
  tied: {{ credits: 12, period: plan, renews: true, price: 2.00 }}
workspaces:
  - {{ group: g, count: 6, plan: {}, seats: {{ uniform: {{ min: 1, max: 3 }} }},
      billing_anchor: {}, on_downgrade: {}, alerts: [50%, 100%], {buying}
      agents: [{{ name: bot, count: 5, {cap}{churn}cost: {{ uniform: {{ min: 0.5, max: 2.5 }} }},
        activity: {{ active: {{ exponential: 9m }}, offline: {{ exponential: 5m }},
          on_refused: {} }}, traffic: {{ rate: 40/h }} }}],
      features: [{{ name: rewriter, {kept}traffic: {{ rate: 30/h }} }}] }}
timeline: [{timeline}]
{backend}
",
            self.seed, self.warm_up, self.start, self.billing_anchor, self.downgrade, self.habit,
        )
    }

    /// Whether packages can be bought, and so are in the books.
    fn packages(&self) -> bool {
        self.buying.is_some() || self.timeline.iter().any(|it| it.contains("buy_package"))
    }
}

/// The value of a metric, in thousandths.
fn thousandths(summary: &Summary, metric: &str) -> i64 {
    let value = summary.value(metric).unwrap_or_else(|| panic!("no {metric}"));
    (value * 1_000.0).round() as i64
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None,
        ..ProptestConfig::default() })]

    #[test]
    fn credits_conserve_and_limits_hold_whatever_happens(knobs in knobs()) {
        let yaml = knobs.yaml();
        let outcome = outcome_on(&yaml, 1);
        let summary = &outcome.summary;
        let value = |metric: &str| thousandths(summary, metric);
        let purchased = if knobs.packages() { value("credits.purchased") } else { 0 };
        prop_assert_eq!(
            value("credits.opening") + value("credits.granted") + purchased,
            value("credits.consumed") + value("credits.expired") + value("credits.closing"),
            "the books do not balance\n{}", yaml
        );
        prop_assert!(value("credits.closing") >= 0 && value("credits.oversold.max") == 0);
        prop_assert_eq!(
            value("attempts.offered"),
            value("attempts.admitted") + value("attempts.refused")
        );
        prop_assert_eq!(
            value("enables.tried"),
            value("enables.admitted") + value("enables.refused")
        );
        prop_assert!(value("active.max") <= 5_000 && value("agents.max") <= 500_000);
        if knobs.downgrade != "keep_until_disabled" {
            prop_assert_eq!(value("active.over_limit.max"), 0, "{}", yaml);
        }
        let parts = ["earned.plans", "earned.packages", "earned.overage"];
        let parts: f64 = parts.iter().filter_map(|metric| summary.value(metric)).sum();
        let total = summary.value("earned.total").unwrap_or(0.0);
        prop_assert!((parts - total).abs() < 1e-6 * total.max(1.0));
        if !knobs.backend {
            let threads = outcome_on(&yaml, 3);
            prop_assert_eq!(threads.summary.to_json(), summary.to_json());
        }
    }
}
