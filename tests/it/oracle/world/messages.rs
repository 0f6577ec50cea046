//! The way of a message in the oracle: arrival, decision, service, reply.

use limitlab::random::Distribution;
use limitlab::rules::{AgentState, Reason};
use limitlab::workload::{OnLost, TrafficKind, WhileOffline};

use super::super::record::{Fate, Message, Service};
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
        self.attempt(space, Origin { agent, number, talk }, now);
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

    pub(super) fn at_backend(&mut self, space: usize, message: usize, of: Origin, now: u64) {
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
    pub(super) fn lost(&mut self, space: usize, of: Origin, now: u64) {
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
}
