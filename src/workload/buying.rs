//! How workspaces come to packages.

use crate::random::Distribution;
use crate::rules::Below;

/// The package that the workspaces of a group buy, and when. The timeline can buy others.
#[derive(Debug, Clone, PartialEq)]
pub struct Buying {
    /// Which package, as a place in the scenario's list.
    pub package: usize,
    /// How many each workspace holds at the start.
    pub at_start: u32,
    /// What is bought automatically.
    pub auto: Option<AutoBuy>,
    /// What somebody buys who sees that credits have run out.
    pub by_hand: Option<ByHand>,
}

/// A purchase that needs nobody.
#[derive(Debug, Clone, PartialEq)]
pub struct AutoBuy {
    /// When a charge leaves less than this, a package is bought.
    pub below: Option<Below>,
    /// Whether a message that the pool cannot pay buys a package and is decided again at once.
    pub on_refusal: bool,
    /// The most packages that are bought so in one period of the plan's credits.
    pub at_most: Option<u32>,
}

/// A purchase by somebody who notices that a message was refused for want of credits.
#[derive(Debug, Clone, PartialEq)]
pub struct ByHand {
    /// Time from the refusal to the purchase \[ns\]. Until then further refusals change nothing.
    pub after: Distribution,
    /// The most packages that are bought so in one period of the plan's credits.
    pub at_most: Option<u32>,
}
