//! The workspaces of one replication, in the order of what is due in them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::shared::{Serving, Shared};
use crate::engine::calendar::Class;
use crate::engine::cell::{Cell, World};
use crate::engine::kernel::General;
use crate::engine::model::GroupModel;
use crate::engine::run::{EngineError, Part};
use crate::engine::station::Station;
use crate::measure::{Capacity, Frame};
use crate::scenario::{BackendScope, Scenario};
use crate::units::SimTime;

/// A workspace in simulation.
struct Resident {
    group: usize,
    /// With whom it is measured.
    cohort: usize,
    /// Its number in its group.
    index: u32,
    cell: Cell,
    /// Servers of its own.
    own: Serving,
}

/// When something is due, of which class, and the number of the workspace that it is of. What is due at
/// servers of its own has no class, and so goes before all else of its instant, rows of traces too.
pub(super) type Entry = (SimTime, Option<Class>, u32);

/// What is due next in each workspace.
type Order = BinaryHeap<Reverse<Entry>>;

/// All workspaces of a replication.
pub(super) struct Crowd<'a> {
    models: &'a [GroupModel],
    frame: &'a Frame,
    residents: Vec<Resident>,
    order: Order,
}

impl Resident {
    /// What is due next; what is due at servers of its own goes first.
    fn next(&mut self) -> Option<(SimTime, Option<Class>)> {
        let cell = self.cell.next();
        let own = self.own.station.as_mut().and_then(Station::next);
        match own {
            Some(own) if cell.is_none_or(|(at, _)| own <= at) => Some((own, None)),
            _ => cell.map(|(at, class)| (at, Some(class))),
        }
    }
}

impl<'a> Crowd<'a> {
    /// Begins every workspace, and puts them in the order of their first events.
    pub(super) fn begin(
        scenario: &Scenario,
        (models, frame): (&'a [GroupModel], &'a Frame),
        replication: u32,
        shared: &mut Shared<'_>,
        part: &mut Part,
    ) -> Self {
        let backend = scenario.backend.as_ref();
        let own = backend.filter(|backend| backend.scope == BackendScope::Workspace);
        let mut crowd = Self { models, frame, residents: Vec::new(), order: Order::new() };
        for (group, model) in models.iter().enumerate() {
            for index in 0..model.count {
                let own = own.map_or_else(Serving::default, |own| {
                    let capacity = Capacity::new(own.servers, Vec::new());
                    Serving::new(own, capacity, frame.all.window)
                });
                let number = crowd.residents.len() as u32;
                let key = model.key(replication, index);
                let cohort = frame.cohorts.of(group, || model.first_plan(key));
                crowd.residents.push(Resident { group, cohort, index, cell: Cell::new(), own });
                let keys = (key, model.nodes_key(replication));
                crowd.touch(shared, part, number, |cell, world| cell.begin(world, keys));
            }
        }
        crowd
    }

    /// What is due first of all, in any of them.
    pub(super) fn first(&self) -> Option<Entry> {
        self.order.peek().map(|&Reverse(entry)| entry)
    }

    /// Lets what is due first happen, and notes what is due next in its workspace.
    #[inline]
    pub(super) fn advance(
        &mut self,
        shared: &mut Shared<'_>,
        part: &mut Part,
    ) -> Result<(), EngineError> {
        let Some(mut top) = self.order.peek_mut() else { return Ok(()) };
        let Reverse((now, class, number)) = *top;
        let resident = &mut self.residents[number as usize];
        // Where others had it do something, entries are left over of what was done already.
        if resident.next() != Some((now, class)) {
            PeekMut::pop(top);
            return Ok(());
        }
        let Resident { group, cohort, index, cell, own } = resident;
        let of_group = (&self.models[*group], &self.frame.groups[*group]);
        let mut world =
            shared.world(of_group, &mut part.cohorts[*cohort], own, (number, *group, *index));
        cell.advance::<General>(&mut world)?;
        match resident.next() {
            Some((time, class)) => *top = Reverse((time, class, number)),
            None => {
                PeekMut::pop(top);
            }
        }
        Ok(())
    }

    /// Has something done to a workspace that is not its own event, and notes what is due earlier
    /// than anything before.
    pub(super) fn touch<R>(
        &mut self,
        shared: &mut Shared<'_>,
        part: &mut Part,
        number: u32,
        act: impl FnOnce(&mut Cell, &mut World<'_>) -> R,
    ) -> R {
        let resident = &mut self.residents[number as usize];
        let before = resident.next();
        let Resident { group, cohort, index, cell, own } = resident;
        let of_group = (&self.models[*group], &self.frame.groups[*group]);
        let mut world =
            shared.world(of_group, &mut part.cohorts[*cohort], own, (number, *group, *index));
        let answer = act(cell, &mut world);
        let new = resident.next().filter(|&next| Some(next) != before);
        self.order.extend(new.map(|(time, class)| Reverse((time, class, number))));
        answer
    }

    /// Ends every workspace, as `frame` measures them.
    pub(super) fn finish(self, frame: &Frame, part: &mut Part) {
        for Resident { group, cohort, index, mut cell, mut own } in self.residents {
            let mut world = World {
                model: &self.models[group],
                frame: &frame.groups[group],
                measures: &mut part.cohorts[cohort],
                servers: None,
                station: own.station.as_mut(),
                number: 0,
                limits: None,
                platform: None,
                journal: None,
                post: None,
            };
            cell.finish(&mut world);
            if frame.groups[group].by_workspace {
                part.workspaces.push(cell.record(&self.models[group], group, index));
            }
            part.events += cell.events();
            part.messages += cell.messages();
        }
    }
}
