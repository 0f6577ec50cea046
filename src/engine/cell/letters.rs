//! What a workspace asks of a platform that is simulated apart from it.

use super::{Admission, Cell, Event, Flight, Message, World};
use crate::engine::calendar::Class;
use crate::engine::windowed::{Answer, Mailbox, Outbox, Request};
use crate::rules::Refusal;
use crate::units::{Credits, SimSpan, SimTime};

/// Where requests are sent to a platform that is simulated apart.
pub(in crate::engine) enum Post<'a> {
    /// It has answered before they are there.
    Mailbox(&'a mut Mailbox),
    /// It admits everything, and nobody waits to hear what becomes of that.
    Outbox(&'a mut Outbox),
}

impl Cell {
    /// Sends what an attempt asks of the platform, where it arrives at `at`, if that is simulated apart.
    #[inline]
    pub(super) fn post(&mut self, world: &mut World<'_>, flight: u32, at: SimTime) {
        if world.post.is_none() {
            return;
        }
        let Flight { message, cost, decided, .. } = *self.flights.at(flight);
        let Some(request) = self.request(world, &message, cost) else { return };
        match &mut world.post {
            Some(Post::Mailbox(mailbox)) => {
                self.flights.at(flight).letter = mailbox.post(at, world.number, request);
            }
            Some(Post::Outbox(outbox)) => {
                outbox.post(at, world.number, (Admission::new(&message, decided), request));
            }
            None => {}
        }
    }

    /// What an attempt asks of the platform, if that serves anybody.
    #[inline(always)]
    fn request(&self, world: &World<'_>, message: &Message, cost: Credits) -> Option<Request> {
        let law = world.model.service.as_ref()?;
        let service = self.lines[message.customers as usize].service(law, message.number);
        Some(Request {
            service: SimSpan::from_nanos(service),
            deadline: self.deadline(world, message),
            cost: world.model.asks(cost),
            agent: message.agent,
        })
    }

    /// Sends an attempt to a platform that admits everything, whose charge stands, and for whose end nothing
    /// waits.
    #[inline(always)]
    pub(super) fn send_at_once(
        &mut self,
        world: &mut World<'_>,
        message: &Message,
        cost: Credits,
        now: SimTime,
    ) {
        let request = self.request(world, message, cost);
        let at = now + world.model.delay;
        if let (Some(Post::Outbox(outbox)), Some(request)) = (&mut world.post, request) {
            outbox.post(at, world.number, (Admission::new(message, now), request));
        }
        let event = Event::Admitted { counts: message.counts };
        self.calendar.schedule(at, Class::Takes, event);
    }

    /// An attempt arrives at a platform that is simulated apart: it hears what that has answered, if there
    /// is anything to hear.
    pub(super) fn is_received(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        if let Some(Post::Mailbox(mailbox)) = &mut world.post {
            let answer = mailbox.take(self.flights.at(flight).letter);
            self.act_on_answer(world, flight, answer, now);
            return;
        }
        let record = self.flights.remove(flight);
        self.admitted(world, (&record.message, &record.payment), now);
    }

    /// Has happen what the platform answered to an attempt in advance that arrives now.
    fn act_on_answer(&mut self, world: &mut World<'_>, flight: u32, answer: Answer, now: SimTime) {
        match answer {
            Err(refusal) => {
                // Limits over everybody are counted on behind those of the group.
                let own = world.model.throttles;
                let limiter = refusal.limiter.map(|limiter| limiter + own);
                self.turn_back(world, flight, Refusal { limiter, ..refusal }, now);
            }
            Ok(fate) => {
                let record = self.flights.remove(flight);
                self.admitted(world, (&record.message, &record.payment), now);
                self.over(world, &record, fate, None);
            }
        }
    }
}
