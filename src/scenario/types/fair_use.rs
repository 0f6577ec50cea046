//! Fair-use limits.

use schemars::JsonSchema;
use serde::Deserialize;

use super::quantity::{Amount, Count, DelayText, Duration, Flag, Name, RateText};

/// A fair-use limit: a name, and one kind of limiter.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    { "required": ["token_bucket"] },
    { "required": ["leaky_bucket"] },
    { "required": ["fixed_window"] },
    { "required": ["sliding_window"] },
    { "required": ["sliding_counter"] },
    { "required": ["concurrency"] },
]))]
pub(in crate::scenario) struct FairUse {
    /// Its name in results and messages; no two limits that a message meets share one.
    #[schemars(example = &"burst")]
    pub(in crate::scenario) name: Name,
    /// Who shares the limit: `agent` or `workspace` in plans and groups, `plan` or `platform` at the
    /// top level. Default workspace there and platform here.
    #[schemars(example = &"workspace")]
    pub(in crate::scenario) scope: Option<FairUseScope>,
    /// Admits while tokens last: a message takes one, and they come back continuously. Starts full.
    pub(in crate::scenario) token_bucket: Option<TokenBucket>,
    /// Lets messages through one by one at a rate; those that come too early wait for their turn, and
    /// are refused when too many would wait.
    pub(in crate::scenario) leaky_bucket: Option<LeakyBucket>,
    /// Admits so many in each window of time, and begins to count anew with the next.
    pub(in crate::scenario) fixed_window: Option<FixedWindow>,
    /// Admits so many in any span of time, exactly.
    pub(in crate::scenario) sliding_window: Option<SlidingWindow>,
    /// Admits so many in a span of time, as it is estimated from the counts of two windows.
    pub(in crate::scenario) sliding_counter: Option<SlidingCounter>,
    /// Admits while fewer than so many messages are in flight.
    pub(in crate::scenario) concurrency: Option<Concurrency>,
    /// What a message weighs: one, or the credits that it costs. Default attempts.
    #[schemars(extend("default" = "attempts"))]
    pub(in crate::scenario) weight: Option<Weight>,
    /// Whether an attempt that this limit refuses counts in it all the same. Default false.
    #[schemars(extend("default" = false))]
    pub(in crate::scenario) count_refused: Option<Flag>,
    /// What happens to an attempt above the limit. Default refuse.
    #[schemars(extend("default" = "refuse"))]
    pub(in crate::scenario) on_exceed: Option<OnExceed>,
}

/// Who shares a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum FairUseScope {
    /// Each agent has its own.
    Agent,
    /// All agents of a workspace share one.
    Workspace,
    /// All workspaces on a plan share one.
    Plan,
    /// Everybody shares one.
    Platform,
}

/// A bucket of tokens.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct TokenBucket {
    /// How fast tokens come back.
    #[schemars(example = "2/s")]
    pub(in crate::scenario) rate: RateText,
    /// How many tokens fit, at least 1.
    #[schemars(example = 20)]
    pub(in crate::scenario) burst: Amount,
    /// Tokens come back at the multiples of this from the start, as many as the rate gives in it.
    /// Default: continuously.
    #[schemars(example = "1s")]
    pub(in crate::scenario) refill_every: Option<Duration>,
}

/// A bucket that leaks, as nginx has it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct LeakyBucket {
    /// How fast messages are let through.
    #[schemars(example = "10/s")]
    pub(in crate::scenario) rate: RateText,
    /// How many in excess of the rate are kept; one more is refused. Default 0.
    #[schemars(extend("default" = 0))]
    pub(in crate::scenario) burst: Option<Amount>,
    /// How many of them go on at once, while the others wait for their turn; `burst` is all.
    /// Default 0.
    #[schemars(extend("default" = 0))]
    pub(in crate::scenario) delay: Option<DelayText>,
}

/// A count for each window of time.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct FixedWindow {
    /// How many in a window, at least 1.
    #[schemars(example = 100)]
    pub(in crate::scenario) limit: Amount,
    /// How long a window is.
    #[schemars(example = "1m")]
    pub(in crate::scenario) per: Duration,
    /// Whether windows follow each other from the start on; if not, the first message that finds none
    /// opens one. Default true.
    #[schemars(extend("default" = true))]
    pub(in crate::scenario) aligned: Option<Flag>,
}

/// A log of what was admitted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct SlidingWindow {
    /// How many in any span of this length, at least 1.
    #[schemars(example = 100)]
    pub(in crate::scenario) limit: Amount,
    /// How long the span is: what was admitted that long ago is out of sight.
    #[schemars(example = "1m")]
    pub(in crate::scenario) per: Duration,
}

/// Counts of this window and the last.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct SlidingCounter {
    /// How many in a span of this length, as estimated, at least 1.
    #[schemars(example = 100)]
    pub(in crate::scenario) limit: Amount,
    /// How long a window is; they follow each other from the start on.
    #[schemars(example = "1m")]
    pub(in crate::scenario) per: Duration,
    /// How the part of the last window's count is taken that is still in sight. Default exact.
    #[schemars(extend("default" = "exact"))]
    pub(in crate::scenario) estimate: Option<Estimate>,
}

/// How a share of a count is taken.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Estimate {
    /// As the fraction that it is.
    Exact,
    /// Rounded down to a whole number.
    Floor,
}

/// A limit of messages in flight.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Concurrency {
    /// Messages in flight at once, at least 1.
    #[schemars(example = 4)]
    pub(in crate::scenario) limit: Count,
    /// So many more wait until one is free, first come first served. Default 0.
    #[schemars(extend("default" = 0))]
    pub(in crate::scenario) queue: Option<Count>,
}

/// What a message weighs in a limit.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Weight {
    /// One for each attempt.
    Attempts,
    /// The credits that it costs.
    Credits,
}

/// What happens to an attempt above a limit.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum OnExceed {
    /// It is refused.
    Refuse,
    /// It is admitted and counted, to try the limit out.
    Report,
}
