//! The limits over everybody: what an attempt meets on its arrival at the platform, before the
//! backend.

use std::collections::VecDeque;

use super::decision::Refusal;
use super::gate::{Gate, Gates, Limiter, Limiters};
use super::limiter::{Attempt, Throttle, ThrottleScope};
use super::meter::Meter;
use super::passage::{Exceeded, Hold, Passage, Wait, give_back};
use crate::units::SimTime;

/// Throttles of scope plan and platform, compiled once.
#[derive(Debug, Clone)]
pub struct PlatformBook {
    plan_limiters: Limiters,
    plan_gates: Vec<Gate>,
    platform_limiters: Limiters,
    platform_gates: Vec<Gate>,
    holds_places: bool,
}

impl PlatformBook {
    /// Compiles throttles, each of a name of its own.
    ///
    /// # Panics
    ///
    /// With more than 65,535 throttles, or more than 32 that hold places and only report.
    pub fn new(throttles: &[Throttle]) -> Self {
        let mut compiled = Gates::new(throttles);
        let [plan_limiters, platform_limiters] =
            [ThrottleScope::Plan, ThrottleScope::Platform].map(|scope| compiled.take(scope));
        let of_scope = |scope| {
            let all = throttles.iter().zip(&compiled.all);
            all.filter(|(throttle, _)| throttle.scope == scope).map(|(_, gate)| *gate).collect()
        };
        let mut limiters = plan_limiters.all.iter().chain(&platform_limiters.all);
        Self {
            holds_places: limiters.any(Limiter::holds_places),
            plan_gates: of_scope(ThrottleScope::Plan),
            platform_gates: of_scope(ThrottleScope::Platform),
            plan_limiters,
            platform_limiters,
        }
    }

    /// Whether an attempt holds places that must be released when it has been served.
    pub const fn holds_places(&self) -> bool {
        self.holds_places
    }
}

/// The state of the limits over everybody.
#[derive(Debug, Clone)]
pub struct Platform {
    book: PlatformBook,
    /// Limiters of scope plan, plan by plan.
    of_plans: Vec<Meter>,
    /// Limiters of scope platform.
    of_all: Vec<Meter>,
    exceeded: Exceeded,
    admitted: VecDeque<u64>,
}

impl Platform {
    /// The limits at the start, over workspaces on so many plans.
    pub fn new(book: PlatformBook, plans: usize) -> Self {
        let begin = |limiters: &Limiters, gates: &[Gate]| -> Vec<Meter> {
            let mut meters: Vec<Meter> = limiters.all.iter().map(Meter::idle).collect();
            for gate in gates {
                meters[usize::from(gate.limiter)].begin(&gate.quota, SimTime::ZERO);
            }
            meters
        };
        let of_plan = begin(&book.plan_limiters, &book.plan_gates);
        Self {
            of_plans: (0..plans).flat_map(|_| of_plan.iter().cloned()).collect(),
            of_all: begin(&book.platform_limiters, &book.platform_gates),
            exceeded: Exceeded::default(),
            admitted: VecDeque::new(),
            book,
        }
    }

    /// Whether an attempt holds places that must be released when it has been served.
    pub const fn holds_places(&self) -> bool {
        self.book.holds_places
    }

    /// Decides an attempt of a workspace that is on the plan number `plan`: the limiters of scope
    /// plan, then those of scope platform, in the order written. Answers whether it waits
    /// before it goes on. Nothing is taken.
    ///
    /// # Errors
    ///
    /// The first limiter that refuses, by its place among the throttles of the platform.
    pub fn check(&mut self, plan: usize, attempt: &Attempt) -> Result<Wait, Refusal> {
        self.exceeded.clear();
        let mut wait = Wait::NONE;
        let (mut of_plan, mut of_all, exceeded) = self.passages(plan);
        of_plan.check(attempt, exceeded, &mut wait)?;
        of_all.check(attempt, exceeded, &mut wait)?;
        Ok(wait)
    }

    fn passages(&mut self, plan: usize) -> (Passage<'_>, Passage<'_>, &mut Exceeded) {
        let book = &self.book;
        let width = book.plan_limiters.all.len();
        let of_plan = Passage {
            limiters: &book.plan_limiters,
            gates: &book.plan_gates,
            meters: &mut self.of_plans[plan * width..(plan + 1) * width],
        };
        let of_all = Passage {
            limiters: &book.platform_limiters,
            gates: &book.platform_gates,
            meters: &mut self.of_all,
        };
        (of_plan, of_all, &mut self.exceeded)
    }

    /// The throttles, by their places, that only report and would have refused the attempt that was
    /// [checked](Self::check) last.
    pub fn exceeded(&self) -> &[u16] {
        &self.exceeded.throttles
    }

    /// Takes what [`check`](Self::check) found at the same instant. The caller knows the attempt as
    /// `ticket`. Answers what it holds, and how many places it waits for.
    pub fn take(&mut self, plan: usize, attempt: &Attempt, ticket: u64) -> (Hold, u16) {
        let holds_places = self.book.holds_places;
        let (mut of_plan, mut of_all, exceeded) = self.passages(plan);
        of_plan.take(attempt, exceeded);
        of_all.take(attempt, exceeded);
        let hold = exceeded.hold(ticket);
        let mut queues = 0;
        if holds_places {
            queues += of_plan.take_places(*attempt, hold) + of_all.take_places(*attempt, hold);
        }
        (hold, queues)
    }

    /// Gives back the places that an attempt held which was on the plan number `plan` when it took
    /// them.
    pub fn release(&mut self, plan: usize, hold: Hold, now: SimTime) {
        self.give_back(plan, hold, |meter| meter.release(now));
    }

    /// Gives back the places of an attempt that waits for some of them still.
    pub fn leave(&mut self, plan: usize, hold: Hold, now: SimTime) {
        self.give_back(plan, hold, |meter| meter.leave(hold.ticket, now));
    }

    fn give_back(&mut self, plan: usize, hold: Hold, release: impl Fn(&mut Meter) -> Option<u64>) {
        if self.book.holds_places {
            let width = self.book.plan_limiters.all.len();
            let own = &mut self.of_plans[plan * width..(plan + 1) * width];
            give_back((&self.book.plan_limiters, own), hold, &mut self.admitted, &release);
            let all = (&self.book.platform_limiters, self.of_all.as_mut_slice());
            give_back(all, hold, &mut self.admitted, &release);
        }
    }

    /// The ticket of an attempt that waited for a place and has one now; each is named once for each
    /// place.
    pub fn next_admitted(&mut self) -> Option<u64> {
        self.admitted.pop_front()
    }
}
