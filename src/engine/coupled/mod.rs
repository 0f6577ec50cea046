//! Workspaces that meet: in the platform's servers, in limits over everybody, or in a trace. One
//! calendar of calendars, on one thread. Replications never meet: each is simulated whole, on any thread.

mod crowd;
mod shared;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use self::crowd::{Crowd, Entry};
pub(super) use self::shared::Shared;
use super::cell::Waiter;
use super::frame;
use super::journal::{Journal, Names, Observers};
use super::model::GroupModel;
use super::recording::Recording;
use super::replicate::Tell;
use super::run::{EngineError, Part};
use super::spread::{Pieces, spread};
use super::watch::Watch;
use super::windowed::{self, Windows};
use crate::measure::{Frame, Interruption, PlatformMeasures};
use crate::scenario::Scenario;
use crate::units::{SimSpan, SimTime};

/// Events between two looks at the watch.
const WATCH_EVERY: u64 = 1 << 14;

/// Simulates these replications, over `threads` threads. Where there are windows, each is simulated in
/// those, and the threads that are left over when each replication has one share them.
///
/// Of an interrupted run those count that are finished; if none is, the first as far as it came.
pub(super) fn run(
    scenario: &Scenario,
    frame: &Frame,
    replications: Range<u32>,
    (threads, windows): (usize, Option<Windows>),
    observers: Observers<'_>,
    tell: Tell<'_>,
) -> Result<Part, EngineError> {
    let (watch, names) = (observers.watch, &Names::of(scenario));
    let first = u64::from(replications.start);
    let pieces = Pieces { numbers: first..u64::from(replications.end), at_a_time: 1 };
    let progress =
        Progress { watch, done: AtomicU64::new(0), replications: replications.len() as u64 };
    let models = &GroupModel::all(scenario);
    let at_once = threads.min(replications.len()).max(1);
    let windows = windows.map(|windows| (windows, threads / at_once));
    let everybody = Everybody { scenario, models, frame, observers, names, progress, windows };
    let workers = spread(
        &pieces,
        at_once,
        watch,
        Finished::default,
        |finished: &mut Finished, replication| {
            let mut part = observers.check(everybody.simulate(replication as u32))?;
            if part.interrupted.is_none() {
                if frame.replications > 1 {
                    part.condense(everybody.frame, replication as u32);
                    tell(replication as u32, &part);
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
    observers: Observers<'a>,
    names: &'a Names,
    progress: Progress<'a>,
    /// The windows in which a replication is simulated, and on how many threads.
    windows: Option<(Windows, usize)>,
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

    /// Simulates a replication.
    fn simulate(&self, replication: u32) -> Result<Part, EngineError> {
        if let Some((windows, threads)) = self.windows
            && let Some(part) = self.simulate_windows(replication, windows, threads)?
        {
            return Ok(part);
        }
        self.simulate_events(replication)
    }

    /// Simulates a replication window by window, unless time ends.
    fn simulate_windows(
        &self,
        replication: u32,
        windows: Windows,
        threads: usize,
    ) -> Result<Option<Part>, EngineError> {
        let Self { scenario, models, frame, ref progress, .. } = *self;
        let (mut events, mut noted) = (0, 0);
        let mut goes_on = |now, new| {
            events += new;
            if events < WATCH_EVERY {
                return true;
            }
            events = 0;
            progress.note(now, scenario.duration, &mut noted);
            !progress.watch.stopped()
        };
        let everybody = windowed::Everybody { scenario, models, frame, windows };
        let simulated = everybody.simulate(replication, threads, &mut goes_on)?;
        let Some((crowd, shared, stopped_at)) = simulated else { return Ok(None) };
        if stopped_at.is_none() {
            progress.note(SimTime::NEVER, scenario.duration, &mut noted);
        }
        let part = Part::new(scenario, frame);
        let finish = |frame: &Frame, part: &mut Part| crowd.finish(frame, part);
        Ok(Some(self.end(part, shared, stopped_at, finish)))
    }

    /// Simulates a replication event by event: all workspaces together, in order of time; ties go by
    /// class, then by workspace in the scenario's order.
    fn simulate_events(&self, replication: u32) -> Result<Part, EngineError> {
        let Self { scenario, models, frame, observers, names, ref progress, .. } = *self;
        let mut part = Part::new(scenario, frame);
        let mut shared = Shared::new(scenario, frame);
        shared.journal = Journal::new(observers, names);
        let mut recording = Recording::open(scenario);
        let of_all = (models, frame);
        let mut all = Crowd::begin(scenario, of_all, replication, &mut shared, &mut part);
        let (mut events, mut noted) = (0_u64, 0);
        let mut stopped_at = None;
        loop {
            let event = all.first();
            let row = next_row(recording.as_mut(), event)?;
            let next = row.or(event).map(|(at, ..)| at);
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
            if station.is_some() {
                if let Some(verdict) = shared.step() {
                    part.events += 1;
                    all.touch(&mut shared, &mut part, verdict.of.0, |cell, world| {
                        cell.told(world, verdict, now);
                    });
                }
            } else if let Some(due) = recording.as_mut().filter(|_| row.is_some()) {
                let Some((due, turns)) = due.take() else { continue };
                all.touch(&mut shared, &mut part, due.cell, |cell, world| {
                    cell.replay(world, &due.row, turns, due.row.time)
                })?;
            } else {
                all.advance(&mut shared, &mut part)?;
            }
            while let Some(Waiter { workspace, flight }) = shared.next_admitted() {
                all.touch(&mut shared, &mut part, workspace, |cell, world| {
                    cell.has_place(world, flight, now);
                });
            }
        }
        if stopped_at.is_none() {
            progress.note(SimTime::NEVER, scenario.duration, &mut noted);
        }
        if let Some(journal) = &mut shared.journal {
            journal.end();
        }
        let finish = |frame: &Frame, part: &mut Part| all.finish(frame, part);
        Ok(self.end(part, shared, stopped_at, finish))
    }

    /// Ends a replication, which perhaps was stopped at an instant.
    fn end(
        &self,
        mut part: Part,
        mut shared: Shared<'_>,
        stopped_at: Option<SimTime>,
        finish: impl FnOnce(&Frame, &mut Part),
    ) -> Part {
        // What an interrupted run has is measured as if arrivals had stopped there.
        let cut = stopped_at.and_then(|at| reached(self.frame, at));
        if let Some(at) = cut {
            shared.cut(at, self.frame.all.window.until);
        }
        let cut = cut.map(|at| frame::frame(self.scenario, at));
        finish(cut.as_ref().unwrap_or(self.frame), &mut part);
        part.platform = shared.measures.map(PlatformMeasures::of);
        part.frame = cut;
        part.replications = 1;
        part.interrupted = stopped_at.map(Interruption::Until);
        part
    }
}

/// The next row of a trace, if it goes before what is due next in any workspace: a row goes before
/// the other events of its instant, its class and its workspace.
fn next_row(
    recording: Option<&mut Recording>,
    event: Option<Entry>,
) -> Result<Option<Entry>, EngineError> {
    let Some(recording) = recording else { return Ok(None) };
    let row = recording.peek()?.map(|(at, class, number)| (at, Some(class), number));
    Ok(row.filter(|row| event.is_none_or(|event| *row <= event)))
}

/// Where the window of a run ends that was interrupted at `at`: there, but not before it has begun;
/// `None` if the whole window was simulated.
fn reached(whole: &Frame, at: SimTime) -> Option<SimTime> {
    let window = whole.all.window;
    (at < window.until).then(|| at.max(window.from + SimSpan::from_nanos(1)))
}
