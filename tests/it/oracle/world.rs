//! The oracle's way to play a scenario: a plain list of pending events, and every decision worked
//! out afresh from all that was written down so far.

use limitlab::random::{Distribution, Key};
use limitlab::rules::{AgentState, Reason};
use limitlab::scenario::{Group, Scenario};
use limitlab::workload::{AgentLine, OnLost, OnRefused, TrafficKind, WhileOffline};

use super::record::{Change, Enable, Fate, Message, Record, Service, Space};

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
    Expires,
    Renews,
    Buys,
    Takes,
}

#[derive(Clone, Copy)]
pub(super) enum Event {
    Renew,
    PackageEnds {
        grant: usize,
        package: usize,
    },
    BuyByHand,
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
    AtBackend {
        message: usize,
        of: Origin,
    },
    /// The backend's refusal is known to the workspace.
    Back {
        message: usize,
        of: Origin,
    },
}

/// Where a message comes from.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    agent: usize,
    /// Its number in its line's draws.
    number: u64,
    /// The conversation it belongs to, if more turns may follow.
    talk: Option<usize>,
}

/// A conversation: the message that is due or under way, and the turns after it.
struct Talk {
    agent: usize,
    number: u64,
    left: u64,
}

/// An agent, and what its draws and its customers need.
struct Agent {
    line: usize,
    /// Its number in its line.
    number: u64,
    actives: u64,
    offlines: u64,
    /// Arrivals of its own so far.
    arrived: u64,
    /// Conversations whose next turn waits for the agent, in order.
    parked: Vec<usize>,
}

/// What the play keeps of a workspace beside its record.
pub(super) struct Stage<'s> {
    pub(super) group: &'s Group,
    pub(super) key: Key,
    pub(super) seats: u64,
    /// Whether somebody is about to buy a package, and how often somebody was.
    pub(super) somebody_buys: bool,
    pub(super) noticed: u64,
    agents: Vec<Agent>,
    /// Arrivals so far, line by line.
    arrived: Vec<u64>,
    talks: Vec<Talk>,
}

pub(super) struct Play<'s> {
    pub(super) scenario: &'s Scenario,
    until: u64,
    pub(super) delay: u64,
    pub(super) stages: Vec<Stage<'s>>,
    pending: Vec<Pending>,
    scheduled: u64,
    pub(super) record: Record,
}

/// Plays a scenario to its end.
pub(super) fn play(scenario: &Scenario) -> Record {
    let mut play = Play {
        scenario,
        until: scenario.duration.nanos(),
        delay: scenario.backend.as_ref().map_or(0, |backend| backend.network_delay.nanos()),
        stages: Vec::new(),
        pending: Vec::new(),
        scheduled: 0,
        record: Record { spaces: Vec::new(), services: Vec::new() },
    };
    for (number, group) in scenario.groups.iter().enumerate() {
        for index in 0..u64::from(group.count) {
            play.open(number, group, index);
        }
    }
    while let Some(next) = play.take_next() {
        let (space, now) = (next.space, next.at);
        match next.event {
            Event::Arrival { line, agent } => play.arrival(space, line, agent, now),
            Event::Turn { talk } => play.turn(space, talk, now),
            Event::Enable { agent } => play.enable(space, agent, now),
            Event::Disable { agent } => play.disable(space, agent, now),
            Event::AtBackend { message, of } => play.at_backend(space, message, of, now),
            Event::Back { message, of } => {
                play.give_back(space, message, now);
                play.lost(space, of, now);
            }
            Event::Renew => play.renew(space, now),
            Event::PackageEnds { grant, package } => play.package_ends(space, grant, package, now),
            Event::BuyByHand => play.buy_by_hand(space, now),
        }
    }
    play.record
}

impl<'s> Play<'s> {
    /// Creates a workspace and its agents, and lets those start active that find a slot.
    fn open(&mut self, number: usize, group: &'s Group, index: u64) {
        let key = Key::root(self.scenario.seed).index(0).name(&group.name).index(index);
        let seats = draw(&group.seats, key.name("seats"), 0).max(1);
        let mut agents = Vec::new();
        for (line, declared) in group.lines.iter().enumerate() {
            for number in 0..u64::from(declared.count) {
                let (actives, offlines, arrived, parked) = (0, 0, 0, Vec::new());
                agents.push(Agent { line, number, actives, offlines, arrived, parked });
            }
        }
        let declared = agents.len();
        agents.truncate(group.plans[0].plan.total_agents as usize);
        let arrived = vec![0; group.lines.len()];
        self.record.spaces.push(Space {
            group: number,
            declared,
            packages: self.scenario.packages.clone(),
            deeds: Vec::new(),
            messages: Vec::new(),
            decided: Vec::new(),
            enables: Vec::new(),
            changes: Vec::new(),
        });
        let exist = agents.len();
        let (somebody_buys, noticed, talks) = (false, 0, Vec::new());
        self.stages.push(Stage {
            group,
            key,
            seats,
            somebody_buys,
            noticed,
            agents,
            arrived,
            talks,
        });
        let space = self.stages.len() - 1;
        self.open_pool(space);
        for agent in 0..exist {
            let draft = self.line(space, agent).start == AgentState::Draft;
            let to = if draft { AgentState::Draft } else { AgentState::Offline };
            self.record.spaces[space].changes.push(Change { at: 0, agent, to });
        }
        for agent in 0..exist {
            match self.line(space, agent).start {
                AgentState::Active => self.enable(space, agent, 0),
                AgentState::Offline => self.go_offline(space, agent, 0),
                AgentState::Draft => {
                    let activity = self.line(space, agent).activity.as_ref();
                    if let Some(law) = activity.and_then(|it| it.draft.as_ref()) {
                        let at = self.period(space, agent, law, "draft", 0);
                        self.schedule(at, Class::Takes, space, Event::Enable { agent });
                    }
                }
            }
        }
        for line in 0..group.lines.len() {
            self.open_line(space, line);
        }
    }

    /// Customers begin to write to the agents of a line.
    fn open_line(&mut self, space: usize, line: usize) {
        let Some(kind) = self.customers(space, line) else { return };
        let own = self.own(space, line);
        match kind {
            TrafficKind::Rate(_) | TrafficKind::Sessions { .. } => {
                if !own.is_empty() {
                    self.next_arrival(space, line, None, 0);
                }
            }
            TrafficKind::Interarrival(_) => {
                for agent in own {
                    self.next_arrival(space, line, Some(agent), 0);
                }
            }
            TrafficKind::Closed { users, think } => {
                for agent in own {
                    for user in 0..u64::from(*users) {
                        let before = self.stages[space].agents[agent].number * u64::from(*users);
                        let number = (before + user) << 40;
                        let at = self.drawn(space, agent, think, "think", number);
                        let talk = Talk { agent, number: number + 1, left: u64::MAX };
                        self.stages[space].talks.push(talk);
                        let talk = self.stages[space].talks.len() - 1;
                        self.schedule(at, Class::Takes, space, Event::Turn { talk });
                    }
                }
            }
        }
    }

    /// Who writes to the agents of a line.
    fn customers(&self, space: usize, line: usize) -> Option<&'s TrafficKind> {
        self.stages[space].group.lines[line].traffic.as_ref().map(|traffic| &traffic.kind)
    }

    /// The agents of a line.
    fn own(&self, space: usize, line: usize) -> Vec<usize> {
        let agents = &self.stages[space].agents;
        (0..agents.len()).filter(|&agent| agents[agent].line == line).collect()
    }

    fn line(&self, space: usize, agent: usize) -> &'s AgentLine {
        let stage = &self.stages[space];
        &stage.group.lines[stage.agents[agent].line]
    }

    /// A draw of an agent's line.
    fn drawn(&self, space: usize, agent: usize, law: &Distribution, what: &str, n: u64) -> u64 {
        draw(law, self.stages[space].key.name(&self.line(space, agent).name).name(what), n)
    }

    /// A draw of an agent's own.
    fn period(&self, space: usize, agent: usize, law: &Distribution, what: &str, n: u64) -> u64 {
        let stage = &self.stages[space];
        let line = stage.key.name(&self.line(space, agent).name);
        draw(law, line.index(stage.agents[agent].number).name(what), n)
    }

    /// Nothing but replies and the ways to and from the backend happens at the end or later.
    pub(super) fn schedule(&mut self, at: u64, class: Class, space: usize, event: Event) {
        let goes_on = matches!(event, Event::AtBackend { .. } | Event::Back { .. });
        if at < self.until || goes_on {
            let order = self.scheduled;
            self.scheduled += 1;
            self.pending.push(Pending { at, class, space, order, event });
        }
    }

    fn take_next(&mut self) -> Option<Pending> {
        let key = |it: &Pending| (it.at, it.class, it.space, it.order);
        let least = (0..self.pending.len()).min_by_key(|&index| key(&self.pending[index]))?;
        Some(self.pending.swap_remove(least))
    }

    fn next_arrival(&mut self, space: usize, line: usize, agent: Option<usize>, now: u64) {
        let stage = &self.stages[space];
        let key = stage.key.name(&stage.group.lines[line].name);
        let gap = match self.customers(space, line) {
            Some(TrafficKind::Rate(rate) | TrafficKind::Sessions { rate, .. }) => {
                let agents = self.own(space, line).len() as f64;
                let mean = rate.per().nanos() as f64 / rate.events() as f64 / agents;
                let law = Distribution::Exponential { mean };
                draw(&law, key.name("arrivals"), stage.arrived[line])
            }
            Some(TrafficKind::Interarrival(law)) => {
                let agent = &stage.agents[agent.expect("each agent has its own arrivals")];
                draw(law, key.index(agent.number).name("arrivals"), agent.arrived)
            }
            Some(TrafficKind::Closed { .. }) | None => unreachable!("nothing arrives"),
        };
        self.schedule(now + gap, Class::Takes, space, Event::Arrival { line, agent });
    }

    fn arrival(&mut self, space: usize, line: usize, to: Option<usize>, now: u64) {
        let own = self.own(space, line);
        let stage = &mut self.stages[space];
        let declared = &stage.group.lines[line];
        let (agent, number) = if let Some(agent) = to {
            let to = &mut stage.agents[agent];
            let n = to.arrived;
            to.arrived += 1;
            (agent, (to.number << 44) + (n << 20))
        } else {
            let n = stage.arrived[line];
            stage.arrived[line] += 1;
            let recipients = stage.key.name(&declared.name).name("recipients").stream();
            let which = if own.len() == 1 { 0 } else { recipients.at(n).below(own.len() as u64) };
            (own[which as usize], n << 20)
        };
        self.next_arrival(space, line, to, now);
        if self.is_away(space, agent) {
            return;
        }
        let mut talk = None;
        if let Some(TrafficKind::Sessions { turns, .. }) = self.customers(space, line) {
            let turns = self.drawn(space, agent, turns, "turns", number).max(1);
            self.stages[space].talks.push(Talk { agent, number, left: turns - 1 });
            talk = Some(self.stages[space].talks.len() - 1);
        }
        self.attempt(space, Origin { agent, number, talk }, now);
    }

    /// Whether customers wait because the agent is not active.
    fn is_away(&self, space: usize, agent: usize) -> bool {
        self.line(space, agent).while_offline == WhileOffline::Pause
            && self.record.spaces[space].state(agent) != AgentState::Active
    }

    fn turn(&mut self, space: usize, talk: usize, now: u64) {
        let Talk { agent, number, .. } = self.stages[space].talks[talk];
        if self.is_away(space, agent) {
            self.stages[space].agents[agent].parked.push(talk);
        } else {
            self.attempt(space, Origin { agent, number, talk: Some(talk) }, now);
        }
    }

    fn attempt(&mut self, space: usize, of: Origin, now: u64) {
        let agent = of.agent;
        let law = &self.line(space, agent).cost;
        let cost = i128::from(self.drawn(space, agent, law, "cost", of.number));
        let message = self.record.spaces[space].messages.len();
        let mut answer = self.decide(space, agent, cost, now);
        if let Err(why) = &answer
            && self.is_rescued(space, why, now)
        {
            answer = self.decide(space, agent, cost, now);
        }
        let exhausted = matches!(&answer, Err(it) if it.reason == Reason::CreditsExhausted);
        let admitted = answer.is_ok();
        let fate = answer.map_or_else(Fate::Refused, |()| Fate::Travelling);
        let record = &mut self.record.spaces[space];
        record.messages.push(Message { agent, due: now, fate });
        if admitted {
            self.charge(space, message, cost, now);
        } else if exhausted {
            self.refused_for_credits(space, now);
        }
        if !admitted {
            self.record.spaces[space].decided.push(message);
            self.lost(space, of, now);
        } else if self.delay == 0 {
            self.serve(space, message, of, now);
        } else {
            self.schedule(now + self.delay, Class::Takes, space, Event::AtBackend { message, of });
        }
    }

    fn at_backend(&mut self, space: usize, message: usize, of: Origin, now: u64) {
        if self.has_room(space, now) {
            self.serve(space, message, of, now);
            return;
        }
        let record = &mut self.record.spaces[space];
        let back = now + self.delay;
        record.messages[message].fate = Fate::TurnedAway { back };
        record.decided.push(message);
        self.schedule(back, Class::Frees, space, Event::Back { message, of });
    }

    fn serve(&mut self, space: usize, message: usize, of: Origin, now: u64) {
        let (mut started, mut ended) = (now, now);
        if let Some(backend) = &self.scenario.backend {
            started = self.start_of_service(space, backend, now);
            ended =
                started + self.drawn(space, of.agent, &backend.service_time, "service", of.number);
            self.record.services.push(Service { space, arrived: now, started, ended });
        }
        let back = ended + self.delay;
        let record = &mut self.record.spaces[space];
        record.messages[message].fate = Fate::Served { arrived: now, started, ended, back };
        record.decided.push(message);
        // Nothing but the customer waits for the reply, and it is known when it comes.
        self.reply(space, of, back);
    }

    /// A customer whose message is lost goes on only where it is said so.
    fn lost(&mut self, space: usize, of: Origin, now: u64) {
        let line = self.stages[space].agents[of.agent].line;
        if let Some(
            TrafficKind::Closed { .. } | TrafficKind::Sessions { on_lost: OnLost::Continue, .. },
        ) = self.customers(space, line)
        {
            self.reply(space, of, now);
        }
    }

    /// The customer thinks, and writes again.
    fn reply(&mut self, space: usize, of: Origin, now: u64) {
        let Some(talk) = of.talk else { return };
        let line = self.stages[space].agents[of.agent].line;
        let Some(TrafficKind::Sessions { think, .. } | TrafficKind::Closed { think, .. }) =
            self.customers(space, line)
        else {
            return;
        };
        let think = self.drawn(space, of.agent, think, "think", of.number);
        let next = &mut self.stages[space].talks[talk];
        if next.left > 0 {
            next.left -= 1;
            next.number += 1;
            self.schedule(now + think, Class::Takes, space, Event::Turn { talk });
        }
    }

    fn enable(&mut self, space: usize, agent: usize, now: u64) {
        let line = self.line(space, agent);
        let activity = line.activity.as_ref();
        let limit = self.stages[space].group.plans[0].plan.active_agents;
        let active = self.record.spaces[space].active(self.stages[space].agents.len());
        let refused = limit.is_some_and(|limit| active >= limit as usize);
        self.record.spaces[space].enables.push(Enable { at: now, refused });
        if refused {
            match activity.map(|it| it.on_refused) {
                Some(OnRefused::RetryEvery(span)) => {
                    self.schedule(now + span.nanos(), Class::Takes, space, Event::Enable { agent });
                }
                _ => self.go_offline(space, agent, now),
            }
            return;
        }
        self.record.spaces[space].changes.push(Change { at: now, agent, to: AgentState::Active });
        let own = &mut self.stages[space].agents[agent];
        let n = own.actives;
        own.actives += 1;
        let parked = std::mem::take(&mut own.parked);
        if let Some(law) = activity.and_then(|it| it.active.as_ref()) {
            let at = now + self.period(space, agent, law, "active", n);
            self.schedule(at, Class::Frees, space, Event::Disable { agent });
        }
        for talk in parked {
            self.schedule(now, Class::Takes, space, Event::Turn { talk });
        }
    }

    fn disable(&mut self, space: usize, agent: usize, now: u64) {
        self.record.spaces[space].changes.push(Change { at: now, agent, to: AgentState::Offline });
        self.go_offline(space, agent, now);
    }

    /// An offline period begins, at the end of which somebody tries to enable the agent.
    fn go_offline(&mut self, space: usize, agent: usize, now: u64) {
        let activity = self.line(space, agent).activity.as_ref();
        if let Some(law) = activity.and_then(|it| it.offline.as_ref()) {
            let own = &mut self.stages[space].agents[agent];
            let n = own.offlines;
            own.offlines += 1;
            let at = now + self.period(space, agent, law, "offline", n);
            self.schedule(at, Class::Takes, space, Event::Enable { agent });
        }
    }
}

/// Draw number `n` of the stream of `key`.
pub(super) fn draw(law: &Distribution, key: Key, n: u64) -> u64 {
    law.sampler().sample_whole(&mut key.stream().at(n))
}
