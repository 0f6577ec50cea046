//! What a workspace asks of a platform that answers in advance.

use super::{Cell, Flight, World};
use crate::engine::windowed::{Answer, Request};
use crate::rules::Refusal;
use crate::units::{SimSpan, SimTime};

impl Cell {
    /// Sends what an attempt asks of the platform, where it arrives at `at`, if that answers in advance.
    #[inline]
    pub(super) fn post(&mut self, world: &mut World<'_>, flight: u32, at: SimTime) {
        if world.mailbox.is_none() {
            return;
        }
        let Flight { message, cost, .. } = *self.flights.at(flight);
        let deadline = self.deadline(world, &message);
        let Some(law) = &world.model.service else { return };
        let service = self.lines[message.customers as usize].service(law, message.number);
        let request = Request {
            service: SimSpan::from_nanos(service),
            deadline,
            cost: world.model.asks(cost),
            agent: message.agent,
        };
        if let Some(mailbox) = &mut world.mailbox {
            self.flights.at(flight).letter = mailbox.post(at, world.number, request);
        }
    }

    /// What the platform answered to an attempt that arrives there now, if it answers in advance.
    #[inline]
    pub(super) fn answer(&mut self, world: &mut World<'_>, flight: u32) -> Option<Answer> {
        let mailbox = world.mailbox.as_mut()?;
        let answer = mailbox.take(self.flights.at(flight).letter);
        // Limits over everybody are counted on behind those of the group.
        let own = world.model.throttles;
        Some(answer.map_err(|refusal| Refusal {
            limiter: refusal.limiter.map(|limiter| limiter + own),
            ..refusal
        }))
    }
}
