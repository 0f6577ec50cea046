//! One event after the other.

use super::{Cell, Event, Message, World};
use crate::engine::calendar::Ticket;
use crate::engine::kernel::Kernel;
use crate::engine::run::EngineError;
use crate::units::{SimSpan, SimTime};

/// More events than this of one workspace at one instant are a loop in no time.
const MOST_AT_ONE_INSTANT: u32 = 1_000_000;

impl Cell {
    /// Lets the next event happen; `false` when there is none.
    #[inline(always)]
    fn step<K: Kernel>(&mut self, world: &mut World<'_>) -> Result<bool, EngineError> {
        let Some((now, ticket, event)) = self.calendar.pop() else { return Ok(false) };
        self.count_event(world, now)?;
        let later = match event {
            Event::Arrival { source } => {
                let line = self.sources[source as usize].line as usize;
                if let Some(route) = world.model.lines[line].route {
                    self.arrival_at_workspace(world, source, route, now)
                } else {
                    // What most messages do is compiled in here, so that none of them is ever put together.
                    if let Some(message) = self.arrival(world, source, now) {
                        self.attempt::<K>(world, &message, now);
                    }
                    return Ok(true);
                }
            }
            Event::Turn { session } => self.turn(world, session, now),
            Event::Retry { pending } => self.retry(world, pending, now),
            event => {
                self.happen(world, event, ticket, now);
                None
            }
        };
        if let Some(message) = &later {
            self.attempt_later::<K>(world, message, now);
        }
        Ok(true)
    }

    /// An attempt of a message that did not just arrive.
    #[inline(never)]
    fn attempt_later<K: Kernel>(&mut self, world: &mut World<'_>, message: &Message, now: SimTime) {
        self.attempt::<K>(world, message, now);
    }

    /// Lets an event happen that is no attempt.
    fn happen(&mut self, world: &mut World<'_>, event: Event, ticket: Ticket, now: SimTime) {
        match event {
            Event::AtPlatform { flight } => self.at_platform(world, flight, now),
            Event::Admitted { counts } => {
                if counts {
                    world.measures.admitted(&mut self.tally);
                }
            }
            Event::AtBackend { flight } => self.at_backend(world, flight, now),
            Event::Served { flight } => self.served(world, flight, now),
            Event::LosesPatience { flight } => self.loses_patience(world, flight, ticket, now),
            Event::Reply { flight } => self.reply(world, flight, now),
            Event::HoldExpires { hold } => self.hold_expires(world, hold, ticket, now),
            Event::Found { lost } => self.find_lost(world, lost, now),
            Event::WaitingTry => self.wake_waiting(world, now),
            Event::Reach { ask } => self.reach(world, ask, now),
            Event::Undecided { ask } => self.undecided(world, ask, now),
            Event::Decide { ask } => self.decide_asked(world, ask, now),
            Event::Act { ask } => self.act(world, ask, now),
            Event::Enable { agent } => self.enable_by_habit(world, agent, ticket, now),
            Event::Disable { agent } => self.disable_by_habit(world, agent, ticket, now),
            Event::Create { line } => self.create_by_churn(world, line, now),
            Event::Delete { agent } => self.delete(world, agent, now),
            Event::Renew => self.renew(world, ticket, now),
            Event::PackageEnds { grant } => self.package_ends(world, grant, now),
            Event::BuyByHand => self.buy_by_hand(world, now),
            Event::TrialEnds => self.trial_ends(world, ticket, now),
            Event::Begin { entry } => self.occur(world, entry, now),
            Event::Undo { entry } => self.undo(world, entry, now),
            // Those are attempted.
            Event::Arrival { .. } | Event::Turn { .. } | Event::Retry { .. } => unreachable!(),
        }
    }

    /// Lets the next event happen, or before it what is due at servers of its own, where completions
    /// are events; `false` when there is nothing.
    #[inline(always)]
    pub(in crate::engine) fn advance<K: Kernel>(
        &mut self,
        world: &mut World<'_>,
    ) -> Result<bool, EngineError> {
        if K::SHARES
            && let Some(station) = &mut world.station
            && let Some(now) = station.next()
            && self.next().is_none_or(|(at, _)| now <= at)
        {
            self.events += 1;
            if let Some(verdict) = station.step(world.measures.backend.as_mut()) {
                self.told(world, verdict, now);
            }
            return Ok(true);
        }
        self.step::<K>(world)
    }

    /// Lets happen what is due until an instant, where there is no station, but so many events at most.
    /// Answers when the next one is due.
    #[inline]
    pub(in crate::engine) fn advance_until<K: Kernel>(
        &mut self,
        world: &mut World<'_>,
        until: SimTime,
        most: u32,
    ) -> Result<Option<SimTime>, EngineError> {
        let mut left = most;
        while let Some((at, _)) = self.next() {
            if at > until || left == 0 {
                return Ok(Some(at));
            }
            left -= 1;
            self.step::<K>(world)?;
        }
        Ok(None)
    }

    /// The instant of the last event.
    pub(in crate::engine) const fn instant(&self) -> SimTime {
        self.instant
    }

    /// Counts an event, after the batches that end before it; too many at one instant end the run.
    #[inline]
    pub(super) fn count_event(
        &mut self,
        world: &mut World<'_>,
        now: SimTime,
    ) -> Result<(), EngineError> {
        self.events += 1;
        if now > self.instant {
            self.end_batches(world, now);
            self.instant = now;
            self.at_instant = 0;
        }
        self.at_instant += 1;
        if self.at_instant > MOST_AT_ONE_INSTANT {
            return Err(EngineError::Livelock {
                group: world.model.name.clone(),
                at: SimSpan::from_nanos(now.nanos()),
            });
        }
        Ok(())
    }
}
