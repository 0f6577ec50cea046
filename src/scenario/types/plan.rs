//! Plans and the limits that stand in them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::quantity::{Amount, Count, CountOrUnlimited, Flag, Name, RateText, RenewalText};

/// A plan: limits and credits of every workspace that is on it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-not-supported-yet" = [
    "priority", "trial", "price", "packages", "alerts", "on_downgrade", "on_exceed",
]))]
pub(in crate::scenario) struct Plan {
    /// Agents that may be active at once. Default unlimited.
    #[schemars(extend("default" = "unlimited"))]
    pub(in crate::scenario) active_agents: Option<CountOrUnlimited>,
    /// Agents that may exist, whatever their state. Default 500.
    #[schemars(extend("default" = 500))]
    pub(in crate::scenario) total_agents: Option<Count>,
    /// The credits that all agents of a workspace share. Without them no credits are counted.
    pub(in crate::scenario) credits: Option<PlanCredits>,
    /// Fair-use limits of every workspace on this plan.
    pub(in crate::scenario) fair_use: Option<Vec<FairUse>>,
}

/// The credits that a plan includes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-not-supported-yet" = ["on_exceed", "priority"]))]
pub(in crate::scenario) struct PlanCredits {
    /// Credits of one period, for a seat or for the workspace.
    #[schemars(example = "1_250")]
    pub(in crate::scenario) included: Amount,
    /// What the amount is multiplied by. Default workspace.
    #[schemars(extend("default" = "workspace"))]
    pub(in crate::scenario) per: Option<CreditsPer>,
    /// When the pool is filled again: `monthly` on the calendar, `never`, or every so often, such
    /// as `30d`. What is left then expires. Default monthly.
    #[schemars(extend("default" = "monthly"))]
    pub(in crate::scenario) renews: Option<RenewalText>,
    /// From which day renewals count. Default subscription: the start of the scenario.
    #[schemars(extend("default" = "subscription"))]
    #[expect(dead_code, reason = "there is only one anchor so far")]
    pub(in crate::scenario) anchor: Option<Anchor>,
    /// What becomes of unused credits at a renewal. Default none: they expire.
    #[schemars(extend("default" = "none"))]
    #[expect(dead_code, reason = "there is only one choice so far")]
    pub(in crate::scenario) carry_over: Option<CarryOver>,
    /// What happens to a message that the pool cannot pay. Default refuse.
    #[schemars(extend("default" = "refuse"))]
    #[expect(dead_code, reason = "there is only one choice so far")]
    pub(in crate::scenario) overage: Option<Overage>,
}

/// What an included amount is multiplied by.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum CreditsPer {
    /// The amount is for each seat of a workspace.
    Seat,
    /// The amount is for the workspace, however many seats it has.
    Workspace,
}

/// From which day renewals count.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(extend("x-not-supported-yet" = ["purchase", "day"]))]
pub(in crate::scenario) enum Anchor {
    /// From the start of the subscription.
    Subscription,
}

/// What becomes of unused credits at a renewal.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(extend("x-not-supported-yet" = ["all", "up_to"]))]
pub(in crate::scenario) enum CarryOver {
    /// They expire.
    None,
}

/// What happens to a message that the pool cannot pay.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(extend("x-not-supported-yet" = ["unlimited", "up_to"]))]
pub(in crate::scenario) enum Overage {
    /// It is refused.
    Refuse,
}

/// A fair-use limit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "oneOf" = [{ "required": ["token_bucket"] }, { "required": ["concurrency"] }],
    "x-not-supported-yet" = [
        "leaky_bucket", "fixed_window", "sliding_window", "sliding_counter",
    ]
))]
pub(in crate::scenario) struct FairUse {
    /// Its name in results and messages; no two limits of a workspace share one.
    #[schemars(example = &"burst")]
    pub(in crate::scenario) name: Name,
    /// Who shares the limit. Default workspace.
    #[schemars(extend("default" = "workspace"))]
    pub(in crate::scenario) scope: Option<FairUseScope>,
    /// Admits while tokens last; starts full and refills continuously.
    pub(in crate::scenario) token_bucket: Option<TokenBucket>,
    /// Admits while fewer than so many messages are in flight.
    pub(in crate::scenario) concurrency: Option<Concurrency>,
    /// What a message weighs. Default attempts: each attempt is one.
    #[schemars(extend("default" = "attempts"))]
    #[expect(dead_code, reason = "there is only one weight so far")]
    pub(in crate::scenario) weight: Option<Weight>,
    /// Whether an attempt that this limit refuses counts in it. Default false; true is not
    /// supported yet.
    #[schemars(extend("default" = false))]
    pub(in crate::scenario) count_refused: Option<Flag>,
    /// What happens to an attempt above the limit. Default refuse.
    #[schemars(extend("default" = "refuse"))]
    #[expect(dead_code, reason = "there is only one choice so far")]
    pub(in crate::scenario) on_exceed: Option<OnExceed>,
}

/// Who shares a limit.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(extend(
    "x-not-supported-yet" = ["plan", "platform"],
    "x-hints" = {
        "plan": "limits of scope `plan` stand in `fair_use` at the top level; \
                 here it is `agent` or `workspace`",
        "platform": "limits of scope `platform` stand in `fair_use` at the top level; \
                     here it is `agent` or `workspace`",
    }
))]
pub(in crate::scenario) enum FairUseScope {
    /// Each agent has its own.
    Agent,
    /// All agents of a workspace share one.
    Workspace,
}

/// A bucket of tokens.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-not-supported-yet" = ["refill_every"]))]
pub(in crate::scenario) struct TokenBucket {
    /// How fast tokens come back.
    #[schemars(example = "2/s")]
    pub(in crate::scenario) rate: RateText,
    /// How many tokens fit, at least 1.
    #[schemars(example = 20)]
    pub(in crate::scenario) burst: Amount,
}

/// A limit of messages in flight.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-not-supported-yet" = ["queue"]))]
pub(in crate::scenario) struct Concurrency {
    /// Messages in flight at once, at least 1.
    #[schemars(example = 4)]
    pub(in crate::scenario) limit: Count,
}

/// What a message weighs in a limit.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(extend("x-not-supported-yet" = ["credits"]))]
pub(in crate::scenario) enum Weight {
    /// One for each attempt.
    Attempts,
}

/// What happens to an attempt above a limit.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(extend("x-not-supported-yet" = ["report"]))]
pub(in crate::scenario) enum OnExceed {
    /// It is refused.
    Refuse,
}
