//! The way of a message to the backend: its arrival, or the next turn of a conversation, and the
//! decision at the workspace.

use std::mem;

use super::journal::Moved;
use super::{Cell, Event, Flight, Message, NONE, Post, Session, World};
use crate::engine::calendar::Class;
use crate::engine::kernel::Kernel;
use crate::engine::lines::{Number, Source};
use crate::random::Sampler;
use crate::rules::{Reason, Refusal, Wait};
use crate::units::{Credits, SimSpan, SimTime};
use crate::workload::{ClientThrottling, WhileOffline};

/// What an attempt waits for that was admitted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    /// At the workspace.
    pub(super) here: Wait,
    /// At the platform, where that is the same decision and has been made.
    pub(super) there: Option<Wait>,
}

impl Cell {
    /// Schedules the next arrival of a source, unless arrivals have stopped by then.
    #[inline(always)]
    pub(super) fn schedule_arrival(&mut self, world: &World<'_>, source: u32, now: SimTime) {
        let number = source;
        let source = &mut self.sources[number as usize];
        let Some(traffic) = &world.model.lines[source.line as usize].traffic else { return };
        let line = &self.lines[source.line as usize];
        if let Some(at) = line.next_arrival(source, traffic, &self.factors, now, world.model.until)
        {
            self.calendar.schedule(at, Class::Takes, Event::Arrival { source: number });
        }
    }

    /// A message to an agent of a line arrives, or the first turn of a conversation: the message, if
    /// anybody is there.
    #[inline(always)]
    pub(super) fn arrival(
        &mut self,
        world: &mut World<'_>,
        source: u32,
        now: SimTime,
    ) -> Option<Message> {
        let arrived = &mut self.sources[source as usize];
        let line = arrived.line;
        let (agent, number) = self.lines[line as usize].arrive(arrived);
        let is_there = self.workspace.exists(agent as usize);
        if is_there || self.has_others(source) {
            self.schedule_arrival(world, source, now);
        }
        let model = &world.model.lines[line as usize];
        // Nobody writes to an agent that was deleted.
        if !is_there || (model.while_offline == WhileOffline::Pause && !self.is_active(agent)) {
            return None;
        }
        Some(self.first_message(world, (agent, line, line), number, now))
    }

    /// Whether a source still has agents to write to, after one of them was found to be deleted.
    #[cold]
    fn has_others(&self, source: u32) -> bool {
        let Source { line, agent, .. } = &self.sources[source as usize];
        let line = &self.lines[*line as usize];
        let mut agents = line.first..line.first + line.count;
        agent.is_none() && agents.any(|agent| self.workspace.agent(agent as usize).is_some())
    }

    /// A customer writes to an agent of a line for the first time: a single message, or the first
    /// turn of a conversation.
    #[inline(always)]
    pub(super) fn first_message(
        &mut self,
        world: &World<'_>,
        (agent, line, customers): (u32, u32, u32),
        number: Number,
        now: SimTime,
    ) -> Message {
        let traffic = world.model.lines[customers as usize].traffic.as_ref();
        let session = match traffic.and_then(|traffic| traffic.turns.as_ref()) {
            Some(turns) => self.begin_session((agent, customers), number, turns),
            None => NONE,
        };
        self.written(world, Message::due((agent, line, customers), session, number, now))
    }

    /// Begins a conversation with an agent, if it has more turns than the first.
    fn begin_session(&mut self, (agent, line): (u32, u32), number: Number, turns: &Sampler) -> u32 {
        let turns = self.lines[line as usize].turns(turns, number);
        if turns == 1 {
            return NONE;
        }
        let (turns_left, next_parked, script, cost) = (turns - 1, NONE, NONE, None);
        let begun = Session { agent, line, number, turns_left, next_parked, script, cost };
        self.sessions.insert(begun)
    }

    /// The next turn of a conversation is due: its message. If its agent is away, its customer waits,
    /// or is told so.
    pub(super) fn turn(
        &mut self,
        world: &mut World<'_>,
        session: u32,
        now: SimTime,
    ) -> Option<Message> {
        let Session { agent, line, number, cost, .. } = *self.sessions.at(session);
        if let Some(route) = world.model.lines[line as usize].route {
            return self.turn_at_workspace(world, session, route, now);
        }
        if self.workspace.agent(agent as usize).is_none() {
            self.end_session(session);
            return None;
        }
        let pauses = world.model.lines[line as usize].while_offline == WhileOffline::Pause;
        if pauses && !self.is_active(agent) {
            self.park(agent, session);
            return None;
        }
        let message = Message::due((agent, line, line), session, number, now);
        Some(self.written(world, Message { cost, ..message }))
    }

    /// Puts a conversation at the end of those that wait for an agent.
    fn park(&mut self, agent: u32, session: u32) {
        let agent = &mut self.agents[agent as usize];
        let last = mem::replace(&mut agent.last_parked, session);
        if agent.parked == NONE {
            agent.parked = session;
        } else {
            self.sessions.at(last).next_parked = session;
        }
    }

    /// A message that a customer writes.
    #[inline(always)]
    pub(super) fn written(&mut self, world: &World<'_>, message: Message) -> Message {
        self.messages += 1;
        let counts = world.frame.window.contains(message.due);
        Message { serial: self.messages, counts, ..message }
    }

    /// Decides an attempt on its arrival at the workspace.
    #[inline(always)]
    pub(super) fn attempt<K: Kernel>(
        &mut self,
        world: &mut World<'_>,
        message: &Message,
        now: SimTime,
    ) {
        let agent = message.agent as usize;
        if message.counts {
            world.measures.attempted(&mut self.tally, agent, now, message.is_first());
        }
        let model = world.model;
        let line = &self.lines[message.customers as usize];
        // No closure: it would take hold of the message, which then had to stand in memory.
        let cost = if let Some(cost) = message.cost {
            cost
        } else {
            let cost = line.cost(&model.lines[message.line as usize].cost, message.number);
            Credits::from_thousandths(cost as i64)
        };
        if K::THROTTLES && self.holds_back(world, message, now) {
            let by = Some(model.client);
            let refusal = Refusal { limiter: by, ..Refusal::of(ClientThrottling::REFUSAL) };
            self.log_decision(world, (message, cost), Err(refusal), (0, now));
            let message = *message;
            self.refuse(world, &message, &refusal, now);
            return;
        }
        if K::ENFORCES
            && let Some(enforcement) = &model.enforcement
        {
            self.ask_attempt(world, enforcement, (*message, cost), now);
            return;
        }
        self.look(world, now);
        let sends = K::TRACKS && !K::SHARES && matches!(world.post, Some(Post::Outbox(_)));
        if (!K::TRACKS || sends)
            && self.room::<K>(world, now).is_ok()
            && let Some(paid) = self.workspace.take_at_once(&model.book, agent, cost, now)
        {
            if let Some(paid) = paid {
                self.measure_paid(world, paid, now);
                self.was_paid(world, paid, now);
            }
            if sends {
                self.send_at_once(world, message, cost, now);
            } else {
                self.serve_at_once::<K>(world, message, now);
            }
            return;
        }
        self.attempt_closely::<K>(world, *message, cost, now);
    }

    /// Decides an attempt of which it cannot be seen at a glance that everything is there.
    #[inline(never)]
    fn attempt_closely<K: Kernel>(
        &mut self,
        world: &mut World<'_>,
        message: Message,
        cost: Credits,
        now: SimTime,
    ) {
        let (model, agent, message) = (world.model, message.agent as usize, &message);
        let answer = self.decide::<K>(world, message, cost, now);
        if K::REPORTS {
            self.report_shadows(world, message);
        }
        let waits = match answer {
            Ok(waits) => waits,
            Err(refusal) => {
                if K::LOGS {
                    self.log_decision(world, (message, cost), Err(refusal), (0, now));
                }
                self.refuse(world, message, &refusal, now);
                return;
            }
        };
        // A queue names those that it lets in, so they have a number when they enter it.
        let queued = K::TRACKS && waits.here.queued;
        let ticket = if queued { self.flights.insert(Flight::new(*message, cost)) } else { NONE };
        let taken = self.workspace.take(&model.book, agent, (cost, u64::from(ticket)), now);
        if let Some(charge) = &taken.charge {
            self.measure_charge(world, charge, now);
        }
        if K::LOGS {
            let charged = taken.charge.map(Moved::charge).unwrap_or_default();
            self.log_decision(world, (message, cost), Ok(charged), (0, now));
        }
        if let Some(charge) = &taken.charge {
            self.charged(world, charge, now);
        }
        if !K::TRACKS {
            self.stands(&taken.charge.into());
            self.serve_at_once::<K>(world, message, now);
            return;
        }
        if model.awaits_replies {
            self.in_flight[agent] += 1;
        }
        let (payment, hold) = (taken.charge.into(), taken.hold);
        let flight = Flight { payment, hold, ..Flight::new(*message, cost) };
        self.go_in(world, (flight, ticket), waits, taken.queues, now);
    }

    /// Has an attempt go on that was admitted at the workspace; it may have a number already.
    pub(super) fn go_in(
        &mut self,
        world: &mut World<'_>,
        (flight, ticket): (Flight, u32),
        waits: Waits,
        queues: u16,
        now: SimTime,
    ) {
        if let Some(there) = waits.there.filter(|_| waits.here.is_none()) {
            if ticket != NONE {
                self.flights.remove(ticket);
            }
            self.enter(world, flight, there, now);
            return;
        }
        let number = if ticket == NONE {
            self.flights.insert(flight)
        } else {
            *self.flights.at(ticket) = flight;
            ticket
        };
        self.hold_back(world, number, waits.here, queues, now);
    }

    /// Books what limits that only report would have refused of an attempt.
    #[inline]
    pub(super) fn report_shadows(&mut self, world: &mut World<'_>, message: &Message) {
        if world.model.book.reports() && message.counts {
            let exceeded = (self.workspace.exceeded(), 0);
            world.measures.reported(world.frame, &mut self.tally, exceeded);
            if let Some(reason) = self.workspace.exceeded_pool() {
                world.measures.reported_for(world.frame, &mut self.tally, reason);
            }
        }
    }

    /// The whole decision at the workspace; with no way to the platform and nothing to wait for, the
    /// platform's too.
    #[inline(always)]
    fn decide<K: Kernel>(
        &mut self,
        world: &mut World<'_>,
        message: &Message,
        cost: Credits,
        now: SimTime,
    ) -> Result<Waits, Refusal> {
        let (model, agent) = (world.model, message.agent as usize);
        let here = self.workspace.check(&model.book, agent, cost, now)?;
        if !self.workspace.has_enough(cost) {
            self.check_credits(world, (agent, cost), now)?;
        }
        let there = if !K::TRACKS || here.is_none() && model.delay.is_zero() {
            Some(self.decide_at_platform::<K>(world, message, cost, now)?)
        } else {
            None
        };
        Ok(Waits { here, there })
    }

    /// Decides whether an attempt can be paid, with a package that is bought for it perhaps.
    #[inline(always)]
    fn check_credits(
        &mut self,
        world: &mut World<'_>,
        (agent, cost): (usize, Credits),
        now: SimTime,
    ) -> Result<(), Refusal> {
        let mut may_buy = true;
        // One place that asks, which is compiled into the way of a refusal.
        loop {
            let paid = self.workspace.check_credits(&world.model.book, agent, cost, now);
            let exhausted = matches!(paid, Err(Refusal { reason: Reason::CreditsExhausted, .. }));
            if !exhausted || !mem::take(&mut may_buy) || !self.buys_for_refused(world, now) {
                return paid;
            }
        }
    }

    /// The customer thinks about what is back at `now`, a reply or a loss, and writes again unless
    /// arrivals have stopped by then.
    pub(super) fn next_turn(&mut self, world: &World<'_>, session: u32, now: SimTime) {
        let Session { line, number, turns_left, script, .. } = *self.sessions.at(session);
        if script != NONE {
            self.next_recorded_turn(world, session, now);
            return;
        }
        let line = line as usize;
        let traffic = world.model.lines[line].traffic.as_ref();
        let think = traffic.and_then(|traffic| traffic.think.as_ref());
        let next = think
            .filter(|_| turns_left > 0)
            .map(|think| now + SimSpan::from_nanos(self.lines[line].think(think, number)));
        if let Some(at) = next.filter(|&at| at < world.model.until) {
            let record = self.sessions.at(session);
            record.number = number.next_turn();
            record.turns_left -= 1;
            self.calendar.schedule(at, Class::Takes, Event::Turn { session });
        } else {
            self.end_session(session);
        }
    }

    /// The same in a conversation of which a trace has a turn left.
    fn next_recorded_turn(&mut self, world: &World<'_>, session: u32, now: SimTime) {
        let next = self.next_of_script(session, now);
        if let Some(at) = next.filter(|&at| at < world.model.until) {
            self.calendar.schedule(at, Class::Takes, Event::Turn { session });
        } else {
            self.end_session(session);
        }
    }

    pub(super) fn end_session(&mut self, session: u32) {
        if session != NONE {
            self.end_script(session);
            self.sessions.remove(session);
        }
    }
}
