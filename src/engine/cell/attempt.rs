//! The way of a message: arrival, admission, service, reply.

use super::{Cell, Event, Flight, NONE, Session, World};
use crate::engine::calendar::Class;
use crate::engine::lines::Number;
use crate::engine::servers::Placement;
use crate::measure::Reply;
use crate::rules::{Charge, Reason, Refusal};
use crate::units::{Credits, SimSpan, SimTime};
use crate::workload::WhileOffline;

/// A message that is due.
#[derive(Clone, Copy)]
struct Message {
    agent: u32,
    line: u32,
    /// The conversation it is a turn of, or [`NONE`].
    session: u32,
    number: Number,
}

impl Cell {
    /// Schedules the next arrival of a source, unless arrivals have stopped by then.
    #[inline]
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

    /// A message arrives, or the first turn of a conversation.
    #[inline]
    pub(super) fn arrival(&mut self, world: &mut World<'_>, source: u32, now: SimTime) {
        let arrived = &mut self.sources[source as usize];
        let line = arrived.line;
        let (agent, number) = self.lines[line as usize].arrive(arrived);
        let is_there = self.workspace.agent(agent as usize).is_some();
        if is_there || self.sources[source as usize].agent.is_none() {
            self.schedule_arrival(world, source, now);
        }
        let model = &world.model.lines[line as usize];
        // Nobody writes to an agent that was deleted.
        if !is_there || (model.while_offline == WhileOffline::Pause && !self.is_active(agent)) {
            return;
        }
        let turns = model.traffic.as_ref().and_then(|traffic| traffic.turns.as_ref());
        let mut session = NONE;
        if let Some(turns) = turns {
            let turns = self.lines[line as usize].turns(turns, number);
            if turns > 1 {
                let turns_left = turns - 1;
                let begun = Session { agent, number, turns_left, next_parked: NONE };
                session = self.sessions.insert(begun);
            }
        }
        self.attempt(world, Message { agent, line, session, number }, now);
    }

    /// The next turn of a conversation is due. If its agent is away, its customer waits, or is
    /// told so.
    pub(super) fn turn(&mut self, world: &mut World<'_>, session: u32, now: SimTime) {
        let Session { agent, number, .. } = *self.sessions.at(session);
        if self.workspace.agent(agent as usize).is_none() {
            self.end_session(session);
            return;
        }
        let line = self.agents[agent as usize].line;
        let pauses = world.model.lines[line as usize].while_offline == WhileOffline::Pause;
        if pauses && !self.is_active(agent) {
            self.park(agent, session);
            return;
        }
        self.attempt(world, Message { agent, line, session, number }, now);
    }

    /// Puts a conversation at the end of those that wait for an agent.
    fn park(&mut self, agent: u32, session: u32) {
        let agent = &mut self.agents[agent as usize];
        let last = std::mem::replace(&mut agent.last_parked, session);
        if agent.parked == NONE {
            agent.parked = session;
        } else {
            self.sessions.at(last).next_parked = session;
        }
    }

    /// Decides a message on its arrival at the workspace.
    #[inline]
    fn attempt(&mut self, world: &mut World<'_>, message: Message, now: SimTime) {
        self.messages += 1;
        let agent = message.agent as usize;
        if world.frame.window.contains(now) {
            world.measures.offered(&mut self.tally, agent, now);
        }
        let model = world.model;
        let line = &self.lines[message.line as usize];
        let cost = line.cost(&model.lines[message.line as usize].cost, message.number);
        let cost = Credits::from_thousandths(cost as i64);
        let mut answer = self.decide(world, agent, cost, now);
        if matches!(answer, Err(Refusal { reason: Reason::CreditsExhausted, .. }))
            && self.buys_for_refused(world, now)
        {
            answer = self.decide(world, agent, cost, now);
        }
        if let Err(refusal) = answer {
            self.refuse(world, message.session, now, refusal);
            return;
        }
        let charge = self.with_pool(world, now, |cell, world| {
            cell.workspace.take(&world.model.book, agent, cost, now)
        });
        if let Some(charge) = charge {
            self.charged(world, charge, now);
        }
        if model.delay.is_zero() {
            self.workspace.settle(charge);
            let placement = self.serve(world, message.line, message.number, now);
            self.admitted(world, message, (now, placement), now);
        } else {
            let flight = self.fly(message, now, charge);
            let at = now + model.delay;
            self.calendar.schedule(at, Class::Takes, Event::AtBackend { flight });
        }
    }

    /// The whole decision at the workspace; with no way to the backend, the backend's room too.
    #[inline]
    fn decide(
        &mut self,
        world: &mut World<'_>,
        agent: usize,
        cost: Credits,
        now: SimTime,
    ) -> Result<(), Refusal> {
        let model = world.model;
        self.workspace.check(&model.book, agent, cost, now)?;
        let servers = world.servers.as_mut().filter(|_| model.delay.is_zero());
        if servers.is_none_or(|servers| servers.has_room(now)) {
            Ok(())
        } else {
            Err(Refusal::of(Reason::Overloaded))
        }
    }

    /// An attempt arrives at the backend, after the way there.
    pub(super) fn at_backend(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        let Flight { due, agent, session, number, charge, .. } = *self.flights.at(flight);
        let back = now + world.model.delay;
        let room = world.servers.as_mut().is_none_or(|servers| servers.has_room(now));
        if !room {
            if world.frame.window.contains(due) {
                if !world.model.finish && back > world.model.until {
                    self.tally.in_flight += 1;
                } else {
                    let refusal = Refusal::of(Reason::Overloaded);
                    world.measures.refused(world.frame, &mut self.tally, due, &refusal);
                }
            }
            self.flights.at(flight).refused = true;
            self.calendar.schedule(back, Class::Frees, Event::Reply { flight });
            return;
        }
        self.flights.remove(flight);
        let line = self.agents[agent as usize].line;
        let placement = self.serve(world, line, number, now);
        let message = Message { agent, line, session, number };
        self.workspace.settle(charge);
        self.admitted(world, message, (now, placement), due);
    }

    /// Has an attempt served that has reached the backend and found room.
    #[inline]
    fn serve(
        &mut self,
        world: &mut World<'_>,
        line: u32,
        number: Number,
        now: SimTime,
    ) -> Placement {
        let (Some(servers), Some(service)) = (&mut world.servers, &world.model.service) else {
            return Placement { started: now, ended: now, queue: 0 };
        };
        let service = self.lines[line as usize].service(service, number);
        let placement = servers.place(now, SimSpan::from_nanos(service));
        let Placement { started, ended, queue } = placement;
        if let Some(platform) = &mut world.platform {
            platform.served(now, started, ended, queue);
        } else if let Some(own) = &mut world.measures.backend {
            own.served(now, started, ended, queue);
            let window = world.frame.window;
            self.tally.backend_busy += u128::from(window.overlap(started, ended));
            self.tally.backend_waiting += u128::from(window.overlap(now, started));
            self.tally.backend_served += u64::from(window.contains(ended));
        }
        placement
    }

    /// Books an attempt that is being served, and schedules its reply if anything waits for it.
    /// `arrived` is when it reached the backend, and how it was placed there.
    #[inline]
    fn admitted(
        &mut self,
        world: &mut World<'_>,
        message: Message,
        arrived: (SimTime, Placement),
        due: SimTime,
    ) {
        let (arrived, placement) = arrived;
        let model = world.model;
        let replied = placement.ended + model.delay;
        if world.frame.window.contains(due) {
            world.measures.admitted(&mut self.tally, message.agent as usize);
            if model.finish || replied <= model.until {
                let reply = Reply {
                    due,
                    latency: replied.since(due).nanos(),
                    wait: placement.started.since(arrived).nanos(),
                    service: placement.ended.since(placement.started).nanos(),
                };
                world.measures.completed(world.frame, &mut self.tally, &reply);
            } else {
                self.tally.in_flight += 1;
            }
        }
        // When the reply comes is known, so a reply is an event only where it frees places.
        if model.book.holds_places() {
            let flight = self.fly(message, due, None);
            self.calendar.schedule(replied, Class::Frees, Event::Reply { flight });
        }
        if message.session != NONE {
            self.next_turn(world, message.session, replied);
        }
    }

    fn fly(&mut self, message: Message, due: SimTime, charge: Option<Charge>) -> u32 {
        let Message { agent, session, number, .. } = message;
        self.flights.insert(Flight { due, agent, session, number, charge, refused: false })
    }

    /// The reply is back, or the refusal of the backend: places and credits are given back.
    pub(super) fn reply(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        let flight = self.flights.remove(flight);
        self.workspace.release(&world.model.book, flight.agent as usize, now);
        if flight.refused {
            self.give_back(world, flight.agent, flight.charge, now);
            self.lost(world, flight.session, now);
        }
    }

    /// The customer thinks about what is back at `now`, a reply or a loss, and writes again unless
    /// arrivals have stopped by then.
    pub(super) fn next_turn(&mut self, world: &World<'_>, session: u32, now: SimTime) {
        let Session { agent, number, turns_left, .. } = *self.sessions.at(session);
        let line = self.agents[agent as usize].line as usize;
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

    /// A refused message is lost.
    fn refuse(&mut self, world: &mut World<'_>, session: u32, now: SimTime, refusal: Refusal) {
        if refusal.reason == Reason::CreditsExhausted {
            self.out_of_credits(world, now);
        }
        if world.frame.window.contains(now) {
            world.measures.refused(world.frame, &mut self.tally, now, &refusal);
        }
        self.lost(world, session, now);
    }

    pub(super) fn end_session(&mut self, session: u32) {
        if session != NONE {
            self.sessions.remove(session);
        }
    }
}
