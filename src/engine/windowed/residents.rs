//! Some of the workspaces of a replication, of which a thread has the care.

use super::Everybody;
use super::outbox::Letter;
use crate::engine::cell::{Cell, Post, World};
use crate::engine::kernel::{Apart, General};
use crate::engine::model::GroupModel;
use crate::engine::run::{EngineError, Part};
use crate::measure::{Frame, GroupFrame, GroupMeasures};
use crate::units::SimTime;

/// A workspace in simulation.
struct Resident {
    /// Its number among all.
    number: u32,
    group: u32,
    /// With whom it is measured.
    cohort: u32,
    /// Its number in its group.
    index: u32,
    /// Whether the short way of its attempts is enough.
    is_simple: bool,
    cell: Cell,
}

/// Workspaces, known by their places, and what is measured of them.
pub(super) struct Residents<'a> {
    models: &'a [GroupModel],
    frame: &'a Frame,
    /// In how many parts the workspaces of the replication are.
    parts: u32,
    all: Vec<Resident>,
    part: Part,
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

impl<'a> Residents<'a> {
    /// Begins every workspace whose number among all is `of.0` above a multiple of `of.1`: so the
    /// parts of a replication have as much to do. Tells when something is due in each first.
    pub(super) fn begin(
        everybody: &Everybody<'a>,
        replication: u32,
        of: (u32, u32),
        mut due: impl FnMut(Option<SimTime>),
    ) -> Self {
        let &Everybody { scenario, models, frame, .. } = everybody;
        let part = Part::new(scenario, frame);
        let mut residents =
            Self { models, frame, parts: of.1, all: Vec::new(), part, failure: None };
        let groups = models.iter().enumerate();
        let all = groups.flat_map(|(group, model)| (0..model.count).map(move |it| (group, it)));
        for ((group, index), number) in all.zip(0_u32..) {
            if number % of.1 == of.0 {
                due(residents.settle(replication, (number, group, index)));
            }
        }
        residents
    }

    /// Begins a workspace, by its number among all, its group, and its number there.
    fn settle(
        &mut self,
        replication: u32,
        (number, group, index): (u32, usize, u32),
    ) -> Option<SimTime> {
        let model = &self.models[group];
        let mut cell = Cell::new();
        let of_group = (model, &self.frame.groups[group]);
        let key = model.key(replication, index);
        let cohort = self.frame.cohorts.of(group, || model.first_plan(key));
        let mut world = world(of_group, &mut self.part.cohorts[cohort], number);
        cell.begin(&mut world, (key, model.nodes_key(replication)));
        let next = cell.next().map(|(at, _)| at);
        let (group, cohort, is_simple) = (group as u32, cohort as u32, model.is_simple());
        self.all.push(Resident { number, group, cohort, index, is_simple, cell });
        next
    }

    /// Has the workspace at a place go on until an instant, or for so many events; what it sends is posted.
    /// Answers when something is due in it next.
    #[inline]
    pub(super) fn advance(
        &mut self,
        place: usize,
        post: Post<'_>,
        (until, most): (SimTime, u32),
    ) -> Option<SimTime> {
        let Resident { number, group, cohort, is_simple, cell, .. } = &mut self.all[place];
        let group = *group as usize;
        let of_group = (&self.models[group], &self.frame.groups[group]);
        let mut world = world(of_group, &mut self.part.cohorts[*cohort as usize], *number);
        world.post = Some(post);
        let simulated = if *is_simple {
            cell.advance_until::<Apart>(&mut world, until, most)
        } else {
            cell.advance_until::<General>(&mut world, until, most)
        };
        simulated.unwrap_or_else(|error| {
            let failed = Failure { at: cell.instant(), number: *number, error };
            self.failure = Failure::first(self.failure.take().into_iter().chain([failed]));
            None
        })
    }

    /// The place of the workspace that sent a letter.
    #[inline]
    pub(super) const fn place(&self, letter: &Letter) -> usize {
        (letter.workspace / self.parts) as usize
    }

    /// Has booked what became of an attempt, if it arrived until an instant.
    #[inline]
    pub(super) fn hear(&mut self, letter: &Letter, until: SimTime) {
        if letter.at > until {
            return;
        }
        let place = self.place(letter);
        let Resident { number, group, cohort, cell, .. } = &mut self.all[place];
        let group = *group as usize;
        let of_group = (&self.models[group], &self.frame.groups[group]);
        let mut world = world(of_group, &mut self.part.cohorts[*cohort as usize], *number);
        cell.end_batches(&mut world, letter.at);
        cell.book_fate(&mut world, &letter.of, letter.fate);
    }

    /// Ends every workspace, as `frame` measures them.
    pub(super) fn finish(self, frame: &Frame) -> Part {
        let Self { models, all, mut part, .. } = self;
        for Resident { number, group, cohort, index, mut cell, .. } in all {
            let group = group as usize;
            let of_group = (&models[group], &frame.groups[group]);
            let mut world = world(of_group, &mut part.cohorts[cohort as usize], number);
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
        post: None,
    }
}
