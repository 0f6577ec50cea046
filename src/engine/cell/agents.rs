//! The life of the agents: enabled and disabled, by their own habits and from outside.

use std::ops::Range;

use super::enforce::EnabledBy;
use super::{Agent, Cell, Event, Line, NONE, World};
use crate::engine::calendar::{Class, Ticket};
use crate::engine::model::LineModel;
use crate::log::RecordedAction;
use crate::random::Sampler;
use crate::rules::{AgentState, Reason, Refusal};
use crate::units::{SimSpan, SimTime};
use crate::workload::{LineKind, OnRefused};

/// A try to enable an agent, and what was decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct EnableTry {
    pub(super) agent: u32,
    pub(super) by: EnabledBy,
    /// The node that decided.
    pub(super) node: u32,
    /// The state of the agent before.
    pub(super) was: Option<AgentState>,
    /// If it was admitted, whether the agent holds a slot.
    pub(super) answer: Result<bool, Refusal>,
}

impl Cell {
    /// Brings every agent into the state in which its line starts, in the order written. Starting
    /// active is a try to enable: those that find no slot start offline.
    pub(super) fn start_agents(&mut self, world: &mut World<'_>) {
        self.note_slots();
        self.note_limit(world, SimTime::ZERO);
        for (line, model) in world.model.lines.iter().enumerate() {
            if model.kind == LineKind::Feature {
                continue;
            }
            let Line { first, count, .. } = self.lines[line];
            let agents = first..first + count;
            if model.start != AgentState::Draft {
                agents.clone().for_each(|agent| self.shelve(agent));
            }
            let active = self.start_at_once(world, model, agents.clone());
            for agent in agents.skip(active) {
                self.schedule_life(world, agent, SimTime::ZERO);
                match model.start {
                    AgentState::Active => {
                        self.enable_at_once(world, (agent, EnabledBy::Habit), SimTime::ZERO);
                    }
                    AgentState::Offline => self.schedule_enable(world, agent, SimTime::ZERO),
                    AgentState::Draft => {}
                }
            }
        }
    }

    /// Enables the first of the agents of a line that start active, as far as there is nothing to tell of
    /// each, and nothing to come by habit. Answers how many.
    fn start_at_once(
        &mut self,
        world: &mut World<'_>,
        model: &LineModel,
        agents: Range<u32>,
    ) -> usize {
        let have_habits = model.active.is_some() || model.delete_after.is_some();
        if model.start != AgentState::Active || have_habits || world.journal.is_some() {
            return 0;
        }
        let Range { start, end } = agents;
        let count = self.workspace.enable_all(start as usize..end as usize);
        let agents = start..start + count as u32;
        world.measures.enabled(world.frame, &mut self.tally, SimTime::ZERO, agents.len() as u32);
        self.are_active(world, agents, Some(AgentState::Offline), SimTime::ZERO);
        count
    }

    /// Brings an agent that was just created by churn into the state in which its line starts. If
    /// that is active and every slot is taken, it stays a draft (rule R4).
    pub(super) fn begin_life(&mut self, world: &mut World<'_>, agent: u32, now: SimTime) {
        match world.model.lines[self.agents[agent as usize].line as usize].start {
            AgentState::Active => self.enable(world, agent, now),
            AgentState::Offline => {
                self.shelve(agent);
                self.schedule_enable(world, agent, now);
            }
            AgentState::Draft => {}
        }
    }

    fn shelve(&mut self, agent: u32) {
        self.workspace.shelve(agent as usize);
        self.tally.levels.draft -= 1;
        self.tally.levels.offline += 1;
    }

    /// The time has come at which somebody enables the agent by its line's habit.
    pub(super) fn enable_by_habit(
        &mut self,
        world: &mut World<'_>,
        agent: u32,
        ticket: Ticket,
        now: SimTime,
    ) {
        if self.take_habit(agent, ticket) {
            self.enable(world, agent, now);
        }
    }

    /// The time has come at which the agent is disabled by its line's habit.
    pub(super) fn disable_by_habit(
        &mut self,
        world: &mut World<'_>,
        agent: u32,
        ticket: Ticket,
        now: SimTime,
    ) {
        if self.take_habit(agent, ticket) {
            self.disable(world, agent, now);
        }
    }

    /// Whether a habit's event is not outdated.
    fn take_habit(&mut self, agent: u32, ticket: Ticket) -> bool {
        let habit = &mut self.agents[agent as usize].habit;
        let due = *habit == ticket;
        if due {
            *habit = Ticket::NONE;
        }
        due
    }

    /// Sets the next change of an agent's state by its habit; none if that lies beyond the end.
    pub(super) fn set_habit(
        &mut self,
        world: &World<'_>,
        agent: u32,
        at: SimTime,
        class: Class,
        event: Event,
    ) {
        self.agents[agent as usize].habit = self.schedule_in_time(world, at, class, event);
    }

    /// Somebody tries to enable an agent that is draft or offline, by its line's habits.
    pub(super) fn enable(&mut self, world: &mut World<'_>, agent: u32, now: SimTime) {
        self.enable_for(world, (agent, EnabledBy::Habit), now);
    }

    /// Somebody tries to enable an agent that is draft or offline.
    pub(super) fn enable_for(
        &mut self,
        world: &mut World<'_>,
        (agent, by): (u32, EnabledBy),
        now: SimTime,
    ) {
        if let Some(enforcement) = &world.model.enforcement {
            self.ask_enable(world, enforcement, (agent, by), now);
        } else {
            self.enable_at_once(world, (agent, by), now);
        }
    }

    /// The same, by all there is to know: it is the ideal, or the workspace just begins.
    fn enable_at_once(
        &mut self,
        world: &mut World<'_>,
        (agent, by): (u32, EnabledBy),
        now: SimTime,
    ) {
        let was = self.workspace.agent(agent as usize);
        let answer = self.workspace.enable(agent as usize);
        self.enable_decided(world, EnableTry { agent, by, node: 0, was, answer }, now);
    }

    /// A try to enable an agent was decided.
    pub(super) fn enable_decided(&mut self, world: &mut World<'_>, tried: EnableTry, now: SimTime) {
        let EnableTry { agent, by, .. } = tried;
        if self.was_enabled(world, tried, now) {
            // One that was refused is not the entry's to undo.
            if let EnabledBy::Entry(entry) = by {
                self.will_undo(entry, agent);
            }
            return;
        }
        // If it is refused and would give up, habits stay as they were where somebody from outside
        // tried: a draft that nobody would enable remains one.
        let line = self.agents[agent as usize].line as usize;
        let gives_up = world.model.lines[line].on_refused == OnRefused::GiveUp;
        if by == EnabledBy::Habit || !gives_up {
            self.enable_refused(world, agent, now);
        }
    }

    /// Books a try to enable an agent. Answers whether the agent is active now.
    fn was_enabled(&mut self, world: &mut World<'_>, tried: EnableTry, now: SimTime) -> bool {
        let EnableTry { agent, node, was, answer, .. } = tried;
        let refusal = answer.err();
        if answer == Ok(false) && world.frame.window.contains(now) {
            let reason = Reason::ActiveAgentLimit;
            world.measures.reported_for(world.frame, &mut self.tally, reason);
        }
        let tally = &mut self.tally;
        match &refusal {
            None => world.measures.enabled(world.frame, tally, now, 1),
            Some(refusal) => world.measures.enable_refused(world.frame, tally, now, refusal),
        }
        self.log_deed(world, RecordedAction::Enable, agent, Some(refusal.into()), (node, now));
        if refusal.is_some() {
            return false;
        }
        self.are_active(world, agent..agent + 1, was, now);
        true
    }

    /// Has follow what follows when agents are active that were all in the same state before.
    fn are_active(
        &mut self,
        world: &mut World<'_>,
        agents: Range<u32>,
        was: Option<AgentState>,
        now: SimTime,
    ) {
        self.tally.levels.advance(world.frame.window, now);
        let (levels, count) = (&mut self.tally.levels, agents.len() as u32);
        levels.active += count;
        if was == Some(AgentState::Draft) {
            levels.draft -= count;
        } else {
            levels.offline -= count;
        }
        self.note_slots();
        world.measures.active_changed(&mut self.tally, now, i64::from(count));
        for agent in agents {
            self.enables += 1;
            let state = &mut self.agents[agent as usize];
            state.enabled_as = self.enables;
            let period = state.enabled;
            state.enabled += 1;
            let model = &world.model.lines[state.line as usize];
            let until = match &model.active {
                Some(active) => now + self.draw(active, agent, "active", period),
                None => SimTime::NEVER,
            };
            self.set_habit(world, agent, until, Class::Frees, Event::Disable { agent });
            self.wake_parked(agent, now);
        }
    }

    /// An active agent is disabled; its slot is free at once (rule R5).
    pub(super) fn disable(&mut self, world: &mut World<'_>, agent: u32, now: SimTime) {
        self.take_offline(world, agent, now);
        self.wake_waiting(world, now);
    }

    /// An active agent goes offline, and nobody gets its slot yet.
    pub(super) fn take_offline(&mut self, world: &mut World<'_>, agent: u32, now: SimTime) {
        self.workspace.disable(agent as usize);
        let node = self.note_disabled(world, agent, now);
        self.log_deed(world, RecordedAction::Disable, agent, None, (node, now));
        self.tally.levels.advance(world.frame.window, now);
        self.tally.levels.active -= 1;
        self.tally.levels.offline += 1;
        self.note_slots();
        world.measures.active_changed(&mut self.tally, now, -1);
        self.agents[agent as usize].habit = Ticket::NONE;
        self.schedule_enable(world, agent, now);
    }

    /// Brings what is measured of the slots up to date.
    pub(super) fn note_slots(&mut self) {
        let (slots, levels) = (self.workspace.slots(), &mut self.tally.levels);
        (levels.limited, levels.full) = (slots.limit().is_some(), slots.full());
        levels.excess = slots.excess();
    }

    /// Books how many agents may be active from `now` on: none after a trial has ended.
    pub(super) fn note_limit(&mut self, world: &mut World<'_>, now: SimTime) {
        let limit =
            if self.workspace.available() { self.workspace.slots().limit() } else { Some(0) };
        world.measures.limit_changed(&mut self.tally, now, limit);
    }

    /// The agent keeps its state (rule R4), and its line says what follows. One that was just
    /// created and gives up is still tried after its time as a draft, if its line has one.
    fn enable_refused(&mut self, world: &World<'_>, agent: u32, now: SimTime) {
        let state = &mut self.agents[agent as usize];
        match world.model.lines[state.line as usize].on_refused {
            OnRefused::GiveUp if state.habit == Ticket::NONE => {
                self.schedule_enable(world, agent, now);
            }
            OnRefused::RetryEvery(span) => {
                self.set_habit(world, agent, now + span, Class::Takes, Event::Enable { agent });
            }
            OnRefused::WaitForSlot if state.waits_since == SimTime::NEVER => {
                state.waits_since = now;
                state.habit = Ticket::NONE;
                self.waiting.push_back(agent);
            }
            OnRefused::GiveUp | OnRefused::WaitForSlot => {}
        }
    }

    /// Enables those that wait for a slot, in the order in which they came, as far as slots are
    /// free.
    pub(super) fn wake_waiting(&mut self, world: &mut World<'_>, now: SimTime) {
        // As many as there are slots: who is refused, or not decided yet, does not come again now.
        let left = self.workspace.slots().left();
        for _ in 0..self.waiting.len().min(left as usize) {
            if !self.workspace.available() || now >= world.model.until {
                break;
            }
            let Some(agent) = self.waiting.pop_front() else { break };
            let state = &mut self.agents[agent as usize];
            let since = std::mem::replace(&mut state.waits_since, SimTime::NEVER);
            world.measures.waited_for_slot(world.frame, &mut self.tally, now, since);
            self.enable(world, agent, now);
        }
    }

    /// Schedules the next try to enable an agent whose offline period begins now.
    fn schedule_enable(&mut self, world: &World<'_>, agent: u32, now: SimTime) {
        let state = &mut self.agents[agent as usize];
        let model = &world.model.lines[state.line as usize];
        if let Some(offline) = &model.offline {
            let period = state.disabled;
            state.disabled += 1;
            let until = now + self.draw(offline, agent, "offline", period);
            self.set_habit(world, agent, until, Class::Takes, Event::Enable { agent });
        }
    }

    /// The conversations that waited for the agent go on, in the order in which they came.
    fn wake_parked(&mut self, agent: u32, now: SimTime) {
        let mut session = std::mem::replace(&mut self.agents[agent as usize].parked, NONE);
        while session != NONE {
            self.calendar.schedule(now, Class::Takes, Event::Turn { session });
            session = std::mem::replace(&mut self.sessions.at(session).next_parked, NONE);
        }
    }

    /// How long the period number `period` of an agent in `state` lasts.
    pub(super) fn draw(&self, sampler: &Sampler, agent: u32, state: &str, period: u32) -> SimSpan {
        let Agent { line, number, .. } = self.agents[agent as usize];
        let stream = self.lines[line as usize].periods(number, state);
        SimSpan::from_nanos(sampler.sample_whole(&mut stream.at(u64::from(period))))
    }
}
