//! Packages of credits, and who buys them.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::quantity::{
    Amount, BelowText, Count, Duration, Flag, MoneyText, Name, PerPeriodText, ValidityText,
};

/// Credits that can be bought on top of a plan's.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Package {
    /// Its credits, above 0.
    #[schemars(example = "5_000")]
    pub(in crate::scenario) credits: Amount,
    /// How long it is valid: with `plan` until the plan's credits renew, else so long from the
    /// purchase. Default plan.
    #[schemars(extend("default" = "plan"))]
    pub(in crate::scenario) period: Option<ValidityText>,
    /// Whether it begins anew at its end, for its price. Default false: what is left expires.
    #[schemars(extend("default" = false))]
    pub(in crate::scenario) renews: Option<Flag>,
    /// What it costs each time. Default 0.
    #[schemars(extend("default" = 0))]
    pub(in crate::scenario) price: Option<MoneyText>,
    /// From 1 to 1,000: of credits that expire together the lowest is drawn first. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) priority: Option<Count>,
}

/// The package that workspaces buy, and when.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Purchases {
    /// Which package.
    #[schemars(example = &"small")]
    pub(in crate::scenario) name: Name,
    /// How many each workspace has at the start, at most 10,000. Default 0.
    #[schemars(extend("default" = 0))]
    pub(in crate::scenario) at_start: Option<Count>,
    /// What is bought automatically.
    pub(in crate::scenario) auto_buy: Option<AutoBuy>,
    /// What somebody buys who notices that a message was refused for want of credits.
    pub(in crate::scenario) by_hand: Option<ByHand>,
}

/// A purchase that needs nobody: at `below`, on a refusal, or both.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct AutoBuy {
    /// A package is bought when a message leaves less than this: a share of the period's included
    /// credits, or an amount.
    #[schemars(example = "5%")]
    pub(in crate::scenario) below: Option<BelowText>,
    /// Whether a message that the pool cannot pay buys a package and is decided again. Default
    /// false.
    #[schemars(extend("default" = false))]
    pub(in crate::scenario) on_refusal: Option<Flag>,
    /// The most packages in one period of the plan's credits. Default any number.
    #[schemars(example = "3 per period")]
    pub(in crate::scenario) at_most: Option<PerPeriodText>,
}

/// A purchase by somebody who notices that a message was refused for want of credits.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ByHand {
    /// Time from the refusal to the purchase.
    pub(in crate::scenario) after: Distribution<Duration>,
    /// The most packages in one period of the plan's credits. Default any number.
    #[schemars(example = "1 per period")]
    pub(in crate::scenario) at_most: Option<PerPeriodText>,
}
