//! What a log tells of one workspace, in numbers.

use std::collections::BTreeMap;

use super::bracket::Bracket;
use crate::log::{DecisionRow, Found, RecordedAction};
use crate::rules::Reason;
use crate::units::Credits;

/// Something that happened.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) at: Bracket,
    pub(super) line: u64,
    pub(super) deed: Deed,
    /// The agent or feature, by its number in [`History`]; of no meaning with plans.
    pub(super) agent: u32,
    /// What was charged, overage included; below zero what came in \[thousandths\].
    pub(super) charged: i128,
    /// What of that left the balance.
    pub(super) drawn: i128,
    /// What the pool holds after it, if the log tells that.
    pub(super) balance: Option<i128>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// A message was decided; what it costs, the key by which it is charged, and the limit that refused
    /// it.
    Message {
        answer: Answer,
        cost: i128,
        key: Option<Box<str>>,
        limiter: Option<Box<str>>,
    },
    /// An attempt with this key is over.
    Release {
        key: Option<Box<str>>,
    },
    /// What has this key is charged now.
    Settle {
        key: Option<Box<str>>,
    },
    Create(Answer),
    Enable(Answer),
    Disable,
    Delete,
    /// The workspace came to a plan, by its number among those of its group.
    SetPlan(usize),
    EndTrial,
    /// Credits came or went.
    Flow,
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Admitted,
    Refused(Reason),
}

/// A row names a plan that the group does not have.
#[derive(Debug)]
pub(super) struct UnknownPlan;

/// The events of a workspace, in the order of the log.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) events: Vec<Event>,
    agents: BTreeMap<Box<str>, u32>,
}

impl History {
    /// Takes up a row, which may name one of `plans`; a plan that is none of them is told.
    pub(super) fn take<'p>(
        &mut self,
        row: &DecisionRow<'_>,
        mut plans: impl Iterator<Item = &'p str>,
    ) -> Result<(), UnknownPlan> {
        let key = (!row.key.is_empty()).then(|| row.key.into());
        let (answer, limiter) = match row.found {
            Some(Found::Refused(reason, limiter, _)) => {
                let limiter = (!limiter.is_empty()).then(|| limiter.into());
                (Answer::Refused(reason), limiter)
            }
            _ => (Answer::Admitted, None),
        };
        let cost = row.cost.unwrap_or(row.charged).wide();
        let deed = match row.action {
            RecordedAction::Message => Deed::Message { answer, cost, key, limiter },
            RecordedAction::Release => Deed::Release { key },
            RecordedAction::Settle => Deed::Settle { key },
            RecordedAction::Create => Deed::Create(answer),
            RecordedAction::Enable => Deed::Enable(answer),
            RecordedAction::Disable => Deed::Disable,
            RecordedAction::Delete => Deed::Delete,
            RecordedAction::EndTrial => Deed::EndTrial,
            RecordedAction::Renew | RecordedAction::Expire | RecordedAction::BuyPackage => {
                Deed::Flow
            }
            RecordedAction::SetPlan => {
                let plan = plans.position(|plan| plan == row.agent);
                Deed::SetPlan(plan.ok_or(UnknownPlan)?)
            }
        };
        let known = self.agents.get(row.agent).copied();
        let agent = known.unwrap_or_else(|| {
            let agent = self.agents.len() as u32;
            self.agents.insert(row.agent.into(), agent);
            agent
        });
        self.events.push(Event {
            at: Bracket::new(row.sent, row.answered, row.line),
            line: row.line,
            deed,
            agent,
            charged: row.charged.wide(),
            drawn: row.charged.wide() - row.overage.wide(),
            balance: row.balance.map(Credits::wide),
        });
        Ok(())
    }

    /// The numbers of agents and features, by their names.
    pub(super) fn agents(&self) -> impl Iterator<Item = (&str, u32)> {
        self.agents.iter().map(|(name, &number)| (&**name, number))
    }

    /// Whether everything is known to the nanosecond.
    pub(super) fn is_exact(&self) -> bool {
        self.events.iter().all(|event| event.at.is_point())
    }
}
