//! What `size --format json` prints.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::{ThresholdVerdict, Verdict};

/// The size of something, with the evidence. The same, byte for byte, for the same scenario and command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SizeSummary {
    /// The version of limitlab that made it.
    pub limitlab: String,
    /// The name of the scenario.
    pub scenario: String,
    /// What the command line set at every setting, as KEY=VALUE.
    pub set: Vec<String>,
    /// What an answer has to meet, as it was written.
    pub until: Vec<String>,
    /// What was asked for.
    pub asked: Aim,
    /// The knobs.
    pub knobs: Vec<Knob>,
    /// How sure each verdict is, of each threshold at each setting.
    pub confidence: f64,
    /// Whether the search came to its end. Where it did not, the answer is the best so far.
    pub complete: bool,
    /// The setting that was asked for; `null` if none is certain to meet the thresholds.
    pub answer: Option<Setting>,
    /// With one knob: the setting next to the answer that is certain not to meet them; `null` where there is
    /// none.
    pub beyond: Option<Setting>,
    /// Settings that may be better than the answer: of these as many replications as there may be do not tell.
    pub open: Vec<Setting>,
    /// Every setting that was simulated, in the order of the knobs' values.
    pub tried: Vec<Tried>,
}

/// Each knob with a value, as a scenario has it.
pub type Setting = IndexMap<String, String>;

/// Which setting of the knobs is looked for, among those that meet the thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Aim {
    /// The smallest value of the only knob.
    Smallest,
    /// The largest value of the only knob.
    Largest,
    /// The setting of all knobs that costs least.
    Cheapest,
}

/// A knob.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Knob {
    /// The key of the scenario.
    pub key: String,
    /// Its first value.
    pub lowest: String,
    /// Its last value.
    pub highest: String,
    /// How many values there are, both ends included.
    pub values: usize,
    /// What one costs, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
}

/// A setting that was simulated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tried {
    /// Each knob with its value.
    pub setting: Setting,
    /// Whether it meets all thresholds.
    pub verdict: ThresholdVerdict,
    /// The replications behind that: those of the last look.
    pub replications: u32,
    /// Each threshold by itself.
    pub thresholds: Vec<Judged>,
    /// What it costs, where anything has a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<SettingCost>,
    /// Whether its figures can be trusted as a steady state.
    pub validity: Verdict,
}

/// What is known of a threshold at a setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// As it was written.
    pub threshold: String,
    /// The key of its metric in summary.json.
    pub metric: String,
    /// What was measured; `null` if nothing was observed, which fails.
    pub value: Option<f64>,
    /// The interval that the verdict goes by: wider than that of a run, since it is looked at several times
    /// until one tells. `null` where there is none: what was greatest, windows, `==` and `!=` go by their value.
    pub interval: Option<[f64; 2]>,
    /// The workspaces or replications behind the interval.
    pub n: Option<u64>,
    /// Whether it holds.
    pub verdict: ThresholdVerdict,
}

/// What a setting costs in a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SettingCost {
    /// The knobs, by the prices that the command line has for them; `null` if it has none.
    pub knobs: Option<f64>,
    /// What the workspaces spend: `earned.total`; `null` if nothing of the scenario has a price.
    pub spent: Option<f64>,
    /// Both together.
    pub total: f64,
}

impl SettingCost {
    /// That of knobs, and of what workspaces spend; `None` where neither has a price.
    pub(super) fn of(knobs: Option<f64>, spent: Option<f64>) -> Option<Self> {
        let total = match (knobs, spent) {
            (None, None) => return None,
            (knobs, spent) => knobs.unwrap_or(0.0) + spent.unwrap_or(0.0),
        };
        Some(Self { knobs, spent, total })
    }
}

impl SizeSummary {
    /// What is known of a setting that was tried.
    pub fn of(&self, setting: &Setting) -> Option<&Tried> {
        self.tried.iter().find(|tried| tried.setting == *setting)
    }

    /// The text of the document.
    ///
    /// # Panics
    ///
    /// Never: plain structs, string keys and floats are always JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a size is always JSON") + "\n"
    }
}

/// The JSON Schema of what `size --format json` prints.
pub fn size_schema() -> serde_json::Value {
    schemars::schema_for!(SizeSummary).to_value()
}
