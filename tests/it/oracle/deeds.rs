//! What is done to the oracle's pools: the deeds, and the terms of plans.

use limitlab::rules::{Allowance, CarryOver, Overage, OverageEnd};

/// What was done to a pool, and when.
#[derive(Clone)]
pub(super) struct Done {
    pub(super) at: u64,
    pub(super) deed: Deed,
}

#[derive(Clone)]
pub(super) enum Deed {
    Opened(Terms),
    Bought {
        package: usize,
        by: Buyer,
    },
    /// The plan's credits renewed, and the packages that go with them.
    Renewed(Terms),
    /// The workspace changed to another plan in the middle of a period.
    Changed(Terms),
    /// It began a new subscription.
    Subscribed {
        terms: Terms,
        /// Whether the period before was over already.
        overdue: bool,
    },
    /// A package's own time was over.
    Ended {
        grant: usize,
        package: usize,
        /// Whether it begins anew.
        anew: bool,
    },
    Charged {
        attempt: usize,
        agent: usize,
        cost: i128,
    },
    /// What an attempt cost was given back.
    Returned {
        attempt: usize,
    },
    /// Somebody was refused for want of credits.
    Refused,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Buyer {
    /// At the start, or by the timeline.
    Ordered,
    Auto,
    Hand,
}

/// What a plan says of a period, for a workspace.
#[derive(Clone)]
pub(super) struct Terms {
    pub(super) amount: i128,
    /// When the period ends; `u64::MAX` if it does not.
    pub(super) renews: u64,
    pub(super) carry: CarryOver,
    pub(super) times: i128,
    pub(super) priority: u32,
    /// `None` is any overage.
    pub(super) limit: Option<i128>,
    pub(super) deducts: bool,
    /// What a credit of overage costs, in millionths.
    pub(super) price: i128,
    /// Whether the plan counts credits.
    pub(super) counted: bool,
}

impl Terms {
    /// What a plan says of a period that ends at `renews`, multiplied by `times`.
    pub(super) fn new(of: &Allowance, times: i128, renews: u64) -> Self {
        let amount = i128::from(of.included.thousandths()) * times;
        let (limit, deducts) = match of.overage {
            Overage::Refuse => (Some(0), false),
            Overage::Unlimited => (None, false),
            Overage::UpTo { share, at_renewal } => {
                let limit = amount * i128::from(share.billionths()) / 1_000_000_000;
                (Some(limit), at_renewal == OverageEnd::Deduct)
            }
        };
        let (carry, priority) = (of.carry_over, of.priority);
        let price = of.overage_price.millionths();
        Self { amount, renews, carry, times, priority, limit, deducts, price, counted: true }
    }

    /// What a plan says that counts no credits, in a period that ends at `renews`.
    pub(super) const fn nothing(renews: u64) -> Self {
        let (carry, limit) = (CarryOver::None, Some(0));
        Self {
            amount: 0,
            renews,
            carry,
            times: 1,
            priority: 1,
            limit,
            deducts: false,
            price: 0,
            counted: false,
        }
    }

    /// What of `left` stays after the renewal that begins a period on these terms.
    pub(super) fn carried(&self, left: i128) -> i128 {
        match self.carry {
            CarryOver::None => 0,
            CarryOver::All => left,
            CarryOver::UpTo(most) => {
                let most = i128::from(most.thousandths()) * self.times;
                left.min((most - self.amount).max(0))
            }
        }
    }

    pub(super) fn ends(&self) -> u64 {
        if self.carry == CarryOver::All { u64::MAX } else { self.renews }
    }
}
