//! Each workspace of a run by itself, against what the oracle wrote down of it.

use std::collections::BTreeSet;

use limitlab::engine::{ByWorkspace, WorkspaceRecord};
use limitlab::measure::BlockedFigures;
use limitlab::rules::Reason;
use limitlab::scenario::Scenario;
use limitlab::units::SimTime;

use super::compare::{Hit, hits};
use super::figures::Scope;
use super::messages::End;
use super::record::{Record, Space};

/// One hour \[ns\].
const HOUR: u64 = 3_600_000_000_000;

/// What differs of the workspaces, in sentences.
pub(super) fn differences(scenario: &Scenario, told: &ByWorkspace, record: &Record) -> Vec<String> {
    if told.workspaces.len() != record.spaces.len() {
        return vec![format!("{} workspaces are told of", told.workspaces.len())];
    }
    let mut found = Vec::new();
    for (place, (told, space)) in told.workspaces.iter().zip(&record.spaces).enumerate() {
        let scope = Scope::new(scenario, record, Some(space.group));
        found.extend(of(&scope, told, space).map(|it| format!("workspace {place}: {it}")));
    }
    found
}

fn of<'a>(
    scope: &Scope<'a>,
    told: &WorkspaceRecord,
    space: &'a Space,
) -> impl Iterator<Item = String> {
    let figures = &told.figures;
    let hits: Vec<Hit> =
        hits(scope, space).into_iter().filter(|hit| hit.reason.is_limit_hit()).collect();
    let blocked = |wanted: &dyn Fn(&Hit) -> bool| {
        let own: Vec<u64> = hits.iter().filter(|hit| wanted(hit)).map(|hit| hit.at).collect();
        // What is tried again after the end is blocked in the last hour.
        let hours: BTreeSet<u64> = own.iter().map(|at| (*at).min(scope.until - 1) / HOUR).collect();
        BlockedFigures { hits: own.len() as u64, hours: hours.len() as u64 }
    };
    let mut ends = [0; 4];
    for end in scope.ends(space) {
        ends[0] += 1;
        match end {
            End::Completed { .. } => ends[1] += 1,
            End::Lost { .. } => ends[2] += 1,
            End::InFlight => ends[3] += 1,
        }
    }
    let first = hits.iter().map(|hit| hit.at).min();
    let mut pairs = vec![
        ("group", told.group as u64, space.group as u64),
        ("plan", told.plan as u64, space.stays[0].plan.map_or(u64::MAX, |plan| plan as u64)),
        ("seats", told.seats, space.seats),
        ("offered", figures.offered, ends[0]),
        ("completed", figures.completed, ends[1]),
        ("lost", figures.lost, ends[2]),
        ("in flight", figures.in_flight, ends[3]),
        (
            "first hit",
            figures.first_hit.map_or(u64::MAX, SimTime::nanos),
            first.unwrap_or(u64::MAX),
        ),
    ];
    let mut compare = |name, told: BlockedFigures, expected: BlockedFigures| {
        pairs.push((name, told.hits, expected.hits));
        pairs.push((name, told.hours, expected.hours));
    };
    compare("any", figures.blocked, blocked(&|_| true));
    for reason in Reason::ALL {
        let expected = blocked(&|hit| hit.reason == reason);
        compare(reason.name(), figures.by_reason[reason as usize], expected);
    }
    pairs
        .into_iter()
        .filter(|(_, told, expected)| told != expected)
        .map(|(name, told, expected)| format!("{name} is {told}, not {expected}"))
}
