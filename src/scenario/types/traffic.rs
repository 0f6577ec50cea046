//! Who writes to agents, and when.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::quantity::{Count, Duration, RateText};

/// Who writes to an agent.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "oneOf" = [
        { "required": ["rate"] }, { "required": ["interarrival"] },
        { "required": ["sessions"] }, { "required": ["closed"] },
    ],
    "x-not-supported-yet" = [
        "trace", "replay", "profile", "timezone", "stages", "bursts",
    ]
))]
pub(in crate::scenario) struct Traffic {
    /// Messages to each agent, as a Poisson stream.
    #[schemars(example = "12/h")]
    pub(in crate::scenario) rate: Option<RateText>,
    /// Time between two messages to an agent, and from the start to the first: a renewal stream.
    #[schemars(example = "5m")]
    pub(in crate::scenario) interarrival: Option<Distribution<Duration>>,
    /// Conversations with each agent.
    pub(in crate::scenario) sessions: Option<Sessions>,
    /// Users of each agent, who write again and again.
    pub(in crate::scenario) closed: Option<Closed>,
}

/// Conversations: the next turn comes a think time after the reply.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Sessions {
    /// Conversations begun with each agent, as a Poisson stream.
    #[schemars(example = "6/d")]
    pub(in crate::scenario) rate: RateText,
    /// Messages of a conversation, at least 1. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) turns: Option<Distribution<Count>>,
    /// Time from a reply to the next message. Default 0s.
    #[schemars(extend("default" = "0s"))]
    pub(in crate::scenario) think: Option<Distribution<Duration>>,
    /// What becomes of a conversation of which a message is lost. Default end.
    #[schemars(extend("default" = "end"))]
    pub(in crate::scenario) on_lost: Option<OnLost>,
}

/// What becomes of a conversation of which a message is lost.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum OnLost {
    /// It ends.
    End,
    /// The customer thinks, and writes the next message.
    Continue,
}

/// Users who for ever think, write, and wait for the reply or the refusal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Closed {
    /// Users of each agent, at least 1.
    #[schemars(example = 3)]
    pub(in crate::scenario) users: Count,
    /// Time from a reply or a refusal to the next message, and from the start to the first.
    #[schemars(example = "40s")]
    pub(in crate::scenario) think: Distribution<Duration>,
}
