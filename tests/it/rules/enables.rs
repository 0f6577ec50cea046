//! R4 and R5: agents that find no slot, and slots that become free.

use super::{cause, count, month, workspace};

/// One slot, which the agent `a` keeps.
const ONE_SLOT: &str = "first: { active_agents: 1 }";

#[test]
fn r4_enabling_beyond_the_limit_the_agent_is_not_enabled_and_keeps_its_state() {
    // Both are tried after an hour and find no slot: the draft stays one, and the other offline.
    let agents = "{ name: a }, { name: d, start: draft, activity: { draft: 1h } }, \
                  { name: o, start: offline, activity: { offline: 1h, on_refused: wait_for_slot } }";
    let summary = workspace("active_agents: 1", agents);
    assert_eq!(count(&summary, "enables.refused"), 2);
    assert_eq!(count(&summary, "active.max"), 1);
    assert_eq!(summary.value("agents.draft.mean"), Some(1.0));
    assert_eq!(summary.value("agents.offline.mean"), Some(1.0));
    let first = cause(&summary, "active_agent_limit").first_p50_s;
    assert_eq!(first.map(|seconds| seconds.round() as u64), Some(3_600));
}

#[test]
fn r4_the_answer_says_that_the_active_agent_limit_has_been_reached_and_offers_an_upgrade() {
    let summary = workspace("active_agents: 1", "{ name: a, count: 2 }");
    let refusal = cause(&summary, "active_agent_limit");
    assert_eq!(
        refusal.sentence,
        "The limit of active agents has been reached. \
         Disable an agent or upgrade the plan to enable this one."
    );
    assert_eq!(refusal.options, ["upgrade_plan", "disable_an_agent"]);
}

#[test]
fn r4_a_draft_that_the_timeline_tries_to_enable_in_vain_stays_a_draft_with_its_habits() {
    let timeline = "{ at: 5d, enable: d }";
    for (habits, tries) in [
        // Nobody else would enable it, and it begins no offline period.
        ("offline: 1d", 1),
        // Its own time as a draft goes on: it is tried again at 10 d, and then every 15 d.
        ("draft: 10d, offline: 15d", 3),
        ("offline: 1d, on_refused: { retry_every: 10d }", 3),
        ("offline: 1d, on_refused: wait_for_slot", 1),
    ] {
        let agents =
            format!("{{ name: a }}, {{ name: d, start: draft, activity: {{ {habits} }} }}");
        let summary = month(ONE_SLOT, &agents, timeline);
        assert_eq!(count(&summary, "enables.refused"), tries, "{habits}");
        assert_eq!(summary.value("agents.draft.mean"), Some(1.0), "{habits}");
    }
}

#[test]
fn r4_an_offline_agent_that_the_timeline_tries_in_vain_goes_on_with_its_period() {
    // At 10 d, 20 d by its habit, besides 5 d by the timeline; a period of 40 d ends too late.
    for (offline, tries) in [("10d", 3), ("40d", 1)] {
        let agents = format!(
            "{{ name: a }}, {{ name: o, start: offline, activity: {{ offline: {offline} }} }}"
        );
        let summary = month(ONE_SLOT, &agents, "{ at: 5d, enable: o }");
        assert_eq!(count(&summary, "enables.refused"), tries, "{offline}");
    }
}

#[test]
fn r4_an_agent_that_is_created_while_every_slot_is_taken_stays_a_draft() {
    for (habits, again) in [
        // It gives up, and its time as a draft is over an hour later; or nobody ever tries again.
        ("draft: 1h", true),
        ("active: 1h", false),
        ("offline: 1h, on_refused: wait_for_slot", false),
    ] {
        let agents = format!(
            "{{ name: a }}, {{ name: b, count: 0, churn: {{ create: 2/d }}, \
             activity: {{ {habits} }} }}"
        );
        let summary = month(ONE_SLOT, &agents, "");
        let created = count(&summary, "creates.tried") - 1;
        let refused = count(&summary, "enables.refused");
        let expected = if again { 2 * created } else { created };
        assert!(
            created > 40 && (expected - 1..=expected).contains(&refused),
            "{habits}: {refused}"
        );
        assert_eq!(count(&summary, "agents.offline.mean"), 0, "{habits}");
        assert!(summary.value("agents.draft.mean").is_some_and(|drafts| drafts > 10.0));
    }
}

#[test]
fn r4_a_created_agent_that_was_refused_is_enabled_when_it_finds_a_slot() {
    // The slot is free from 20 d on, and one of those that were created gets it.
    for habits in ["draft: 1d, offline: 1d", "on_refused: wait_for_slot"] {
        let agents = format!(
            "{{ name: a }}, {{ name: b, count: 0, churn: {{ create: 2/d }}, \
             activity: {{ {habits} }} }}"
        );
        let summary = month(ONE_SLOT, &agents, "{ at: 20d, disable: a }");
        assert_eq!(count(&summary, "enables.admitted"), 2, "{habits}");
        assert!(summary.value("active.mean").is_some_and(|mean| mean > 0.95), "{habits}");
        assert!(summary.value("agents.offline.mean").is_some_and(|mean| mean < 0.34), "{habits}");
    }
}

#[test]
fn r5_disabling_an_active_agent_frees_its_slot_at_once() {
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
fn r5_an_enable_at_the_same_instant_after_the_disable_succeeds() {
    let (out, into) = ("{ at: 10d, disable: out }", "{ at: 10d, enable: into }");
    for timeline in [format!("{out}, {into}"), format!("{into}, {out}")] {
        let agents = "{ name: out }, { name: into, start: offline }";
        let summary = month(ONE_SLOT, agents, &timeline);
        assert_eq!((count(&summary, "enables.refused"), count(&summary, "active.mean")), (0, 1));
    }
    // A nanosecond before it does not.
    let timeline = "{ at: 10d, disable: out }, { at: 9d23h59m59s999999999ns, enable: into }";
    let summary = month(ONE_SLOT, "{ name: out }, { name: into, start: offline }", timeline);
    assert_eq!(count(&summary, "enables.refused"), 1);
}

#[test]
fn r5_deleting_an_active_agent_frees_its_slot_too() {
    let timeline = "{ at: 10d, delete: out }, { at: 10d, enable: into }";
    let summary = month(ONE_SLOT, "{ name: out }, { name: into, start: offline }", timeline);
    assert_eq!((count(&summary, "enables.refused"), count(&summary, "active.mean")), (0, 1));
}
