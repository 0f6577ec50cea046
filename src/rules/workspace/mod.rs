//! One workspace as enforcement sees it: its plan, agents, slots, limiters and pool, and the order
//! in which an attempt meets them.

mod plan;

use jiff::Timestamp;

use super::agent::AgentState;
use super::decision::{Reason, Refusal};
use super::limiter::Attempt;
use super::meter::Meter;
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
    /// Whether any plan counts credits.
    pooled: bool,
    /// Whether its plan does.
    metered: bool,
    pool: CreditPool,
    shares: Shares,
    /// When the included credits renew next.
    renews: SimTime,
    /// Limiters of scope agent, agent by agent.
    of_agents: Vec<Meter>,
    /// Limiters of scope workspace.
    of_all: Vec<Meter>,
}

/// What can be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Agent(AgentState),
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
            slots: ActiveSlots::new(None),
            pooled: false,
            metered: false,
            pool: CreditPool::default(),
            shares: Shares::default(),
            renews: SimTime::NEVER,
            of_agents: Vec::new(),
            of_all: Vec::new(),
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
        self.slots = ActiveSlots::new(book.policy(plan).plan().active_agents);
        self.shares.clear();
        self.pooled = book.counts_credits();
        self.metered = book.policy(plan).plan().credits.is_some();
        if self.pooled {
            self.open_pool(book);
        }
        self.of_agents.clear();
        self.of_all.clear();
        let idle = book.workspace_limiters.iter().map(Meter::idle);
        self.of_all.extend(idle);
        for gate in &book.policy(plan).workspace_gates {
            self.of_all[usize::from(gate.limiter)].fill(&gate.quota);
        }
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
    pub fn agent(&self, agent: usize) -> Option<AgentState> {
        match self.members[agent] {
            Member::Agent(state) => Some(state),
            Member::Feature => Some(AgentState::Active),
            Member::Deleted => None,
        }
    }

    /// Whether an agent is active.
    pub fn is_active(&self, agent: usize) -> bool {
        self.agent(agent) == Some(AgentState::Active)
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

    /// Creates an agent, which is a draft and takes no slot (rule R3).
    ///
    /// # Errors
    ///
    /// [`Reason::WorkspaceAgentLimit`] when as many exist as may, whatever their state (rule R1).
    pub fn create(&mut self, book: &Rulebook, share: Option<ShareTerms>) -> Result<(), Refusal> {
        if self.agents >= book.policy(self.plan).plan().total_agents {
            return Err(Refusal::of(Reason::WorkspaceAgentLimit));
        }
        self.agents += 1;
        self.add(book, Member::Agent(AgentState::Draft), share);
        Ok(())
    }

    /// Adds a feature that is no agent.
    pub fn add_feature(&mut self, book: &Rulebook, share: Option<ShareTerms>) {
        self.add(book, Member::Feature, share);
    }

    fn add(&mut self, book: &Rulebook, member: Member, share: Option<ShareTerms>) {
        self.members.push(member);
        if book.shares() {
            self.shares.add(share, self.pool.included());
        }
        let base = self.of_agents.len();
        self.of_agents.extend(book.agent_limiters.iter().map(Meter::idle));
        for gate in &book.policy(self.plan).agent_gates {
            self.of_agents[base + usize::from(gate.limiter)].fill(&gate.quota);
        }
    }

    /// Has an agent that was just created begin offline instead of as a draft.
    pub fn shelve(&mut self, agent: usize) {
        debug_assert_eq!(self.members[agent], Member::Agent(AgentState::Draft));
        self.members[agent] = Member::Agent(AgentState::Offline);
    }

    /// Deletes an agent; if it was active its slot is free at once.
    pub fn delete(&mut self, agent: usize) {
        if self.is_active(agent) {
            self.slots.free();
        }
        debug_assert!(matches!(self.members[agent], Member::Agent(_)));
        self.members[agent] = Member::Deleted;
        self.agents -= 1;
        self.shares.remove(agent);
    }

    /// Enables an agent that is draft or offline.
    ///
    /// # Errors
    ///
    /// [`Reason::TrialEnded`] when the trial is over (rule R8); [`Reason::ActiveAgentLimit`] when
    /// every slot is taken (rule R4). The agent keeps its state.
    pub fn enable(&mut self, agent: usize) -> Result<(), Refusal> {
        debug_assert!(matches!(self.members[agent], Member::Agent(_)) && !self.is_active(agent));
        if !self.available {
            return Err(Refusal::of(Reason::TrialEnded));
        }
        self.slots.take()?;
        self.members[agent] = Member::Agent(AgentState::Active);
        Ok(())
    }

    /// Disables an active agent; its slot is free at once (rule R5).
    pub fn disable(&mut self, agent: usize) {
        debug_assert!(self.is_active(agent));
        self.slots.free();
        self.members[agent] = Member::Agent(AgentState::Offline);
    }

    /// Decides an attempt at `now`: the AI agent is there, the agent is active, then the limiters
    /// of scope agent and of scope workspace in the order written, then its share, then credits.
    ///
    /// Nothing is taken: call [`take`](Self::take) when whoever decides after this has agreed too.
    ///
    /// # Errors
    ///
    /// The first rule that refuses.
    #[inline]
    pub fn check(
        &mut self,
        book: &Rulebook,
        agent: usize,
        cost: Credits,
        now: SimTime,
    ) -> Result<(), Refusal> {
        if !self.available {
            return Err(Refusal::of(Reason::TrialEnded));
        }
        if !matches!(self.members[agent], Member::Feature | Member::Agent(AgentState::Active)) {
            return Err(Refusal::of(Reason::AgentNotActive));
        }
        let policy = book.policy(self.plan);
        let base = agent * book.agent_limiters.len();
        let attempt = Attempt { now, start: self.start, agent, cost };
        for gate in &policy.agent_gates {
            self.of_agents[base + usize::from(gate.limiter)].check(gate, &attempt)?;
        }
        for gate in &policy.workspace_gates {
            self.of_all[usize::from(gate.limiter)].check(gate, &attempt)?;
        }
        if !self.metered {
            return Ok(());
        }
        self.shares
            .check(agent, cost, (self.pool.balance(), || self.pool.spendable()))
            .and_then(|()| self.pool.check(cost))
            .map_err(|refusal| self.until_renewal(refusal, agent, cost, now))
    }

    /// Adds to a refusal for want of credits when the renewal cures it, if it does.
    #[cold]
    fn until_renewal(
        &self,
        refusal: Refusal,
        agent: usize,
        cost: Credits,
        now: SimTime,
    ) -> Refusal {
        // Nothing renews once a trial has ended.
        let cured = self.renews != SimTime::NEVER
            && (self.trial_ends == SimTime::NEVER || self.renews < self.trial_ends)
            && cost <= self.pool.spendable_after_renewal()
            && self.shares.fits(agent, cost, self.pool.included());
        Refusal { retry_after: cured.then(|| self.renews.since(now)), ..refusal }
    }

    /// Takes what [`check`](Self::check) found at the same instant: tokens, places, credits.
    #[inline]
    pub fn take(
        &mut self,
        book: &Rulebook,
        agent: usize,
        cost: Credits,
        now: SimTime,
    ) -> Option<Charge> {
        let attempt = Attempt { now, start: self.start, agent, cost };
        let policy = book.policy(self.plan);
        let base = agent * book.agent_limiters.len();
        for gate in &policy.agent_gates {
            self.of_agents[base + usize::from(gate.limiter)].take(gate, &attempt);
        }
        for gate in &policy.workspace_gates {
            self.of_all[usize::from(gate.limiter)].take(gate, &attempt);
        }
        if book.holds_places() {
            self.met_by(book, agent).for_each(|meter| meter.take_place(&attempt));
        }
        self.metered.then(|| {
            self.shares.book(agent, cost);
            self.pool.charge(cost)
        })
    }

    /// Gives back the places that an attempt held, when its reply arrives.
    pub fn release(&mut self, book: &Rulebook, agent: usize, now: SimTime) {
        if book.holds_places() {
            self.met_by(book, agent).for_each(|meter| meter.release(now));
        }
    }

    /// The limiters that an attempt meets, those of every plan.
    fn met_by(&mut self, book: &Rulebook, agent: usize) -> impl Iterator<Item = &mut Meter> {
        let width = book.agent_limiters.len();
        let own = &mut self.of_agents[agent * width..(agent + 1) * width];
        own.iter_mut().chain(&mut self.of_all)
    }

    /// Notes that a charge stands for good.
    #[inline]
    pub fn settle(&mut self, charge: Option<Charge>) {
        if let Some(charge) = charge {
            self.pool.settle(charge);
        }
    }

    /// Gives back the credits of an attempt of `agent` that was refused further on. Answers what
    /// came back into the balance.
    pub fn restore(&mut self, agent: usize, charge: Charge) -> Credits {
        if charge.period == self.pool.period() {
            self.shares.book(agent, Credits::ZERO - charge.amount);
        }
        self.pool.restore(charge)
    }

    /// The pool, to bring packages into it and to end them.
    pub const fn pool_mut(&mut self) -> &mut CreditPool {
        &mut self.pool
    }
}
