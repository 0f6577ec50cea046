//! The state of all limiters of one workspace: of its agents, and of itself.

use std::collections::VecDeque;

use super::decision::Refusal;
use super::limiter::Attempt;
use super::meter::{Meter, carry_over};
use super::passage::{Exceeded, Hold, Passage, Wait, give_back};
use super::policy::Rulebook;
use crate::units::SimTime;

/// The state of the limiters of scope agent and workspace, as somebody has counted it.
#[derive(Debug, Clone, Default)]
pub struct Meters {
    /// Limiters of scope agent, agent by agent.
    of_agents: Vec<Meter>,
    /// Limiters of scope workspace.
    of_all: Vec<Meter>,
    /// What limits that only report would have refused of the attempt that was checked last.
    pub(super) exceeded: Exceeded,
    /// The tickets of attempts that waited for a place and have one now.
    admitted: VecDeque<u64>,
}

/// What an attempt took of limiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// What it holds until it is over.
    pub hold: Hold,
    /// How many places it waits for: [`Meters::next_admitted`] names it as often.
    pub queues: u16,
}

impl Meters {
    /// Begins with a workspace on a plan, without agents, and with limits that nobody has used.
    pub fn begin(&mut self, book: &Rulebook, plan: usize) {
        self.of_agents.clear();
        self.of_all.clear();
        self.exceeded.clear();
        self.admitted.clear();
        let idle = book.workspace_limiters.all.iter().map(Meter::idle);
        self.of_all.extend(idle);
        for gate in &book.policy(plan).workspace_gates {
            self.of_all[usize::from(gate.limiter)].begin(&gate.quota, SimTime::ZERO);
        }
    }

    /// Adds agents, or features, to a workspace on a plan.
    pub fn add_agents(&mut self, book: &Rulebook, plan: usize, count: u32, now: SimTime) {
        if !book.agent_limiters.all.is_empty() {
            (0..count).for_each(|_| self.add_agent(book, plan, now));
        }
    }

    /// Adds one of them.
    fn add_agent(&mut self, book: &Rulebook, plan: usize, now: SimTime) {
        let base = self.of_agents.len();
        self.of_agents.extend(book.agent_limiters.all.iter().map(Meter::idle));
        for gate in &book.policy(plan).agent_gates {
            self.of_agents[base + usize::from(gate.limiter)].begin(&gate.quota, now);
        }
    }

    /// Whether an attempt passes the limiters of a plan, those of scope agent first, and how it
    /// waits there. Nothing is taken.
    ///
    /// # Errors
    ///
    /// The first refusal.
    #[inline(always)]
    pub fn check(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
    ) -> Result<Wait, Refusal> {
        let mut wait = Wait::NONE;
        let (mut of_agent, mut of_all, exceeded) = self.passages(book, plan, attempt.agent);
        of_agent.check(attempt, exceeded, &mut wait)?;
        of_all.check(attempt, exceeded, &mut wait)?;
        Ok(wait)
    }

    /// The limiters that an attempt meets, of its agent and of the workspace.
    #[inline(always)]
    fn passages<'a>(
        &'a mut self,
        book: &'a Rulebook,
        plan: usize,
        agent: usize,
    ) -> (Passage<'a>, Passage<'a>, &'a mut Exceeded) {
        let policy = book.policy(plan);
        let width = book.agent_limiters.all.len();
        let of_agent = Passage {
            limiters: &book.agent_limiters,
            gates: &policy.agent_gates,
            meters: if width == 0 {
                &mut []
            } else {
                &mut self.of_agents[agent * width..(agent + 1) * width]
            },
        };
        let of_all = Passage {
            limiters: &book.workspace_limiters,
            gates: &policy.workspace_gates,
            meters: &mut self.of_all,
        };
        (of_agent, of_all, &mut self.exceeded)
    }

    /// Takes what [`check`](Self::check) found at the same instant. The caller knows the attempt as
    /// `ticket`.
    #[inline(always)]
    pub fn take(&mut self, book: &Rulebook, plan: usize, attempt: &Attempt, ticket: u64) -> Passed {
        let (mut of_agent, mut of_all, exceeded) = self.passages(book, plan, attempt.agent);
        of_agent.take(attempt, exceeded);
        of_all.take(attempt, exceeded);
        let hold = exceeded.hold(ticket);
        let mut queues = 0;
        if book.holds_places() {
            queues += of_agent.take_places(*attempt, hold) + of_all.take_places(*attempt, hold);
        }
        Passed { hold, queues }
    }

    /// Takes what an attempt needs if it can be seen at a glance that it passes everything and waits for
    /// nothing; else it takes nothing, and it is to be [checked](Self::check).
    #[inline(always)]
    pub(super) fn take_at_once(&mut self, book: &Rulebook, plan: usize, attempt: &Attempt) -> bool {
        if book.holds_places() {
            return false;
        }
        let policy = book.policy(plan);
        match (policy.agent_gates.as_slice(), policy.workspace_gates.as_slice()) {
            ([], []) => true,
            ([], [gate]) if !gate.reports => {
                self.of_all[usize::from(gate.limiter)].take_at_once(gate, attempt)
            }
            _ => false,
        }
    }

    /// Notes which limits that only report would refuse an attempt.
    pub(super) fn note_exceeded(&mut self, book: &Rulebook, plan: usize, attempt: &Attempt) {
        if book.reports() {
            let (mut of_agent, mut of_all, exceeded) = self.passages(book, plan, attempt.agent);
            exceeded.clear_throttles();
            of_agent.note_exceeded(attempt, exceeded);
            of_all.note_exceeded(attempt, exceeded);
        }
    }

    /// Takes what an attempt needs whether it is there or not; answers too how it waits.
    pub fn take_anyway(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
        ticket: u64,
    ) -> (Passed, Wait) {
        self.note_exceeded(book, plan, attempt);
        let (mut of_agent, mut of_all, exceeded) = self.passages(book, plan, attempt.agent);
        let shaped = of_agent.take_anyway(attempt, exceeded);
        let shaped = shaped.max(of_all.take_anyway(attempt, exceeded));
        let hold = exceeded.hold(ticket);
        let mut queues = 0;
        if book.holds_places() {
            queues += of_agent.take_places_anyway(attempt, hold);
            queues += of_all.take_places_anyway(attempt, hold);
        }
        (Passed { hold, queues }, Wait { shaped, queued: queues > 0 })
    }

    /// Takes the places that an attempt needs whether there are any or not, and nothing else.
    pub fn take_places(&mut self, book: &Rulebook, plan: usize, attempt: &Attempt) {
        if book.holds_places() {
            let (mut of_agent, mut of_all, _) = self.passages(book, plan, attempt.agent);
            of_agent.take_places_anyway(attempt, Hold::NONE);
            of_all.take_places_anyway(attempt, Hold::NONE);
        }
    }

    /// Takes what an attempt that was refused needs of the limits of rates that it passed: those before
    /// the throttle that refused it, or all.
    pub fn keep(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
        refused_by: Option<u16>,
    ) {
        let (mut of_agent, mut of_all, _) = self.passages(book, plan, attempt.agent);
        if of_agent.keep(attempt, refused_by) {
            of_all.keep(attempt, refused_by);
        }
    }

    /// Tells the throttles that have no room for an attempt, with places free that were lost. Nothing is
    /// counted.
    pub fn without_room(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
        mut refused: impl FnMut(u16),
    ) {
        let (mut of_agent, mut of_all, _) = self.passages(book, plan, attempt.agent);
        of_agent.without_room(attempt, &mut refused);
        of_all.without_room(attempt, &mut refused);
    }

    /// Goes the way of an attempt that somebody else checked, who counts by himself, up to the throttle
    /// that refused it, if any did: notes and counts what is noted and counted of refusals. Answers
    /// whether that throttle has room.
    pub fn retrace(
        &mut self,
        book: &Rulebook,
        plan: usize,
        attempt: &Attempt,
        refused_by: Option<u16>,
    ) -> bool {
        let (mut of_agent, mut of_all, exceeded) = self.passages(book, plan, attempt.agent);
        exceeded.clear_throttles();
        let room = of_agent.retrace(attempt, refused_by, exceeded);
        room.or_else(|| of_all.retrace(attempt, refused_by, exceeded)).unwrap_or(false)
    }

    /// Gives back the places that an attempt held, when it is over.
    pub fn release(&mut self, book: &Rulebook, agent: usize, hold: Hold, now: SimTime) {
        self.give_back(book, agent, hold, |meter| meter.release(now));
    }

    /// The attempt that holds places is over, and they are not given back.
    pub fn lose(&mut self, book: &Rulebook, agent: usize, hold: Hold) {
        self.give_back(book, agent, hold, |meter| {
            meter.lose();
            None
        });
    }

    /// Gives back places that were [lost](Self::lose).
    pub fn find(&mut self, book: &Rulebook, agent: usize, hold: Hold, now: SimTime) {
        self.give_back(book, agent, hold, |meter| meter.find(now));
    }

    /// Gives back the places of an attempt that waits for some of them still.
    pub fn leave(&mut self, book: &Rulebook, agent: usize, hold: Hold, now: SimTime) {
        self.give_back(book, agent, hold, |meter| meter.leave(hold.ticket, now));
    }

    fn give_back(
        &mut self,
        book: &Rulebook,
        agent: usize,
        hold: Hold,
        release: impl Fn(&mut Meter) -> Option<u64>,
    ) {
        if book.holds_places() {
            let width = book.agent_limiters.all.len();
            let own = &mut self.of_agents[agent * width..(agent + 1) * width];
            give_back((&book.agent_limiters, own), hold, &mut self.admitted, &release);
            let all = (&book.workspace_limiters, self.of_all.as_mut_slice());
            give_back(all, hold, &mut self.admitted, &release);
        }
    }

    /// Comes from one plan to another: limiters keep their levels, as far as the new one lets them.
    pub fn change_plan(&mut self, book: &Rulebook, (old, new): (usize, usize), now: SimTime) {
        let (old, new) = (book.policy(old), book.policy(new));
        let width = book.agent_limiters.all.len().max(1);
        let (agents, all) = (
            (old.agent_gates.as_slice(), new.agent_gates.as_slice()),
            (old.workspace_gates.as_slice(), new.workspace_gates.as_slice()),
        );
        for meters in self.of_agents.chunks_exact_mut(width) {
            carry_over(meters, agents, now, &mut self.admitted);
        }
        carry_over(&mut self.of_all, all, now, &mut self.admitted);
    }

    /// The ticket of an attempt that waited for a place and has one since somebody gave one back, or
    /// since the plan changed; each is named once for each place.
    pub fn next_admitted(&mut self) -> Option<u64> {
        self.admitted.pop_front()
    }
}
