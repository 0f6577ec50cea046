//! Driving: what is due in a scenario, played against a target, measured as a run is.

mod ideal;
mod playable;

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use thiserror::Error;

use self::ideal::{foundings, ideal};
pub use self::playable::Unplayable;
use crate::drive::{
    DriveError, Embedded, Lag, Pace, Played, Presence, Recorded, Recorder, Schedule, Target, play,
};
use crate::engine::{self, EngineError, RunOptions, Watch};
use crate::log::{DecisionLog, Trace};
use crate::measure::{Frame, Interruption, Measures};
use crate::rules::Founding;
use crate::scenario::Scenario;
use crate::summary::{Summary, Verdict, summarise};
use crate::units::{SimTime, Speed};

/// Records that wait to be taken down; who has one more waits.
const MOST_RECORDS: usize = 1 << 16;

/// How a scenario is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DriveOptions {
    /// How much faster than the wall clock virtual time runs.
    pub speed: Speed,
    /// Threads that ask and decide, at least 1.
    pub threads: usize,
}

/// A scenario that was driven.
pub struct Driven {
    /// Its figures, with the verdict on each threshold; without what it cost.
    pub summary: Summary,
    /// The histograms and series behind them.
    pub measures: Measures,
    /// Requests that were answered.
    pub answered: u64,
    /// Messages that were asked for.
    pub messages: u64,
    /// How late they were sent.
    pub lag: Lag,
    /// How long it took, from when time began.
    pub wall: Duration,
}

/// Why a scenario could not be driven.
#[derive(Debug, Error)]
pub enum DrivingError {
    /// It has what cannot be driven.
    #[error("this scenario cannot be driven:\n{0}")]
    Unplayable(Unplayable),
    /// When what is due could not be worked out.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Driving could not go on.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// It was interrupted before it began.
    #[error("interrupted before anything was asked for")]
    Interrupted,
    /// When what is due could not be written down.
    #[error("cannot write {0}: {1}")]
    Scratch(String, std::io::Error),
}

/// Drives a scenario against enforcement in this process, by its strategy. All decisions go to
/// `log`, which is to be [finished](DecisionLog::finish) afterwards; when what is due is kept in
/// the file `scratch` meanwhile. `watch` may ask to stop: what was measured by then is the outcome,
/// and says so.
///
/// # Errors
///
/// [`DrivingError`] if the scenario has what cannot be driven, if it loops in no time, or if a file
/// cannot be written.
pub fn drive(
    scenario: &Scenario,
    options: DriveOptions,
    watch: &Watch,
    (log, scratch): (&DecisionLog, &Path),
) -> Result<Driven, DrivingError> {
    let embedded = |foundings: &[Founding], pace: &Arc<Pace>| {
        Embedded::new(scenario, foundings.iter().copied(), pace)
    };
    drive_target(scenario, options, watch, (log, scratch), embedded)
}

/// Drives a scenario against a target, which is made when it is known how its workspaces are
/// founded, and how virtual time goes. All else is as [`drive`] does it.
///
/// # Errors
///
/// As [`drive`].
pub fn drive_target<T: Target>(
    scenario: &Scenario,
    options: DriveOptions,
    watch: &Watch,
    (log, scratch): (&DecisionLog, &Path),
    target: impl FnOnce(&[Founding], &Arc<Pace>) -> T,
) -> Result<Driven, DrivingError> {
    playable::check(scenario).map_err(DrivingError::Unplayable)?;
    let scenario = &*engine::settle(scenario, RunOptions::default(), watch)?;
    let foundings = foundings(scenario, watch)?;
    let schedule = write_down(scenario, watch, scratch)?;
    if watch.stopped() {
        return Err(DrivingError::Interrupted);
    }
    let mut schedule = Schedule::open(&schedule, scenario)?;
    let whole = Arc::new(frame(scenario, SimTime::ZERO + scenario.duration));
    let pace = Arc::new(Pace::new(options.speed));
    let target = Arc::new(target(&foundings, &pace));
    let presence = Arc::new(Presence::new(scenario));
    let desk = Recorder::new((scenario, &whole), &foundings, (&pace, log));
    let (sender, records) = sync_channel(MOST_RECORDS);
    let (played, taken_down) = std::thread::scope(|scope| {
        let recorder = scope.spawn(move || desk.take_down(&records));
        let how = (&pace, &presence, options.threads);
        let played = play(&mut schedule, &target, how, &sender, || {
            watch.note(pace.now().nanos(), scenario.duration.nanos());
            watch.stopped() || recorder.is_finished()
        });
        drop(sender);
        (played, recorder.join())
    });
    let wall = pace.passed();
    let desk = taken_down.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let played = played?;
    let frame = match played.stopped_at {
        Some(until) => Arc::new(frame(scenario, until)),
        None => whole,
    };
    let recorded = desk.finish(&frame);
    let unanswered = played.sent - recorded.answered;
    if unanswered > 0 {
        return Err(DriveError::Unanswered(unanswered).into());
    }
    Ok(outcome(scenario, frame, recorded, (played, pace.wall(scenario.duration), wall)))
}

/// Writes down when what is due: a run of the same scenario in which nothing is refused.
fn write_down(scenario: &Scenario, watch: &Watch, scratch: &Path) -> Result<Trace, DrivingError> {
    let name = scratch.display().to_string();
    let failed = |error| DrivingError::Scratch(name.clone(), error);
    let file = File::create(scratch).map_err(failed)?;
    let log = DecisionLog::new(BufWriter::new(file));
    engine::run_logged(&ideal(scenario), RunOptions::default(), watch, &log)?;
    log.finish().map_err(failed)?;
    Ok(Trace::new(scratch, name))
}

/// What is measured: customers may find an agent away although they would have waited, since it
/// went away meanwhile; and what anybody pays is not known.
fn frame(scenario: &Scenario, until: SimTime) -> Frame {
    let mut scenario = scenario.clone();
    for line in scenario.groups.iter_mut().flat_map(|group| &mut group.lines) {
        line.while_offline = crate::workload::WhileOffline::Refuse;
    }
    let mut frame = engine::frame(&scenario, until);
    let plans = frame.plans.iter_mut().map(|plan| &mut plan.frame);
    for of in frame.groups.iter_mut().chain([&mut frame.all]).chain(plans) {
        let features = &mut of.features;
        features.prices = false;
        // Who asks does not see how it is decided.
        (features.enforced, features.stranded, features.contended) = (false, false, false);
        features.audited = false;
    }
    frame
}

fn outcome(
    scenario: &Scenario,
    frame: Arc<Frame>,
    recorded: Recorded,
    (played, whole, wall): (Played, Duration, Duration),
) -> Driven {
    let Recorded { measures, lag, answered } = recorded;
    let interrupted = played.stopped_at.map(Interruption::Until);
    let measures = Measures { interrupted, ..Measures::of_cohorts(frame, measures, None) };
    let names: Vec<String> = scenario.groups.iter().map(|group| group.name.clone()).collect();
    let mut summary = summarise(&measures, &names, scenario.identity(), scenario.seed);
    if let Some(why) = scenario.unsettled() {
        summary.validity.doubt(why);
    }
    if let Some(why) = lag.complaint(whole) {
        summary.validity.verdict = Verdict::Invalid;
        summary.validity.why.push(why);
    }
    summary.thresholds =
        scenario.thresholds.iter().map(|threshold| threshold.judge(&summary, &measures)).collect();
    let messages = lag.count();
    Driven { summary, measures, answered, messages, lag, wall }
}
