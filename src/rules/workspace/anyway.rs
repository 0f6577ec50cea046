//! What is done to a workspace whether the rules have room for it or not: somebody decided so who knew
//! too little. And whether they had.

use super::{Member, Taken, Workspace};
use crate::rules::agent::AgentState;
use crate::rules::decision::{Reason, Refusal};
use crate::rules::passage::Wait;
use crate::rules::policy::Rulebook;
use crate::units::{Credits, SimTime};

impl Workspace {
    /// Takes what an attempt needs whether it is there or not: tokens, places, credits. What was not
    /// there is owed to limiters, and oversold by the pool. Answers too how the attempt waits.
    pub fn take_anyway(
        &mut self,
        book: &Rulebook,
        agent: usize,
        (cost, ticket): (Credits, u64),
        now: SimTime,
    ) -> (Taken, Wait) {
        let attempt = self.attempt(agent, cost, now);
        let (passed, wait) = self.meters.take_anyway(book, self.plan, &attempt, ticket);
        let is_free = book.policy(self.plan).pool_reports() && self.pool.check(cost).is_err();
        let charge = (self.metered && !is_free).then(|| {
            self.shares.book(agent, cost);
            self.pool.charge_anyway(cost)
        });
        (Taken { charge, hold: passed.hold, queues: passed.queues }, wait)
    }

    /// Tells the throttles that count attempts in flight and have no place for one more.
    pub fn without_place(
        &mut self,
        book: &Rulebook,
        (agent, cost): (usize, Credits),
        now: SimTime,
        refused: impl FnMut(u16),
    ) {
        let attempt = self.attempt(agent, cost, now);
        self.meters.without_place(book, self.plan, &attempt, refused);
    }

    /// Enables an agent that is draft or offline whether a slot is free or not. Answers whether the
    /// limit has room for it: where that only reports, it holds no slot then.
    pub fn enable_anyway(&mut self, agent: usize) -> bool {
        debug_assert!(matches!(self.members[agent], Member::Agent(_)) && !self.is_active(agent));
        let holds_slot = self.slots.take().unwrap_or_else(|_| {
            self.slots.take_anyway();
            true
        });
        if !holds_slot {
            self.slotless.push(agent);
        }
        self.members[agent] = Member::Agent(AgentState::Active);
        holds_slot
    }

    /// Whether the rule that refused a try had room for it. Where refused attempts count in a
    /// limiter, this one is counted.
    pub fn had_room(
        &mut self,
        book: &Rulebook,
        agent: usize,
        (cost, refusal): (Credits, &Refusal),
        now: SimTime,
    ) -> bool {
        if let Some(throttle) = refusal.limiter {
            let attempt = self.attempt(agent, cost, now);
            return self.meters.has_room(book, self.plan, throttle, &attempt);
        }
        match refusal.reason {
            Reason::CreditsExhausted => self.pool.check(cost).is_ok(),
            Reason::ActiveAgentLimit => self.slots.has_room(),
            _ => false,
        }
    }

    /// What could be spent \[thousandths\] as somebody knows it who has not seen so much of what was
    /// used; `None` where the plan counts no credits.
    pub fn spendable_unseen(&self, unseen: i128) -> Option<i128> {
        self.metered.then(|| self.pool.spendable_unseen(unseen))
    }
}
