//! Disciplines and shedding that change nothing.

use super::super::discipline::{Discipline, Shed};
use super::super::model::{Backend, BackendScope, Scenario};
use super::super::occurs::can_be_busy;
use crate::rules::Plan;
use crate::units::Share;

/// Appends what is to be said about who is served next and who is refused.
pub(super) fn backend(scenario: &Scenario, backend: &Backend, warnings: &mut Vec<String>) {
    if let Some(why) = no_order(scenario, backend) {
        warnings.push(format!("the discipline of the backend changes nothing: {why}"));
    }
    if let Some(why) = no_priority(scenario, backend) {
        warnings.push(format!("the `priority` of plans changes nothing: {why}"));
    }
    if let Some(Shed::Utilisation(it)) = &backend.shed {
        let mut others = plans(scenario).filter(|plan| !it.keep.contains(&plan.name));
        if others.next().is_none() {
            let why = "`keep` names every plan that these workspaces can be on";
            warnings.push(format!("nobody is shed for utilisation: {why}"));
        } else if it.above == Share::WHOLE {
            let why = "more than 100% of the servers are busy only after some have gone";
            warnings.push(format!("hardly anybody is shed for utilisation: {why}"));
        }
        for name in &it.keep {
            if !plans(scenario).any(|plan| plan.name == *name) {
                warnings.push(format!("no workspace is ever on the plan `{name}` that is kept"));
            }
        }
    }
}

fn plans(scenario: &Scenario) -> impl Iterator<Item = &Plan> {
    scenario.groups.iter().flat_map(|group| &group.plans).map(|offer| &offer.plan)
}

fn priorities_differ(scenario: &Scenario) -> bool {
    let mut priorities = plans(scenario).map(|plan| plan.priority);
    let first = priorities.next();
    priorities.any(|priority| Some(priority) != first)
}

/// Why all are served as they would be by another discipline.
fn no_order(scenario: &Scenario, backend: &Backend) -> Option<&'static str> {
    if backend.discipline == Discipline::Fifo {
        return None;
    }
    if !scenario.groups.iter().any(|group| can_be_busy(backend, group)) {
        return Some("the servers are unlimited");
    }
    let is_alone = scenario.groups.iter().map(|group| u64::from(group.count)).sum::<u64>() == 1;
    match backend.discipline {
        Discipline::ProcessorSharing => None,
        _ if backend.queue_limit == Some(0) => Some("nobody may wait"),
        Discipline::Fair if backend.scope == BackendScope::Platform && is_alone => {
            Some("there is only one workspace")
        }
        Discipline::Priority if !priorities_differ(scenario) => {
            Some("all plans have the same `priority`")
        }
        _ => None,
    }
}

/// Why it does not matter what priority plans have.
fn no_priority(scenario: &Scenario, backend: &Backend) -> Option<&'static str> {
    let differ = priorities_differ(scenario);
    (differ && backend.discipline != Discipline::Priority)
        .then_some("the backend does not serve by `priority`")
}
