//! R8: trials, and what comes after them.

use super::{HOURLY, count, month, refused, with_preset};

const TRIAL: &str = "first: { trial: 14d, active_agents: 50 }, paid: { active_agents: 3 }";

/// The messages of an agent that is written to each hour for 30 days are 719, of which so many
/// come before the instant of 14 d.
const BEFORE: u64 = 335;

#[test]
fn r8_a_trial_that_ends_without_a_subscription_ends_availability() {
    let summary = month(TRIAL, HOURLY, "");
    assert_eq!(count(&summary, "messages.completed"), BEFORE);
    assert_eq!(refused(&summary, "trial_ended"), 719 - BEFORE);
    assert_eq!(summary.value("active.mean"), Some(14.0 / 30.0));
}

#[test]
fn r8_after_the_trial_nobody_can_enable_an_agent_either() {
    let summary = month(TRIAL, HOURLY, "{ at: 20d, enable: bot }");
    assert_eq!(count(&summary, "enables.refused"), 1);
    assert_eq!(refused(&summary, "trial_ended"), 719 - BEFORE + 1);
}

#[test]
fn r8_the_trial_lasts_14_days_to_the_nanosecond() {
    // One message, a nanosecond before the end, at the end and after it.
    for (after, completed) in [("13d23h59m59s999999999ns", 1), ("14d", 0), ("14d1ns", 0)] {
        let agents = format!("{{ name: bot, traffic: {{ interarrival: {after} }} }}");
        let summary = with_preset(&format!(
            "duration: 20d\nworkspaces: [{{ group: one, plan: trial, agents: [{agents}] }}]"
        ));
        assert_eq!(count(&summary, "messages.offered"), 1, "{after}");
        assert_eq!(count(&summary, "messages.completed"), completed, "{after}");
        assert_eq!(refused(&summary, "trial_ended"), 1 - completed, "{after}");
    }
}

#[test]
fn r8_the_ai_agent_is_available_on_paid_plans_after_the_trial() {
    let rest = |timeline: &str| {
        format!(
            "duration: 30d\ntimeline: [{timeline}]\nworkspaces: [{{ group: one, plan: trial, \
             seats: 5, agents: [{HOURLY}] }}]"
        )
    };
    for plan in ["base", "advanced", "pro", "enterprise", "partner", "shopify", "other"] {
        let summary = with_preset(&rest(&format!("{{ at: 10d, subscribe: {plan} }}")));
        assert_eq!(count(&summary, "messages.completed"), 719, "{plan}");
    }
    assert_eq!(count(&with_preset(&rest("")), "messages.completed"), BEFORE);
}

#[test]
fn r8_who_subscribes_before_the_end_of_the_trial_or_at_that_instant_keeps_the_agent() {
    for at in ["0s", "5d", "13d23h59m59s999999999ns", "14d"] {
        let summary = month(TRIAL, HOURLY, &format!("{{ at: {at}, subscribe: paid }}"));
        assert_eq!(count(&summary, "messages.completed"), 719, "{at}");
        assert_eq!(summary.value("active.mean"), Some(1.0), "{at}");
        assert_eq!(count(&summary, "enables.tried"), 1, "{at}");
    }
}

#[test]
fn r8_who_subscribes_a_nanosecond_after_the_end_of_the_trial_finds_the_agents_offline() {
    let summary = month(TRIAL, HOURLY, "{ at: 14d1ns, subscribe: paid }");
    assert_eq!(count(&summary, "messages.completed"), BEFORE);
    // The message of 14 d came too early for the subscription, those after it for an enable.
    assert_eq!(refused(&summary, "trial_ended"), 1);
    assert_eq!(refused(&summary, "agent_not_active"), 719 - BEFORE - 1);
}

#[test]
fn r8_who_subscribes_after_the_trial_has_the_agent_from_then_on() {
    let timeline = "{ at: 20d, subscribe: paid }, { at: 20d, enable: bot }";
    let summary = month(TRIAL, HOURLY, timeline);
    // Those from 481 h to 719 h; the entry of the timeline was scheduled before the message of
    // 480 h, and is enabled first.
    assert_eq!(count(&summary, "messages.completed"), BEFORE + 240);
    assert_eq!(refused(&summary, "trial_ended"), 719 - BEFORE - 240);
}

#[test]
fn r8_a_trial_is_over_for_a_plan_that_is_changed_without_a_subscription_too() {
    let summary = month(TRIAL, HOURLY, "{ at: 14d, set_plan: paid }");
    assert_eq!(count(&summary, "messages.completed"), 719);
}

#[test]
fn r8_nothing_renews_once_the_trial_has_ended() {
    let plans = "first: { trial: 14d, credits: { included: 10, renews: 5d } }";
    let summary = month(plans, HOURLY, "");
    // Full at the start, and again after 5 d and 10 d.
    assert_eq!(count(&summary, "credits.granted"), 20);
    assert_eq!(count(&summary, "credits.consumed"), 30);
}
