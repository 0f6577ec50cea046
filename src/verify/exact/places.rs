//! Limits of attempts in flight: who has a place, and who waits for one.

use std::collections::{BTreeMap, VecDeque};

use super::Context;
use crate::rules::limiter::{Quota, ThrottleScope};
use crate::verify::event::{Answer, Deed, Event, Key};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::terms::{GroupTerms, PlanTerms, UNLIMITED, has_queue, places};
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
    /// How many may be in flight, and how many wait, on the plan that holds.
    numbers: Numbers,
    /// Whether rows do not tell attempts from each other that may wait: who is in flight of more than there
    /// should be, and who waits, is not known then.
    is_untold: bool,
    /// Whether there may be more than there should be: after a change of plan, or an excess.
    is_crowded: bool,
    /// Who is there; of each agent where each has its own places.
    inside: BTreeMap<u32, Inside>,
}

/// How many may be in flight, and how many wait; no end where no limit holds.
type Numbers = (i128, i128);

/// An attempt: its key, its number and its agent.
type Attempt = (Key, u32, u32);

/// The attempts that are not over: in flight, or waiting in their order.
#[derive(Debug, Default)]
struct Inside {
    in_flight: i128,
    waiting: VecDeque<Attempt>,
}

impl Inside {
    /// How many more would be let in.
    fn free(&self, (limit, queue): Numbers) -> i128 {
        (limit - self.in_flight).max(0) + (queue - self.waiting.len() as i128).max(0)
    }

    /// Lets an attempt in; one that finds no room, not even to wait, is in flight all the same.
    fn enter(&mut self, attempt: Attempt, numbers: Numbers) {
        if self.in_flight >= numbers.0 && self.free(numbers) > 0 {
            self.waiting.push_back(attempt);
        } else {
            self.in_flight += 1;
        }
    }

    /// An attempt is over, whether it had waited long enough or not.
    fn leave(&mut self, attempt: Attempt, numbers: Numbers) {
        if let Some(place) = self.waiting.iter().position(|it| *it == attempt) {
            self.waiting.remove(place);
        } else {
            self.in_flight = (self.in_flight - 1).max(0);
        }
        self.go_on(numbers);
    }

    /// Whoever waited longest has a place if there is one.
    fn go_on(&mut self, (limit, _): Numbers) {
        while self.in_flight < limit && self.waiting.pop_front().is_some() {
            self.in_flight += 1;
        }
    }
}

impl Places {
    pub(super) fn new(terms: &GroupTerms<'_>, events: &[Event]) -> Self {
        let waits =
            terms.plans.iter().flat_map(|plan| &plan.limits).any(|it| has_queue(it.throttle));
        let is_untold = waits && has_twins(events);
        let mut limits: Vec<Limit> = Vec::new();
        for limit in terms.plans.iter().flat_map(|plan| &plan.limits) {
            let is_new = limits.iter().all(|it| it.place != limit.place);
            if is_new && places(limit.throttle).is_some() {
                let of_plans = terms.plans.iter().flat_map(|plan| &plan.limits);
                let mut own = of_plans.filter(|it| it.place == limit.place);
                let has_queue = own.any(|it| has_queue(it.throttle));
                limits.push(Limit {
                    place: limit.place,
                    name: limit.name,
                    scope: limit.throttle.scope,
                    numbers: (UNLIMITED, 0),
                    is_untold: is_untold && has_queue,
                    is_crowded: false,
                    inside: BTreeMap::new(),
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
            Deed::SetPlan(plan) => {
                let plan = &context.terms.plans[usize::from(plan)];
                for limit in &mut self.limits {
                    limit.set_plan(plan);
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
        let owner = self.owner(event.agent);
        let inside = self.inside.entry(owner).or_default();
        let place = self.place;
        let mut free = context.terms.range(context.plan, |plan| {
            let free = inside.free(numbers(plan, place));
            (free, free)
        });
        // Where no plan has the limit, it says nothing; but places are taken all the same.
        let is_limited = free.0 < UNLIMITED / 2;
        if self.is_untold && self.is_crowded {
            free = (0, UNLIMITED);
        }
        if is_refused {
            let verdict = Verdict::of_refusal((1, 1), free);
            found.add(Rule::PlacesRefusedRightly, verdict, event.line);
            return;
        }
        if is_limited {
            let verdict = Verdict::of_admission((1, 1), free);
            let at = (event.line, Some(self.name));
            found.add_of(Rule::PlacesNeverExceeded, verdict, at);
            self.is_crowded |= verdict != Verdict::Held;
        }
        inside.enter((event.key, event.attempt, event.agent), self.numbers);
    }

    fn release(&mut self, event: &Event) {
        if let Some(inside) = self.inside.get_mut(&self.owner(event.agent)) {
            inside.leave((event.key, event.attempt, event.agent), self.numbers);
        }
    }

    fn set_plan(&mut self, plan: &PlanTerms<'_>) {
        self.numbers = numbers(plan, self.place);
        self.is_crowded |= !self.inside.is_empty();
        self.inside.values_mut().for_each(|inside| inside.go_on(self.numbers));
    }
}

/// Whether two attempts that were admitted have no name, or the same one.
fn has_twins(events: &[Event]) -> bool {
    let admitted = events.iter().filter(|it| it.deed == Deed::Message(Answer::Admitted));
    let mut names: Vec<(Key, u32)> = admitted.map(|it| (it.key, it.attempt)).collect();
    names.sort_unstable();
    let is_nameless = names.first().is_some_and(|name| name.0 == Key::NONE);
    is_nameless || names.windows(2).any(|two| two[0] == two[1])
}

/// The numbers of a limit on a plan.
fn numbers(plan: &PlanTerms<'_>, place: usize) -> Numbers {
    match plan.limits.iter().find(|it| it.place == place).map(|it| &it.throttle.quota) {
        Some(Quota::Concurrency { limit, queue }) => (i128::from(*limit), i128::from(*queue)),
        _ => (UNLIMITED, 0),
    }
}
