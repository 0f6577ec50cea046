//! Workspaces that meet in servers or limits which are a way off, in windows of virtual time.
//!
//! What a workspace asks of the platform at an instant arrives there a network delay later. So what
//! arrives within a window that is no longer than that delay was sent before it began: the platform
//! answers all of it first, in the order in which it arrives, and then each workspace goes through
//! the window on its own, in any order and on any thread, and finds the answers where it has attempts
//! arrive. Nothing else passes between workspaces.
//! Source: K. M. Chandy and J. Misra, Distributed Simulation (1979), on lookahead; windows as in
//! B. D. Lubachevsky, Efficient Distributed Event-Driven Simulations of Multiple-Loop Networks (1989).

mod crew;
mod mailbox;
mod office;
mod shard;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};

use self::crew::Crew;
pub(super) use self::mailbox::{Answer, Mailbox, Request};
use self::office::Office;
use self::shard::{Failure, Shard};
use super::coupled::Shared;
use super::model::GroupModel;
use super::run::{EngineError, Part};
use crate::measure::Frame;
use crate::rules::limiter::{OnExceed, Quota, ThrottleScope};
use crate::scenario::{BackendScope, Scenario};
use crate::units::SimTime;

/// With less to do for each thread than so many workspaces, it is done sooner than the others are called.
const WORTH_A_CALL: usize = 24;

/// How windows are simulated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Windows {
    /// A window is two to the power of this long \[ns\].
    shift: u32,
    /// With less to do for each thread than so many workspaces, threads do not share a window.
    worth_a_call: usize,
}

impl Windows {
    /// The windows in which the workspaces of a scenario can be simulated whose decisions are not
    /// logged; `None` if they must go on together, event by event.
    pub(super) fn of(scenario: &Scenario) -> Option<Self> {
        let backend = scenario.backend.as_ref()?;
        // What becomes of an attempt is known when it arrives, and depends on nothing but what arrived
        // before.
        let answers = backend.scope == BackendScope::Platform && !backend.has_completions();
        let limits = scenario.throttles.iter().all(|throttle| {
            throttle.scope == ThrottleScope::Platform
                && throttle.on_exceed == OnExceed::Refuse
                && !matches!(throttle.quota, Quota::Custom(_))
                && !throttle.quota.holds_places()
                && !throttle.quota.shapes()
        });
        let fits = answers && limits && scenario.traces.is_empty();
        let shift = backend.network_delay.nanos().checked_ilog2()?;
        fits.then_some(Self { shift, worth_a_call: WORTH_A_CALL })
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
pub(super) struct Crowd<'a>(Vec<Shard<'a>>);

impl Crowd<'_> {
    /// Ends every workspace, as `frame` measures them.
    pub(super) fn finish(self, frame: &Frame, part: &mut Part) {
        for shard in self.0 {
            part.merge(&shard.finish(frame));
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
        goes_on: &mut dyn FnMut(SimTime, u64) -> bool,
    ) -> Result<Option<Simulated<'a>>, EngineError> {
        let workspaces: u64 = self.models.iter().map(|model| u64::from(model.count)).sum();
        let of = (threads as u64).min(workspaces).max(1) as u32;
        let shards: Vec<Mutex<Shard<'_>>> =
            (0..of).map(|shard| Mutex::new(Shard::begin(self, replication, (shard, of)))).collect();
        let mut office = Office::new(self.scenario, self.frame);
        let crew = &Crew::new(shards.len() - 1);
        let end = std::thread::scope(|scope| {
            let helpers: Vec<_> = shards[1..]
                .iter()
                .map(|shard| {
                    let work = move |window| lock(shard).simulate(self.frame, window);
                    scope.spawn(move || crew.help(work))
                })
                .collect();
            let end = {
                let _dismissal = crew.dismissal();
                self.lead(crew, &shards, &mut office, goes_on)
            };
            for helper in helpers {
                helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            }
            end
        });
        match end {
            End::Failed(error) => Err(error),
            End::Overrun => Ok(None),
            End::Reached(stopped_at) => {
                let shards = shards
                    .into_iter()
                    .map(|shard| shard.into_inner().unwrap_or_else(PoisonError::into_inner));
                Ok(Some((Crowd(shards.collect()), office.shared, stopped_at)))
            }
        }
    }

    /// Has window after window simulated.
    fn lead<'s>(
        &self,
        crew: &Crew,
        shards: &'s [Mutex<Shard<'a>>],
        office: &mut Office<'_>,
        goes_on: &mut dyn FnMut(SimTime, u64) -> bool,
    ) -> End {
        let mut open: Vec<MutexGuard<'s, Shard<'a>>> = Vec::with_capacity(shards.len());
        loop {
            open.extend(shards.iter().map(lock));
            let failures = open.iter_mut().filter_map(|shard| shard.failure.take());
            let failure = Failure::first(failures);
            if open.iter().any(|shard| shard.mailbox.is_overrun()) {
                return End::Overrun;
            }
            if let Some(failure) = failure {
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
                    shard.simulate(self.frame, window);
                }
                open.clear();
                continue;
            }
            open.clear();
            if !crew.call(window, || lock(&shards[0]).simulate(self.frame, window)) {
                // Whoever joins the helpers hears of it.
                return End::Reached(None);
            }
        }
    }
}

/// A shard, for a thread alone. One that another thread left in a panic is not used any more.
fn lock<'s, 'a>(shard: &'s Mutex<Shard<'a>>) -> MutexGuard<'s, Shard<'a>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
