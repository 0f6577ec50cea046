//! Attempts that are charged when they are over, and what is held for them until then.

use super::journal::Moved;
use super::records::{End, Flight, Held, Message, Payment};
use super::{Cell, Event, World};
use crate::enforcement::{self, Asked, Charging};
use crate::engine::calendar::{Class, Ticket};
use crate::units::{Credits, SimTime};

impl Cell {
    /// Books how an attempt pays that was just admitted.
    pub(super) fn begin_to_pay(
        &mut self,
        world: &mut World<'_>,
        (message, cost, node): (&Message, Credits, u32),
        payment: enforcement::Payment,
        now: SimTime,
    ) -> (Payment, Moved) {
        match payment {
            enforcement::Payment::Nothing => (Payment::Nothing, Moved::default()),
            enforcement::Payment::Due => (Payment::Due, Moved::default()),
            enforcement::Payment::Charged(charge) => {
                (Payment::Charged(charge), Moved::charge(charge))
            }
            enforcement::Payment::Held(amount) => {
                let in_vain = (amount - cost).max(Credits::ZERO);
                self.in_vain += in_vain.wide();
                let held = Held {
                    amount,
                    in_vain,
                    message: message.serial,
                    agent: message.agent,
                    node,
                    expires: Ticket::NONE,
                    expired: false,
                    is_left: false,
                };
                let number = self.holds.insert(held);
                let ttl = world.model.enforcement.and_then(|it| match it.charging {
                    Charging::Hold { ttl, .. } => ttl,
                    _ => None,
                });
                if let Some(ttl) = ttl {
                    let event = Event::HoldExpires { hold: number };
                    let expires = self.calendar.schedule(now + ttl, Class::Frees, event);
                    self.holds.at(number).expires = expires;
                }
                (Payment::Held(number), Moved::held(amount))
            }
        }
    }

    /// What an attempt was charged on its admission stands for good.
    #[inline]
    pub(super) fn stands(&mut self, payment: &Payment) {
        if let Payment::Charged(charge) = payment {
            self.workspace.settle(charge);
        }
    }

    /// An attempt is over: it gives back what it was charged if it was refused further on, and is
    /// charged if it was served and that is yet to come. Answers what comes back beside that.
    pub(super) fn pay_at_end(
        &mut self,
        world: &mut World<'_>,
        flight: &Flight,
        now: SimTime,
    ) -> Moved {
        let was_served = matches!(flight.end, End::Served { .. });
        match flight.payment {
            Payment::Charged(charge) => match flight.end {
                End::Refused(_) => {
                    self.give_back(world, (flight.message.agent, flight.node), charge, now);
                    if !world.model.cuts(now) {
                        self.note_given_back(&flight.message, charge.amount);
                    }
                    Moved::given_back(charge)
                }
                // What was charged on admission is not returned.
                End::Left | End::Served { .. } => Moved::default(),
            },
            // What is under way when the run is cut off stays so.
            Payment::Due | Payment::Held(_) if world.model.cuts(now) => Moved::default(),
            Payment::Due | Payment::Held(_) if was_served => {
                self.settle(world, flight, now);
                Moved::default()
            }
            Payment::Nothing | Payment::Due => Moved::default(),
            Payment::Held(number) => Moved::default().ends_hold(self.end_hold(world, number, now)),
        }
    }

    /// Charges an attempt that was served what it really costs.
    fn settle(&mut self, world: &mut World<'_>, flight: &Flight, now: SimTime) {
        let Flight { message, cost, node, .. } = *flight;
        let asked = Asked { agent: message.agent as usize, cost, node };
        let held = match flight.payment {
            Payment::Held(number) => self.take_hold(number),
            _ => None,
        };
        let charge = self.with_pool(world, now, |cell, world| {
            let enforcer = cell.enforcer.as_mut()?;
            let held = held.unwrap_or(Credits::ZERO);
            let book = &world.model.book;
            enforcer.charge_late(book, &mut cell.workspace, (asked, held), now)
        });
        let moved = charge.map(Moved::charge).unwrap_or_default();
        self.log_settlement(world, flight, moved.ends_hold(held), now);
        let Some(charge) = charge else { return };
        if let Some(held) = held
            && world.frame.window.contains(now)
        {
            self.tally.damage.above_hold += (cost - held).max(Credits::ZERO).wide();
        }
        self.charged(world, &charge, now);
    }

    /// Frees what is held for an attempt. Answers how much that was; `None` if it has expired.
    pub(super) fn end_hold(
        &mut self,
        world: &mut World<'_>,
        number: u32,
        now: SimTime,
    ) -> Option<Credits> {
        self.look(world, now);
        let node = self.holds.at(number).node;
        let held = self.take_hold(number)?;
        if let Some(enforcer) = &mut self.enforcer {
            enforcer.end_hold(&world.model.book, &mut self.workspace, (node, held), now);
        }
        Some(held)
    }

    /// Takes the record of what was held for an attempt that is over. Answers how much is held still;
    /// `None` if it has expired.
    fn take_hold(&mut self, number: u32) -> Option<Credits> {
        // What was on the calendar finds that it is outdated.
        self.holds.at(number).expires = Ticket::NONE;
        let Held { amount, in_vain, expired, .. } = self.holds.remove(number);
        if expired {
            return None;
        }
        self.in_vain -= in_vain.wide();
        Some(amount)
    }

    /// Credits were held for as long as they may be: they are free, and the attempt is charged all the
    /// same when its reply is back.
    pub(super) fn hold_expires(
        &mut self,
        world: &mut World<'_>,
        number: u32,
        ticket: Ticket,
        now: SimTime,
    ) {
        let held = *self.holds.at(number);
        if held.expires != ticket || world.model.cuts(now) {
            return;
        }
        let record = self.holds.at(number);
        (record.expired, record.expires) = (true, Ticket::NONE);
        self.in_vain -= held.in_vain.wide();
        let counts = !held.is_left && world.frame.window.contains(now);
        self.tally.damage.expired_holds += u64::from(counts);
        self.look(world, now);
        if let Some(enforcer) = &mut self.enforcer {
            let free = (held.node, held.amount);
            enforcer.end_hold(&world.model.book, &mut self.workspace, free, now);
        }
        self.log_expired_hold(world, &held, now);
    }
}
