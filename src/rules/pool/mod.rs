//! The credit pool of a workspace (rule R6): its grants, and the order in which they are drawn.

mod charging;
mod grant;
mod held;
mod period;

pub use grant::{Charge, Flows, Grant, GrantSource, Included};

use self::grant::Part;
use super::decision::{Reason, Refusal};
use super::plan::CarryOver;
use crate::units::{Credits, SimTime};

/// One pool of credits that all agents of a workspace draw on.
///
/// It consists of grants: the one that the plan includes, and packages. Drawn first is what expires
/// first; of those the one with the lowest priority, and of those the oldest. The pool conserves,
/// as a whole and grant by grant: what came in is what is left, was drawn, or has expired, after
/// every call. It holds at most [`Included::MOST`]; what would be more expires at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreditPool {
    /// In the order in which they are drawn.
    grants: Vec<Grant>,
    /// The first grant that has anything left, or how many there are.
    first: usize,
    /// What is left in all grants, never below zero.
    balance: Credits,
    /// What of it is set aside for attempts that are under way \[thousandths\]; more than there is where
    /// grants have ended meanwhile.
    held: i128,
    /// What the plan says of this period.
    terms: Included,
    /// By how much this period's grant differs from that: carried over, less deducted.
    adjusted: Credits,
    /// Charged beyond the grants in this period \[thousandths\].
    overage: i128,
    /// Charged beyond that in this period \[thousandths\].
    oversold: i128,
    /// Overage of periods that are over, yet to be deducted \[thousandths\].
    debt: i128,
    /// Charges of overage that neither stand for good nor were given back.
    unsettled: u32,
    /// Periods that are over whose overage is deducted, as far as there may be such charges of them.
    deducted: Vec<u32>,
    /// The number of this period.
    period: u32,
    /// Grants made so far.
    numbered: u32,
    /// What grants besides the first paid of charges that stand; free places are linked.
    parts: Vec<Part>,
    free: Option<u32>,
    /// The flows since the pool was opened.
    booked: Flows,
}

impl CreditPool {
    /// Makes this a new pool whose first period has just begun; the memory stays.
    pub fn open(&mut self, terms: Included) {
        let (mut grants, mut parts) =
            (std::mem::take(&mut self.grants), std::mem::take(&mut self.parts));
        let mut deducted = std::mem::take(&mut self.deducted);
        grants.clear();
        parts.clear();
        deducted.clear();
        *self = Self { grants, deducted, parts, ..Self::default() };
        self.terms = terms;
        self.booked.granted = terms.amount.wide();
        let number = self.number();
        self.insert(Grant {
            number,
            source: GrantSource::Included,
            left: terms.amount,
            drawn: Credits::ZERO,
            expires: terms.expires(),
            priority: terms.priority,
        });
        self.assert_conserved();
    }

    /// Credits that are left in all grants.
    #[inline]
    pub const fn balance(&self) -> Credits {
        self.balance
    }

    /// What the plan includes in one period.
    pub const fn included(&self) -> Credits {
        self.terms.amount
    }

    /// Credits that can be spent, overage included; below zero where more was set aside than that.
    pub fn spendable(&self) -> Credits {
        narrow(self.chargeable() - self.held)
    }

    /// What can be charged, overage included, if nothing of it were set aside \[thousandths\].
    fn chargeable(&self) -> i128 {
        self.balance.wide() + (self.terms.overage_limit.wide() - self.overage).max(0)
    }

    /// Whether `cost` could be spent right after the renewal if nothing else happened until then.
    /// Packages that begin anew then are not counted: whether they are paid for is not the pool's.
    pub fn has_after_renewal(&self, cost: Credits) -> bool {
        let Included { amount, overage_limit, deducts, .. } = self.terms;
        let owed = self.debt + if deducts { self.overage } else { 0 };
        let granted = amount.wide() - owed.min(amount.wide());
        let missing = cost.wide() - (granted + overage_limit.wide() - self.held);
        missing <= 0 || missing <= self.left_after_renewal()
    }

    /// What will be left of the grants that there are right after the renewal.
    #[cold]
    fn left_after_renewal(&self) -> i128 {
        let Included { amount, renews, carry_over, .. } = self.terms;
        let left = |included: bool| -> i128 {
            let grants = self.grants.iter();
            let own = grants.filter(|it| (it.source == GrantSource::Included) == included);
            own.filter(|it| included || it.expires > renews).map(|it| it.left.wide()).sum()
        };
        let carried = match carry_over {
            CarryOver::None => 0,
            CarryOver::All => left(true),
            CarryOver::UpTo(total) => left(true).min((total.wide() - amount.wide()).max(0)),
        };
        carried + left(false)
    }

    /// The number of this period, from 0.
    pub const fn period(&self) -> u32 {
        self.period
    }

    /// When this period ends; [`SimTime::NEVER`] if it does not.
    pub const fn period_ends(&self) -> SimTime {
        self.terms.renews
    }

    /// All flows since the pool was opened.
    pub const fn booked(&self) -> Flows {
        self.booked
    }

    /// The grants there are, in the order in which they are drawn; those that are used up too,
    /// until they end.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Whether the grants can pay `amount` out of what is not set aside.
    #[inline(always)]
    pub const fn has(&self, amount: Credits) -> bool {
        amount.wide() + self.held <= self.balance.wide()
    }

    /// Whether the pool can pay `amount`.
    ///
    /// # Errors
    ///
    /// [`Reason::CreditsExhausted`]; when that ends is known to whoever knows the renewals.
    #[inline]
    pub fn check(&self, amount: Credits) -> Result<(), Refusal> {
        if self.has(amount) || self.reaches_beyond(amount) {
            Ok(())
        } else {
            Err(Refusal::of(Reason::CreditsExhausted))
        }
    }

    /// Whether overage pays what the balance cannot, or there is nothing to pay.
    #[inline]
    fn reaches_beyond(&self, amount: Credits) -> bool {
        amount.wide() <= self.chargeable() - self.held || amount == Credits::ZERO
    }

    /// What could be spent, overage included, if only so much of what was used \[thousandths\] were
    /// known; below zero where more was oversold than that.
    pub fn spendable_unseen(&self, unseen: i128) -> i128 {
        self.spendable().wide() - self.oversold + unseen
    }

    #[inline]
    fn skip_empty(&mut self) {
        while self.grants.get(self.first).is_some_and(|grant| grant.left == Credits::ZERO) {
            self.first += 1;
        }
    }

    /// Notes that a charge stands for good.
    #[inline(always)]
    pub fn settle(&mut self, charge: &Charge) {
        if charge.part.next.is_some() {
            self.forget(charge.part.next);
        }
        self.unsettled -= u32::from(charge.overage > Credits::ZERO);
    }

    #[cold]
    fn forget(&mut self, mut part: Option<u32>) {
        while let Some(place) = part {
            part = std::mem::replace(&mut self.parts[place as usize].next, self.free);
            self.free = Some(place);
        }
    }

    /// Gives back a charge of an attempt that was refused further on, to the grants that paid it.
    /// Answers what came back into the balance: what was drawn from a grant that has ended
    /// meanwhile has expired with it, and overage never was in the balance. But what was deducted
    /// for it meanwhile is granted after all.
    pub fn restore(&mut self, charge: Charge) -> Credits {
        let before = self.balance;
        self.restore_part(charge.part);
        let mut next = charge.part.next;
        while let Some(place) = next {
            let part = self.parts[place as usize];
            self.restore_part(part);
            next = part.next;
        }
        self.forget(charge.part.next);
        if charge.overage > Credits::ZERO {
            self.restore_overage(charge);
        }
        self.booked.oversold -= charge.oversold.wide();
        if charge.period == self.period {
            self.oversold -= charge.oversold.wide();
        }
        self.first = 0;
        self.skip_empty();
        self.assert_conserved();
        self.balance - before
    }

    /// Takes overage off the books: that of this period, what is yet to be deducted, or what was
    /// deducted already, which the plan's grant gets back.
    #[cold]
    fn restore_overage(&mut self, charge: Charge) {
        let overage = charge.overage.wide();
        self.unsettled -= 1;
        self.booked.overage -= overage;
        if charge.period == self.period {
            self.overage -= overage;
            return;
        }
        if !self.deducted.contains(&charge.period) {
            return;
        }
        let undone = overage.min(self.debt);
        self.debt -= undone;
        // At most the charge's overage, so it fits.
        let granted = Credits::from_thousandths((overage - undone) as i64);
        let back = granted.min(Included::MOST - self.balance);
        self.booked.granted += granted.wide();
        self.booked.expired += (granted - back).wide();
        let most = (Included::MOST - self.terms.amount).wide();
        let adjusted = (self.adjusted.wide() + back.wide()).min(most);
        self.adjusted = Credits::from_thousandths(adjusted as i64);
        self.balance += back;
        let mut grants = self.grants.iter_mut();
        let own = grants.find(|grant| grant.source == GrantSource::Included);
        own.expect("a pool always has a grant of its plan").left += back;
    }

    fn restore_part(&mut self, part: Part) {
        self.booked.consumed -= part.amount.wide();
        if let Some(grant) = self.grants.iter_mut().find(|grant| grant.number == part.grant) {
            // Where packages have taken its room it expires, as all that a pool cannot hold.
            let back = part.amount.min(Included::MOST - self.balance);
            grant.left += back;
            grant.drawn -= part.amount;
            self.balance += back;
            self.booked.expired += (part.amount - back).wide();
        } else {
            self.booked.expired += part.amount.wide();
        }
    }

    /// Adds a package; answers its number.
    pub fn buy(
        &mut self,
        source: GrantSource,
        amount: Credits,
        expires: SimTime,
        priority: u32,
    ) -> u32 {
        self.booked.purchased += amount.wide();
        let number = self.number();
        self.insert(Grant {
            number,
            source,
            left: amount,
            drawn: Credits::ZERO,
            expires,
            priority,
        });
        self.assert_conserved();
        number
    }

    /// Ends a grant: what is left of it expires. `None` if there is no such grant any more.
    pub fn end(&mut self, number: u32) -> Option<Grant> {
        let place = self.grants.iter().position(|grant| grant.number == number)?;
        let grant = self.grants.remove(place);
        self.balance -= grant.left;
        self.booked.expired += grant.left.wide();
        self.first = 0;
        self.skip_empty();
        self.assert_conserved();
        Some(grant)
    }

    /// Has the packages that are tied to the plan's credits end at `expires` from now on.
    pub fn retie(&mut self, expires: SimTime) {
        for grant in &mut self.grants {
            if matches!(grant.source, GrantSource::Package { tied: true, .. }) {
                grant.expires = expires;
            }
        }
        self.sort();
    }

    fn take_included(&mut self) -> Grant {
        let place = self.grants.iter().position(|grant| grant.source == GrantSource::Included);
        self.grants.remove(place.expect("a pool always has a grant of its plan"))
    }

    /// A number for a new grant.
    fn number(&mut self) -> u32 {
        self.numbered += 1;
        self.numbered - 1
    }

    fn insert(&mut self, mut grant: Grant) {
        let room = Included::MOST - self.balance;
        let excess = (grant.left - room).max(Credits::ZERO);
        grant.left -= excess;
        self.booked.expired += excess.wide();
        self.balance += grant.left;
        self.grants.push(grant);
        self.sort();
    }

    fn sort(&mut self) {
        self.grants.sort_unstable_by_key(Grant::order);
        self.first = 0;
        self.skip_empty();
    }

    fn assert_conserved(&self) {
        let Flows { granted, purchased, consumed, expired, .. } = self.booked;
        debug_assert!(self.balance >= Credits::ZERO, "the balance is {}", self.balance);
        debug_assert_eq!(
            granted + purchased,
            self.balance.wide() + consumed + expired,
            "the pool leaks"
        );
        debug_assert_eq!(
            self.balance,
            self.grants.iter().map(|grant| grant.left).sum(),
            "the balance is what is left in the grants"
        );
    }
}

/// An amount in thousandths as credits, as near as those come to it.
#[inline]
fn narrow(amount: i128) -> Credits {
    let most = i128::from(i64::MAX);
    Credits::from_thousandths(amount.clamp(-most, most) as i64)
}

#[cfg(test)]
mod tests;
