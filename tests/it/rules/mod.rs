//! The rules of the product, each in a scenario of its own, by its number in docs/reference.md.

use limitlab::summary::{CauseSummary, Summary};

use crate::support::simulate;

/// One workspace for a day, on a plan with these keys, with these agents.
fn workspace(plan: &str, agents: &str) -> Summary {
    simulate(&format!(
        "limitlab: 1
name: rule
duration: 1d
plans: {{ tested: {{ {plan} }} }}
workspaces: [{{ group: one, plan: tested, agents: [{agents}] }}]
"
    ))
}

#[track_caller]
fn count(summary: &Summary, metric: &str) -> u64 {
    summary.value(metric).unwrap_or_else(|| panic!("{metric} is not there")).round() as u64
}

#[track_caller]
fn cause<'a>(summary: &'a Summary, reason: &str) -> &'a CauseSummary {
    let causes = &summary.groups["all"].refusals;
    causes.iter().find(|cause| cause.reason == reason).unwrap_or_else(|| panic!("no {reason}"))
}

#[test]
fn r1_a_workspace_holds_500_agents_whatever_their_state_and_one_more_is_refused() {
    let agents = "{ name: a, count: 200, start: active }, { name: o, count: 200, start: offline }, \
                  { name: d, count: 102, start: draft }";
    let summary = workspace("active_agents: unlimited", agents);
    assert_eq!(count(&summary, "creates.tried"), 502);
    assert_eq!(count(&summary, "creates.refused"), 2);
    assert_eq!(count(&summary, "agents.max"), 500);
    assert_eq!(cause(&summary, "workspace_agent_limit").refused, 2);
}

#[test]
fn r2_a_plan_limits_the_agents_that_are_active_at_once() {
    for (limit, active) in [("1", 1), ("3", 3), ("50", 8), ("unlimited", 8)] {
        let summary = workspace(&format!("active_agents: {limit}"), "{ name: a, count: 8 }");
        assert_eq!(count(&summary, "active.max"), active, "{limit}");
        assert_eq!(count(&summary, "enables.refused"), 8 - active, "{limit}");
    }
}

#[test]
fn r3_drafts_and_offline_agents_take_no_slot() {
    let agents = "{ name: d, count: 5, start: draft }, { name: o, count: 5, start: offline }, \
                  { name: a, count: 3 }";
    let summary = workspace("active_agents: 3", agents);
    assert_eq!(count(&summary, "enables.refused"), 0);
    assert_eq!(count(&summary, "active.mean"), 3);
    assert_eq!(count(&summary, "agents.draft.mean"), 5);
    assert_eq!(count(&summary, "agents.offline.mean"), 5);
}

#[test]
fn r4_an_enable_too_many_is_refused_the_agent_stays_as_it_was_and_an_upgrade_is_offered() {
    // The draft is tried after an hour and finds no slot: it stays a draft.
    let agents = "{ name: a }, { name: d, start: draft, activity: { draft: 1h } }";
    let summary = workspace("active_agents: 1", agents);
    assert_eq!(count(&summary, "enables.refused"), 1);
    assert_eq!(count(&summary, "agents.draft.mean"), 1);
    assert_eq!(count(&summary, "agents.offline.mean"), 0);
    let refusal = cause(&summary, "active_agent_limit");
    assert!(refusal.sentence.contains("limit of active agents has been reached"));
    assert_eq!(refusal.options, ["upgrade_plan", "disable_an_agent"]);
    assert_eq!(refusal.first_p50_s.map(|seconds| seconds.round() as u64), Some(3_600));
}

#[test]
fn r5_a_disabled_agent_frees_its_slot_at_once() {
    // Both change at the same instant; in either order of writing the disable goes first.
    let old = "{ name: old, activity: { active: 6h } }";
    let new = "{ name: new, start: offline, activity: { offline: 6h } }";
    for agents in [format!("{old}, {new}"), format!("{new}, {old}")] {
        let summary = workspace("active_agents: 1", &agents);
        assert_eq!(count(&summary, "enables.tried"), 2);
        assert_eq!(count(&summary, "enables.refused"), 0);
        assert!(summary.value("active.full_time_share").is_some_and(|share| share >= 1.0));
    }
}

#[test]
fn r6_all_agents_draw_on_one_pool() {
    let agents = "{ name: a, count: 2, traffic: { rate: 60/h } }, \
                  { name: b, traffic: { rate: 600/h }, cost: 3 }";
    let summary = workspace("credits: { included: 1_000, renews: never }", agents);
    // One pool for both lines: it is used up to what no message can take any more.
    assert_eq!(count(&summary, "credits.opening"), 1_000);
    assert!(count(&summary, "credits.consumed") >= 998);
    assert!(count(&summary, "messages.lost") > 10_000);
    assert_eq!(count(&summary, "credits.oversold.max"), 0);
}

#[test]
fn r7_a_fair_use_limit_is_an_error_that_offers_a_package_or_support() {
    let yaml = "limitlab: 1
name: rule
duration: 1d
workspaces:
  - group: one
    agents: [{ name: a, traffic: { rate: 60/h } }]
    fair_use: [{ name: calm, token_bucket: { rate: 30/h, burst: 5 } }]
";
    let summary = simulate(yaml);
    let refusal = cause(&summary, "rate_limited");
    assert_eq!(refusal.limiter.as_deref(), Some("calm"));
    assert!(refusal.refused > 500);
    assert_eq!(refusal.options, ["wait", "buy_package", "contact_support"]);
    assert_eq!(refusal.refused, count(&summary, "attempts.refused"));
}

/// One agent with a message each hour, for 30 days, on the plans and with the timeline of a test.
fn month(plans: &str, agents: &str, timeline: &str) -> Summary {
    simulate(&format!(
        "limitlab: 1
name: rule
duration: 30d
plans: {{ {plans} }}
workspaces: [{{ group: one, plan: first, agents: [{agents}] }}]
timeline: [{timeline}]
"
    ))
}

const HOURLY: &str = "{ name: bot, traffic: { interarrival: 1h } }";
const TRIAL: &str = "first: { trial: 14d, active_agents: 50 }, paid: { active_agents: 3 }";

#[test]
fn r5_agents_are_swapped_at_one_instant_in_whatever_order_it_is_written() {
    let (out, into) = ("{ at: 10d, disable: out }", "{ at: 10d, enable: into }");
    for timeline in [format!("{out}, {into}"), format!("{into}, {out}")] {
        let agents = "{ name: out }, { name: into, start: offline }";
        let summary = month("first: { active_agents: 1 }", agents, &timeline);
        assert_eq!((count(&summary, "enables.refused"), count(&summary, "active.mean")), (0, 1));
    }
}

#[test]
fn r6_an_agent_has_a_share_of_its_own_only_if_the_scenario_sets_one() {
    let plans = "first: { credits: { included: 100, renews: never } }";
    let without = month(plans, HOURLY, "");
    assert_eq!(count(&without, "credits.consumed"), 100);
    let agents = HOURLY.replace("name: bot", "name: bot, share: 20%");
    let with = month(plans, &agents, "");
    assert_eq!(count(&with, "credits.consumed"), 20);
    assert_eq!(cause(&with, "share_exhausted").options, ["wait", "contact_support"]);
}

#[test]
fn r8_a_trial_that_ends_without_a_subscription_ends_availability() {
    let summary = month(TRIAL, HOURLY, "");
    // Messages at 1 h to 335 h are answered; those at 336 h (14 d) to 719 h are not.
    assert_eq!(count(&summary, "messages.completed"), 335);
    assert_eq!(cause(&summary, "trial_ended").refused, 384);
    assert_eq!(cause(&summary, "trial_ended").options, ["upgrade_plan", "contact_support"]);
    assert_eq!(summary.value("active.mean"), Some(14.0 / 30.0));
}

#[test]
fn r8_who_subscribes_before_the_end_of_the_trial_or_at_that_instant_keeps_the_agent() {
    for timeline in ["{ at: 5d, subscribe: paid }", "{ at: 14d, subscribe: paid }"] {
        let summary = month(TRIAL, HOURLY, timeline);
        assert_eq!(count(&summary, "messages.completed"), 719, "{timeline}");
    }
}

#[test]
fn r8_who_subscribes_after_the_trial_has_the_agent_from_then_on() {
    let timeline = "{ at: 20d, subscribe: paid }, { at: 20d, enable: bot }";
    let summary = month(TRIAL, HOURLY, timeline);
    // The message of the instant at which it is enabled came first: it was scheduled before.
    let completed = count(&summary, "messages.completed");
    assert!((335 + 239..=335 + 240).contains(&completed), "{completed}");
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
fn r9_a_downgrade_with_twenty_active_agents_takes_offline_whom_the_policy_says() {
    let plans = "first: { active_agents: 50 }, advanced: { active_agents: 3 }";
    let agents = "{ name: old, count: 3 }, { name: new, count: 17 }";
    for (policy, over) in
        [("newest_offline", 0), ("oldest_offline", 0), ("keep_until_disabled", 17)]
    {
        let timeline = "{ at: 15d, set_plan: advanced }";
        let text = format!(
            "limitlab: 1
name: rule
duration: 30d
on_downgrade: {policy}
plans: {{ {plans} }}
workspaces: [{{ group: one, plan: first, agents: [{agents}] }}]
timeline: [{timeline}, {{ at: 15d1s, disable: old }}]
"
        );
        let summary = simulate(&text);
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
