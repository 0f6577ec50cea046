//! The periods of a plan's credits in a pool.

use super::{CreditPool, Grant, Included};
use crate::rules::plan::CarryOver;
use crate::units::Credits;

impl CreditPool {
    /// Begins a new period of the plan's credits: what is left of the old one expires, or is
    /// carried over as `carry_over` says, and the included amount is granted, less the overage that is
    /// to be deducted. Packages are not touched.
    pub fn renew(&mut self, terms: Included, carry_over: CarryOver) {
        if self.unsettled == 0 {
            self.deducted.clear();
        }
        if self.terms.deducts {
            self.debt += self.overage;
            if self.unsettled > 0 {
                self.deducted.push(self.period);
            }
        }
        let old = self.take_included();
        let limit = match carry_over {
            CarryOver::None => Credits::ZERO,
            CarryOver::All => old.left,
            CarryOver::UpTo(total) => (total - terms.amount).max(Credits::ZERO),
        };
        let carried = old.left.min(limit).min(Included::MOST - terms.amount);
        let deducted = self.debt.min(terms.amount.wide());
        self.debt -= deducted;
        // At most the amount, so it fits.
        let deducted = Credits::from_thousandths(deducted as i64);
        self.terms = terms;
        self.adjusted = carried - deducted;
        (self.overage, self.oversold) = (0, 0);
        self.period += 1;
        self.balance -= old.left;
        self.booked.expired += (old.left - carried).wide();
        self.booked.granted += (terms.amount - deducted).wide();
        // What is carried over stays the same grant, so that what is given back later finds it.
        let number = if carry_over == CarryOver::None { self.number() } else { old.number };
        self.insert(Grant {
            number,
            left: terms.amount + self.adjusted,
            drawn: Credits::ZERO,
            expires: terms.expires(),
            priority: terms.priority,
            ..old
        });
        self.assert_conserved();
    }

    /// Begins the first period of a new subscription, with all that the plan includes: what is left
    /// of the old grant expires, and overage of the old subscription is not deducted any more.
    pub fn begin_anew(&mut self, terms: Included) {
        (self.overage, self.debt) = (0, 0);
        self.terms.deducts = false;
        self.deducted.clear();
        self.renew(terms, CarryOver::None);
    }

    /// Changes what the plan includes in the middle of a period (rule R9): the grant becomes the
    /// new amount less what was drawn from it, but not less than nothing.
    pub fn change(&mut self, terms: Included) {
        let old = self.take_included();
        self.terms = terms;
        let left = terms.amount.wide() + self.adjusted.wide() - old.drawn.wide();
        // Between nothing and what a pool holds, so it fits.
        let left = Credits::from_thousandths(left.clamp(0, Included::MOST.wide()) as i64);
        self.balance -= old.left;
        if left > old.left {
            self.booked.granted += (left - old.left).wide();
        } else {
            self.booked.expired += (old.left - left).wide();
        }
        self.insert(Grant { left, expires: terms.expires(), priority: terms.priority, ..old });
        self.assert_conserved();
    }
}
