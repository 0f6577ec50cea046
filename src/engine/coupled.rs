//! Workspaces that meet at the platform, in its servers or in limits over everybody: one calendar of
//! calendars, on one thread. Replications never meet: each is simulated whole, on any thread.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::calendar::Class;
use super::cell::{Cell, World};
use super::frame;
use super::model::{GroupModel, plans};
use super::run::{EngineError, Part};
use super::servers::Servers;
use super::spread::{Pieces, spread};
use super::watch::Watch;
use crate::measure::{
    BackendMeasures, Capacity, Frame, GroupFrame, GroupMeasures, Interruption, PlatformMeasures,
};
use crate::rules::{Platform, PlatformBook};
use crate::scenario::{BackendScope, Scenario};
use crate::units::{SimSpan, SimTime};

/// Events between two looks at the watch.
const WATCH_EVERY: u64 = 1 << 14;

/// Simulates these replications, over `threads` threads.
///
/// Of an interrupted run those count that are finished; if none is, the first as far as it came.
pub(super) fn run(
    scenario: &Scenario,
    frame: &Frame,
    replications: Range<u32>,
    threads: usize,
    watch: &Watch,
) -> Result<Part, EngineError> {
    let first = u64::from(replications.start);
    let pieces = Pieces { numbers: first..u64::from(replications.end), at_a_time: 1 };
    let progress =
        Progress { watch, done: AtomicU64::new(0), replications: replications.len() as u64 };
    let models = &GroupModel::all(scenario);
    let everybody = Everybody { scenario, models, frame, progress };
    let workers = spread(
        &pieces,
        threads,
        watch,
        Finished::default,
        |finished: &mut Finished, replication| {
            let mut part = everybody.simulate(replication as u32)?;
            if part.interrupted.is_none() {
                if frame.replications > 1 {
                    part.condense();
                }
                finished.take_up(part);
            } else if replication == first {
                finished.cut = Some(part);
            }
            Ok(())
        },
    )?;
    let mut whole = Finished::default();
    for Finished { part, cut } in workers {
        if let Some(part) = part {
            whole.take_up(part);
        }
        whole.cut = whole.cut.or(cut);
    }
    let Finished { part, cut } = whole;
    let mut part = part.or(cut).unwrap_or_else(|| everybody.nothing());
    if part.interrupted.is_none() && part.replications < replications.len() as u32 {
        part.interrupted = Some(Interruption::Replications(part.replications));
    }
    Ok(part)
}

/// The replications that a thread has finished, added up.
#[derive(Default)]
struct Finished {
    part: Option<Part>,
    /// The first of all, if it was interrupted.
    cut: Option<Part>,
}

impl Finished {
    fn take_up(&mut self, part: Part) {
        match &mut self.part {
            Some(mine) => mine.merge(&part),
            None => self.part = Some(part),
        }
    }
}

/// How far all replications are.
struct Progress<'a> {
    watch: &'a Watch,
    /// Parts of [`Watch::WHOLE`], of all replications together.
    done: AtomicU64,
    replications: u64,
}

impl Progress<'_> {
    /// Notes that a replication is at `now`; `noted` are the parts of it that were noted so far.
    fn note(&self, now: SimTime, duration: SimSpan, noted: &mut u64) {
        let whole = u128::from(Watch::WHOLE);
        let parts = u128::from(now.nanos()) * whole / u128::from(duration.nanos().max(1));
        let parts = (parts.min(whole) as u64).max(*noted);
        let new = parts - std::mem::replace(noted, parts);
        let done = self.done.fetch_add(new, Ordering::Relaxed) + new;
        self.watch.note(done, self.replications * Watch::WHOLE);
    }
}

/// All workspaces and what they share.
struct Everybody<'a> {
    scenario: &'a Scenario,
    models: &'a [GroupModel],
    frame: &'a Frame,
    progress: Progress<'a>,
}

/// A workspace in simulation.
struct Resident {
    group: usize,
    /// Its number in its group.
    index: u32,
    cell: Cell,
    /// Servers of its own.
    servers: Option<Servers>,
}

/// What the workspaces share.
struct Shared {
    servers: Option<Servers>,
    limits: Option<Platform>,
    measures: Option<BackendMeasures>,
}

impl Shared {
    fn new(scenario: &Scenario, frame: &Frame) -> Self {
        let backend = scenario.backend.as_ref();
        let backend = backend.filter(|backend| backend.scope == BackendScope::Platform);
        let throttles = &scenario.throttles;
        let limits = (!throttles.is_empty())
            .then(|| Platform::new(PlatformBook::new(throttles), plans(scenario).len()));
        let mut shared = Self { servers: None, limits, measures: None };
        if let Some(backend) = backend {
            let capacity = Capacity::new(backend.servers, backend.changes.clone());
            let mut measures = BackendMeasures::new(frame.all.window, frame.bin, frame.bins());
            if capacity.changes() {
                let until = SimTime::ZERO + scenario.duration;
                measures.has_servers(&capacity, frame.bin, until);
            }
            let from = frame.all.window.from;
            shared.servers = Some(Servers::new(capacity, backend.queue_limit, from));
            shared.measures = Some(measures);
        }
        shared
    }

    /// What a workspace acts upon.
    fn world<'w>(
        &'w mut self,
        (model, frame): (&'w GroupModel, &'w GroupFrame),
        measures: &'w mut GroupMeasures,
        own: &'w mut Option<Servers>,
    ) -> World<'w> {
        World {
            model,
            frame,
            measures,
            servers: self.servers.as_mut().or(own.as_mut()),
            limits: self.limits.as_mut(),
            platform: self.measures.as_mut(),
        }
    }
}

impl Everybody<'_> {
    /// What is there of a run that was interrupted before it began.
    fn nothing(&self) -> Part {
        let mut part = Part::new(self.scenario, self.frame);
        let Shared { measures, .. } = Shared::new(self.scenario, self.frame);
        part.platform = measures.map(PlatformMeasures::of);
        part.interrupted = Some(Interruption::Until(SimTime::ZERO));
        part
    }

    /// Simulates a replication: all workspaces together, in order of time; ties go by class, then
    /// by workspace in the scenario's order.
    fn simulate(&self, replication: u32) -> Result<Part, EngineError> {
        let Self { scenario, models, frame, ref progress } = *self;
        let mut part = Part::new(scenario, frame);
        let mut shared = Shared::new(scenario, frame);
        let (mut residents, mut order) = self.begin(replication, &mut shared, &mut part);
        let (mut events, mut noted) = (0_u64, 0);
        let mut stopped_at = None;
        while let Some(mut top) = order.peek_mut() {
            let Reverse((now, _, number)) = *top;
            events += 1;
            if events.is_multiple_of(WATCH_EVERY) {
                progress.note(now, scenario.duration, &mut noted);
                if progress.watch.stopped() {
                    stopped_at = Some(now);
                    break;
                }
            }
            let Resident { group, cell, servers, .. } = &mut residents[number as usize];
            let of_group = (&models[*group], &frame.groups[*group]);
            let mut world = shared.world(of_group, &mut part.groups[*group], servers);
            cell.step(&mut world)?;
            match cell.next() {
                Some((time, class)) => *top = Reverse((time, class, number)),
                None => {
                    PeekMut::pop(top);
                }
            }
        }
        if stopped_at.is_none() {
            progress.note(SimTime::NEVER, scenario.duration, &mut noted);
        }
        let Shared { servers, mut measures, .. } = shared;
        if let Some(at) = stopped_at.and_then(|at| reached(frame, at))
            && let Some(measures) = &mut measures
            && let Some(ahead) = servers.and_then(|it| it.ahead(at, frame.all.window.until))
        {
            measures.cut(&ahead);
        }
        part.platform = measures.map(PlatformMeasures::of);
        Ok(self.finish(residents, part, stopped_at))
    }

    /// Begins every workspace, and puts them in the order of their first events.
    fn begin(
        &self,
        replication: u32,
        shared: &mut Shared,
        part: &mut Part,
    ) -> (Vec<Resident>, BinaryHeap<Reverse<(SimTime, Class, u32)>>) {
        let backend = self.scenario.backend.as_ref();
        let own = backend.filter(|backend| backend.scope == BackendScope::Workspace);
        let mut residents: Vec<Resident> = Vec::new();
        let mut order = BinaryHeap::new();
        for (group, model) in self.models.iter().enumerate() {
            for index in 0..model.count {
                let mut servers = own.map(|own| {
                    let capacity = Capacity::new(own.servers, Vec::new());
                    Servers::new(capacity, own.queue_limit, self.frame.all.window.from)
                });
                let mut cell = Cell::new();
                let of_group = (model, &self.frame.groups[group]);
                let mut world = shared.world(of_group, &mut part.groups[group], &mut servers);
                cell.begin(&mut world, model.key(replication, index));
                if let Some((time, class)) = cell.next() {
                    order.push(Reverse((time, class, residents.len() as u32)));
                }
                residents.push(Resident { group, index, cell, servers });
            }
        }
        (residents, order)
    }

    /// Ends every workspace; those of an interrupted run as if arrivals had stopped there.
    fn finish(
        &self,
        residents: Vec<Resident>,
        mut part: Part,
        stopped_at: Option<SimTime>,
    ) -> Part {
        let cut_frame = stopped_at
            .and_then(|at| reached(self.frame, at))
            .map(|at| frame::frame(self.scenario, at));
        let frame = cut_frame.as_ref().unwrap_or(self.frame);
        for Resident { group, index, mut cell, .. } in residents {
            let mut world = World {
                model: &self.models[group],
                frame: &frame.groups[group],
                measures: &mut part.groups[group],
                servers: None,
                limits: None,
                platform: None,
            };
            cell.finish(&mut world);
            if frame.groups[group].by_workspace {
                part.workspaces.push(cell.record(&self.models[group], group, index));
            }
            part.events += cell.events();
            part.messages += cell.messages();
        }
        part.replications = 1;
        part.interrupted = stopped_at.map(Interruption::Until);
        part.frame = cut_frame;
        part
    }
}

/// Where the window of a run ends that was interrupted at `at`: there, but not before it has begun;
/// `None` if the whole window was simulated.
fn reached(whole: &Frame, at: SimTime) -> Option<SimTime> {
    let window = whole.all.window;
    (at < window.until).then(|| at.max(window.from + SimSpan::from_nanos(1)))
}
