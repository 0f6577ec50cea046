//! The pool over time: renewals, purchases, charges.

use super::journal::plan_name;
use super::{Cell, Event, World};
use crate::engine::calendar::{Class, Ticket};
use crate::log::Subject;
use crate::rules::{Charge, CreditPool, GrantSource, Rulebook, Workspace};
use crate::units::{Credits, SimSpan, SimTime};
use crate::workload::AutoBuy;

impl Cell {
    /// Opens the books of a full pool, and brings the packages that the workspace holds at first.
    pub(super) fn open_pool(&mut self, world: &mut World<'_>) {
        (self.bought, self.buyer) = ((0, 0), (false, 0));
        self.renewal = Ticket::NONE;
        let Some(pool) = self.workspace.pool() else { return };
        world.measures.pool_opened(world.frame, &mut self.tally, pool);
        self.schedule_renewal(world);
        if let Some(buying) = &world.model.buying {
            for _ in 0..buying.at_start {
                self.buy(world, buying.package, SimTime::ZERO);
            }
        }
        if self.workspace.is_metered() {
            let balance = self.balance();
            if let Some(credits) = &mut self.tally.credits {
                credits.begin_counting(SimTime::ZERO, balance);
            }
        }
    }

    /// Schedules the next renewal of the plan's credits.
    pub(super) fn schedule_renewal(&mut self, world: &World<'_>) {
        let at = self.workspace.renews();
        self.renewal = self.schedule_for_pool(world, at, Class::Renews, Event::Renew);
    }

    /// Schedules what happens to the pool by itself. Once arrivals have stopped, that matters only
    /// to messages that are tried again.
    fn schedule_for_pool(
        &mut self,
        world: &World<'_>,
        at: SimTime,
        class: Class,
        event: Event,
    ) -> Ticket {
        if at < SimTime::NEVER && world.model.finish && world.model.charges_later() {
            self.calendar.schedule(at, class, event)
        } else {
            self.schedule_in_time(world, at, class, event)
        }
    }

    /// Looks at the pool before anything happens to it at `now`.
    #[inline(always)]
    pub(super) fn look(&mut self, world: &mut World<'_>, now: SimTime) {
        if let Some(pool) = self.workspace.pool() {
            world.measures.look(world.frame, &mut self.tally, now, pool);
        }
    }

    #[inline(always)]
    pub(super) fn balance(&self) -> Credits {
        self.workspace.pool().map_or(Credits::ZERO, CreditPool::balance)
    }

    /// Does something to the pool at `now`, and measures what it does to the balance.
    pub(super) fn with_pool<T>(
        &mut self,
        world: &mut World<'_>,
        now: SimTime,
        change: impl FnOnce(&mut Self, &mut World<'_>) -> T,
    ) -> T {
        self.look(world, now);
        let before = self.balance();
        let answer = change(self, world);
        if self.workspace.pool().is_some() {
            let after = self.balance();
            let change = (before, after);
            world.measures.balance_changed(world.frame, &mut self.tally, now, change);
            // Less in the pool is a greater share of it used.
            world.measures.used(world.frame, &mut self.tally, now, Credits::ZERO, after);
        }
        answer
    }

    /// The plan's credits renew, and the packages that go with them; those that do not begin anew
    /// expire first.
    pub(super) fn renew(&mut self, world: &mut World<'_>, ticket: Ticket, now: SimTime) {
        if self.renewal != ticket || self.is_over(world, now) {
            return;
        }
        self.with_pool(world, now, |cell, world| {
            cell.begin_period(world, now, Workspace::renew);
        });
        self.schedule_renewal(world);
    }

    /// A period of the plan's credits is over.
    pub(super) fn end_period(&mut self, world: &World<'_>, now: SimTime) {
        if let Some(credits) = &mut self.tally.credits {
            credits.period_ended(world.frame.window, now);
        }
        self.bought = (0, 0);
    }

    /// Begins a period as `begin` says: the packages that go with the plan's credits end before it,
    /// and those that do begin anew after it.
    pub(super) fn begin_period(
        &mut self,
        world: &mut World<'_>,
        now: SimTime,
        begin: impl FnOnce(&mut Workspace, &Rulebook, SimTime),
    ) {
        self.note_end_of_period(world, now);
        self.end_period(world, now);
        let mut tied = std::mem::take(&mut self.scratch);
        tied.clear();
        let grants = self.workspace.pool().into_iter().flat_map(CreditPool::grants);
        let is_tied = |source| matches!(source, GrantSource::Package { tied: true, .. });
        tied.extend(grants.filter(|it| is_tied(it.source)).map(|it| it.number));
        tied.sort_unstable();
        // From grants that end to the packages that begin anew.
        tied.retain_mut(|number| {
            let ended = self.workspace.pool_mut().end(*number);
            let Some(GrantSource::Package { package, .. }) = ended.map(|grant| grant.source) else {
                return false;
            };
            let name = &world.model.packages[usize::from(package)].name;
            self.log_flows(world, Subject::Named(name), now);
            *number = u32::from(package);
            world.model.packages[usize::from(package)].renews
        });
        begin(&mut self.workspace, &world.model.book, now);
        self.note_period();
        let plan = plan_name(world.model, self.workspace.plan());
        self.log_flows(world, Subject::Named(plan), now);
        for &package in &tied {
            self.add_package(world, package as u16, true, now);
        }
        self.scratch = tied;
    }

    /// A package with a time of its own ends, and begins anew if it does.
    pub(super) fn package_ends(&mut self, world: &mut World<'_>, grant: u32, now: SimTime) {
        if self.is_over(world, now) {
            return;
        }
        self.with_pool(world, now, |cell, world| {
            let ended = cell.workspace.pool_mut().end(grant);
            cell.note_package(-ended.map_or(0, |grant| grant.left.wide()));
            let Some(GrantSource::Package { package, .. }) = ended.map(|grant| grant.source) else {
                return;
            };
            let terms = &world.model.packages[usize::from(package)];
            cell.log_flows(world, Subject::Named(&terms.name), now);
            if terms.renews
                // Nothing renews once a trial has ended (rule R8).
                && cell.workspace.available()
            {
                cell.add_package(world, package, true, now);
            }
        });
    }

    /// The workspace buys a package.
    pub(super) fn buy(&mut self, world: &mut World<'_>, package: u16, now: SimTime) {
        if self.workspace.pool().is_some() {
            self.with_pool(world, now, |cell, world| cell.add_package(world, package, false, now));
        }
    }

    fn add_package(&mut self, world: &mut World<'_>, package: u16, renewed: bool, now: SimTime) {
        let terms = &world.model.packages[usize::from(package)];
        let tied = terms.valid.is_none();
        let expires = terms.valid.map_or(self.workspace.renews(), |valid| now + valid);
        let source = GrantSource::Package { package, tied };
        let pool = self.workspace.pool_mut();
        let grant = pool.buy(source, terms.credits, expires, terms.priority);
        self.note_package(terms.credits.wide());
        self.log_package(world, package, renewed, now);
        if !tied {
            let class = if terms.renews { Class::Renews } else { Class::Expires };
            self.schedule_for_pool(world, expires, class, Event::PackageEnds { grant });
        }
        world.measures.package(world.frame, &mut self.tally, now, terms.price, renewed);
    }

    /// Measures what a charge that was just made did to the balance.
    #[inline(always)]
    pub(super) fn measure_charge(&mut self, world: &mut World<'_>, charge: &Charge, now: SimTime) {
        self.measure_paid(world, charge.paid(), now);
    }

    /// Measures what it did to the balance that so much was just paid of it.
    #[inline(always)]
    pub(super) fn measure_paid(&mut self, world: &mut World<'_>, paid: Credits, now: SimTime) {
        let balance = self.balance();
        let balances = (balance + paid, balance);
        world.measures.balance_changed(world.frame, &mut self.tally, now, balances);
    }

    /// Books a charge that was just made and whose effect on the balance is measured: what was used,
    /// overage that is paid for, and a package that is bought if it left too little.
    #[inline(always)]
    pub(super) fn charged(&mut self, world: &mut World<'_>, charge: &Charge, now: SimTime) {
        if charge.overage > Credits::ZERO {
            self.book_overage(world, *charge, 1, now);
        }
        self.was_paid(world, charge.paid(), now);
    }

    /// Books that so much was just paid of the balance, without overage.
    #[inline(always)]
    pub(super) fn was_paid(&mut self, world: &mut World<'_>, paid: Credits, now: SimTime) {
        let balance = self.balance();
        world.measures.used(world.frame, &mut self.tally, now, paid, balance);
        if let Some(auto) = world.model.buying.as_ref().and_then(|it| it.auto.as_ref())
            && let Some(below) = auto.below
        {
            let included = self.workspace.pool().map_or(Credits::ZERO, CreditPool::included);
            if self.balance() < below.of(included) {
                self.buy_automatically(world, auto, now);
            }
        }
    }

    /// Books what overage costs, or takes it back where `sign` is -1: at the price at which it was
    /// charged.
    #[cold]
    fn book_overage(&mut self, world: &World<'_>, charge: Charge, sign: i128, now: SimTime) {
        if world.frame.window.contains(now) {
            let cost = charge.overage.wide() * charge.overage_price.millionths() / 1_000;
            self.tally.money.overage += sign * cost;
        }
    }

    /// Gives back what was charged for an attempt that was refused further on.
    pub(super) fn give_back(
        &mut self,
        world: &mut World<'_>,
        (agent, node): (u32, u32),
        charge: Charge,
        now: SimTime,
    ) {
        self.with_pool(world, now, |cell, world| {
            cell.restore(world, (agent as usize, charge, node), now);
            let period = cell.workspace.pool().map(CreditPool::period);
            if period == Some(charge.period) {
                let paid = Credits::ZERO - charge.paid();
                let balance = cell.balance();
                world.measures.used(world.frame, &mut cell.tally, now, paid, balance);
            }
            if charge.overage > Credits::ZERO {
                cell.book_overage(world, charge, -1, now);
            }
        });
    }

    /// Buys a package automatically unless enough were bought in this period. Answers whether it
    /// did.
    fn buy_automatically(&mut self, world: &mut World<'_>, auto: &AutoBuy, now: SimTime) -> bool {
        let may = auto.at_most.is_none_or(|most| self.bought.0 < most);
        if let Some(buying) = world.model.buying.as_ref().filter(|_| may) {
            self.bought.0 += 1;
            self.buy(world, buying.package, now);
        }
        may
    }

    /// Whether a package is bought for a message that the pool cannot pay.
    pub(super) fn buys_for_refused(&mut self, world: &mut World<'_>, now: SimTime) -> bool {
        let auto = world.model.buying.as_ref().and_then(|buying| buying.auto.as_ref());
        auto.is_some_and(|auto| auto.on_refusal && self.buy_automatically(world, auto, now))
    }

    /// Notes that the pool could not pay a message: somebody may notice it too.
    pub(super) fn out_of_credits(&mut self, world: &mut World<'_>, now: SimTime) {
        self.look(world, now);
        if let Some(credits) = &mut self.tally.credits {
            credits.refused(now);
        }
        let buying = world.model.buying.as_ref();
        if let Some((after, at_most)) = buying.and_then(|buying| buying.by_hand.as_ref())
            && !self.buyer.0
            && at_most.is_none_or(|most| self.bought.1 < most)
        {
            let stream = self.key.name("by hand").stream();
            let after = after.sample_whole(&mut stream.at(self.buyer.1));
            self.buyer = (true, self.buyer.1 + 1);
            let at = now + SimSpan::from_nanos(after);
            self.schedule_in_time(world, at, Class::Buys, Event::BuyByHand);
        }
    }

    /// Somebody who saw that credits had run out buys a package.
    pub(super) fn buy_by_hand(&mut self, world: &mut World<'_>, now: SimTime) {
        self.buyer.0 = false;
        // Nobody buys for what is not there any more (rule R8).
        if !self.workspace.available() {
            return;
        }
        self.bought.1 += 1;
        if let Some(buying) = &world.model.buying {
            self.buy(world, buying.package, now);
        }
    }
}
