//! One workspace, as far as answers tell of it, and what is measured there.

use std::collections::BTreeMap;

use super::books::Books;
use super::play::Record;
use super::target::{Deed, Member};
use crate::measure::{CreditTally, GroupFrame, GroupMeasures, LevelTally, Reply, Tally};
use crate::rules::{AgentState, Plan, Reason};
use crate::scenario::Group;
use crate::units::{Credits, SimTime};
use crate::workload::LineKind;

/// A workspace as answers tell of it.
pub(super) struct Seen {
    tally: Tally,
    books: Books,
    /// The places of agents and features in the tally, and how agents stand.
    members: BTreeMap<Member, (usize, AgentState)>,
    /// Of its plan; `None` is unlimited.
    slots: Option<u32>,
    /// What the plan includes in a period \[thousandths\]; `None` counts no credits.
    included: Option<i128>,
    /// The next reading of what is left.
    reading: usize,
    /// The latest instant at which something was due that is known here.
    now: SimTime,
}

/// Where something is measured.
pub(super) struct Ground<'a> {
    pub(super) group: &'a Group,
    pub(super) frame: &'a GroupFrame,
    pub(super) measures: &'a mut GroupMeasures,
}

impl Seen {
    /// A workspace with its features, on a plan, with so many seats.
    pub(super) fn new(ground: &mut Ground<'_>, plan: &Plan, seats: u64) -> Self {
        let mut tally = Tally::default();
        let frame = ground.frame;
        tally.reset(frame);
        let mut members = BTreeMap::new();
        for (line, number) in ground.group.lines.iter().zip(0..) {
            if line.kind == LineKind::Feature {
                let member = Member { line: number, number: 0 };
                members.insert(member, (tally.agents.len(), AgentState::Active));
                tally.add_feature();
            }
        }
        let slots = plan.active_agents;
        tally.levels.limited = slots.is_some();
        ground.measures.limit_changed(&mut tally, SimTime::ZERO, slots);
        let included =
            plan.credits.as_ref().map(|credits| credits.terms(seats, SimTime::NEVER).amount);
        let mut seen = Self {
            tally,
            books: Books::default(),
            members,
            slots,
            included: included.map(Credits::wide),
            reading: 0,
            now: SimTime::ZERO,
        };
        if frame.features.pool {
            seen.open(ground, included);
        }
        seen
    }

    /// Opens the books, of a pool that is full.
    fn open(&mut self, ground: &mut Ground<'_>, included: Option<Credits>) {
        let credits = self.tally.credits.insert(CreditTally::default());
        if let Some(included) = included {
            credits.begin_counting(SimTime::ZERO, included);
            self.books.open(included);
            let change = (Credits::ZERO, included);
            ground.measures.balance_changed(ground.frame, &mut self.tally, SimTime::ZERO, change);
        }
    }

    /// How many agents are active.
    pub(super) const fn active(&self) -> u32 {
        self.tally.levels.active
    }

    /// Takes up an answer. It counts at the instant at which it was due, as in a run, however late
    /// who asked or decided was.
    pub(super) fn take(&mut self, ground: &mut Ground<'_>, record: &Record) {
        let Record { step, decision, .. } = *record;
        if !decision.happened {
            return;
        }
        let Ground { frame, measures, .. } = ground;
        let now = self.now.max(step.due);
        self.now = now;
        self.end_batches(measures, frame, now);
        self.look(measures, frame, now);
        let refusal = decision.refusal;
        match step.request.deed {
            Deed::Attempt { member, .. } => {
                if frame.window.contains(step.due) {
                    self.attempted(measures, frame, member, record);
                }
                if refusal.is_some_and(|it| it.reason == Reason::CreditsExhausted)
                    && let Some(credits) = &mut self.tally.credits
                {
                    credits.refused(now);
                }
            }
            Deed::Create(member) => match &refusal {
                None => {
                    measures.created(frame, &mut self.tally, now, 1);
                    self.created(frame, member, ground.group, now);
                }
                Some(refusal) => measures.create_refused(frame, &mut self.tally, now, refusal),
            },
            Deed::Enable(member) => match &refusal {
                None => {
                    measures.enabled(frame, &mut self.tally, now, 1);
                    self.turn(measures, frame, (member, Some(AgentState::Active)), now);
                }
                Some(refusal) => measures.enable_refused(frame, &mut self.tally, now, refusal),
            },
            Deed::Disable(member) => {
                self.turn(measures, frame, (member, Some(AgentState::Offline)), now);
            }
            Deed::Delete(member) => self.turn(measures, frame, (member, None), now),
            Deed::Renew => {
                if let Some(credits) = &mut self.tally.credits {
                    credits.period_ended(frame.window, now);
                }
            }
        }
        self.note_slots(frame, decision.active, now);
        self.charge(measures, frame, record, now);
    }

    fn attempted(
        &mut self,
        measures: &mut GroupMeasures,
        frame: &GroupFrame,
        member: Member,
        record: &Record,
    ) {
        let Record { step, sent, answered, decision } = *record;
        let due = step.due;
        let Some(&(place, _)) = self.members.get(&member) else { return };
        measures.attempted(&mut self.tally, place, due, true);
        if let Some(refusal) = &decision.refusal {
            let cause = frame.own_causes.index(refusal);
            measures.refused(frame, &mut self.tally, ((due, true), self.now), refusal);
            self.tally.gave_up(cause, false);
            return;
        }
        measures.admitted(&mut self.tally);
        self.tally.kept(place);
        let (wait, service) = (sent.since(due).nanos(), answered.since(sent).nanos());
        let reply = Reply { due, latency: wait + service, wait, service };
        measures.completed(frame, &mut self.tally, reply);
    }

    fn created(&mut self, frame: &GroupFrame, member: Member, group: &Group, now: SimTime) {
        let levels = &mut self.tally.levels;
        levels.advance(frame.window, now);
        let is_draft = group.lines[usize::from(member.line)].start == AgentState::Draft;
        let state = if is_draft { AgentState::Draft } else { AgentState::Offline };
        *level(levels, state) += 1;
        self.members.insert(member, (self.tally.agents.len(), state));
        self.tally.add_agents(1);
    }

    /// An agent comes to another state; to none if it is deleted.
    fn turn(
        &mut self,
        measures: &mut GroupMeasures,
        frame: &GroupFrame,
        (member, state): (Member, Option<AgentState>),
        now: SimTime,
    ) {
        let Some((_, was)) = self.members.get_mut(&member) else { return };
        let levels = &mut self.tally.levels;
        levels.advance(frame.window, now);
        let active = levels.active;
        *level(levels, *was) -= 1;
        if let Some(state) = state {
            *level(levels, state) += 1;
            *was = state;
        }
        let change = i64::from(levels.active) - i64::from(active);
        if state.is_none() {
            self.members.remove(&member);
        }
        if change != 0 {
            measures.active_changed(&mut self.tally, now, change);
        }
    }

    /// Brings what is measured of the slots up to date. Answers may be known here in another order
    /// than that in which they were decided: there are too many active agents only if who decided
    /// says so too.
    fn note_slots(&mut self, frame: &GroupFrame, told: Option<u32>, now: SimTime) {
        let Some(slots) = self.slots else { return };
        let levels = &mut self.tally.levels;
        levels.advance(frame.window, now);
        let active = told.map_or(levels.active, |told| told.min(levels.active));
        levels.full = levels.active >= slots;
        levels.excess = active.saturating_sub(slots);
    }

    fn charge(
        &mut self,
        measures: &mut GroupMeasures,
        frame: &GroupFrame,
        record: &Record,
        now: SimTime,
    ) {
        if self.included.is_none() || self.tally.credits.is_none() {
            return;
        }
        let thousandths =
            |amount: i128| Credits::from_thousandths(i64::try_from(amount).unwrap_or(i64::MAX));
        let before = thousandths(self.books.balance());
        let paid = self.books.book(frame.window, &record.decision, now);
        let after = thousandths(self.books.balance());
        measures.balance_changed(frame, &mut self.tally, now, (before, after));
        measures.used(frame, &mut self.tally, now, paid, after);
    }

    /// Looks at the pool before anything happens at `now`.
    fn look(&mut self, measures: &mut GroupMeasures, frame: &GroupFrame, now: SimTime) {
        if self.tally.credits.is_none() {
            return;
        }
        self.books.advance(frame.window, now);
        let Some(fan) = &mut measures.fan else { return };
        while self.reading < fan.readings() && now >= fan.instant(self.reading) {
            let included = self.included.filter(|&included| included > 0);
            let percent = included.map_or(0, |included| self.books.balance() * 100 / included);
            fan.record(self.reading, percent as usize);
            self.reading += 1;
        }
    }

    /// Books the batches of a single run that end until `now`, before anything happens then.
    fn end_batches(&mut self, measures: &mut GroupMeasures, frame: &GroupFrame, now: SimTime) {
        while let Some(end) = self.tally.batch_ended(now) {
            self.look(measures, frame, end);
            let (_, flows) = self.books.close(frame.window);
            measures.end_batch(frame, &mut self.tally, Some(flows));
        }
    }

    /// Ends the workspace.
    pub(super) fn finish(mut self, ground: &mut Ground<'_>) {
        let Ground { frame, measures, .. } = ground;
        self.end_batches(measures, frame, SimTime::NEVER);
        self.look(measures, frame, SimTime::NEVER);
        if let Some(credits) = &mut self.tally.credits {
            let (balances, flows) = self.books.close(frame.window);
            credits.finish_by(frame.window, balances, flows, &mut measures.credits);
        }
        measures.finish(frame, &mut self.tally, None);
    }
}

/// How many agents are in a state.
fn level(levels: &mut LevelTally, state: AgentState) -> &mut u32 {
    match state {
        AgentState::Draft => &mut levels.draft,
        AgentState::Active => &mut levels.active,
        AgentState::Offline => &mut levels.offline,
    }
}
