//! Which agents customers know to be away, where they wait for those to come back.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::target::{Decision, Deed, Member, Request};
use crate::scenario::Scenario;
use crate::workload::{LineKind, WhileOffline};

/// Who is active, as far as answers told it, of lines whose customers wait while an agent is away.
#[derive(Debug)]
pub struct Presence {
    /// Of each workspace, the place of its group.
    groups: Vec<usize>,
    /// Of each group and line, whether customers wait.
    pauses: Vec<Vec<bool>>,
    /// Of each workspace, those that are active.
    active: Vec<Mutex<BTreeSet<Member>>>,
}

impl Presence {
    /// Nobody is active in the workspaces of a scenario.
    pub fn new(scenario: &Scenario) -> Self {
        let of_group = |(place, count): (usize, u32)| (0..count).map(move |_| place);
        let counts = scenario.groups.iter().map(|group| group.count);
        let groups: Vec<usize> = counts.enumerate().flat_map(of_group).collect();
        let pauses = scenario.groups.iter().map(|group| {
            let lines = group.lines.iter();
            lines
                .map(|line| {
                    line.while_offline == WhileOffline::Pause && line.kind == LineKind::Agents
                })
                .collect()
        });
        let active = groups.iter().map(|_| Mutex::default()).collect();
        Self { groups, pauses: pauses.collect(), active }
    }

    /// Whether the customer of a message waits for its agent to come back, and does not write.
    pub(super) fn waits(&self, request: Request) -> bool {
        match request.deed {
            Deed::Attempt { member, .. } if self.pauses(request.workspace, member) => {
                !self.of(request.workspace).contains(&member)
            }
            _ => false,
        }
    }

    /// Notes what an answer tells of an agent.
    pub(super) fn note(&self, request: Request, decision: &Decision) {
        let Some(member) = request.deed.member() else { return };
        if !decision.happened || !self.pauses(request.workspace, member) {
            return;
        }
        match request.deed {
            Deed::Enable(_) if decision.refusal.is_none() => {
                self.of(request.workspace).insert(member);
            }
            Deed::Disable(_) | Deed::Delete(_) => {
                self.of(request.workspace).remove(&member);
            }
            _ => {}
        }
    }

    fn pauses(&self, workspace: u32, member: Member) -> bool {
        self.pauses[self.groups[workspace as usize]][usize::from(member.line)]
    }

    fn of(&self, workspace: u32) -> MutexGuard<'_, BTreeSet<Member>> {
        self.active[workspace as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
