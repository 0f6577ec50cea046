//! A scenario from a trace: who writes, how often, and how that scatters.
//!
//! A trace is read three times as a stream: for the names that are in it ([`census`]), for counts by
//! the hour and the values of messages, and for the times between arrivals, which go by what the hours
//! weigh; and once more regardless of hours, where those differ. What was found is run, and held against
//! the trace. Memory goes with agents, lines and hours, not with rows.

mod agents;
mod busy;
mod choose;
mod gather;
mod hours;
mod judge;
mod law;
mod line;
mod model;
mod notes;
mod parts;
mod renewal;
mod replay;
mod sample;
mod simplex;
mod spans;
mod spell;
mod stamps;
mod steps;
mod tally;
mod tell;
mod values;
mod yaml;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

pub use self::model::{
    CandidateFit, FigureFit, GroupFit, LawFit, LineFit, ProfileFit, RunFit, TrafficFit, TrendFit,
    ValueFit,
};
pub use self::tell::tell;
pub use self::yaml::yaml;

use self::gather::Gathered;
use self::hours::Found;
use self::replay::Figures;
use crate::engine::{EngineError, RunOptions};
use crate::log::{Trace, TraceError, census};
use crate::rules::TOTAL_AGENTS;
use crate::scenario::{Scenario, default_start};
use crate::units::SimSpan;

/// What was fitted to a trace.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Fit {
    /// The version of limitlab.
    pub limitlab: String,
    /// The trace, as messages call it.
    pub trace: String,
    /// Rows of the trace.
    pub rows: u64,
    /// What t = 0 is on the calendar.
    #[schemars(with = "String")]
    pub start: Timestamp,
    /// How long the scenario lasts \[s\].
    pub duration_s: f64,
    /// Groups, in the order in which rows name them.
    pub groups: Vec<GroupFit>,
    /// What the trace has, or a scenario, that is not fitted: sentences.
    pub not_fitted: Vec<String>,
    /// A run of the scenario, against the trace; `None` unless it was [run](Fit::run).
    pub run: Option<RunFit>,
    /// How long the scenario lasts.
    #[serde(skip)]
    pub duration: SimSpan,
    /// What a run is held against, group by group.
    #[serde(skip)]
    figures: Vec<Figures>,
}

/// Fits a scenario to a trace. What t = 0 is on the calendar is `start`; if that is `None`, it is the
/// hour of the first row if that has an instant, and else what a scenario has that says nothing.
///
/// # Errors
///
/// If anything is wrong with the trace, or if it has no message.
///
/// # Panics
///
/// Never.
pub fn fit(trace: &Trace, start: Option<Timestamp>) -> Result<Fit, TraceError> {
    let census = census(trace, start, default_start())?;
    let mut gathered = Gathered::read(trace, &census)?;
    if gathered.lines.iter().all(|line| line.messages == 0) {
        return Err(TraceError::of_file(
            trace.name(),
            "this trace has no messages",
            "a scenario is fitted to the messages of a trace",
        ));
    }
    let end = gathered.end;
    let trends: Vec<_> = gathered.lines.iter().map(|line| line.trend(end)).collect();
    let with_trends = gathered.lines.iter().zip(&trends);
    let mut hours: Vec<_> = with_trends
        .map(|(line, trend)| line.hours.found(line.agents.max(1), end, *trend))
        .collect();
    let mut spans = gathered.spans(trace, &census, &hours)?;
    if hours.iter().any(|hours| matches!(hours, Found::Rhythm(_))) {
        // A clock that strikes without regard to hours makes some differ, by what it leaves out.
        let regardless = vec![Found::Steady; hours.len()];
        let plain = gathered.spans(trace, &census, &regardless)?;
        for ((hours, spans), plain) in hours.iter_mut().zip(&mut spans).zip(plain) {
            if plain.gaps.is_constant() {
                (*hours, *spans) = (Found::Steady, plain);
            }
        }
    }
    let mut lines = gathered.lines.iter().zip(&spans).zip(hours.iter().zip(&trends));
    let groups = census.roster.groups.iter().map(|cast| {
        let fitted = cast.lines.iter().map(|line| {
            // There are as many of each as the roster has lines.
            let ((tally, spans), hours) = lines.next().expect("every line was gathered");
            LineFit::new(&line.name, tally, spans, hours, (cast.count, end))
        });
        let lines: Vec<LineFit> = fitted.collect();
        GroupFit {
            name: cast.name.clone(),
            workspaces: cast.count,
            total_agents: total_agents(&lines),
            lines,
        }
    });
    let groups: Vec<GroupFit> = groups.collect();
    Ok(Fit {
        limitlab: env!("CARGO_PKG_VERSION").to_owned(),
        trace: trace.name().to_owned(),
        rows: census.rows,
        start: census.roster.start,
        duration_s: SimSpan::from_nanos(end.nanos()).as_secs_f64(),
        run: None,
        figures: Figures::of_trace(&census, &gathered, &groups),
        not_fitted: notes::not_fitted(&census, &gathered, &groups),
        groups,
        duration: SimSpan::from_nanos(end.nanos()),
    })
}

/// The agents that a workspace of these lines must be able to hold, if chance may bring it beyond
/// what a plan allows by itself.
fn total_agents(lines: &[LineFit]) -> Option<u32> {
    /// The most that a plan may say.
    const MOST_TOTAL_AGENTS: u32 = 100_000;
    let start: f64 = lines.iter().map(|line| f64::from(line.agents)).sum();
    let created: f64 = lines.iter().map(|line| line.created_each).sum();
    // Ten standard deviations of a Poisson count.
    let most = start + created + 10.0 * libm::sqrt(created);
    (most > f64::from(TOTAL_AGENTS)).then_some(MOST_TOTAL_AGENTS)
}

impl Fit {
    /// Runs the scenario that was made of this fit, with its own seed, and holds the run against the
    /// trace: how many messages come, when most of them, to whom, and how they scatter. Runs with other
    /// seeds tell how far chance moves each figure; nothing depends on `options`.
    ///
    /// # Errors
    ///
    /// If the scenario cannot be run.
    pub fn run(&mut self, scenario: &Scenario, options: RunOptions) -> Result<(), EngineError> {
        self.run = Some(replay::held_against(&self.figures, scenario, options)?);
        Ok(())
    }

    /// The fit as a document for programs.
    ///
    /// # Panics
    ///
    /// Never: it has no key that is no text.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("a fit is a document") + "\n"
    }
}

/// The JSON Schema of [`Fit`].
pub fn fit_schema() -> Schema {
    SchemaGenerator::default().into_root_schema_for::<Fit>()
}
