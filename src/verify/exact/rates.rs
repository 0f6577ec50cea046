//! Limits of rates: what they had counted when an attempt met them, which is all that was admitted.

use std::collections::BTreeMap;

use super::Context;
use crate::rules::Reason;
use crate::rules::limiter::{Quota, ThrottleScope};
use crate::units::SimTime;
use crate::verify::event::{Answer, Deed};
use crate::verify::found::Found;
use crate::verify::gauge::{Gauge, Reading};
use crate::verify::rule::Rule;
use crate::verify::terms::{GroupTerms, Limit, PlanTerms, weight};
use crate::verify::verdict::Verdict;
use crate::workload::ClientThrottling;

/// The state of the limiters of rates in a workspace.
pub(super) struct Rates<'s> {
    /// Whether the group has any.
    is_there: bool,
    /// What has been counted, by the limit's place in its group, and by the agent where each has its
    /// own.
    gauges: BTreeMap<(usize, u32), State<'s>>,
    /// Limiters as they are of whom nothing was heard so far.
    unused: BTreeMap<usize, State<'s>>,
    /// The number of the name of customers who hold back.
    client: Option<u16>,
}

#[derive(Clone)]
struct State<'s> {
    gauge: Gauge,
    quota: &'s Quota,
}

/// Of a limiter that all agents of a workspace share.
const EVERYBODY: u32 = u32::MAX;

impl<'s> Rates<'s> {
    pub(super) fn new(terms: &GroupTerms<'s>) -> Self {
        let limits = terms.plans.iter().flat_map(|plan| &plan.limits);
        let mut gauges = limits.map(|limit| Gauge::new(&limit.throttle.quota, SimTime::ZERO));
        let is_there = gauges.any(|gauge| gauge.is_some());
        Self { is_there, gauges: BTreeMap::new(), unused: BTreeMap::new(), client: None }
    }

    pub(super) fn see(&mut self, context: &Context<'_, 's>, found: &mut Found) {
        let Some(plan) = context.plan.filter(|_| self.is_there) else { return };
        let plan = &context.terms.plans[usize::from(plan)];
        let now = context.event.at.from.0;
        match context.event.deed {
            Deed::SetPlan(_) => self.set_plan(plan, now),
            Deed::Message(answer) => self.message(answer, plan, context, found),
            // The limiters of an agent begin with it.
            Deed::Create(Answer::Admitted) => {
                for limit in of_rates(plan).filter(|it| owner(it, 0) != EVERYBODY) {
                    if let Some(state) = State::new(limit, now) {
                        self.gauges.insert((limit.place, context.event.agent), state);
                    }
                }
            }
            _ => {}
        }
    }

    fn set_plan(&mut self, plan: &PlanTerms<'s>, now: SimTime) {
        let carried = |place: usize, old: State<'s>| {
            let new = plan.limits.iter().find(|limit| limit.place == place)?;
            let gauge = old.gauge.carried(old.quota, &new.throttle.quota, now)?;
            Some(State { gauge, quota: &new.throttle.quota })
        };
        let gauges = std::mem::take(&mut self.gauges).into_iter();
        self.gauges = gauges.filter_map(|(key, old)| Some((key, carried(key.0, old)?))).collect();
        let unused = std::mem::take(&mut self.unused).into_iter();
        self.unused =
            unused.filter_map(|(place, old)| Some((place, carried(place, old)?))).collect();
        for limit in of_rates(plan) {
            if let Some(state) = State::new(limit, now) {
                self.unused.entry(limit.place).or_insert(state);
            }
        }
    }

    fn message(
        &mut self,
        answer: Answer,
        plan: &PlanTerms<'s>,
        context: &Context<'_, 's>,
        found: &mut Found,
    ) {
        let event = context.event;
        // Who is held back, and who finds nobody, does not get to a limit.
        let client = *self
            .client
            .get_or_insert_with(|| context.clerk.limiter(ClientThrottling::NAME).unwrap_or(0));
        if matches!(answer, Answer::Refused(Reason::TrialEnded | Reason::AgentNotActive))
            || event.limiter == Some(client)
        {
            return;
        }
        let now = event.at.from.0;
        for limit in of_rates(plan) {
            let weight = weight(limit.throttle, event.cost);
            let Some(state) = self.state(limit, event.agent) else { continue };
            if answer.is_admitted() && weight > 0 {
                let Reading { least, most, room } = state.gauge.read(state.quota, now, weight);
                let verdict = Verdict::of_admission((least, most), (room, room));
                let at = (event.line, Some(limit.name));
                found.add_of(Rule::RatesNeverExceeded, verdict, at);
                state.gauge.count(state.quota, now, weight);
            } else if !answer.is_admitted() && event.limiter == Some(limit.name) {
                // What weighs nothing always passes.
                let mut verdict = Verdict::Violated;
                if weight > 0 {
                    let Reading { least, most, room } = state.gauge.read(state.quota, now, weight);
                    verdict = Verdict::of_refusal((least, most), (room, room));
                    if limit.throttle.count_refused {
                        state.gauge.count_refused(state.quota, now, weight);
                    }
                }
                found.add(Rule::RatesRefusedRightly, verdict, event.line);
            }
        }
    }

    /// The state of a limiter; `None` of one of attempts in flight.
    fn state(&mut self, limit: &Limit<'s>, agent: u32) -> Option<&mut State<'s>> {
        let unused = self.unused.get(&limit.place)?;
        let entry = self.gauges.entry((limit.place, owner(limit, agent)));
        Some(entry.or_insert_with(|| unused.clone()))
    }
}

impl<'s> State<'s> {
    fn new(limit: &Limit<'s>, now: SimTime) -> Option<Self> {
        let quota = &limit.throttle.quota;
        Some(Self { gauge: Gauge::new(quota, now)?, quota })
    }
}

/// The limits of a plan that are not of attempts in flight.
fn of_rates<'p, 's>(plan: &'p PlanTerms<'s>) -> impl Iterator<Item = &'p Limit<'s>> {
    plan.limits.iter().filter(|it| !matches!(it.throttle.quota, Quota::Concurrency { .. }))
}

/// Whose limiter an agent's attempts meet.
fn owner(limit: &Limit<'_>, agent: u32) -> u32 {
    if limit.throttle.scope == ThrottleScope::Agent { agent } else { EVERYBODY }
}
