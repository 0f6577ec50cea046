//! The oracle's pool: what was done to it, one deed after the other, and what it holds after all
//! of them, gone through anew whenever somebody asks.

use limitlab::rules::{CarryOver, Package, Reason, ShareTerms};
use limitlab::units::Share;

use super::deeds::{Buyer, Deed, Done, Terms};

#[derive(Clone)]
struct Grant {
    number: usize,
    /// `None` is what the plan includes.
    package: Option<usize>,
    tied: bool,
    left: i128,
    drawn: i128,
    ends: u64,
    priority: u32,
}

/// Who paid an attempt: grants by their numbers.
#[derive(Clone)]
struct Charge {
    attempt: usize,
    agent: usize,
    period: usize,
    parts: Vec<(usize, i128)>,
    over: i128,
    /// Of a credit of `over`, in millionths.
    price: i128,
}

/// What of the included credits agents and features have shares in.
pub(super) struct Shares {
    /// Whether any line has one.
    pub(super) has_any: bool,
    /// All agents and features that exist, by their numbers.
    pub(super) members: Vec<(usize, Option<ShareTerms>)>,
}

/// What came and went, in thousandths; and packages, in numbers.
#[derive(Clone, Copy, Default)]
pub(super) struct Flows {
    pub(super) granted: i128,
    pub(super) purchased: i128,
    pub(super) consumed: i128,
    pub(super) overage: i128,
    pub(super) expired: i128,
    pub(super) bought: i128,
    pub(super) renewed: i128,
    /// What was paid for packages and for overage, in millionths.
    pub(super) for_packages: i128,
    pub(super) for_overage: i128,
}

/// A pool after some deeds.
#[derive(Clone, Default)]
pub(super) struct Pool {
    grants: Vec<Grant>,
    pub(super) terms: Option<Terms>,
    overage: i128,
    /// Charged to grants in this period.
    pub(super) used: i128,
    debt: i128,
    /// Periods whose overage was made a debt.
    deducted: Vec<usize>,
    /// What was carried over into this period, less what was deducted.
    adjusted: i128,
    period: usize,
    pub(super) numbered: usize,
    charges: Vec<Charge>,
    /// Attempts whose charge was given back.
    returned: Vec<usize>,
    pub(super) flows: Flows,
    /// Packages bought in this period without anybody, and by somebody.
    pub(super) auto: u32,
    pub(super) hand: u32,
}

impl Pool {
    /// The pool after these deeds.
    pub(super) fn after<'d>(
        deeds: impl IntoIterator<Item = &'d Done>,
        packages: &[Package],
    ) -> Self {
        let mut pool = Self::default();
        for done in deeds {
            pool.apply(done, packages);
        }
        pool
    }

    pub(super) fn balance(&self) -> i128 {
        self.grants.iter().map(|grant| grant.left).sum()
    }

    fn terms(&self) -> &Terms {
        self.terms.as_ref().expect("a pool is opened first")
    }

    /// Whether the plan counts credits.
    pub(super) fn is_counted(&self) -> bool {
        self.terms().counted
    }

    /// When the period ends; `u64::MAX` if it does not.
    pub(super) fn renews(&self) -> u64 {
        self.terms().renews
    }

    /// What is included in the period.
    pub(super) fn included(&self) -> i128 {
        self.terms().amount
    }

    /// What can be spent, overage included; `None` is anything.
    fn spendable(&self) -> Option<i128> {
        let limit = self.terms().limit?;
        Some(self.balance() + (limit - self.overage).max(0))
    }

    /// Whether an agent or feature can use `cost`.
    pub(super) fn can_pay(&self, agent: usize, cost: i128, shares: &Shares) -> Result<(), Reason> {
        let of = |share: Share| self.included() * i128::from(share.billionths()) / 1_000_000_000;
        let used = |agent: usize| -> i128 {
            let own = self.charges.iter().filter(|it| it.period == self.period);
            let own = own.filter(|it| it.agent == agent && !self.returned.contains(&it.attempt));
            own.map(|it| it.over + it.parts.iter().map(|part| part.1).sum::<i128>()).sum()
        };
        let (mut most, mut kept) = (None, 0);
        for &(member, terms) in &shares.members {
            let Some(terms) = terms else { continue };
            if member == agent {
                most = terms.at_most.map(of);
            } else {
                kept += (of(terms.at_least) - used(member)).max(0);
            }
        }
        let spendable = self.spendable();
        let can_pay = spendable.is_none_or(|all| cost <= all);
        let is_kept = cost > 0 && kept > 0 && cost + kept > self.balance();
        if most.is_some_and(|most| used(agent) + cost > most) || can_pay && is_kept {
            return Err(Reason::ShareExhausted);
        }
        if can_pay { Ok(()) } else { Err(Reason::CreditsExhausted) }
    }

    /// When the renewal comes, if it is such that `cost` can be paid then and nothing else happens
    /// until then; packages that would begin anew are not counted upon.
    pub(super) fn cure(&self, agent: usize, cost: i128, shares: &Shares) -> Option<u64> {
        let terms = self.terms().clone();
        let mut then = self.clone();
        then.grants.retain(|it| it.package.is_none() || it.ends > terms.renews);
        then.begin_period(terms.clone());
        // Where anybody has a share, no more than the included credits is counted upon.
        let of = |share: Share| terms.amount * i128::from(share.billionths()) / 1_000_000_000;
        let mut fits = true;
        if shares.has_any {
            let others = shares.members.iter().filter(|it| it.0 != agent);
            let kept: i128 = others.filter_map(|it| Some(of(it.1?.at_least))).sum();
            let own = shares.members.iter().find(|it| it.0 == agent).and_then(|it| it.1);
            fits = cost + kept <= terms.amount
                && own.and_then(|it| it.at_most).is_none_or(|most| cost <= of(most));
        }
        let nobody = Shares { has_any: false, members: Vec::new() };
        let can_pay = then.can_pay(agent, cost, &nobody).is_ok();
        let is_cured = terms.renews < u64::MAX && can_pay && fits;
        is_cured.then_some(terms.renews)
    }

    fn apply(&mut self, done: &Done, packages: &[Package]) {
        match &done.deed {
            Deed::Opened(terms) => {
                self.flows.granted += terms.amount;
                self.grant(None, terms.amount, terms.ends(), terms.priority);
                self.terms = Some(terms.clone());
            }
            Deed::Bought { package, by } => {
                self.add(*package, packages, done.at);
                self.flows.bought += 1;
                self.auto += u32::from(*by == Buyer::Auto);
                self.hand += u32::from(*by == Buyer::Hand);
            }
            Deed::Renewed(terms) => {
                let tied = self.end_tied();
                self.begin_period(terms.clone());
                for package in tied {
                    self.renew(package, packages, done.at);
                }
            }
            Deed::Ended { grant, package, anew } => {
                let place = self.grants.iter().position(|it| it.number == *grant);
                let gone = self.grants.remove(place.expect("it ends once"));
                self.flows.expired += gone.left;
                if *anew {
                    self.renew(*package, packages, done.at);
                }
            }
            Deed::Changed(terms) => {
                let adjusted = self.adjusted;
                let included = self.grants.iter_mut().find(|it| it.package.is_none());
                let own = included.expect("the plan's grant is always there");
                let left = (terms.amount + adjusted - own.drawn).max(0);
                self.flows.granted += (left - own.left).max(0);
                self.flows.expired += (own.left - left).max(0);
                (own.left, own.ends, own.priority) = (left, terms.ends(), terms.priority);
                self.terms = Some(terms.clone());
                self.retie();
            }
            Deed::Subscribed { terms, overdue } => {
                let tied = if *overdue { self.end_tied() } else { Vec::new() };
                // A new subscription owes nothing.
                (self.debt, self.overage) = (0, 0);
                self.deducted.clear();
                if let Some(terms) = &mut self.terms {
                    terms.deducts = false;
                }
                let carry = terms.carry;
                self.begin_period(Terms { carry: CarryOver::None, ..terms.clone() });
                let own = self.grants.last_mut().expect("it is there");
                own.ends = terms.ends();
                self.terms = Some(Terms { carry, ..terms.clone() });
                self.retie();
                for package in tied {
                    self.renew(package, packages, done.at);
                }
            }
            Deed::Charged { attempt, agent, cost } => self.charge(*attempt, *agent, *cost),
            Deed::Returned { attempt } => self.give_back(*attempt),
            Deed::Refused => {}
        }
    }

    /// Packages that go with the plan's credits end; answers which, the oldest first.
    fn end_tied(&mut self) -> Vec<usize> {
        self.grants.sort_by_key(|it| it.number);
        let all = std::mem::take(&mut self.grants);
        let (tied, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.tied);
        self.grants = others;
        self.flows.expired += tied.iter().map(|it| it.left).sum::<i128>();
        tied.iter().filter_map(|it| it.package).collect()
    }

    /// Packages that go with the plan's credits end with the period.
    fn retie(&mut self) {
        let ends = self.terms().renews;
        for grant in self.grants.iter_mut().filter(|it| it.tied) {
            grant.ends = ends;
        }
    }

    fn grant(&mut self, package: Option<usize>, left: i128, ends: u64, priority: u32) {
        let number = self.numbered;
        self.numbered += 1;
        self.grants.push(Grant { number, package, tied: false, left, drawn: 0, ends, priority });
    }

    fn add(&mut self, package: usize, packages: &[Package], now: u64) {
        let bought = &packages[package];
        let amount = i128::from(bought.credits.thousandths());
        let ends = bought.valid.map_or(self.terms().renews, |valid| now + valid.nanos());
        self.grant(Some(package), amount, ends, bought.priority);
        self.grants.last_mut().expect("it is there").tied = bought.valid.is_none();
        self.flows.purchased += amount;
        self.flows.for_packages += bought.price.millionths();
    }

    fn renew(&mut self, package: usize, packages: &[Package], now: u64) {
        if packages[package].renews {
            self.add(package, packages, now);
            self.flows.renewed += 1;
        }
    }

    fn begin_period(&mut self, terms: Terms) {
        if self.terms().deducts {
            self.debt += self.overage;
            self.deducted.push(self.period);
        }
        let place = self.grants.iter().position(|it| it.package.is_none());
        let old = self.grants.remove(place.expect("the plan's grant is always there"));
        let carried = terms.carried(old.left);
        let deducted = self.debt.min(terms.amount);
        self.debt -= deducted;
        self.adjusted = carried - deducted;
        self.flows.expired += old.left - carried;
        self.flows.granted += terms.amount - deducted;
        self.grant(None, terms.amount - deducted + carried, terms.ends(), terms.priority);
        if terms.carry != CarryOver::None {
            // What is carried over came when it came.
            self.grants.last_mut().expect("it is there").number = old.number;
        }
        (self.overage, self.used, self.auto, self.hand) = (0, 0, 0, 0);
        self.period += 1;
        self.terms = Some(terms);
    }

    fn charge(&mut self, attempt: usize, agent: usize, cost: i128) {
        self.grants.sort_by_key(|it| (it.ends, it.priority, it.number));
        let (mut rest, mut parts) = (cost, Vec::new());
        for grant in &mut self.grants {
            let part = rest.min(grant.left);
            grant.left -= part;
            grant.drawn += part;
            rest -= part;
            parts.push((grant.number, part));
        }
        self.overage += rest;
        self.flows.consumed += cost - rest;
        self.flows.overage += rest;
        self.flows.for_overage += rest * self.terms().price / 1_000;
        self.used += cost - rest;
        let (period, price) = (self.period, self.terms().price);
        self.charges.push(Charge { attempt, agent, period, parts, over: rest, price });
    }

    fn give_back(&mut self, attempt: usize) {
        self.returned.push(attempt);
        let charge = self.charges.iter().find(|it| it.attempt == attempt);
        let Charge { period, parts, over, price, .. } = charge.expect("it was charged").clone();
        for (number, part) in parts {
            self.flows.consumed -= part;
            self.used -= if period == self.period { part } else { 0 };
            match self.grants.iter_mut().find(|it| it.number == number) {
                Some(grant) => {
                    grant.left += part;
                    grant.drawn -= part;
                }
                None => self.flows.expired += part,
            }
        }
        self.flows.overage -= over;
        self.flows.for_overage -= over * price / 1_000;
        if period == self.period {
            self.overage -= over;
        } else if self.deducted.contains(&period) {
            // A renewal deducted it, or will yet: less of it, or it is granted after all.
            let undone = over.min(self.debt);
            self.debt -= undone;
            self.flows.granted += over - undone;
            self.adjusted += over - undone;
            let own = self.grants.iter_mut().find(|it| it.package.is_none());
            own.expect("the plan's grant is always there").left += over - undone;
        }
    }
}
