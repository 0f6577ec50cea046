//! The way of an attempt at the platform: its limiters, the backend's room, service, reply.

use super::journal::Moved;
use super::records::Payment;
use super::waits::{Place, Waiter};
use super::{Admission, Cell, End, Event, Flight, Message, NONE, World};
use crate::enforcement::Leaving;
use crate::engine::calendar::Class;
use crate::engine::kernel::{General, Kernel};
use crate::engine::model::GroupModel;
use crate::engine::servers::{Departure, Placement};
use crate::engine::station::{Arrival, Fate, Verdict};
use crate::measure::{BackendMeasures, Reply, Served};
use crate::rules::limiter::Attempt;
use crate::rules::{Hold, Reason, Refusal, Wait};
use crate::units::{Credits, SimSpan, SimTime};

/// The refusal of a backend whose queue is full.
pub(in crate::engine) const FULL: Refusal = Refusal::of(Reason::Overloaded);

impl Cell {
    /// What the platform decides of an attempt on its arrival there: its limiters, and if none of
    /// them holds it back, the backend's room.
    #[inline(always)]
    pub(super) fn decide_at_platform<K: Kernel>(
        &mut self,
        world: &mut World<'_>,
        message: &Message,
        cost: Credits,
        now: SimTime,
    ) -> Result<Wait, Refusal> {
        let mut wait = Wait::NONE;
        if K::SHARES && world.limits.is_some() {
            wait = self.pass_limits(world, message, cost, now)?;
        }
        if wait.is_none() { self.room::<K>(world, now).map(|()| wait) } else { Ok(wait) }
    }

    /// Whether the backend has room for one more attempt.
    #[inline(always)]
    pub(super) fn room<K: Kernel>(
        &self,
        world: &mut World<'_>,
        now: SimTime,
    ) -> Result<(), Refusal> {
        let room = if K::SHARES
            && let Some(station) = &mut world.station
        {
            station.has_room(now, world.model.standings[self.workspace.plan()].is_kept)
        } else {
            world.servers.as_mut().is_none_or(|servers| servers.has_room(now))
        };
        if room { Ok(()) } else { Err(FULL) }
    }

    fn pass_limits(
        &mut self,
        world: &mut World<'_>,
        message: &Message,
        cost: Credits,
        now: SimTime,
    ) -> Result<Wait, Refusal> {
        let Some(limits) = &mut world.limits else { return Ok(Wait::NONE) };
        let attempt = attempt(world.model, message, cost, now);
        let answer = limits.check(world.model.plans[self.workspace.plan()], &attempt);
        let own = world.model.throttles;
        if message.counts && !world.model.cuts(now) {
            let exceeded = (limits.exceeded(), own);
            world.measures.reported(world.frame, &mut self.tally, exceeded);
        }
        answer.map_err(|refusal| Refusal { limiter: refusal.limiter.map(|it| it + own), ..refusal })
    }

    /// An attempt arrives at the platform, after the way there.
    pub(super) fn at_platform(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        if world.post.is_some() {
            self.is_received(world, flight, now);
            return;
        }
        let Flight { message, cost, .. } = *self.flights.at(flight);
        match self.decide_at_platform::<General>(world, &message, cost, now) {
            Err(refusal) => self.turn_back(world, flight, refusal, now),
            Ok(wait) => {
                let record = self.flights.remove(flight);
                self.enter(world, record, wait, now);
            }
        }
    }

    /// An attempt has passed the platform's limiters: it takes what it found there, and is served or
    /// waits.
    pub(super) fn enter(
        &mut self,
        world: &mut World<'_>,
        mut flight: Flight,
        wait: Wait,
        now: SimTime,
    ) {
        let Some(limits) = &mut world.limits else {
            self.begin_service(world, &flight, now);
            return;
        };
        let plan = world.model.plans[self.workspace.plan()];
        let attempt = attempt(world.model, &flight.message, flight.cost, now);
        flight.place = Place::Platform;
        if wait.is_none() {
            let (hold, _) = limits.take(plan, &attempt, 0);
            flight.shared = Some((plan as u16, hold));
            self.begin_service(world, &flight, now);
            return;
        }
        let number = self.flights.insert(flight);
        let turn = Waiter { workspace: world.number, flight: number };
        let (hold, queues) = limits.take(plan, &attempt, turn.into());
        self.flights.at(number).shared = Some((plan as u16, hold));
        self.hold_back(world, number, wait, queues, now);
    }

    /// An attempt that the platform's limiters held back arrives at the backend.
    pub(super) fn at_backend(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        if let Err(refusal) = self.room::<General>(world, now) {
            let Flight { shared, .. } = *self.flights.at(flight);
            leave_platform(world, shared, now);
            self.turn_back(world, flight, refusal, now);
            return;
        }
        let record = self.flights.remove(flight);
        self.begin_service(world, &record, now);
    }

    /// The platform refuses an attempt; its customer knows when that is back at the workspace.
    pub(super) fn turn_back(
        &mut self,
        world: &mut World<'_>,
        flight: u32,
        refusal: Refusal,
        now: SimTime,
    ) {
        let record = self.flights.at(flight);
        record.end = End::Refused(refusal);
        let message = record.message;
        let back = now + world.model.delay;
        if message.counts && !world.model.cuts(back) {
            let made = (message.sent, message.is_first());
            world.measures.refused(world.frame, &mut self.tally, (made, now), &refusal);
        }
        self.calendar.schedule(back, Class::Frees, Event::Reply { flight });
    }

    /// An attempt is at the backend, which has room for it.
    fn begin_service(&mut self, world: &mut World<'_>, flight: &Flight, now: SimTime) {
        if world.station.is_some() {
            self.enter_station(world, flight, now);
            return;
        }
        self.admitted(world, (&flight.message, &flight.payment), now);
        let fate = self.serve::<General>(world, &flight.message, now);
        self.over(world, flight, fate, None);
    }

    /// An attempt is served that was admitted with all that there is to decide, whose charge stands, and for
    /// whose end nothing waits.
    #[inline(always)]
    pub(super) fn serve_at_once<K: Kernel>(
        &mut self,
        world: &mut World<'_>,
        message: &Message,
        now: SimTime,
    ) {
        self.note_admitted::<K>(world, message, now);
        let fate = self.serve::<K>(world, message, now);
        let (_, over) = self.book_fate(world, &Admission::new(message, now), fate);
        self.go_on_after(world, message.session, fate.is_ok(), over);
    }

    /// Has an attempt come to a station, which tells later what [becomes](Self::told) of it.
    fn enter_station(&mut self, world: &mut World<'_>, flight: &Flight, now: SimTime) {
        let message = &flight.message;
        let deadline = self.deadline(world, message);
        let (Some(station), Some(law)) = (&mut world.station, &world.model.service) else { return };
        let service = self.lines[message.customers as usize].service(law, message.number);
        let service = SimSpan::from_nanos(service);
        let rank = world.model.standings[self.workspace.plan()].rank;
        let line = station.line(world.number, message.agent, rank);
        let decides_late = station.decides_late();
        let number = self.flights.insert(*flight);
        let arrival = Arrival { of: (world.number, number), line, service, deadline };
        let measures = world.platform.as_deref_mut().or(world.measures.backend.as_mut());
        station.enter(now, arrival, measures);
        if !decides_late {
            self.admitted(world, (&flight.message, &flight.payment), now);
        }
    }

    /// A station tells what has become of an attempt.
    pub(in crate::engine) fn told(
        &mut self,
        world: &mut World<'_>,
        verdict: Verdict,
        now: SimTime,
    ) {
        self.end_batches(world, now);
        let Verdict { of: (_, number), fate, .. } = verdict;
        let flight = *self.flights.at(number);
        let decides_late = world.station.as_ref().is_some_and(|station| station.decides_late());
        let fate = match fate {
            Fate::Shed => {
                leave_platform(world, flight.shared, now);
                self.turn_back(world, number, FULL, now);
                return;
            }
            Fate::Starts => {
                self.admitted(world, (&flight.message, &flight.payment), now);
                return;
            }
            Fate::Ends { started } => Ok(Placement { started, ended: now, queue: 0 }),
            Fate::Leaves => Err(Departure { at: now, queue: 0 }),
        };
        if fate.is_err() && decides_late {
            self.admitted(world, (&flight.message, &flight.payment), now);
        }
        self.over(world, &flight, fate, Some(number));
    }

    /// Books that an attempt is admitted for good: what it was charged stands.
    #[inline(always)]
    pub(super) fn admitted(
        &mut self,
        world: &mut World<'_>,
        (message, payment): (&Message, &Payment),
        now: SimTime,
    ) {
        self.stands(payment);
        self.note_admitted::<General>(world, message, now);
    }

    /// Notes that an attempt is admitted for good.
    #[inline(always)]
    fn note_admitted<K: Kernel>(&mut self, world: &mut World<'_>, message: &Message, now: SimTime) {
        if K::THROTTLES {
            self.lines[message.line as usize].was_admitted(now);
        }
        if message.counts {
            world.measures.admitted(&mut self.tally);
        }
    }

    /// Has an attempt served that has reached the backend and found room, unless its customer loses
    /// patience first.
    #[inline(always)]
    pub(super) fn serve<K: Kernel>(
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
        let is_shared = K::SHARES && world.platform.is_some();
        let platform = world.platform.as_deref_mut().filter(|_| K::SHARES);
        let Some(measures) = platform.or(world.measures.backend.as_mut()) else { return fate };
        let Served { busy, waiting, ended } = measure_fate(measures, now, fate);
        if !is_shared {
            self.tally.backend_busy += u128::from(busy);
            self.tally.backend_waiting += u128::from(waiting);
            self.tally.backend_served += u64::from(ended);
        }
        fate
    }

    /// Books what becomes of an attempt that was admitted, and schedules its reply if anything waits
    /// for it. It may have a record already.
    pub(super) fn over(
        &mut self,
        world: &mut World<'_>,
        flight: &Flight,
        fate: Result<Placement, Departure>,
        number: Option<u32>,
    ) {
        let Flight { message, decided, .. } = flight;
        let (done, over) = self.book_fate(world, &Admission::new(message, *decided), fate);
        // When it is over is known, so that is an event only where something waits for it.
        if world.awaits_end() {
            let flight = number.unwrap_or_else(|| self.flights.insert(*flight));
            let arrives = *decided + world.model.delay;
            self.flights.at(flight).end = match fate {
                Ok(placement) => End::Served { waited: placement.started.since(arrives) },
                Err(_) => End::Left,
            };
            if world.limits.as_ref().is_some_and(|limits| limits.holds_places()) {
                self.calendar.schedule(done, Class::Frees, Event::Served { flight });
            }
            self.calendar.schedule(over, Class::Frees, Event::Reply { flight });
        } else if let Some(number) = number {
            self.flights.remove(number);
        }
        self.go_on_after(world, message.session, fate.is_ok(), over);
    }

    /// Books what becomes of an attempt that was admitted. Answers when the backend is done with it, and
    /// when that is back.
    #[inline(always)]
    pub(in crate::engine) fn book_fate(
        &mut self,
        world: &mut World<'_>,
        of: &Admission,
        fate: Result<Placement, Departure>,
    ) -> (SimTime, SimTime) {
        let &Admission { agent, counts, due, decided } = of;
        // Until it was served it was on its way to the platform, or it waited.
        let arrives = decided + world.model.delay;
        let (done, over) = match fate {
            Ok(placement) => (placement.ended, placement.ended + world.model.delay),
            Err(departure) => (departure.at, departure.at),
        };
        if !counts {
            return (done, over);
        }
        let is_cut = world.model.cuts(over);
        // Whoever still waits when the run is cut off was not given up.
        if fate.is_ok() || is_cut {
            self.tally.kept(agent as usize);
        }
        if is_cut {
            self.tally.in_flight += 1;
        } else if let Ok(placement) = fate {
            let reply = Reply {
                due,
                latency: over.since(due).nanos(),
                wait: placement.started.since(arrives).nanos(),
                service: placement.ended.since(placement.started).nanos(),
            };
            world.measures.completed(world.frame, &mut self.tally, reply);
        } else {
            self.tally.gave_up_waiting();
        }
        (done, over)
    }

    /// A conversation goes on after a reply, or after the loss of a message, which is back at `over`.
    #[inline(always)]
    fn go_on_after(&mut self, world: &World<'_>, session: u32, replied: bool, over: SimTime) {
        if session == NONE {
            return;
        }
        if replied {
            self.next_turn(world, session, over);
        } else {
            self.lost(world, session, over);
        }
    }

    /// The backend is done with an attempt.
    pub(super) fn served(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        let Flight { shared, .. } = *self.flights.at(flight);
        leave_platform(world, shared, now);
    }

    /// An attempt is over: its reply is back, or the refusal of the platform, or its customer has
    /// gone. Places and credits are given back.
    pub(super) fn reply(&mut self, world: &mut World<'_>, flight: u32, now: SimTime) {
        let flight = self.flights.remove(flight);
        let Flight { message, end, .. } = flight;
        self.less_busy(world, message.agent);
        let mut back = Moved::default();
        if !world.model.cuts(now) && self.loses_release(world, &flight) {
            self.lose_release(world, &flight, now);
        } else {
            self.release(world, &flight, Leaving::Over, now);
            self.let_in(world, now);
            back = self.pay_at_end(world, &flight, now);
        }
        self.log_end(world, &flight, back, now);
        if let End::Refused(refusal) = end {
            if world.model.cuts(now) {
                self.cut(&message);
            } else {
                self.again_or_lost(world, &message, &refusal, now);
            }
        }
    }

    /// An agent has an attempt less under way.
    pub(super) fn less_busy(&mut self, world: &World<'_>, agent: u32) {
        if world.model.awaits_replies {
            self.in_flight[agent as usize] -= 1;
        }
    }
}

/// Has measured what becomes of an attempt that arrives at servers at `now`; answers what of it is inside
/// the window.
#[inline(always)]
pub(in crate::engine) fn measure_fate(
    measures: &mut BackendMeasures,
    now: SimTime,
    fate: Result<Placement, Departure>,
) -> Served {
    match fate {
        Ok(Placement { started, ended, queue }) => measures.served(now, started, ended, queue),
        Err(Departure { at, queue }) => {
            Served { waiting: measures.waited(now, at, queue), ..Served::default() }
        }
    }
}

/// An attempt, as limiters see it.
fn attempt(model: &GroupModel, message: &Message, cost: Credits, now: SimTime) -> Attempt {
    Attempt { now, start: model.start, agent: message.agent as usize, cost: model.asks(cost) }
}

/// Gives back the places that an attempt holds of the platform's limiters.
fn leave_platform(world: &mut World<'_>, shared: Option<(u16, Hold)>, now: SimTime) {
    if let (Some((plan, hold)), Some(limits)) = (shared, &mut world.limits) {
        limits.release(usize::from(plan), hold, now);
    }
}
