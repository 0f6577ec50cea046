//! What a pool consists of, and what goes in and out.

use super::super::plan::CarryOver;
use crate::units::{Credits, Money, SimTime};

/// Credits that came into a pool together and expire together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Its number in the pool: those that came first have lower ones.
    pub number: u32,
    /// Where it comes from.
    pub source: GrantSource,
    /// What is left of it.
    pub left: Credits,
    /// What was drawn from it.
    pub drawn: Credits,
    /// When what is left of it expires; [`SimTime::NEVER`] if it does not.
    pub expires: SimTime,
    /// Of grants that expire together the one with the lowest is drawn first.
    pub priority: u32,
}

impl Grant {
    /// The order in which grants are drawn.
    pub(super) const fn order(&self) -> (SimTime, u32, u32) {
        (self.expires, self.priority, self.number)
    }
}

/// Where a grant comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantSource {
    /// The plan includes it.
    Included,
    /// A package, by its place in the scenario's list. If it is `tied` to the plan's credits it
    /// ends with their period.
    Package {
        /// Its place in the scenario's list.
        package: u16,
        /// Whether it ends with the period of the plan's credits.
        tied: bool,
    },
}

/// What the plan of a pool includes in a period, in credits of this workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Included {
    /// The amount.
    pub amount: Credits,
    /// When the period ends; [`SimTime::NEVER`] if it does not.
    pub renews: SimTime,
    /// What becomes of what is left then; limits are of this workspace.
    pub carry_over: CarryOver,
    /// Of grants that expire together the one with the lowest is drawn first.
    pub priority: u32,
    /// What may be charged beyond the grants in the period.
    pub overage_limit: Credits,
    /// Whether overage is deducted from the next period's amount.
    pub deducts: bool,
    /// What a credit of overage costs.
    pub overage_price: Money,
}

impl Default for Included {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl Included {
    /// The most credits that a pool holds, and that a plan includes: 9 x 10^15, so that they fit
    /// in 64 bits of thousandths.
    pub const MOST: Credits = Credits::from_thousandths(9_000_000_000_000_000_000);

    /// Nothing: what a plan includes that counts no credits.
    pub const NOTHING: Self = Self {
        amount: Credits::ZERO,
        renews: SimTime::NEVER,
        carry_over: CarryOver::None,
        priority: 1,
        overage_limit: Credits::ZERO,
        deducts: false,
        overage_price: Money::ZERO,
    };

    /// When the grant expires: what is carried over as a whole never does.
    pub(super) fn expires(&self) -> SimTime {
        if self.carry_over == CarryOver::All { SimTime::NEVER } else { self.renews }
    }
}

/// The flows of a pool, in thousandths: a pool that renews often grants more in a run than a
/// balance can hold. `granted + purchased = balance + consumed + expired` holds at all times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flows {
    /// Granted by plans, the first period included, less what was deducted for overage.
    pub granted: i128,
    /// Brought by packages.
    pub purchased: i128,
    /// Charged to grants, less what was given back.
    pub consumed: i128,
    /// Charged beyond the grants, less what was given back.
    pub overage: i128,
    /// Charged beyond the grants and beyond what overage permits, less what was given back.
    pub oversold: i128,
    /// Left over when a grant ended.
    pub expired: i128,
}

impl Flows {
    /// What flowed since there were those before.
    pub const fn since(&self, before: Self) -> Self {
        Self {
            granted: self.granted - before.granted,
            purchased: self.purchased - before.purchased,
            consumed: self.consumed - before.consumed,
            overage: self.overage - before.overage,
            oversold: self.oversold - before.oversold,
            expired: self.expired - before.expired,
        }
    }

    /// Adds the flows of another pool.
    pub const fn add(&mut self, other: &Self) {
        let Self { granted, purchased, consumed, overage, oversold, expired } = other;
        self.granted += *granted;
        self.purchased += *purchased;
        self.consumed += *consumed;
        self.overage += *overage;
        self.oversold += *oversold;
        self.expired += *expired;
    }
}

/// A charge that can be given back until it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// Its whole amount.
    pub amount: Credits,
    /// What of it was beyond the grants, as the plan permits.
    pub overage: Credits,
    /// What a credit of that costs.
    pub overage_price: Money,
    /// What of it was beyond that too.
    pub oversold: Credits,
    /// The period of the plan's credits in which it was made.
    pub period: u32,
    /// What the first grant paid.
    pub(super) part: Part,
}

impl Charge {
    /// What the grants paid of it.
    #[inline]
    pub fn paid(&self) -> Credits {
        self.amount - self.overage - self.oversold
    }
}

/// What one grant paid of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) grant: u32,
    pub(super) amount: Credits,
    /// The next part, as a place among the pool's parts.
    pub(super) next: Option<u32>,
}
