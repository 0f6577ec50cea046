//! What the oracle writes down: everything that happened, nothing worked out.

use std::collections::BTreeMap;

use limitlab::rules::{AgentState, Package, Reason};

use super::backends::ServersChange;
use super::deeds::Done;
use super::limiters::Mark;
use super::pool::Pool;

/// A played scenario. All times are nanoseconds from the start.
pub(super) struct Record {
    /// All workspaces, in the scenario's order.
    pub(super) spaces: Vec<Space>,
    /// All services, in the order in which the attempts reached their backend.
    pub(super) services: Vec<Service>,
    /// What was counted in limits of a rate, limit by limit.
    pub(super) counted: BTreeMap<Limit, Vec<Mark>>,
    /// All attempts that passed the platform's limits, in the order in which they did.
    pub(super) visits: Vec<Visit>,
}

/// A limit: whose it is, and the place of the first of its name in the list that it stands in.
pub(super) type Limit = (Owner, usize);

/// Who shares a limit, workspaces by their places in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Agent {
        space: usize,
        agent: usize,
    },
    Space(usize),
    /// By its place among the plans of all groups.
    Plan(usize),
    Everybody,
}

/// The stay of an attempt at the platform.
pub(super) struct Visit {
    /// Whose attempt it is, and which, as a place among those of its workspace.
    pub(super) space: usize,
    pub(super) attempt: usize,
    /// The limits of scope plan and platform in which it holds a place, or waits for one.
    pub(super) places: Vec<Limit>,
    /// Whether it has given them back.
    pub(super) left: bool,
}

/// One workspace.
pub(super) struct Space {
    /// Its group's place in the scenario.
    pub(super) group: usize,
    /// What can be bought.
    pub(super) packages: Vec<Package>,
    /// How many packages it buys at the start.
    pub(super) at_start: usize,
    /// What was done to its pool; nothing where no credits are counted.
    pub(super) deeds: Vec<Done>,
    /// In the order in which they were due.
    pub(super) messages: Vec<Message>,
    /// In the order in which they were made.
    pub(super) attempts: Vec<Attempt>,
    /// Attempts in the order in which they were decided upon, as places in `attempts`.
    pub(super) decided: Vec<usize>,
    pub(super) creates: Vec<Create>,
    pub(super) enables: Vec<Enable>,
    pub(super) seats: u64,
    /// On which plans it was, the first one first.
    pub(super) stays: Vec<Stay>,
    /// How many agents may be active from when on.
    pub(super) limits: Vec<(u64, Option<u32>)>,
    /// Other numbers of servers of its own than the backend's.
    pub(super) servers: Vec<ServersChange>,
    /// When a change of plan or a trial's end took an agent offline.
    pub(super) taken_offline: Vec<u64>,
    /// Agents that wait for a slot in the end.
    pub(super) waiting: usize,
    /// What is no agent: it is always there and counts nowhere.
    pub(super) features: Vec<usize>,
    /// Every change of a state, the initial states first.
    pub(super) changes: Vec<Change>,
}

/// From when on a workspace has a plan.
pub(super) struct Stay {
    pub(super) at: u64,
    /// Its place in the group's list; `None` is none, since a trial has ended.
    pub(super) plan: Option<usize>,
    /// From when its subscription is counted.
    pub(super) anchor: i128,
}

/// A message.
pub(super) struct Message {
    pub(super) agent: usize,
    /// Whether a customer of the workspace wrote it, so that it might have gone to another agent.
    pub(super) routed: bool,
    /// The instant of its first attempt.
    pub(super) due: u64,
    /// Its attempts in order, as places in the workspace's.
    pub(super) attempts: Vec<usize>,
    /// That it was given up, or will be if nothing cuts it off before.
    pub(super) loss: Option<Loss>,
}

/// A message was given up.
#[derive(Clone, Copy)]
pub(super) struct Loss {
    pub(super) at: u64,
    /// Whether because its customer's patience had ended.
    pub(super) timed_out: bool,
}

/// One try of a message.
pub(super) struct Attempt {
    /// As a place in the workspace's messages.
    pub(super) message: usize,
    pub(super) agent: usize,
    pub(super) at: u64,
    pub(super) fate: Fate,
    /// Limits that only report and would have refused it, each by its name and when that was.
    pub(super) reported: Vec<(String, u64)>,
    /// Limits of its workspace in which it holds no place, since it was above them.
    pub(super) skips: Vec<Limit>,
    /// Limits for a place in which it waits: of its workspace, or those of the platform.
    pub(super) queues: Vec<Limit>,
    /// When limits that shape let it go on.
    pub(super) goes_on: u64,
    /// The end of its customer's patience while it waits, by its order of scheduling.
    pub(super) patience: Option<u64>,
    /// Its stay at the platform, as a place in the record.
    pub(super) visit: Option<usize>,
    /// Whether it is over: its reply or refusal is back, or its customer gave it up.
    pub(super) over: bool,
}

/// What became of an attempt.
#[derive(Clone)]
pub(super) enum Fate {
    /// It was refused on arrival.
    Refused(Refusal),
    /// It was admitted by the workspace, and waits or is on its way to the backend.
    Underway,
    /// It is at the backend, and it is not known what becomes of it.
    AtBackend,
    /// The platform refused it at `at`, which is known to the workspace at `back`.
    TurnedAway { at: u64, back: u64, why: Refusal },
    /// It waited at a limit or at the backend until its customer gave it up at `left`.
    GivenUp { left: u64 },
    /// It was served.
    Served { started: u64, ended: u64, back: u64 },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    pub(super) limiter: Option<String>,
    pub(super) retry_after: Option<u64>,
}

/// The stay of one attempt at a backend.
pub(super) struct Service {
    /// Its workspace, as a place in the record.
    pub(super) space: usize,
    pub(super) arrived: u64,
    /// When it left the queue: to be served, or for good.
    pub(super) left: u64,
    /// When it was served; `None` if it never was.
    pub(super) ended: Option<u64>,
}

impl Service {
    /// Whether it waits after everything that happens at `at`.
    pub(super) fn waits(&self, at: u64) -> bool {
        self.arrived <= at && at < self.left
    }

    /// Whether it has a server after everything that frees at `at` has freed.
    pub(super) fn is_served(&self, at: u64) -> bool {
        self.left <= at && self.ended.is_some_and(|ended| at < ended)
    }
}

/// A try to enable an agent.
pub(super) struct Enable {
    pub(super) at: u64,
    pub(super) refused: Option<Reason>,
    /// How long it had waited for a slot, if it had and got one.
    pub(super) waited: Option<u64>,
}

/// A try to create an agent.
pub(super) struct Create {
    pub(super) at: u64,
    pub(super) refused: bool,
}

/// An agent changed its state.
pub(super) struct Change {
    pub(super) at: u64,
    pub(super) agent: usize,
    /// `None` is deleted.
    pub(super) to: Option<AgentState>,
}

impl Attempt {
    /// Whether the workspace admitted it, and so took tokens, places and credits.
    fn taken(&self) -> bool {
        !matches!(self.fate, Fate::Refused(_))
    }

    /// Whether it holds its places.
    pub(super) fn in_flight(&self) -> bool {
        self.taken() && !self.over
    }
}

impl Space {
    /// The pool after all that was done to it so far.
    pub(super) fn pool(&self) -> Pool {
        Pool::after(&self.deeds, &self.packages)
    }

    /// The pool just before anything happens at `now`; it is opened before everything.
    pub(super) fn pool_before(&self, now: u64) -> Pool {
        let (opened, later) = self.deeds.split_at(1.min(self.deeds.len()));
        let before = later.iter().take_while(|it| it.at < now);
        Pool::after(opened.iter().chain(before), &self.packages)
    }

    /// What was done to the pool before its books closed at `until`.
    pub(super) fn booked(&self, until: u64) -> &[Done] {
        let closed = self.deeds.iter().position(|it| it.at >= until);
        &self.deeds[..closed.unwrap_or(self.deeds.len())]
    }

    /// The state of an agent: the last that was written down; `None` if it was deleted.
    pub(super) fn state(&self, agent: usize) -> Option<AgentState> {
        if self.features.contains(&agent) {
            return Some(AgentState::Active);
        }
        let last = self.changes.iter().rev().find(|change| change.agent == agent);
        last.expect("every agent has an initial state").to
    }

    /// How many agents may be active after all that happened until and at `now`.
    pub(super) fn limit(&self, now: u64) -> Option<u32> {
        self.limits.iter().rev().find(|it| it.0 <= now)?.1
    }

    /// Agents that are active.
    pub(super) fn active(&self, agents: usize) -> usize {
        let agents = (0..agents).filter(|agent| !self.features.contains(agent));
        agents.filter(|&agent| self.state(agent) == Some(AgentState::Active)).count()
    }

    /// Agents that exist after all that happened until and at `now`.
    pub(super) fn exist(&self, now: u64) -> usize {
        let states = [AgentState::Active, AgentState::Offline, AgentState::Draft];
        states.into_iter().map(|state| self.count_in(state, now)).sum()
    }

    /// Agents in a state after all that happened until and at `now`.
    pub(super) fn count_in(&self, state: AgentState, now: u64) -> usize {
        let agents = self.changes.iter().map(|change| change.agent + 1).max().unwrap_or(0);
        let last = |agent: usize| {
            let mut own = self.changes.iter().filter(|it| it.agent == agent && it.at <= now);
            own.next_back().and_then(|change| change.to)
        };
        (0..agents).filter(|&agent| last(agent) == Some(state)).count()
    }
}
