//! What `diff.json` holds.

use std::fmt;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::{Identity, Validity};

/// Two policies in figures, side by side. The same, byte for byte, for the same scenarios and seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiffSummary {
    /// The version of limitlab that made it.
    pub limitlab: String,
    /// The seed of every draw, under both.
    pub seed: u64,
    /// Hours of the run, counted from the start; the last one may be shorter.
    pub hours: u64,
    /// The policy that is there.
    pub a: Policy,
    /// The policy that is to come.
    pub b: Policy,
    /// Whether nothing but the policy differs, so that both have the same draws.
    pub same_draws: bool,
    /// What else differs than the policy, or is left out, in sentences.
    pub notes: Vec<String>,
    /// `all`, then the groups in the order of A.
    pub groups: IndexMap<String, GroupDiff>,
    /// The workspaces that change most, ten at most; workspaces.csv has all.
    pub most_changed: Vec<WorkspaceDiff>,
}

/// One of the two policies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// What was run.
    pub scenario: Identity,
    /// What the command line set in it, as KEY=VALUE.
    pub set: Vec<String>,
    /// Whether its figures can be trusted as a steady state.
    pub validity: Validity,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The policy that is there.
    A,
    /// The policy that is to come.
    B,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::B => "B",
        })
    }
}

/// What changes for one group, or for `all`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupDiff {
    /// Workspaces, the same under both.
    pub workspaces: u64,
    /// For how many of them the policy does what.
    pub verdicts: Verdicts,
    /// Workspaces with at least one limit hit.
    pub workspaces_hit: CountChange,
    /// Limit hits.
    pub hits: CountChange,
    /// Hours in which a limit refused at least one try of a workspace.
    pub hours_blocked: HoursDiff,
    /// The same by reason, for each that can occur under A or B.
    pub reasons: Vec<ReasonDiff>,
    /// Metrics as in summary.json; those that can occur under A or B.
    pub metrics: IndexMap<String, MetricDiff>,
}

/// What the change does to a workspace, by its limit hits.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// None under A, some under B.
    NewlyLimited,
    /// Some under A, none under B.
    Relieved,
    /// Some under A, more under B.
    More,
    /// Some under B, more under A.
    Less,
    /// As many under both, or none.
    Same,
}

impl Verdict {
    /// All of them, in the order in which results list them.
    pub const ALL: [Self; 5] =
        [Self::NewlyLimited, Self::Relieved, Self::More, Self::Less, Self::Same];

    /// That of so many limit hits.
    pub const fn of(a: u64, b: u64) -> Self {
        match (a, b) {
            (0, 0) => Self::Same,
            (0, _) => Self::NewlyLimited,
            (_, 0) => Self::Relieved,
            _ if b > a => Self::More,
            _ if b < a => Self::Less,
            _ => Self::Same,
        }
    }

    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewlyLimited => "newly_limited",
            Self::Relieved => "relieved",
            Self::More => "more",
            Self::Less => "less",
            Self::Same => "same",
        }
    }
}

/// For how many workspaces a policy does what.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdicts {
    /// No limit hit under A, at least one under B.
    pub newly_limited: WorkspaceShare,
    /// At least one under A, none under B.
    pub relieved: WorkspaceShare,
    /// Some under A, more under B.
    pub more: WorkspaceShare,
    /// Some under B, more under A.
    pub less: WorkspaceShare,
    /// As many under both, or none.
    pub same: WorkspaceShare,
}

impl Verdicts {
    /// The workspaces with one of the verdicts.
    pub const fn of(&self, verdict: Verdict) -> WorkspaceShare {
        match verdict {
            Verdict::NewlyLimited => self.newly_limited,
            Verdict::Relieved => self.relieved,
            Verdict::More => self.more,
            Verdict::Less => self.less,
            Verdict::Same => self.same,
        }
    }
}

/// Some of the workspaces.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkspaceShare {
    /// How many.
    pub workspaces: u64,
    /// Of all workspaces of the group, from 0 to 1.
    pub share: f64,
}

/// A count under both policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountChange {
    /// Under A.
    pub a: u64,
    /// Under B.
    pub b: u64,
    /// B less A.
    pub change: i64,
}

impl CountChange {
    /// That of two counts.
    pub const fn of(a: u64, b: u64) -> Self {
        Self { a, b, change: b as i64 - a as i64 }
    }
}

/// A figure under both policies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Under A; `null` where it cannot occur, or where nothing was observed.
    pub a: Option<f64>,
    /// Under B, likewise.
    pub b: Option<f64>,
    /// B less A; `null` where one of them is.
    pub change: Option<f64>,
}

impl Change {
    /// That of two figures.
    pub fn of(a: Option<f64>, b: Option<f64>) -> Self {
        Self { a, b, change: a.zip(b).map(|(a, b)| b - a) }
    }
}

/// Hours blocked of some workspaces.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HoursDiff {
    /// Of all workspaces together.
    pub total: CountChange,
    /// Of a workspace, on average.
    pub mean: Change,
    /// Of a workspace: the median.
    pub p50: CountChange,
    /// Nine in ten workspaces have so many or fewer.
    pub p90: CountChange,
    /// Of the workspace that has most.
    pub max: CountChange,
}

/// Limit hits for one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReasonDiff {
    /// The reason, as in `refusal.rate{reason=..}`.
    pub reason: String,
    /// Workspaces with at least one.
    pub workspaces: CountChange,
    /// How many.
    pub hits: CountChange,
    /// Hours in which there was at least one, of all workspaces together. An hour with hits for two
    /// reasons counts for both.
    pub hours_blocked: CountChange,
}

/// A metric under both policies, in its SI unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricDiff {
    /// Of the group.
    #[serde(flatten)]
    pub of_group: Change,
    /// Of a workspace, on average; only of sums.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_workspace: Option<Change>,
}

/// One workspace under both policies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkspaceDiff {
    /// `GROUP/N`, N from 1; `GROUP` alone where it is the only one.
    pub workspace: String,
    /// What the change does to it.
    pub verdict: Verdict,
    /// Its limit hits.
    pub hits: CountChange,
    /// Hours in which a limit refused at least one of its tries.
    pub hours_blocked: CountChange,
    /// Its messages that were replied to.
    pub messages_completed: CountChange,
    /// Its messages that were given up.
    pub messages_lost: CountChange,
}

impl DiffSummary {
    /// The text of `diff.json`.
    ///
    /// # Panics
    ///
    /// Never: plain structs, string keys and floats are always JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a comparison is always JSON") + "\n"
    }
}

/// The JSON Schema of `diff.json`.
pub fn diff_schema() -> serde_json::Value {
    schemars::schema_for!(DiffSummary).to_value()
}
