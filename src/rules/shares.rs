//! Shares of the pool: what one agent or feature may use at most, and what the others must leave
//! for it (rule R6: there are none unless a scenario sets them).

use super::decision::{Reason, Refusal};
use crate::units::{Credits, Share};

/// Shares of the period's included credits that one agent or feature has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareTerms {
    /// What the others must leave for it.
    pub at_least: Share,
    /// More than this it may not use; `None` is anything that the pool has.
    pub at_most: Option<Share>,
}

impl ShareTerms {
    /// No share of its own: it may use all, and nothing is kept for it.
    pub const NONE: Self = Self { at_least: Share::NONE, at_most: None };
}

/// What each agent and feature of a workspace has used in this period.
#[derive(Debug, Clone, Default)]
pub(super) struct Shares {
    /// Empty where no share is set.
    members: Vec<Member>,
    /// What is kept for all of them together.
    reserved: Credits,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    terms: ShareTerms,
    /// What it has used in this period \[thousandths\]: with packages more than a pool holds.
    used: i128,
    at_least: Credits,
    /// `None` is anything.
    at_most: Option<Credits>,
}

impl Member {
    /// What is still kept for it.
    fn reserve(&self) -> Credits {
        // Between nothing and `at_least`, so it fits.
        let kept = (self.at_least.wide() - self.used).clamp(0, self.at_least.wide());
        Credits::from_thousandths(kept as i64)
    }

    fn limit(&mut self, included: Credits) {
        self.at_least = self.terms.at_least.of(included);
        self.at_most = self.terms.at_most.map(|most| most.of(included));
    }
}

impl Shares {
    pub(super) fn clear(&mut self) {
        self.members.clear();
        self.reserved = Credits::ZERO;
    }

    /// Adds an agent or feature.
    pub(super) fn add(&mut self, terms: Option<ShareTerms>, included: Credits) {
        let terms = terms.unwrap_or(ShareTerms::NONE);
        let mut member = Member { terms, used: 0, at_least: Credits::ZERO, at_most: None };
        member.limit(included);
        self.reserved += member.reserve();
        self.members.push(member);
    }

    /// Whether nobody has a share.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// What was kept for one that is deleted is free.
    pub(super) fn remove(&mut self, member: usize) {
        if let Some(member) = self.members.get_mut(member) {
            self.reserved -= member.reserve();
            member.terms = ShareTerms::NONE;
            member.limit(Credits::ZERO);
        }
    }

    /// Whether `member` may use `cost` of a balance. `spendable` is what can be spent, overage
    /// included: that begins where the balance ends, so not while any of it is kept for others.
    ///
    /// # Errors
    ///
    /// [`Reason::ShareExhausted`] if its own share does not reach, or if the pool could pay but
    /// the rest is kept for others.
    #[inline]
    pub(super) fn check(
        &self,
        member: usize,
        cost: Credits,
        (balance, spendable): (impl FnOnce() -> Credits, impl FnOnce() -> Credits),
    ) -> Result<(), Refusal> {
        let Some(own) = self.members.get(member) else { return Ok(()) };
        let beyond = own.at_most.is_some_and(|most| own.used + cost.wide() > most.wide());
        let kept = self.reserved - own.reserve();
        let is_kept = cost > Credits::ZERO
            && kept > Credits::ZERO
            && cost.wide() + kept.wide() > balance().wide()
            && cost <= spendable();
        if beyond || is_kept {
            return Err(Refusal::of(Reason::ShareExhausted));
        }
        Ok(())
    }

    /// Whether `member` could use `cost` in a new period, as far as shares go.
    pub(super) fn fits(&self, member: usize, cost: Credits, included: Credits) -> bool {
        let Some(own) = self.members.get(member) else { return true };
        let others: i128 = self.members.iter().map(|it| it.at_least.wide()).sum();
        let kept = others - own.at_least.wide();
        own.at_most.is_none_or(|most| cost <= most) && cost.wide() + kept <= included.wide()
    }

    /// Books what `member` used; negative amounts are given back.
    #[inline]
    pub(super) fn book(&mut self, member: usize, amount: Credits) {
        if let Some(own) = self.members.get_mut(member) {
            self.reserved -= own.reserve();
            own.used += amount.wide();
            self.reserved += own.reserve();
        }
    }

    /// Begins a period in which `included` credits are included.
    pub(super) fn renew(&mut self, included: Credits) {
        for member in &mut self.members {
            member.used = 0;
        }
        self.change(included);
    }

    /// The included credits are others in the middle of a period.
    pub(super) fn change(&mut self, included: Credits) {
        self.reserved = Credits::ZERO;
        for member in &mut self.members {
            member.limit(included);
            self.reserved += member.reserve();
        }
    }
}
