//! The plan of a workspace: trial, changes, and what is paid for it.

use super::journal::plan_name;
use super::{Cell, Event, NONE, World};
use crate::engine::calendar::{Class, Ticket};
use crate::log::{RecordedAction, Subject};
use crate::rules::{Cycle, Founding, OnDowngrade, Plan, Workspace};
use crate::scenario::BillingAnchor;
use crate::units::{SimSpan, SimTime};

impl Cell {
    /// Founds the workspace: its plan, its seats, and from when its subscription is counted.
    pub(super) fn found(&mut self, world: &World<'_>) {
        let model = world.model;
        let seats = model.seats.sample_whole(&mut self.key.name("seats").stream().at(0)).max(1);
        let plan = model.first_plan(self.key);
        let mut anchor = model.start;
        if model.billing_anchor == BillingAnchor::Staggered {
            let cycle = cycle(model.book.policy(plan).plan());
            let length = cycle.before(anchor).map_or(0, SimSpan::nanos);
            // Evenly over the period that ends at the start; its beginning is the next one's end.
            let back = self.key.name("billing").stream().at(0).below(length.max(1));
            let phase = jiff::SignedDuration::from_nanos_i128(i128::from(back));
            anchor = anchor.checked_sub(phase).unwrap_or(anchor);
        }
        self.workspace.found(&model.book, Founding { plan, seats, start: model.start, anchor });
        self.hold_plan(plan, None);
        (self.billed, self.price_period) = (SimTime::ZERO, None);
        self.schedule_trial(world);
    }

    /// Schedules the end of the trial, if the plan is one (rule R8).
    fn schedule_trial(&mut self, world: &World<'_>) {
        let end = self.workspace.trial_ends();
        self.trial = self.schedule_in_time(world, end, Class::Ends, Event::TrialEnds);
    }

    /// The trial ends without a subscription: all agents go offline, and nothing renews (rule R8).
    pub(super) fn trial_ends(&mut self, world: &mut World<'_>, ticket: Ticket, now: SimTime) {
        if self.trial != ticket {
            return;
        }
        self.trial = Ticket::NONE;
        self.bill(world, now);
        self.workspace.end_trial();
        self.note_credits();
        self.log_plan(world, RecordedAction::EndTrial, self.workspace.plan(), now);
        self.renewal = Ticket::NONE;
        self.note_limit(world, now);
        let counts = world.frame.window.contains(now);
        self.tally.trials_ended += u64::from(counts);
        for agent in 0..self.agents.len() as u32 {
            if self.is_agent(world, agent) && self.is_active(agent) {
                self.disable(world, agent, now);
                self.tally.taken_offline += u64::from(counts);
            }
        }
    }

    /// Changes to another plan at once (rule R9): for good, or for the time of an entry of the
    /// timeline. What held before counts no more, or until then.
    pub(super) fn put_on_plan(
        &mut self,
        world: &mut World<'_>,
        plan: usize,
        entry: Option<u32>,
        now: SimTime,
    ) {
        self.hold_plan(plan, entry);
        self.set_plan(world, plan, now);
    }

    /// Notes what the workspace is put on; what is for good ends all that held before.
    fn hold_plan(&mut self, plan: usize, entry: Option<u32>) {
        if entry.is_none() {
            self.plans.clear();
        }
        self.plans.push((entry.unwrap_or(NONE), plan as u32));
    }

    /// The time of an entry is over that changed the plan: what began last of what still holds is
    /// the plan.
    pub(super) fn leave_plan(&mut self, world: &mut World<'_>, entry: u32, now: SimTime) {
        let Some(place) = self.plans.iter().position(|plan| plan.0 == entry) else { return };
        self.plans.remove(place);
        if let Some(&(_, plan)) = self.plans.last().filter(|_| place == self.plans.len()) {
            self.set_plan(world, plan as usize, now);
        }
    }

    fn set_plan(&mut self, world: &mut World<'_>, plan: usize, now: SimTime) {
        if plan == self.workspace.plan() && self.workspace.available() {
            return;
        }
        self.change_plan(world, plan, now, |cell, world| {
            if cell.workspace.is_overdue(now) {
                cell.workspace.enter(&world.model.book, plan, now);
                cell.begin_period(world, now, Workspace::renew);
            } else {
                cell.workspace.set_plan(&world.model.book, plan, now);
            }
        });
    }

    /// Begins a new subscription: its periods are counted from now.
    pub(super) fn subscribe(&mut self, world: &mut World<'_>, plan: usize, now: SimTime) {
        self.hold_plan(plan, None);
        self.change_plan(world, plan, now, |cell, world| {
            if cell.workspace.is_overdue(now) {
                cell.begin_period(world, now, |workspace, book, now| {
                    workspace.subscribe(book, plan, now);
                });
            } else {
                cell.end_period(world, now);
                cell.workspace.subscribe(&world.model.book, plan, now);
                cell.note_period();
            }
        });
    }

    fn change_plan(
        &mut self,
        world: &mut World<'_>,
        plan: usize,
        now: SimTime,
        change: impl FnOnce(&mut Self, &mut World<'_>),
    ) {
        self.bill(world, now);
        self.log_plan(world, RecordedAction::SetPlan, plan, now);
        self.tally.levels.advance(world.frame.window, now);
        let (was_on, was_metered) = (self.workspace.plan(), self.workspace.is_metered());
        if let Some(enforcer) = &mut self.enforcer {
            enforcer.wake(&world.model.book, was_on, now);
        }
        self.with_pool(world, now, |cell, world| {
            change(cell, world);
            if let Some(enforcer) = &mut cell.enforcer {
                enforcer.change_plan(&world.model.book, (was_on, plan), now);
            }
            cell.log_flows(world, Subject::Named(plan_name(world.model, plan)), now);
            cell.note_metering(world, was_metered, now);
        });
        if let Some(credits) = &mut self.tally.credits {
            credits.relieved(world.frame.window, now);
        }
        self.schedule_renewal(world);
        self.schedule_trial(world);
        self.note_slots();
        self.note_limit(world, now);
        let counts = world.frame.window.contains(now);
        self.tally.plans_changed += u64::from(counts);
        if world.model.on_downgrade != OnDowngrade::KeepUntilDisabled {
            while self.workspace.slots().too_many() > 0
                && let Some(agent) = self.one_too_many(world)
            {
                self.take_offline(world, agent, now);
                self.tally.taken_offline += u64::from(counts);
            }
        }
        self.wake_waiting(world, now);
        self.let_in(world, now);
    }

    /// Books that the workspace came to a plan that counts credits, or left one.
    fn note_metering(&mut self, world: &World<'_>, before: bool, now: SimTime) {
        let balance = self.balance();
        let Some(credits) = &mut self.tally.credits else { return };
        match (before, self.workspace.is_metered()) {
            (false, true) => credits.begin_counting(now, balance),
            (true, false) => credits.end_counting(world.frame.window, now),
            _ => {}
        }
    }

    /// The active agent that goes first when a plan has fewer slots.
    fn one_too_many(&self, world: &World<'_>) -> Option<u32> {
        let agents = 0..self.agents.len() as u32;
        let active = agents.filter(|&agent| self.is_agent(world, agent) && self.is_active(agent));
        let enabled_as = |agent: &u32| self.agents[*agent as usize].enabled_as;
        match world.model.on_downgrade {
            OnDowngrade::NewestOffline => active.max_by_key(enabled_as),
            OnDowngrade::OldestOffline => active.min_by_key(enabled_as),
            OnDowngrade::KeepUntilDisabled => None,
        }
    }

    /// Books what the plan cost since it was last booked.
    pub(super) fn bill(&mut self, world: &World<'_>, now: SimTime) {
        let rest = self.bill_periods(world, now);
        let spent = &mut self.tally.money.plans;
        *spent = spent.saturating_add(rest);
        (self.billed, self.price_period) = (now, None);
    }

    /// Books the periods of the plan's price that have ended since it was last booked. Answers what it has cost
    /// after those \[millionths\]: for a part of a period its part of the price. After a trial's end nothing is
    /// paid.
    pub(super) fn bill_periods(&mut self, world: &World<'_>, now: SimTime) -> i128 {
        let window = world.frame.window;
        let to = now.min(window.until);
        let plan = world.model.book.policy(self.workspace.plan()).plan();
        let Some(price) = plan.price.filter(|_| self.workspace.available()) else { return 0 };
        let seats = i128::from(price.per.of(self.workspace.seats()));
        let amount = price.amount.millionths();
        let mut at = self.billed.max(window.from);
        while at < to
            && let Some((period_ends, length)) = self.period(price.every, at)
        {
            // Whole periods of a fixed length need not be gone through.
            let (end, whole, is_whole) = match price.every {
                Cycle::Every(period) => {
                    let whole = (to - at).nanos() / period.nanos();
                    (at + period.times(whole).max((to - at).min(period)), whole, whole > 0)
                }
                Cycle::Monthly | Cycle::Never => (period_ends.min(to), 0, period_ends <= to),
            };
            let part = amount * i128::from((end - at).nanos()) / i128::from(length.nanos());
            let cost = if whole > 0 { amount.saturating_mul(i128::from(whole)) } else { part };
            let cost = cost.saturating_mul(seats);
            if !is_whole {
                return cost;
            }
            let spent = &mut self.tally.money.plans;
            *spent = spent.saturating_add(cost);
            (at, self.billed) = (end, end);
        }
        0
    }

    /// When the period of a price ends in which an instant is, and how long it is; `None` if it has no end.
    fn period(&mut self, every: Cycle, at: SimTime) -> Option<(SimTime, SimSpan)> {
        if let Some((begin, end, length)) = self.price_period
            && (begin..end).contains(&at)
        {
            return Some((end, length));
        }
        let periods = self.workspace.billing(every);
        let (end, length) = (periods.after(at), periods.length(at)?);
        self.price_period = Some((at, end, length));
        Some((end, length))
    }
}

/// The cycle in which a plan's subscription is counted.
fn cycle(plan: &Plan) -> Cycle {
    let credits = plan.credits.as_ref().map(|credits| credits.renews);
    let credits = credits.filter(|cycle| *cycle != Cycle::Never);
    credits.or(plan.price.map(|price| price.every)).unwrap_or(Cycle::Monthly)
}
