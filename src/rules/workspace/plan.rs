//! A workspace and its plan: periods of credits, changes of plan, trials.

use jiff::Timestamp;

use super::Workspace;
use crate::rules::limiter::OnExceed;
use crate::rules::plan::{Allowance, Anchor, Plan};
use crate::rules::policy::Rulebook;
use crate::rules::pool::Included;
use crate::rules::recurrence::Recurrence;
use crate::rules::slots::ActiveSlots;
use crate::units::SimTime;

impl Workspace {
    /// When the trial ends that the workspace is in; [`SimTime::NEVER`] if it is in none.
    pub const fn trial_ends(&self) -> SimTime {
        self.trial_ends
    }

    /// Whether its plan counts credits.
    pub const fn is_metered(&self) -> bool {
        self.metered
    }

    /// Whether the period of the pool's credits is over and no renewal has begun another: it was on
    /// a plan without credits then, or its trial had ended.
    pub fn is_overdue(&self, now: SimTime) -> bool {
        self.pooled && self.pool.period_ends() <= now
    }

    /// Ends the trial: the AI agent is not there until the workspace takes a plan (rule R8).
    pub fn end_trial(&mut self) {
        self.available = false;
        (self.renews, self.trial_ends) = (SimTime::NEVER, SimTime::NEVER);
    }

    /// Begins a new period of the plan's credits. Packages are the caller's.
    pub fn renew(&mut self, book: &Rulebook, now: SimTime) {
        let terms = self.terms(book, now);
        self.note_renewal(terms);
        self.pool.renew(terms, terms.carry_over);
        self.shares.renew(terms.amount);
    }

    /// Changes to another plan, at once and for the whole workspace (rule R9). What was drawn in
    /// this period counts against the new plan's credits; limiters keep their levels.
    pub fn set_plan(&mut self, book: &Rulebook, plan: usize, now: SimTime) {
        self.enter(book, plan, now);
        if self.pooled {
            let terms = self.terms(book, now);
            self.note_renewal(terms);
            self.pool.change(terms);
            self.pool.retie(terms.renews);
            self.shares.change(terms.amount);
        }
    }

    /// Begins a new subscription to a plan: its periods are counted from now, the first with all
    /// that the plan includes.
    pub fn subscribe(&mut self, book: &Rulebook, plan: usize, now: SimTime) {
        self.enter(book, plan, now);
        self.anchor = self.joined;
        if self.pooled {
            let terms = self.terms(book, now);
            self.note_renewal(terms);
            self.pool.begin_anew(terms);
            self.pool.retie(terms.renews);
            self.shares.renew(terms.amount);
        }
    }

    /// Comes to another plan, with all but its credits.
    pub fn enter(&mut self, book: &Rulebook, plan: usize, now: SimTime) {
        let old = std::mem::replace(&mut self.plan, plan);
        let new = book.policy(plan);
        self.available = true;
        self.joined = self.calendar(now);
        self.trial_ends = trial_end(book, plan, now);
        self.metered = new.plan().credits.is_some();
        let reports = new.plan().on_exceed == OnExceed::Report;
        self.slots.set_limit(new.plan().active_agents, reports);
        if !reports {
            self.slotless.clear();
        }
        self.meters.change_plan(book, (old, plan), now);
    }

    /// Opens the pool, full, at the start.
    pub(super) fn open_pool(&mut self, book: &Rulebook) {
        let none = Included::NOTHING;
        let terms = if self.metered { self.terms(book, SimTime::ZERO) } else { none };
        self.note_renewal(terms);
        self.pool.open(terms);
    }

    fn note_renewal(&mut self, terms: Included) {
        self.renews = if self.metered { terms.renews } else { SimTime::NEVER };
    }

    /// What the plan includes in the period that `now` begins or is in. Without credits it is
    /// nothing, in the period that there was.
    fn terms(&self, book: &Rulebook, now: SimTime) -> Included {
        match &book.policy(self.plan).plan().credits {
            Some(allowance) => allowance.terms(self.seats, self.renewals(allowance).after(now)),
            None => Included { renews: self.pool.period_ends(), ..Included::NOTHING },
        }
    }

    fn renewals(&self, allowance: &Allowance) -> Recurrence {
        let anchor = match allowance.anchor {
            Anchor::Subscription => self.anchor,
            Anchor::Purchase => self.joined,
            Anchor::Fixed(instant) => instant,
        };
        Recurrence::new(allowance.renews, anchor, self.start)
    }

    /// An instant of virtual time on the calendar; the calendar's end for what lies beyond it.
    fn calendar(&self, now: SimTime) -> Timestamp {
        let nanos = self.start.as_nanosecond() + i128::from(now.nanos());
        Timestamp::from_nanosecond(nanos).unwrap_or(Timestamp::MAX)
    }
}

/// When a trial ends that begins at `now`; [`SimTime::NEVER`] if the plan is none.
pub(super) fn trial_end(book: &Rulebook, plan: usize, now: SimTime) -> SimTime {
    let trial = book.policy(plan).plan().trial;
    trial.map_or(SimTime::NEVER, |length| now + length)
}

/// The slots of a plan, all free.
pub(super) const fn slots(plan: &Plan) -> ActiveSlots {
    ActiveSlots::new(plan.active_agents, matches!(plan.on_exceed, OnExceed::Report))
}
