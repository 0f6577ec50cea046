//! What is told of a workspace when it has ended.

use super::{Cell, World};
use crate::engine::by_workspace::WorkspaceRecord;
use crate::engine::model::GroupModel;
use crate::measure::WorkspaceFigures;
use crate::units::SimTime;

impl Cell {
    /// Books the batches of a single run that end until `now`, before anything happens then.
    #[inline(always)]
    pub(in crate::engine) fn end_batches(&mut self, world: &mut World<'_>, now: SimTime) {
        if self.tally.batch_ended(now).is_some() {
            self.end_some(world, now);
        }
    }

    #[cold]
    #[inline(never)]
    fn end_some(&mut self, world: &mut World<'_>, now: SimTime) {
        while let Some(end) = self.tally.batch_ended(now) {
            self.look(world, end);
            let credits = self.tally.credits.as_ref().zip(self.workspace.pool());
            let flows = credits.map(|(credits, pool)| credits.flows(pool));
            // A part of a period is billed when the workspace ends or has another plan: parts of that would be
            // rounded.
            let owed = self.bill_periods(world, end);
            let billed = self.tally.money.plans;
            self.tally.money.plans = billed.saturating_add(owed);
            world.measures.end_batch(world.frame, &mut self.tally, flows);
            self.tally.money.plans = billed;
        }
    }

    /// Ends the workspace: its books are closed and its tally is taken up.
    pub(in crate::engine) fn finish(&mut self, world: &mut World<'_>) {
        self.end_batches(world, SimTime::NEVER);
        if let Some(station) = &world.station {
            let work = station.work();
            self.tally.backend_busy = work.busy;
            self.tally.backend_waiting = work.waiting;
            self.tally.backend_served = work.served;
        }
        self.bill(world, world.frame.window.until);
        self.look(world, SimTime::NEVER);
        self.tally.enables_waiting = self.waiting.len() as u64;
        world.measures.finish(world.frame, &mut self.tally, self.workspace.pool());
    }

    /// What is told of the workspace, which is number `workspace` of its group, when it has ended.
    pub(in crate::engine) fn record(
        &self,
        model: &GroupModel,
        group: usize,
        workspace: u32,
    ) -> WorkspaceRecord {
        WorkspaceRecord {
            group,
            workspace,
            plan: model.first_plan(self.key),
            seats: self.workspace.seats(),
            figures: WorkspaceFigures::of(&self.tally),
        }
    }

    /// Events so far.
    pub(in crate::engine) const fn events(&self) -> u64 {
        self.events
    }

    /// Messages so far, the warm-up's included.
    pub(in crate::engine) const fn messages(&self) -> u64 {
        self.messages
    }
}
