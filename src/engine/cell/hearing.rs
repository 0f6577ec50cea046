//! What those who enforce hear of what happens to a workspace: what comes back, and what comes and goes
//! by itself.

use super::{Cell, Flight, World};
use crate::enforcement::Leaving;
use crate::rules::Charge;
use crate::units::SimTime;

impl Cell {
    /// An attempt that was admitted gives back its places.
    pub(super) fn release(
        &mut self,
        world: &World<'_>,
        flight: &Flight,
        leaving: Leaving,
        now: SimTime,
    ) {
        let (book, agent) = (&world.model.book, flight.message.agent as usize);
        let Flight { hold, node, .. } = *flight;
        match &mut self.enforcer {
            Some(enforcer) => {
                let place = (agent, hold, node);
                enforcer.release(book, &mut self.workspace, place, (leaving, now));
            }
            None if leaving == Leaving::Waiting => self.workspace.leave(book, agent, hold, now),
            None => self.workspace.release(book, agent, hold, now),
        }
    }

    /// An attempt gives back what it was charged.
    pub(super) fn restore(
        &mut self,
        world: &World<'_>,
        (agent, charge, node): (usize, Charge, u32),
        now: SimTime,
    ) {
        match &mut self.enforcer {
            None => {
                self.workspace.restore(agent, charge);
            }
            Some(enforcer) => {
                let book = &world.model.book;
                enforcer.restore(book, &mut self.workspace, (agent, charge, node), now);
            }
        }
    }

    /// Those who enforce hear that credits are not what they were.
    pub(super) fn note_credits(&mut self) {
        if let Some(enforcer) = &mut self.enforcer {
            enforcer.credits_changed();
        }
    }

    /// Those who enforce hear that credits of a package came, or went if there are less than none.
    pub(super) fn note_package(&mut self, amount: i128) {
        if let Some(enforcer) = &mut self.enforcer {
            enforcer.package_changed(amount);
        }
    }

    /// Those who enforce hear that a period of credits is about to begin.
    pub(super) fn note_end_of_period(&mut self, world: &World<'_>, now: SimTime) {
        if let Some(enforcer) = &mut self.enforcer {
            enforcer.ends_period(&world.model.book, &self.workspace, now);
        }
    }

    /// Those who enforce hear that a period of credits began, with nothing used.
    pub(super) fn note_period(&mut self) {
        if let Some(enforcer) = &mut self.enforcer {
            enforcer.begin_period();
        }
    }

    /// Those who enforce hear that an agent goes offline, or is deleted.
    pub(super) fn note_disabled(&mut self, world: &World<'_>, agent: u32, now: SimTime) -> u32 {
        let Some(enforcement) = world.model.enforcement else { return 0 };
        let node = self.node_of_agent(&enforcement, agent);
        if let Some(enforcer) = &mut self.enforcer {
            enforcer.enabled(&world.model.book, &self.workspace, (node, -1), now);
        }
        node
    }
}
