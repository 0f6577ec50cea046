//! What `advise --format json` prints, and `advice.json` holds.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::{Identity, Validity};

/// What would have removed the limit hits of a run. The same, byte for byte, for the same scenario, seed
/// and question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AdviceSummary {
    /// The version of limitlab that made it.
    pub limitlab: String,
    /// What was run.
    pub scenario: Identity,
    /// What the command line set in it, as KEY=VALUE.
    pub set: Vec<String>,
    /// The seed of every draw, in every run.
    pub seed: u64,
    /// Workspaces in each run.
    pub workspaces: u64,
    /// The share of the hits that a remedy is to remove, from 0 to 1.
    pub remove: f64,
    /// How many runs were made, that of the scenario as it is included.
    pub runs: u32,
    /// Whether everything that applies was tried. If not, there was no run left.
    pub complete: bool,
    /// Whether the figures of the scenario as it is can be trusted as a steady state.
    pub validity: Validity,
    /// What must be known before it is read, in sentences.
    pub notes: Vec<String>,
    /// Who was refused for what: group by group in the scenario's order, in each the cause with most
    /// hits first.
    pub causes: Vec<CauseAdvice>,
}

/// A cause of limit hits in a group, and what was tried against it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CauseAdvice {
    /// The group.
    pub group: String,
    /// The reason, as in `refusal.rate{reason=..}`.
    pub reason: String,
    /// The limiter, where one refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limiter: Option<String>,
    /// Workspaces of the group.
    pub workspaces: u64,
    /// Those with at least one of these hits.
    pub workspaces_hit: u64,
    /// How many tries were refused.
    pub hits: u64,
    /// Whether everything that applies was tried. If not, there was no run left.
    pub complete: bool,
    /// What was tried, best first.
    pub remedies: Vec<Remedy>,
}

/// Something that was changed in the scenario, and what came of it on the same draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Remedy {
    /// What kind of change it is.
    pub kind: RemedyKind,
    /// The change in words.
    pub what: String,
    /// The change as KEY=VALUE, to be tried by `--set`.
    pub set: Vec<String>,
    /// What it is good for.
    pub verdict: RemedyVerdict,
    /// The share of the hits that it removes, from 0 to 1; below 0 if there are more.
    pub removed: f64,
    /// What changes.
    pub effect: Effect,
    /// What it costs.
    pub cost: Cost,
}

/// A kind of change. They are in the order in which they stand where all else is equal.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RemedyKind {
    /// The workspaces are on a plan further up.
    UpgradePlan,
    /// The workspaces buy packages of credits when theirs run out.
    BuyPackages,
    /// The least used agents of each workspace are disabled.
    DisableAgents,
    /// Subscriptions renew at different times.
    SpreadRenewals,
    /// The limit that refused is higher.
    RaiseLimiter,
    /// The plan has more slots for active agents.
    RaiseSlots,
    /// The plan admits more agents in total.
    RaiseTotalAgents,
    /// The plan includes more credits.
    RaiseCredits,
    /// Agents or features may use a greater share of the credits.
    RaiseShare,
    /// There are more servers.
    AddServers,
}

impl RemedyKind {
    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UpgradePlan => "upgrade_plan",
            Self::BuyPackages => "buy_packages",
            Self::DisableAgents => "disable_agents",
            Self::SpreadRenewals => "spread_renewals",
            Self::RaiseLimiter => "raise_limiter",
            Self::RaiseSlots => "raise_slots",
            Self::RaiseTotalAgents => "raise_total_agents",
            Self::RaiseCredits => "raise_credits",
            Self::RaiseShare => "raise_share",
            Self::AddServers => "add_servers",
        }
    }
}

impl fmt::Display for RemedyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a remedy is good for, by the hits that it removes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RemedyVerdict {
    /// As many as it was to remove.
    Removes,
    /// Fewer than that, and at least one in a hundred.
    Helps,
    /// Fewer than one in a hundred.
    NoHelp,
}

/// A count of the scenario as it is, and with a remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Count {
    /// As it is.
    pub before: u64,
    /// With the remedy.
    pub after: u64,
}

/// A figure of the scenario as it is, and with a remedy; `null` where it cannot occur or nothing was
/// observed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    /// As it is.
    pub before: Option<f64>,
    /// With the remedy.
    pub after: Option<f64>,
}

/// What a remedy changes, in the group unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Effect {
    /// Hits of this cause.
    pub hits: Count,
    /// Workspaces with at least one of them.
    pub workspaces_hit: Count,
    /// Limit hits of all causes: who passes one limit may meet another.
    pub hits_of_group: Count,
    /// The same of all groups together.
    pub hits_of_all: Count,
    /// Messages that were written.
    pub messages_offered: Count,
    /// Messages that were replied to.
    pub messages_completed: Count,
    /// Messages that were given up.
    pub messages_lost: Count,
    /// Refused of all attempts of messages, from 0 to 1.
    pub refusal_rate: Figure,
    /// 99 of 100 messages were replied to within \[s\].
    pub latency_p99: Figure,
}

/// What a remedy costs over the run, in the group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// What all its workspaces pay more, for plans, packages and overage; less if below 0. `null` where
    /// what they would buy has no price.
    pub money: Option<f64>,
    /// Servers more, those of all workspaces together where each has its own.
    pub servers: u64,
    /// Messages that are not replied to any more, among them those that are not written.
    pub messages_given_up: u64,
}

impl AdviceSummary {
    /// The text of `advice.json`.
    ///
    /// # Panics
    ///
    /// Never: plain structs, string keys and floats are always JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("advice is always JSON") + "\n"
    }
}

/// The JSON Schema of `advice.json`.
pub fn advise_schema() -> serde_json::Value {
    schemars::schema_for!(AdviceSummary).to_value()
}
