//! What `compare --format json` prints.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::{Identity, Metric, Validity};

/// Two results in figures, metric by metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareSummary {
    /// The version of limitlab that compared them.
    pub limitlab: String,
    /// What there was.
    pub old: ComparedResult,
    /// What there is now.
    pub new: ComparedResult,
    /// How they are compared.
    pub mode: CompareMode,
    /// What comes of it.
    pub verdict: CompareVerdict,
    /// A change that is smaller, relative to the old value, is none; not used in exact comparisons.
    pub min_effect: f64,
    /// With what chance at most anything at all is reported of results that differ by chance alone; not
    /// used in exact comparisons.
    pub family_level: f64,
    /// How many different figures that chance is shared by.
    pub questions: usize,
    /// How often the differences of replications were drawn again for each interval; `null` where no
    /// interval is made in this way.
    pub resamples: Option<u32>,
    /// How many metrics have which verdict.
    pub counts: VerdictCounts,
    /// What must be known before it is read, in sentences.
    pub notes: Vec<String>,
    /// What differs besides metrics; only in exact comparisons.
    pub others: Vec<OtherDifference>,
    /// `all`, then the groups that both have, in the order of the old result: their metrics by name.
    pub groups: IndexMap<String, IndexMap<String, MetricComparison>>,
}

/// One of the two results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedResult {
    /// The folder or file, as it was named.
    pub from: String,
    /// The version of limitlab that made it.
    pub limitlab: String,
    /// What was run.
    pub scenario: Identity,
    /// The seed of every draw.
    pub seed: u64,
    /// How many times it was run.
    pub replications: u32,
    /// Whether it was driven in wall-clock time.
    pub driven: bool,
    /// Whether its figures can be trusted as a steady state.
    pub validity: Validity,
}

/// How two results are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CompareMode {
    /// Scenario, seed and range of versions are the same, so every figure must be.
    Exact,
    /// By the differences between replications of the same number.
    Paired,
    /// As two independent estimates.
    Unpaired,
}

/// What comes of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompareVerdict {
    /// A metric got worse, by more than chance.
    Regressed,
    /// Figures that must be the same differ.
    BehaviourChanged,
    /// Some metric differs by more than chance, and none for the worse.
    Differs,
    /// No difference was found.
    Same,
}

/// How many metrics, of all groups, have which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct VerdictCounts {
    /// Worse by more than chance.
    pub regressed: usize,
    /// Better by more than chance.
    pub improved: usize,
    /// Other by more than chance, which is neither worse nor better; in exact comparisons all that
    /// differ.
    pub changed: usize,
    /// No difference was found.
    pub same: usize,
    /// Nothing tells how far chance goes, or one of the results has no value.
    pub unjudged: usize,
}

/// What is said of one metric.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum MetricVerdict {
    /// Worse by more than chance.
    Regressed,
    /// Better by more than chance.
    Improved,
    /// Other by more than chance, which is neither worse nor better; in exact comparisons any
    /// difference.
    Changed,
    /// No difference was found.
    Same,
    /// Nothing tells how far chance goes, or one of the results has no value.
    Unjudged,
}

/// Which values of a metric are the better ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// The less the better.
    Lower,
    /// The more the better.
    Higher,
    /// Neither.
    Neither,
}

/// One metric of a group in both results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricComparison {
    /// What is said of it.
    pub verdict: MetricVerdict,
    /// Which values are the better ones.
    pub better: Better,
    /// As the old result has it; `null` where it cannot occur.
    pub old: Option<Metric>,
    /// As the new result has it, likewise.
    pub new: Option<Metric>,
    /// What was compared; `null` where there is nothing to compare by.
    pub difference: Option<Difference>,
}

/// How far a metric is from what it was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// By what it is judged.
    pub by: JudgedBy,
    /// The old value; of pairs and replications the mean over them, which of quantiles and extremes is
    /// not what they are of all replications together.
    pub old: f64,
    /// The new value, likewise.
    pub new: f64,
    /// New less old.
    pub change: f64,
    /// The change as a share of the old value; `null` where that is 0. Of shares below one in a hundred
    /// it is one in a hundred that the change is a share of.
    pub relative: Option<f64>,
    /// The 95% interval of the change, by itself; `null` where chance is not asked.
    pub ci95: Option<[f64; 2]>,
    /// With what chance the change would be as far from 0 if nothing differed, by itself; `null` where
    /// chance is not asked.
    pub p: Option<f64>,
    /// How many replications or workspaces are behind the old value, and behind the new one.
    pub n: [u64; 2],
}

/// By what a metric is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum JudgedBy {
    /// Every digit.
    Digits,
    /// The differences between replications of the same number.
    Pairs,
    /// The 95% intervals of both results.
    Intervals,
    /// The replications of both results, each for itself.
    Replications,
}

/// What differs besides metrics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherDifference {
    /// What it is.
    pub what: String,
    /// In the old result; `null` where it is not there.
    pub old: Option<String>,
    /// In the new result, likewise.
    pub new: Option<String>,
}

impl CompareSummary {
    /// The text of the document.
    ///
    /// # Panics
    ///
    /// Never: plain structs, string keys and floats are always JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a comparison is always JSON") + "\n"
    }

    /// Whether it is what a comparison looks for: a metric that got worse, or figures that differ which
    /// must not.
    pub const fn fails(&self) -> bool {
        matches!(self.verdict, CompareVerdict::Regressed | CompareVerdict::BehaviourChanged)
    }

    /// The metrics with one of the verdicts: group, name, comparison.
    pub fn with(
        &self,
        verdict: MetricVerdict,
    ) -> impl Iterator<Item = (&str, &str, &MetricComparison)> {
        let all = self.groups.iter().flat_map(|(group, metrics)| {
            metrics.iter().map(move |(name, it)| (group.as_str(), name.as_str(), it))
        });
        all.filter(move |(_, _, it)| it.verdict == verdict)
    }
}

impl VerdictCounts {
    /// Those of the metrics of all groups.
    pub(super) fn of(groups: &IndexMap<String, IndexMap<String, MetricComparison>>) -> Self {
        let mut counts = Self::default();
        for metric in groups.values().flat_map(IndexMap::values) {
            *match metric.verdict {
                MetricVerdict::Regressed => &mut counts.regressed,
                MetricVerdict::Improved => &mut counts.improved,
                MetricVerdict::Changed => &mut counts.changed,
                MetricVerdict::Same => &mut counts.same,
                MetricVerdict::Unjudged => &mut counts.unjudged,
            } += 1;
        }
        counts
    }
}

/// The JSON Schema of what `compare --format json` prints.
pub fn compare_schema() -> serde_json::Value {
    schemars::schema_for!(CompareSummary).to_value()
}
