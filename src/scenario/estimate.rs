//! What a scenario asks for on average, by arithmetic alone: no limit is looked at, and every agent
//! counts as active all the time.

use super::model::{Backend, Group, Scenario};
use crate::rules::{Allowance, Anchor, Per, Recurrence};
use crate::units::SimTime;
use crate::workload::{Action, AgentLine, Factor, Occurrence, Steps, TrafficKind};

/// What the timeline multiplies a group's traffic by, on average over its workspaces. Who is taken
/// by one entry says nothing about another, so means multiply as the factors do.
fn steps(group: &Group) -> Steps {
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

/// Messages that customers write to each agent of a line \[1/s\], if nobody waits for a reply.
fn messages_per_agent(scenario: &Scenario, line: &AgentLine, steps: &Steps) -> f64 {
    let Some(traffic) = &line.traffic else { return 0.0 };
    let steady = match &traffic.kind {
        TrafficKind::Rate(rate) => rate.per_second(),
        TrafficKind::Interarrival(law) => 1e9 / law.mean(),
        TrafficKind::Sessions { rate, turns, .. } => rate.per_second() * turns.mean(),
        TrafficKind::Closed { users, think } => {
            f64::from(*users) * 1e9 / (think.mean() + reply(scenario.backend.as_ref()))
        }
    };
    steady * traffic.modulation.mean_over(scenario.duration, steps)
}

/// The mean time to a reply if nobody waits \[ns\].
fn reply(backend: Option<&Backend>) -> f64 {
    backend.map_or(0.0, |backend| {
        backend.service_time.mean() + 2.0 * backend.network_delay.nanos() as f64
    })
}

/// Messages that customers write to each workspace of a group \[1/s\].
pub(super) fn messages_per_workspace(scenario: &Scenario, group: &Group) -> f64 {
    let (lines, steps) = (group.lines.iter(), steps(group));
    lines.map(|line| messages_per_agent(scenario, line, &steps) * f64::from(line.count)).sum()
}

/// Messages that come to each workspace of a group whether or not others got their replies
/// \[1/s\].
pub(super) fn open_messages_per_workspace(scenario: &Scenario, group: &Group) -> f64 {
    let comes_anyway = |line: &&AgentLine| {
        let kind = line.traffic.as_ref().map(|traffic| &traffic.kind);
        !matches!(kind, Some(TrafficKind::Closed { .. }))
    };
    let (lines, steps) = (group.lines.iter().filter(comes_anyway), steps(group));
    lines.map(|line| messages_per_agent(scenario, line, &steps) * f64::from(line.count)).sum()
}

/// Credits that a workspace of a group would use in the duration.
pub(super) fn credits_wanted(scenario: &Scenario, group: &Group) -> f64 {
    let (lines, steps) = (group.lines.iter(), steps(group));
    let per_second: f64 = lines
        .map(|line| {
            let messages = messages_per_agent(scenario, line, &steps) * f64::from(line.count);
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

/// Credits that the pools of a workspace hold over the duration: the mean over the workspaces whose
/// plan at the start counts credits; `None` if none does.
pub(super) fn held(scenario: &Scenario, group: &Group) -> Option<f64> {
    let (mut held, mut counting) = (0.0, 0.0);
    for (plan, share) in group.first_plans() {
        if let Some(allowance) = &plan.credits {
            held += share.as_f64() * held_on(scenario, group, allowance);
            counting += share.as_f64();
        }
    }
    (counting > 0.0).then(|| held / counting)
}

/// Credits that the pools of a workspace on a plan with `allowance` hold over the duration.
pub(super) fn held_on(scenario: &Scenario, group: &Group, allowance: &Allowance) -> f64 {
    pool(allowance, group) * periods(allowance, scenario) as f64
}

/// How many periods of a pool begin within the scenario's duration, the first one at the start.
/// Subscriptions count as if they began there.
fn periods(allowance: &Allowance, scenario: &Scenario) -> u64 {
    let anchor = match allowance.anchor {
        Anchor::Subscription | Anchor::Purchase => scenario.start,
        Anchor::Fixed(anchor) => anchor,
    };
    let renewals = Recurrence::new(allowance.renews, anchor, scenario.start);
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
