//! R1 and R2: how many agents there may be, and how many active at once.

use super::{HOURLY, count, lasting, month, refused, with_preset, workspace};

#[test]
fn r1_a_workspace_holds_at_most_500_agents_in_total_over_draft_active_and_offline() {
    let agents = "{ name: a, count: 200, start: active }, { name: o, count: 200, start: offline }, \
                  { name: d, count: 102, start: draft }";
    let summary = workspace("active_agents: unlimited", agents);
    assert_eq!(count(&summary, "creates.tried"), 502);
    assert_eq!(count(&summary, "creates.refused"), 2);
    assert_eq!(count(&summary, "agents.max"), 500);
    assert_eq!(count(&summary, "active.mean"), 200);
    assert_eq!(count(&summary, "agents.offline.mean"), 200);
    assert_eq!(count(&summary, "agents.draft.mean"), 100);
    assert_eq!(refused(&summary, "workspace_agent_limit"), 2);
}

#[test]
fn r1_creating_one_more_is_refused_by_whomever_and_in_whatever_state_it_would_begin() {
    let full = "{ name: a, count: 500, start: draft }";
    let later = "{ at: 1d, create: { line: a, count: 3 } }";
    let summary = month("first: {}", full, later);
    assert_eq!(count(&summary, "creates.refused"), 3);
    for start in ["draft", "active", "offline"] {
        let churn =
            format!("{full}, {{ name: b, count: 0, start: {start}, churn: {{ create: 1/d }} }}");
        let summary = month("first: {}", &churn, "");
        let tried = count(&summary, "creates.tried");
        assert!(tried > 510, "{tried}");
        assert_eq!(count(&summary, "creates.refused"), tried - 500, "{start}");
        assert_eq!(count(&summary, "agents.max"), 500, "{start}");
    }
}

#[test]
fn r1_where_an_agent_is_deleted_another_may_be_created_at_the_same_instant() {
    let full = "{ name: a, count: 500, start: draft }";
    let (out, into) = ("{ at: 1d, delete: { line: a, count: 1 } }", "{ at: 1d, create: a }");
    for timeline in [format!("{out}, {into}"), format!("{into}, {out}")] {
        let summary = month("first: {}", full, &timeline);
        assert_eq!(count(&summary, "creates.tried"), 501);
        assert_eq!(count(&summary, "creates.refused"), 0);
        assert_eq!(count(&summary, "agents.max"), 500);
    }
}

/// Every plan by its name in the preset, and how many agents it has active at once.
const ACTIVE_AT_ONCE: [(&str, u64); 9] = [
    ("base", 1),
    ("advanced", 3),
    ("pro", 50),
    ("partner", 50),
    ("trial", 50),
    ("enterprise", 500),
    ("enterprise_legacy", 1),
    ("shopify", 1),
    ("other", 1),
];

#[test]
fn r2_active_at_once_by_plan_as_the_preset_has_them() {
    for (plan, limit) in ACTIVE_AT_ONCE {
        // One agent more than may exist, and all of them try to be active.
        let summary = with_preset(&format!(
            "duration: 1d\nworkspaces: [{{ group: one, plan: {plan}, \
             agents: [{{ name: a, count: 501 }}] }}]"
        ));
        assert_eq!(count(&summary, "active.max"), limit, "{plan}");
        assert_eq!(count(&summary, "active.mean"), limit, "{plan}");
        assert_eq!(count(&summary, "enables.tried"), 500, "{plan}");
        let refused = summary.value("enables.refused").unwrap_or(0.0).round() as u64;
        assert_eq!(refused, 500 - limit, "{plan}");
        assert_eq!(count(&summary, "creates.tried"), 501, "{plan}");
        assert_eq!(count(&summary, "agents.max"), 500, "{plan}");
        assert_eq!(super::refused(&summary, "workspace_agent_limit"), 1, "{plan}");
    }
}

#[test]
fn r2_a_plan_limits_the_agents_that_are_active_at_once_of_all_lines_together() {
    for (limit, active) in [("0", 0), ("1", 1), ("3", 3), ("50", 8), ("unlimited", 8)] {
        let agents = "{ name: a, count: 5 }, { name: b, count: 3 }";
        let summary = workspace(&format!("active_agents: {limit}"), agents);
        assert_eq!(count(&summary, "active.max"), active, "{limit}");
        assert_eq!(count(&summary, "enables.refused"), 8 - active, "{limit}");
    }
}

#[test]
fn r3_only_enabled_agents_count_towards_the_active_limit_draft_and_offline_ones_do_not() {
    let agents = "{ name: d, count: 5, start: draft }, { name: o, count: 5, start: offline }, \
                  { name: a, count: 3 }";
    let summary = workspace("active_agents: 3", agents);
    assert_eq!(count(&summary, "enables.refused"), 0);
    assert_eq!(count(&summary, "active.mean"), 3);
    assert_eq!(count(&summary, "agents.draft.mean"), 5);
    assert_eq!(count(&summary, "agents.offline.mean"), 5);
}

#[test]
fn r3_more_agents_than_the_active_limit_may_exist() {
    let summary = workspace("active_agents: 3", "{ name: a, count: 20 }");
    // No creation can be refused, so there is nothing to count.
    assert_eq!(summary.value("creates.refused"), None);
    assert_eq!((count(&summary, "agents.max"), count(&summary, "active.max")), (20, 3));
    // They may also be created while every slot is taken.
    let created = "{ at: 6h, create: { line: bot, count: 4 } }";
    let group = format!("agents: [{HOURLY}]");
    let summary = lasting("1d", "first: { active_agents: 1 }", &group, created);
    assert_eq!(count(&summary, "creates.refused"), 0);
    assert_eq!((count(&summary, "agents.max"), count(&summary, "agents.draft.mean")), (5, 3));
}
