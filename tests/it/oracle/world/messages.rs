//! The way of a message in the oracle: arrival, decision, service, reply.

use limitlab::random::Distribution;
use limitlab::rules::{AgentState, Reason};
use limitlab::workload::{OnLost, TrafficKind, WhileOffline};

use super::super::limits::Passed;
use super::super::record::{Attempt, Fate, Loss, Message, Service};
use super::{Class, Event, Origin, Play, Talk, draw};

impl Play<'_> {
    pub(super) fn next_arrival(
        &mut self,
        space: usize,
        line: usize,
        agent: Option<usize>,
        now: u64,
    ) {
        let (stage, key) = (&self.stages[space], self.key(space, line));
        let (law, key, number) = match self.customers(space, line) {
            Some(TrafficKind::Rate(rate) | TrafficKind::Sessions { rate, .. }) => {
                let mean = rate.per().nanos() as f64 / rate.events() as f64;
                if let Some(agent) = agent {
                    let agent = &stage.agents[agent];
                    let key = key.index(agent.number).name("arrivals");
                    (Distribution::Exponential { mean }, key, agent.arrived)
                } else {
                    let mean = mean / self.own(space, line).len().max(1) as f64;
                    let law = Distribution::Exponential { mean };
                    (law, key.name("arrivals"), stage.arrived[line])
                }
            }
            Some(TrafficKind::Interarrival(law)) => {
                let agent = agent.map(|agent| &stage.agents[agent]);
                let key = agent.map_or(key, |agent| key.index(agent.number));
                let arrived = agent.map_or(stage.arrived[line], |agent| agent.arrived);
                (law.clone(), key.name("arrivals"), arrived)
            }
            Some(TrafficKind::Closed { .. } | TrafficKind::Custom(_)) | None => {
                unreachable!("nothing arrives")
            }
        };
        let at = if self.factors(space).is_empty() {
            Some(now + draw(&law, key, number))
        } else {
            let exposure = law.sampler().sample(&mut key.stream().at(number));
            let source = (line, agent);
            let carried = self.stages[space].carried.remove(&source).unwrap_or(0.0);
            let next = self.after_exposure(space, now, carried + exposure);
            next.map(|(at, left)| {
                self.stages[space].carried.insert(source, left);
                at
            })
        };
        if let Some(at) = at {
            self.schedule(at, Class::Takes, space, Event::Arrival { line, agent });
        }
    }

    pub(super) fn arrival(&mut self, space: usize, line: usize, to: Option<usize>, now: u64) {
        if line == self.stages[space].group.lines.len() {
            self.arrival_at_workspace(space, now);
            return;
        }
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
        let exists = self.record.spaces[space].state(agent).is_some();
        if exists || to.is_none() {
            self.next_arrival(space, line, to, now);
        }
        // Nobody writes to an agent that was deleted.
        if !exists || self.is_away(space, agent) {
            return;
        }
        self.first_message(space, line, agent, number, now);
    }

    /// A customer writes for the first time.
    pub(super) fn first_message(
        &mut self,
        space: usize,
        by: usize,
        agent: usize,
        number: u64,
        now: u64,
    ) {
        let mut talk = None;
        if let Some(TrafficKind::Sessions { turns, .. }) = self.customers(space, by) {
            let left = self.drawn(space, by, turns, "turns", number).max(1) - 1;
            let (agent, script, cost) = (Some(agent), Vec::new(), None);
            self.stages[space].talks.push(Talk { by, agent, number, left, script, cost });
            talk = Some(self.stages[space].talks.len() - 1);
        }
        self.write(space, (agent, by), number, talk, now);
    }

    /// Whether customers wait because the agent is not active.
    pub(super) fn is_away(&self, space: usize, agent: usize) -> bool {
        self.line(space, agent).while_offline == WhileOffline::Pause
            && self.record.spaces[space].state(agent) != Some(AgentState::Active)
    }

    pub(super) fn turn(&mut self, space: usize, talk: usize, now: u64) {
        let Talk { by, agent, number, cost, .. } = self.stages[space].talks[talk];
        if by == self.stages[space].group.lines.len() {
            self.turn_at_workspace(space, talk, now);
            return;
        }
        let agent = agent.expect("who writes to a line has an agent");
        if self.record.spaces[space].state(agent).is_none() {
            return;
        }
        if self.is_away(space, agent) {
            self.stages[space].agents[agent].parked.push(talk);
        } else {
            self.write_for(space, (agent, by), number, (Some(talk), cost), now);
        }
    }

    /// A customer writes a message to an agent.
    pub(super) fn write(
        &mut self,
        space: usize,
        (agent, by): (usize, usize),
        number: u64,
        talk: Option<usize>,
        now: u64,
    ) {
        self.write_for(space, (agent, by), number, (talk, None), now);
    }

    /// The same for a cost, if one is recorded.
    pub(super) fn write_for(
        &mut self,
        space: usize,
        (agent, by): (usize, usize),
        number: u64,
        (talk, cost): (Option<usize>, Option<i128>),
        now: u64,
    ) {
        let messages = &mut self.record.spaces[space].messages;
        let (message, backoff) = (messages.len(), None);
        let of = Origin { agent, by, number, talk, message, backoff, cost };
        let routed = by == self.stages[space].group.lines.len();
        messages.push(Message { agent, routed, due: now, attempts: Vec::new(), loss: None });
        self.attempt(space, of, now);
    }

    pub(super) fn attempt(&mut self, space: usize, of: Origin, now: u64) {
        let mut asked = self.asks(space, of, now);
        let mut reported = Vec::new();
        let mut answer = self.decide(asked, &mut reported);
        if let Err(why) = &answer
            && self.is_rescued(space, why, now)
        {
            asked.again = true;
            reported.clear();
            answer = self.decide(asked, &mut reported);
        }
        let attempt = self.begin_attempt(space, of, now);
        self.note_reported(space, attempt, reported, now);
        let Passed { here, there } = match answer {
            Ok(passed) => passed,
            Err(why) => {
                let record = &mut self.record.spaces[space];
                record.attempts[attempt].fate = Fate::Refused(why.clone());
                record.decided.push(attempt);
                if why.reason == Reason::CreditsExhausted {
                    self.refused_for_credits(space, now);
                }
                self.refused(space, of, &why, now);
                return;
            }
        };
        self.take_here(asked, attempt, here);
        self.charge(space, attempt, asked.cost, now);
        match there {
            Some(there) => self.enter(space, attempt, there, now),
            None => self.hold_back(space, attempt, now),
        }
    }

    /// Writes down that an attempt is made.
    fn begin_attempt(&mut self, space: usize, of: Origin, now: u64) -> usize {
        let record = &mut self.record.spaces[space];
        let attempt = record.attempts.len();
        record.attempts.push(Attempt {
            message: of.message,
            agent: of.agent,
            at: now,
            fate: Fate::Underway,
            reported: Vec::new(),
            skips: Vec::new(),
            queues: Vec::new(),
            goes_on: now,
            patience: None,
            visit: None,
            over: false,
        });
        record.messages[of.message].attempts.push(attempt);
        self.stages[space].origins.push(of);
        attempt
    }

    pub(super) fn serve(&mut self, space: usize, attempt: usize, now: u64) {
        let of = self.stages[space].origins[attempt];
        let (mut started, mut ended) = (now, now);
        if let Some(backend) = self.late_backend() {
            let length = self.drawn(space, of.by, &backend.service_time, "service", of.number);
            self.enter_late(backend, (space, attempt), of, (now, length));
            return;
        }
        if let Some(backend) = &self.scenario.backend {
            started = self.start_of_service(space, backend, now);
            let patience = self.patience_ends(space, of);
            if started > now && started > patience {
                let left = now.max(patience);
                self.record.services.push(Service { space, arrived: now, left, ended: None });
                let record = &mut self.record.spaces[space];
                record.attempts[attempt].fate = Fate::GivenUp { left };
                record.decided.push(attempt);
                self.ends(space, attempt, left, left);
                self.give_up(space, of, Loss { at: left, timed_out: true });
                return;
            }
            ended = started + self.drawn(space, of.by, &backend.service_time, "service", of.number);
            let ended = Some(ended);
            self.record.services.push(Service { space, arrived: now, left: started, ended });
        }
        let back = ended + self.delay;
        let record = &mut self.record.spaces[space];
        record.attempts[attempt].fate = Fate::Served { started, ended, back };
        record.decided.push(attempt);
        self.ends(space, attempt, ended, back);
        // When the reply comes is known now, and so when its customer writes again.
        self.reply(space, of, back);
    }

    /// A customer whose message is lost goes on only where it is said so.
    pub(super) fn lost(&mut self, space: usize, of: Origin, at: u64) {
        // A recorded conversation never does.
        if let Some(talk) = of.talk
            && !std::mem::take(&mut self.stages[space].talks[talk].script).is_empty()
        {
            return;
        }
        if let Some(
            TrafficKind::Closed { .. } | TrafficKind::Sessions { on_lost: OnLost::Continue, .. },
        ) = self.customers(space, of.by)
        {
            self.reply(space, of, at);
        }
    }

    /// The customer thinks, and writes again.
    pub(in super::super) fn reply(&mut self, space: usize, of: Origin, now: u64) {
        if let Some(talk) = of.talk {
            self.think(space, talk, now);
        }
    }

    /// The customer of a conversation thinks about its last turn, and writes the next one.
    pub(super) fn think(&mut self, space: usize, talk: usize, now: u64) {
        if self.next_recorded(space, talk, now) {
            return;
        }
        let Talk { by, number, .. } = self.stages[space].talks[talk];
        let Some(TrafficKind::Sessions { think, .. } | TrafficKind::Closed { think, .. }) =
            self.customers(space, by)
        else {
            return;
        };
        let think = self.drawn(space, by, think, "think", number);
        let next = &mut self.stages[space].talks[talk];
        if next.left > 0 {
            next.left -= 1;
            next.number += 1;
            self.schedule(now + think, Class::Takes, space, Event::Turn { talk });
        }
    }
}
