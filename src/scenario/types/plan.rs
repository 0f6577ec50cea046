//! Plans and the limits that stand in them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fair_use::{FairUse, OnExceed};
use super::quantity::{
    Amount, AnchorText, BillingText, Count, CountOrUnlimited, Duration, MoneyText, RenewalText,
    ShareText,
};

/// A plan: limits and credits of every workspace that is on it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "x-hints" = {
        "packages": "packages stand at the top level, and who buys them in a group",
        "alerts": "`alerts` stand in a group",
        "on_downgrade": "`on_downgrade` stands at the top level or in a group",
    }
))]
pub(in crate::scenario) struct Plan {
    /// Agents that may be active at once. Default unlimited.
    #[schemars(extend("default" = "unlimited"))]
    pub(in crate::scenario) active_agents: Option<CountOrUnlimited>,
    /// What happens to an enable above `active_agents`: it is refused, or admitted and reported, to
    /// try the limit out. Default refuse.
    #[schemars(extend("default" = "refuse"))]
    pub(in crate::scenario) on_exceed: Option<OnExceed>,
    /// Agents that may exist, whatever their state: 1 to 100,000. Default 500.
    #[schemars(extend("default" = 500))]
    pub(in crate::scenario) total_agents: Option<Count>,
    /// How long a workspace may use it without subscribing; above 0s. Default: as long as it likes.
    #[schemars(example = "14d")]
    pub(in crate::scenario) trial: Option<Duration>,
    /// What it costs. Default nothing.
    pub(in crate::scenario) price: Option<Price>,
    /// The credits that all agents of a workspace share. Default: no
    /// credits are counted.
    pub(in crate::scenario) credits: Option<PlanCredits>,
    /// Fair-use limits of every workspace on this plan.
    pub(in crate::scenario) fair_use: Option<Vec<FairUse>>,
    /// From 1 to 1,000: where the backend serves by `priority`, who is on the plan with the lowest is
    /// served first. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) priority: Option<Count>,
}

/// What a plan costs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Price {
    /// What the amount is multiplied by. Default workspace.
    #[schemars(extend("default" = "workspace"))]
    pub(in crate::scenario) per: Option<PerWord>,
    /// The price of one period, in any currency.
    #[schemars(example = 25.00)]
    pub(in crate::scenario) amount: MoneyText,
    /// Its period: `monthly`, or a duration above 0s. Default monthly.
    #[schemars(extend("default" = "monthly"))]
    pub(in crate::scenario) every: Option<BillingText>,
}

/// The credits that a plan includes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct PlanCredits {
    /// Credits of one period, for a seat or for the workspace.
    #[schemars(example = "1_250")]
    pub(in crate::scenario) included: Amount,
    /// What the amount is multiplied by. Default workspace.
    #[schemars(extend("default" = "workspace"))]
    pub(in crate::scenario) per: Option<PerWord>,
    /// When the pool is filled again: `monthly` on the calendar, `never`, or every so often, such
    /// as `30d`. Default monthly.
    #[schemars(extend("default" = "monthly"))]
    pub(in crate::scenario) renews: Option<RenewalText>,
    /// From when renewals count: the `subscription`, the `purchase` of the plan, a day of the month
    /// such as `15`, or a date such as `2026-06-15`. Default subscription.
    #[schemars(extend("default" = "subscription"))]
    pub(in crate::scenario) anchor: Option<AnchorText>,
    /// What becomes of unused credits at a renewal. Default none: they expire.
    #[schemars(extend("default" = "none"))]
    pub(in crate::scenario) carry_over: Option<CarryOver>,
    /// What happens to a message that the pool cannot pay, packages included. Default refuse.
    #[schemars(extend("default" = "refuse"))]
    pub(in crate::scenario) overage: Option<Overage>,
    /// What happens to a message that the pool cannot pay, or that has no share in it: it is refused,
    /// or admitted without a charge and reported, to try the pool out. Default refuse.
    #[schemars(extend("default" = "refuse"))]
    pub(in crate::scenario) on_exceed: Option<OnExceed>,
    /// What a credit of overage costs. Default 0.
    #[schemars(extend("default" = 0))]
    pub(in crate::scenario) overage_price: Option<MoneyText>,
    /// From 1 to 1,000: of credits that expire together the lowest is drawn first. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) priority: Option<Count>,
}

/// What an amount is multiplied by.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Per")]
pub(in crate::scenario) enum PerWord {
    /// The amount is for each seat of a workspace.
    Seat,
    /// The amount is for the workspace, however many seats it has.
    Workspace,
}

/// What becomes of unused credits at a renewal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum CarryOver {
    /// They expire.
    None,
    /// They stay.
    All,
    /// They stay as far as there are then at most so many with what is granted anew. Multiplied as
    /// `included` is, and at least that.
    UpTo(Amount),
}

/// What happens to a message that the pool cannot pay.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::scenario) enum Overage {
    /// Always the same.
    Word(OverageWord),
    /// It is paid up to a bound, and then refused.
    Bounded(BoundedOverage),
}

/// What happens to every message that the pool cannot pay.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum OverageWord {
    /// It is refused.
    Refuse,
    /// It is paid, and billed at `overage_price`.
    Unlimited,
}

/// How much is paid beyond the pool.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct BoundedOverage {
    /// The most in one period, as a share of its included credits.
    #[schemars(example = "10%")]
    pub(in crate::scenario) up_to: ShareText,
    /// What becomes of it at the renewal. Default forgive.
    #[schemars(extend("default" = "forgive"))]
    pub(in crate::scenario) at_renewal: Option<AtRenewal>,
}

/// What becomes of overage at a renewal.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum AtRenewal {
    /// It is forgotten.
    Forgive,
    /// So much less is granted.
    Deduct,
}
