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
    /// How far the interval of the metric reaches in a summary, in its SI unit; `None` if it has none.
    pub fn reached(&self, summary: &Summary) -> Option<f64> {
        let metric = summary.metric(&self.of.to_string(), &self.metric)?;
        let (value, [low, high]) = metric.value.zip(metric.ci95)?;
        // An interval of a quantile is not symmetric: its longer half counts.
        Some((high - value).max(value - low))
    }

    /// Whether the metric is known as precisely in a summary. Where it has no interval it is not.
    pub fn is_met(&self, summary: &Summary) -> bool {
        self.reached(summary).is_some_and(|half_width| half_width <= self.half_width)
    }
}
