//! A cell: one workspace in simulation, with the calendar of its events.

mod agents;
mod attempt;
mod charging;
mod credits;
mod customers;
mod enabling;
mod ending;
mod enforce;
mod faults;
mod hearing;
mod journal;
mod letters;
mod nodes;
mod plan;
mod population;
mod records;
mod replay;
mod retry;
mod route;
mod service;
mod step;
mod timeline;
mod waits;

use std::collections::VecDeque;

use indexmap::IndexMap;

use self::enforce::Ask;
use self::faults::Lost;
use self::journal::Told;
pub(super) use self::letters::Post;
pub(super) use self::records::Admission;
use self::records::{Agent, End, Flight, Held, Message, Session};
use self::replay::Turn;
use self::retry::Pending;
pub(super) use self::service::{FULL, measure_fate};
use self::timeline::outages;
pub(super) use self::waits::Waiter;
use super::calendar::{Calendar, Class, Ticket};
use super::journal::Scribe;
use super::lines::{Line, Source};
use super::model::GroupModel;
use super::servers::Servers;
use super::slab::Slab;
use super::station::Station;
use crate::enforcement::Enforcer;
use crate::measure::{BackendMeasures, GroupFrame, GroupMeasures, Tally};
use crate::random::Key;
use crate::rules::{Platform, Workspace};
use crate::units::{SimSpan, SimTime};
use crate::workload::Steps;

/// No record.
const NONE: u32 = u32::MAX;

/// What happens in a cell.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// The plan's credits renew.
    Renew,
    /// A package ends, or begins anew.
    PackageEnds { grant: u32 },
    /// Somebody buys a package who saw that credits had run out.
    BuyByHand,
    /// The trial ends.
    TrialEnds,
    /// An entry of the timeline happens.
    Begin { entry: u32 },
    /// An entry of the timeline is undone.
    Undo { entry: u32 },
    /// An agent is disabled, by its own habit.
    Disable { agent: u32 },
    /// An agent is deleted.
    Delete { agent: u32 },
    /// The reply to an attempt, or its refusal by the backend, is back at the workspace.
    Reply { flight: u32 },
    /// Somebody tries to enable an agent, by its own habit.
    Enable { agent: u32 },
    /// Somebody tries to create an agent of a line.
    Create { line: u32 },
    /// The next arrival of a source: a message, or the first turn of a conversation.
    Arrival { source: u32 },
    /// The next turn of a conversation.
    Turn { session: u32 },
    /// A message that was refused is tried again.
    Retry { pending: u32 },
    /// An attempt arrives at the platform: at its limiters, and at the backend.
    AtPlatform { flight: u32 },
    /// An attempt of a message that counts, or of one that does not, arrives at a platform that admits
    /// everything.
    Admitted { counts: bool },
    /// An attempt that the platform's limiters held back arrives at the backend.
    AtBackend { flight: u32 },
    /// The backend is done with an attempt, which frees places of the platform's limiters.
    Served { flight: u32 },
    /// The customer of an attempt that waits for a limiter gives it up.
    LosesPatience { flight: u32 },
    /// Credits were held for an attempt for as long as they may be.
    HoldExpires { hold: u32 },
    /// Somebody finds that an attempt is over of which nobody heard.
    Found { lost: u32 },
    /// Agents that wait for a slot try again.
    WaitingTry,
    /// What is asked for reaches those who decide.
    Reach { ask: u32 },
    /// Nobody could decide what is asked for in time.
    Undecided { ask: u32 },
    /// What was asked for is decided.
    Decide { ask: u32 },
    /// What was decided is acted upon.
    Act { ask: u32 },
}

/// What a cell acts upon besides itself.
pub(super) struct World<'a> {
    pub(super) model: &'a GroupModel,
    pub(super) frame: &'a GroupFrame,
    pub(super) measures: &'a mut GroupMeasures,
    /// The servers: the workspace's own, or the platform's.
    pub(super) servers: Option<&'a mut Servers>,
    /// The station in their place, where completions are events.
    pub(super) station: Option<&'a mut Station>,
    /// The number of the workspace among those that meet.
    pub(super) number: u32,
    /// The limits over everybody.
    pub(super) limits: Option<&'a mut Platform>,
    /// Where the platform's servers are measured, if they are the platform's.
    pub(super) platform: Option<&'a mut BackendMeasures>,
    /// Where decisions are written.
    pub(super) journal: Option<&'a mut (dyn Scribe + 'a)>,
    /// Where requests are sent to a platform whose servers and limits are not here.
    pub(super) post: Option<Post<'a>>,
}

impl World<'_> {
    /// Whether something waits for the end of an attempt.
    fn awaits_end(&self) -> bool {
        self.model.awaits_replies
            || self.journal.is_some()
            || self.model.hears_of_ends()
            || self.limits.as_ref().is_some_and(|it| it.holds_places())
    }
}

/// One workspace in simulation. Reused for the next one, so that nothing is allocated anew.
pub(super) struct Cell {
    calendar: Calendar<Event>,
    workspace: Workspace,
    /// Who decides, where that is not the ideal.
    enforcer: Option<Box<Enforcer>>,
    /// What is asked for and not acted upon yet.
    asks: Slab<Ask>,
    lines: Vec<Line>,
    /// Streams of arrivals.
    sources: Vec<Source>,
    /// What the timeline does to arrivals.
    factors: Steps,
    agents: Vec<Agent>,
    /// Attempts to each agent that were admitted and are not over, where replies are awaited.
    in_flight: Vec<u32>,
    /// What was asked of nodes that concerns each agent, where there are nodes.
    deeds: Vec<u32>,
    sessions: Slab<Session>,
    flights: Slab<Flight>,
    holds: Slab<Held>,
    lost: Slab<Lost>,
    /// Messages that may be charged twice, by their numbers in the workspace, and how often each was
    /// charged.
    charges: IndexMap<u64, u32>,
    /// Held at the moment, and not to be charged \[thousandths\].
    in_vain: i128,
    /// The agent that the last message of the workspace's customers went to, or [`NONE`].
    routed: u32,
    /// The agents that the names of traces mean now, or [`NONE`].
    named: Vec<u32>,
    /// Messages that traces had for each line so far.
    recorded: Vec<u64>,
    /// Turns that traces have for conversations that are under way.
    script: Slab<Turn>,
    /// Messages between two tries.
    pending: Slab<Pending>,
    tally: Tally,
    /// The key of the workspace's draws.
    key: Key,
    /// Agents that wait for a slot, first come first served.
    waiting: VecDeque<u32>,
    /// Enables so far.
    enables: u64,
    /// The event of the next renewal, and of the trial's end.
    renewal: Ticket,
    trial: Ticket,
    /// Since when the workspace has its plan and was not billed for it.
    billed: SimTime,
    /// From when on the period of the plan's price is known, when it ends, and how long it is.
    price_period: Option<(SimTime, SimTime, SimSpan)>,
    /// Packages bought automatically and by hand in this period.
    bought: (u32, u32),
    /// Whether somebody is about to buy a package, and how often somebody was.
    buyer: (bool, u64),
    /// What entries of the timeline did that will be undone: the entry, the agent, and which of its
    /// active periods was its last one.
    to_undo: Vec<(u32, u32, u32)>,
    /// The plans that the workspace was put on and would be on if those after them did not hold any
    /// more: the entry for whose time it is, or [`NONE`] for good, and the plan. The last one holds.
    plans: Vec<(u32, u32)>,
    /// Agents or grants that are being gone through.
    scratch: Vec<u32>,
    /// The instant of the last event, and how many there were at it.
    instant: SimTime,
    at_instant: u32,
    /// Events so far.
    events: u64,
    /// Messages so far, the warm-up's included.
    messages: u64,
    told: Told,
}

impl Cell {
    /// An idle cell, to be [begun](Self::begin) before use.
    pub(super) fn new() -> Self {
        Self {
            calendar: Calendar::default(),
            workspace: Workspace::empty(),
            enforcer: None,
            asks: Slab::default(),
            lines: Vec::new(),
            sources: Vec::new(),
            factors: Steps::NONE,
            agents: Vec::new(),
            in_flight: Vec::new(),
            deeds: Vec::new(),
            sessions: Slab::default(),
            flights: Slab::default(),
            holds: Slab::default(),
            lost: Slab::default(),
            charges: IndexMap::new(),
            in_vain: 0,
            routed: NONE,
            named: Vec::new(),
            recorded: Vec::new(),
            script: Slab::default(),
            pending: Slab::default(),
            tally: Tally::default(),
            key: Key::root(0),
            waiting: VecDeque::new(),
            enables: 0,
            renewal: Ticket::NONE,
            trial: Ticket::NONE,
            billed: SimTime::ZERO,
            price_period: None,
            bought: (0, 0),
            buyer: (false, 0),
            to_undo: Vec::new(),
            plans: Vec::new(),
            scratch: Vec::new(),
            instant: SimTime::ZERO,
            at_instant: 0,
            events: 0,
            messages: 0,
            told: Told::default(),
        }
    }

    /// Begins the workspace of the group whose draws are keyed by `key`: pool and buckets full,
    /// agents created and enabled as far as the limits admit, in the order written.
    /// The nodes that decide are those of a replication, whose draws are keyed by `nodes`.
    pub(super) fn begin(&mut self, world: &mut World<'_>, (key, nodes): (Key, Key)) {
        self.key = key;
        self.calendar.clear();
        self.sources.clear();
        self.sessions.clear();
        self.flights.clear();
        self.holds.clear();
        self.lost.clear();
        self.charges.clear();
        self.in_vain = 0;
        self.asks.clear();
        self.routed = NONE;
        self.pending.clear();
        self.waiting.clear();
        self.to_undo.clear();
        (self.instant, self.at_instant) = (SimTime::ZERO, 0);
        (self.events, self.messages, self.enables) = (0, 0, 0);
        let frame = world.frame;
        self.tally.reset(frame);
        if frame.by_workspace {
            self.tally.blocked.get_or_insert_default();
        }
        self.found(world);
        if let Some(enforcement) = world.model.enforcement {
            let enforcer = || Box::new(Enforcer::new(enforcement));
            let enforcer = self.enforcer.get_or_insert_with(enforcer);
            let outages = outages(world.model, key);
            enforcer.begin(&world.model.book, &self.workspace, (key, nodes), outages);
        }
        self.begin_log(world);
        self.schedule_timeline(world);
        self.open_servers(world);
        self.populate(world);
        self.open_pool(world);
        self.start_agents(world);
        self.begin_traffic(world);
        self.begin_replay(world.model);
    }

    /// When the next event is due, and what it does; `None` when the workspace is done.
    pub(super) fn next(&mut self) -> Option<(SimTime, Class)> {
        self.calendar.peek()
    }

    /// Schedules an event unless it would begin after arrivals have stopped.
    fn schedule_in_time(
        &mut self,
        world: &World<'_>,
        at: SimTime,
        class: Class,
        event: Event,
    ) -> Ticket {
        if at < world.model.until {
            self.calendar.schedule(at, class, event)
        } else {
            Ticket::BEYOND
        }
    }

    fn is_active(&self, agent: u32) -> bool {
        self.workspace.is_active(agent as usize)
    }
}
