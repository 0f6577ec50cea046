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
