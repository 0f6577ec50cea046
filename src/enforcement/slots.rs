//! Who may be enabled, by what is known of slots.

use super::enforcer::{Enforcer, View};
use crate::rules::{Reason, Refusal, Rulebook, Workspace};
use crate::units::SimTime;

impl Enforcer {
    /// Decides whether an agent may be enabled.
    ///
    /// # Errors
    ///
    /// [`Reason::TrialEnded`], or [`Reason::ActiveAgentLimit`] as far as it is known.
    pub fn check_enable(
        &mut self,
        book: &Rulebook,
        workspace: &Workspace,
        node: u32,
        now: SimTime,
    ) -> Result<(), Refusal> {
        self.had_room = false;
        if !workspace.available() {
            return Err(Refusal::of(Reason::TrialEnded));
        }
        self.wake(book, workspace.plan(), now);
        let unseen = match &self.view {
            View::Copies(copies) => copies.unseen_active(node),
            View::Row | View::Leases(_) | View::Lagging(_) => 0,
        };
        if workspace.slots().has_room_beside(-unseen) {
            Ok(())
        } else {
            self.had_room = workspace.slots().has_room();
            Err(Refusal::of(Reason::ActiveAgentLimit))
        }
    }

    /// A node enabled so many agents more, or disabled them if there are less than none.
    pub fn enabled(
        &mut self,
        book: &Rulebook,
        workspace: &Workspace,
        (node, change): (u32, i64),
        now: SimTime,
    ) {
        self.writes(book, workspace, now);
        if let View::Copies(copies) = &mut self.view {
            copies.enabled(node, change);
        }
    }
}
