//! A cell: one workspace in simulation, with the calendar of its events.

mod agents;
mod attempt;
mod customers;

use super::calendar::{Calendar, Class};
use super::lines::{Line, Number, Source};
use super::model::GroupModel;
use super::run::EngineError;
use super::servers::Servers;
use super::slab::Slab;
use crate::measure::{BackendMeasures, GroupFrame, GroupMeasures, Tally};
use crate::random::Key;
use crate::rules::{AgentState, Charge, Workspace};
use crate::units::{SimSpan, SimTime};

/// More events than this of one workspace at one instant are a loop in no time.
const MOST_AT_ONE_INSTANT: u32 = 1_000_000;

/// No record.
const NONE: u32 = u32::MAX;

/// What happens in a cell.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// The pool renews.
    Renew,
    /// An agent is disabled.
    Disable { agent: u32 },
    /// The reply to an attempt, or its refusal by the backend, is back at the workspace.
    Reply { flight: u32 },
    /// Somebody tries to enable an agent.
    Enable { agent: u32 },
    /// The next arrival of a source: a message, or the first turn of a conversation.
    Arrival { source: u32 },
    /// The next turn of a conversation.
    Turn { session: u32 },
    /// An attempt arrives at the backend.
    AtBackend { flight: u32 },
}

/// A conversation.
#[derive(Debug, Clone, Copy)]
struct Session {
    agent: u32,
    /// Of the turn that is due or under way.
    number: Number,
    /// Turns that follow it.
    turns_left: u64,
    /// The next conversation that waits for the same agent to come back, or [`NONE`].
    next_parked: u32,
}

/// An attempt that was admitted and of which something is still to come.
#[derive(Debug, Clone, Copy)]
struct Flight {
    due: SimTime,
    agent: u32,
    /// The conversation it is a turn of, or [`NONE`].
    session: u32,
    number: Number,
    charge: Option<Charge>,
    /// Whether the backend refused it.
    refused: bool,
}

/// One agent.
#[derive(Debug, Clone, Copy)]
struct Agent {
    line: u32,
    /// Active periods begun.
    enabled: u32,
    /// Offline periods begun.
    disabled: u32,
    /// The first conversation that waits for it to come back, or [`NONE`].
    parked: u32,
    /// The last of them, of no meaning if there is none.
    last_parked: u32,
}

/// What a cell acts upon besides itself.
pub(super) struct World<'a> {
    pub(super) model: &'a GroupModel,
    pub(super) frame: &'a GroupFrame,
    pub(super) measures: &'a mut GroupMeasures,
    /// The servers: the workspace's own, or the platform's.
    pub(super) servers: Option<&'a mut Servers>,
    /// Where the platform's servers are measured, if they are the platform's.
    pub(super) platform: Option<&'a mut BackendMeasures>,
}

/// One workspace in simulation. Reused for the next one, so that nothing is allocated anew.
pub(super) struct Cell {
    calendar: Calendar<Event>,
    workspace: Workspace,
    lines: Vec<Line>,
    /// Streams of arrivals.
    sources: Vec<Source>,
    agents: Vec<Agent>,
    sessions: Slab<Session>,
    flights: Slab<Flight>,
    tally: Tally,
    /// Renewals so far.
    renewed: usize,
    /// The instant of the last event, and how many there were at it.
    instant: SimTime,
    at_instant: u32,
    /// Events so far.
    events: u64,
    /// Messages so far, the warm-up's included.
    messages: u64,
}

impl Cell {
    /// An idle cell, to be [begun](Self::begin) before use.
    pub(super) fn new() -> Self {
        Self {
            calendar: Calendar::default(),
            workspace: Workspace::empty(),
            lines: Vec::new(),
            sources: Vec::new(),
            agents: Vec::new(),
            sessions: Slab::default(),
            flights: Slab::default(),
            tally: Tally::default(),
            renewed: 0,
            instant: SimTime::ZERO,
            at_instant: 0,
            events: 0,
            messages: 0,
        }
    }

    /// Begins workspace `index` of the group: pool and buckets full, agents created and enabled as
    /// far as the limits admit, in the order written.
    pub(super) fn begin(&mut self, world: &mut World<'_>, index: u32) {
        let model = world.model;
        let key = model.key.index(u64::from(index));
        self.calendar.clear();
        self.sources.clear();
        self.sessions.clear();
        self.flights.clear();
        (self.renewed, self.instant, self.at_instant) = (0, SimTime::ZERO, 0);
        (self.events, self.messages) = (0, 0);
        let agents = self.create_agents(world, key);
        let seats = model.seats.sample_whole(&mut key.name("seats").stream().at(0)).max(1);
        self.workspace.reset(&model.policy, agents, seats);
        self.tally.levels.limited = self.workspace.slots().limit().is_some();
        self.tally.levels.full = self.workspace.slots().full();
        if let Some(pool) = self.workspace.pool() {
            world.measures.pool_opened(&mut self.tally, pool.balance());
        }
        self.schedule_renewal(world);
        self.start_agents(world);
        self.begin_traffic(world);
    }

    /// Lays out the agents that the limit on their total admits; the rest are refused (rule R1).
    fn create_agents(&mut self, world: &mut World<'_>, key: Key) -> usize {
        let model = world.model;
        let declared: u32 = model.lines.iter().map(|line| line.count).sum();
        let admitted = declared.min(model.policy.plan().total_agents);
        self.tally.reset(world.frame.causes.len(), world.frame.withins.len(), admitted as usize);
        self.lines.clear();
        self.agents.clear();
        for (index, line) in model.lines.iter().enumerate() {
            let first = self.agents.len() as u32;
            let count = line.count.min(admitted - first);
            self.lines.push(Line::new(line, key, first, count));
            let line = index as u32;
            let agent = Agent { line, enabled: 0, disabled: 0, parked: NONE, last_parked: NONE };
            self.agents.extend(std::iter::repeat_n(agent, count as usize));
        }
        let refusal = crate::rules::Refusal::of(crate::rules::Reason::WorkspaceAgentLimit);
        for number in 0..declared {
            let refusal = (number >= admitted).then_some(&refusal);
            world.measures.create_tried(world.frame, &mut self.tally, SimTime::ZERO, refusal);
        }
        admitted as usize
    }

    /// When the next event is due, and what it does; `None` when the workspace is done.
    pub(super) fn next(&mut self) -> Option<(SimTime, Class)> {
        self.calendar.peek()
    }

    /// Lets the next event happen; `false` when there is none.
    #[inline]
    pub(super) fn step(&mut self, world: &mut World<'_>) -> Result<bool, EngineError> {
        let Some((now, event)) = self.calendar.pop() else { return Ok(false) };
        self.events += 1;
        if now > self.instant {
            self.instant = now;
            self.at_instant = 0;
        }
        self.at_instant += 1;
        if self.at_instant > MOST_AT_ONE_INSTANT {
            return Err(EngineError::Livelock {
                group: world.model.name.clone(),
                at: SimSpan::from_nanos(now.nanos()),
            });
        }
        match event {
            Event::Arrival { source } => self.arrival(world, source, now),
            Event::AtBackend { flight } => self.at_backend(world, flight, now),
            Event::Reply { flight } => self.reply(world, flight, now),
            Event::Turn { session } => self.turn(world, session, now),
            Event::Enable { agent } => self.enable(world, agent, now),
            Event::Disable { agent } => self.disable(world, agent, now),
            Event::Renew => self.renew(world, now),
        }
        Ok(true)
    }

    /// Ends the workspace: its books are closed and its tally is taken up.
    pub(super) fn finish(&mut self, world: &mut World<'_>) {
        self.read_fan(world, SimTime::NEVER);
        world.measures.finish(world.frame, &mut self.tally);
        // The pool keeps its own books; the tally recounted them from what it was told.
        if let (Some(pool), Some(credits)) = (self.workspace.pool(), &self.tally.credits) {
            assert_eq!(
                credits.closing(),
                pool.balance().wide(),
                "the books of a pool do not balance"
            );
        }
    }

    /// Events so far.
    pub(super) const fn events(&self) -> u64 {
        self.events
    }

    /// Messages so far, the warm-up's included.
    pub(super) const fn messages(&self) -> u64 {
        self.messages
    }

    fn schedule_renewal(&mut self, world: &World<'_>) {
        let at = world.model.renewals.instant(self.renewed);
        // Nothing is charged after arrivals have stopped, and the books are closed then.
        if self.workspace.pool().is_some() && at < world.model.until {
            self.calendar.schedule(at, Class::Frees, Event::Renew);
        }
    }

    fn renew(&mut self, world: &mut World<'_>, now: SimTime) {
        self.read_fan(world, now);
        let left = self.workspace.pool().map(crate::rules::CreditPool::balance);
        self.workspace.renew();
        self.renewed += 1;
        if let (Some(pool), Some(left)) = (self.workspace.pool(), left) {
            world.measures.renewed(world.frame, &mut self.tally, now, left, pool.balance());
        }
        self.schedule_renewal(world);
    }

    /// Reads the burn-down fan before a balance changes.
    #[inline]
    fn read_fan(&mut self, world: &mut World<'_>, now: SimTime) {
        if let Some(pool) = self.workspace.pool() {
            let (balance, included) = (pool.balance(), pool.included());
            world.measures.read_fan(&mut self.tally, now, balance, included);
        }
    }

    fn is_active(&self, agent: u32) -> bool {
        self.workspace.agent(agent as usize) == AgentState::Active
    }
}
