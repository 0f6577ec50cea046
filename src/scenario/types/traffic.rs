//! Who writes to agents, and when.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::quantity::{Count, Duration, Factor, Number, RateText, SpeedText, Text};

/// Who writes to an agent of a line, or to a workspace as a whole: where this says "each agent",
/// the traffic of a group has "each workspace".
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "oneOf" = [
        { "required": ["rate"] }, { "required": ["interarrival"] },
        { "required": ["sessions"] }, { "required": ["closed"] }, { "required": ["trace"] },
    ]
))]
pub(in crate::scenario) struct Traffic {
    /// Messages to each agent, as a Poisson stream: customers who know nothing of each other.
    #[schemars(example = "12/h")]
    pub(in crate::scenario) rate: Option<RateText>,
    /// Time between two messages to an agent, and from the start to the first: a renewal stream.
    #[schemars(example = "5m")]
    pub(in crate::scenario) interarrival: Option<Distribution<Duration>>,
    /// Conversations with each agent: the next message comes some time after the reply.
    pub(in crate::scenario) sessions: Option<Sessions>,
    /// Users of each agent, who write again and again, and wait for each reply.
    pub(in crate::scenario) closed: Option<Closed>,
    /// Recorded traffic: a CSV file, perhaps packed as `.gz` or `.zst`. In a group all its rows are
    /// replayed for all workspaces, in a line only the messages to its agents. The path is relative
    /// to this file.
    #[schemars(example = "day.csv")]
    pub(in crate::scenario) trace: Option<Text>,
    /// How much faster the time of a trace runs, above 0x. Default 1x.
    #[schemars(extend("default" = "1x"))]
    pub(in crate::scenario) speed: Option<SpeedText>,
    /// How the messages of a trace come. Default arrivals.
    #[schemars(extend("default" = "arrivals"))]
    pub(in crate::scenario) replay: Option<Replay>,
    /// How traffic rises and falls with the hour: a profile by its name, or 24 weights for the
    /// hours of the day, or 168 for those of the week from Monday 00:00 on. Their mean counts as 1,
    /// so that the mean traffic stays. Default: the same in every hour.
    #[schemars(example = &"business_hours")]
    pub(in crate::scenario) profile: Option<Profile>,
    /// Whose clocks the profile goes by: a name of the IANA database. Default: those of the top level.
    #[schemars(example = "Europe/Berlin")]
    pub(in crate::scenario) timezone: Option<Text>,
    /// How traffic rises and falls from the start on, one stage after the other. The last target
    /// holds. Default 1x.
    #[schemars(length(min = 1))]
    pub(in crate::scenario) stages: Option<Vec<Stage>>,
    /// Periods on and off that each agent goes through for itself. The traffic that is written is
    /// the mean over both. Default: always on.
    pub(in crate::scenario) bursts: Option<Bursts>,
}

/// How the messages of a trace come.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Replay {
    /// Each at its time.
    Arrivals,
    /// Conversations at their time, and their later turns a think time after the reply.
    Sessions,
}

/// How traffic rises and falls with the hour.
// The shape of what is written decides, as in a distribution.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::scenario) enum Profile {
    /// A profile by its name.
    Named(ProfileName),
    /// 24 weights or 168, on any scale.
    Weights(Vec<Number>),
}

/// A profile by its name.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum ProfileName {
    /// Mondays to Fridays from nine to five, and little at other times.
    BusinessHours,
    /// Most from six to eleven in the evening, every day.
    Evenings,
    /// A gentle wave with its peak in the afternoon, every day.
    Daily,
}

/// A straight way to another level.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Stage {
    /// How long it takes; 0s jumps.
    #[schemars(example = "10m")]
    pub(in crate::scenario) duration: Duration,
    /// The level at its end; at the start it is 1x.
    #[schemars(example = "3x")]
    pub(in crate::scenario) target: Factor,
}

/// Periods on and off of each agent, in turn.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Bursts {
    /// The length of periods on.
    #[schemars(example = "5m")]
    pub(in crate::scenario) on: Distribution<Duration>,
    /// The length of periods off.
    #[schemars(example = "1h")]
    pub(in crate::scenario) off: Distribution<Duration>,
    /// Traffic while off, relative to that while on. Default 0x.
    #[schemars(extend("default" = "0x"))]
    pub(in crate::scenario) quiet: Option<Factor>,
}

/// Conversations: the next turn comes a think time after the reply.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Sessions {
    /// Conversations begun with each agent, as a Poisson stream.
    #[schemars(example = "6/d")]
    pub(in crate::scenario) rate: RateText,
    /// Messages of a conversation, from 1 to 1,000,000. Default 1.
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
    /// Users of each agent, at least 1; in all agents of a line at most 1,000,000.
    #[schemars(example = 3)]
    pub(in crate::scenario) users: Count,
    /// Time from a reply or a refusal to the next message, and from the start to the first.
    #[schemars(example = "40s")]
    pub(in crate::scenario) think: Distribution<Duration>,
}
