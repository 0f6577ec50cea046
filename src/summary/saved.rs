//! A result as it is kept, to be compared with another one.

use serde::{Deserialize, Serialize};

use super::model::Summary;
use super::replications::Replications;

/// The version of baselines that is written and read.
pub const BASELINE: u32 = 1;

/// A summary, and what each replication had: what is compared with another one. As JSON it is a
/// baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// [`BASELINE`].
    pub baseline: u32,
    /// Whether it was driven in wall-clock time, so that the same scenario and seed need not give the
    /// same again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub driven: bool,
    /// The figures, without what the run cost.
    pub summary: Summary,
    /// The metrics of each replication, where there are several.
    #[serde(default, skip_serializing_if = "Replications::is_empty")]
    pub replications: Replications,
}

impl Saved {
    /// A simulated result.
    pub fn new(mut summary: Summary, replications: Replications) -> Self {
        summary.run = None;
        Self { baseline: BASELINE, driven: false, summary, replications }
    }

    /// The text of a baseline: the same bytes for the same result.
    ///
    /// # Panics
    ///
    /// Never: plain structs, string keys and floats are always JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a result is always JSON") + "\n"
    }
}
