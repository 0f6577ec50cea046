//! Limiters as somebody believes them to be who does not see all that happens to them.

use crate::rules::limiter::Attempt;
use crate::rules::{Hold, Meters, Refusal, Rulebook, Wait};
use crate::units::SimTime;

/// Limiters as somebody believes them to be, by the clocks of those who ask. As a clock that is
/// behind others finds them, no time has passed since they asked.
#[derive(Debug, Default, Clone)]
pub(super) struct Believed {
    meters: Meters,
    /// The latest instant that anybody's clock has shown.
    clock: SimTime,
}

impl Believed {
    pub(super) fn begin(&mut self, book: &Rulebook, plan: usize) {
        self.meters.begin(book, plan);
        self.clock = SimTime::ZERO;
    }

    /// An agent was added, at no clock earlier than at `now`. What happened to others before that may
    /// still have to be told.
    pub(super) fn add_agent(&mut self, book: &Rulebook, plan: usize, now: SimTime) {
        self.meters.add_agents(book, plan, 1, now);
    }

    pub(super) fn change_plan(&mut self, book: &Rulebook, plans: (usize, usize), now: SimTime) {
        let now = self.shows(now);
        self.meters.change_plan(book, plans, now);
    }

    fn shows(&mut self, now: SimTime) -> SimTime {
        self.clock = self.clock.max(now);
        self.clock
    }

    fn seen(&mut self, attempt: &Attempt) -> Attempt {
        Attempt { now: self.shows(attempt.now), ..*attempt }
    }

    /// Decides an attempt.
    ///
    /// # Errors
    ///
    /// The first refusal, by what is believed.
    pub(super) fn check(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
    ) -> Result<Wait, Refusal> {
        let attempt = self.seen(attempt);
        self.meters.check(book, plan, &attempt)
    }

    /// Has an attempt take what it needs; answers how it waits.
    pub(super) fn take(&mut self, book: &Rulebook, plan: usize, attempt: &Attempt) -> Wait {
        let attempt = self.seen(attempt);
        self.meters.take_anyway(book, plan, &attempt, 0).1
    }

    /// Has an attempt take the places that it needs, and nothing else.
    pub(super) fn take_places(&mut self, book: &Rulebook, plan: usize, attempt: &Attempt) {
        let attempt = self.seen(attempt);
        self.meters.take_places(book, plan, &attempt);
    }

    /// Has an attempt that was refused take what it needs of the limits of rates that it passed: those
    /// before the throttle that refused it, or all.
    pub(super) fn keep(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
        refused_by: Option<u16>,
    ) {
        let attempt = self.seen(attempt);
        self.meters.keep(book, plan, &attempt, refused_by);
    }

    /// Counts what is counted of refusals that somebody else decided.
    pub(super) fn retrace(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
        refused_by: Option<u16>,
    ) {
        let attempt = self.seen(attempt);
        self.meters.retrace(book, plan, &attempt, refused_by);
    }

    pub(super) fn release(&mut self, book: &Rulebook, (agent, hold): (usize, Hold), now: SimTime) {
        let now = self.shows(now);
        self.meters.release(book, agent, hold, now);
    }
}
