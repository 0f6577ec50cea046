//! Groups of workspaces and their agents.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::fair_use::FairUse;
use super::packages::Purchases;
use super::quantity::{Amount, Count, Duration, Name, RateText, ShareText};
use super::retry::{ClientThrottling, Retry};
use super::traffic::Traffic;

/// Workspaces that are alike.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "x-hints" = {
        "churn": "`churn` stands in a line of `agents`",
        "patience": "`patience` stands in a line of `agents` or in one of `features`",
        "retry": "`retry` stands in a line of `agents` or in one of `features`",
        "share": "`share` stands in a line of `agents` or in one of `features`",
        "trial": "`trial` stands in a plan",
    }
))]
pub(in crate::scenario) struct Group {
    /// The group's name; `all` is reserved.
    #[schemars(example = &"shops")]
    #[expect(clippy::struct_field_names, reason = "the key is a contract")]
    pub(in crate::scenario) group: Name,
    /// How many workspaces, from 1 to 100 million. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) count: Option<Count>,
    /// The plan of each workspace, or a mix: `{ advanced: 80%, pro: 20% }`. Default unlimited.
    #[schemars(extend("default" = "unlimited"))]
    pub(in crate::scenario) plan: Option<PlanOrMix>,
    /// Seats of each workspace: users, from 1 to 1,000,000. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) seats: Option<Distribution<Count>>,
    /// When each workspace's subscription renews. Default `same_instant`.
    #[schemars(extend("default" = "same_instant"))]
    pub(in crate::scenario) billing_anchor: Option<BillingAnchor>,
    /// Which agents go offline when a change of plan leaves too many active. Default: what the top
    /// level says.
    pub(in crate::scenario) on_downgrade: Option<OnDowngrade>,
    /// The package that each workspace buys, and when.
    pub(in crate::scenario) packages: Option<Purchases>,
    /// Shares of the pool, above 0%, at whose use somebody is told: when is measured.
    #[schemars(example = ["80%", "95%"])]
    pub(in crate::scenario) alerts: Option<Vec<ShareText>>,
    /// The agents of each workspace, line by line.
    #[schemars(length(min = 1))]
    pub(in crate::scenario) agents: Vec<Agent>,
    /// Who writes to each workspace as a whole: each message goes to one of the agents that are
    /// active then. Without it customers write only to the lines that have traffic.
    pub(in crate::scenario) traffic: Option<Traffic>,
    /// Which of the active agents a message of that traffic goes to. Default random.
    #[schemars(extend("default" = "random"))]
    pub(in crate::scenario) route: Option<Route>,
    /// Other AI features that draw on the pool of each workspace.
    pub(in crate::scenario) features: Option<Vec<Feature>>,
    /// Fair-use limits of each workspace, besides those of its plan.
    pub(in crate::scenario) fair_use: Option<Vec<FairUse>>,
}

/// A plan, or several with the share of the workspaces that are on each.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::scenario) enum PlanOrMix {
    /// All workspaces are on it.
    Plan(Name),
    /// So many of them are on each; the shares sum to 100%.
    Mix(#[schemars(with = "BTreeMap<String, ShareText>")] IndexMap<String, ShareText>),
}

/// When each workspace's subscription renews.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum BillingAnchor {
    /// All on the day of the start: a herd.
    SameInstant,
    /// Spread evenly over the period before the start.
    Staggered,
}

/// Which agents go offline when a change of plan leaves too many active.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum OnDowngrade {
    /// Those enabled last.
    NewestOffline,
    /// Those enabled first.
    OldestOffline,
    /// None: they stay active until they are disabled.
    KeepUntilDisabled,
}

/// Which of the active agents a message to a workspace goes to.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Route {
    /// Any of them, evenly.
    Random,
    /// The next one after the one that the last message went to.
    RoundRobin,
    /// The one with the fewest messages under way.
    LeastBusy,
    /// That of the same conversation or user, as long as it is active; then any.
    Sticky,
}

/// Agents that behave alike.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-hints" = { "route": "`route` stands in a group, beside its `traffic`" }))]
pub(in crate::scenario) struct Agent {
    /// The line's name, unique in its group.
    #[schemars(example = &"sales")]
    pub(in crate::scenario) name: Name,
    /// Agents of this line in each workspace at the start; 0 only where others are created.
    /// Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) count: Option<Count>,
    /// Their state at the start: active as far as the limit admits. Default active.
    #[schemars(extend("default" = "active"))]
    pub(in crate::scenario) start: Option<AgentStart>,
    /// How they switch state. Default: they keep it.
    pub(in crate::scenario) activity: Option<Activity>,
    /// Who writes to them. Default nobody.
    pub(in crate::scenario) traffic: Option<Traffic>,
    /// Credits that one message costs. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) cost: Option<Distribution<Amount>>,
    /// What becomes of their customers while they are not active. Default refuse.
    #[schemars(extend("default" = "refuse"))]
    pub(in crate::scenario) while_offline: Option<WhileOffline>,
    /// How their customers try again after a refusal. Without it a refused message is lost.
    pub(in crate::scenario) retry: Option<Retry>,
    /// How they hold attempts back when too few of their last ones were admitted. Default: they do
    /// not.
    pub(in crate::scenario) client_throttling: Option<ClientThrottling>,
    /// How long customers wait before they give a message up, from when it was due: in queues and
    /// between tries, but not while they are served. Default for ever.
    #[schemars(example = "120s")]
    pub(in crate::scenario) patience: Option<Distribution<Duration>>,
    /// How much of the period's included credits each agent may use. Default any.
    pub(in crate::scenario) share: Option<ShareTerms>,
    /// How agents are created and deleted. Default: those of the start stay.
    pub(in crate::scenario) churn: Option<Churn>,
}

/// Another AI feature that draws on the pool: it is always there and takes no slot.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-hints" = { "route": "`route` stands in a group, beside its `traffic`" }))]
pub(in crate::scenario) struct Feature {
    /// Its name, unique among the agents and features of its group.
    #[schemars(example = &"rewriter")]
    pub(in crate::scenario) name: Name,
    /// Who uses it. Default nobody.
    pub(in crate::scenario) traffic: Option<Traffic>,
    /// Credits that one use costs. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) cost: Option<Distribution<Amount>>,
    /// How its users try again after a refusal. Without it a refused use is lost.
    pub(in crate::scenario) retry: Option<Retry>,
    /// How they hold attempts back when too few of their last ones were admitted. Default: they do
    /// not.
    pub(in crate::scenario) client_throttling: Option<ClientThrottling>,
    /// How long its users wait before they give up, from when it was due: in queues and between
    /// tries, but not while they are served. Default for ever.
    #[schemars(example = "30s")]
    pub(in crate::scenario) patience: Option<Distribution<Duration>>,
    /// How much of the period's included credits it may use. Default any.
    pub(in crate::scenario) share: Option<ShareTerms>,
}

/// Shares of the period's included credits: the most, or what is kept free and the most.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::scenario) enum ShareTerms {
    /// At most so much.
    AtMost(ShareText),
    /// From a share that the others must leave to one that may not be passed.
    Between(ShareRange),
}

/// What is kept free, and the most.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ShareRange {
    /// What the others must leave. Default 0%.
    #[schemars(extend("default" = "0%"))]
    pub(in crate::scenario) at_least: Option<ShareText>,
    /// The most that each may use in a period, whoever pays. Default: all that the pool has.
    pub(in crate::scenario) at_most: Option<ShareText>,
}

/// How agents are created and deleted: one of the two at least.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Churn {
    /// Tries to create an agent in each workspace, as a Poisson stream: at most 1,000,000 in the
    /// duration. Default none.
    #[schemars(example = "2/d")]
    pub(in crate::scenario) create: Option<RateText>,
    /// Time from an agent's creation, or the start, to its deletion. Default never.
    pub(in crate::scenario) delete_after: Option<Distribution<Duration>>,
}

/// The state of an agent at the start.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum AgentStart {
    /// Being written, and never enabled yet.
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
    /// Time from the start until a draft is first enabled. Default never.
    pub(in crate::scenario) draft: Option<Distribution<Duration>>,
    /// Time from an enable to the next disable. Default never.
    pub(in crate::scenario) active: Option<Distribution<Duration>>,
    /// Time from a disable, or the start, to the next try to enable. Default never.
    pub(in crate::scenario) offline: Option<Distribution<Duration>>,
    /// What follows a refused enable. Default `give_up`.
    #[schemars(extend("default" = "give_up"))]
    pub(in crate::scenario) on_refused: Option<OnRefused>,
}

/// What follows a refused enable.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum OnRefused {
    /// The agent stays as it was; the next try comes after a new offline period.
    GiveUp,
    /// The agent waits until a slot is free; who waits longest is first.
    WaitForSlot,
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
