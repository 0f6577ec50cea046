//! Who writes to agents, and when.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::quantity::{Count, Duration, RateText};

/// Who writes to an agent.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "oneOf" = [{ "required": ["rate"] }, { "required": ["sessions"] }],
    "x-not-supported-yet" = [
        "interarrival", "closed", "trace", "replay", "profile", "timezone", "stages", "bursts",
    ]
))]
pub(in crate::scenario) struct Traffic {
    /// Messages to each agent, as a Poisson stream.
    #[schemars(example = "12/h")]
    pub(in crate::scenario) rate: Option<RateText>,
    /// Conversations with each agent.
    pub(in crate::scenario) sessions: Option<Sessions>,
}

/// Conversations: the next turn comes a think time after the reply.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-not-supported-yet" = ["on_lost"]))]
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
}
