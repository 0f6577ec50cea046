//! Users who would write for ever in no time.

use super::super::at::{At, Findings};
use super::super::model::{Backend, Group};
use super::traffic::is_zero;
use crate::rules::{AgentState, Reason};
use crate::units::{Share, SimSpan, SimTime};
use crate::workload::{
    Action, AgentLine, LineKind, Occurrence, Pick, Traffic, TrafficKind, WhileOffline,
};

/// Finds the users among the groups, which stand at `at`, who would write for ever in no time.
/// `duration` is `None` if that is at fault.
pub(super) fn loops(
    groups: &[Group],
    backend: Option<&Backend>,
    duration: Option<SimSpan>,
    at: At<'_>,
    findings: &mut Findings,
) {
    let takes_time =
        |backend: &Backend| !is_zero(&backend.service_time) || !backend.network_delay.is_zero();
    let replies_take_time = backend.is_some_and(takes_time);
    for (number, group) in groups.iter().enumerate() {
        let at = at.item(number);
        for (number, line) in group.lines.iter().enumerate() {
            let place = line_at(group, number, at);
            if line.traffic.as_ref().is_some_and(is_thoughtless) {
                let refused = || refused(group, number, duration);
                complain(replies_take_time, refused, place, findings);
            }
        }
        if group.customers.as_ref().is_some_and(|it| is_thoughtless(&it.traffic)) {
            complain(replies_take_time, || refused_by_all(group, duration), at, findings);
        }
    }
}

/// Where the line of a group with this number stands; the group stands at `at`.
pub(super) fn line_at<'a>(group: &Group, line: usize, at: At<'a>) -> At<'a> {
    let agents = group.lines.iter().filter(|line| line.kind == LineKind::Agents).count();
    match line.checked_sub(agents) {
        None => at.key("agents").item(line),
        Some(feature) => at.key("features").item(feature),
    }
}

/// Whether rows of traces change which agents are active: when is not looked at.
fn is_changed_by_traces(group: &Group) -> bool {
    group.records(|it| it.creates + it.enables + it.plans > 0)
}

/// Whether it is of users who do not think.
fn is_thoughtless(traffic: &Traffic) -> bool {
    matches!(&traffic.kind, TrafficKind::Closed { think, .. } if is_zero(think))
}

/// Notes a mistake if users whose `traffic` stands at `place`, and who do not think, neither wait for
/// replies, or are `refused` for certain.
fn complain(
    replies_take_time: bool,
    refused: impl FnOnce() -> Option<&'static str>,
    place: At<'_>,
    findings: &mut Findings,
) {
    let (message, hint) = if !replies_take_time {
        let message = "users who neither think nor wait would write for ever in no time";
        (message.to_owned(), "give `think` a time, or replies a backend that takes some")
    } else if let Some(refused) = refused() {
        let message = format!(
            "users who do not think are refused at once {refused}, and would write for ever in no \
             time"
        );
        let hint = match refused {
            TRIAL_ENDED | NONE_IS_ACTIVE => "give `think` a time",
            _ => "give `think` a time, or have them wait with `while_offline: pause`",
        };
        (message, hint)
    } else {
        return;
    };
    findings.add_with_hint(place.key("traffic").key("closed").key("think"), message, hint);
}

/// No agent is there, which is as if it refused the customers of the workspace.
const NONE_IS_ACTIVE: &str = "while no agent is active";

const TRIAL_ENDED: &str = "after the trial has ended";

/// When users of the line at `place` are refused for certain; `None` if that cannot be seen.
fn refused(group: &Group, place: usize, duration: Option<SimSpan>) -> Option<&'static str> {
    let (line, duration) = (&group.lines[place], duration?);
    if !exists(group, place) || is_changed_by_traces(group) {
        return None;
    }
    let happens = |what: &dyn Fn(&Occurrence) -> bool| group.timeline.iter().any(what);
    let leaves = |it: &Occurrence| matches!(it.action, Action::SetPlan(_) | Action::Subscribe(_));
    // Those who try again take time.
    if line.churn.is_none() && trial_ends(group, duration) && !line.lingers(Reason::TrialEnded) {
        return Some(TRIAL_ENDED);
    }
    if line.kind == LineKind::Feature
        || line.while_offline == WhileOffline::Pause
        || line.lingers(Reason::AgentNotActive)
    {
        return None;
    }
    let enabled_at_once = |it: &Occurrence| {
        let Action::Enable(Pick { line, .. }) = it.action else { return false };
        line == place && it.at == SimTime::ZERO
    };
    if !starts_active(line) && !happens(&enabled_at_once) {
        return Some("while their agents are draft or offline");
    }
    if !happens(&leaves) && !happens(&enabled_at_once) && finds_no_slot(group, place) {
        return Some("while an agent of theirs has no slot");
    }
    goes_away(line, duration).then_some("while their agents are offline")
}

/// When users of the workspace as a whole are refused for certain, or find no agent; `None` if that
/// cannot be seen.
fn refused_by_all(group: &Group, duration: Option<SimSpan>) -> Option<&'static str> {
    let duration = duration?;
    let agents = || group.lines.iter().filter(|line| line.kind == LineKind::Agents);
    // Those who try again wait first.
    if agents().any(|line| line.retry.is_some()) || is_changed_by_traces(group) {
        return None;
    }
    let happens = |what: &dyn Fn(&Occurrence) -> bool| group.timeline.iter().any(what);
    if trial_ends(group, duration) {
        return Some(TRIAL_ENDED);
    }
    let comes_at_once =
        |it: &Occurrence| matches!(it.action, Action::Enable(_)) && it.at == SimTime::ZERO;
    if !agents().any(|line| line.count > 0 && starts_active(line)) && !happens(&comes_at_once) {
        return Some(NONE_IS_ACTIVE);
    }
    let creates = |it: &Occurrence| matches!(it.action, Action::Create(_));
    let comes = agents().any(|line| line.churn.is_some()) || happens(&creates);
    let only = agents().map(|line| line.count).sum::<u32>() == 1 && !comes;
    let goes = agents().any(|line| line.count > 0 && goes_away(line, duration));
    (only && goes).then_some(NONE_IS_ACTIVE)
}

/// Whether the trial ends in every workspace, and nobody leaves the plan.
fn trial_ends(group: &Group, duration: SimSpan) -> bool {
    let leaves = |it: &Occurrence| matches!(it.action, Action::SetPlan(_) | Action::Subscribe(_));
    let ends = group.first_plans().all(|(plan, _)| plan.trial.is_some_and(|it| it < duration));
    ends && !group.timeline.iter().any(leaves)
}

/// Whether an active agent of a line goes offline for a while, by its habits.
fn goes_away(line: &AgentLine, duration: SimSpan) -> bool {
    let habit = line.activity.as_ref().and_then(|activity| activity.active.as_ref());
    let goes = habit.is_some_and(|active| active.mean() < duration.nanos() as f64);
    let stays_away = line
        .activity
        .as_ref()
        .is_some_and(|activity| activity.offline.as_ref().is_none_or(|offline| !is_zero(offline)));
    line.start == AgentState::Active && line.churn.is_none() && goes && stays_away
}

/// Whether an agent of the line at `place` exists at the start, or a feature, whatever the plan.
fn exists(group: &Group, place: usize) -> bool {
    let line = &group.lines[place];
    let before = group.lines[..place].iter().filter(|line| line.kind == LineKind::Agents);
    let before: u32 = before.map(|line| line.count).sum();
    line.count > 0
        && (line.kind == LineKind::Feature
            || group.first_plans().all(|(plan, _)| before < plan.total_agents))
}

/// Whether the agents of a line are active at the start if they find slots.
fn starts_active(line: &AgentLine) -> bool {
    let habit = line.activity.as_ref();
    let first = match line.start {
        AgentState::Active => return true,
        AgentState::Draft => habit.and_then(|activity| activity.draft.as_ref()),
        AgentState::Offline => habit.and_then(|activity| activity.offline.as_ref()),
    };
    first.is_some_and(is_zero)
}

/// Whether an agent of the line at `place` that starts active finds every slot taken by those
/// before it, whatever the plan.
fn finds_no_slot(group: &Group, place: usize) -> bool {
    let before = &group.lines[..=place];
    let lines = || before.iter().filter(|line| line.kind == LineKind::Agents);
    if group.lines[place].start != AgentState::Active {
        return false;
    }
    let first = group.first_plans().filter(|&(_, share)| share > Share::NONE);
    let mut first = first.map(|(plan, _)| plan);
    first.all(|plan| {
        let (mut room, mut active, mut own) = (plan.total_agents, 0, 0);
        for line in lines() {
            own = line.count.min(room);
            room -= own;
            active += if line.start == AgentState::Active { own } else { 0 };
        }
        own > 0 && plan.active_agents.is_some_and(|slots| active > slots)
    })
}
