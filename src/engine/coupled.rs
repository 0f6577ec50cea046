//! Workspaces that meet in the platform's servers or in a trace: one calendar of calendars, on one
//! thread. Replications never meet: each is simulated whole, on any thread.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::calendar::Class;
use super::cell::{Cell, World};
use super::frame;
use super::model::GroupModel;
use super::recording::Recording;
use super::run::{EngineError, Part};
use super::servers::Servers;
use super::spread::{Pieces, spread};
use super::watch::Watch;
use crate::measure::{BackendMeasures, Capacity, Frame, Interruption, PlatformMeasures};
use crate::scenario::{Backend, Scenario};
use crate::units::{SimSpan, SimTime};

/// Events between two looks at the watch.
const WATCH_EVERY: u64 = 1 << 14;

/// Simulates these replications, over `threads` threads.
///
/// Of an interrupted run those count that are finished; if none is, the first as far as it came.
pub(super) fn run(
    scenario: &Scenario,
    backend: Option<&Backend>,
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
    let platform = Platform { scenario, backend, models, frame, progress };
    let workers = spread(
        &pieces,
        threads,
        watch,
        Finished::default,
        |finished: &mut Finished, replication| {
            let mut part = platform.simulate(replication as u32)?;
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
    let mut part = part.or(cut).unwrap_or_else(|| platform.nothing());
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

/// All workspaces and the servers that they share, if they share any.
struct Platform<'a> {
    scenario: &'a Scenario,
    backend: Option<&'a Backend>,
    models: &'a [GroupModel],
    frame: &'a Frame,
    progress: Progress<'a>,
}

impl Platform<'_> {
    /// What is there of a run that was interrupted before it began.
    fn nothing(&self) -> Part {
        let frame = self.frame;
        let idle = || BackendMeasures::new(frame.all.window, frame.bin, frame.bins());
        let mut part = Part::new(self.scenario, frame);
        part.platform = self.backend.map(|_| PlatformMeasures::of(idle()));
        part.interrupted = Some(Interruption::Until(SimTime::ZERO));
        part
    }

    /// Simulates a replication: all workspaces together, in order of time; ties go by class, then
    /// by workspace in the scenario's order.
    fn simulate(&self, replication: u32) -> Result<Part, EngineError> {
        let Self { scenario, backend, models, frame, ref progress } = *self;
        let mut part = Part::new(scenario, frame);
        let mut platform =
            backend.map(|_| BackendMeasures::new(frame.all.window, frame.bin, frame.bins()));
        let mut servers = backend.map(|backend| self.shared(backend, platform.as_mut()));
        let mut own = self.own_servers();
        let mut recording = Recording::open(scenario);
        let mut cells: Vec<(usize, Cell)> = Vec::new();
        let mut order = Order::new();
        for (group, model) in models.iter().enumerate() {
            for index in 0..model.count {
                let mut cell = Cell::new();
                let mut world = World {
                    model,
                    frame: &frame.groups[group],
                    measures: &mut part.groups[group],
                    servers: own.get_mut(cells.len()).or(servers.as_mut()),
                    platform: platform.as_mut(),
                };
                cell.begin(&mut world, model.key(replication, index));
                if let Some((time, class)) = cell.next() {
                    order.push(Reverse((time, class, cells.len() as u32)));
                }
                cells.push((group, cell));
            }
        }
        let (mut events, mut noted) = (0_u64, 0);
        let mut stopped_at = None;
        while let Some(Next { key: (now, _, number), is_row }) = next(&order, recording.as_mut())? {
            events += 1;
            if events.is_multiple_of(WATCH_EVERY) {
                progress.note(now, scenario.duration, &mut noted);
                if progress.watch.stopped() {
                    stopped_at = Some(now);
                    break;
                }
            }
            let (group, cell) = &mut cells[number as usize];
            let mut world = World {
                model: &models[*group],
                frame: &frame.groups[*group],
                measures: &mut part.groups[*group],
                servers: own.get_mut(number as usize).or(servers.as_mut()),
                platform: platform.as_mut(),
            };
            match recording.as_mut().filter(|_| is_row) {
                Some(recording) => replay(recording, cell, &mut world, &mut order)?,
                None => step(cell, &mut world, &mut order)?,
            }
        }
        if stopped_at.is_none() {
            progress.note(SimTime::NEVER, scenario.duration, &mut noted);
        }
        if let Some(at) = stopped_at.and_then(|at| reached(frame, at))
            && let (Some(servers), Some(platform)) = (&servers, &mut platform)
            && let Some(ahead) = servers.ahead(at, frame.all.window.until)
        {
            platform.cut(&ahead);
        }
        Ok(self.finish(cells, part, platform, stopped_at))
    }

    /// The servers that all workspaces share, and how many there are over time.
    fn shared(&self, backend: &Backend, measures: Option<&mut BackendMeasures>) -> Servers {
        let frame = self.frame;
        let capacity = Capacity::new(backend.servers, backend.changes.clone());
        if let Some(measures) = measures.filter(|_| capacity.changes()) {
            measures.has_servers(&capacity, frame.bin, SimTime::ZERO + self.scenario.duration);
        }
        Servers::new(capacity, backend.queue_limit, frame.all.window.from)
    }

    /// The servers that each workspace has of its own; none if they share some, or need none.
    fn own_servers(&self) -> Vec<Servers> {
        let own = self.scenario.backend.as_ref().filter(|_| self.backend.is_none());
        let Some(own) = own else { return Vec::new() };
        let from = self.frame.all.window.from;
        let servers =
            || Servers::new(Capacity::new(own.servers, Vec::new()), own.queue_limit, from);
        let workspaces: u64 = self.models.iter().map(|model| u64::from(model.count)).sum();
        (0..workspaces).map(|_| servers()).collect()
    }

    /// Ends every workspace; those of an interrupted run as if arrivals had stopped there.
    fn finish(
        &self,
        cells: Vec<(usize, Cell)>,
        mut part: Part,
        platform: Option<BackendMeasures>,
        stopped_at: Option<SimTime>,
    ) -> Part {
        let cut_frame = stopped_at
            .and_then(|at| reached(self.frame, at))
            .map(|at| frame::frame(self.scenario, at));
        let frame = cut_frame.as_ref().unwrap_or(self.frame);
        for (group, mut cell) in cells {
            let mut world = World {
                model: &self.models[group],
                frame: &frame.groups[group],
                measures: &mut part.groups[group],
                servers: None,
                platform: None,
            };
            cell.finish(&mut world);
            part.events += cell.events();
            part.messages += cell.messages();
        }
        part.replications = 1;
        part.platform = platform.map(PlatformMeasures::of);
        part.interrupted = stopped_at.map(Interruption::Until);
        part.frame = cut_frame;
        part
    }
}

/// When the next event of each workspace is due, and what it does; of workspaces that a row came
/// before, also when events were due that are not the next any more.
type Order = BinaryHeap<Reverse<(SimTime, Class, u32)>>;

/// What happens next.
struct Next {
    key: (SimTime, Class, u32),
    /// Whether it is a row of a trace, and no event of a workspace.
    is_row: bool,
}

/// What happens next; `None` if nothing does. A row goes before the other events of its instant, its
/// class and its workspace.
#[inline]
fn next(order: &Order, recording: Option<&mut Recording>) -> Result<Option<Next>, EngineError> {
    let event = order.peek().map(|&Reverse(key)| key);
    if let Some(recording) = recording
        && let Some(key) = recording.peek()?
        && event.is_none_or(|event| key <= event)
    {
        return Ok(Some(Next { key, is_row: true }));
    }
    Ok(event.map(|key| Next { key, is_row: false }))
}

/// Lets the next event of a workspace happen, which is the first of all.
#[inline]
fn step(cell: &mut Cell, world: &mut World<'_>, order: &mut Order) -> Result<(), EngineError> {
    let Some(mut top) = order.peek_mut() else { return Ok(()) };
    let Reverse((now, class, number)) = *top;
    // Since a row came before it, the workspace may stand here at an instant that is not its next.
    if cell.next() == Some((now, class)) {
        cell.step(world)?;
        if let Some((time, class)) = cell.next() {
            *top = Reverse((time, class, number));
            return Ok(());
        }
    }
    PeekMut::pop(top);
    Ok(())
}

/// Lets the next row happen, which is of this workspace.
fn replay(
    recording: &mut Recording,
    cell: &mut Cell,
    world: &mut World<'_>,
    order: &mut Order,
) -> Result<(), EngineError> {
    let Some((due, turns)) = recording.take() else { return Ok(()) };
    let before = cell.next();
    cell.replay(world, &due.row, turns, due.row.time)?;
    if let Some((time, class)) = cell.next().filter(|&next| Some(next) != before) {
        order.push(Reverse((time, class, due.cell)));
    }
    Ok(())
}

/// Where the window of a run ends that was interrupted at `at`: there, but not before it has begun;
/// `None` if the whole window was simulated.
fn reached(whole: &Frame, at: SimTime) -> Option<SimTime> {
    let window = whole.all.window;
    (at < window.until).then(|| at.max(window.from + SimSpan::from_nanos(1)))
}
