//! What a cell tells a journal, where there is one: a row for each decision, and for whatever changes
//! the state that decisions depend on.

use super::records::{End, Message};
use super::{Cell, World};
use crate::engine::journal::{Answer, Entry};
use crate::engine::model::GroupModel;
use crate::log::{AttemptRecord, RecordedAction, Subject};
use crate::rules::{Charge, CreditPool, Refusal};
use crate::units::{Credits, SimTime};
use crate::workload::LineKind;

/// What rows have told of the pool so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Told {
    /// What its rows sum to.
    balance: Credits,
    /// Granted by plans, and expired \[thousandths\].
    granted: i128,
    expired: i128,
}

/// What a row says of credits: what went out of the pool, or came in if it is below zero.
#[derive(Debug, Clone, Copy)]
struct Moved {
    amount: Credits,
    /// What of the amount is beyond the balance.
    overage: Credits,
}

impl Moved {
    /// What went in or out at once fits in 64 bits, as a balance does.
    const fn thousandths(amount: i128) -> Self {
        Self { amount: Credits::from_thousandths(amount as i64), overage: Credits::ZERO }
    }

    fn charge(charge: Charge) -> Self {
        Self { amount: charge.amount, overage: charge.overage + charge.oversold }
    }

    fn given_back(charge: Charge) -> Self {
        let Self { amount, overage } = Self::charge(charge);
        Self { amount: Credits::ZERO - amount, overage: Credits::ZERO - overage }
    }
}

/// The name of a plan of a group.
pub(super) fn plan_name(model: &GroupModel, plan: usize) -> &str {
    &model.book.policy(plan).plan().name
}

/// What a node is called in rows, where there are several.
fn node_of(model: &GroupModel, node: u32) -> Option<u32> {
    let nodes = model.enforcement.and_then(|enforcement| enforcement.nodes());
    nodes.map(|_| node + 1)
}

/// An attempt of a message, which was answered at an instant if rows tell that.
const fn attempt_of(message: &Message, answered: Option<SimTime>) -> AttemptRecord {
    AttemptRecord {
        message: message.serial,
        attempt: message.attempt,
        due: message.due,
        sent: message.sent,
        answered,
        replied: None,
        wait: None,
    }
}

impl Cell {
    /// Begins the rows of a workspace that was just founded.
    pub(super) fn begin_log(&mut self, world: &mut World<'_>) {
        self.told = Told::default();
        let plan = self.workspace.plan();
        self.log_plan(world, RecordedAction::SetPlan, plan, SimTime::ZERO);
        self.log_flows(world, Subject::Named(plan_name(world.model, plan)), SimTime::ZERO);
    }

    /// An attempt was decided at the workspace, and charged if it was admitted.
    #[inline]
    pub(super) fn log_decision(
        &mut self,
        world: &mut World<'_>,
        (message, cost): (&Message, Credits),
        answer: Result<Option<Charge>, Refusal>,
        (node, now): (u32, SimTime),
    ) {
        if world.journal.is_some() {
            let entry = Entry {
                cost: Some(cost),
                attempt: Some(attempt_of(message, Some(now))),
                outcome: Some(answer.err().into()),
                node: node_of(world.model, node),
                ..Entry::new(RecordedAction::Message, self.called(world.model, message.agent))
            };
            self.log(world, entry, answer.ok().flatten().map(Moved::charge), now);
        }
    }

    /// An attempt that was admitted is over; what it was charged is given back if it was refused
    /// further on.
    #[inline]
    pub(super) fn log_end(
        &mut self,
        world: &mut World<'_>,
        (message, node): (&Message, u32),
        (end, charge): (End, Option<Charge>),
        now: SimTime,
    ) {
        if world.journal.is_none() || world.model.cuts(now) {
            return;
        }
        let mut attempt = attempt_of(message, None);
        let mut outcome = None;
        match end {
            End::Served { waited } => {
                (attempt.replied, attempt.wait) = (Some(now), Some(waited));
            }
            End::Refused(refusal) => {
                attempt.replied = Some(now);
                outcome = Some(Answer::Refused(refusal));
            }
            End::Left => outcome = Some(Answer::TimedOut),
        }
        let entry = Entry {
            attempt: Some(attempt),
            outcome,
            node: node_of(world.model, node),
            ..Entry::new(RecordedAction::Release, self.called(world.model, message.agent))
        };
        self.log(world, entry, charge.map(Moved::given_back), now);
        self.log_flows(world, Subject::Workspace, now);
    }

    /// Something was done to an agent, or tried.
    pub(super) fn log_deed(
        &mut self,
        world: &mut World<'_>,
        action: RecordedAction,
        agent: u32,
        outcome: Option<Answer>,
        (node, now): (u32, SimTime),
    ) {
        if world.journal.is_some() {
            let subject = self.called(world.model, agent);
            let node = node_of(world.model, node);
            self.log(world, Entry { outcome, node, ..Entry::new(action, subject) }, None, now);
        }
    }

    /// Somebody tried to create an agent of a line.
    pub(super) fn log_creation(
        &mut self,
        world: &mut World<'_>,
        line: u32,
        refusal: Option<Refusal>,
        now: SimTime,
    ) {
        if world.journal.is_some() {
            let name = &world.model.lines[line as usize].name;
            let subject = match refusal {
                None => Subject::Agent(name, self.next_in_line(line) + 1),
                Some(_) => Subject::Named(name),
            };
            let outcome = Some(refusal.into());
            let entry = Entry { outcome, ..Entry::new(RecordedAction::Create, subject) };
            self.log(world, entry, None, now);
        }
    }

    /// The workspace comes to a plan, or its trial ends there.
    pub(super) fn log_plan(
        &mut self,
        world: &mut World<'_>,
        action: RecordedAction,
        plan: usize,
        now: SimTime,
    ) {
        if world.journal.is_some() {
            let plan = Subject::Named(plan_name(world.model, plan));
            self.log(world, Entry::new(action, plan), None, now);
        }
    }

    /// A package was brought into the pool: bought, or begun anew.
    pub(super) fn log_package(
        &mut self,
        world: &mut World<'_>,
        package: u16,
        renewed: bool,
        now: SimTime,
    ) {
        if world.journal.is_some() {
            let package = &world.model.packages[usize::from(package)];
            let action = if renewed { RecordedAction::Renew } else { RecordedAction::BuyPackage };
            let moved = Moved::thousandths(-package.credits.wide());
            self.log(world, Entry::new(action, Subject::Named(&package.name)), Some(moved), now);
            self.log_flows(world, Subject::Workspace, now);
        }
    }

    /// What expired since the last row, and what came into the pool by `source`, if that has a name.
    pub(super) fn log_flows(&mut self, world: &mut World<'_>, source: Subject<'_>, now: SimTime) {
        if world.journal.is_none() {
            return;
        }
        let Some(booked) = self.workspace.pool().map(CreditPool::booked) else { return };
        let expired = booked.expired - std::mem::replace(&mut self.told.expired, booked.expired);
        let granted = booked.granted - std::mem::replace(&mut self.told.granted, booked.granted);
        for (action, amount) in
            [(RecordedAction::Expire, expired), (RecordedAction::Renew, -granted)]
        {
            if amount != 0 {
                let moved = Moved::thousandths(amount);
                self.log(world, Entry::new(action, source), Some(moved), now);
            }
        }
        assert_eq!(self.told.balance, self.balance(), "rows tell all that a pool does");
    }

    fn log(&mut self, world: &mut World<'_>, entry: Entry<'_>, moved: Option<Moved>, now: SimTime) {
        let Some(journal) = &mut world.journal else { return };
        if let Some(Moved { amount, overage }) = moved {
            self.told.balance -= amount - overage;
        }
        let entry = Entry {
            charged: moved.map(|it| it.amount),
            overage: moved.map_or(Credits::ZERO, |it| it.overage),
            balance: self.workspace.is_metered().then_some(self.told.balance),
            active: self.workspace.slots().active(),
            ..entry
        };
        journal.write(world.model, now, &entry);
    }

    /// What an agent or a feature is called in rows.
    fn called<'m>(&self, model: &'m GroupModel, agent: u32) -> Subject<'m> {
        let agent = &self.agents[agent as usize];
        let line = &model.lines[agent.line as usize];
        match line.kind {
            LineKind::Agents => Subject::Agent(&line.name, agent.number + 1),
            LineKind::Feature => Subject::Named(&line.name),
        }
    }
}
