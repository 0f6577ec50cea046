//! The oracle's way with a pool over time: renewals, purchases, charges.

use limitlab::rules::{Below, Reason};

use super::deeds::{Buyer, Deed, Done};
use super::record::Refusal;
use super::world::{Class, Event, Play, draw};

impl Play<'_> {
    /// Opens a pool, if there is one, and brings the packages of the start.
    pub(super) fn open_pool(&mut self, space: usize) {
        let Some(terms) = self.terms(space, 0) else { return };
        self.schedule_renewal(space, if terms.counted { terms.renews } else { u64::MAX });
        self.note(space, 0, Deed::Opened(terms));
        if let Some(buying) = &self.stages[space].group.buying {
            for _ in 0..buying.at_start {
                self.buy(space, buying.package, Buyer::Ordered, 0);
            }
        }
    }

    pub(super) fn note(&mut self, space: usize, at: u64, deed: Deed) {
        self.record.spaces[space].deeds.push(Done { at, deed });
    }

    pub(super) fn renew(&mut self, space: usize, order: u64, now: u64) {
        if self.stages[space].standing.renewal != Some(order) {
            return;
        }
        let terms = self.terms(space, now).expect("what has no pool does not renew");
        let renews = terms.renews;
        self.note(space, now, Deed::Renewed(terms));
        self.schedule_renewal(space, renews);
    }

    pub(super) fn buy(&mut self, space: usize, package: usize, by: Buyer, now: u64) {
        self.note(space, now, Deed::Bought { package, by });
        self.schedule_end(space, package, now);
    }

    /// Schedules the end of the package that was granted last, if it has a time of its own.
    fn schedule_end(&mut self, space: usize, package: usize, now: u64) {
        let terms = &self.scenario.packages[package];
        if let Some(valid) = terms.valid {
            let grant = self.record.spaces[space].pool().numbered - 1;
            let class = if terms.renews { Class::Renews } else { Class::Expires };
            let event = Event::PackageEnds { grant, package };
            self.schedule(now + valid.nanos(), class, space, event);
        }
    }

    pub(super) fn package_ends(&mut self, space: usize, grant: usize, package: usize, now: u64) {
        // Nothing renews after a trial has ended.
        let renews = self.scenario.packages[package].renews;
        let anew = renews && self.stages[space].standing.available;
        self.note(space, now, Deed::Ended { grant, package, anew });
        if anew {
            self.schedule_end(space, package, now);
        }
    }

    /// Charges an attempt that was admitted, and buys a package if too little is left.
    pub(super) fn charge(&mut self, space: usize, attempt: usize, cost: i128, now: u64) {
        let agent = self.record.spaces[space].attempts[attempt].agent;
        let group = self.stages[space].group;
        if self.stages[space].standing.plan().credits.is_none() {
            return;
        }
        self.note(space, now, Deed::Charged { attempt, agent, cost });
        let pool = self.record.spaces[space].pool();
        let below = group.buying.as_ref().and_then(|it| it.auto.as_ref()?.below);
        let too_little = below.is_some_and(|below| match below {
            Below::Share(share) => {
                pool.balance() * 1_000_000_000 < pool.included() * i128::from(share.billionths())
            }
            Below::Amount(amount) => pool.balance() < i128::from(amount.thousandths()),
        });
        if too_little {
            self.buy_automatically(space, now);
        }
    }

    pub(super) fn give_back(&mut self, space: usize, attempt: usize, now: u64) {
        let record = &self.record.spaces[space];
        let is_own =
            |it: &Done| matches!(it.deed, Deed::Charged { attempt: own, .. } if own == attempt);
        if record.deeds.iter().any(is_own) {
            self.note(space, now, Deed::Returned { attempt });
        }
    }

    fn buy_automatically(&mut self, space: usize, now: u64) -> bool {
        let Some(buying) = &self.stages[space].group.buying else { return false };
        let Some(auto) = &buying.auto else { return false };
        let bought = self.record.spaces[space].pool().auto;
        let may = auto.at_most.is_none_or(|most| bought < most);
        if may {
            self.buy(space, buying.package, Buyer::Auto, now);
        }
        may
    }

    /// Whether a package is bought because of a refusal.
    pub(super) fn is_rescued(&mut self, space: usize, why: &Refusal, now: u64) -> bool {
        let auto = self.stages[space].group.buying.as_ref().and_then(|it| it.auto.as_ref());
        why.reason == Reason::CreditsExhausted
            && auto.is_some_and(|auto| auto.on_refusal)
            && self.buy_automatically(space, now)
    }

    /// Somebody may notice that an attempt was refused for want of credits.
    pub(super) fn refused_for_credits(&mut self, space: usize, now: u64) {
        self.note(space, now, Deed::Refused);
        let by_hand = self.stages[space].group.buying.as_ref().and_then(|it| it.by_hand.as_ref());
        let Some(by_hand) = by_hand else { return };
        let bought = self.record.spaces[space].pool().hand;
        let stage = &mut self.stages[space];
        if stage.somebody_buys || by_hand.at_most.is_some_and(|most| bought >= most) {
            return;
        }
        stage.somebody_buys = true;
        let after = draw(&by_hand.after, stage.key.name("by hand"), stage.noticed);
        stage.noticed += 1;
        self.schedule(now + after, Class::Buys, space, Event::BuyByHand);
    }

    pub(super) fn buy_by_hand(&mut self, space: usize, now: u64) {
        self.stages[space].somebody_buys = false;
        if !self.stages[space].standing.available {
            return;
        }
        let buying = self.stages[space].group.buying.as_ref().expect("somebody buys");
        self.buy(space, buying.package, Buyer::Hand, now);
    }
}
