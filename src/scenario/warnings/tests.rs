//! Each warning, and scenarios without any.

mod effects;

use super::super::{Override, parse};
use super::*;

const CALM: &str = "
limitlab: 1
name: calm
duration: 1d
plans:
  small: { active_agents: 2, total_agents: 10, credits: { included: 300 } }
workspaces:
  - group: shops
    count: 100
    plan: small
    agents: [{ name: sales, count: 2, traffic: { rate: 6/h }, activity: { active: 1h } }]
    fair_use: [{ name: burst, token_bucket: { rate: 1/min, burst: 5 } }]
backend: { servers: 10, service_time: 1s }
thresholds: [credits.consumed > 1]
";

fn warned(set: &[&str]) -> Vec<String> {
    let overrides: Vec<Override> = set.iter().copied().map(Override::set).collect();
    warnings(&parse("x.yaml", CALM, &overrides).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn a_calm_scenario_has_no_warnings() {
    assert_eq!(warned(&[]), Vec::<String>::new());
    assert_eq!(warned(&["plans.small.trial=1d"]), Vec::<String>::new());
    let subscribed = ["plans.small.trial=12h", "timeline=[{ at: 6h, subscribe: small }]"];
    assert_eq!(warned(&subscribed), Vec::<String>::new());
}

#[test]
fn plans_without_a_figure_are_named_where_credits_matter() {
    let two = "{ limitlab: 1, name: x, duration: 1d, plans: { a: {}, b: {} }, workspaces: [
        { group: one, plan: a, agents: [{ name: s, traffic: { rate: 1/h } }] },
        { group: two, plan: b, agents: [{ name: s, traffic: { rate: 1/h } }] },
        { group: free, agents: [{ name: s, traffic: { rate: 1/h } }] }] }";
    let groups = |set: &str| {
        let scenario = parse("x.yaml", two, &[Override::set(set)]).unwrap();
        let warned = warnings(&scenario);
        let named = warned.iter().filter(|text| text.contains("has no `credits`"));
        named.map(|text| text.split('`').nth(5).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(groups("seed=2").is_empty());
    assert_eq!(groups("plans.b.credits.included=9_000"), ["one"]);
    assert_eq!(groups("thresholds=['credits.consumed > 1']"), ["one", "two"]);
    assert_eq!(groups("thresholds=['credits.consumed{group=two} > 1']"), ["two"]);
}

/// That what is set makes each of these warnings.
fn assert_warned(cases: &[(&[&str], &str)]) {
    for &(set, warning) in cases {
        let warned = warned(set);
        assert!(warned.iter().any(|text| text.contains(warning)), "{set:?}: {warned:#?}");
    }
}

#[test]
fn limits_that_never_bind_and_thresholds_that_cannot_fail() {
    assert_warned(&[
        (
            &["workspaces.shops.agents.sales.activity={}", "plans.small.credits.included=200"],
            "the pool of a workspace in `shops` cannot last: 200 credits over 1d, and always active agents would use 288",
        ),
        (
            &["workspaces.shops.fair_use.burst.token_bucket={ rate: 1/s, burst: 50 }"],
            "the limit `burst` of `shops` never binds: a workspace gets 0.333% of its rate, and hardly ever 50 at once",
        ),
        (
            &[
                "backend.queue={}",
                "workspaces.shops.fair_use=[{ name: flight, concurrency: { limit: 2 } }]",
                "workspaces.shops.agents=[{ name: a, traffic: { closed: { users: 2, think: 1m } } }]",
            ],
            "the limit `flight` of `shops` never binds: at most 2 users wait for replies at once",
        ),
        (
            &["thresholds=['refusal.rate{reason=overloaded} < 1%']"],
            "`refusal.rate{reason=overloaded} < 1%` always holds: no backend has a `queue` with a `limit`",
        ),
        (
            &["thresholds=['refusal.rate{group=shops,reason=share_exhausted} > 1%']"],
            "always fails: no agent or feature has a `share` of the pool",
        ),
        (
            &["thresholds=['refusal.rate{reason=active_agent_limit} == 0']"],
            "always holds: no plan has fewer slots than there are agents",
        ),
    ]);
}

#[test]
fn each_warning_has_its_cause() {
    assert_warned(&[
        (&["workspaces.shops.count=10_000"], "the backend cannot keep up if nothing is"),
        (&["backend.scope=workspace", "backend.service_time=1h"], "of a workspace in `shops`"),
        (
            &["plans.small.credits.included=200"],
            "the pool of a workspace in `shops` may not last: 200 credits over 1d, and always active agents would use 288 (about 12 after slots and activity)",
        ),
        (
            &["workspaces.shops.agents.sales.cost={ pareto: { minimum: 1, shape: 1 } }"],
            "has no mean",
        ),
        (
            &["workspaces.shops.agents.sales.count=11"],
            "has 11 agents in each workspace, and its plan holds 10",
        ),
        (
            &["workspaces.shops.fair_use.burst.token_bucket.rate=1/h"],
            "the limit `burst` admits 1/h",
        ),
        (
            &[
                "workspaces.shops.agents.sales.activity.on_refused={ retry_every: 1ms }",
                "workspaces.shops.agents.sales.count=3",
            ],
            "find no slot try again every 1ms",
        ),
        (
            &["plans.bare={ active_agents: 2 }", "workspaces.shops.plan=bare"],
            "the plan `bare` has no `credits`, so none are counted in `shops`: give it a figure, such as `plans.bare.credits.included`",
        ),
        (
            &["plans.small.trial=12h"],
            "the trial `small` ends after 12h in every workspace of `shops` that is on it",
        ),
        (
            &[
                "plans.tiny={ credits: { included: 9 } }",
                "workspaces.shops.plan={ small: 80%, tiny: 20% }",
            ],
            "the pool of a workspace in `shops` on `tiny` cannot last: 9 credits over 1d, and always active agents would use 288 (about 12 after slots and activity)",
        ),
        (
            &["timeline=[{ at: 0s, for: 12h, share: 50%, traffic: 3x }]"],
            "always active agents would use 432",
        ),
        (
            &["enforcement.timeout=2s"],
            "`timeout` of enforcement changes nothing: no entry of the timeline has nobody decide",
        ),
        (&["enforcement.on_unavailable=admit"], "`on_unavailable` of enforcement changes nothing"),
        (
            &[
                "plans.small.credits.renews=never",
                "enforcement.faults.late_renewal={ share: 1%, by: 1s }",
            ],
            "`late_renewal` of enforcement changes nothing: no credits renew before the end",
        ),
        (
            &["enforcement.faults.duplicate_delivery.share=0%"],
            "`duplicate_delivery` of enforcement changes nothing: its share is 0%",
        ),
        (&["workspaces.shops.plan=unlimited"], "no plan of these workspaces counts credits"),
        (&["workspaces.shops.agents=[{ name: idle }]"], "nobody writes to any agent"),
    ]);
}

/// Workspaces that would use 200 credits a day.
fn hungry(credits: &str, group: &str, rest: &str) -> Vec<String> {
    let text = format!(
        "{{ limitlab: 1, name: x, duration: 10d, {rest}
        plans: {{ p: {{ credits: {{ renews: 5d, {credits} }} }} }},
        packages: {{ small: {{ credits: 100 }},
            again: {{ credits: 100, period: 2d, renews: true }} }},
        workspaces: [{{ group: shops, plan: p, {group}
            agents: [{{ name: sales, traffic: {{ rate: 100/d }}, cost: 2 }}] }}] }}"
    );
    warnings(&parse("x.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn what_is_bought_and_overage_make_a_pool_last() {
    let none = "included: 500";
    for (credits, group) in [
        ("included: 1_000", ""),
        ("included: 500, overage: unlimited", ""),
        ("included: 500, overage: { up_to: 100% }", ""),
        ("included: 1_000, overage: { up_to: 10%, at_renewal: deduct }", ""),
        (none, "packages: { name: small, at_start: 10 },"),
        (none, "packages: { name: small, auto_buy: { below: 5%, at_most: 5 per period } },"),
        (none, "packages: { name: small, auto_buy: { below: 5% } },"),
        (none, "packages: { name: again, at_start: 2 },"),
        ("included: 0", "packages: { name: small, auto_buy: { on_refusal: true } },"),
        ("included: 0", "packages: { name: small, at_start: 1, auto_buy: { below: 50 } },"),
    ] {
        assert_eq!(hungry(credits, group, ""), Vec::<String>::new(), "{credits} {group}");
    }
    let twice = "timeline: [{ at: 4d, share: 50%, buy_package: { name: small, count: 20 } }],";
    assert_eq!(hungry(none, "", twice), Vec::<String>::new());
}

#[test]
fn a_pool_that_cannot_last_says_what_was_counted() {
    let told = |credits: &str, group: &str, counted: &str| {
        let expected = format!("the pool of a workspace in `shops` cannot last{counted}");
        let expected = format!("{expected}, and always active agents would use 2_000");
        assert_eq!(hungry(credits, group, ""), [expected], "{credits} {group}");
    };
    told("included: 500", "", ": 1_000 credits over 10d");
    told("included: 0", "packages: { name: small, at_start: 3 },", ": 300 credits over 10d");
    told(
        "included: 500",
        "packages: { name: small, at_start: 1, auto_buy: { below: 5%, at_most: 4 per period } },",
        ": 1_100 credits over 10d, up to 800 more of packages",
    );
    told(
        "included: 500, overage: { up_to: 10% }",
        "",
        ": 1_000 credits over 10d, up to 100 more of overage",
    );
    // What is deducted at the renewal was there before.
    told(
        "included: 500, overage: { up_to: 10%, at_renewal: deduct }",
        "",
        ": 1_000 credits over 10d, up to 50 more of overage",
    );
    told(
        "included: 500",
        "packages: { name: small, by_hand: { after: 1h } },",
        " unless somebody buys: 1_000 credits over 10d",
    );
    // Nothing is ever charged to an empty pool, so no charge leaves too little.
    told(
        "included: 0",
        "packages: { name: small, auto_buy: { below: 50 } },",
        ": 0 credits over 10d",
    );
}

#[test]
fn a_pool_that_may_not_last_says_what_was_counted_too() {
    // 24 h of 24 messages of 2 agents, each active for 2 h: 12 of 288 credits.
    let told = |set: &[&str], expected: &str| {
        let mut all = vec!["packages={ small: { credits: 5 } }"];
        all.extend(set);
        assert_eq!(warned(&all), [format!("the pool of a workspace in `shops` {expected}")]);
    };
    let active = "and always active agents would use 288 (about 12 after slots and activity)";
    told(
        &[
            "plans.small.credits={ included: 10, overage: { up_to: 30% } }",
            "workspaces.shops.packages={ name: small, by_hand: { after: 1h } }",
        ],
        &format!(
            "may not last unless somebody buys: 10 credits over 1d, up to 3 more of overage, \
             {active}"
        ),
    );
    told(
        &[
            "plans.small.credits={ included: 10, overage: { up_to: 10% } }",
            "workspaces.shops.packages={ name: small, by_hand: { after: 1h } }",
        ],
        &format!(
            "cannot last unless somebody buys: 10 credits over 1d, up to 1 more of overage, \
             {active}"
        ),
    );
}

#[test]
fn a_purchase_below_a_share_of_nothing_is_told() {
    let warned = hungry(
        "included: 0",
        "packages: { name: small, at_start: 20, auto_buy: { below: 20% } },",
        "",
    );
    assert_eq!(
        warned,
        ["`auto_buy` never buys in `shops`: 20% of the included credits is nothing where none \
          are included; write an amount, or `on_refusal: true`"]
    );
}
