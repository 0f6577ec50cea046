//! How a pool pays: from its grants in their order, then as overage.

use super::grant::{Charge, Part};
use super::{CreditPool, narrow};
use crate::units::Credits;

impl CreditPool {
    /// Charges what [`check`](Self::check) found at the same instant. [Settle](Self::settle) or
    /// [restore](Self::restore) the charge later.
    ///
    /// # Panics
    ///
    /// If the pool cannot pay: nothing is ever oversold.
    #[inline(always)]
    pub fn charge(&mut self, amount: Credits) -> Charge {
        if self.has(amount) {
            return self.draw_and_book(amount, Credits::ZERO, Credits::ZERO);
        }
        // Put together anew, so that the common charge need not stand where this one is handed over.
        let Charge { amount, overage, overage_price, oversold, period, part } =
            self.charge_beyond(amount);
        Charge { amount, overage, overage_price, oversold, period, part }
    }

    /// Charges for good an amount that [is there](Self::has).
    #[inline(always)]
    pub fn spend(&mut self, amount: Credits) {
        debug_assert!(self.has(amount));
        let charge = self.draw_and_book(amount, Credits::ZERO, Credits::ZERO);
        self.settle(&charge);
    }

    /// Charges what is in part overage.
    #[cold]
    fn charge_beyond(&mut self, amount: Credits) -> Charge {
        assert!(self.check(amount).is_ok(), "charged {amount} of a balance of {}", self.balance);
        let paid = amount.min(self.balance);
        self.draw_and_book(amount, amount - paid, Credits::ZERO)
    }

    /// Charges an amount whether the pool can pay it or not: what it cannot is oversold. That is
    /// booked apart, and what comes in later does not pay for it. What is set aside for others is
    /// charged as what is not: they will find out.
    pub fn charge_anyway(&mut self, amount: Credits) -> Charge {
        let oversold = (amount - narrow(self.chargeable())).max(Credits::ZERO);
        let paid = (amount - oversold).min(self.balance);
        self.draw_and_book(amount, amount - oversold - paid, oversold)
    }

    #[inline(always)]
    fn draw_and_book(&mut self, amount: Credits, overage: Credits, oversold: Credits) -> Charge {
        let paid = amount - overage - oversold;
        self.balance -= paid;
        self.overage += overage.wide();
        self.oversold += oversold.wide();
        self.booked.consumed += paid.wide();
        self.booked.overage += overage.wide();
        self.booked.oversold += oversold.wide();
        self.unsettled += u32::from(overage > Credits::ZERO);
        let part = self.draw(paid);
        self.assert_conserved();
        let overage_price = self.terms.overage_price;
        Charge { amount, overage, overage_price, oversold, period: self.period, part }
    }

    /// Draws an amount that is there from the grants in their order.
    #[inline(always)]
    fn draw(&mut self, amount: Credits) -> Part {
        let head = self.draw_from_first(amount);
        let next = if head.amount == amount { None } else { self.draw_on(amount - head.amount) };
        Part { next, ..head }
    }

    /// Draws the rest of an amount from the grants after the first; answers the last part of it.
    #[cold]
    fn draw_on(&mut self, mut rest: Credits) -> Option<u32> {
        let mut last = None;
        while rest > Credits::ZERO {
            let part = Part { next: last, ..self.draw_from_first(rest) };
            rest -= part.amount;
            let place = if let Some(place) = self.free {
                self.free = self.parts[place as usize].next;
                self.parts[place as usize] = part;
                place
            } else {
                self.parts.push(part);
                self.parts.len() as u32 - 1
            };
            last = Some(place);
        }
        last
    }

    /// Draws from the first grant that has anything left, as far as it goes.
    #[inline(always)]
    fn draw_from_first(&mut self, amount: Credits) -> Part {
        let Some(grant) = self.grants.get_mut(self.first) else {
            return Part { grant: 0, amount: Credits::ZERO, next: None };
        };
        let drawn = amount.min(grant.left);
        grant.left -= drawn;
        grant.drawn += drawn;
        let is_empty = grant.left == Credits::ZERO;
        let part = Part { grant: grant.number, amount: drawn, next: None };
        if is_empty {
            self.skip_empty();
        }
        part
    }
}
