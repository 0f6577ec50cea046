//! Workspaces that meet in servers or limits which are a way off, in windows of virtual time.
//!
//! What a workspace asks of the platform at an instant arrives there a network delay later. So what
//! arrives within a window that is no longer than that delay was sent before it began: the platform
//! answers all of it first, in the order in which it arrives, and then each workspace goes through
//! the window on its own, in any order and on any thread, and finds the answers where it has attempts
//! arrive. Nothing else passes between workspaces.
//!
//! Where nobody does anything else for what the platform answers, since it admits everything and nobody
//! writes again after a reply, workspaces need not wait for it: they are simulated as far ahead as
//! memory is good for, many events of each in one go while its state is at hand in the cache, and what
//! became of their attempts is booked afterwards.
//! Source: K. M. Chandy and J. Misra, Distributed Simulation (1979), on lookahead; windows as in
//! B. D. Lubachevsky, Efficient Distributed Event-Driven Simulations of Multiple-Loop Networks (1989).

mod crew;
mod mailbox;
mod office;
mod outbox;
mod residents;
mod sender;
mod shard;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};

use self::crew::Crew;
pub(super) use self::mailbox::{Answer, Mailbox, Request};
use self::office::Office;
pub(super) use self::outbox::Outbox;
use self::residents::{Failure, Residents};
use self::sender::Sender;
use self::shard::Shard;
use super::coupled::Shared;
use super::model::GroupModel;
use super::run::{EngineError, Part};
use crate::measure::{Batches, Frame};
use crate::scenario::{Backend, Scenario};
use crate::units::{SimSpan, SimTime};

/// With less to do for each thread than so many workspaces, it is done sooner than the others are called.
const WORTH_A_CALL: usize = 24;
/// Where nobody hears from the platform, stretches of time are so long that about as many requests are
/// sent in each, of all workspaces: that is some megabytes.
const OF_A_STRETCH: std::ops::Range<usize> = 1 << 16..1 << 17;
/// The first one is two to the power of this long \[ns\].
const FIRST_STRETCH: u32 = 20;
/// If the workspaces of a thread have sent more than that, because load rises at once, the others are not
/// simulated as far.
const MOST_SENT: usize = 1 << 18;

/// How windows are simulated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Windows {
    /// A window is two to the power of this long \[ns\].
    shift: u32,
    /// With less to do for each thread than so many workspaces, threads do not share a window.
    worth_a_call: usize,
    /// How many requests the workspaces of a thread should send in a stretch at most.
    most_sent: usize,
}

impl Windows {
    /// The windows in which the workspaces of a scenario can be simulated whose decisions are not
    /// logged; `None` if they must go on together, event by event.
    pub(super) fn of(scenario: &Scenario) -> Option<Self> {
        let shift = scenario.platform_is_ahead()?.nanos().checked_ilog2()?;
        Some(Self { shift, worth_a_call: WORTH_A_CALL, most_sent: MOST_SENT })
    }
}

/// All workspaces of a scenario.
pub(super) struct Everybody<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) models: &'a [GroupModel],
    pub(super) frame: &'a Frame,
    pub(super) windows: Windows,
}

/// All workspaces of a replication, when they have been simulated.
pub(super) struct Crowd<'a>(Vec<Residents<'a>>);

impl Crowd<'_> {
    /// Ends every workspace, as `frame` measures them.
    pub(super) fn finish(self, frame: &Frame, part: &mut Part) {
        let parts = apart(self.0, |residents| residents.finish(frame));
        for of_some in &parts {
            part.merge(of_some);
        }
    }
}

/// What there is of a replication that was simulated: the workspaces, what they shared, and the instant
/// at which it was stopped if it was.
type Simulated<'a> = (Crowd<'a>, Shared<'a>, Option<SimTime>);

/// How the simulation of windows ends.
enum End {
    /// Nothing is left to do, or something asked to stop at an instant.
    Reached(Option<SimTime>),
    /// Time itself has ended.
    Overrun,
    Failed(EngineError),
}

/// Asked now and then, from an instant on and after so much was done, whether to go on.
type GoesOn<'g> = &'g mut dyn FnMut(SimTime, u64) -> bool;

impl<'a> Everybody<'a> {
    /// Simulates a replication on so many threads. `goes_on` is asked now and then whether to go on
    /// from an instant. Answers `None` if the end of time is reached, where what is sent arrives at once.
    ///
    /// # Errors
    ///
    /// What goes wrong first in any workspace.
    pub(super) fn simulate(
        &self,
        replication: u32,
        threads: usize,
        goes_on: GoesOn<'_>,
    ) -> Result<Option<Simulated<'a>>, EngineError> {
        let workspaces: u64 = self.models.iter().map(|model| u64::from(model.count)).sum();
        let of = (threads as u64).min(workspaces).max(1) as u32;
        let mut office = Office::new(self.scenario, self.frame);
        let (end, residents): (End, Vec<Residents<'a>>) = if self.hears() {
            let shards = together(
                apart(0..of, |shard| Shard::begin(self, replication, (shard, of))),
                Shard::simulate,
                |crew, shards| self.lead(crew, shards, &mut office, goes_on),
            );
            (shards.0, shards.1.into_iter().map(|shard| shard.residents).collect())
        } else {
            let senders = together(
                apart(0..of, |sender| Sender::begin(self, replication, (sender, of))),
                |sender, until| sender.simulate(SimTime::from_nanos(until)),
                |crew, senders| self.lead_ahead(crew, senders, &mut office, goes_on),
            );
            (senders.0, senders.1.into_iter().map(|sender| sender.residents).collect())
        };
        match end {
            End::Failed(error) => Err(error),
            End::Overrun => Ok(None),
            End::Reached(stopped_at) => Ok(Some((Crowd(residents), office.shared, stopped_at))),
        }
    }

    /// Whether workspaces do anything for what the platform answers, besides booking it.
    fn hears(&self) -> bool {
        let refuses = |backend: &Backend| backend.queue_limit.is_some();
        let hears =
            |model: &GroupModel| !model.is_simple() || model.awaits_replies || model.writes_again();
        !self.scenario.throttles.is_empty()
            || self.scenario.backend.as_ref().is_none_or(refuses)
            || self.models.iter().any(hears)
    }

    /// Has window after window simulated.
    fn lead<'s>(
        &self,
        crew: &Crew,
        shards: &'s [Mutex<Shard<'a>>],
        office: &mut Office<'_>,
        goes_on: GoesOn<'_>,
    ) -> End {
        let mut open: Vec<MutexGuard<'s, Shard<'a>>> = Vec::with_capacity(shards.len());
        loop {
            open.extend(shards.iter().map(lock));
            if open.iter().any(|shard| shard.mailbox.is_overrun()) {
                return End::Overrun;
            }
            let failures = open.iter_mut().filter_map(|shard| shard.residents.failure.take());
            if let Some(failure) = Failure::first(failures) {
                return End::Failed(failure.error);
            }
            let next = open.iter_mut().filter_map(|shard| shard.next()).min();
            let Some(window) = next else { return End::Reached(None) };
            let due: usize = open.iter().map(|shard| shard.due_in(window)).sum();
            let begins = SimTime::from_nanos(window << self.windows.shift);
            if !goes_on(begins, due as u64) {
                return End::Reached(Some(begins));
            }
            for shard in &mut open {
                shard.turn_to(window);
            }
            office.answer_all(&mut open);
            if open.len() == 1 || due < self.windows.worth_a_call * open.len() {
                for shard in &mut open {
                    shard.simulate(window);
                }
                open.clear();
                continue;
            }
            open.clear();
            if !crew.call(window, || lock(&shards[0]).simulate(window)) {
                // Whoever joins the helpers hears of it.
                return End::Reached(None);
            }
        }
    }

    /// The last instant of the batch of a single run in which an instant is, if another one comes after it.
    fn before_batch_ends(&self, now: SimTime) -> SimTime {
        let mut ends = self.frame.all.batches.into_iter().flat_map(Batches::ends);
        let end = ends.find(|end| *end > now);
        end.map_or(SimTime::NEVER, |end| SimTime::from_nanos(end.nanos() - 1))
    }

    /// Has stretch after stretch of time simulated, ahead of the platform.
    fn lead_ahead<'s>(
        &self,
        crew: &Crew,
        senders: &'s [Mutex<Sender<'a>>],
        office: &mut Office<'_>,
        goes_on: GoesOn<'_>,
    ) -> End {
        let mut open: Vec<MutexGuard<'s, Sender<'a>>> = Vec::with_capacity(senders.len());
        let mut shift = FIRST_STRETCH;
        // How far any workspace was simulated, and whether something asked to stop there.
        let (mut furthest, mut stops) = (SimTime::ZERO, false);
        loop {
            open.extend(senders.iter().map(lock));
            if open.iter().any(|sender| sender.is_overrun()) {
                return End::Overrun;
            }
            let failures = open.iter_mut().filter_map(|sender| sender.residents.failure.take());
            if let Some(failure) = Failure::first(failures) {
                return End::Failed(failure.error);
            }
            let sent: usize = open.iter().map(|sender| sender.sent).sum();
            let reached = open.iter().map(|sender| sender.reached).min().unwrap_or(furthest);
            office.serve_until(&mut open, reached);
            for sender in &mut open {
                sender.served = reached;
            }
            let next = open.iter().filter_map(|sender| sender.next()).min();
            stops |= next.is_some_and(|next| !goes_on(next, sent as u64));
            let stopped_at = next.filter(|_| stops && reached >= furthest);
            let Some(next) = next.filter(|_| stopped_at.is_none()) else {
                for sender in &mut open {
                    sender.hear();
                }
                return End::Reached(stopped_at);
            };
            // Where it went less far than it should, it was too long.
            if reached < furthest || sent > OF_A_STRETCH.end {
                shift = shift.saturating_sub(1);
            } else if sent < OF_A_STRETCH.start {
                shift = (shift + 1).min(62);
            }
            // Before a batch ends all is heard that was answered by then.
            let ahead = (next + SimSpan::from_nanos(1 << shift)).min(self.before_batch_ends(next));
            let until = if stops { furthest } else { ahead };
            furthest = furthest.max(until);
            if open.len() == 1 || sent < self.windows.worth_a_call * open.len() {
                for sender in &mut open {
                    sender.simulate(until);
                }
                open.clear();
                continue;
            }
            open.clear();
            if !crew.call(until.nanos(), || lock(&senders[0]).simulate(until)) {
                // Whoever joins the helpers hears of it.
                return End::Reached(None);
            }
        }
    }
}

/// Has something made of each, on a thread of its own; the first one here.
fn apart<A: Send, B: Send>(
    of: impl IntoIterator<Item = A>,
    make: impl Fn(A) -> B + Sync,
) -> Vec<B> {
    let (make, mut of) = (&make, of.into_iter());
    std::thread::scope(|scope| {
        let first = of.next();
        let others: Vec<_> = of.map(|it| scope.spawn(move || make(it))).collect();
        let others = others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        first.map(make).into_iter().chain(others).collect()
    })
}

/// Has parts of something worked on together: `lead` calls a crew, each of which does `work` on a part of
/// its own; the first one is the leader's. Answers what that answers, and the parts.
fn together<P: Send>(
    parts: Vec<P>,
    work: impl Fn(&mut P, u64) + Sync,
    lead: impl for<'s> FnOnce(&Crew, &'s [Mutex<P>]) -> End,
) -> (End, Vec<P>) {
    let parts: Vec<Mutex<P>> = parts.into_iter().map(Mutex::new).collect();
    let crew = &Crew::new(parts.len() - 1);
    let work = &work;
    let end = std::thread::scope(|scope| {
        let helpers: Vec<_> = parts[1..]
            .iter()
            .map(|part| scope.spawn(move || crew.help(|task| work(&mut lock(part), task))))
            .collect();
        let end = {
            let _dismissal = crew.dismissal();
            lead(crew, &parts)
        };
        for helper in helpers {
            helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        end
    });
    let parts = parts.into_iter();
    (end, parts.map(|part| part.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
}

/// A part, for a thread alone. One that another thread left in a panic is not used any more.
fn lock<P>(part: &Mutex<P>) -> MutexGuard<'_, P> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}
