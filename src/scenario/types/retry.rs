//! How customers try again.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::quantity::{CountOrUnlimited, Duration, Factor, Flag, Number, ShareText};

/// How customers try again after a refusal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Retry {
    /// Attempts of a message, the first included: at least 1, or `unlimited`.
    #[schemars(example = 4)]
    pub(in crate::scenario) max_attempts: CountOrUnlimited,
    /// How long they wait before they try again. Default: `base: 1s`, `factor: 2`, `cap: 60s`,
    /// `jitter: full`.
    pub(in crate::scenario) backoff: Option<Backoff>,
    /// Whether they wait for as long as a refusal tells them, if that is longer. Default true.
    #[schemars(extend("default" = true))]
    pub(in crate::scenario) honour_retry_after: Option<Flag>,
    /// How many of them try again after each refusal; the others give up. Default 100%.
    #[schemars(extend("default" = "100%"))]
    pub(in crate::scenario) persistence: Option<ShareText>,
    /// After which reasons they try again. Default `rate_limited`, `concurrency_limited` and
    /// `overloaded`.
    #[schemars(
        length(min = 1),
        extend("default" = ["rate_limited", "concurrency_limited", "overloaded"])
    )]
    pub(in crate::scenario) reasons: Option<Vec<RetryReason>>,
    /// How many of the attempts of the line, in a workspace, may be retries: above it nobody tries
    /// again. Default any.
    pub(in crate::scenario) budget: Option<RetryBudget>,
}

/// A budget of retries.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct RetryBudget {
    /// Retries among all attempts: there may be one more while they are less than this.
    #[schemars(example = "10%")]
    pub(in crate::scenario) share: ShareText,
    /// Over which time they are counted, above 0s. Default 2m.
    #[schemars(extend("default" = "2m"))]
    pub(in crate::scenario) over: Option<Duration>,
}

/// How customers hold attempts back when too few of their last ones were admitted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ClientThrottling {
    /// How many attempts they make for each that is admitted, from 1x to 1,000x. Default 2x.
    #[schemars(extend("default" = "2x"))]
    pub(in crate::scenario) multiplier: Option<Factor>,
    /// Over which time they count, above 0s. Default 2m.
    #[schemars(extend("default" = "2m"))]
    pub(in crate::scenario) over: Option<Duration>,
}

/// How long customers wait before they try again: longer from try to try, or a time of its own for
/// each.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-kinds" = [["base", "factor", "cap", "jitter"], ["wait"]]))]
pub(in crate::scenario) struct Backoff {
    /// The first time, above 0s. Default 1s.
    #[schemars(extend("default" = "1s"))]
    pub(in crate::scenario) base: Option<Duration>,
    /// By what it grows from try to try, from 1 to 1,000; not with `jitter: decorrelated`. Default 2.
    #[schemars(extend("default" = 2))]
    pub(in crate::scenario) factor: Option<Number>,
    /// The most that it grows to, not less than `base`. Default 60s.
    #[schemars(extend("default" = "60s"))]
    pub(in crate::scenario) cap: Option<Duration>,
    /// What chance takes of it. Default full.
    #[schemars(extend("default" = "full"))]
    pub(in crate::scenario) jitter: Option<Jitter>,
    /// A time that is drawn for each try, in place of all others.
    pub(in crate::scenario) wait: Option<Distribution<Duration>>,
}

/// What chance takes of a time to wait.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Jitter {
    /// Nothing: all who were refused at once come back at once.
    None,
    /// Any part of it.
    Full,
    /// Any part of its second half.
    Equal,
    /// It is drawn from `base` to three times the last one, at most `cap`.
    Decorrelated,
}

/// A reason after which customers may try again.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum RetryReason {
    /// The trial is over and nobody subscribed.
    TrialEnded,
    /// The agent is draft or offline.
    AgentNotActive,
    /// A limiter of a rate has no token.
    RateLimited,
    /// As many are in flight as a limiter admits.
    ConcurrencyLimited,
    /// The pool cannot pay.
    CreditsExhausted,
    /// The agent or feature has used its share.
    ShareExhausted,
    /// The backend's queue is full, or it sheds load.
    Overloaded,
    /// Whoever decides could not.
    EnforcementUnavailable,
}
