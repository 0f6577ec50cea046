//! What `sweep.json` holds.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::chosen::Chosen;
use crate::planning::grid::{Grid, Point, Varied};
use crate::summary::{Metric, Summary, ThresholdVerdict, Verdict};

/// A sweep in figures. The same, byte for byte, for the same scenario and command, however often it was
/// interrupted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SweepSummary {
    /// The version of limitlab that made it.
    pub limitlab: String,
    /// The name of the scenario.
    pub scenario: String,
    /// What the command line set at every point, as KEY=VALUE.
    pub set: Vec<String>,
    /// The keys that were varied; the last one varies fastest.
    pub vary: Vec<Varied>,
    /// Whether every point is finished. While it is not, there are no points and metrics here: what is
    /// finished is in `points/`.
    pub complete: bool,
    /// The metrics that were chosen, as thresholds spell them.
    pub metrics: Vec<String>,
    /// Every point, in the grid's order.
    pub points: Vec<SweptPoint>,
}

/// One point of a sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SweptPoint {
    /// Each key that is varied with its value.
    pub values: IndexMap<String, String>,
    /// The name of its file in `points/`, without its ending.
    pub id: String,
    /// The metrics that were chosen; `null` where one cannot occur.
    pub metrics: IndexMap<String, Option<Metric>>,
    /// Thresholds of the scenario that hold.
    pub thresholds_passed: u64,
    /// Those of which the interval of the metric leaves it open, as they were written.
    pub thresholds_inconclusive: Vec<String>,
    /// Those that do not, as they were written.
    pub thresholds_failed: Vec<String>,
    /// Whether its figures can be trusted as a steady state.
    pub validity: Verdict,
}

impl SweepSummary {
    /// That of a sweep that has begun.
    pub fn begun(scenario: &str, set: &[String], grid: &Grid) -> Self {
        Self {
            limitlab: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: scenario.to_owned(),
            set: set.to_vec(),
            vary: grid.varied().to_vec(),
            complete: false,
            metrics: Vec::new(),
            points: Vec::new(),
        }
    }

    /// Adds a finished point: the next one of the grid.
    pub fn add(&mut self, point: &Point, chosen: &[Chosen], summary: &Summary) {
        let with = |verdict: ThresholdVerdict| -> Vec<String> {
            let those = summary.thresholds.iter().filter(|it| it.verdict == verdict);
            those.map(|it| it.threshold.clone()).collect()
        };
        self.points.push(SweptPoint {
            values: point.values.clone(),
            id: point.id(),
            metrics: chosen.iter().map(|it| (it.to_string(), it.of(summary))).collect(),
            thresholds_passed: with(ThresholdVerdict::Pass).len() as u64,
            thresholds_inconclusive: with(ThresholdVerdict::Inconclusive),
            thresholds_failed: with(ThresholdVerdict::Fail),
            validity: summary.validity.verdict,
        });
    }

    /// Tells which metrics were chosen, when every point is there. Those of `chosen` that occur at no
    /// point are left out if nobody asked for them.
    pub fn finish(&mut self, chosen: &[Chosen], is_asked: bool) {
        let names = chosen.iter().map(Chosen::to_string);
        let occurs = |name: &String| self.points.iter().any(|it| it.metrics[name].is_some());
        self.metrics = names.filter(|name| is_asked || occurs(name)).collect();
        for point in &mut self.points {
            point.metrics.retain(|name, _| self.metrics.contains(name));
        }
        self.complete = true;
    }

    /// The text of `sweep.json`.
    ///
    /// # Panics
    ///
    /// Never: plain structs, string keys and floats are always JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a sweep is always JSON") + "\n"
    }
}

/// The JSON Schema of `sweep.json`.
pub fn sweep_schema() -> serde_json::Value {
    schemars::schema_for!(SweepSummary).to_value()
}
