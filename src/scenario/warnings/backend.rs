//! Disciplines and shedding that change nothing.

use super::super::discipline::{Discipline, Shed};
use super::super::model::{Backend, BackendScope, Group, Scenario};
use super::super::occurs::{can_be_busy, grows};
use super::super::words::{grouped, span};
use crate::rules::Plan;
use crate::units::Share;
use crate::workload::Action;

/// Appends what is to be said about who is served next and who is refused.
pub(super) fn backend(scenario: &Scenario, backend: &Backend, warnings: &mut Vec<String>) {
    if let Some(why) = no_order(scenario, backend) {
        warnings.push(format!("the discipline of the backend changes nothing: {why}"));
    }
    if let Some(why) = no_priority(scenario, backend) {
        warnings.push(format!("the `priority` of plans changes nothing: {why}"));
    }
    warnings.extend(no_shedding(scenario, backend));
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
    let is_of_one = is_alone || backend.scope == BackendScope::Workspace;
    match backend.discipline {
        Discipline::ProcessorSharing => None,
        _ if backend.queue_limit == Some(0) => Some("nobody may wait"),
        Discipline::Fair if backend.scope == BackendScope::Platform && is_alone => {
            Some("there is only one workspace")
        }
        Discipline::Fair
            if backend.scope == BackendScope::Workspace
                && scenario.groups.iter().all(|group| parties(group) < 2) =>
        {
            Some("there is only one agent that is written to in each workspace")
        }
        Discipline::Priority if !priorities_differ(scenario) => {
            Some("all plans have the same `priority`")
        }
        Discipline::Priority if is_of_one && !scenario.groups.iter().any(changes_plan) => {
            Some("all that wait are of one workspace, which is on one plan")
        }
        _ => None,
    }
}

/// How many agents and features of a workspace are written to at most; many where more may come.
fn parties(group: &Group) -> u64 {
    if grows(group) {
        return u64::MAX;
    }
    let lines = group.lines.iter().filter(|line| group.is_written_to(line));
    lines.map(|line| u64::from(line.count)).sum()
}

/// Whether workspaces of a group come to another plan.
fn changes_plan(group: &Group) -> bool {
    let changes = |action: &Action| matches!(action, Action::SetPlan(_) | Action::Subscribe(_));
    group.timeline.iter().any(|it| changes(&it.action)) || group.records(|it| it.plans > 0)
}

/// What is to be said about shedding that refuses nobody, or hardly anybody.
fn no_shedding(scenario: &Scenario, backend: &Backend) -> Option<String> {
    match backend.shed.as_ref()? {
        // Whoever is served leaves one place fewer taken than the queue has.
        Shed::Codel(_) => backend.queue_limit.filter(|limit| *limit <= 2).map(|limit| {
            format!(
                "nobody is shed by `codel`: it refuses only while more than one waits behind \
                 whoever is served, and the queue has room for {limit}"
            )
        }),
        Shed::Aimd(it) => {
            let least = backend.service_time.least();
            if least > it.timeout.nanos() as f64 {
                return Some(format!(
                    "every reply is bad to `aimd`, since it takes {} or more, and `timeout` is {}: \
                     the limit falls to `min`, {}",
                    span(least),
                    it.timeout,
                    grouped(u64::from(it.min))
                ));
            }
            let (servers, queue) = (backend.servers?, backend.queue_limit?);
            let changes = |group: &Group| {
                group.timeline.iter().any(|it| matches!(it.action, Action::Servers(_)))
            };
            if !backend.changes.is_empty() || scenario.groups.iter().any(changes) {
                return None;
            }
            let room = u64::from(servers) + u64::from(queue);
            (u64::from(it.initial) > room).then(|| {
                format!(
                    "the limit of `aimd` begins at {}, and the servers and the queue have room for \
                     {}: until it has fallen below that it refuses nobody",
                    grouped(u64::from(it.initial)),
                    grouped(room)
                )
            })
        }
        Shed::Utilisation(_) => None,
    }
}

/// Why it does not matter what priority plans have.
fn no_priority(scenario: &Scenario, backend: &Backend) -> Option<&'static str> {
    let differ = priorities_differ(scenario);
    (differ && backend.discipline != Discipline::Priority)
        .then_some("the backend does not serve by `priority`")
}
