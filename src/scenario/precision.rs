//! How precisely a metric is to be known, where that says how many replications there are.

use crate::summary::{Selector, Summary};

/// When replications are enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Precision {
    /// There are at least so many, at least 2.
    pub fewest: u32,
    /// Whose metric is meant.
    pub of: Selector,
    /// The key of the metric in summary.json.
    pub metric: String,
    /// Its 95% interval reaches at most so far to each side, in its SI unit; above 0.
    pub half_width: f64,
}

impl Precision {
    /// Whether a metric is known as precisely in a summary. Where it has no interval it is not.
    pub fn is_met(&self, summary: &Summary) -> bool {
        let metric = summary.metric(&self.of.to_string(), &self.metric);
        let ends = metric.and_then(|metric| metric.value.zip(metric.ci95));
        // An interval of a quantile is not symmetric: its longer half counts.
        ends.is_some_and(|(value, [low, high])| (high - value).max(value - low) <= self.half_width)
    }
}
