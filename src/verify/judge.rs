//! What one workspace's history says of each rule.

use std::collections::BTreeMap;

use super::bracket::Bracket;
use super::history::{Answer, Deed, Event, History};
use super::limits::Limits;
use super::rule::Rule;
use super::steps::Steps;
use super::stock::{Change, Stock, never_above};
use super::verdict::Verdict;
use crate::rules::limiter::{OnExceed, Throttle};
use crate::rules::{Overage, Plan, Reason};
use crate::scenario::Group;
use crate::workload::LineKind;

/// What was found of a rule, and the line that says so if it may be broken.
pub(super) type Judgement = (Rule, Verdict, Option<u64>);

/// A room that has no end.
const UNLIMITED: i128 = i128::MAX;

/// The rules that a workspace of a group had anything to do with; beside its limits there are those that
/// all workspaces share.
pub(super) fn judge(history: &History, group: &Group, shared: &[Throttle]) -> Vec<Judgement> {
    let judge = Judge::new(history, group);
    let mut found = Found::default();
    judge.credits(&mut found);
    Limits::new(history, group, shared).judge(&judge.plan, &mut found);
    judge.slots(&mut found);
    judge.agents(&mut found);
    judge.activity(&mut found);
    judge.trials(&mut found);
    found.0.into_iter().map(|(rule, (verdict, line))| (rule, verdict, line)).collect()
}

/// The worst of each rule, and the first line that says it.
#[derive(Default)]
pub(super) struct Found(BTreeMap<Rule, (Verdict, Option<u64>)>);

impl Found {
    pub(super) fn add(&mut self, rule: Rule, verdict: Verdict, line: Option<u64>) {
        let line = line.filter(|_| verdict != Verdict::Held);
        let worst = self.0.entry(rule).or_insert((verdict, line));
        if verdict > worst.0 {
            *worst = (verdict, line);
        }
    }

    /// Judges what was answered to somebody who wants one more of something.
    fn answered(
        &mut self,
        event: &Event,
        (answer, reason): (Answer, Reason),
        (stock, room): (&Stock, (i128, i128)),
    ) {
        let [exceeded, refused] = match reason {
            Reason::ActiveAgentLimit => [Rule::SlotsNeverExceeded, Rule::SlotsRefusedRightly],
            _ => [Rule::AgentsNeverExceeded, Rule::AgentsRefusedRightly],
        };
        let own = i128::from(answer == Answer::Admitted);
        let (least, most) = stock.taken(&event.at, own);
        let demand = (least + 1, most + 1);
        if answer == Answer::Admitted {
            self.add(exceeded, Verdict::of_admission(demand, room), Some(event.line));
        } else if answer == Answer::Refused(reason) {
            self.add(refused, Verdict::of_refusal(demand, room), Some(event.line));
        }
    }
}

struct Judge<'h> {
    events: &'h [Event],
    history: &'h History,
    group: &'h Group,
    plan: Steps<usize>,
}

impl<'h> Judge<'h> {
    fn new(history: &'h History, group: &'h Group) -> Self {
        let events = history.events.as_slice();
        let changes = events.iter().filter_map(|event| match event.deed {
            Deed::SetPlan(plan) => Some((event.at, plan)),
            _ => None,
        });
        Self { events, history, group, plan: Steps::new(changes) }
    }

    /// The least and the most that the plan may say, whichever it is.
    fn room(&self, at: &Bracket, of: impl Fn(&Plan) -> i128) -> (i128, i128) {
        let plans = &self.group.plans;
        self.plan.range(at, 0..plans.len(), |plan| of(&plans[plan].plan))
    }

    fn credits(&self, found: &mut Found) {
        let moves = self.events.iter().filter(|event| event.drawn != 0);
        let changes: Vec<Change> = moves
            .map(|event| Change { at: event.at, amount: event.drawn, line: event.line })
            .collect();
        if changes.is_empty() && self.events.iter().all(|event| event.balance.is_none()) {
            return;
        }
        let opening = self.opening();
        let (verdict, line) = never_above(opening, &changes);
        found.add(Rule::PoolNeverOversold, verdict, line);
        if self.history.is_exact() {
            self.conserved(opening, found);
        }
        self.charged_once(found);
        let stock = Stock::new(&changes);
        for event in self.events {
            let refused = Answer::Refused(Reason::CreditsExhausted);
            let Deed::Message { answer, cost, .. } = &event.deed else { continue };
            if *answer != refused {
                continue;
            }
            let (least, most) = stock.taken(&event.at, 0);
            let demand = (least + cost, most + cost);
            let verdict = Verdict::of_refusal(demand, (opening, opening));
            // How far overage goes is not worked out: a refusal below the balance is false even so.
            let overage = self.room(&event.at, |plan| i128::from(has_overage(plan))).1 > 0;
            if !overage || verdict == Verdict::Violated {
                found.add(Rule::CreditsRefusedRightly, verdict, Some(event.line));
            }
        }
    }

    /// What there was before the log begins, as its first balance tells it; nothing where that may
    /// have been told after something that stands below it.
    fn opening(&self) -> i128 {
        if !self.history.is_exact() {
            return 0;
        }
        let mut drawn = 0;
        let opening = self.events.iter().find_map(|event| {
            drawn += event.drawn;
            event.balance.map(|balance| balance + drawn)
        });
        opening.unwrap_or(0)
    }

    fn conserved(&self, opening: i128, found: &mut Found) {
        let mut order: Vec<&Event> = self.events.iter().collect();
        order.sort_by_key(|event| event.at.from);
        let mut balance = opening;
        for event in order {
            balance -= event.drawn;
            if let Some(told) = event.balance {
                let verdict = if told == balance { Verdict::Held } else { Verdict::Violated };
                found.add(Rule::CreditsConserved, verdict, Some(event.line));
                balance = told;
            }
        }
    }

    fn charged_once(&self, found: &mut Found) {
        let mut charges: BTreeMap<&str, (i32, u64)> = BTreeMap::new();
        for event in self.events {
            let (Deed::Message { key: Some(key), .. }
            | Deed::Release { key: Some(key) }
            | Deed::Settle { key: Some(key) }) = &event.deed
            else {
                continue;
            };
            let (times, line) = charges.entry(key).or_insert((0, event.line));
            if event.charged > 0 {
                *times += 1;
                *line = event.line;
            } else if event.charged < 0 {
                *times -= 1;
            }
        }
        for (times, line) in charges.into_values() {
            let verdict = if times > 1 { Verdict::Violated } else { Verdict::Held };
            found.add(Rule::ChargedOnce, verdict, Some(line));
        }
    }

    fn slots(&self, found: &mut Found) {
        let mut active = BTreeMap::new();
        let changes: Vec<Option<Change>> = self
            .events
            .iter()
            .map(|event| {
                let is_active = active.entry(event.agent).or_insert(false);
                let amount = match event.deed {
                    Deed::Enable(Answer::Admitted) if !*is_active => 1,
                    Deed::Disable | Deed::Delete if *is_active => -1,
                    _ => return None,
                };
                *is_active = amount > 0;
                Some(Change { at: event.at, amount, line: event.line })
            })
            .collect();
        let stock = Stock::new(&changes.iter().copied().flatten().collect::<Vec<Change>>());
        let slots = |plan: &Plan| {
            let refuses = plan.on_exceed == OnExceed::Refuse;
            plan.active_agents.filter(|_| refuses).map_or(UNLIMITED, i128::from)
        };
        for (event, change) in self.events.iter().zip(&changes) {
            let Deed::Enable(answer) = event.deed else { continue };
            // To enable an agent that is active takes no slot.
            if answer == Answer::Admitted && change.is_none() {
                continue;
            }
            let room = self.room(&event.at, slots);
            found.answered(event, (answer, Reason::ActiveAgentLimit), (&stock, room));
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
            let room = self.room(&event.at, |plan| i128::from(plan.total_agents));
            found.answered(event, (answer, Reason::WorkspaceAgentLimit), (&stock, room));
        }
    }

    fn activity(&self, found: &mut Found) {
        let mut changes: BTreeMap<u32, Vec<Change>> = BTreeMap::new();
        for event in self.events {
            let of_agent = changes.entry(event.agent).or_default();
            let is_active = of_agent.last().is_some_and(|last| last.amount > 0);
            let amount = match event.deed {
                Deed::Enable(Answer::Admitted) if !is_active => 1,
                Deed::Disable | Deed::Delete if is_active => -1,
                _ => continue,
            };
            of_agent.push(Change { at: event.at, amount, line: event.line });
        }
        let mut stocks: BTreeMap<u32, Stock> =
            changes.into_iter().map(|(agent, changes)| (agent, Stock::new(&changes))).collect();
        let features = self.group.lines.iter().filter(|line| line.kind == LineKind::Feature);
        let is_feature = |name: &str| features.clone().any(|line| line.name == name);
        for (_, feature) in self.history.agents().filter(|(name, _)| is_feature(name)) {
            stocks.remove(&feature);
        }
        for event in self.events {
            let Deed::Message { answer, .. } = event.deed else { continue };
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
            found.add(Rule::ActiveAgentsOnly, verdict, Some(event.line));
        }
    }

    fn trials(&self, found: &mut Found) {
        let ended = |event: &&Event| event.deed == Deed::EndTrial;
        if !self.events.iter().any(|event| ended(&event)) {
            return;
        }
        let available = Steps::new(self.events.iter().filter_map(|event| match event.deed {
            Deed::SetPlan(_) => Some((event.at, true)),
            Deed::EndTrial => Some((event.at, false)),
            _ => None,
        }));
        for event in self.events {
            let (Deed::Message { answer, .. } | Deed::Enable(answer)) = event.deed else {
                continue;
            };
            let right = match answer {
                Answer::Admitted => true,
                Answer::Refused(Reason::TrialEnded) => false,
                Answer::Refused(_) => continue,
            };
            let mut states = available.at(&event.at);
            let all = states.clone().all(|state| state == right);
            let verdict = if all {
                Verdict::Held
            } else if states.any(|state| state == right) {
                Verdict::Possible
            } else {
                Verdict::Violated
            };
            found.add(Rule::TrialsEnd, verdict, Some(event.line));
        }
    }
}

fn has_overage(plan: &Plan) -> bool {
    plan.credits.as_ref().is_some_and(|credits| credits.overage != Overage::Refuse)
}
