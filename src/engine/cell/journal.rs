//! What a cell tells a journal, where there is one: a row for each decision, and for whatever changes
//! the state that decisions depend on.

use super::records::{End, Flight, Held, Message};
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

/// What a row says of credits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moved {
    /// What went out of the pool, or came in if it is below zero.
    amount: Option<Credits>,
    /// What of the amount is beyond the balance.
    overage: Credits,
    /// What is held for an attempt, or ends being so if it is below zero.
    hold: Option<Credits>,
}

impl Moved {
    /// What went in or out at once fits in 64 bits, as a balance does.
    fn thousandths(amount: i128) -> Self {
        Self { amount: Some(Credits::from_thousandths(amount as i64)), ..Self::default() }
    }

    pub(super) fn charge(charge: Charge) -> Self {
        let overage = charge.overage + charge.oversold;
        Self { amount: Some(charge.amount), overage, hold: None }
    }

    pub(super) fn given_back(charge: Charge) -> Self {
        let Self { overage, .. } = Self::charge(charge);
        let amount = Some(Credits::ZERO - charge.amount);
        Self { amount, overage: Credits::ZERO - overage, hold: None }
    }

    pub(super) fn held(amount: Credits) -> Self {
        Self { hold: Some(amount), ..Self::default() }
    }

    /// The same where a hold ends, unless it is none any more.
    pub(super) fn ends_hold(self, held: Option<Credits>) -> Self {
        Self { hold: held.map(|held| Credits::ZERO - held), ..self }
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
        answer: Result<Moved, Refusal>,
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
            self.log(world, entry, answer.unwrap_or_default(), now);
        }
    }

    /// An attempt that was admitted is over, and gives something back.
    #[inline]
    pub(super) fn log_end(
        &mut self,
        world: &mut World<'_>,
        flight: &Flight,
        back: Moved,
        now: SimTime,
    ) {
        if world.journal.is_none() || world.model.cuts(now) {
            return;
        }
        let mut attempt = attempt_of(&flight.message, None);
        let mut outcome = None;
        match flight.end {
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
            node: node_of(world.model, flight.node),
            ..Entry::new(RecordedAction::Release, self.called(world.model, flight.message.agent))
        };
        self.log(world, entry, back, now);
        self.log_flows(world, Subject::Workspace, now);
    }

    /// An attempt that was served is charged, and what was held for it ends.
    pub(super) fn log_settlement(
        &mut self,
        world: &mut World<'_>,
        flight: &Flight,
        moved: Moved,
        now: SimTime,
    ) {
        if world.journal.is_some() {
            let entry = Entry {
                attempt: Some(attempt_of(&flight.message, None)),
                node: node_of(world.model, flight.node),
                ..Entry::new(RecordedAction::Settle, self.called(world.model, flight.message.agent))
            };
            self.log(world, entry, moved, now);
        }
    }

    /// What was held for an attempt is free, since nobody has settled it in time.
    pub(super) fn log_expired_hold(&mut self, world: &mut World<'_>, held: &Held, now: SimTime) {
        if world.journal.is_some() {
            let entry = Entry {
                key: Some(held.message),
                node: node_of(world.model, held.node),
                ..Entry::new(RecordedAction::Expire, self.called(world.model, held.agent))
            };
            self.log(world, entry, Moved::default().ends_hold(Some(held.amount)), now);
        }
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
            self.log(
                world,
                Entry { outcome, node, ..Entry::new(action, subject) },
                Moved::default(),
                now,
            );
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
            self.log(world, entry, Moved::default(), now);
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
            self.log(world, Entry::new(action, plan), Moved::default(), now);
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
            self.log(world, Entry::new(action, Subject::Named(&package.name)), moved, now);
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
                self.log(world, Entry::new(action, source), moved, now);
            }
        }
        assert_eq!(self.told.balance, self.balance(), "rows tell all that a pool does");
    }

    fn log(&mut self, world: &mut World<'_>, entry: Entry<'_>, moved: Moved, now: SimTime) {
        let Some(journal) = &mut world.journal else { return };
        let Moved { amount, overage, hold } = moved;
        self.told.balance -= amount.unwrap_or(Credits::ZERO) - overage;
        let entry = Entry {
            charged: amount,
            overage,
            hold,
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
