//! What goes wrong around decisions: attempts that are delivered twice, and ends that nobody hears of.

use super::enforce::{Ask, What};
use super::journal::Moved;
use super::records::{End, Flight, Held, Message, Payment};
use super::{Cell, Event, World};
use crate::enforcement::{Asked, DuplicateDelivery, Enforcement, Leaving, LostRelease};
use crate::engine::calendar::Class;
use crate::rules::{Hold, Refusal};
use crate::units::{Credits, SimTime};

/// What an attempt left behind of which nobody heard that it is over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lost {
    agent: u32,
    node: u32,
    hold: Hold,
    payment: Payment,
}

impl Cell {
    /// Has an attempt be delivered once more, if it is one of those.
    pub(super) fn deliver_again(
        &mut self,
        world: &World<'_>,
        enforcement: &Enforcement,
        (message, cost): (Message, Credits),
        now: SimTime,
    ) {
        let Some(DuplicateDelivery { share, after, idempotent }) =
            enforcement.faults.duplicate_delivery
        else {
            return;
        };
        let customers = &self.lines[message.customers as usize];
        // One whose key is known is answered as before, and changes nothing.
        if idempotent
            || world.model.cuts(now + after)
            || !customers.is_delivered_twice(message.number, message.attempt, share)
        {
            return;
        }
        let node = self.node(enforcement, message.agent, |cell| {
            let customers = &cell.lines[message.customers as usize];
            customers.other_node(message.number, message.attempt)
        });
        if !enforcement.charging.is_late() {
            self.charges.entry(message.serial).or_default();
        }
        let ask = self.asks.insert(Ask::new(What::Again(message, cost), node));
        self.calendar.schedule(now + after, Class::Takes, Event::Reach { ask });
    }

    /// Books that a message was charged that may have been charged before.
    pub(super) fn note_charged(&mut self, message: &Message, amount: Credits) {
        let charges = self.charges.get_mut(&message.serial);
        // Who is charged nothing does not mind.
        let Some(charges) = charges.filter(|_| amount > Credits::ZERO) else { return };
        *charges += 1;
        if *charges > 1 && message.counts {
            self.tally.damage.double_charges += 1;
            self.tally.damage.double_charged += amount.wide();
        }
    }

    /// Books that a charge of a message was given back.
    pub(super) fn note_given_back(&mut self, message: &Message, amount: Credits) {
        let charges = self.charges.get_mut(&message.serial);
        let Some(charges) = charges.filter(|it| amount > Credits::ZERO && **it > 0) else { return };
        *charges -= 1;
        if *charges > 0 && message.counts {
            self.tally.damage.double_charges -= 1;
            self.tally.damage.double_charged -= amount.wide();
        }
    }

    /// An attempt that is delivered for the second time takes what it needs once more; its places are
    /// free at once, since it is served only once.
    pub(super) fn act_again(
        &mut self,
        world: &mut World<'_>,
        (message, cost): (Message, Credits),
        node: u32,
        now: SimTime,
    ) -> Result<(), Refusal> {
        let (model, agent) = (world.model, message.agent as usize);
        self.workspace.check_access(&model.book, agent)?;
        let asked = Asked { agent, cost: model.asks(cost), node };
        let taken = self.with_pool(world, now, |cell, world| {
            let enforcer = cell.enforcer.as_mut()?;
            let ticket = u64::from(super::NONE);
            Some(enforcer.take(&world.model.book, &mut cell.workspace, (asked, ticket), now).0)
        });
        let Some(taken) = taken else { return Ok(()) };
        self.note_exceeded(world, &message);
        // What is held is never charged.
        let paid = (&message, Credits::ZERO, node);
        let (payment, moved) = self.begin_to_pay(world, paid, taken.payment, now);
        self.log_decision(world, (&message, cost), Ok(moved), (node, now));
        if let Payment::Held(number) = payment {
            self.holds.at(number).is_left = true;
        }
        if let Payment::Charged(charge) = payment {
            self.charged(world, &charge, now);
            self.note_charged(&message, charge.amount);
        }
        let flight =
            Flight { hold: taken.passed.hold, node, payment, ..Flight::new(message, cost) };
        self.stands(&flight.payment);
        let leaving = if taken.passed.queues > 0 { Leaving::Waiting } else { Leaving::Over };
        self.release(world, &flight, leaving, now);
        self.log_end(world, &flight, Moved::default(), now);
        self.let_in(world, now);
        Ok(())
    }

    /// Whether nobody hears of the end of an attempt that is answered.
    pub(super) fn loses_release(&self, world: &World<'_>, flight: &Flight) -> bool {
        let fault = lost_release(world);
        let message = &flight.message;
        let is_answered = !matches!(flight.end, End::Left);
        fault.filter(|_| is_answered).is_some_and(|LostRelease { share, .. }| {
            let customers = &self.lines[message.customers as usize];
            customers.loses_release(message.number, message.attempt, share)
        })
    }

    /// An attempt is over, and nobody hears of it: its places stay taken, what is held for it stays so,
    /// and what was to be charged is not.
    pub(super) fn lose_release(&mut self, world: &World<'_>, flight: &Flight, now: SimTime) {
        let Flight { message, hold, node, payment, end, cost, .. } = *flight;
        let agent = message.agent as usize;
        if let Some(enforcer) = &self.enforcer {
            enforcer.lose(&world.model.book, &mut self.workspace, (agent, hold));
        }
        let counts = message.counts;
        self.tally.damage.lost_releases += u64::from(counts);
        match payment {
            Payment::Charged(charge) if matches!(end, End::Refused(_)) => {
                // It is never given back, and the next attempt is charged again.
                self.workspace.settle(&charge);
                if charge.amount > Credits::ZERO {
                    self.charges.entry(message.serial).or_insert(1);
                }
            }
            Payment::Due | Payment::Held(_) if counts && matches!(end, End::Served { .. }) => {
                self.tally.damage.unbilled += cost.wide();
            }
            _ => {}
        }
        if let Payment::Held(number) = payment {
            let held = self.holds.at(number);
            let more = if held.expired { Credits::ZERO } else { held.amount - held.in_vain };
            held.in_vain += more;
            held.is_left = true;
            self.in_vain += more.wide();
        }
        let found_after = lost_release(world).and_then(|fault| fault.found_after);
        if let Some(found_after) = found_after {
            let lost = Lost { agent: message.agent, node, hold, payment };
            let number = self.lost.insert(lost);
            let event = Event::Found { lost: number };
            self.calendar.schedule(now + found_after, Class::Frees, event);
        }
    }

    /// Somebody finds that an attempt is over: its places are free, and what is held for it is.
    pub(super) fn find_lost(&mut self, world: &mut World<'_>, lost: u32, now: SimTime) {
        let Lost { agent, node, hold, payment } = self.lost.remove(lost);
        let place = (agent as usize, hold, node);
        if let Some(enforcer) = &mut self.enforcer {
            let book = &world.model.book;
            enforcer.release(book, &mut self.workspace, place, (Leaving::Found, now));
        }
        if let Payment::Held(number) = payment {
            let held: Held = *self.holds.at(number);
            if self.end_hold(world, number, now).is_some() && !world.model.cuts(now) {
                self.log_expired_hold(world, &held, now);
            }
        }
        self.let_in(world, now);
    }
}

fn lost_release(world: &World<'_>) -> Option<LostRelease> {
    world.model.enforcement.and_then(|enforcement| enforcement.faults.lost_release)
}
