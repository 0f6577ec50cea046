//! Replications: as many as a scenario asks for, and what was measured in all of them and in each.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::by_workspace::WorkspaceRecord;
use super::journal::Observers;
use super::run::{EngineError, Part, RunOptions};
use super::windowed::Windows;
use super::{coupled, independent};
use crate::measure::{Frame, GroupMeasures, Interruption, Measures, PairMoments, PlatformMeasures};
use crate::scenario::{Precision, Scenario, Threshold};
use crate::summary::{Finished, Replications, Summary, summarise};

/// What came of a simulation.
pub(super) struct Simulated {
    pub(super) measures: Measures,
    /// Each workspace by itself, in any order, where the frame asks for it.
    pub(super) workspaces: Vec<WorkspaceRecord>,
    pub(super) by_replication: Replications,
    pub(super) events: u64,
    pub(super) messages: u64,
    pub(super) threads: usize,
}

impl Simulated {
    /// Its figures, without verdicts on thresholds.
    pub(super) fn summary(&self, scenario: &Scenario) -> Summary {
        summary(scenario, &self.measures)
    }
}

fn summary(scenario: &Scenario, measures: &Measures) -> Summary {
    let names: Vec<String> = scenario.groups.iter().map(|group| group.name.clone()).collect();
    let mut summary = summarise(measures, &names, scenario.identity(), scenario.seed);
    if let Some(why) = scenario.unsettled() {
        summary.validity.doubt(why);
    }
    summary
}

/// Told of each replication that is finished, by any thread.
pub(super) type Tell<'t> = &'t (dyn Fn(u32, &Part) + Sync);

/// Simulates some replications of a scenario, by their numbers, measured in a frame; fewer of them if the
/// scenario says when they are enough.
pub(super) fn simulate(
    scenario: &Scenario,
    mut frame: Frame,
    replications: Range<u32>,
    options: RunOptions,
    observers: Observers<'_>,
) -> Result<Simulated, EngineError> {
    let planned = replications.len() as u32;
    frame.replications = planned;
    let frame = &Arc::new(frame);
    let by_replication = Mutex::new(Finished::default());
    // A copy, since more is added to it later.
    let so_far = |part: &Part| {
        let apart = (part.sums.clone(), part.platform.clone());
        measures(frame, part.cohorts.clone(), apart)
    };
    let tell = |number: u32, part: &Part| {
        let summary = summary(scenario, &so_far(part));
        by_replication.lock().unwrap_or_else(PoisonError::into_inner).add(number, &summary);
    };
    let tell: Tell<'_> = if planned > 1 { &tell } else { &|_, _| {} };
    let ends = Ends::of(scenario).filter(|_| planned > 1);
    let mut whole: Option<Part> = None;
    let mut threads = options.threads.max(1);
    for stage in stages(replications, ends.as_ref()) {
        let stage_of = (stage.clone(), options.threads.max(1));
        let (part, used) = simulate_stage(scenario, frame, stage_of, observers, tell)?;
        threads = used;
        let goes_on = part.interrupted.is_none();
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => take_up(whole, &part),
        }
        let is_enough = |(part, ends): (&Part, &Ends<'_>)| {
            let mut measures = so_far(part);
            measures.replications = part.replications;
            ends.here(&summary(scenario, &measures), &measures)
        };
        if !goes_on || whole.as_ref().zip(ends.as_ref()).is_some_and(is_enough) {
            break;
        }
    }
    // A scenario has at least one replication.
    let mut part = whole.unwrap_or_else(|| Part::new(scenario, frame));
    let cut = part.frame.take().map(|cut| Arc::new(Frame { replications: planned, ..cut }));
    let cohorts = std::mem::take(&mut part.cohorts);
    let apart = (part.sums.take(), part.platform.take());
    let mut measures = measures(cut.as_ref().unwrap_or(frame), cohorts, apart);
    measures.replications = part.replications.max(1);
    measures.interrupted = part.interrupted;
    let by_replication = by_replication.into_inner().unwrap_or_else(PoisonError::into_inner);
    let by_replication = by_replication.in_order();
    let Part { workspaces, events, messages, .. } = part;
    Ok(Simulated { measures, workspaces, by_replication, events, messages, threads })
}

/// When fewer replications are enough than there may be.
struct Ends<'s> {
    /// There are at least so many.
    fewest: u32,
    precision: Option<&'s Precision>,
    /// Those that end the run when they surely fail.
    thresholds: Vec<&'s Threshold>,
}

impl<'s> Ends<'s> {
    /// Replications before thresholds are looked at: of fewer, intervals are not believed.
    const FEWEST: u32 = 5;

    /// Those of a scenario, if it has any.
    fn of(scenario: &'s Scenario) -> Option<Self> {
        let precision = scenario.until.as_ref();
        let thresholds: Vec<&Threshold> =
            scenario.thresholds.iter().filter(|it| it.abort_on_fail).collect();
        let fewest = precision.map_or(Self::FEWEST, |precision| precision.fewest);
        let any = precision.is_some() || !thresholds.is_empty();
        any.then_some(Self { fewest, precision, thresholds })
    }

    /// Whether there are enough.
    fn here(&self, summary: &Summary, measures: &Measures) -> bool {
        self.precision.is_some_and(|precision| precision.is_met(summary))
            || measures.replications >= Self::FEWEST
                && self.thresholds.iter().any(|it| it.surely_fails(summary, measures))
    }
}

/// The stages after each of which it is asked whether there are enough: the fewest, then a quarter more
/// each time. They depend on nothing but the scenario, and are few, for who looks often enough finds at
/// some time what he looks for.
fn stages(replications: Range<u32>, ends: Option<&Ends<'_>>) -> Vec<Range<u32>> {
    let Some(ends) = ends else { return vec![replications] };
    let mut stages = Vec::new();
    let mut begin = replications.start;
    let mut length = ends.fewest;
    while begin < replications.end {
        let end = begin.saturating_add(length).min(replications.end);
        stages.push(begin..end);
        (begin, length) = (end, ((end - replications.start) / 4).max(1));
    }
    stages
}

/// Simulates the replications of a stage. Answers what was measured, and on how many threads.
fn simulate_stage(
    scenario: &Scenario,
    frame: &Frame,
    (stage, mut threads): (Range<u32>, usize),
    observers: Observers<'_>,
    tell: Tell<'_>,
) -> Result<(Part, usize), EngineError> {
    let count = stage.len() as u32;
    if frame.meet {
        let windows = Windows::of(scenario).filter(|_| observers.log.is_none());
        let at_once = threads.min(stage.len()).max(1);
        threads = if windows.is_some() { threads / at_once * at_once } else { at_once };
        let part = coupled::run(scenario, frame, stage, (threads, windows), observers, tell)?;
        return Ok((part, threads));
    }
    let mut part = independent::run(scenario, frame, stage, threads, observers, tell)?;
    let of_one: u64 = scenario.groups.iter().map(|group| u64::from(group.count)).sum();
    // The last that had begun counts as far as it came.
    let finished: u64 = part.cohorts.iter().map(|cohort| cohort.workspaces).sum();
    part.replications = finished.div_ceil(of_one) as u32;
    if finished < of_one * u64::from(count) {
        part.interrupted = Some(Interruption::Workspaces(finished));
    }
    Ok((part, threads))
}

/// Takes up what a further stage measured. A replication of it that was cut short is left out: it is not
/// the only one.
fn take_up(whole: &mut Part, stage: &Part) {
    let finished = match stage.interrupted {
        None => {
            whole.merge(stage);
            return;
        }
        Some(Interruption::Until(_)) => Interruption::Replications(whole.replications),
        Some(Interruption::Replications(_)) => {
            whole.merge(stage);
            Interruption::Replications(whole.replications)
        }
        Some(Interruption::Workspaces(_)) => {
            whole.merge(stage);
            let finished = whole.cohorts.iter().map(|cohort| cohort.workspaces).sum();
            Interruption::Workspaces(finished)
        }
    };
    whole.interrupted = Some(finished);
}

/// What was measured in cohorts, of one replication that was finished: of several it is to be said.
fn measures(
    frame: &Arc<Frame>,
    cohorts: Vec<GroupMeasures>,
    (sums, platform): (Option<Vec<Vec<PairMoments>>>, Option<PlatformMeasures>),
) -> Measures {
    Measures { platform, ..Measures::of_cohorts(Arc::clone(frame), cohorts, sums) }
}
