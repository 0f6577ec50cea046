//! Shares of the pool: what an agent or a feature may use, and what the others must leave for it.

use std::collections::BTreeMap;

use super::Context;
use super::pool::Pool;
use crate::rules::{Reason, ShareTerms};
use crate::units::{Credits, SimTime};
use crate::verify::event::{Answer, Deed, Event, Key};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::terms::GroupTerms;
use crate::verify::verdict::Verdict;

/// Who has a share, and what was used of it \[thousandths\].
#[derive(Debug)]
pub(super) struct Shares {
    is_there: bool,
    members: BTreeMap<u32, Member>,
    /// Those features that have a share are there before anything is heard of them.
    features: Vec<(String, ShareTerms)>,
    included: Option<Credits>,
    /// Whether it is known what was used: after a change of plan not before the next renewal, since
    /// that may have begun a period.
    is_known: bool,
    plan_since: SimTime,
    /// In which period what has a key was charged.
    charges: BTreeMap<Key, u32>,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    terms: ShareTerms,
    used: i128,
}

impl Member {
    /// What the others must leave for it.
    fn kept(&self, included: Credits) -> i128 {
        let at_least = self.terms.at_least.of(included).wide();
        (at_least - self.used).clamp(0, at_least)
    }
}

impl Shares {
    pub(super) fn new(terms: &GroupTerms<'_>) -> Self {
        let features = terms.features_with_shares();
        Self {
            is_there: terms.has_shares(),
            members: BTreeMap::new(),
            features: features.map(|(name, terms)| (name.to_owned(), terms)).collect(),
            included: None,
            is_known: true,
            plan_since: SimTime::NEVER,
            charges: BTreeMap::new(),
        }
    }

    /// Takes up an event; `pool` is that before it.
    pub(super) fn see(&mut self, context: &Context<'_, '_>, pool: &Pool, found: &mut Found) {
        if !self.is_there {
            return;
        }
        let event = context.event;
        match event.deed {
            Deed::SetPlan(plan) => self.set_plan(plan, context),
            Deed::Renew { of_plan: true } if event.at.from.0 != self.plan_since => {
                self.members.values_mut().for_each(|member| member.used = 0);
                self.is_known = true;
            }
            Deed::Create(Answer::Admitted) => {
                if let Some(terms) = context.terms.share(context.clerk.agent(event.agent)) {
                    self.members.insert(event.agent, Member { terms, used: 0 });
                }
            }
            Deed::Delete => {
                self.members.remove(&event.agent);
            }
            Deed::Message(answer) => self.message(answer, context, pool, found),
            _ => {}
        }
        self.book(event, context, pool);
    }

    fn set_plan(&mut self, plan: u16, context: &Context<'_, '_>) {
        let is_first = self.plan_since == SimTime::NEVER;
        self.included = context.terms.plans[usize::from(plan)].pool.included;
        self.is_known &= is_first;
        self.plan_since = context.event.at.from.0;
    }

    fn book(&mut self, event: &Event, context: &Context<'_, '_>, pool: &Pool) {
        let is_of_attempt =
            matches!(event.deed, Deed::Message(_) | Deed::Release(_) | Deed::Settle);
        if !is_of_attempt || event.charged == Credits::ZERO {
            return;
        }
        self.find_feature(event.agent, context);
        let is_charge = event.charged > Credits::ZERO;
        let period = if is_charge {
            self.charges.insert(event.key, pool.period());
            pool.period()
        } else {
            self.charges.remove(&event.key).unwrap_or(pool.period())
        };
        // What is given back of a period that is over is of no use to anybody's share.
        if period == pool.period()
            && let Some(member) = self.members.get_mut(&event.agent)
        {
            member.used += event.charged.wide();
        }
    }

    /// A feature that is heard of for the first time.
    fn find_feature(&mut self, agent: u32, context: &Context<'_, '_>) {
        if self.features.is_empty() {
            return;
        }
        let name = context.clerk.agent(agent);
        if let Some(place) = self.features.iter().position(|(feature, _)| feature == name) {
            let (_, terms) = self.features.swap_remove(place);
            self.members.insert(agent, Member { terms, used: 0 });
        }
    }

    fn message(
        &mut self,
        answer: Answer,
        context: &Context<'_, '_>,
        pool: &Pool,
        found: &mut Found,
    ) {
        let is_refused = match answer {
            Answer::Admitted => false,
            Answer::Refused(Reason::ShareExhausted) => true,
            Answer::Refused(_) => return,
        };
        let event = context.event;
        let Some(plan) = context.plan else { return };
        let terms = &context.terms.plans[usize::from(plan)].pool;
        let rule = if is_refused { Rule::SharesRefusedRightly } else { Rule::SharesNeverExceeded };
        // A plan without credits, or whose pool only reports, refuses nobody.
        if !terms.refuses {
            if is_refused {
                found.add(rule, Verdict::Violated, event.line);
            }
            return;
        }
        self.find_feature(event.agent, context);
        let Some(included) = self.included.filter(|_| self.is_known) else {
            found.add(rule, Verdict::Possible, event.line);
            return;
        };
        let own = self.members.get(&event.agent);
        let cost = event.cost.wide();
        let is_beyond = own.is_some_and(|own| {
            own.terms.at_most.is_some_and(|most| own.used + cost > most.of(included).wide())
        });
        let silent: i128 =
            self.features.iter().map(|(_, terms)| terms.at_least.of(included).wide()).sum();
        let all: i128 = self.members.values().map(|member| member.kept(included)).sum();
        let kept = all + silent - own.map_or(0, |own| own.kept(included));
        let is_kept = cost > 0 && kept > 0 && cost + kept > pool.free();
        let spendable = pool.spendable(context);
        // That the rest is kept is the reason only where the pool could pay.
        let verdict = match (is_refused, is_beyond, is_kept) {
            (false, false, false) | (true, true, _) => Verdict::Held,
            (false, ..) | (true, false, false) => Verdict::Violated,
            (true, false, true) => Verdict::of_admission((cost, cost), spendable),
        };
        found.add(rule, verdict, event.line);
    }
}
