//! Messages of the customers of a workspace as a whole, and the agents that they go to.
//!
//! They are taken to go to all agents alike, or to all that are active: that is what `random` does,
//! and what the other routes come to on average where agents are alike.

use super::super::model::{Group, Scenario};
use super::agents;
use super::messages_of;
use super::pools::credits_per_message;
use crate::units::SimSpan;
use crate::workload::{LineKind, Steps};

/// Messages that the customers of a workspace as a whole write until `until` \[1/s\], if nobody
/// waits for a reply.
pub(super) fn routed(scenario: &Scenario, group: &Group, until: SimSpan, steps: &Steps) -> f64 {
    let counts = agents(scenario, group);
    let mut lines = group.lines.iter().zip(counts);
    let exists = lines.any(|(line, mean)| line.kind == LineKind::Agents && mean > 0.0);
    let customers = group.customers.as_ref().filter(|_| exists);
    customers.map_or(0.0, |it| messages_of(&it.traffic, scenario, until, steps))
}

/// The shares of those messages that go to each line, if so many of its agents take them.
pub(super) fn shares(group: &Group, takers: &[f64]) -> Vec<f64> {
    let is_agents = |place: usize| group.lines[place].kind == LineKind::Agents;
    let takers = takers.iter().enumerate();
    let takers: Vec<f64> =
        takers.map(|(place, &count)| if is_agents(place) { count } else { 0.0 }).collect();
    let all: f64 = takers.iter().sum();
    takers.iter().map(|count| if all > 0.0 { count / all } else { 0.0 }).collect()
}

/// What one of those messages costs on average \[credits\], if so many agents of each line take
/// them.
pub(super) fn credits(group: &Group, takers: &[f64]) -> f64 {
    let shares = shares(group, takers);
    group.lines.iter().zip(shares).map(|(line, share)| share * credits_per_message(line)).sum()
}

/// The chance that an agent is active, given how many agents each line has, which share of the time
/// each would be active if no slot were missing, and how many are. Agents are taken to switch
/// independently of each other.
pub(super) fn any_active(lines: &[(f64, f64)], active: f64) -> f64 {
    let none = |&(agents, wanted): &(f64, f64)| libm::pow(1.0 - wanted.min(1.0), agents);
    let none: f64 = lines.iter().map(none).product();
    // At least as many are active on average as the chance that any is.
    (1.0 - none).min(active)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_by_hand() {
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        near(any_active(&[(2.0, 0.5)], 1.0), 0.75);
        near(any_active(&[(1.0, 0.5), (1.0, 0.2)], 0.7), 0.6);
        near(any_active(&[(3.0, 1.0)], 3.0), 1.0);
        near(any_active(&[(3.0, 1.0)], 0.0), 0.0);
        near(any_active(&[], 0.0), 0.0);
    }
}
