//! Some of the workspaces of a replication, which are simulated window by window.

use super::Everybody;
use super::mailbox::Mailbox;
use crate::engine::cell::{Cell, World};
use crate::engine::kernel::{Apart, General};
use crate::engine::model::GroupModel;
use crate::engine::run::{EngineError, Part};
use crate::engine::wheel::Wheel;
use crate::measure::{Frame, GroupFrame, GroupMeasures};
use crate::units::SimTime;

/// A workspace in simulation.
struct Resident {
    /// Its number among all.
    number: u32,
    group: u32,
    /// Its number in its group.
    index: u32,
    /// Whether the short way of its attempts is enough.
    is_simple: bool,
    cell: Cell,
}

/// Some workspaces, whose windows are simulated on one thread at a time.
pub(super) struct Shard<'a> {
    models: &'a [GroupModel],
    residents: Vec<Resident>,
    /// The places of the residents, by when something is due in them next.
    due: Wheel<u32>,
    /// Those in which something is due in the window that goes on.
    turn: Vec<(SimTime, u32)>,
    pub(super) mailbox: Mailbox,
    pub(super) part: Part,
    pub(super) failure: Option<Failure>,
}

/// What went wrong in a workspace, and when.
pub(super) struct Failure {
    at: SimTime,
    number: u32,
    pub(super) error: EngineError,
}

impl Failure {
    /// The first thing that went wrong of all.
    pub(super) fn first(all: impl Iterator<Item = Self>) -> Option<Self> {
        all.min_by_key(|failure| (failure.at, failure.number))
    }
}

impl<'a> Shard<'a> {
    /// Begins every workspace whose number among all is `of.0` above a multiple of `of.1`: so the
    /// shards of a replication have as much to do.
    pub(super) fn begin(everybody: &Everybody<'a>, replication: u32, of: (u32, u32)) -> Self {
        let &Everybody { scenario, models, frame, windows } = everybody;
        let mut shard = Self {
            models,
            residents: Vec::new(),
            due: Wheel::new(windows.shift),
            turn: Vec::new(),
            mailbox: Mailbox::new(),
            part: Part::new(scenario, frame),
            failure: None,
        };
        let groups = models.iter().enumerate();
        let all = groups.flat_map(|(group, model)| (0..model.count).map(move |it| (group, it)));
        for ((group, index), number) in all.zip(0_u32..) {
            if number % of.1 == of.0 {
                shard.settle(&frame.groups[group], replication, (number, group, index));
            }
        }
        shard
    }

    /// Begins a workspace, by its number among all, its group, and its number there.
    fn settle(
        &mut self,
        frame: &GroupFrame,
        replication: u32,
        (number, group, index): (u32, usize, u32),
    ) {
        let Self { models, mailbox, part, .. } = self;
        let model = &models[group];
        let mut cell = Cell::new();
        let mut world = world((model, frame), &mut part.groups[group], mailbox, number);
        let keys = (model.key(replication, index), model.nodes_key(replication));
        cell.begin(&mut world, keys);
        if let Some((at, _)) = cell.next() {
            self.due.push(at, self.residents.len() as u32);
        }
        let (group, is_simple) = (group as u32, model.is_simple());
        self.residents.push(Resident { number, group, index, is_simple, cell });
    }

    /// The number of the next window in which something is due.
    pub(super) fn next(&mut self) -> Option<u64> {
        self.due.reach(SimTime::NEVER)
    }

    /// In how many workspaces something is due in a window, of those to come the [next](Self::next) at most.
    pub(super) fn due_in(&self, window: u64) -> usize {
        if self.due.reached() == window { self.due.in_reach() } else { 0 }
    }

    /// Begins a window, by its number.
    pub(super) fn turn_to(&mut self, window: u64) {
        let ends = [window, window.saturating_add(1)].map(|it| self.due.last(it));
        self.mailbox.turn(ends.into());
    }

    /// Simulates a window, by its number. What arrives at the platform in it has been answered.
    pub(super) fn simulate(&mut self, frame: &Frame, window: u64) {
        let until = self.due.last(window);
        self.turn.clear();
        if self.due.reach(until).is_some() {
            self.due.take(&mut self.turn);
        }
        for turn in 0..self.turn.len() {
            let (_, place) = self.turn[turn];
            let Resident { number, group, is_simple, cell, .. } =
                &mut self.residents[place as usize];
            let group = *group as usize;
            let model = &self.models[group];
            let measures = &mut self.part.groups[group];
            let of_group = (model, &frame.groups[group]);
            let mut world = world(of_group, measures, &mut self.mailbox, *number);
            let simulated = if *is_simple {
                cell.advance_until::<Apart>(&mut world, until)
            } else {
                cell.advance_until::<General>(&mut world, until)
            };
            match simulated {
                Ok(Some(at)) => self.due.push(at, place),
                Ok(None) => {}
                Err(error) => {
                    let failed = Failure { at: cell.instant(), number: *number, error };
                    self.failure = Failure::first(self.failure.take().into_iter().chain([failed]));
                }
            }
        }
        self.mailbox.sort();
    }

    /// Ends every workspace, as `frame` measures them.
    pub(super) fn finish(self, frame: &Frame) -> Part {
        let Self { models, residents, mut mailbox, mut part, .. } = self;
        for Resident { number, group, index, mut cell, .. } in residents {
            let group = group as usize;
            let of_group = (&models[group], &frame.groups[group]);
            let mut world = world(of_group, &mut part.groups[group], &mut mailbox, number);
            cell.finish(&mut world);
            if frame.groups[group].by_workspace {
                part.workspaces.push(cell.record(&models[group], group, index));
            }
            part.events += cell.events();
            part.messages += cell.messages();
        }
        part
    }
}

/// What a workspace acts upon besides itself, by its number among all.
#[inline]
fn world<'w>(
    (model, frame): (&'w GroupModel, &'w GroupFrame),
    measures: &'w mut GroupMeasures,
    mailbox: &'w mut Mailbox,
    number: u32,
) -> World<'w> {
    World {
        model,
        frame,
        measures,
        servers: None,
        station: None,
        number,
        limits: None,
        platform: None,
        journal: None,
        mailbox: Some(mailbox),
    }
}
