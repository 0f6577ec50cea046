//! What is done to a workspace whether the rules have room for it or not: somebody decided so who knew
//! too little. And whether they had.

use super::{Member, Workspace};
use crate::rules::meters::Passed;
use crate::rules::passage::{Hold, Wait};
use crate::rules::policy::Rulebook;
use crate::rules::pool::Charge;
use crate::units::{Credits, SimTime};

impl Workspace {
    /// Takes what an attempt needs of limiters whether it is there or not: tokens and places. What was
    /// not there is owed to them. Answers too how the attempt waits.
    pub fn pass_anyway(
        &mut self,
        book: &Rulebook,
        agent: usize,
        (cost, ticket): (Credits, u64),
        now: SimTime,
    ) -> (Passed, Wait) {
        self.note_exceeded(book, agent, cost, now);
        let attempt = self.attempt(agent, cost, now);
        self.meters.take_anyway(book, self.plan, &attempt, ticket)
    }

    /// Whether the attempt that [passed](Self::pass_anyway) last is to pay: the plan counts credits, and
    /// its pool does not only report that it could not.
    pub fn pays(&self) -> bool {
        self.metered && self.meters.exceeded.pool.is_none()
    }

    /// Charges an attempt of `agent` whether the pool can pay or not: what it cannot is oversold.
    pub fn charge_anyway(&mut self, agent: usize, cost: Credits) -> Charge {
        self.shares.book(agent, cost);
        self.pool.charge_anyway(cost)
    }

    /// Notes what limits and a pool which only report would refuse of an attempt:
    /// [`exceeded`](Self::exceeded) and [`exceeded_pool`](Self::exceeded_pool) tell it.
    pub fn note_exceeded(&mut self, book: &Rulebook, agent: usize, cost: Credits, now: SimTime) {
        if book.reports() {
            let attempt = self.attempt(agent, cost, now);
            self.meters.exceeded.clear();
            self.meters.note_exceeded(book, self.plan, &attempt);
            if book.policy(self.plan).pool_reports() {
                // A pool that only reports refuses nothing, and notes what it would have refused.
                let noted = self.check_credits(book, agent, cost, now);
                debug_assert_eq!(noted, Ok(()));
            }
        }
    }

    /// An attempt is over, and nobody gives its places back.
    pub fn lose(&mut self, book: &Rulebook, agent: usize, hold: Hold) {
        self.meters.lose(book, agent, hold);
    }

    /// Gives back places that were [lost](Self::lose).
    pub fn find(&mut self, book: &Rulebook, agent: usize, hold: Hold, now: SimTime) {
        self.meters.find(book, agent, hold, now);
    }

    /// Tells the throttles that have no room for an attempt, with all counted that was admitted, and
    /// places free that were lost.
    pub fn without_room(
        &mut self,
        book: &Rulebook,
        (agent, cost): (usize, Credits),
        now: SimTime,
        refused: impl FnMut(u16),
    ) {
        let attempt = self.attempt(agent, cost, now);
        self.meters.without_room(book, self.plan, &attempt, refused);
    }

    /// Whether a throttle has room for an attempt, likewise.
    pub fn has_room(
        &mut self,
        (book, throttle): (&Rulebook, Option<u16>),
        attempt: (usize, Credits),
        now: SimTime,
    ) -> bool {
        let mut has_room = true;
        self.without_room(book, attempt, now, |full| has_room &= Some(full) != throttle);
        has_room
    }

    /// Enables an agent that is draft or offline whether a slot is free or not. Answers whether the
    /// limit has room for it: where that only reports, it holds no slot then.
    pub fn enable_anyway(&mut self, agent: usize) -> bool {
        debug_assert!(self.is_agent(agent) && !self.is_active(agent));
        let holds_slot = self.slots.take().unwrap_or_else(|_| {
            self.slots.take_anyway();
            true
        });
        if !holds_slot {
            self.slotless.push(agent);
        }
        self.members[agent] = Member::Active;
        holds_slot
    }

    /// Goes the way of an attempt that somebody else checked, as [`Meters::retrace`] does. Answers
    /// whether the throttle that refused it, if any did, has room.
    ///
    /// [`Meters::retrace`]: crate::rules::Meters::retrace
    pub fn retrace(
        &mut self,
        book: &Rulebook,
        (agent, cost): (usize, Credits),
        refused_by: Option<u16>,
        now: SimTime,
    ) -> bool {
        let attempt = self.attempt(agent, cost, now);
        self.meters.retrace(book, self.plan, &attempt, refused_by)
    }

    /// Whether the pool can pay an amount, whoever has a share in it.
    pub fn can_pay(&self, amount: Credits) -> bool {
        self.pool.check(amount).is_ok()
    }

    /// What could be spent \[thousandths\] as somebody knows it who has not seen so much of what was
    /// used; `None` where the plan counts no credits.
    pub fn spendable_unseen(&self, unseen: i128) -> Option<i128> {
        self.metered.then(|| self.pool.spendable_unseen(unseen))
    }
}
