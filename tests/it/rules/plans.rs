//! R9: the plan of the whole workspace, and what an upgrade does.

use super::{HOURLY, count, lasting, month};
use crate::support::simulate;

#[test]
fn r9_the_plan_applies_to_the_whole_workspace() {
    // Two lines and a feature on one plan: its slots, its limit and its pool are for all of them.
    let plans = "first: { active_agents: 2, credits: { included: 30, renews: never },
        fair_use: [{ name: few, token_bucket: { rate: 1/1000d, burst: 40 } }] }";
    let group = "agents: [{ name: a, traffic: { interarrival: 1h } }, { name: b, count: 2,
        traffic: { interarrival: 1h } }], features: [{ name: f, traffic: { interarrival: 1h } }]";
    let summary = lasting("30d", plans, group, "");
    assert_eq!(count(&summary, "active.max"), 2);
    assert_eq!(count(&summary, "credits.consumed"), 30);
    let plans = plans.replace("included: 30", "included: 300");
    let summary = lasting("30d", &plans, group, "");
    assert_eq!(count(&summary, "credits.consumed"), 40);
}

#[test]
fn r9_an_upgrade_raises_the_limits_of_the_whole_workspace_at_once() {
    let plans = "first: { active_agents: 3, credits: { included: 100, renews: never } },
        pro: { active_agents: 50, credits: { included: 500, renews: never } }";
    let agents = "{ name: talker, traffic: { interarrival: 1h } }, \
                  { name: bot, count: 8, activity: { on_refused: wait_for_slot } }";
    let timeline = "{ at: 2d, set_plan: pro }";
    let summary = month(plans, agents, timeline);
    assert_eq!(count(&summary, "active.max"), 9);
    assert_eq!(summary.value("active.mean"), Some((3.0 * 2.0 + 9.0 * 28.0) / 30.0));
    // The pool grew by the difference, whatever had been drawn.
    assert_eq!(count(&summary, "credits.granted"), 400);
}

#[test]
fn r9_an_enable_at_the_instant_of_the_upgrade_finds_the_new_slots() {
    let plans = "first: { active_agents: 1 }, pro: { active_agents: 50 }";
    let agents = "{ name: a }, { name: b, count: 9, start: draft }";
    let (up, enable) = ("{ at: 15d, set_plan: pro }", "{ at: 15d, enable: b }");
    for timeline in [format!("{up}, {enable}"), format!("{enable}, {up}")] {
        let summary = month(plans, agents, &timeline);
        assert_eq!(count(&summary, "enables.refused"), 0);
        assert_eq!(summary.value("active.mean"), Some(f64::midpoint(1.0, 10.0)));
    }
    let early = "{ at: 15d, set_plan: pro }, { at: 14d23h59m59s999999999ns, enable: b }";
    assert_eq!(count(&month(plans, agents, early), "enables.refused"), 9);
}

#[test]
fn r9_an_upgrade_raises_the_number_of_agents_in_total_at_once() {
    let plans = "first: { total_agents: 5 }, pro: { total_agents: 9 }";
    let create = |at: &str| format!("{{ at: {at}, create: {{ line: a, count: 10 }} }}");
    let timeline = format!("{}, {{ at: 15d, set_plan: pro }}, {}", create("10d"), create("15d"));
    let summary = month(plans, "{ name: a }", &timeline);
    assert_eq!(count(&summary, "agents.max"), 9);
    assert_eq!(count(&summary, "creates.refused"), 6 + 6);
}

#[test]
fn r9_what_was_drawn_in_this_period_counts_after_a_change_of_plan() {
    // 47 messages before 2 d; then the pool is the new amount less those.
    for (included, left) in [(500, 453), (60, 13), (40, 0)] {
        let plans = format!(
            "first: {{ credits: {{ included: 100, renews: never }} }},
             next: {{ credits: {{ included: {included}, renews: never }} }}"
        );
        let timeline = "{ at: 2d, set_plan: next }";
        let summary = month(&plans, HOURLY, timeline);
        assert_eq!(count(&summary, "credits.consumed"), 47 + left, "{included}");
    }
}

#[test]
fn r9_packages_stay_when_the_plan_changes() {
    let text = "limitlab: 1
name: rule
duration: 30d
plans:
  first: { credits: { included: 10, renews: never } }
  next: { credits: { included: 20, renews: never } }
packages: { small: { credits: 100, period: 60d } }
workspaces: [{ group: one, plan: first, packages: { name: small, at_start: 1 },
    agents: [{ name: bot, traffic: { interarrival: 1h } }] }]
timeline: [{ at: 5h, set_plan: next }]
";
    assert_eq!(count(&simulate(text), "credits.consumed"), 120);
}

#[test]
fn r9_limits_of_the_same_name_keep_their_level_and_others_begin_full() {
    // Refilled once in a thousand days, so that what is admitted is what was in the buckets.
    let plan = |name: &str, burst: u32| {
        format!(
            "{{ fair_use: [{{ name: {name}, token_bucket: {{ rate: 1/1000d, burst: {burst} }} }}] }}"
        )
    };
    for (at, first, next, admitted) in [
        // Emptied before the upgrade: the same limit is as empty after it, another one is full.
        ("2d", plan("calm", 5), plan("calm", 20), 5),
        ("2d", plan("calm", 5), plan("other", 20), 25),
        // Full until the downgrade, and cut to what the new plan's bucket holds.
        ("30m", plan("calm", 20), plan("calm", 3), 3),
        ("30m", plan("calm", 3), plan("calm", 20), 3),
        // Two were taken before.
        ("2h30m", plan("calm", 20), plan("calm", 20), 20),
    ] {
        let timeline = format!("{{ at: {at}, set_plan: next }}");
        let summary = month(&format!("first: {first}, next: {next}"), HOURLY, &timeline);
        assert_eq!(count(&summary, "messages.completed"), admitted, "{first} to {next}");
    }
}

#[test]
fn r9_a_change_that_is_undone_brings_the_old_limits_back() {
    let plans = "first: { active_agents: 1 }, pro: { active_agents: 3 }";
    let agents = "{ name: a, count: 3, activity: { on_refused: wait_for_slot } }";
    let summary = month(plans, agents, "{ at: 10d, for: 10d, set_plan: pro }");
    assert_eq!(summary.value("active.mean"), Some((1.0 + 3.0 + 1.0) / 3.0));
}

#[test]
fn r9_a_downgrade_with_twenty_active_agents_takes_offline_whom_the_policy_says() {
    let plans = "first: { active_agents: 50 }, advanced: { active_agents: 3 }";
    let agents = "{ name: old, count: 3 }, { name: new, count: 17 }";
    for (policy, over) in
        [("newest_offline", 0), ("oldest_offline", 0), ("keep_until_disabled", 17)]
    {
        let group = format!("on_downgrade: {policy}, agents: [{agents}]");
        let timeline = "{ at: 15d, set_plan: advanced }, { at: 15d1s, disable: old }";
        let summary = lasting("30d", plans, &group, timeline);
        assert_eq!(count(&summary, "active.over_limit.max"), over, "{policy}");
        // A second later the old ones are disabled: they are those left, unless they went first.
        let left = match policy {
            "newest_offline" => 0.0,
            "oldest_offline" => 3.0,
            _ => 17.0,
        };
        let mean = summary.value("active.mean").unwrap();
        let expected = f64::midpoint(20.0, left);
        assert!((mean - expected).abs() < 1e-4, "{policy}: {mean} instead of {expected}");
    }
}
