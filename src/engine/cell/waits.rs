//! Attempts that were admitted and wait before they go on: for a limiter that shapes, or for a place
//! of one that counts attempts in flight.

use super::{Cell, End, Event, Flight, World};
use crate::enforcement::Leaving;
use crate::engine::calendar::{Class, Ticket};
use crate::rules::Wait;
use crate::units::SimTime;

/// Where an attempt is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At the workspace, or between it and the platform.
    Workspace,
    /// At the platform, past its limiters.
    Platform,
}

/// By what the platform's limiters know an attempt: the number of its workspace, and its own there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Waiter {
    pub(in crate::engine) workspace: u32,
    pub(in crate::engine) flight: u32,
}

impl From<Waiter> for u64 {
    fn from(turn: Waiter) -> Self {
        (Self::from(turn.workspace) << 32) | Self::from(turn.flight)
    }
}

impl From<u64> for Waiter {
    fn from(ticket: u64) -> Self {
        Self { workspace: (ticket >> 32) as u32, flight: ticket as u32 }
    }
}

impl Cell {
    /// An attempt goes on from where it is, unless its customer loses patience first: when limiters
    /// that shape let it, and when it has the places that it waits for.
    pub(super) fn hold_back(
        &mut self,
        world: &mut World<'_>,
        flight: u32,
        wait: Wait,
        queues: u16,
        now: SimTime,
    ) {
        let record = self.flights.at(flight);
        (record.queues, record.goes_on) = (queues, now + wait.shaped);
        let message = record.message;
        let deadline = self.deadline(world, &message).max(now);
        if queues == 0 && self.flights.at(flight).goes_on <= deadline {
            self.go_on(world, flight, now);
        } else if deadline != SimTime::NEVER {
            let event = Event::LosesPatience { flight };
            let ticket = self.calendar.schedule(deadline, Class::Leaves, event);
            self.flights.at(flight).patience = ticket;
        }
    }

    /// Attempts go on that waited for places of the workspace's limiters and have them now.
    pub(super) fn let_in(&mut self, world: &mut World<'_>, now: SimTime) {
        while let Some(flight) = self.workspace.next_admitted() {
            // What the workspace names are the numbers that it was given.
            self.has_place(world, flight as u32, now);
        }
    }

    /// An attempt has one of the places that it waits for.
    pub(in crate::engine) fn has_place(
        &mut self,
        world: &mut World<'_>,
        flight: u32,
        now: SimTime,
    ) {
        self.end_batches(world, now);
        let record = self.flights.at(flight);
        record.queues -= 1;
        let Flight { message, queues, goes_on, .. } = *record;
        // Whoever loses patience before a limiter lets it go on has that on the calendar.
        if queues == 0 && goes_on.max(now) <= self.deadline(world, &message).max(now) {
            self.go_on(world, flight, now);
        }
    }

    fn go_on(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        let record = self.flights.at(flight);
        record.patience = Ticket::NONE;
        let at = record.goes_on.max(now);
        let (at, event) = match record.place {
            Place::Workspace => {
                let arrives = at + world.model.delay;
                self.post(world, flight, arrives);
                (arrives, Event::AtPlatform { flight })
            }
            Place::Platform => (at, Event::AtBackend { flight }),
        };
        self.calendar.schedule(at, Class::Takes, event);
    }

    /// The customer of an attempt that waits loses patience.
    pub(super) fn loses_patience(
        &mut self,
        world: &mut World<'_>,
        flight: u32,
        ticket: Ticket,
        now: SimTime,
    ) {
        if self.flights.at(flight).patience != ticket {
            return;
        }
        let flight = Flight { end: End::Left, ..self.flights.remove(flight) };
        let Flight { message, place, shared, .. } = flight;
        self.stands(&flight.payment);
        match place {
            Place::Workspace => self.release(world, &flight, Leaving::Waiting, now),
            Place::Platform => {
                self.release(world, &flight, Leaving::Over, now);
                if let (Some((plan, hold)), Some(limits)) = (shared, &mut world.limits) {
                    limits.leave(usize::from(plan), hold, now);
                }
            }
        }
        self.less_busy(world, message.agent);
        let back = self.pay_at_end(world, &flight, now);
        self.log_end(world, &flight, back, now);
        self.let_in(world, now);
        if message.counts {
            let is_cut = world.model.cuts(now);
            world.measures.admitted(&mut self.tally);
            if is_cut {
                self.tally.kept(message.agent as usize);
                self.tally.in_flight += 1;
            } else {
                self.tally.gave_up_waiting();
            }
        }
        self.lost(world, message.session, now);
    }
}
