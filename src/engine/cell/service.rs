//! The way of an attempt at the backend: its room, service, reply.

use super::{Cell, Event, Flight, Message, NONE, World};
use crate::engine::calendar::Class;
use crate::engine::servers::{Departure, Placement};
use crate::measure::Reply;
use crate::rules::{Charge, Reason, Refusal};
use crate::units::{SimSpan, SimTime};

/// The refusal of a backend whose queue is full.
pub(super) const FULL: Refusal = Refusal::of(Reason::Overloaded);

impl Cell {
    /// An attempt arrives at the backend, after the way there.
    pub(super) fn at_backend(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        let Flight { message, charge, .. } = *self.flights.at(flight);
        let room = world.servers.as_mut().is_none_or(|servers| servers.has_room(now));
        if !room {
            let back = now + world.model.delay;
            if world.frame.window.contains(message.due) && !world.model.cuts(back) {
                let made = (message.sent, message.is_first());
                world.measures.refused(world.frame, &mut self.tally, made, &FULL);
            }
            self.flights.at(flight).refused = true;
            self.calendar.schedule(back, Class::Frees, Event::Reply { flight });
            return;
        }
        self.flights.remove(flight);
        let fate = self.serve(world, &message, now);
        self.workspace.settle(charge);
        self.admitted(world, message, (now, fate));
    }

    /// Has an attempt served that has reached the backend and found room, unless its customer loses
    /// patience first.
    #[inline]
    pub(super) fn serve(
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

    /// Books an attempt that is at the backend, and schedules its reply if anything waits for it.
    /// `arrived` is when it came there, and what becomes of it.
    #[inline]
    pub(super) fn admitted(
        &mut self,
        world: &mut World<'_>,
        message: Message,
        (arrived, fate): (SimTime, Result<Placement, Departure>),
    ) {
        let counts = world.frame.window.contains(message.due);
        let over = match fate {
            Ok(placement) => placement.ended + world.model.delay,
            Err(departure) => departure.at,
        };
        let is_cut = world.model.cuts(over);
        if counts {
            // Whoever still waits when the run is cut off was not given up.
            let is_kept = fate.is_ok() || is_cut;
            world.measures.admitted(&mut self.tally, message.agent as usize, is_kept);
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
            let flight = self.fly(message, None);
            self.calendar.schedule(over, Class::Frees, Event::Reply { flight });
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
