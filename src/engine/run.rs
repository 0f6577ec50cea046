//! A whole run: from a scenario to its summary.

use thiserror::Error;

use super::by_workspace::WorkspaceRecord;
use super::frame;
use super::journal::Observers;
use super::replicate::{Simulated, simulate};
use super::settle::settle;
use super::watch::Watch;
use crate::log::{DecisionLog, TraceError};
use crate::measure::{
    Frame, GroupMeasures, Interruption, Measures, PairMoments, PlatformMeasures, Seen,
};
use crate::scenario::{Flaws, Scenario, Threshold};
use crate::summary::{Replications, Summary, ThresholdSummary};
use crate::units::{SimSpan, SimTime};

/// How a scenario is run. Nothing of it changes a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOptions {
    /// Threads to simulate on, at least 1. Replications go beside each other as far as there are several;
    /// threads that are left over share one where its workspaces never meet, or meet only in what answers
    /// them after a network delay.
    pub threads: usize,
}

/// One thread.
impl Default for RunOptions {
    fn default() -> Self {
        Self { threads: 1 }
    }
}

/// A finished run.
pub struct Outcome {
    /// Its figures, with the verdict on each threshold; without what it cost.
    pub summary: Summary,
    /// The histograms and series behind them.
    pub measures: Measures,
    /// The figures of each replication by itself; none where there is one.
    pub replications: Replications,
    /// Events simulated.
    pub events: u64,
    /// Messages simulated, the warm-up's included.
    pub messages: u64,
    /// Threads that simulated.
    pub threads: usize,
}

/// Why a run could not go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EngineError {
    /// The scenario has values that no run can have: it was built or changed in code.
    #[error("the scenario cannot be run:\n{0}")]
    Flawed(Flaws),
    /// Events follow each other in no time, without end.
    #[error(
        "more than a million events of one workspace of `{group}` happen at the same instant, \
         {at} after the start: a think time, a retry or a period of zero length loops"
    )]
    Livelock {
        /// The group of the workspace.
        group: String,
        /// Since the start.
        at: SimSpan,
    },
    /// A trace has changed since the scenario was loaded, and cannot be read on.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// A log of decisions cannot be written.
    #[error("cannot write the log of decisions: {0}")]
    Log(String),
    /// A log of decisions was asked for of several replications.
    #[error("a log of decisions is of one replication, and the scenario has {0}")]
    Replications(u32),
}

/// What was simulated by one thread, or by all.
pub(super) struct Part {
    /// What was measured in each of the frame's cohorts.
    pub(super) cohorts: Vec<GroupMeasures>,
    /// Where replications are told apart: sums over them of each of the frame's
    /// [wholes](Frame::wholes), one for each of its ratios.
    pub(super) sums: Option<Vec<Vec<PairMoments>>>,
    pub(super) platform: Option<PlatformMeasures>,
    /// Replications in it, where workspaces meet; where they do not it is not told.
    pub(super) replications: u32,
    pub(super) events: u64,
    pub(super) messages: u64,
    /// Each workspace by itself, in any order, where that is asked for.
    pub(super) workspaces: Vec<WorkspaceRecord>,
    pub(super) interrupted: Option<Interruption>,
    /// The frame that holds, if the run was cut short.
    pub(super) frame: Option<Frame>,
}

impl Part {
    pub(super) fn new(scenario: &Scenario, frame: &Frame) -> Self {
        let measure = |group| GroupMeasures::new(group, frame.bin, scenario.duration);
        let groups = frame.groups.iter().zip(frame.cohorts.by_group());
        Self {
            cohorts: groups.flat_map(|(of, own)| own.map(move |_| measure(of))).collect(),
            sums: None,
            platform: None,
            replications: 0,
            events: 0,
            messages: 0,
            workspaces: Vec::new(),
            interrupted: None,
            frame: None,
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.cohorts.iter_mut().zip(&other.cohorts) {
            mine.merge(theirs);
        }
        if let (Some(mine), Some(theirs)) = (&mut self.sums, &other.sums) {
            let figures = mine.iter_mut().flatten().zip(theirs.iter().flatten());
            figures.for_each(|(mine, theirs)| mine.merge(theirs));
        }
        if let (Some(mine), Some(theirs)) = (&mut self.platform, &other.platform) {
            mine.merge(theirs);
        }
        self.replications += other.replications;
        self.events += other.events;
        self.messages += other.messages;
        self.workspaces.extend_from_slice(&other.workspaces);
    }

    /// Makes one observation of a finished replication: its workspaces are not independent of each
    /// other, but replications are.
    pub(super) fn condense(&mut self, frame: &Frame, replication: u32) {
        for cohort in &mut self.cohorts {
            cohort.end_section(replication, &mut Seen::default());
        }
        let of_whole = |whole: Vec<usize>| {
            let sum = |figure: usize| {
                let own = whole.iter().map(|&cohort| &self.cohorts[cohort].moments[figure]);
                PairMoments::sum_as_one(own)
            };
            (0..frame.all.ratios.len()).map(sum).collect()
        };
        self.sums = Some(frame.wholes().map(of_whole).collect());
    }
}

/// Simulates a scenario, all its replications.
///
/// The outcome depends on the scenario alone, not on `options`. If `watch` asks to stop, what was
/// finished by then is the outcome, and says so.
///
/// # Errors
///
/// [`EngineError`] when the scenario loops in no time, or was built in code and has a flaw.
///
/// # Panics
///
/// If the system cannot start so many threads, or if a limiter or an arrival process of one's own
/// panics.
///
/// # Examples
///
/// ```
/// use limitlab::engine::{RunOptions, Watch, run};
/// use limitlab::units::SimSpan;
/// use limitlab::workload::{AgentLine, TrafficKind};
/// use limitlab::{Group, Scenario};
///
/// let bot = AgentLine::new("bot", 2).with_traffic(TrafficKind::Rate("6/h".parse()?));
/// let group = Group::new("all-day", 1_000).with_line(bot);
/// let scenario = Scenario::new("quiet", SimSpan::DAY).with_group(group);
/// let outcome = run(&scenario, RunOptions { threads: 2 }, &Watch::default())?;
///
/// // 288 messages a workspace, give or take four standard deviations of their sum.
/// let offered = outcome.summary.value("messages.offered").unwrap();
/// assert!((offered - 288_000.0).abs() < 4.0 * 288_000_f64.sqrt());
///
/// let none = Scenario::new("nobody", SimSpan::DAY);
/// let refused = run(&none, RunOptions::default(), &Watch::default()).err().unwrap();
/// assert!(refused.to_string().ends_with("groups must hold at least one group"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn run(
    scenario: &Scenario,
    options: RunOptions,
    watch: &Watch,
) -> Result<Outcome, EngineError> {
    observed(scenario, options, Observers { watch, log: None })
}

/// Simulates a scenario of one replication, and writes every decision to `log`.
///
/// The outcome is that of [`run`]. The rows of a workspace stand in the order of time, those of
/// workspaces that never meet one workspace after the other; they depend on the scenario alone. The
/// log is to be [finished](DecisionLog::finish) afterwards.
///
/// # Errors
///
/// As [`run`]; [`EngineError::Replications`] if there are several; [`EngineError::Log`] when the log
/// cannot be written.
///
/// # Panics
///
/// As [`run`].
pub fn run_logged(
    scenario: &Scenario,
    options: RunOptions,
    watch: &Watch,
    log: &DecisionLog,
) -> Result<Outcome, EngineError> {
    if scenario.replications > 1 {
        return Err(EngineError::Replications(scenario.replications));
    }
    observed(scenario, options, Observers { watch, log: Some(log) })
}

fn observed(
    scenario: &Scenario,
    options: RunOptions,
    observers: Observers<'_>,
) -> Result<Outcome, EngineError> {
    scenario.check().map_err(EngineError::Flawed)?;
    let scenario = &*settle(scenario, options, observers.watch)?;
    let frame = frame::frame(scenario, SimTime::ZERO + scenario.duration);
    let simulated = simulate(scenario, frame, 0..scenario.replications, options, observers)?;
    let mut summary = simulated.summary(scenario);
    let Simulated { measures, by_replication, events, messages, threads, .. } = simulated;
    // Fewer were simulated for a threshold alone that surely failed then.
    let fewer = measures.replications < scenario.replications && measures.interrupted.is_none();
    let judge = |threshold: &Threshold| ThresholdSummary {
        aborted: fewer && threshold.abort_on_fail && threshold.surely_fails(&summary, &measures),
        ..threshold.judge(&summary, &measures)
    };
    summary.thresholds = scenario.thresholds.iter().map(judge).collect();
    Ok(Outcome { summary, measures, replications: by_replication, events, messages, threads })
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::measure::Ratio;
    use crate::scenario::parse;

    const MEETING: &str = "
limitlab: 1
name: meeting
duration: 30m
warm_up: 3m
replications: 4
plans: { metered: { active_agents: 2, credits: { included: 20, renews: 5m } } }
workspaces:
  - group: a
    count: 5
    plan: metered
    agents:
      - name: bot
        count: 3
        activity: { active: { exponential: 2m }, offline: { exponential: 2m } }
        traffic: { rate: 1/min }
  - { group: b, count: 7, agents: [{ name: bot, count: 2, traffic: { rate: 2/min } }] }
backend: { servers: 2, service_time: { exponential: 4s }, queue: { limit: 4 } }
";

    fn measured(scenario: &Scenario, replications: Range<u32>) -> Measures {
        let options = RunOptions { threads: 2 };
        let frame = frame::frame(scenario, SimTime::ZERO + scenario.duration);
        let observers = Observers { watch: &Watch::default(), log: None };
        let simulated = simulate(scenario, frame, replications, options, observers);
        simulated.unwrap_or_else(|error| panic!("{error}")).measures
    }

    /// What a group measured is the sum of what it measured in each replication.
    fn assert_sum(whole: &GroupMeasures, parts: &[&GroupMeasures], ratios: &[Ratio]) {
        let mut sum = parts[0].clone();
        parts[1..].iter().for_each(|part| sum.merge(part));
        assert_eq!((&whole.latency, &whole.wait), (&sum.latency, &sum.wait));
        assert_eq!((&whole.series, &whole.heat), (&sum.series, &sum.heat));
        assert_eq!((&whole.hits, &whole.credits), (&sum.hits, &sum.credits));
        assert_eq!(whole.hits_per_workspace, sum.hits_per_workspace);
        assert_eq!((whole.active_max, whole.workspaces), (sum.active_max, sum.workspaces));
        for (index, ratio) in ratios.iter().enumerate() {
            let [whole, sum] = [whole, &sum].map(|it| &it.moments[index]);
            let totals = [whole, sum].map(|it| it.total().value.to_bits());
            assert_eq!(totals[0], totals[1], "{}", ratio.metric);
            let [whole, sum] = [whole, sum].map(|it| it.ratio().map(|ratio| ratio.value));
            assert_eq!(whole, sum, "{}", ratio.metric);
        }
    }

    #[test]
    fn a_run_is_the_sum_of_its_replications() {
        let apart = MEETING.replace("{ servers: 2", "{ scope: workspace, servers: 1");
        let fair = MEETING.replace("limit: 4", "limit: 4, discipline: fair");
        let shared = apart.replace("limit: 4", "limit: 4, discipline: processor_sharing");
        for yaml in [MEETING, &apart, &fair, &shared] {
            let scenario = parse("meeting.yaml", yaml, &[]).unwrap();
            let whole = measured(&scenario, 0..4);
            let parts: Vec<Measures> = (0..4).map(|it| measured(&scenario, it..it + 1)).collect();
            let ratios = &whole.frame.all.ratios;
            let of = |pick: fn(&Measures) -> &GroupMeasures| parts.iter().map(pick).collect();
            let [all, a, b]: [Vec<&GroupMeasures>; 3] =
                [of(|it| &it.all), of(|it| &it.groups[0]), of(|it| &it.groups[1])];
            assert_sum(&whole.all, &all, ratios);
            assert_sum(&whole.groups[0], &a, ratios);
            assert_sum(&whole.groups[1], &b, ratios);
            assert!(parts[1..].iter().all(|part| part.all.latency != parts[0].all.latency));
            let served = |it: &Measures| {
                let servers = it.platform.as_ref().map(|platform| &platform.servers);
                servers.map_or((0, 0, 0), |it| (it.busy, it.waiting, it.served))
            };
            let sum = parts
                .iter()
                .map(served)
                .fold((0, 0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1, sum.2 + part.2));
            assert_eq!(served(&whole), sum);
        }
    }

    #[test]
    fn the_first_replication_is_the_run_of_one() {
        let several = parse("meeting.yaml", MEETING, &[]).unwrap();
        let one = parse("meeting.yaml", &MEETING.replace("s: 4", "s: 1"), &[]).unwrap();
        let [first, alone] = [measured(&several, 0..1), measured(&one, 0..1)];
        assert_eq!(first.all.latency, alone.all.latency);
        assert_eq!(first.all.series, alone.all.series);
        assert_eq!(first.all.moments, alone.all.moments);
    }

    #[test]
    fn a_run_that_is_stopped_at_once_has_measured_nothing() {
        for (yaml, why) in [
            (MEETING.to_owned(), "at 0s, in replication 1 of 4."),
            (
                MEETING.replace("{ servers: 2", "{ scope: workspace, servers: 1"),
                "after 0 workspaces, in replication 1 of 4.",
            ),
        ] {
            let scenario = parse("meeting.yaml", &yaml, &[]).unwrap();
            let watch = Watch::default();
            watch.stop();
            let outcome = run(&scenario, RunOptions { threads: 2 }, &watch).unwrap();
            assert_eq!(outcome.summary.validity.why, [format!("The run was interrupted {why}")]);
            assert_eq!(outcome.summary.value("messages.offered"), Some(0.0));
        }
    }
}
