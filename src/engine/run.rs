//! A whole run: from a scenario to its summary.

use std::sync::Arc;

use thiserror::Error;

use super::model::GroupModel;
use super::watch::Watch;
use super::{coupled, frame, independent};
use crate::measure::{BackendMeasures, Frame, GroupMeasures, Interruption, Measures};
use crate::scenario::{BackendScope, Flaws, Scenario};
use crate::summary::{Summary, summarise};
use crate::units::{SimSpan, SimTime};

/// How a scenario is run. Nothing of it changes a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOptions {
    /// Threads to simulate on, at least 1.
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
}

/// What was simulated by one thread, or by all.
pub(super) struct Part {
    pub(super) groups: Vec<GroupMeasures>,
    pub(super) platform: Option<BackendMeasures>,
    pub(super) events: u64,
    pub(super) messages: u64,
    pub(super) interrupted: Option<Interruption>,
    /// The frame that holds, if the run was cut short.
    pub(super) frame: Option<Frame>,
}

impl Part {
    pub(super) fn new(scenario: &Scenario, frame: &Frame) -> Self {
        let measure = |group| GroupMeasures::new(group, frame.bin, scenario.duration);
        Self {
            groups: frame.groups.iter().map(measure).collect(),
            platform: None,
            events: 0,
            messages: 0,
            interrupted: None,
            frame: None,
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.groups.iter_mut().zip(&other.groups) {
            mine.merge(theirs);
        }
        self.events += other.events;
        self.messages += other.messages;
    }
}

/// Simulates a scenario.
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
    scenario.check().map_err(EngineError::Flawed)?;
    let models = GroupModel::all(scenario);
    let mut frame = frame::frame(scenario, SimTime::ZERO + scenario.duration);
    let platform =
        scenario.backend.as_ref().filter(|backend| backend.scope == BackendScope::Platform);
    let (mut part, threads) = if let Some(backend) = platform {
        (coupled::run(scenario, backend, &models, &frame, watch)?, 1)
    } else {
        let threads = options.threads.max(1);
        (independent::run(scenario, &models, &frame, threads, watch)?, threads)
    };
    if let Some(cut) = part.frame.take() {
        frame = cut;
    }
    let mut all = GroupMeasures::new(&frame.all, frame.bin, scenario.duration);
    for group in &part.groups {
        all.merge(group);
    }
    let total: u64 = scenario.groups.iter().map(|group| u64::from(group.count)).sum();
    if part.interrupted.is_none() && all.workspaces < total {
        part.interrupted = Some(Interruption::Workspaces(all.workspaces));
    }
    let measures = Measures {
        frame: Arc::new(frame),
        groups: part.groups,
        all,
        platform: part.platform,
        interrupted: part.interrupted,
    };
    let names: Vec<String> = scenario.groups.iter().map(|group| group.name.clone()).collect();
    let mut summary = summarise(&measures, &names, scenario.identity(), scenario.seed);
    summary.thresholds =
        scenario.thresholds.iter().map(|threshold| threshold.judge(&summary)).collect();
    let (events, messages) = (part.events, part.messages);
    Ok(Outcome { summary, measures, events, messages, threads })
}
