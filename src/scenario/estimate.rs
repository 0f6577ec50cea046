//! What a scenario asks for on average, by arithmetic alone: no limit is looked at, and every agent
//! counts as active all the time.

use super::model::{Backend, Group, Scenario};
use crate::rules::{Allowance, Per, Recurrence};
use crate::units::SimTime;
use crate::workload::{AgentLine, Steps, TrafficKind};

/// Messages that customers write to each agent of a line \[1/s\], if nobody waits for a reply.
fn messages_per_agent(scenario: &Scenario, line: &AgentLine) -> f64 {
    let Some(traffic) = &line.traffic else { return 0.0 };
    let steady = match &traffic.kind {
        TrafficKind::Rate(rate) => rate.per_second(),
        TrafficKind::Interarrival(law) => 1e9 / law.mean(),
        TrafficKind::Sessions { rate, turns, .. } => rate.per_second() * turns.mean(),
        TrafficKind::Closed { users, think } => {
            f64::from(*users) * 1e9 / (think.mean() + reply(scenario.backend.as_ref()))
        }
    };
    steady * traffic.modulation.mean_over(scenario.duration, &Steps::NONE)
}

/// The mean time to a reply if nobody waits \[ns\].
fn reply(backend: Option<&Backend>) -> f64 {
    backend.map_or(0.0, |backend| {
        backend.service_time.mean() + 2.0 * backend.network_delay.nanos() as f64
    })
}

/// Messages that customers write to each workspace of a group \[1/s\].
pub(super) fn messages_per_workspace(scenario: &Scenario, group: &Group) -> f64 {
    let lines = group.lines.iter();
    lines.map(|line| messages_per_agent(scenario, line) * f64::from(line.count)).sum()
}

/// Messages that come to each workspace of a group whether or not others got their replies
/// \[1/s\].
pub(super) fn open_messages_per_workspace(scenario: &Scenario, group: &Group) -> f64 {
    let comes_anyway = |line: &&AgentLine| {
        let kind = line.traffic.as_ref().map(|traffic| &traffic.kind);
        !matches!(kind, Some(TrafficKind::Closed { .. }))
    };
    let lines = group.lines.iter().filter(comes_anyway);
    lines.map(|line| messages_per_agent(scenario, line) * f64::from(line.count)).sum()
}

/// Credits that a workspace of a group would use in the duration.
pub(super) fn credits_wanted(scenario: &Scenario, group: &Group) -> f64 {
    let lines = group.lines.iter();
    let per_second: f64 = lines
        .map(|line| {
            let messages = messages_per_agent(scenario, line) * f64::from(line.count);
            messages * credits_per_message(line)
        })
        .sum();
    per_second * scenario.duration.as_secs_f64()
}

/// The mean cost of a message \[credits\].
pub(super) fn credits_per_message(line: &AgentLine) -> f64 {
    line.cost.mean() / 1e3
}

/// The mean pool of one period of a workspace \[credits\].
pub(super) fn pool(allowance: &Allowance, group: &Group) -> f64 {
    let times = match allowance.per {
        Per::Seat => group.seats.mean(),
        Per::Workspace => 1.0,
    };
    allowance.included.as_f64() * times
}

/// How many periods of a pool that is anchored at the start begin within the scenario's duration;
/// the first one at the start.
pub(super) fn periods(allowance: &Allowance, scenario: &Scenario) -> u64 {
    let renewals = Recurrence::new(allowance.renews, scenario.start, scenario.start);
    let end = SimTime::ZERO + scenario.duration;
    let (mut periods, mut now) = (0, SimTime::ZERO);
    while now < end {
        periods += 1;
        now = renewals.after(now);
    }
    periods
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
