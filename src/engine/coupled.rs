//! Workspaces that meet in the platform's servers: one calendar of calendars, on one thread.
//! Replications never meet: each is simulated whole, on any thread.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::calendar::Class;
use super::cell::{Cell, World};
use super::frame;
use super::model::GroupModel;
use super::run::{EngineError, Part};
use super::servers::Servers;
use super::spread::{Pieces, spread};
use super::station::{Station, Verdict};
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
    backend: &Backend,
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

/// The next event of each workspace: when, of which class, and the number of the workspace.
type Order = BinaryHeap<Reverse<(SimTime, Class, u32)>>;

/// The servers that all workspaces share in one replication.
struct Shared {
    servers: Servers,
    /// In place of the servers, where completions are events.
    station: Option<Station>,
    measures: BackendMeasures,
}

impl Shared {
    /// Has the station do what is due next.
    fn step(&mut self) -> Option<Verdict> {
        self.station.as_mut()?.step(Some(&mut self.measures))
    }

    /// Has the servers be measured until the instant at which a run was interrupted, of a window
    /// that goes on until `until`.
    fn cut(&mut self, at: SimTime, until: SimTime) {
        if let Some(station) = &mut self.station {
            station.pass(at, Some(&mut self.measures));
        } else if let Some(ahead) = self.servers.ahead(at, until) {
            self.measures.cut(&ahead);
        }
    }
}

/// All workspaces and the servers that they share.
struct Platform<'a> {
    scenario: &'a Scenario,
    backend: &'a Backend,
    models: &'a [GroupModel],
    frame: &'a Frame,
    progress: Progress<'a>,
}

impl Platform<'_> {
    /// What is there of a run that was interrupted before it began.
    fn nothing(&self) -> Part {
        let frame = self.frame;
        let idle = BackendMeasures::new(frame.all.window, frame.bin, frame.bins());
        let mut part = Part::new(self.scenario, frame);
        part.platform = Some(PlatformMeasures::of(idle));
        part.interrupted = Some(Interruption::Until(SimTime::ZERO));
        part
    }

    /// Simulates a replication: all workspaces together, in order of time; ties go by class, then
    /// by workspace in the scenario's order.
    fn simulate(&self, replication: u32) -> Result<Part, EngineError> {
        let Self { scenario, backend, models, frame, ref progress } = *self;
        let mut part = Part::new(scenario, frame);
        let capacity = Capacity::new(backend.servers, backend.changes.clone());
        let mut platform = BackendMeasures::new(frame.all.window, frame.bin, frame.bins());
        if capacity.changes() {
            platform.has_servers(&capacity, frame.bin, SimTime::ZERO + scenario.duration);
        }
        let station = backend
            .has_completions()
            .then(|| Station::new(backend, capacity.clone(), frame.all.window));
        let servers = Servers::new(capacity, backend.queue_limit, frame.all.window.from);
        let mut shared = Shared { servers, station, measures: platform };
        let mut cells: Vec<(usize, Cell)> = Vec::new();
        let mut order = Order::new();
        for (group, model) in models.iter().enumerate() {
            for index in 0..model.count {
                let (mut cell, number) = (Cell::new(), cells.len() as u32);
                let mut world = self.world(&mut part, &mut shared, (group, number));
                cell.begin(&mut world, model.key(replication, index));
                order.extend(cell.next().map(|(time, class)| Reverse((time, class, number))));
                cells.push((group, cell));
            }
        }
        let (mut events, mut noted) = (0_u64, 0);
        let mut stopped_at = None;
        loop {
            let next = order.peek().map(|&Reverse((at, ..))| at);
            let own = shared.station.as_mut().and_then(Station::next);
            let own = own.filter(|&own| next.is_none_or(|next| own <= next));
            let Some(now) = own.or(next) else { break };
            events += 1;
            if events.is_multiple_of(WATCH_EVERY) {
                progress.note(now, scenario.duration, &mut noted);
                if progress.watch.stopped() {
                    stopped_at = Some(now);
                    break;
                }
            }
            let told = own.and_then(|_| shared.step());
            let number = match (told, order.peek()) {
                (Some(verdict), _) => verdict.of.0,
                (None, Some(&Reverse((.., number)))) if own.is_none() => number,
                _ => continue,
            };
            let (group, cell) = &mut cells[number as usize];
            let mut world = self.world(&mut part, &mut shared, (*group, number));
            if let Some(verdict) = told {
                let before = cell.next();
                cell.told(&mut world, verdict, now);
                part.events += 1;
                // What is due earlier than anything before has an entry of its own.
                let new = cell.next().filter(|&next| Some(next) != before);
                order.extend(new.map(|(time, class)| Reverse((time, class, number))));
            } else {
                advance(&mut order, cell, &mut world)?;
            }
        }
        if stopped_at.is_none() {
            progress.note(SimTime::NEVER, scenario.duration, &mut noted);
        }
        if let Some(at) = stopped_at.and_then(|at| reached(frame, at)) {
            shared.cut(at, frame.all.window.until);
        }
        Ok(self.finish(cells, part, shared.measures, stopped_at))
    }

    /// What a workspace acts upon besides itself, by its group and its number.
    #[inline]
    fn world<'w>(
        &'w self,
        part: &'w mut Part,
        shared: &'w mut Shared,
        (group, number): (usize, u32),
    ) -> World<'w> {
        World {
            model: &self.models[group],
            frame: &self.frame.groups[group],
            measures: &mut part.groups[group],
            servers: Some(&mut shared.servers),
            station: shared.station.as_mut(),
            number,
            platform: Some(&mut shared.measures),
        }
    }

    /// Ends every workspace; those of an interrupted run as if arrivals had stopped there.
    fn finish(
        &self,
        cells: Vec<(usize, Cell)>,
        mut part: Part,
        platform: BackendMeasures,
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
                station: None,
                number: 0,
                platform: None,
            };
            cell.finish(&mut world);
            part.events += cell.events();
            part.messages += cell.messages();
        }
        part.replications = 1;
        part.platform = Some(PlatformMeasures::of(platform));
        part.interrupted = stopped_at.map(Interruption::Until);
        part.frame = cut_frame;
        part
    }
}

/// Lets the first event of all happen, which is of this workspace, and notes its next one.
#[inline]
fn advance(order: &mut Order, cell: &mut Cell, world: &mut World<'_>) -> Result<(), EngineError> {
    let Some(mut top) = order.peek_mut() else { return Ok(()) };
    let Reverse((now, class, number)) = *top;
    // Where a station puts events before others, entries are left over of what was done already.
    if world.station.is_some() && cell.next() != Some((now, class)) {
        PeekMut::pop(top);
        return Ok(());
    }
    cell.step(world)?;
    match cell.next() {
        Some((time, class)) => *top = Reverse((time, class, number)),
        None => {
            PeekMut::pop(top);
        }
    }
    Ok(())
}

/// Where the window of a run ends that was interrupted at `at`: there, but not before it has begun;
/// `None` if the whole window was simulated.
fn reached(whole: &Frame, at: SimTime) -> Option<SimTime> {
    let window = whole.all.window;
    (at < window.until).then(|| at.max(window.from + SimSpan::from_nanos(1)))
}
