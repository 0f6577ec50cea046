//! Limits of attempts in flight: who has a place.

use std::collections::BTreeMap;

use super::Context;
use crate::rules::limiter::ThrottleScope;
use crate::verify::event::{Answer, Deed, Event, Key};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::terms::{GroupTerms, UNLIMITED, has_queue, places};
use crate::verify::verdict::Verdict;

/// The limits of attempts in flight of a group, in a workspace.
#[derive(Debug)]
pub(super) struct Places {
    limits: Vec<Limit>,
}

#[derive(Debug)]
struct Limit {
    /// Its place in the group.
    place: usize,
    name: u16,
    scope: ThrottleScope,
    /// Whether it is not told who waits for a place: more may have places than there are since the plan
    /// changed, and others wait all the same.
    is_vague: bool,
    /// Places taken; of each agent where each has its own.
    taken: BTreeMap<u32, i128>,
    /// Attempts in flight that an atomic limiter had refused: they have no place.
    excess: Vec<Attempt>,
}

/// An attempt: its key, its number and its agent.
type Attempt = (Key, u32, u32);

impl Places {
    pub(super) fn new(terms: &GroupTerms<'_>, events: &[Event]) -> Self {
        let is_change = |event: &&Event| matches!(event.deed, Deed::SetPlan(_));
        let several_plans = || events.iter().filter(is_change).count() > 1;
        let mut limits: Vec<Limit> = Vec::new();
        for limit in terms.plans.iter().flat_map(|plan| &plan.limits) {
            let is_new = limits.iter().all(|it| it.place != limit.place);
            if is_new && places(limit.throttle).is_some() {
                let of_plans = terms.plans.iter().flat_map(|plan| &plan.limits);
                let mut own = of_plans.filter(|it| it.place == limit.place);
                limits.push(Limit {
                    place: limit.place,
                    name: limit.name,
                    scope: limit.throttle.scope,
                    is_vague: own.any(|it| has_queue(it.throttle)) && several_plans(),
                    taken: BTreeMap::new(),
                    excess: Vec::new(),
                });
            }
        }
        Self { limits }
    }

    pub(super) fn see(&mut self, context: &Context<'_, '_>, found: &mut Found) {
        match context.event.deed {
            Deed::Message(answer) => {
                for limit in &mut self.limits {
                    limit.message(answer, context, found);
                }
            }
            Deed::Release(_) => {
                for limit in &mut self.limits {
                    limit.release(context.event);
                }
            }
            _ => {}
        }
    }
}

impl Limit {
    /// Whose places an agent's attempts take.
    fn owner(&self, agent: u32) -> u32 {
        if self.scope == ThrottleScope::Agent { agent } else { u32::MAX }
    }

    fn message(&mut self, answer: Answer, context: &Context<'_, '_>, found: &mut Found) {
        let event = context.event;
        let is_refused = answer != Answer::Admitted;
        if is_refused && event.limiter != Some(self.name) {
            return;
        }
        let mut room = context.terms.range(context.plan, |plan| {
            let limit = plan.limits.iter().find(|limit| limit.place == self.place);
            let room = limit.and_then(|limit| places(limit.throttle)).unwrap_or(UNLIMITED);
            (room, room)
        });
        let owner = self.owner(event.agent);
        let taken = self.taken.entry(owner).or_default();
        // Where no plan has the limit, it says nothing; but places are taken all the same.
        if room.0 == UNLIMITED && !is_refused {
            *taken += 1;
            return;
        }
        if self.is_vague {
            room.1 = UNLIMITED;
        }
        let demand = (*taken + 1, *taken + 1);
        if is_refused {
            let verdict = Verdict::of_refusal(demand, room);
            found.add(Rule::PlacesRefusedRightly, verdict, event.line);
            return;
        }
        let verdict = Verdict::of_admission(demand, room);
        found.add(Rule::PlacesNeverExceeded, verdict, event.line);
        if verdict == Verdict::Violated {
            self.excess.push((event.key, event.attempt, event.agent));
        } else {
            *taken += 1;
        }
    }

    fn release(&mut self, event: &Event) {
        let attempt = (event.key, event.attempt, event.agent);
        if let Some(place) = self.excess.iter().position(|it| *it == attempt) {
            self.excess.swap_remove(place);
            return;
        }
        let owner = self.owner(event.agent);
        if let Some(taken) = self.taken.get_mut(&owner) {
            *taken = (*taken - 1).max(0);
        }
    }
}
