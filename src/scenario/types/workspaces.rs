//! Groups of workspaces and their agents.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::plan::FairUse;
use super::quantity::{Amount, Count, Duration, Name};
use super::traffic::Traffic;

/// Workspaces that are alike.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-not-supported-yet" = [
    "traffic", "route", "churn", "features", "packages", "alerts", "retry", "patience", "share",
    "trial", "on_downgrade",
]))]
pub(in crate::scenario) struct Group {
    /// The group's name; `all` is reserved.
    #[schemars(example = &"shops")]
    #[expect(clippy::struct_field_names, reason = "the key is a contract")]
    pub(in crate::scenario) group: Name,
    /// How many workspaces, from 1 to 100 million. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) count: Option<Count>,
    /// The plan of each workspace. Default unlimited.
    #[schemars(extend(
        "default" = "unlimited",
        "x-mapping-not-supported-yet" = "a mix of plans"
    ))]
    pub(in crate::scenario) plan: Option<Name>,
    /// Seats of each workspace, at least 1. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) seats: Option<Distribution<Count>>,
    /// On which day each workspace's pool renews. Default `same_instant`.
    #[schemars(extend("default" = "same_instant"))]
    #[expect(dead_code, reason = "there is only one anchor so far")]
    pub(in crate::scenario) billing_anchor: Option<BillingAnchor>,
    /// The agents of each workspace, line by line.
    #[schemars(length(min = 1))]
    pub(in crate::scenario) agents: Vec<Agent>,
    /// Fair-use limits of each workspace, besides those of its plan.
    pub(in crate::scenario) fair_use: Option<Vec<FairUse>>,
}

/// On which day each workspace's pool renews.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(extend("x-not-supported-yet" = ["staggered"]))]
pub(in crate::scenario) enum BillingAnchor {
    /// All on the day of the start: a herd.
    SameInstant,
}

/// Agents that behave alike.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-not-supported-yet" = ["retry", "patience", "share", "churn", "route"]))]
pub(in crate::scenario) struct Agent {
    /// The line's name, unique in its group.
    #[schemars(example = &"sales")]
    pub(in crate::scenario) name: Name,
    /// Agents of this line in each workspace, at least 1. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) count: Option<Count>,
    /// Their state at the start: active as far as the limit admits. Default active.
    #[schemars(extend("default" = "active"))]
    pub(in crate::scenario) start: Option<AgentStart>,
    /// How they switch state. Without it they keep it.
    pub(in crate::scenario) activity: Option<Activity>,
    /// Who writes to them. Without it nobody does.
    pub(in crate::scenario) traffic: Option<Traffic>,
    /// Credits that one message costs. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) cost: Option<Distribution<Amount>>,
    /// What becomes of their customers while they are not active. Default refuse.
    #[schemars(extend("default" = "refuse"))]
    pub(in crate::scenario) while_offline: Option<WhileOffline>,
}

/// The state of an agent at the start.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum AgentStart {
    /// Being written, never enabled yet.
    Draft,
    /// Enabled as far as the limit admits; the others start offline.
    Active,
    /// Switched off.
    Offline,
}

/// How agents switch state. A state without a distribution is not left.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Activity {
    /// Time from the start until a draft is first enabled.
    pub(in crate::scenario) draft: Option<Distribution<Duration>>,
    /// Time from an enable to the next disable.
    pub(in crate::scenario) active: Option<Distribution<Duration>>,
    /// Time from a disable, or the start, to the next try to enable.
    pub(in crate::scenario) offline: Option<Distribution<Duration>>,
    /// What follows a refused enable. Default `give_up`.
    #[schemars(extend("default" = "give_up"))]
    pub(in crate::scenario) on_refused: Option<OnRefused>,
}

/// What follows a refused enable.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(extend("x-not-supported-yet" = ["wait_for_slot"]))]
pub(in crate::scenario) enum OnRefused {
    /// A new offline period.
    GiveUp,
    /// Another try after this time.
    RetryEvery(Duration),
}

/// What becomes of the customers of an agent that is not active.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum WhileOffline {
    /// Their messages are refused.
    Refuse,
    /// They wait for it to come back.
    Pause,
}
