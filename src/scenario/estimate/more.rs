//! What comes to a pool besides what its plan includes: packages and overage.

use super::super::model::{Group, Scenario};
use super::super::words::number;
use crate::rules::{Allowance, Below, Overage, OverageEnd, Package};
use crate::units::{Credits, SimSpan, SimTime};
use crate::workload::{Action, AutoBuy};

/// What can come to a pool when it is needed, on average. Infinite is without a bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::scenario) struct More {
    /// Credits of packages that are bought automatically, at most.
    pub(in crate::scenario) packages: f64,
    /// Credits charged beyond the pool, at most.
    pub(in crate::scenario) overage: f64,
    /// Whether somebody buys who sees a refusal.
    pub(in crate::scenario) by_hand: bool,
}

impl More {
    /// What can come, a clause for each source of it.
    pub(in crate::scenario) fn clauses(self) -> Vec<String> {
        let mut clauses = Vec::new();
        for (credits, source) in [(self.packages, "of packages"), (self.overage, "of overage")] {
            if credits.is_infinite() {
                clauses.push(format!("any number more {source}"));
            } else if credits > 0.0 {
                clauses.push(format!("up to {} more {source}", number(credits)));
            }
        }
        clauses
    }
}

/// A time on one plan, which the periods of its credits divide.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spell {
    pub(super) over: SimSpan,
    /// How many periods begin in it, the first one at the start, on average.
    pub(super) periods: f64,
}

impl Spell {
    /// How many times what a package brings is there if it is bought once, at an instant.
    fn times(self, package: &Package, at: SimTime) -> f64 {
        let end = SimTime::ZERO + self.over;
        if at >= end {
            return 0.0;
        }
        let left = (end - at).nanos();
        match package.valid {
            _ if !package.renews => 1.0,
            Some(period) => left.div_ceil(period.nanos()) as f64,
            None => 1.0 + (self.periods - 1.0) * left as f64 / self.over.nanos() as f64,
        }
    }
}

/// Credits of the packages that are bought whatever happens: at the start, and by the timeline.
pub(super) fn bought_anyway(scenario: &Scenario, group: &Group, spell: Spell) -> f64 {
    let bring = |package: usize, count: f64, at: SimTime| {
        let package = &scenario.packages[package];
        count * package.credits.as_f64() * spell.times(package, at)
    };
    let first = group
        .buying
        .as_ref()
        .map_or(0.0, |buying| bring(buying.package, f64::from(buying.at_start), SimTime::ZERO));
    let later = group.timeline.iter().map(|occurrence| match occurrence.action {
        Action::BuyPackage(package, count) => {
            bring(package, occurrence.share.as_f64() * f64::from(count), occurrence.at)
        }
        _ => 0.0,
    });
    first + later.sum::<f64>()
}

/// Credits of the packages that can be bought automatically.
pub(super) fn bought_automatically(
    scenario: &Scenario,
    group: &Group,
    allowance: &Allowance,
    spell: Spell,
) -> f64 {
    let Some(buying) = &group.buying else { return 0.0 };
    let Some(auto) = buying.auto.as_ref().filter(|auto| can_buy(auto, allowance)) else {
        return 0.0;
    };
    let Some(most) = auto.at_most else { return f64::INFINITY };
    let package = &scenario.packages[buying.package];
    let credits = f64::from(most) * package.credits.as_f64();
    if !package.renews {
        return credits * spell.periods;
    }
    // In every period as early as can be: the last one counts as much of a period as there is.
    let length = spell.over.nanos() as f64 / spell.periods;
    let times = (0..spell.periods.ceil() as u64).map(|period| {
        let at = SimTime::from_nanos((period as f64 * length) as u64);
        spell.times(package, at) * (spell.periods - period as f64).min(1.0)
    });
    credits * times.sum::<f64>()
}

/// Whether anything is ever bought so: a share of nothing is nothing, and no balance is below it.
pub(in crate::scenario) fn can_buy(auto: &AutoBuy, allowance: &Allowance) -> bool {
    let by_balance = match auto.below {
        Some(Below::Share(_)) => allowance.included > Credits::ZERO,
        Some(Below::Amount(_)) => true,
        None => false,
    };
    by_balance || auto.on_refusal
}

/// Credits that can be charged beyond the grants; `pool` is what one period includes.
pub(super) fn overage(allowance: &Allowance, pool: f64, periods: f64) -> f64 {
    match allowance.overage {
        Overage::Refuse => 0.0,
        Overage::Unlimited => f64::INFINITY,
        Overage::UpTo { share, at_renewal: OverageEnd::Forgive } => share.as_f64() * pool * periods,
        // What a renewal takes off was there before.
        Overage::UpTo { share, at_renewal: OverageEnd::Deduct } => share.as_f64() * pool,
    }
}
