//! The oracle's way to play a scenario: a plain list of pending events, and every decision worked
//! out afresh from all that was written down so far.

mod messages;
mod opening;
mod retries;
mod routes;
mod rows;
mod waits;

use std::collections::BTreeMap;

use limitlab::random::{Distribution, Key};
use limitlab::scenario::{Drain, Group, Scenario};
use limitlab::workload::{AgentLine, TrafficKind};

pub(super) use self::rows::Trace;
use self::rows::{Named, Turn};
use super::late::Late;
use super::plans::Standing;
use super::record::Record;

/// Something that will happen.
struct Pending {
    at: u64,
    class: Class,
    space: usize,
    /// The order of scheduling.
    order: u64,
    event: Event,
}

/// The order of what happens at one instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Frees,
    Leaves,
    Expires,
    Renews,
    Changes,
    Buys,
    Ends,
    Takes,
}

#[derive(Clone, Copy)]
pub(super) enum Event {
    Renew,
    TrialEnds,
    PackageEnds {
        grant: usize,
        package: usize,
    },
    BuyByHand,
    Begin {
        entry: usize,
    },
    Undo {
        entry: usize,
    },
    Create {
        line: usize,
    },
    Delete {
        agent: usize,
    },
    /// At any agent of a line, or at a certain one.
    Arrival {
        line: usize,
        agent: Option<usize>,
    },
    Turn {
        talk: usize,
    },
    Enable {
        agent: usize,
    },
    Disable {
        agent: usize,
    },
    AtPlatform {
        attempt: usize,
    },
    /// After a wait at the platform's limits.
    AtBackend {
        attempt: usize,
    },
    /// The reply is back at the workspace, or the platform's refusal, or its customer left.
    Back {
        attempt: usize,
    },
    /// The backend is done with it.
    Served {
        attempt: usize,
    },
    /// Its customer will not wait for a limit any longer.
    LosesPatience {
        attempt: usize,
    },
    /// A message that was refused is tried again.
    TryAgain {
        of: Origin,
    },
    /// A row of a trace.
    Row {
        row: usize,
    },
}

/// Where a message comes from.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    pub(super) agent: usize,
    /// The line whose customer wrote it; the one after the last is that of the workspace's own.
    by: usize,
    /// Its number in the draws of those customers.
    number: u64,
    /// The conversation it belongs to, if more turns may follow.
    talk: Option<usize>,
    /// Its place in the record.
    message: usize,
    /// The backoff before the attempt, if another one was made before.
    backoff: Option<u64>,
    /// What it costs, if a trace says so.
    cost: Option<i128>,
}

/// A conversation: the message that is due or under way, and the turns after it.
struct Talk {
    by: usize,
    /// The one that the last message went to; `None` before the first one to any agent.
    agent: Option<usize>,
    number: u64,
    left: u64,
    /// The turns that a trace has left, the last one first.
    script: Vec<Turn>,
    /// What the turn that is due costs, if a trace says so.
    cost: Option<i128>,
}

/// An agent, and what its draws and its customers need.
#[derive(Default)]
pub(super) struct Agent {
    pub(super) line: usize,
    /// Its number in its line.
    number: u64,
    /// The place of the plan that the workspace had when it was created, of all that it had.
    pub(super) stint: usize,
    pub(super) actives: u64,
    pub(super) offlines: u64,
    /// Arrivals of its own so far.
    arrived: u64,
    /// Conversations whose next turn waits for the agent, in order.
    pub(super) parked: Vec<usize>,
    /// The next change of its state by habit, by its order of scheduling.
    pub(super) habit: Option<u64>,
}

impl Agent {
    pub(super) fn new(line: usize, number: u64, stint: usize) -> Self {
        Self { line, number, stint, ..Self::default() }
    }
}

/// What the play keeps of a workspace beside its record.
pub(super) struct Stage<'s> {
    pub(super) group: &'s Group,
    pub(super) key: Key,
    pub(super) seats: u64,
    pub(super) standing: Standing<'s>,
    /// Whether somebody is about to buy a package, and how often somebody was.
    pub(super) somebody_buys: bool,
    pub(super) noticed: u64,
    pub(super) agents: Vec<Agent>,
    /// Agents that are there from the start.
    first: usize,
    /// Arrivals and tries of churn so far, line by line.
    arrived: Vec<u64>,
    /// What rounding left of the exposure of the last arrival, by line or by agent.
    carried: BTreeMap<(usize, Option<usize>), f64>,
    pub(super) tries: Vec<u64>,
    talks: Vec<Talk>,
    /// Which message each attempt is of, in the order in which they were made.
    origins: Vec<Origin>,
    named: Named,
    /// Who waits for a slot, and since when.
    pub(super) waiting: Vec<(usize, u64)>,
    /// What entries of the timeline were done to which agents and will be undone.
    /// Which entry, which agent, and how many active periods that had begun.
    pub(super) done: Vec<(usize, usize, u64)>,
    /// What put the workspace on a plan, and which: an entry for its time, or anything for good.
    pub(super) held: Vec<(Option<usize>, usize)>,
}

impl Stage<'_> {
    /// Since when an agent waits for a slot.
    pub(super) fn waited(&self, agent: usize) -> Option<u64> {
        self.waiting.iter().find(|it| it.0 == agent).map(|it| it.1)
    }
}

pub(super) struct Play<'s> {
    pub(super) scenario: &'s Scenario,
    trace: &'s Trace,
    /// The line of agents that belong to none.
    strangers: &'s AgentLine,
    pub(super) until: u64,
    pub(super) delay: u64,
    pub(super) stages: Vec<Stage<'s>>,
    pending: Vec<Pending>,
    scheduled: u64,
    pub(super) record: Record,
    /// Who waits or is served where that is not known on arrival, and until when all that happened
    /// there is done.
    pub(super) late: Vec<Late>,
    pub(super) late_seen: u64,
    /// Where who is served takes turns: those whose turn comes, first the next one, each with its
    /// servers.
    pub(super) rounds: Vec<(usize, usize)>,
}

/// Plays a scenario to its end, with what a trace has for it.
pub(super) fn play(scenario: &Scenario, trace: &Trace) -> Record {
    let strangers = AgentLine::new("agents that traces create", 0);
    let mut play = Play::new(scenario, trace, &strangers);
    for row in 0..trace.len() {
        let (at, class, space) = trace.place(row);
        play.schedule(at, class, space, Event::Row { row });
    }
    for (number, group) in scenario.groups.iter().enumerate() {
        for index in 0..u64::from(group.count) {
            play.open(number, group, index);
        }
    }
    loop {
        if let Some(at) = play.next_late()
            && play.pending.iter().all(|it| at <= it.at)
        {
            play.happen_late(at);
            continue;
        }
        let Some(next) = play.take_next() else { break };
        let (space, now) = (next.space, next.at);
        match next.event {
            Event::Arrival { line, agent } => play.arrival(space, line, agent, now),
            Event::Turn { talk } => play.turn(space, talk, now),
            Event::Enable { agent } => {
                if play.take_habit(space, agent, next.order) {
                    play.enable(space, agent, now);
                }
            }
            Event::Disable { agent } => {
                if play.take_habit(space, agent, next.order) {
                    play.disable(space, agent, now);
                }
            }
            Event::Create { line } => play.create_by_churn(space, line, now),
            Event::Delete { agent } => play.delete(space, agent, now),
            Event::Begin { entry } => play.begin(space, entry, now),
            Event::Undo { entry } => play.undo(space, entry, now),
            Event::AtPlatform { attempt } => play.at_platform(space, attempt, now),
            Event::AtBackend { attempt } => play.at_backend(space, attempt, now),
            Event::Served { attempt } => {
                play.leave_platform(space, attempt);
                play.let_in_over_everybody(now);
            }
            Event::Back { attempt } => play.back(space, attempt, now),
            Event::LosesPatience { attempt } => {
                play.loses_patience(space, attempt, next.order, now);
            }
            Event::TryAgain { of } => play.try_again(space, of, now),
            Event::Row { row } => play.row(space, row, now),
            Event::Renew => play.renew(space, next.order, now),
            Event::TrialEnds => play.trial_ends(space, next.order, now),
            Event::PackageEnds { grant, package } => play.package_ends(space, grant, package, now),
            Event::BuyByHand => play.buy_by_hand(space, now),
        }
    }
    for (space, stage) in play.record.spaces.iter_mut().zip(&play.stages) {
        space.waiting = stage.waiting.len();
    }
    play.record
}

impl<'s> Play<'s> {
    /// A play in which nothing has happened.
    fn new(scenario: &'s Scenario, trace: &'s Trace, strangers: &'s AgentLine) -> Self {
        Self {
            scenario,
            trace,
            strangers,
            until: scenario.duration.nanos(),
            delay: scenario.backend.as_ref().map_or(0, |backend| backend.network_delay.nanos()),
            stages: Vec::new(),
            pending: Vec::new(),
            scheduled: 0,
            record: Record {
                spaces: Vec::new(),
                services: Vec::new(),
                counted: BTreeMap::new(),
                visits: Vec::new(),
            },
            late: Vec::new(),
            late_seen: 0,
            rounds: Vec::new(),
        }
    }

    /// Who writes to the agents of a line, or to the workspace.
    fn customers(&self, space: usize, line: usize) -> Option<&'s TrafficKind> {
        let group = self.stages[space].group;
        let traffic = match group.lines.get(line) {
            Some(line) => line.traffic.as_ref(),
            None if line > group.lines.len() => None,
            None => group.customers.as_ref().map(|all| &all.traffic),
        };
        traffic.map(|traffic| &traffic.kind)
    }

    /// What keys the draws of the customers of a line, or of the workspace.
    fn key(&self, space: usize, by: usize) -> Key {
        let stage = &self.stages[space];
        let line = stage.group.lines.get(by);
        let other = match by - stage.group.lines.len().min(by) {
            0 => "customers of the workspace",
            _ => self.strangers.name.as_str(),
        };
        stage.key.name(line.map_or(other, |line| &line.name))
    }

    /// The agents of a line that are there from the start.
    fn own(&self, space: usize, line: usize) -> Vec<usize> {
        let agents = &self.stages[space].agents;
        (0..self.stages[space].first).filter(|&agent| agents[agent].line == line).collect()
    }

    pub(super) fn line(&self, space: usize, agent: usize) -> &'s AgentLine {
        let stage = &self.stages[space];
        stage.group.lines.get(stage.agents[agent].line).unwrap_or(self.strangers)
    }

    /// A draw of the customers of a line, or of the workspace.
    fn drawn(&self, space: usize, by: usize, law: &Distribution, what: &str, n: u64) -> u64 {
        draw(law, self.key(space, by).name(what), n)
    }

    /// A draw of an agent's own.
    pub(super) fn period(
        &self,
        space: usize,
        agent: usize,
        law: &Distribution,
        what: &str,
        n: u64,
    ) -> u64 {
        let stage = &self.stages[space];
        let line = stage.key.name(&self.line(space, agent).name);
        draw(law, line.index(stage.agents[agent].number).name(what), n)
    }

    /// What is in flight at the end is finished, and for that only messages are tried again and
    /// pools renew. Answers the order of scheduling.
    pub(super) fn schedule(&mut self, at: u64, class: Class, space: usize, event: Event) -> u64 {
        let goes_on = match event {
            Event::AtPlatform { .. }
            | Event::AtBackend { .. }
            | Event::Served { .. }
            | Event::Back { .. }
            | Event::LosesPatience { .. } => true,
            Event::TryAgain { .. } | Event::Renew | Event::PackageEnds { .. } => {
                self.scenario.drain == Drain::Finish
            }
            _ => false,
        };
        let order = self.scheduled;
        self.scheduled += 1;
        if at < self.until || goes_on {
            self.pending.push(Pending { at, class, space, order, event });
        }
        order
    }

    fn take_next(&mut self) -> Option<Pending> {
        let is_pools = |it: &Pending| matches!(it.event, Event::Renew | Event::PackageEnds { .. });
        if self.late.is_empty() && self.pending.iter().all(|it| it.at >= self.until && is_pools(it))
        {
            return None;
        }
        let key = |it: &Pending| (it.at, it.class, it.space, it.order);
        let least = (0..self.pending.len()).min_by_key(|&index| key(&self.pending[index]))?;
        Some(self.pending.swap_remove(least))
    }
}

/// Draw number `n` of the stream of `key`.
pub(super) fn draw(law: &Distribution, key: Key, n: u64) -> u64 {
    law.sampler().sample_whole(&mut key.stream().at(n))
}
