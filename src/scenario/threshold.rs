//! Thresholds: expectations that a run must meet.

use crate::summary::{Summary, ThresholdSummary};

/// One expectation, such as `latency.p99{group=shops} < 10s`.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// As it was written.
    pub text: String,
    /// The group whose metric is meant; `None` is all.
    pub group: Option<String>,
    /// The key of the metric in summary.json, labels included: `refusal.rate{reason=overloaded}`.
    pub metric: String,
    /// How the metric compares to the bound.
    pub comparison: Comparison,
    /// The bound, in the metric's SI unit.
    pub bound: f64,
}

/// How a metric compares to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

impl Comparison {
    /// How scenarios spell it.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::Unequal => "!=",
        }
    }

    /// Whether `value` compares to `bound` in this way.
    pub fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::Less => value < bound,
            Self::AtMost => value <= bound,
            Self::Greater => value > bound,
            Self::AtLeast => value >= bound,
            // Exact on purpose: thresholds of equality are on counts.
            Self::Equal => value.to_bits() == bound.to_bits() || (value == 0.0 && bound == 0.0),
            Self::Unequal => !Self::Equal.holds(value, bound),
        }
    }
}

impl Threshold {
    /// The expectation that a metric of all groups together compares to `bound` in this way. The
    /// metric is its key in summary.json, the bound is in its SI unit.
    pub fn new(metric: impl Into<String>, comparison: Comparison, bound: f64) -> Self {
        let metric = metric.into();
        let text = format!("{metric} {} {bound}", comparison.sign());
        Self { text, group: None, metric, comparison, bound }
    }

    /// What became of it in a run. A metric of which nothing was observed fails; refusals that
    /// cannot occur are none.
    pub fn judge(&self, summary: &Summary) -> ThresholdSummary {
        let group = self.group.as_deref().unwrap_or("all");
        let value = match summary.metric(group, &self.metric) {
            Some(metric) => metric.value,
            None => self.metric.contains("{reason=").then_some(0.0),
        };
        ThresholdSummary {
            threshold: self.text.clone(),
            value,
            passed: value.is_some_and(|value| self.comparison.holds(value, self.bound)),
        }
    }
}
