//! Attempts that are over, and the places that they held.

use super::enforcer::{Enforcer, View};
use crate::rules::{Hold, Rulebook, Workspace};
use crate::units::SimTime;

/// How places come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// The attempt is over.
    Over,
    /// The attempt still waits for some of them.
    Waiting,
    /// The attempt was over before, and nobody [heard of it](Enforcer::lose).
    Found,
}

impl Enforcer {
    /// Gives back the places of an attempt that a node had admitted.
    pub fn release(
        &mut self,
        book: &Rulebook,
        workspace: &mut Workspace,
        (agent, hold, node): (usize, Hold, u32),
        (leaving, now): (Leaving, SimTime),
    ) {
        if !book.holds_places() {
            return;
        }
        self.writes(book, workspace, now);
        match leaving {
            Leaving::Over => workspace.release(book, agent, hold, now),
            Leaving::Waiting => workspace.leave(book, agent, hold, now),
            Leaving::Found => workspace.find(book, agent, hold, now),
        }
        let clock = self.clock(node, now);
        if let Some(believed) = &mut self.believed {
            believed.release(book, (agent, hold), clock);
        }
        if let View::Copies(copies) = &mut self.view {
            copies.release(book, (agent, hold), node, clock);
        }
    }

    /// An attempt that holds places is over, and nobody hears of it.
    pub fn lose(&self, book: &Rulebook, workspace: &mut Workspace, (agent, hold): (usize, Hold)) {
        if book.holds_places() {
            workspace.lose(book, agent, hold);
        }
    }
}
