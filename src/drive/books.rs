//! The books of a pool, by what answers tell of it.

use super::target::Decision;
use crate::measure::Window;
use crate::rules::Flows;
use crate::units::{Credits, SimTime};

/// What came into a pool and left it, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Books {
    flows: Flows,
    /// Charged beyond all that there was, and permitted by nobody: since the period began, and in
    /// the measured window.
    beyond: i128,
    oversold: i128,
    /// The balance, and the flows until then, when the window began, and when it ended.
    opening: Option<(i128, Flows)>,
    closing: Option<(i128, Flows)>,
}

impl Books {
    /// A pool that was granted so much.
    pub(super) fn open(&mut self, granted: Credits) {
        self.flows.granted = granted.wide();
    }

    /// What the pool holds: never below zero.
    pub(super) const fn balance(&self) -> i128 {
        self.flows.granted - self.flows.consumed - self.flows.expired
    }

    /// Notes that time has come so far, before anything happens then.
    pub(super) fn advance(&mut self, window: Window, now: SimTime) {
        let standing = (self.balance(), self.flows);
        if now >= window.from {
            self.opening.get_or_insert(standing);
        }
        if now >= window.until {
            self.closing.get_or_insert(standing);
        }
    }

    /// Books what a decision did. Answers what was paid from the balance.
    pub(super) fn book(&mut self, window: Window, decision: &Decision, now: SimTime) -> Credits {
        if let Some((expired, granted)) = decision.renewed {
            self.flows.expired += expired.wide();
            self.flows.granted += granted.wide() - std::mem::take(&mut self.beyond);
        }
        let Some(charged) = decision.charged else { return Credits::ZERO };
        let due = charged - decision.overage;
        // Who decided knows best what there was; else it is what is known here.
        let left =
            decision.balance.map_or(self.balance() - self.beyond - due.wide(), Credits::wide);
        let beyond = (-left).clamp(0, due.wide());
        let paid = (due.wide() - beyond).min(self.balance());
        let beyond = due.wide() - paid;
        self.flows.consumed += paid;
        self.flows.overage += decision.overage.wide();
        self.beyond += beyond;
        if window.contains(now) {
            self.oversold += beyond;
        }
        // At most the charge, so it fits.
        Credits::from_thousandths(paid as i64)
    }

    /// The balances when the window began and ended, and what came and went in it.
    pub(super) fn close(mut self, window: Window) -> ((i128, i128), Flows) {
        self.advance(window, SimTime::NEVER);
        let ((opening, before), (closing, after)) =
            (self.opening.unwrap_or_default(), self.closing.unwrap_or_default());
        let flows = Flows { oversold: self.oversold, ..after.since(before) };
        ((opening, closing), flows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window =
        Window { from: SimTime::from_nanos(10), until: SimTime::from_nanos(100) };

    fn charge(amount: i64, left: Option<i64>) -> Decision {
        let (charged, balance) = (Some(Credits::whole(amount)), left.map(Credits::whole));
        Decision { charged, balance, ..Decision::ADMITTED }
    }

    fn renewal(expired: i64, granted: i64) -> Decision {
        let renewed = Some((Credits::whole(expired), Credits::whole(granted)));
        Decision { renewed, ..Decision::ADMITTED }
    }

    #[test]
    fn what_is_charged_beyond_the_balance_is_oversold() {
        for told in [true, false] {
            let left = |balance| Some(balance).filter(|_| told);
            let mut books = Books::default();
            books.open(Credits::whole(10));
            let mut book = |now, decision| {
                let now = SimTime::from_nanos(now);
                books.advance(WINDOW, now);
                books.book(WINDOW, &decision, now)
            };
            assert_eq!(book(5, charge(3, left(7))), Credits::whole(3));
            assert_eq!(book(20, charge(6, left(1))), Credits::whole(6));
            assert_eq!(book(30, charge(4, left(-3))), Credits::whole(1));
            assert_eq!(book(31, charge(2, left(-5))), Credits::ZERO);
            // Five of what comes in make up for what was oversold.
            book(50, renewal(0, 15));
            assert_eq!(book(60, charge(2, left(8))), Credits::whole(2));
            assert_eq!(book(200, charge(9, left(-1))), Credits::whole(8));
            let ((opening, closing), flows) = books.close(WINDOW);
            assert_eq!(flows.oversold, 5_000);
            assert_eq!((opening, closing), (7_000, 8_000));
            assert_eq!((flows.granted, flows.consumed, flows.expired), (10_000, 9_000, 0));
        }
    }
}
