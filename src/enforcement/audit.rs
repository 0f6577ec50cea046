//! Counts what was admitted and should not have been.

use crate::rules::{Meters, Rulebook, Workspace};
use crate::units::SimTime;

use super::enforcer::Asked;

/// What limits of rates would be like if each had let in only what it had room for, of what was
/// admitted.
#[derive(Debug, Default)]
pub(super) struct Audit {
    meters: Meters,
    /// The throttles that had no room for the attempt that was admitted last.
    exceeded: Vec<u16>,
}

impl Audit {
    pub(super) fn begin(&mut self, book: &Rulebook, workspace: &Workspace) {
        self.meters.begin(book, workspace.plan());
    }

    pub(super) fn meters(&mut self) -> &mut Meters {
        &mut self.meters
    }

    /// An attempt is admitted that has not taken anything yet.
    pub(super) fn admits(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        asked: Asked,
        now: SimTime,
    ) {
        let exceeded = &mut self.exceeded;
        exceeded.clear();
        let Asked { agent, cost, .. } = asked;
        workspace.without_place(book, (agent, cost), now, |throttle| exceeded.push(throttle));
        let attempt = workspace.attempt(agent, cost, now);
        let plan = workspace.plan();
        self.meters.take_where_room(book, plan, &attempt, |throttle| exceeded.push(throttle));
    }

    /// The throttles, by their places in the group's list, that had no room for the attempt that was
    /// admitted last.
    pub(super) fn exceeded(&self) -> &[u16] {
        &self.exceeded
    }
}
