//! What a scenario asks for on average, by arithmetic alone: of limits only R1 is looked at, every
//! agent counts as active all the time, and workspaces stay on the plans of the start.

mod activity;
mod cost;
mod more;
mod outlook;
mod pools;
mod population;
mod recorded;
mod routed;
mod slots;

pub(super) use activity::{active_credits, active_shares};
pub(super) use cost::cost;
pub(super) use more::can_buy;
pub(super) use outlook::{Outlook, outlook};
pub(super) use pools::{Books, books, books_on, credits_per_message, pool};

use self::population::population;
use self::recorded::{credits_to_strangers, messages_to_strangers};
use self::routed::{credits as routed_credits, routed};
use super::model::{Backend, Group, Scenario};
use crate::units::{SimSpan, SimTime};
use crate::workload::{
    Action, AgentLine, Factor, LineKind, Occurrence, Steps, Traffic, TrafficKind,
};

impl Scenario {
    /// Messages that customers write to each line of a workspace of one of its groups over the
    /// duration, if its agents are always active: those that are drawn, on average, and those of
    /// traces. Messages to the workspace as a whole, which go to any agent, are not among them.
    pub fn messages_to_lines(&self, group: &Group) -> Vec<f64> {
        messages_of_lines(self, group)
    }
}

/// What the timeline multiplies a group's traffic by, on average over its workspaces. Who is taken
/// by one entry says nothing about another, so means multiply as the factors do.
pub(super) fn steps(group: &Group) -> Steps {
    let factor = |occurrence: &Occurrence| {
        let Action::Traffic(factor) = occurrence.action else { return None };
        Some(Factor {
            from: occurrence.at,
            until: occurrence.until.unwrap_or(SimTime::NEVER),
            factor: 1.0 + occurrence.share.as_f64() * (factor - 1.0),
        })
    };
    let factors: Vec<Factor> = group.timeline.iter().filter_map(factor).collect();
    Steps::new(&factors)
}

/// Messages that customers write to each agent of a line until `until` \[1/s\], if nobody waits for
/// a reply.
fn messages_per_agent(scenario: &Scenario, line: &AgentLine, until: SimSpan, steps: &Steps) -> f64 {
    line.traffic.as_ref().map_or(0.0, |traffic| messages_of(traffic, scenario, until, steps))
}

/// Messages that customers write to each agent of a line, or to a workspace, until `until` \[1/s\],
/// if nobody waits for a reply.
fn messages_of(traffic: &Traffic, scenario: &Scenario, until: SimSpan, steps: &Steps) -> f64 {
    let steady = match &traffic.kind {
        TrafficKind::Rate(rate) => rate.per_second(),
        TrafficKind::Interarrival(law) => 1e9 / law.mean(),
        TrafficKind::Custom(custom) => custom.per_second(),
        TrafficKind::Sessions { rate, turns, .. } => rate.per_second() * turns.mean(),
        TrafficKind::Closed { users, think } => {
            f64::from(*users) * 1e9 / (think.mean() + reply(scenario.backend.as_ref()))
        }
    };
    steady * traffic.modulation.mean_over(until, steps)
}

/// The mean time to a reply if nobody waits \[ns\].
pub(super) fn reply(backend: Option<&Backend>) -> f64 {
    backend.map_or(0.0, |backend| {
        backend.service_time.mean() + 2.0 * backend.network_delay.nanos() as f64
    })
}

/// Whether how many messages are written depends on when agents come and go.
pub(super) fn churns(group: &Group) -> bool {
    let mut agents = group.lines.iter().filter(|line| line.kind == LineKind::Agents);
    group.lines.iter().any(|line| line.churn.is_some() && line.traffic.is_some())
        || (group.customers.is_some() && agents.all(|line| line.churn.is_some()))
}

/// Agents of each line of a workspace on average over the duration, and over the plans at the
/// start.
pub(super) fn agents(scenario: &Scenario, group: &Group) -> Vec<f64> {
    let mut means = vec![0.0; group.lines.len()];
    for (plan, share) in group.first_plans() {
        let agents = population(group, plan, scenario.duration);
        for (mean, agents) in means.iter_mut().zip(agents) {
            *mean += share.as_f64() * agents;
        }
    }
    means
}

/// Messages that customers write to each line of a workspace over the duration, if always active:
/// those that are drawn, and those that were recorded.
pub(super) fn messages_of_lines(scenario: &Scenario, group: &Group) -> Vec<f64> {
    let drawn = drawn_for_lines(scenario, group).into_iter();
    drawn.zip(recorded::messages(group)).map(|(drawn, recorded)| drawn + recorded).collect()
}

/// What those cost for each line \[credits\].
pub(super) fn credits_of_lines(scenario: &Scenario, group: &Group) -> Vec<f64> {
    let drawn = group.lines.iter().zip(drawn_for_lines(scenario, group));
    let drawn = drawn.map(|(line, messages)| messages * credits_per_message(line));
    drawn.zip(recorded::credits(group)).map(|(drawn, recorded)| drawn + recorded).collect()
}

/// Messages that are drawn for each line of a workspace over the duration, if always active.
pub(super) fn drawn_for_lines(scenario: &Scenario, group: &Group) -> Vec<f64> {
    let steps = steps(group);
    let lines = group.lines.iter().zip(agents(scenario, group));
    let rate = |line| messages_per_agent(scenario, line, scenario.duration, &steps);
    lines.map(|(line, agents)| rate(line) * agents * scenario.duration.as_secs_f64()).collect()
}

/// Messages that the customers of each workspace as a whole write over the duration.
pub(super) fn messages_to_any(scenario: &Scenario, group: &Group) -> f64 {
    let (until, steps) = (scenario.duration, steps(group));
    routed(scenario, group, until, &steps) * until.as_secs_f64()
}

/// What one of those messages costs on average, if every agent is always active \[credits\].
pub(super) fn credits_to_any(scenario: &Scenario, group: &Group) -> f64 {
    routed_credits(group, &agents(scenario, group))
}

/// Messages that customers write to each workspace of a group, of that traffic that is meant
/// \[1/s\].
fn messages(scenario: &Scenario, group: &Group, is_meant: impl Fn(&Traffic) -> bool) -> f64 {
    let (until, steps) = (scenario.duration, steps(group));
    let lines = group.lines.iter().zip(agents(scenario, group));
    let own: f64 = lines
        .filter(|(line, _)| line.traffic.as_ref().is_some_and(&is_meant))
        .map(|(line, agents)| messages_per_agent(scenario, line, until, &steps) * agents)
        .sum();
    let whole = group.customers.as_ref().is_some_and(|it| is_meant(&it.traffic));
    let recorded = recorded::messages(group).iter().sum::<f64>() + messages_to_strangers(group);
    let drawn = own + if whole { routed(scenario, group, until, &steps) } else { 0.0 };
    // Recorded messages come whatever became of others.
    drawn + recorded / until.as_secs_f64()
}

/// Messages that customers write to each workspace of a group \[1/s\].
pub(super) fn messages_per_workspace(scenario: &Scenario, group: &Group) -> f64 {
    messages(scenario, group, |_| true)
}

/// Messages that come to each workspace of a group whether or not others got their replies
/// \[1/s\].
pub(super) fn open_messages_per_workspace(scenario: &Scenario, group: &Group) -> f64 {
    messages(scenario, group, |traffic| !matches!(traffic.kind, TrafficKind::Closed { .. }))
}

/// Busy servers on average if nothing were refused.
pub(super) fn servers_wanted(backend: &Backend, messages_per_second: f64) -> f64 {
    messages_per_second * backend.service_time.mean() / 1e9
}

/// Messages that come to all workspaces whether or not others got their replies \[1/s\].
pub(super) fn open_messages_per_second(scenario: &Scenario) -> f64 {
    let groups = scenario.groups.iter();
    groups.map(|group| open_messages_per_workspace(scenario, group) * f64::from(group.count)).sum()
}

/// Messages that customers write to all workspaces \[1/s\].
pub(super) fn messages_per_second(scenario: &Scenario) -> f64 {
    let groups = scenario.groups.iter();
    groups.map(|group| messages_per_workspace(scenario, group) * f64::from(group.count)).sum()
}
