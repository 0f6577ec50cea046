//! What follows a refusal: another try, or the loss of the message.

use super::{Cell, Event, Message, World};
use crate::engine::calendar::Class;
use crate::rules::{Reason, Refusal};
use crate::units::{SimSpan, SimTime};

/// A message between two tries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pending {
    /// As it is when it is tried again.
    message: Message,
    /// Of its last try.
    refusal: Refusal,
}

impl Cell {
    /// When the customer of a message loses patience.
    #[inline(always)]
    pub(super) fn deadline(&self, world: &World<'_>, message: &Message) -> SimTime {
        let line = message.line as usize;
        match &world.model.lines[line].patience {
            None => SimTime::NEVER,
            Some(patience) => {
                let customers = &self.lines[message.customers as usize];
                let patience = customers.patience(patience, message.number);
                message.due + SimSpan::from_nanos(patience)
            }
        }
    }

    /// Whether the customers of a line hold an attempt back that they mean to make.
    #[inline]
    pub(super) fn holds_back(
        &mut self,
        world: &World<'_>,
        message: &Message,
        now: SimTime,
    ) -> bool {
        let line = message.line as usize;
        let lately = self.lines[line].means_to_attempt(now);
        let model = world.model.lines[line].client_throttling;
        model.zip(lately).is_some_and(|(model, lately)| {
            let customers = &self.lines[message.customers as usize];
            customers.holds_back(model, lately, (message.number, message.attempt))
        })
    }

    /// An attempt is refused at the workspace.
    pub(super) fn refuse(
        &mut self,
        world: &mut World<'_>,
        message: &Message,
        refusal: &Refusal,
        now: SimTime,
    ) {
        if refusal.reason == Reason::CreditsExhausted {
            self.out_of_credits(world, now);
        }
        if message.counts {
            let made = (message.sent, message.is_first());
            world.measures.refused(world.frame, &mut self.tally, (made, now), refusal);
        }
        self.again_or_lost(world, message, refusal, now);
    }

    /// The customer knows of a refusal at `now`, and tries again later or gives up.
    #[inline(always)]
    pub(super) fn again_or_lost(
        &mut self,
        world: &World<'_>,
        message: &Message,
        refusal: &Refusal,
        now: SimTime,
    ) {
        let model = &world.model.lines[message.line as usize];
        let again = match &model.retry {
            Some(retry) if self.lines[message.line as usize].can_retry(retry, now) => {
                let last = (message.attempt, message.backoff);
                self.lines[message.customers as usize].retry(retry, message.number, last, refusal)
            }
            _ => None,
        };
        let Some((delay, backoff)) = again else {
            self.lose(world, message, refusal, (now, false));
            return;
        };
        let (at, deadline) = (now + delay, self.deadline(world, message));
        if at > deadline {
            self.lose(world, message, refusal, (deadline.max(now), true));
        } else if !world.model.finish && at >= world.model.until {
            self.cut(message);
        } else {
            self.lines[message.line as usize].will_retry(now);
            let message = Message { attempt: message.attempt + 1, sent: at, backoff, ..*message };
            let pending = self.pending.insert(Pending { message, refusal: *refusal });
            self.calendar.schedule(at, Class::Takes, Event::Retry { pending });
        }
    }

    /// A message that is tried again. Nobody tries again with an agent that was deleted meanwhile.
    pub(super) fn retry(
        &mut self,
        world: &World<'_>,
        pending: u32,
        now: SimTime,
    ) -> Option<Message> {
        let Pending { message, refusal } = self.pending.remove(pending);
        if self.workspace.agent(message.agent as usize).is_none() {
            self.lose(world, &message, &refusal, (now, false));
            return None;
        }
        Some(message)
    }

    /// A message is given up at an instant, perhaps since its customer lost patience then.
    #[inline(always)]
    fn lose(
        &mut self,
        world: &World<'_>,
        message: &Message,
        refusal: &Refusal,
        (at, impatient): (SimTime, bool),
    ) {
        if world.model.cuts(at) {
            self.cut(message);
            return;
        }
        if message.counts {
            self.tally.gave_up(world.frame.own_causes.index(refusal), impatient);
        }
        self.lost(world, message.session, at);
    }

    /// The run ends before it is known what becomes of a message.
    pub(super) fn cut(&mut self, message: &Message) {
        if message.counts {
            self.tally.in_flight += 1;
        }
        self.end_session(message.session);
    }

    /// Whether arrivals have stopped and nothing is left that could still be charged.
    pub(super) fn is_over(&self, world: &World<'_>, now: SimTime) -> bool {
        now >= world.model.until
            && self.pending.is_empty()
            && self.flights.is_empty()
            && self.asks.is_empty()
    }
}
