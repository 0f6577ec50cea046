//! The way of an attempt at the backend: its room, service, reply.

use super::{Cell, Event, Flight, Message, NONE, World};
use crate::engine::calendar::Class;
use crate::engine::servers::{Departure, Placement};
use crate::engine::station::{Arrival, Fate, Verdict};
use crate::measure::Reply;
use crate::rules::{Charge, Reason, Refusal};
use crate::units::{SimSpan, SimTime};

/// The refusal of a backend whose queue is full.
pub(super) const FULL: Refusal = Refusal::of(Reason::Overloaded);

impl Cell {
    /// An attempt arrives at the backend, after the way there.
    pub(super) fn at_backend(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        let Flight { message, charge, .. } = *self.flights.at(flight);
        if !self.has_room(world, now) {
            self.turn_away(world, flight, message.sent, now);
            return;
        }
        self.flights.remove(flight);
        self.reach(world, message, charge, now);
    }

    /// Whether an attempt that is at the backend now is let in.
    #[inline]
    pub(super) fn has_room(&self, world: &mut World<'_>, now: SimTime) -> bool {
        if let Some(station) = &mut world.station {
            let is_kept = world.model.standings[self.workspace.plan()].is_kept;
            return station.has_room(now, is_kept);
        }
        world.servers.as_mut().is_none_or(|servers| servers.has_room(now))
    }

    /// The backend refuses an attempt, in the books at `noted`, and its refusal is on its way.
    fn turn_away(&mut self, world: &mut World<'_>, flight: u32, noted: SimTime, now: SimTime) {
        let message = self.flights.at(flight).message;
        let back = now + world.model.delay;
        if world.frame.window.contains(message.due) && !world.model.cuts(back) {
            let made = (message.sent, noted, message.is_first());
            world.measures.shed(world.frame, &mut self.tally, made, &FULL);
        }
        self.flights.at(flight).refused = true;
        self.calendar.schedule(back, Class::Frees, Event::Reply { flight });
    }

    /// An attempt has reached the backend and found room.
    #[inline]
    pub(super) fn reach(
        &mut self,
        world: &mut World<'_>,
        message: Message,
        charge: Option<Charge>,
        now: SimTime,
    ) {
        if world.station.is_some() {
            self.enter(world, message, charge, now);
            return;
        }
        self.workspace.settle(charge);
        self.admitted(world, &message);
        let fate = self.serve(world, &message, now);
        self.over(world, message, (now, fate), None);
    }

    /// Has an attempt come to a station, which tells later what [becomes](Self::told) of it.
    fn enter(
        &mut self,
        world: &mut World<'_>,
        message: Message,
        charge: Option<Charge>,
        now: SimTime,
    ) {
        let deadline = self.deadline(world, &message);
        let (Some(station), Some(law)) = (&mut world.station, &world.model.service) else { return };
        let service = self.lines[message.customers as usize].service(law, message.number);
        let rank = world.model.standings[self.workspace.plan()].rank;
        let line = station.line(world.number, message.agent, rank);
        let decides_late = station.decides_late();
        let flight = self.fly(message, charge.filter(|_| decides_late));
        let service = SimSpan::from_nanos(service);
        let arrival = Arrival { of: (world.number, flight), line, service, deadline };
        let measures = world.platform.as_deref_mut().or(world.measures.backend.as_mut());
        station.enter(now, arrival, measures);
        if !decides_late {
            self.workspace.settle(charge);
            self.admitted(world, &message);
        }
    }

    /// A station tells what has become of an attempt.
    pub(in crate::engine) fn told(
        &mut self,
        world: &mut World<'_>,
        verdict: Verdict,
        now: SimTime,
    ) {
        let Verdict { of: (_, flight), arrived, fate } = verdict;
        let Flight { message, charge, .. } = *self.flights.at(flight);
        let fate = match fate {
            Fate::Shed => {
                // In the books of hits when it was refused, less the way there, like all others.
                let way = arrived.since(message.sent);
                let noted = SimTime::from_nanos(now.since(SimTime::ZERO + way).nanos());
                self.turn_away(world, flight, noted, now);
                return;
            }
            Fate::Starts => {
                self.flights.at(flight).charge = None;
                self.workspace.settle(charge);
                self.admitted(world, &message);
                return;
            }
            Fate::Ends { started } => Ok(Placement { started, ended: now, queue: 0 }),
            Fate::Leaves => Err(Departure { at: now, queue: 0 }),
        };
        let decides_late = world.station.as_ref().is_some_and(|station| station.decides_late());
        if fate.is_err() && decides_late {
            self.flights.at(flight).charge = None;
            self.workspace.settle(charge);
            self.admitted(world, &message);
        }
        self.over(world, message, (arrived, fate), Some(flight));
    }

    /// Books that an attempt is admitted for good.
    #[inline]
    fn admitted(&mut self, world: &mut World<'_>, message: &Message) {
        if world.frame.window.contains(message.due) {
            world.measures.admitted(&mut self.tally);
        }
    }

    /// Has an attempt served that has reached the backend and found room, unless its customer loses
    /// patience first.
    #[inline]
    fn serve(
        &mut self,
        world: &mut World<'_>,
        message: &Message,
        now: SimTime,
    ) -> Result<Placement, Departure> {
        let deadline = self.deadline(world, message);
        let (Some(servers), Some(service)) = (&mut world.servers, &world.model.service) else {
            return Ok(Placement { started: now, ended: now, queue: 0 });
        };
        let service = self.lines[message.customers as usize].service(service, message.number);
        let fate = servers.place(now, SimSpan::from_nanos(service), deadline);
        let is_shared = world.platform.is_some();
        let measures = world.platform.as_deref_mut().or(world.measures.backend.as_mut());
        let Some(measures) = measures else { return fate };
        let (window, tally) = (world.frame.window, &mut self.tally);
        match fate {
            Ok(Placement { started, ended, queue }) => {
                measures.served(now, started, ended, queue);
                if !is_shared {
                    tally.backend_busy += u128::from(window.overlap(started, ended));
                    tally.backend_waiting += u128::from(window.overlap(now, started));
                    tally.backend_served += u64::from(window.contains(ended));
                }
            }
            Err(Departure { at, queue }) => {
                measures.waited(now, at, queue);
                if !is_shared {
                    tally.backend_waiting += u128::from(window.overlap(now, at));
                }
            }
        }
        fate
    }

    /// Books what becomes of an attempt that was admitted and came to the backend at `arrived`, and
    /// schedules its reply if anything waits for it. It may have a flight already.
    #[inline]
    fn over(
        &mut self,
        world: &mut World<'_>,
        message: Message,
        (arrived, fate): (SimTime, Result<Placement, Departure>),
        flight: Option<u32>,
    ) {
        let counts = world.frame.window.contains(message.due);
        let over = match fate {
            Ok(placement) => placement.ended + world.model.delay,
            Err(departure) => departure.at,
        };
        let is_cut = world.model.cuts(over);
        if counts {
            // Whoever still waits when the run is cut off was not given up.
            if fate.is_ok() || is_cut {
                self.tally.kept(message.agent as usize);
            }
        }
        if counts && is_cut {
            self.tally.in_flight += 1;
        } else if counts && let Ok(placement) = fate {
            let reply = Reply {
                due: message.due,
                latency: over.since(message.due).nanos(),
                wait: placement.started.since(arrived).nanos(),
                service: placement.ended.since(placement.started).nanos(),
            };
            world.measures.completed(world.frame, &mut self.tally, &reply);
        } else if counts {
            self.tally.gave_up_waiting();
        }
        // When it is over is known, so that is an event only where something waits for it.
        if world.model.awaits_replies {
            let flight = flight.unwrap_or_else(|| self.fly(message, None));
            self.calendar.schedule(over, Class::Frees, Event::Reply { flight });
        } else if let Some(flight) = flight {
            self.flights.remove(flight);
        }
        match fate {
            Ok(_) if message.session != NONE => self.next_turn(world, message.session, over),
            Ok(_) => {}
            Err(_) => self.lost(world, message.session, over),
        }
    }

    pub(super) fn fly(&mut self, message: Message, charge: Option<Charge>) -> u32 {
        self.flights.insert(Flight { message, charge, refused: false })
    }

    /// An attempt is over: its reply is back, or the refusal of the backend, or its customer has
    /// gone. Places and credits are given back.
    pub(super) fn reply(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        let Flight { message, charge, refused } = self.flights.remove(flight);
        self.workspace.release(&world.model.book, message.agent as usize, now);
        if world.model.awaits_replies {
            self.agents[message.agent as usize].in_flight -= 1;
        }
        if refused {
            self.give_back(world, message.agent, charge, now);
            if world.model.cuts(now) {
                self.cut(world, message);
            } else {
                self.again_or_lost(world, message, FULL, now);
            }
        }
    }
}
