//! The oracle's plans: how a workspace comes to one and leaves it.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use limitlab::random::Key;
use limitlab::rules::limiter::Throttle;
use limitlab::rules::{Anchor, Cycle, OnDowngrade, Per, Plan};
use limitlab::scenario::{BillingAnchor, Group};

use super::deeds::{Deed, Terms};
use super::limits::next_instant;
use super::record::Stay;
use super::world::{Class, Event, Play};

/// The plan of a workspace.
pub(super) struct Standing<'s> {
    group: &'s Group,
    /// Its place in the group's list.
    pub(super) plan: usize,
    /// From when its subscription is counted, and when it came to the plan.
    anchor: i128,
    pub(super) joined: u64,
    /// Whether the AI agent is there: a trial has not ended.
    pub(super) available: bool,
    /// The next renewal and the end of the trial, by their order of scheduling.
    pub(super) renewal: Option<u64>,
    trial: Option<u64>,
    /// Every plan it came to and when, the first one first.
    pub(super) stints: Vec<(u64, usize)>,
}

impl<'s> Standing<'s> {
    pub(super) fn new(group: &'s Group, plan: usize, anchor: i128) -> Self {
        let (renewal, trial, stints) = (None, None, vec![(0, plan)]);
        Self { group, plan, anchor, joined: 0, available: true, renewal, trial, stints }
    }

    pub(super) fn plan(&self) -> &'s Plan {
        &self.group.plans[self.plan].plan
    }

    /// The throttles that hold on a plan, in the order written.
    pub(super) fn throttles(&self, plan: usize) -> impl Iterator<Item = &'s Throttle> {
        let group = self.group;
        group.plans[plan].throttles.iter().map(|&place| &group.throttles[usize::from(place)])
    }

    fn enter(&mut self, plan: usize, now: u64) {
        self.plan = plan;
        self.stints.push((now, plan));
        (self.joined, self.available) = (now, true);
    }
}

/// From when the subscription of a workspace is counted that is on a plan at the start.
pub(super) fn first_anchor(group: &Group, plan: &Plan, start: Timestamp, key: Key) -> i128 {
    if group.billing_anchor == BillingAnchor::SameInstant {
        return 0;
    }
    let renews = plan.credits.as_ref().map(|it| it.renews).filter(|&it| it != Cycle::Never);
    let cycle = renews.or(plan.price.map(|it| it.every)).unwrap_or(Cycle::Monthly);
    let length = if let Cycle::Every(length) = cycle {
        length.nanos()
    } else {
        let before = start.to_zoned(TimeZone::UTC).checked_sub(1.months());
        let before = before.expect("scenarios are not at the calendar's end").timestamp();
        (start.as_nanosecond() - before.as_nanosecond()) as u64
    };
    -i128::from(key.name("billing").stream().at(0).below(length))
}

impl Play<'_> {
    /// What the plan says of the period that `now` is in or begins; `None` if no plan of the group
    /// counts credits.
    pub(super) fn terms(&self, space: usize, now: u64) -> Option<Terms> {
        let stage = &self.stages[space];
        if stage.group.plans.iter().all(|it| it.plan.credits.is_none()) {
            return None;
        }
        let Some(credits) = &stage.standing.plan().credits else {
            // The period that there was goes on, though nobody counts.
            let record = &self.record.spaces[space];
            let before = (!record.deeds.is_empty()).then(|| record.pool().renews());
            return Some(Terms::nothing(before.unwrap_or(u64::MAX)));
        };
        let times = if credits.per == Per::Seat { i128::from(stage.seats) } else { 1 };
        let anchor = match credits.anchor {
            Anchor::Subscription => stage.standing.anchor,
            Anchor::Purchase => i128::from(stage.standing.joined),
            Anchor::Fixed(at) => at.as_nanosecond() - self.scenario.start.as_nanosecond(),
        };
        let renews = next_instant(credits.renews, self.scenario.start, anchor, now);
        Some(Terms::new(credits, times, renews.unwrap_or(u64::MAX)))
    }

    pub(super) fn schedule_renewal(&mut self, space: usize, renews: u64) {
        let order = self.schedule(renews, Class::Renews, space, Event::Renew);
        self.stages[space].standing.renewal = Some(order);
    }

    pub(super) fn schedule_trial(&mut self, space: usize, now: u64) {
        let trial = self.stages[space].standing.plan().trial;
        let at = trial.map_or(u64::MAX, |length| now + length.nanos());
        let order = self.schedule(at, Class::Ends, space, Event::TrialEnds);
        self.stages[space].standing.trial = Some(order);
    }

    pub(super) fn trial_ends(&mut self, space: usize, order: u64, now: u64) {
        let standing = &mut self.stages[space].standing;
        if standing.trial != Some(order) {
            return;
        }
        (standing.trial, standing.renewal, standing.available) = (None, None, false);
        self.record.spaces[space].stays.push(Stay { at: now, plan: None, anchor: 0 });
        for agent in 0..self.stages[space].agents.len() {
            let is_feature = self.record.spaces[space].features.contains(&agent);
            if !is_feature && self.is_active(space, agent) {
                self.record.spaces[space].taken_offline.push(now);
                self.disable(space, agent, now);
            }
        }
    }

    pub(super) fn set_plan(&mut self, space: usize, plan: usize, now: u64) {
        let standing = &mut self.stages[space].standing;
        if standing.plan != plan || !standing.available {
            standing.enter(plan, now);
            let overdue = self.is_overdue(space, now);
            self.follow(space, if overdue { Deed::Renewed } else { Deed::Changed }, now);
        }
    }

    pub(super) fn subscribe(&mut self, space: usize, plan: usize, now: u64) {
        let standing = &mut self.stages[space].standing;
        standing.anchor = i128::from(now);
        standing.enter(plan, now);
        let overdue = self.is_overdue(space, now);
        self.follow(space, |terms| Deed::Subscribed { terms, overdue }, now);
    }

    /// Whether the period of the pool is over, and nothing renewed it.
    fn is_overdue(&self, space: usize, now: u64) -> bool {
        let record = &self.record.spaces[space];
        !record.deeds.is_empty() && record.pool().renews() <= now
    }

    /// What follows a change of plan.
    fn follow(&mut self, space: usize, deed: impl Fn(Terms) -> Deed, now: u64) {
        if let Some(terms) = self.terms(space, now) {
            let renews = if terms.counted { terms.renews } else { u64::MAX };
            self.note(space, now, deed(terms));
            self.schedule_renewal(space, renews);
        }
        self.schedule_trial(space, now);
        let Standing { plan, anchor, .. } = self.stages[space].standing;
        self.record.spaces[space].stays.push(Stay { at: now, plan: Some(plan), anchor });
        let limit = self.stages[space].standing.plan().active_agents;
        self.record.spaces[space].limits.push((now, limit));
        while let Some(agent) = self.one_too_many(space) {
            self.record.spaces[space].taken_offline.push(now);
            self.take_offline(space, agent, now);
        }
        self.wake_waiting(space, now);
        self.let_in(space, now);
    }

    /// The agent that goes next because too many are active.
    fn one_too_many(&self, space: usize) -> Option<usize> {
        let stage = &self.stages[space];
        let limit = stage.standing.plan().active_agents?;
        let record = &self.record.spaces[space];
        if record.active(stage.agents.len()) <= limit as usize {
            return None;
        }
        let active =
            |&agent: &usize| !record.features.contains(&agent) && self.is_active(space, agent);
        let active = (0..stage.agents.len()).filter(active);
        let enabled = |&agent: &usize| record.changes.iter().rposition(|it| it.agent == agent);
        match stage.group.on_downgrade {
            OnDowngrade::NewestOffline => active.max_by_key(enabled),
            OnDowngrade::OldestOffline => active.min_by_key(enabled),
            OnDowngrade::KeepUntilDisabled => None,
        }
    }
}
