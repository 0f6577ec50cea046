//! A scenario from a trace: who writes, how often, and how that scatters.
//!
//! A trace is read three times as a stream: for the names that are in it ([`census`]), for counts by
//! the hour and the values of messages, and for the times between arrivals, which go by what the hours
//! weigh. Memory goes with agents and lines, not with rows.

mod agents;
mod choose;
mod gather;
mod hours;
mod law;
mod line;
mod notes;
mod sample;
mod simplex;
mod special;
mod spell;
mod tell;
mod values;
mod yaml;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

pub use self::line::{GroupFit, LawFit, LineFit, ProfileFit, TrafficFit, ValueFit};
pub use self::tell::tell;
pub use self::yaml::yaml;

use self::gather::Gathered;
use crate::log::{Trace, TraceError, census};
use crate::scenario::default_start;
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
    /// How long the scenario lasts.
    #[serde(skip)]
    pub duration: SimSpan,
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
    if gathered.lines.iter().all(|line| line.starts == 0) {
        return Err(TraceError::of_file(
            trace.name(),
            "this trace has no messages",
            "a scenario is fitted to the messages of a trace",
        ));
    }
    let end = gathered.end;
    let hours: Vec<_> =
        gathered.lines.iter().map(|line| line.hours.found(line.agents.max(1), end)).collect();
    let spans = gathered.spans(trace, &census, &hours)?;
    let mut lines = gathered.lines.iter().zip(&spans).zip(&hours);
    let groups = census.roster.groups.iter().map(|cast| {
        let fitted = cast.lines.iter().map(|line| {
            // There are as many of each as the roster has lines.
            let ((tally, spans), hours) = lines.next().expect("every line was gathered");
            LineFit::new(&line.name, tally, spans, hours, (cast.count, end))
        });
        GroupFit { name: cast.name.clone(), workspaces: cast.count, lines: fitted.collect() }
    });
    let groups: Vec<GroupFit> = groups.collect();
    Ok(Fit {
        limitlab: env!("CARGO_PKG_VERSION").to_owned(),
        trace: trace.name().to_owned(),
        rows: census.rows,
        start: census.roster.start,
        duration_s: SimSpan::from_nanos(end.nanos()).as_secs_f64(),
        not_fitted: notes::not_fitted(&census, &gathered, &groups),
        groups,
        duration: SimSpan::from_nanos(end.nanos()),
    })
}

impl Fit {
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
