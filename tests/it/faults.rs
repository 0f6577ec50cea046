//! Faults of enforcement, worked out by hand.

use limitlab::scenario::{ScenarioError, parse};
use limitlab::summary::Summary;

use crate::support::simulate;

#[track_caller]
fn assert_values(summary: &Summary, expected: &[(&str, f64)]) {
    for &(metric, value) in expected {
        let found = summary.value(metric).unwrap_or(f64::NAN);
        assert!((found - value).abs() <= 1e-9 * value.max(1.0), "{metric}: {found}, not {value}");
    }
}

/// A workspace to which somebody writes every second, until 100 s or what else `rest` says.
fn every_second(plan: &str, enforcement: &str, rest: &str) -> Summary {
    simulate(&format!(
        "\
limitlab: 1
name: every-second
duration: 100s
plans: {{ some: {{ {plan} }} }}
workspaces:
  - {{ group: shops, plan: some, agents: [{{ name: a, traffic: {{ interarrival: 1s }} }}] }}
enforcement: {{ {enforcement} }}
{rest}
"
    ))
}

const ENDLESS: &str = "credits: { included: 1_000, per: workspace, renews: never }";

/// From 20 s until 30 s nobody can decide.
const OUTAGE: &str = "timeline: [{ at: 19500ms, for: 10s, enforcement: { available: false } }]";

#[test]
fn nobody_is_admitted_while_nobody_can_decide() {
    let summary = every_second(ENDLESS, "strategy: atomic", OUTAGE);
    assert_values(
        &summary,
        &[
            ("attempts.offered", 99.0),
            ("attempts.refused", 10.0),
            ("refusal.rate{reason=enforcement_unavailable}", 10.0 / 99.0),
            ("false_refusals", 0.0),
            ("credits.consumed", 89.0),
            ("decision.max", 0.0),
        ],
    );
}

#[test]
fn whoever_waits_long_enough_is_decided_when_enforcement_is_back() {
    // Of those from 20 s to 29 s the last four wait until 29.5 s, and the others for 3.5 s.
    let summary = every_second(ENDLESS, "timeout: 3500ms", OUTAGE);
    assert_values(
        &summary,
        &[
            ("attempts.refused", 6.0),
            ("credits.consumed", 93.0),
            ("decision.max", 3.5),
            ("decision.mean", (6.0 * 3.5 + 0.5 + 1.5 + 2.5 + 3.5) / 99.0),
        ],
    );
}

#[test]
fn who_is_admitted_unchecked_pays_all_the_same() {
    let pool = "credits: { included: 24, per: workspace, renews: never }";
    let summary = every_second(pool, "on_unavailable: admit", OUTAGE);
    // The last of 24 credits is used at 24 s; until 29 s five more are admitted.
    assert_values(
        &summary,
        &[
            ("admissions.unchecked", 10.0),
            ("credits.consumed", 24.0),
            ("credits.oversold.total", 5.0),
            ("attempts.admitted", 29.0),
        ],
    );
    let limit = "fair_use: [{ name: few, scope: workspace, fixed_window: { limit: 25, per: 1h } }]";
    let summary = every_second(limit, "on_unavailable: admit", OUTAGE);
    assert_values(
        &summary,
        &[
            ("admissions.unchecked", 10.0),
            ("limiter.over_admitted", 4.0),
            ("attempts.admitted", 29.0),
            ("false_refusals", 0.0),
        ],
    );
}

#[test]
fn nodes_on_their_own_spend_the_same_credits() {
    let pool = "credits: { included: 40, per: workspace, renews: never }";
    let local = "on_unavailable: local, strategy: { replicated: { nodes: 2, sync_every: 1ms } }";
    // At 9.5 s nine are used; then each of two nodes spends what is left, if it is asked for as much.
    let partition = "timeline: [{ at: 9500ms, enforcement: { available: false } }]";
    let summary = every_second(pool, local, partition);
    assert_values(
        &summary,
        &[
            ("attempts.admitted", 9.0 + 2.0 * 31.0),
            ("credits.oversold.total", 31.0),
            ("credits.consumed", 40.0),
        ],
    );
    let summary = every_second(pool, local, "");
    assert_values(&summary, &[("attempts.admitted", 40.0), ("credits.oversold.total", 0.0)]);
    // Leases are spent, and no new ones are taken.
    let leased = "on_unavailable: local, strategy: { leased: { nodes: 1, lease: 8 } }";
    let summary = every_second(pool, leased, partition);
    assert_values(
        &summary,
        &[("attempts.admitted", 16.0), ("false_refusals", 83.0), ("credits.oversold.total", 0.0)],
    );
    // A meter that nobody can read is believed.
    let metered = "on_unavailable: local, strategy: { metered: { report_every: 1s } }";
    let summary = every_second(pool, metered, partition);
    assert_values(&summary, &[("attempts.admitted", 99.0), ("credits.oversold.total", 59.0)]);
}

#[test]
fn agents_are_enabled_unchecked_too() {
    let enabled = |how: &str| {
        simulate(&format!(
            "\
limitlab: 1
name: enabled
duration: 100s
plans: {{ few: {{ active_agents: 1 }} }}
workspaces: [{{ group: shops, plan: few, agents: [{{ name: a, count: 3, start: draft }}] }}]
timeline:
  - {{ at: 10s, for: 10s, enforcement: {{ available: false }} }}
  - {{ at: 15s, enable: a }}
enforcement: {{ {how} }}
"
        ))
    };
    assert_values(&enabled("strategy: atomic"), &[("active.max", 0.0), ("enables.refused", 3.0)]);
    let admits = [("active.max", 3.0), ("active.over_limit.max", 2.0)];
    assert_values(&enabled("on_unavailable: admit"), &admits);
    let waits = [("active.max", 1.0), ("active.mean", 0.8), ("enables.refused", 2.0)];
    assert_values(&enabled("timeout: 5s"), &waits);
}

#[test]
fn places_that_nobody_gives_back_are_gone_until_somebody_finds_them() {
    let limit = "fair_use: [{ name: few, scope: agent, concurrency: { limit: 3 } }]";
    let lost = |more: &str| format!("faults: {{ lost_release: {{ share: 100%{more} }} }}");
    let served = "backend: { servers: unlimited, service_time: 500ms }";
    // The first three take the places for ever; 96 are refused that would have one.
    let summary = every_second(limit, &lost(""), served);
    assert_values(
        &summary,
        &[
            ("attempts.admitted", 3.0),
            ("releases.lost", 3.0),
            ("false_refusals", 96.0),
            ("limiter.over_admitted", 0.0),
        ],
    );
    // Each place is taken for 0.5 s and 9.5 s more: three every ten seconds are admitted.
    let summary = every_second(limit, &lost(", found_after: 9500ms"), served);
    assert_values(
        &summary,
        &[("attempts.admitted", 30.0), ("releases.lost", 30.0), ("false_refusals", 69.0)],
    );
    let summary = every_second(limit, "strategy: atomic", served);
    assert_values(&summary, &[("attempts.admitted", 99.0), ("false_refusals", 0.0)]);
}

#[test]
fn what_is_held_for_the_lost_is_stranded_until_its_time_is_over() {
    let pool = "credits: { included: 10, per: workspace, renews: never }";
    let lost = |hold: &str, found: &str| {
        format!("charge: {{ hold: {hold} }}, faults: {{ lost_release: {{ share: 100%{found} }} }}")
    };
    let summary = every_second(pool, &lost("{}", ""), "");
    assert_values(
        &summary,
        &[
            ("attempts.admitted", 10.0),
            ("credits.held", 10.0),
            ("credits.held_stranded", 10.0),
            ("credits.unbilled", 10.0),
            ("credits.consumed", 0.0),
            ("holds.expired", 0.0),
        ],
    );
    // Ten are held at any time, each for 20 s.
    let values = [
        ("attempts.admitted", 50.0),
        ("holds.expired", 0.0),
        ("credits.held", 10.0),
        ("credits.held_stranded", 10.0),
    ];
    assert_values(&every_second(pool, &lost("{ ttl: 20s }", ""), ""), &values);
    assert_values(&every_second(pool, &lost("{}", ", found_after: 20s"), ""), &values);
}

#[test]
fn what_is_delivered_twice_is_charged_twice_unless_its_key_is_known() {
    let twice = |more: &str| format!("faults: {{ duplicate_delivery: {{ share: 100%{more} }} }}");
    let summary = every_second(ENDLESS, &twice(", after: 100ms"), "");
    assert_values(
        &summary,
        &[
            ("attempts.offered", 99.0),
            ("attempts.admitted", 99.0),
            ("double_charges", 99.0),
            ("credits.double_charged", 99.0),
            ("credits.consumed", 198.0),
        ],
    );
    let summary = every_second(ENDLESS, &twice(", after: 100ms, idempotent: true"), "");
    assert_values(
        &summary,
        &[("double_charges", 0.0), ("credits.double_charged", 0.0), ("credits.consumed", 99.0)],
    );
    // They count in limits of rates, and hold no place for longer than they are decided.
    let limits = "fair_use: [\
        { name: one, scope: agent, concurrency: { limit: 2 } }, \
        { name: few, scope: workspace, fixed_window: { limit: 21, per: 1h } }]";
    let summary = every_second(limits, &twice(""), "backend: { servers: 1, service_time: 900ms }");
    assert_values(&summary, &[("attempts.admitted", 11.0), ("limiter.over_admitted", 0.0)]);
}

#[test]
fn who_hears_late_of_a_renewal_refuses_what_is_paid_for() {
    let pool = "credits: { included: 5, per: workspace, renews: 30s }";
    let late = |share: &str| format!("faults: {{ late_renewal: {{ share: {share}, by: 10s }} }}");
    // Renewals are at 30 s, 60 s and 90 s, and those of these instants are refused too.
    let summary = every_second(pool, &late("100%"), "");
    assert_values(
        &summary,
        &[("attempts.admitted", 5.0 * 3.0), ("false_refusals", 30.0), ("credits.consumed", 15.0)],
    );
    let summary = every_second(pool, &late("0%"), "");
    assert_values(&summary, &[("attempts.admitted", 20.0), ("false_refusals", 0.0)]);
}

#[test]
fn limits_keep_what_a_message_took_that_another_limit_refuses() {
    let limits = "fair_use: [\
        { name: agents, scope: agent, fixed_window: { limit: 10, per: 1h } }, \
        { name: all, scope: workspace, fixed_window: { limit: 5, per: 1m } }]";
    let summary = every_second(limits, "on_refusal: keep", "");
    // Ten pass the limit of the agent, five of them in vain; it refuses the 89 others, wrongly.
    assert_values(
        &summary,
        &[
            ("attempts.admitted", 5.0),
            ("refusal.rate{limiter=agents}", 89.0 / 99.0),
            ("refusal.rate{limiter=all}", 5.0 / 99.0),
            ("false_refusals", 89.0),
        ],
    );
    let summary = every_second(limits, "on_refusal: restore", "");
    assert_values(&summary, &[("attempts.admitted", 10.0), ("false_refusals", 0.0)]);
    // Credits refuse what a limit passed.
    let pool = "credits: { included: 4, per: workspace, renews: 50s }, \
        fair_use: [{ name: agents, scope: agent, fixed_window: { limit: 10, per: 1h } }]";
    let summary = every_second(pool, "on_refusal: keep", "");
    assert_values(&summary, &[("attempts.admitted", 4.0)]);
    let summary = every_second(pool, "on_refusal: restore", "");
    assert_values(&summary, &[("attempts.admitted", 8.0)]);
}

#[test]
fn a_clock_that_is_off_moves_the_edges_of_windows() {
    let limit = "fair_use: [{ name: few, scope: workspace, fixed_window: { limit: 3, per: 10s } }]";
    let skewed = |up_to: &str| {
        format!(
            "strategy: {{ leased: {{ nodes: 4, lease: 1 }} }}, \
             faults: {{ clock_skew: {{ up_to: {up_to} }} }}"
        )
    };
    // Nothing comes at the instants of edges that a nanosecond would move.
    let right = every_second(limit, &skewed("1ns"), "");
    let edge = right.value("attempts.admitted").unwrap_or(0.0);
    assert!((edge - 30.0).abs() <= 3.0, "{edge}");
    let off = every_second(limit, &skewed("4s"), "");
    let wrong = off.value("false_refusals").unwrap_or(0.0);
    assert!(wrong >= 9.0, "{wrong}");
}

#[test]
fn who_waited_for_enforcement_goes_before_who_asks_when_it_is_back() {
    // At 29.5 s the two that wait come first, and those of 30 s on find nothing.
    let pool = "credits: { included: 21, per: workspace, renews: never }";
    let summary = every_second(pool, "timeout: 1500ms", OUTAGE);
    // Those of 28 s and 29 s wait until 29.5 s, those before them for nothing.
    assert_values(&summary, &[("attempts.admitted", 21.0), ("decision.max", 1.5)]);
    let outage = "timeline: [{ at: 19500ms, for: 10500ms, enforcement: { available: false } }]";
    let pool = "credits: { included: 20, per: workspace, renews: never }";
    let summary = every_second(pool, "timeout: 1s", outage);
    // At 30 s the credit is that of 29 s, which has waited for a second, and not that of 30 s.
    assert_values(&summary, &[("attempts.admitted", 20.0), ("latency.max", 1.0)]);
}

#[test]
fn agents_that_wait_for_a_slot_try_again_when_enforcement_is_back() {
    let summary = simulate(
        "\
limitlab: 1
name: waiting
duration: 60s
plans: { few: { active_agents: 1 } }
workspaces:
  - group: shops
    plan: few
    agents: [{ name: a, start: offline, activity: { offline: 2s, on_refused: wait_for_slot } }]
timeline: [{ at: 1s, for: 3s, enforcement: { available: false } }]
",
    );
    // It asks at 2 s, and is active from 4 s on.
    assert_values(&summary, &[("active.mean", 56.0 / 60.0), ("enables.waiting", 0.0)]);
}

#[test]
fn a_node_that_is_late_knows_of_packages() {
    let summary = simulate(
        "\
limitlab: 1
name: late
duration: 10s
plans: { some: { credits: { included: 2, per: workspace, renews: 5s } } }
packages: { more: { credits: 3 } }
workspaces:
  - { group: shops, plan: some, agents: [{ name: a, traffic: { interarrival: 1s } }] }
timeline: [{ at: 5500ms, buy_package: more }]
enforcement: { faults: { late_renewal: { share: 100%, by: 10s } } }
",
    );
    // Two in the first period; then three of the package, which a node knows that is late.
    assert_values(&summary, &[("attempts.admitted", 5.0), ("false_refusals", 2.0)]);
}

/// What is wrong with an enforcement of messages with a queue.
fn mistake(enforcement: &str) -> String {
    let text = format!(
        "\
limitlab: 1
name: wrong
duration: 1h
plans: {{ some: {{ fair_use: [{{ name: few, scope: agent, concurrency: {{ limit: 1, queue: 1 }} }}] }} }}
workspaces:
  - {{ group: shops, plan: some, agents: [{{ name: a, traffic: {{ interarrival: 1s }} }}] }}
enforcement: {{ {enforcement} }}
"
    );
    match parse("x.yaml", &text, &[]) {
        Err(ScenarioError::Faults(faults)) => faults.list()[0].message.clone(),
        other => panic!("{enforcement}: {other:?}"),
    }
}

#[test]
fn what_makes_no_sense_together_is_said() {
    for (enforcement, message) in [
        (
            "faults: { lost_release: { share: 1% } }",
            "messages would wait for ever in the queue of `few`, for places that nobody gives back",
        ),
        (
            "on_refusal: keep",
            "`on_refusal: keep` is not possible with a limit of attempts in flight with a `queue`, as `few`",
        ),
        (
            "strategy: { leased: { nodes: 2, lease: 5 } }, faults: { clock_skew: { up_to: 1s } }",
            "`clock_skew` is not possible with a limit of attempts in flight with a `queue`, as `few`",
        ),
        (
            "faults: { clock_skew: { up_to: 1s } }",
            "`atomic` has no nodes whose clocks could differ",
        ),
        ("on_unavailable: local", "`atomic` knows nothing by which a node could decide alone"),
        (
            "faults: { node_restart: { every: 1h } }",
            "`atomic` keeps nothing on its nodes that a restart could forget",
        ),
        (
            "strategy: { metered: { report_every: 1m } }, faults: { node_restart: { every: 1ms } }",
            "`every` must be at least 1s",
        ),
        ("charge: { hold: { ttl: 0s } }", "`ttl` must be above 0s"),
        ("timeout: 2h", "`timeout` must be at most 1h"),
    ] {
        assert_eq!(mistake(enforcement), message);
    }
}
