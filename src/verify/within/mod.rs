//! A workspace whose decisions are known to lie within brackets only.
//!
//! Each decision is judged by what surely, and what perhaps, came before it, so that no placement is
//! tried. Why the verdicts are never wrong is argued in `docs/verify.md`.

mod envelope;
mod places;
mod pool;
mod promises;
mod rates;
mod steps;
mod stock;
mod tree;

use std::collections::BTreeMap;

pub(super) use self::envelope::{Envelope, Enveloped, Meeting};
use self::steps::Steps;
pub(super) use self::stock::{Change, Stock};
use super::bracket::Bracket;
use super::clerk::Clerk;
use super::event::{Answer, Deed, Event};
use super::found::Found;
use super::rule::Rule;
use super::terms::{GroupTerms, PlanTerms};
use super::verdict::Verdict;
use crate::rules::Reason;

/// Judges the events of a workspace, in the order of the log.
pub(super) fn judge(
    events: &[Event],
    terms: &GroupTerms<'_>,
    clerk: &Clerk<'_>,
    found: &mut Found,
) {
    let changes = events.iter().filter_map(|event| match event.deed {
        Deed::SetPlan(plan) => Some((event.at, plan)),
        _ => None,
    });
    let judge = Judge { events, terms, plan: Steps::new(changes) };
    judge.credits(found);
    judge.places(found);
    judge.rates(found);
    judge.slots(found);
    judge.agents(found);
    judge.activity(clerk, found);
    judge.trials(found);
    promises::judge(events, terms, found);
}

struct Judge<'e, 's> {
    events: &'e [Event],
    terms: &'e GroupTerms<'s>,
    plan: Steps<u16>,
}

impl<'s> Judge<'_, 's> {
    /// The least and the most that the plan may say then, whichever it is.
    fn room(&self, at: &Bracket, of: impl Fn(&PlanTerms<'s>) -> (i128, i128)) -> (i128, i128) {
        let mut known = self.plan.at(at).peekable();
        if known.peek().is_none() {
            return self.terms.range(None, of);
        }
        known.fold((i128::MAX, i128::MIN), |(least, most), plan| {
            let (narrow, wide) = self.terms.range(Some(plan), &of);
            (least.min(narrow), most.max(wide))
        })
    }

    fn slots(&self, found: &mut Found) {
        let mut active = BTreeMap::new();
        let changes: Vec<Option<Change>> = self
            .events
            .iter()
            .map(|event| {
                let is_active = active.entry(event.agent).or_insert(false);
                let amount = activity(event, *is_active)?;
                *is_active = amount > 0;
                Some(Change { at: event.at, amount, line: event.line })
            })
            .collect();
        let stock = Stock::new(&changes.iter().copied().flatten().collect::<Vec<Change>>());
        for (event, change) in self.events.iter().zip(&changes) {
            let Deed::Enable(answer) = event.deed else { continue };
            // To enable an agent that is active takes no slot.
            if answer == Answer::Admitted && change.is_none() {
                continue;
            }
            let room = self.room(&event.at, |plan| (plan.slots(), plan.slots()));
            answered(event, (answer, Reason::ActiveAgentLimit), (&stock, room), found);
        }
    }

    fn agents(&self, found: &mut Found) {
        let changes = self.events.iter().filter_map(|event| {
            let amount = match event.deed {
                Deed::Create(Answer::Admitted) => 1,
                Deed::Delete => -1,
                _ => return None,
            };
            Some(Change { at: event.at, amount, line: event.line })
        });
        let stock = Stock::new(&changes.collect::<Vec<Change>>());
        for event in self.events {
            let Deed::Create(answer) = event.deed else { continue };
            let room = self.room(&event.at, |plan| {
                let total = i128::from(plan.plan.total_agents);
                (total, total)
            });
            answered(event, (answer, Reason::WorkspaceAgentLimit), (&stock, room), found);
        }
    }

    fn activity(&self, clerk: &Clerk<'_>, found: &mut Found) {
        let mut changes: BTreeMap<u32, Vec<Change>> = BTreeMap::new();
        for event in self.events {
            let of_agent = changes.entry(event.agent).or_default();
            let is_active = of_agent.last().is_some_and(|last| last.amount > 0);
            if let Some(amount) = activity(event, is_active) {
                of_agent.push(Change { at: event.at, amount, line: event.line });
            }
        }
        changes.retain(|&agent, _| !self.terms.is_feature(clerk.agent(agent)));
        let stocks: BTreeMap<u32, Stock> =
            changes.into_iter().map(|(agent, changes)| (agent, Stock::new(&changes))).collect();
        for event in self.events {
            let Deed::Message(answer) = event.deed else { continue };
            let Some(stock) = stocks.get(&event.agent) else { continue };
            // Active is 1, and anything else 0.
            let (least, most) = stock.taken(&event.at, 0);
            let verdict = match answer {
                Answer::Admitted => Verdict::of_admission((1 - most, 1 - least), (0, 0)),
                Answer::Refused(Reason::AgentNotActive) => {
                    Verdict::of_admission((least, most), (0, 0))
                }
                Answer::Refused(_) => continue,
            };
            found.add(Rule::ActiveAgentsOnly, verdict, event.line);
        }
    }

    fn trials(&self, found: &mut Found) {
        if self.events.iter().any(|event| event.deed == Deed::EndTrial) {
            found.applies(Rule::TrialsEnd);
        }
        let available = Steps::new(self.events.iter().filter_map(|event| match event.deed {
            Deed::SetPlan(_) => Some((event.at, true)),
            Deed::EndTrial => Some((event.at, false)),
            _ => None,
        }));
        for event in self.events {
            let (Deed::Message(answer) | Deed::Enable(answer)) = event.deed else {
                continue;
            };
            let right = match answer {
                Answer::Admitted => true,
                Answer::Refused(Reason::TrialEnded) => false,
                Answer::Refused(_) => continue,
            };
            let mut states = available.at(&event.at).peekable();
            let is_told = states.peek().is_some();
            let verdict = match (states.clone().all(|it| it == right), states.any(|it| it == right))
            {
                // Whoever is admitted before anything is told is admitted rightly.
                (true, _) if is_told || right => continue,
                (true, _) | (false, true) => Verdict::Possible,
                (false, false) => Verdict::Violated,
            };
            found.add(Rule::TrialsEnd, verdict, event.line);
        }
    }
}

/// What an event does to the number of active agents, if its agent is active before it or is not.
fn activity(event: &Event, is_active: bool) -> Option<i128> {
    match event.deed {
        Deed::Enable(Answer::Admitted) if !is_active => Some(1),
        Deed::Disable | Deed::Delete if is_active => Some(-1),
        _ => None,
    }
}

/// Judges what was answered to somebody who wants one more of something.
fn answered(
    event: &Event,
    (answer, reason): (Answer, Reason),
    (stock, room): (&Stock, (i128, i128)),
    found: &mut Found,
) {
    let own = i128::from(answer == Answer::Admitted);
    let (least, most) = stock.taken(&event.at, own);
    let demand = (least + 1, most + 1);
    let of_slots = reason == Reason::ActiveAgentLimit;
    if answer == Answer::Admitted && of_slots {
        found.enabled(demand, room, event.line);
    } else if answer == Answer::Admitted {
        found.add(Rule::AgentsNeverExceeded, Verdict::of_admission(demand, room), event.line);
    } else if answer == Answer::Refused(reason) {
        let rule = if of_slots { Rule::SlotsRefusedRightly } else { Rule::AgentsRefusedRightly };
        found.add(rule, Verdict::of_refusal(demand, room), event.line);
    }
}
