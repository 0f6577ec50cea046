//! Workspaces that meet at the platform, in its servers or in limits over everybody: one calendar of
//! calendars, on one thread. Replications never meet: each is simulated whole, on any thread.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::calendar::Class;
use super::cell::{Cell, Turn, World};
use super::frame;
use super::model::{GroupModel, plans};
use super::run::{EngineError, Part};
use super::servers::Servers;
use super::spread::{Pieces, spread};
use super::station::{Station, Verdict};
use super::watch::Watch;
use crate::measure::{BackendMeasures, Capacity, Frame, Interruption, PlatformMeasures, Window};
use crate::rules::{Platform, PlatformBook};
use crate::scenario::{Backend, BackendScope, Scenario};
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
    cell: Cell,
    /// Servers of its own.
    own: Serving,
}

/// Servers, as far as there are any.
#[derive(Default)]
struct Serving {
    servers: Option<Servers>,
    /// In place of the servers, where completions are events.
    station: Option<Station>,
}

/// When something is due, of which class, and the number of the workspace that it is of.
type Entry = (SimTime, Class, u32);

/// What is due next in each workspace.
type Order = BinaryHeap<Reverse<Entry>>;

/// What the workspaces share in one replication.
struct Shared {
    serving: Serving,
    limits: Option<Platform>,
    measures: Option<BackendMeasures>,
}

impl Serving {
    fn new(backend: &Backend, capacity: Capacity, window: Window) -> Self {
        if backend.has_completions() {
            let station = Some(Station::new(backend, capacity, window));
            return Self { servers: None, station };
        }
        let servers = Some(Servers::new(capacity, backend.queue_limit, window.from));
        Self { servers, station: None }
    }
}

impl Resident {
    /// What is due next; what is due at servers of its own goes first.
    fn next(&mut self) -> Option<(SimTime, Class)> {
        let cell = self.cell.next();
        let own = self.own.station.as_mut().and_then(Station::next);
        match own {
            Some(own) if cell.is_none_or(|(at, _)| own <= at) => Some((own, Class::Frees)),
            _ => cell,
        }
    }
}

impl Shared {
    fn new(scenario: &Scenario, frame: &Frame) -> Self {
        let backend = scenario.backend.as_ref();
        let backend = backend.filter(|backend| backend.scope == BackendScope::Platform);
        let throttles = &scenario.throttles;
        let limits = (!throttles.is_empty())
            .then(|| Platform::new(PlatformBook::new(throttles), plans(scenario).len()));
        let mut shared = Self { serving: Serving::default(), limits, measures: None };
        if let Some(backend) = backend {
            let capacity = Capacity::new(backend.servers, backend.changes.clone());
            let mut measures = BackendMeasures::new(frame.all.window, frame.bin, frame.bins());
            if capacity.changes() {
                let until = SimTime::ZERO + scenario.duration;
                measures.has_servers(&capacity, frame.bin, until);
            }
            shared.serving = Serving::new(backend, capacity, frame.all.window);
            shared.measures = Some(measures);
        }
        shared
    }

    /// When the station that all share has something to do.
    fn next(&mut self) -> Option<SimTime> {
        self.serving.station.as_mut().and_then(Station::next)
    }

    /// Has it do what is due next.
    fn step(&mut self) -> Option<Verdict> {
        self.serving.station.as_mut()?.step(self.measures.as_mut())
    }

    /// Has the servers be measured until the instant at which a run was interrupted, of a window
    /// that goes on until `until`.
    fn cut(&mut self, at: SimTime, until: SimTime) {
        if let Some(station) = &mut self.serving.station {
            station.pass(at, self.measures.as_mut());
        } else if let Some(measures) = &mut self.measures
            && let Some(ahead) = self.serving.servers.as_ref().and_then(|it| it.ahead(at, until))
        {
            measures.cut(&ahead);
        }
    }

    /// Whose turn it is that waited for a place of a limit over everybody.
    fn next_admitted(&mut self) -> Option<Turn> {
        self.limits.as_mut()?.next_admitted().map(Turn::from)
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
        let Self { scenario, frame, ref progress, .. } = *self;
        let mut part = Part::new(scenario, frame);
        let mut shared = Shared::new(scenario, frame);
        let (mut residents, mut order) = self.begin(replication, &mut shared, &mut part);
        let (mut events, mut noted) = (0_u64, 0);
        let mut stopped_at = None;
        loop {
            let next = order.peek().map(|&Reverse((at, ..))| at);
            let station = shared.next().filter(|&own| next.is_none_or(|next| own <= next));
            let Some(now) = station.or(next) else { break };
            events += 1;
            if events.is_multiple_of(WATCH_EVERY) {
                progress.note(now, scenario.duration, &mut noted);
                if progress.watch.stopped() {
                    stopped_at = Some(now);
                    break;
                }
            }
            if station.is_none() {
                self.advance(&mut order, &mut residents, &mut shared, &mut part)?;
            } else if let Some(verdict) = shared.step() {
                let number = verdict.of.0;
                part.events += 1;
                let act = |cell: &mut Cell, world: &mut World<'_>| cell.told(world, verdict, now);
                self.touch(&mut order, (&mut residents, number), &mut shared, &mut part, act);
            }
            while let Some(Turn { workspace, flight }) = shared.next_admitted() {
                let act = |cell: &mut Cell, world: &mut World<'_>| {
                    cell.has_place(world, flight, now);
                };
                self.touch(&mut order, (&mut residents, workspace), &mut shared, &mut part, act);
            }
        }
        if stopped_at.is_none() {
            progress.note(SimTime::NEVER, scenario.duration, &mut noted);
        }
        if let Some(at) = stopped_at.and_then(|at| reached(frame, at)) {
            shared.cut(at, frame.all.window.until);
        }
        part.platform = shared.measures.map(PlatformMeasures::of);
        Ok(self.finish(residents, part, stopped_at))
    }

    /// Begins every workspace, and puts them in the order of their first events.
    fn begin(
        &self,
        replication: u32,
        shared: &mut Shared,
        part: &mut Part,
    ) -> (Vec<Resident>, Order) {
        let backend = self.scenario.backend.as_ref();
        let own = backend.filter(|backend| backend.scope == BackendScope::Workspace);
        let mut residents: Vec<Resident> = Vec::new();
        let mut order = Order::new();
        for (group, model) in self.models.iter().enumerate() {
            for index in 0..model.count {
                let own = own.map_or_else(Serving::default, |own| {
                    let capacity = Capacity::new(own.servers, Vec::new());
                    Serving::new(own, capacity, self.frame.all.window)
                });
                let number = residents.len() as u32;
                residents.push(Resident { group, cell: Cell::new(), own });
                let key = model.key(replication, index);
                let begin = |cell: &mut Cell, world: &mut World<'_>| cell.begin(world, key);
                self.touch(&mut order, (&mut residents, number), shared, part, begin);
            }
        }
        (residents, order)
    }

    /// Lets the first event of all happen, and notes the next one of its workspace.
    #[inline]
    fn advance(
        &self,
        order: &mut Order,
        residents: &mut [Resident],
        shared: &mut Shared,
        part: &mut Part,
    ) -> Result<(), EngineError> {
        let Some(mut top) = order.peek_mut() else { return Ok(()) };
        let Reverse((now, class, number)) = *top;
        let resident = &mut residents[number as usize];
        // Where others had it do something, entries are left over of what was done already.
        if resident.next() != Some((now, class)) {
            PeekMut::pop(top);
            return Ok(());
        }
        let Resident { group, cell, own } = resident;
        cell.advance(&mut self.world(part, shared, own, (*group, number)))?;
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
    fn touch(
        &self,
        order: &mut Order,
        (residents, number): (&mut [Resident], u32),
        shared: &mut Shared,
        part: &mut Part,
        act: impl FnOnce(&mut Cell, &mut World<'_>),
    ) {
        let resident = &mut residents[number as usize];
        let before = resident.next();
        let Resident { group, cell, own } = resident;
        act(cell, &mut self.world(part, shared, own, (*group, number)));
        let new = resident.next().filter(|&next| Some(next) != before);
        order.extend(new.map(|(time, class)| Reverse((time, class, number))));
    }

    /// What a workspace acts upon besides itself, by its group and its number.
    #[inline]
    fn world<'w>(
        &'w self,
        part: &'w mut Part,
        shared: &'w mut Shared,
        own: &'w mut Serving,
        (group, number): (usize, u32),
    ) -> World<'w> {
        World {
            model: &self.models[group],
            frame: &self.frame.groups[group],
            measures: &mut part.groups[group],
            servers: shared.serving.servers.as_mut().or(own.servers.as_mut()),
            station: shared.serving.station.as_mut().or(own.station.as_mut()),
            number,
            limits: shared.limits.as_mut(),
            platform: shared.measures.as_mut(),
        }
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
        for Resident { group, mut cell, mut own } in residents {
            let mut world = World {
                model: &self.models[group],
                frame: &frame.groups[group],
                measures: &mut part.groups[group],
                servers: None,
                station: own.station.as_mut(),
                number: 0,
                limits: None,
                platform: None,
            };
            cell.finish(&mut world);
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
