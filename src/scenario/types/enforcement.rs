//! How enforcement is implemented.

use schemars::JsonSchema;
use serde::Deserialize;

use super::quantity::{Amount, BelowText, Count, Duration, EstimateText, Flag, ShareText};

/// How enforcement is implemented.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "x-hints" = {
        "gap": "it stands in a strategy: `strategy: { check_then_act: { gap: 20ms } }`",
        "nodes": "it stands in a strategy: `strategy: { replicated: { nodes: 3, sync_every: 1s } }`",
        "sync_every": "it stands in a strategy: `strategy: { replicated: { nodes: 3, sync_every: 1s } }`",
        "lease": "it stands in a strategy: `strategy: { leased: { nodes: 3, lease: 50 } }`",
        "ttl": "it stands in a strategy: `strategy: { leased: { nodes: 3, lease: 50, ttl: 10m } }`",
        "routing": "it stands in a strategy: `strategy: { leased: { nodes: 3, lease: 50, routing: sticky } }`",
        "read_to_write": "it stands in a strategy: `strategy: { optimistic: { read_to_write: 5ms } }`",
        "max_retries": "it stands in a strategy: `strategy: { optimistic: { read_to_write: 5ms } }`",
        "report_every": "it stands in a strategy: `strategy: { metered: { report_every: 1m } }`",
        "read_cache": "it stands in a strategy: `strategy: { metered: { report_every: 1m } }`",
        "recheck_within": "it stands in a strategy: `strategy: { metered: { report_every: 1m } }`",
    }
))]
pub(in crate::scenario) struct Enforcement {
    /// What a decision knows, and when it takes effect. Default atomic.
    #[schemars(extend("default" = "atomic"))]
    pub(in crate::scenario) strategy: Option<Strategy>,
    /// For how long a decision keeps the workspace's row busy, or its row on one of several nodes:
    /// decisions are made one after the other. At most 1h. Default 0s.
    #[schemars(extend("default" = "0s"), example = "200us")]
    pub(in crate::scenario) decision_time: Option<Duration>,
    /// When an attempt is charged that was admitted. Default `on_admit`.
    #[schemars(extend("default" = "on_admit"))]
    pub(in crate::scenario) charge: Option<Charge>,
    /// Whether an attempt that is refused gives back what it took of the limits of rates that it passed
    /// before. Default restore.
    #[schemars(extend("default" = "restore"))]
    pub(in crate::scenario) on_refusal: Option<OnRefusal>,
    /// How long whoever asks waits while the timeline says that nobody can decide. At most 1h. Default 0s.
    #[schemars(extend("default" = "0s"), example = "2s")]
    pub(in crate::scenario) timeout: Option<Duration>,
    /// What becomes of him then. Default refuse.
    #[schemars(extend("default" = "refuse"))]
    pub(in crate::scenario) on_unavailable: Option<OnUnavailable>,
    /// What goes wrong around decisions.
    pub(in crate::scenario) faults: Option<Faults>,
}

/// Whether an attempt that is refused gives back what it took of limits of rates.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum OnRefusal {
    /// It takes nothing.
    Restore,
    /// The limits that it passed keep what it took.
    Keep,
}

/// What becomes of an attempt while nobody can decide.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum OnUnavailable {
    /// It is refused, as `enforcement_unavailable`.
    Refuse,
    /// It is admitted, whatever the rules say.
    Admit,
    /// Each node decides by what it knows, and hears nothing of others: a partition. For `replicated`,
    /// `leased` and `metered`.
    Local,
}

/// What goes wrong around decisions.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Faults {
    /// Attempts end, and nobody hears of it.
    pub(in crate::scenario) lost_release: Option<LostRelease>,
    /// Attempts are asked for twice.
    pub(in crate::scenario) duplicate_delivery: Option<DuplicateDelivery>,
    /// The clock of each node is off, by which it decides limits. For `replicated` and `leased`.
    pub(in crate::scenario) clock_skew: Option<ClockSkew>,
    /// Nodes restart, and forget what they have not told anybody. For `replicated`, `leased` and
    /// `metered`.
    pub(in crate::scenario) node_restart: Option<NodeRestart>,
    /// Nodes hear late of new periods of credits.
    pub(in crate::scenario) late_renewal: Option<LateRenewal>,
}

/// Attempts end, and nobody hears of it: their places stay taken, and what is held for them does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct LostRelease {
    /// Of all attempts that are answered, or refused further on.
    #[schemars(example = "0.1%")]
    pub(in crate::scenario) share: ShareText,
    /// After how long somebody finds that they have ended, above 0s. Default never.
    #[schemars(example = "5m")]
    pub(in crate::scenario) found_after: Option<Duration>,
}

/// Attempts are asked for twice, and served once.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct DuplicateDelivery {
    /// Of all attempts.
    #[schemars(example = "1%")]
    pub(in crate::scenario) share: ShareText,
    /// From the first time to the second. Default 0s.
    #[schemars(extend("default" = "0s"), example = "50ms")]
    pub(in crate::scenario) after: Option<Duration>,
    /// Whether the second time is known by its key, and changes nothing. Default false.
    #[schemars(extend("default" = false))]
    pub(in crate::scenario) idempotent: Option<Flag>,
}

/// The clock of each node is off by a time of its own, drawn once.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ClockSkew {
    /// At most so much, before or after; above 0s, at most 1d.
    #[schemars(example = "500ms")]
    pub(in crate::scenario) up_to: Duration,
}

/// Nodes restart.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct NodeRestart {
    /// How often each node does, on average; at least 1s. Times between are exponential.
    #[schemars(example = "12h")]
    pub(in crate::scenario) every: Duration,
}

/// Nodes hear late of new periods of credits, and go on with what they knew of the old one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct LateRenewal {
    /// Of nodes, drawn for each workspace at each renewal.
    #[schemars(example = "30%")]
    pub(in crate::scenario) share: ShareText,
    /// How late they are, above 0s.
    #[schemars(example = "10m")]
    pub(in crate::scenario) by: Duration,
}

/// When an attempt is charged.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Charge {
    /// When it is admitted.
    OnAdmit,
    /// When its reply is back. Until then nothing is set aside for it, so that those who come
    /// meanwhile may be promised the same credits.
    OnComplete,
    /// When its reply is back. Until then an estimate is set aside for it.
    Hold(Hold),
}

/// An estimate of what an attempt will cost is set aside until its reply is back.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Hold {
    /// What is set aside: so many credits, or so many times what the attempt will cost. Default 1x.
    #[schemars(extend("default" = "1x"), example = "1.5x")]
    pub(in crate::scenario) estimate: Option<EstimateText>,
    /// For how long, above 0s; then it is free, though the attempt may still be under way. Default until
    /// the attempt is over.
    #[schemars(example = "10m")]
    pub(in crate::scenario) ttl: Option<Duration>,
}

/// What a decision knows, and when it takes effect.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Strategy {
    /// One decision at a time for each workspace: the ideal.
    Atomic,
    /// Decided by what is read, and written later without another look: two may both see the last
    /// credit.
    CheckThenAct(CheckThenAct),
    /// Decided by each node on a copy of its own; copies exchange what they admitted every so often.
    Replicated(Replicated),
    /// Credits are taken by each node in advance, which then decides alone while they last. All else
    /// is atomic.
    Leased(Leased),
    /// Decided by what is read, and written if nothing was written meanwhile; else decided again.
    Optimistic(Optimistic),
    /// Credits are decided by a meter that lags. All else is atomic.
    Metered(Metered),
}

/// Decided by what is read, and written later without another look.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct CheckThenAct {
    /// From reading to writing, at most 1d.
    #[schemars(example = "20ms")]
    pub(in crate::scenario) gap: Duration,
}

/// Decided by each node on a copy of its own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Replicated {
    /// How many nodes decide, 1 to 1,000.
    #[schemars(example = 3)]
    pub(in crate::scenario) nodes: Count,
    /// Copies exchange what they admitted at the multiples of this from the start; above 0s.
    #[schemars(example = "1s")]
    pub(in crate::scenario) sync_every: Duration,
    /// Which node decides an attempt. Default random.
    #[schemars(extend("default" = "random"))]
    pub(in crate::scenario) routing: Option<Routing>,
}

/// Credits are taken by each node in advance.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Leased {
    /// How many nodes decide, 1 to 1,000.
    #[schemars(example = 3)]
    pub(in crate::scenario) nodes: Count,
    /// How many credits a node takes at once, above 0.
    #[schemars(example = 50)]
    pub(in crate::scenario) lease: Amount,
    /// For how long it may spend them, above 0s; then what is left goes back. Default until the
    /// credits renew.
    #[schemars(example = "10m")]
    pub(in crate::scenario) ttl: Option<Duration>,
    /// Which node decides an attempt. Default random.
    #[schemars(extend("default" = "random"))]
    pub(in crate::scenario) routing: Option<Routing>,
}

/// Which node decides an attempt.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Routing {
    /// Any of them, drawn for each attempt.
    Random,
    /// For each agent always the same one, drawn once.
    Sticky,
}

/// Decided by what is read, and written if nothing was written meanwhile.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Optimistic {
    /// From reading to writing, at most 1d.
    #[schemars(example = "5ms")]
    pub(in crate::scenario) read_to_write: Duration,
    /// How often it is decided again, at most 1,000; then the attempt is refused as
    /// `enforcement_unavailable`. Default 3.
    #[schemars(extend("default" = 3))]
    pub(in crate::scenario) max_retries: Option<Count>,
}

/// Credits are decided by a meter that lags.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Metered {
    /// The meter hears of what was used at the multiples of this from the start; above 0s.
    #[schemars(example = "1m")]
    pub(in crate::scenario) report_every: Duration,
    /// For how long a reading of the meter is used again. Default 0s.
    #[schemars(extend("default" = "0s"), example = "30s")]
    pub(in crate::scenario) read_cache: Option<Duration>,
    /// If a reading leaves less than this, a share of the period's included credits or an amount, the
    /// meter is read again. Default never.
    #[schemars(example = "5%")]
    pub(in crate::scenario) recheck_within: Option<BelowText>,
}
