//! One workspace as enforcement sees it: its plan, agents, slots, limiters and pool, and the order
//! in which an attempt meets them.

mod anyway;
mod credits;
mod plan;

use std::ops::Range;

use jiff::Timestamp;

use super::agent::AgentState;
use super::decision::{Reason, Refusal};
use super::limiter::Attempt;
use super::meters::{Meters, Passed};
use super::passage::{Hold, Wait};
use super::policy::Rulebook;
use super::pool::{Charge, CreditPool};
use super::recurrence::{Cycle, Recurrence};
use super::shares::{ShareTerms, Shares};
use super::slots::ActiveSlots;
use crate::units::{Credits, SimTime};

/// The state of one workspace. It is reused for the next one, so that nothing is allocated anew.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Its plan, by its place in the rulebook.
    plan: usize,
    seats: u64,
    /// What t = 0 is on the calendar.
    start: Timestamp,
    /// From when the subscription's renewals are counted.
    anchor: Timestamp,
    /// When it came to its plan.
    joined: Timestamp,
    /// Whether the AI agent is there: a trial has not ended.
    available: bool,
    /// When its trial ends.
    trial_ends: SimTime,
    members: Vec<Member>,
    /// Agents that exist.
    agents: u32,
    slots: ActiveSlots,
    /// Active agents that hold no slot, since their limit only reports.
    slotless: Vec<usize>,
    /// Whether any plan counts credits.
    pooled: bool,
    /// Whether its plan does.
    metered: bool,
    pool: CreditPool,
    shares: Shares,
    /// When the included credits renew next.
    renews: SimTime,
    meters: Meters,
}

/// What an attempt took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Of the pool; `None` where the plan counts no credits.
    pub charge: Option<Charge>,
    /// Of limiters, until it is over.
    pub hold: Hold,
    /// How many places it waits for: [`Workspace::next_admitted`] names it as often.
    pub queues: u16,
}

/// What can be written to: an agent in one of its states, or something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Draft,
    Active,
    Offline,
    /// Another feature than agents; always there.
    Feature,
    /// An agent that was deleted.
    Deleted,
}

/// How a workspace begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Founding {
    /// Its plan, by its place in the rulebook.
    pub plan: usize,
    /// Its seats, at least 1.
    pub seats: u64,
    /// What t = 0 is on the calendar.
    pub start: Timestamp,
    /// From when its subscription's renewals are counted; not after the start.
    pub anchor: Timestamp,
}

impl Workspace {
    /// An empty workspace, to be [founded](Self::found) before use.
    pub fn empty() -> Self {
        Self {
            plan: 0,
            seats: 1,
            start: Timestamp::UNIX_EPOCH,
            anchor: Timestamp::UNIX_EPOCH,
            joined: Timestamp::UNIX_EPOCH,
            available: true,
            trial_ends: SimTime::NEVER,
            members: Vec::new(),
            agents: 0,
            slots: ActiveSlots::new(None, false),
            slotless: Vec::new(),
            pooled: false,
            metered: false,
            pool: CreditPool::default(),
            shares: Shares::default(),
            renews: SimTime::NEVER,
            meters: Meters::default(),
        }
    }

    /// Makes this a new workspace without agents, whose pool and buckets are full.
    pub fn found(&mut self, book: &Rulebook, founding: Founding) {
        let Founding { plan, seats, start, anchor } = founding;
        (self.plan, self.seats, self.start, self.anchor) = (plan, seats, start, anchor);
        (self.joined, self.available) = (start, true);
        self.trial_ends = plan::trial_end(book, plan, SimTime::ZERO);
        self.members.clear();
        self.agents = 0;
        self.slots = plan::slots(book.policy(plan).plan());
        self.slotless.clear();
        self.shares.clear();
        self.pooled = book.counts_credits();
        self.metered = book.policy(plan).plan().credits.is_some();
        if self.pooled {
            self.open_pool(book);
        }
        self.meters.begin(book, plan);
    }

    /// Its plan, by its place in the rulebook.
    pub const fn plan(&self) -> usize {
        self.plan
    }

    /// Its seats.
    pub const fn seats(&self) -> u64 {
        self.seats
    }

    /// The instants at which the subscription is billed in a cycle of this length.
    pub const fn billing(&self, cycle: Cycle) -> Recurrence {
        Recurrence::new(cycle, self.anchor, self.start)
    }

    /// The state of an agent; `None` if it was deleted. A feature is always active.
    #[inline]
    pub fn agent(&self, agent: usize) -> Option<AgentState> {
        match self.members[agent] {
            Member::Draft => Some(AgentState::Draft),
            Member::Offline => Some(AgentState::Offline),
            Member::Active | Member::Feature => Some(AgentState::Active),
            Member::Deleted => None,
        }
    }

    /// Whether there is an agent: it was not deleted. A feature always is.
    #[inline(always)]
    pub fn exists(&self, agent: usize) -> bool {
        self.members[agent] != Member::Deleted
    }

    /// Whether an agent is active.
    pub fn is_active(&self, agent: usize) -> bool {
        self.agent(agent) == Some(AgentState::Active)
    }

    /// Whether there is an agent, and it is no feature.
    fn is_agent(&self, agent: usize) -> bool {
        !matches!(self.members[agent], Member::Feature | Member::Deleted)
    }

    /// The slots.
    pub const fn slots(&self) -> ActiveSlots {
        self.slots
    }

    /// The pool; `None` where no plan that the workspace can have counts credits.
    pub const fn pool(&self) -> Option<&CreditPool> {
        if self.pooled { Some(&self.pool) } else { None }
    }

    /// When the included credits renew next.
    pub const fn renews(&self) -> SimTime {
        self.renews
    }

    /// Whether the AI agent is there (rule R8).
    pub const fn available(&self) -> bool {
        self.available
    }

    /// Creates an agent at `now`, which is a draft and takes no slot (rule R3).
    ///
    /// # Errors
    ///
    /// [`Reason::WorkspaceAgentLimit`] when as many exist as may, whatever their state (rule R1).
    pub fn create(
        &mut self,
        book: &Rulebook,
        share: Option<ShareTerms>,
        now: SimTime,
    ) -> Result<(), Refusal> {
        match self.create_all(book, (share, 1), now) {
            0 => Err(Refusal::of(Reason::WorkspaceAgentLimit)),
            _ => Ok(()),
        }
    }

    /// Creates so many agents at `now` that have the same share, as [`create`](Self::create) does, as far as
    /// so many may exist. Answers how many it created.
    pub fn create_all(
        &mut self,
        book: &Rulebook,
        (share, count): (Option<ShareTerms>, u32),
        now: SimTime,
    ) -> u32 {
        let most = book.policy(self.plan).plan().total_agents;
        let count = count.min(most.saturating_sub(self.agents));
        self.agents += count;
        self.add(book, (Member::Draft, share), count, now);
        count
    }

    /// Adds a feature that is no agent; it is there from the start.
    pub fn add_feature(&mut self, book: &Rulebook, share: Option<ShareTerms>) {
        self.add(book, (Member::Feature, share), 1, SimTime::ZERO);
    }

    fn add(
        &mut self,
        book: &Rulebook,
        (member, share): (Member, Option<ShareTerms>),
        count: u32,
        now: SimTime,
    ) {
        self.members.extend(std::iter::repeat_n(member, count as usize));
        if book.shares() {
            (0..count).for_each(|_| self.shares.add(share, self.pool.included()));
        }
        self.meters.add_agents(book, self.plan, count, now);
    }

    /// Has an agent that was just created begin offline instead of as a draft.
    pub fn shelve(&mut self, agent: usize) {
        debug_assert_eq!(self.members[agent], Member::Draft);
        self.members[agent] = Member::Offline;
    }

    /// Deletes an agent; if it was active its slot is free at once.
    pub fn delete(&mut self, agent: usize) {
        if self.is_active(agent) {
            self.free_slot(agent);
        }
        debug_assert!(self.is_agent(agent));
        self.members[agent] = Member::Deleted;
        self.agents -= 1;
        self.shares.remove(agent);
    }

    /// Enables an agent that is draft or offline. Answers whether it holds a slot: not if every slot
    /// is taken, and the plan's limit only reports that.
    ///
    /// # Errors
    ///
    /// [`Reason::TrialEnded`] when the trial is over (rule R8); [`Reason::ActiveAgentLimit`] when
    /// every slot is taken (rule R4). The agent keeps its state.
    pub fn enable(&mut self, agent: usize) -> Result<bool, Refusal> {
        debug_assert!(self.is_agent(agent) && !self.is_active(agent));
        if !self.available {
            return Err(Refusal::of(Reason::TrialEnded));
        }
        let holds_slot = self.slots.take()?;
        if !holds_slot {
            self.slotless.push(agent);
        }
        self.members[agent] = Member::Active;
        Ok(holds_slot)
    }

    /// Enables agents, one after the other, as far as each finds a slot that it holds. Answers how many.
    pub fn enable_all(&mut self, agents: Range<usize>) -> usize {
        let slots = if self.available { self.slots.free_slots() } else { 0 };
        let count = agents.len().min(slots as usize);
        let enabled = agents.start..agents.start + count;
        self.members[enabled].fill(Member::Active);
        self.slots.take_all(count as u32);
        count
    }

    /// Disables an active agent; its slot is free at once (rule R5).
    pub fn disable(&mut self, agent: usize) {
        debug_assert!(self.is_active(agent));
        self.free_slot(agent);
        self.members[agent] = Member::Offline;
    }

    fn free_slot(&mut self, agent: usize) {
        let slotless = self.slotless.iter().position(|&it| it == agent);
        self.slots.free(slotless.is_none());
        if let Some(place) = slotless {
            self.slotless.swap_remove(place);
        }
    }

    /// Decides an attempt at `now` up to its credits: the AI agent is there, the agent is active,
    /// then the limiters of scope agent and of scope workspace in the order written. Answers whether
    /// it waits before it goes on.
    ///
    /// Nothing is taken: call [`take`](Self::take) when [`check_credits`](Self::check_credits) and
    /// whoever decides after this have agreed too.
    ///
    /// # Errors
    ///
    /// The first rule that refuses.
    #[inline(always)]
    pub fn check(
        &mut self,
        book: &Rulebook,
        agent: usize,
        cost: Credits,
        now: SimTime,
    ) -> Result<Wait, Refusal> {
        self.check_access(book, agent)?;
        self.meters.check(book, self.plan, &self.attempt(agent, cost, now))
    }

    /// Decides whether anybody is there to answer: the AI agent, and the agent that was written to.
    ///
    /// # Errors
    ///
    /// [`Reason::TrialEnded`] or [`Reason::AgentNotActive`].
    #[inline(always)]
    pub fn check_access(&mut self, book: &Rulebook, agent: usize) -> Result<(), Refusal> {
        if book.reports() {
            self.meters.exceeded.clear();
        }
        if !self.available {
            return Err(Refusal::of(Reason::TrialEnded));
        }
        if !matches!(self.members[agent], Member::Feature | Member::Active) {
            return Err(Refusal::of(Reason::AgentNotActive));
        }
        Ok(())
    }

    /// An attempt, as limiters see it.
    #[inline(always)]
    pub const fn attempt(&self, agent: usize, cost: Credits, now: SimTime) -> Attempt {
        Attempt { now, start: self.start, agent, cost }
    }

    /// The throttles, by their places in the group's list, that only report and would have refused
    /// the attempt that was [checked](Self::check) last.
    pub fn exceeded(&self) -> &[u16] {
        &self.meters.exceeded.throttles
    }

    /// Why the pool, which only reports, would have refused the attempt that was
    /// [checked](Self::check) last.
    pub const fn exceeded_pool(&self) -> Option<Reason> {
        self.meters.exceeded.pool
    }

    /// Takes what [`check`](Self::check) found at the same instant: tokens, places, credits. The
    /// caller knows the attempt as `ticket`.
    #[inline(always)]
    pub fn take(
        &mut self,
        book: &Rulebook,
        agent: usize,
        (cost, ticket): (Credits, u64),
        now: SimTime,
    ) -> Taken {
        let attempt = self.attempt(agent, cost, now);
        let Passed { hold, queues } = self.meters.take(book, self.plan, &attempt, ticket);
        let charge = if self.metered && self.meters.exceeded.pool.is_none() {
            self.shares.book(agent, cost);
            Some(self.pool.charge(cost))
        } else {
            None
        };
        Taken { charge, hold, queues }
    }

    /// Takes all that an attempt needs of a workspace whose limits do not report, if it can be seen at a
    /// glance that everything is there: answers what was charged for good, of a plan that counts credits.
    /// Else nothing is taken, and the attempt is to be [checked](Self::check).
    #[inline(always)]
    pub fn take_at_once(
        &mut self,
        book: &Rulebook,
        agent: usize,
        cost: Credits,
        now: SimTime,
    ) -> Option<Option<Credits>> {
        let attempt = self.attempt(agent, cost, now);
        let is_there = self.check_access(book, agent).is_ok() && self.has_enough(cost);
        if !is_there || !self.meters.take_at_once(book, self.plan, &attempt) {
            return None;
        }
        if self.metered {
            self.pool.spend(cost);
        }
        Some(self.metered.then_some(cost))
    }

    /// Gives back the places that an attempt held, when it is over.
    pub fn release(&mut self, book: &Rulebook, agent: usize, hold: Hold, now: SimTime) {
        self.meters.release(book, agent, hold, now);
    }

    /// Gives back the places of an attempt that waits for some of them still.
    pub fn leave(&mut self, book: &Rulebook, agent: usize, hold: Hold, now: SimTime) {
        self.meters.leave(book, agent, hold, now);
    }

    /// The ticket of an attempt that waited for a place and has one since somebody gave one back, or
    /// since the plan changed; each is named once for each place.
    pub fn next_admitted(&mut self) -> Option<u64> {
        self.meters.next_admitted()
    }
}
