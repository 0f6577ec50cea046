//! A workspace and its credits: whether they reach, and what becomes of a charge.

use super::Workspace;
use crate::rules::decision::{Reason, Refusal};
use crate::rules::policy::Rulebook;
use crate::rules::pool::{Charge, CreditPool};
use crate::units::{Credits, SimTime};

impl Workspace {
    /// Whether it can be seen at a glance that anybody's attempt can be paid, so that there is nothing to
    /// [decide](Self::check_credits).
    #[inline(always)]
    pub fn has_enough(&self, cost: Credits) -> bool {
        !self.metered || (self.shares.is_empty() && self.pool.has(cost))
    }

    /// Decides whether an attempt at `now` can be paid that passes its limiters: by its share, then
    /// by the pool. It may be asked again when a package has come, without counting the attempt twice
    /// anywhere.
    ///
    /// # Errors
    ///
    /// The first of the two that refuses; none where the pool only reports.
    #[inline(always)]
    pub fn check_credits(
        &mut self,
        book: &Rulebook,
        agent: usize,
        cost: Credits,
        now: SimTime,
    ) -> Result<(), Refusal> {
        if self.has_enough(cost) {
            return Ok(());
        }
        let answer = self
            .shares
            .check(agent, cost, (|| self.pool.free(), || self.pool.spendable()))
            .and_then(|()| self.pool.check(cost));
        self.paid(book, answer, (agent, cost), now)
    }

    /// Decides the same by what somebody knows of the pool who has not seen so much of what was used
    /// \[thousandths\]. Shares are known.
    ///
    /// # Errors
    ///
    /// As [`check_credits`](Self::check_credits).
    pub fn check_credits_unseen(
        &mut self,
        book: &Rulebook,
        agent: usize,
        (cost, unseen): (Credits, i128),
        now: SimTime,
    ) -> Result<(), Refusal> {
        if !self.metered {
            return Ok(());
        }
        let spendable = self.pool.spendable_unseen(unseen);
        let seen =
            |amount: i128| Credits::from_thousandths(amount.clamp(0, i128::from(i64::MAX)) as i64);
        let balance = seen(self.pool.free().wide() + unseen);
        let answer =
            self.shares.check(agent, cost, (|| balance, || seen(spendable))).and_then(|()| {
                let fits = cost == Credits::ZERO || cost.wide() <= spendable;
                if fits { Ok(()) } else { Err(Refusal::of(Reason::CreditsExhausted)) }
            });
        self.paid(book, answer, (agent, cost), now)
    }

    /// What an answer comes to where the pool only reports, or time cures a refusal.
    #[inline(always)]
    fn paid(
        &mut self,
        book: &Rulebook,
        answer: Result<(), Refusal>,
        (agent, cost): (usize, Credits),
        now: SimTime,
    ) -> Result<(), Refusal> {
        match answer {
            Err(refusal) if book.policy(self.plan).pool_reports() => {
                self.meters.exceeded.pool = Some(refusal.reason);
                Ok(())
            }
            Err(refusal) => {
                let cured = self.renews != SimTime::NEVER && self.is_cured(agent, cost);
                Err(Refusal { retry_after: cured.then(|| self.renews.since(now)), ..refusal })
            }
            Ok(()) => Ok(()),
        }
    }

    /// Whether the renewal to come cures a refusal for want of credits.
    #[inline(never)]
    fn is_cured(&self, agent: usize, cost: Credits) -> bool {
        // Nothing renews once a trial has ended.
        (self.trial_ends == SimTime::NEVER || self.renews < self.trial_ends)
            && self.pool.has_after_renewal(cost)
            && self.shares.fits(agent, cost, self.pool.included())
    }

    /// Notes that a charge stands for good.
    #[inline(always)]
    pub fn settle(&mut self, charge: &Charge) {
        self.pool.settle(charge);
    }

    /// Gives back the credits of an attempt of `agent` that was refused further on. Answers what
    /// came back into the balance.
    pub fn restore(&mut self, agent: usize, charge: Charge) -> Credits {
        if charge.period == self.pool.period() {
            self.shares.book(agent, Credits::ZERO - charge.amount);
        }
        self.pool.restore(charge)
    }

    /// Sets credits aside for an attempt, whether there are so many or not.
    pub fn hold(&mut self, amount: Credits) {
        self.pool.hold(amount);
    }

    /// Ends what was set aside for an attempt.
    pub fn end_hold(&mut self, amount: Credits) {
        self.pool.end_hold(amount);
    }

    /// Charges an attempt of `agent` that is over, whether the pool can pay or not, and for good;
    /// nothing where the plan counts no credits by now.
    pub fn charge_late(&mut self, agent: usize, cost: Credits) -> Option<Charge> {
        self.metered.then(|| {
            let charge = self.charge_anyway(agent, cost);
            self.pool.settle(&charge);
            charge
        })
    }

    /// The pool, to bring packages into it and to end them.
    pub const fn pool_mut(&mut self) -> &mut CreditPool {
        &mut self.pool
    }
}
