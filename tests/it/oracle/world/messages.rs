//! The way of a message in the oracle: arrival, decision, service, reply.

use limitlab::random::Distribution;
use limitlab::rules::{AgentState, Reason};
use limitlab::workload::{OnLost, TrafficKind, WhileOffline};

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
        let stage = &self.stages[space];
        let key = stage.key.name(&stage.group.lines[line].name);
        let (law, key, number) = match self.customers(space, line) {
            Some(TrafficKind::Rate(rate) | TrafficKind::Sessions { rate, .. }) => {
                let mean = rate.per().nanos() as f64 / rate.events() as f64;
                if let Some(agent) = agent {
                    let agent = &stage.agents[agent];
                    let key = key.index(agent.number).name("arrivals");
                    (Distribution::Exponential { mean }, key, agent.arrived)
                } else {
                    let mean = mean / self.own(space, line).len() as f64;
                    let law = Distribution::Exponential { mean };
                    (law, key.name("arrivals"), stage.arrived[line])
                }
            }
            Some(TrafficKind::Interarrival(law)) => {
                let agent = &stage.agents[agent.expect("each agent has its own arrivals")];
                (law.clone(), key.index(agent.number).name("arrivals"), agent.arrived)
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
        let mut talk = None;
        if let Some(TrafficKind::Sessions { turns, .. }) = self.customers(space, line) {
            let turns = self.drawn(space, agent, turns, "turns", number).max(1);
            self.stages[space].talks.push(Talk { agent, number, left: turns - 1 });
            talk = Some(self.stages[space].talks.len() - 1);
        }
        self.write(space, agent, number, talk, now);
    }

    /// Whether customers wait because the agent is not active.
    fn is_away(&self, space: usize, agent: usize) -> bool {
        self.line(space, agent).while_offline == WhileOffline::Pause
            && self.record.spaces[space].state(agent) != Some(AgentState::Active)
    }

    pub(super) fn turn(&mut self, space: usize, talk: usize, now: u64) {
        let Talk { agent, number, .. } = self.stages[space].talks[talk];
        if self.record.spaces[space].state(agent).is_none() {
            return;
        }
        if self.is_away(space, agent) {
            self.stages[space].agents[agent].parked.push(talk);
        } else {
            self.write(space, agent, number, Some(talk), now);
        }
    }

    /// A customer writes a message.
    fn write(&mut self, space: usize, agent: usize, number: u64, talk: Option<usize>, now: u64) {
        let messages = &mut self.record.spaces[space].messages;
        let of = Origin { agent, number, talk, message: messages.len(), backoff: None };
        messages.push(Message { agent, due: now, attempts: Vec::new(), loss: None });
        self.attempt(space, of, now);
    }

    pub(super) fn attempt(&mut self, space: usize, of: Origin, now: u64) {
        let agent = of.agent;
        let law = &self.line(space, agent).cost;
        let cost = i128::from(self.drawn(space, agent, law, "cost", of.number));
        let mut answer = self.decide(space, agent, cost, now);
        if let Err(why) = &answer
            && self.is_rescued(space, why, now)
        {
            answer = self.decide(space, agent, cost, now);
        }
        let record = &mut self.record.spaces[space];
        let attempt = record.attempts.len();
        let fate = answer.clone().map_or_else(Fate::Refused, |()| Fate::Travelling);
        record.attempts.push(Attempt { message: of.message, agent, at: now, fate });
        record.messages[of.message].attempts.push(attempt);
        if let Err(why) = answer {
            record.decided.push(attempt);
            if why.reason == Reason::CreditsExhausted {
                self.refused_for_credits(space, now);
            }
            self.refused(space, of, &why, now);
            return;
        }
        self.charge(space, attempt, cost, now);
        if self.delay == 0 {
            self.serve(space, attempt, of, now);
        } else {
            self.schedule(now + self.delay, Class::Takes, space, Event::AtBackend { attempt, of });
        }
    }

    pub(super) fn at_backend(&mut self, space: usize, attempt: usize, of: Origin, now: u64) {
        if self.has_room(space, now) {
            self.serve(space, attempt, of, now);
            return;
        }
        let record = &mut self.record.spaces[space];
        let back = now + self.delay;
        record.attempts[attempt].fate = Fate::TurnedAway { back };
        record.decided.push(attempt);
        self.schedule(back, Class::Frees, space, Event::Back { attempt, of });
    }

    fn serve(&mut self, space: usize, attempt: usize, of: Origin, now: u64) {
        let (mut started, mut ended) = (now, now);
        if let Some(backend) = &self.scenario.backend {
            started = self.start_of_service(space, backend, now);
            let patience = self.patience_ends(space, of);
            if started > now && started > patience {
                let left = now.max(patience);
                self.record.services.push(Service { space, arrived: now, left, ended: None });
                let record = &mut self.record.spaces[space];
                record.attempts[attempt].fate = Fate::GivenUp { left };
                record.decided.push(attempt);
                self.give_up(space, of, Loss { at: left, timed_out: true });
                return;
            }
            ended =
                started + self.drawn(space, of.agent, &backend.service_time, "service", of.number);
            let ended = Some(ended);
            self.record.services.push(Service { space, arrived: now, left: started, ended });
        }
        let back = ended + self.delay;
        let record = &mut self.record.spaces[space];
        record.attempts[attempt].fate = Fate::Served { arrived: now, started, ended, back };
        record.decided.push(attempt);
        // Nothing but the customer waits for the reply, and it is known when it comes.
        self.reply(space, of, back);
    }

    /// A customer whose message is lost goes on only where it is said so.
    pub(super) fn lost(&mut self, space: usize, of: Origin, at: u64) {
        let line = self.stages[space].agents[of.agent].line;
        if let Some(
            TrafficKind::Closed { .. } | TrafficKind::Sessions { on_lost: OnLost::Continue, .. },
        ) = self.customers(space, line)
        {
            self.reply(space, of, at);
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
}
