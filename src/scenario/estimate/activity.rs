//! How many agents are active once slots, activity and trials are considered, on average: still
//! arithmetic alone, and so always "about".

use super::super::model::{Group, Scenario};
use super::pools::Books;
use super::population::population;
use super::routed::{any_active, credits as routed_credits};
use super::slots::{Slots, admitted};
use super::{credits_of_lines, credits_to_strangers, messages_to_any};
use crate::random::Distribution;
use crate::rules::limiter::OnExceed;
use crate::rules::{AgentState, Plan};
use crate::units::{Share, SimSpan, SimTime};
use crate::workload::{Action, AgentLine, LineKind, Occurrence, OnRefused};

/// The share of its agents that are active, for each line of a group: on average over the duration
/// and over all plans that its workspaces are on.
pub(in crate::scenario) fn active_shares(scenario: &Scenario, group: &Group) -> Vec<f64> {
    shares_on(scenario, group, |_| true)
}

/// The same, of which only the time on plans that count credits is counted.
pub(super) fn credited_shares(scenario: &Scenario, group: &Group) -> Vec<f64> {
    shares_on(scenario, group, |plan| plan.credits.is_some())
}

fn shares_on(scenario: &Scenario, group: &Group, is_meant: impl Fn(&Plan) -> bool) -> Vec<f64> {
    let times = times_on_plans(scenario, group);
    let mut shares = vec![0.0; group.lines.len()];
    for (offer, time) in group.plans.iter().zip(times) {
        if time <= 0.0 || !is_meant(&offer.plan) {
            continue;
        }
        for (share, on_plan) in shares.iter_mut().zip(on_plan(scenario, group, &offer.plan)) {
            *share += time * on_plan;
        }
    }
    shares
}

/// Of the messages to each workspace as a whole, the share that reaches an active agent, and the
/// credits that one of them uses on average where plans count them.
pub(super) fn reached_by_any(scenario: &Scenario, group: &Group) -> (f64, f64) {
    let mut sums = (0.0, 0.0);
    for (offer, time) in group.plans.iter().zip(times_on_plans(scenario, group)) {
        if time <= 0.0 {
            continue;
        }
        let (reached, credits) = any_on_plan(scenario, group, &offer.plan);
        sums.0 += time * reached;
        sums.1 += if offer.plan.credits.is_some() { time * credits } else { 0.0 };
    }
    sums
}

/// The same for workspaces that stay on one plan.
fn any_on_plan(scenario: &Scenario, group: &Group, plan: &Plan) -> (f64, f64) {
    let agents = population(group, plan, scenario.duration);
    let active: Vec<f64> = on_plan(scenario, group, plan)
        .iter()
        .zip(&agents)
        .map(|(share, agents)| share * agents)
        .collect();
    let places = (0..group.lines.len()).filter(|&at| group.lines[at].kind == LineKind::Agents);
    let wanted: Vec<(f64, f64)> = places
        .clone()
        .map(|place| (agents[place], wanted(group, place, scenario.duration)))
        .collect();
    let reached = any_active(&wanted, places.map(|place| active[place]).sum());
    (reached, reached * routed_credits(group, &active))
}

/// The share of its agents that are active, for each line of a group whose workspaces stay on one
/// plan.
fn on_plan(scenario: &Scenario, group: &Group, plan: &Plan) -> Vec<f64> {
    let agents = population(group, plan, scenario.duration);
    let is_agents = |line: &AgentLine| line.kind == LineKind::Agents;
    let waits = |line: &AgentLine| {
        let on_refused = line.activity.as_ref().map(|activity| activity.on_refused);
        on_refused.is_some_and(|on_refused| on_refused != OnRefused::GiveUp)
    };
    let wanted: Vec<f64> =
        (0..group.lines.len()).map(|place| wanted(group, place, scenario.duration)).collect();
    let takers: Vec<(f64, f64)> = group
        .lines
        .iter()
        .zip(agents.iter().zip(&wanted))
        .map(|(line, (&agents, &wanted))| (if is_agents(line) { agents } else { 0.0 }, wanted))
        .collect();
    // Slots that only report refuse nobody.
    let limit = plan.active_agents.filter(|_| plan.on_exceed == OnExceed::Refuse);
    let slots = Slots { limit, patient: group.lines.iter().any(waits) };
    let active = admitted(&takers, slots);
    let lines = group.lines.iter().zip(active.iter().zip(&takers));
    lines
        .map(|(line, (&active, &(agents, _)))| match line.kind {
            LineKind::Feature => 1.0,
            LineKind::Agents if agents > 0.0 => active / agents,
            LineKind::Agents => 0.0,
        })
        .collect()
}

/// Credits that active agents of a workspace on one plan use, of those that always active ones
/// would.
pub(in crate::scenario) fn active_credits(
    scenario: &Scenario,
    group: &Group,
    plan: &Plan,
    books: Books,
) -> f64 {
    let shares = on_plan(scenario, group, plan);
    let strangers = credits_to_strangers(group);
    let mut sums = (strangers, strangers);
    for (credits, share) in credits_of_lines(scenario, group).into_iter().zip(shares) {
        sums = (sums.0 + credits, sums.1 + share * credits);
    }
    let any = messages_to_any(scenario, group);
    let always = any * routed_credits(group, &population(group, plan, scenario.duration));
    sums = (sums.0 + always, sums.1 + any * any_on_plan(scenario, group, plan).1);
    if sums.0 > 0.0 { books.wanted * sums.1 / sums.0 } else { 0.0 }
}

/// The share of the time that an agent of the line at `place` would be active if no slot were
/// missing.
fn wanted(group: &Group, place: usize, duration: SimSpan) -> f64 {
    let line = &group.lines[place];
    let all = duration.nanos() as f64;
    let activity = line.activity.as_ref();
    let mean = |law: Option<&Distribution>| law.map_or(f64::INFINITY, Distribution::mean);
    let before = match line.start {
        AgentState::Active => 0.0,
        AgentState::Draft => mean(activity.and_then(|it| it.draft.as_ref())),
        AgentState::Offline => mean(activity.and_then(|it| it.offline.as_ref())),
    };
    let is_enabled = |occurrence: &&Occurrence| {
        let Action::Enable(pick) = occurrence.action else { return false };
        pick.line == place && pick.count.is_none() && occurrence.share == Share::WHOLE
    };
    let enabled = group.timeline.iter().filter(is_enabled).map(|it| it.at);
    let enabled = enabled.map(|at| at.since(SimTime::ZERO).nanos() as f64);
    let left = (all - enabled.fold(before, f64::min)).max(0.0);
    let on = mean(activity.and_then(|it| it.active.as_ref()));
    let off = mean(activity.and_then(|it| it.offline.as_ref()));
    let active = if on.is_infinite() {
        left
    } else if off.is_infinite() {
        left.min(on)
    } else if on > 0.0 {
        left * on / (on + off)
    } else {
        0.0
    };
    active / all
}

/// Something that changes who is on which plan.
enum Step {
    /// It happens.
    Change(usize),
    /// It is undone.
    Undo(usize),
    /// The trial of a plan ends.
    TrialEnds(usize),
}

/// The share of the duration that workspaces of a group are on each of its plans: together less
/// than the whole where trials end.
fn times_on_plans(scenario: &Scenario, group: &Group) -> Vec<f64> {
    let mut on = vec![0.0; group.plans.len()];
    for &(plan, share) in &group.mix {
        on[plan] += share.as_f64();
    }
    let end = SimTime::ZERO + scenario.duration;
    let mut steps: Vec<(SimTime, Step)> = Vec::new();
    for (place, offer) in group.plans.iter().enumerate() {
        let ends = offer.plan.trial.map(|trial| SimTime::ZERO + trial);
        steps.extend(ends.map(|at| (at, Step::TrialEnds(place))));
    }
    for (index, occurrence) in group.timeline.iter().enumerate() {
        if plan_of(&occurrence.action).is_some() {
            steps.push((occurrence.at, Step::Change(index)));
            steps.extend(occurrence.until.map(|until| (until, Step::Undo(index))));
        }
    }
    steps.retain(|&(at, _)| at < end);
    steps.sort_by_key(|&(at, _)| at);
    let mut before = vec![Vec::new(); group.timeline.len()];
    let mut times = vec![0.0; group.plans.len()];
    let mut now = SimTime::ZERO;
    let all = scenario.duration.nanos() as f64;
    let mut pass = |on: &[f64], until: SimTime, now: &mut SimTime| {
        let part = until.since(*now).nanos() as f64 / all;
        times.iter_mut().zip(on).for_each(|(time, on)| *time += part * on);
        *now = until;
    };
    for (at, step) in steps {
        pass(&on, at, &mut now);
        match step {
            Step::TrialEnds(plan) => on[plan] = 0.0,
            Step::Change(index) => {
                let occurrence = &group.timeline[index];
                let share = occurrence.share.as_f64();
                before[index].clone_from(&on);
                for on in &mut on {
                    *on *= 1.0 - share;
                }
                if let Some(plan) = plan_of(&occurrence.action) {
                    on[plan] += share;
                }
            }
            Step::Undo(index) => {
                let occurrence = &group.timeline[index];
                let share = occurrence.share.as_f64();
                if let Some(plan) = plan_of(&occurrence.action) {
                    on[plan] = (on[plan] - share).max(0.0);
                }
                on.iter_mut().zip(&before[index]).for_each(|(on, was)| *on += share * was);
            }
        }
    }
    pass(&on, end, &mut now);
    times
}

/// The plan that a workspace changes to.
const fn plan_of(action: &Action) -> Option<usize> {
    match *action {
        Action::SetPlan(plan) | Action::Subscribe(plan) => Some(plan),
        _ => None,
    }
}
