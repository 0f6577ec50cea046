//! Each workspace under both policies.

use std::cmp::Reverse;

use super::model::{CountChange, Verdict, WorkspaceDiff};
use crate::engine::{ByWorkspace, WorkspaceRecord};
use crate::scenario::Scenario;

/// One workspace under both policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceComparison {
    /// `GROUP/N`, N from 1; `GROUP` alone where it is the only one.
    pub name: String,
    /// What the change does to it.
    pub verdict: Verdict,
    /// The plan that it is founded on, under A and under B.
    pub plans: [String; 2],
    /// What happened under A. Its group is that of A.
    pub a: WorkspaceRecord,
    /// What happened under B. Its group is that of B.
    pub b: WorkspaceRecord,
}

impl WorkspaceComparison {
    /// Hours blocked under both.
    pub const fn hours(&self) -> CountChange {
        CountChange::of(self.a.figures.blocked.hours, self.b.figures.blocked.hours)
    }

    /// Limit hits under both.
    pub const fn hits(&self) -> CountChange {
        CountChange::of(self.a.figures.blocked.hits, self.b.figures.blocked.hits)
    }

    /// Whether it hits limits more or less, or in more or fewer hours.
    pub const fn has_changed(&self) -> bool {
        self.hits().change != 0 || self.hours().change != 0
    }

    /// What the summary says of it.
    pub(super) fn told(&self) -> WorkspaceDiff {
        let (a, b) = (&self.a.figures, &self.b.figures);
        WorkspaceDiff {
            workspace: self.name.clone(),
            verdict: self.verdict,
            hits: self.hits(),
            hours_blocked: self.hours(),
            messages_completed: CountChange::of(a.completed, b.completed),
            messages_lost: CountChange::of(a.lost, b.lost),
        }
    }
}

/// Every workspace of comparable scenarios, in the order of the first.
pub(super) fn pairs(
    [a, b]: [&Scenario; 2],
    [of_a, of_b]: [&ByWorkspace; 2],
) -> Vec<WorkspaceComparison> {
    let mut found = Vec::with_capacity(of_a.workspaces.len());
    for (place, group) in a.groups.iter().enumerate() {
        let other = b.groups.iter().position(|it| it.name == group.name);
        let other = other.expect("comparable scenarios have the same groups");
        let (of_a, of_b) = (of_group(of_a, place), of_group(of_b, other));
        assert_eq!(of_a.len(), of_b.len(), "{} has as many workspaces under both", group.name);
        for (one, two) in of_a.iter().zip(of_b) {
            let plan = |scenario: &Scenario, record: &WorkspaceRecord| {
                scenario.groups[record.group].plans[record.plan].plan.name.clone()
            };
            let name = match group.count {
                1 => group.name.clone(),
                _ => format!("{}/{}", group.name, one.workspace + 1),
            };
            let hits = [one, two].map(|it| it.figures.blocked.hits);
            found.push(WorkspaceComparison {
                name,
                verdict: Verdict::of(hits[0], hits[1]),
                plans: [plan(a, one), plan(b, two)],
                a: one.clone(),
                b: two.clone(),
            });
        }
    }
    found
}

/// The workspaces of one group, among those of all in the scenario's order.
fn of_group(told: &ByWorkspace, group: usize) -> &[WorkspaceRecord] {
    let all = &told.workspaces;
    let [from, to] = [group, group + 1].map(|end| all.partition_point(|it| it.group < end));
    &all[from..to]
}

/// Puts first what a reader wants to see first: by verdict, then the greatest change of hours, then
/// of hits, then in the scenario's order.
pub(super) fn sort(workspaces: &mut [WorkspaceComparison]) {
    workspaces.sort_by_key(|it| {
        let [hours, hits] = [it.hours(), it.hits()].map(|it| it.change.unsigned_abs());
        (it.verdict, Reverse(hours), Reverse(hits))
    });
}
