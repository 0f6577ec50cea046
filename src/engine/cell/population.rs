//! Which agents there are: created at the start, by churn and by the timeline; deleted.

use super::{Agent, Cell, Event, NONE, World};
use crate::engine::calendar::{Class, Ticket};
use crate::engine::lines::Line;
use crate::log::RecordedAction;
use crate::rules::AgentState;
use crate::units::{SimSpan, SimTime};
use crate::workload::LineKind;

impl Cell {
    /// Creates the agents of the start, as many as their limit admits (rule R1), and the features.
    pub(super) fn populate(&mut self, world: &mut World<'_>) {
        self.lines.clear();
        self.agents.clear();
        self.in_flight.clear();
        self.deeds.clear();
        // Where workspaces meet all of them have these at the same time.
        self.lines.reserve_exact(world.model.lines.len());
        self.sources.reserve_exact(world.model.lines.len());
        let count = world.model.lines.iter().map(|line| line.count as usize).sum();
        self.agents.reserve_exact(count);
        self.tally.agents.reserve_exact(count);
        for (index, model) in world.model.lines.iter().enumerate() {
            let first = self.agents.len() as u32;
            let at_once = self.create_at_once(world, index as u32);
            for _ in at_once..model.count {
                self.create(world, index as u32, SimTime::ZERO);
            }
            let count = self.agents.len() as u32 - first;
            self.lines.push(Line::new(model, self.key, first, count));
        }
        for line in 0..world.model.lines.len() as u32 {
            self.schedule_create(world, line, 0, SimTime::ZERO);
        }
    }

    /// Creates the agents of a line with which a workspace begins, as far as nothing is to be told of each.
    /// Answers how many.
    fn create_at_once(&mut self, world: &mut World<'_>, line: u32) -> u32 {
        let model = &world.model.lines[line as usize];
        if model.kind == LineKind::Feature || world.journal.is_some() {
            return 0;
        }
        let asked = (model.share, model.count);
        let count = self.workspace.create_all(&world.model.book, asked, SimTime::ZERO);
        self.were_created(world, line, count, SimTime::ZERO);
        count
    }

    /// Somebody tries to create an agent of a line; it is a draft. Answers whether there was room.
    pub(super) fn create(&mut self, world: &mut World<'_>, line: u32, now: SimTime) -> bool {
        let model = &world.model.lines[line as usize];
        if model.kind == LineKind::Feature {
            self.workspace.add_feature(&world.model.book, model.share);
            self.tally.add_feature();
            self.add(world, line, 1, now);
            return true;
        }
        let refusal = self.workspace.create(&world.model.book, model.share, now).err();
        self.log_creation(world, line, refusal, now);
        if let Some(refusal) = &refusal {
            world.measures.create_refused(world.frame, &mut self.tally, now, refusal);
            return false;
        }
        self.were_created(world, line, 1, now);
        true
    }

    /// Books that agents of a line were created.
    fn were_created(&mut self, world: &mut World<'_>, line: u32, count: u32, now: SimTime) {
        let tally = &mut self.tally;
        world.measures.created(world.frame, tally, now, count);
        tally.levels.advance(world.frame.window, now);
        tally.levels.draft += count;
        tally.add_agents(count);
        self.add(world, line, count, now);
    }

    /// Adds records of agents, or features.
    fn add(&mut self, world: &World<'_>, line: u32, count: u32, now: SimTime) {
        if let Some(enforcer) = &mut self.enforcer {
            (0..count).for_each(|_| enforcer.add_agent(&world.model.book, &self.workspace, now));
            self.deeds.resize(self.deeds.len() + count as usize, 0);
        }
        let next = self.next_in_line(line);
        self.agents.extend((next..next + count).map(|number| Agent {
            line,
            number,
            enabled: 0,
            disabled: 0,
            habit: Ticket::NONE,
            enabled_as: 0,
            waits_since: SimTime::NEVER,
            parked: NONE,
            last_parked: NONE,
        }));
        if world.model.awaits_replies {
            self.in_flight.resize(self.agents.len(), 0);
        }
    }

    /// The number of the next agent of a line.
    pub(super) fn next_in_line(&self, line: u32) -> u32 {
        let last = self.agents.iter().rev().find(|agent| agent.line == line);
        last.map_or(0, |last| last.number + 1)
    }

    /// When a draft that exists since `now` is first enabled and an agent is deleted, by its line's
    /// habits.
    pub(super) fn schedule_life(&mut self, world: &World<'_>, agent: u32, now: SimTime) {
        let model = &world.model.lines[self.agents[agent as usize].line as usize];
        if let Some(draft) = model.draft.as_ref().filter(|_| self.is_draft(agent)) {
            let at = now + self.draw(draft, agent, "draft", 0);
            self.set_habit(world, agent, at, Class::Takes, Event::Enable { agent });
        }
        if let Some(delete_after) = &model.delete_after {
            let at = now + self.draw(delete_after, agent, "deletion", 0);
            self.schedule_in_time(world, at, Class::Frees, Event::Delete { agent });
        }
    }

    fn is_draft(&self, agent: u32) -> bool {
        self.workspace.agent(agent as usize) == Some(AgentState::Draft)
    }

    /// Schedules the try number `number` of churn to create an agent of a line.
    fn schedule_create(&mut self, world: &World<'_>, line: u32, number: u64, now: SimTime) {
        if let Some(create) = &world.model.lines[line as usize].create {
            let span = self.lines[line as usize].until_create(create, number);
            let at = now + SimSpan::from_nanos(span);
            self.schedule_in_time(world, at, Class::Takes, Event::Create { line });
        }
    }

    /// Churn creates an agent, which begins in the state in which its line starts.
    pub(super) fn create_by_churn(&mut self, world: &mut World<'_>, line: u32, now: SimTime) {
        let number = self.lines[line as usize].count_create();
        self.schedule_create(world, line, number, now);
        if self.create(world, line, now) {
            let agent = self.agents.len() as u32 - 1;
            self.settle_in(world, agent, now);
            self.begin_life(world, agent, now);
        }
    }

    /// What follows the creation of an agent after the start: its customers, and its habits.
    pub(super) fn settle_in(&mut self, world: &mut World<'_>, agent: u32, now: SimTime) {
        self.begin_traffic_of(world, agent, now);
        self.schedule_life(world, agent, now);
    }

    /// An agent is deleted, whatever its state.
    pub(super) fn delete(&mut self, world: &mut World<'_>, agent: u32, now: SimTime) {
        let Some(state) = self.workspace.agent(agent as usize) else { return };
        self.workspace.delete(agent as usize);
        let node =
            if state == AgentState::Active { self.note_disabled(world, agent, now) } else { 0 };
        self.log_deed(world, RecordedAction::Delete, agent, None, (node, now));
        self.tally.levels.advance(world.frame.window, now);
        match state {
            AgentState::Draft => self.tally.levels.draft -= 1,
            AgentState::Offline => self.tally.levels.offline -= 1,
            AgentState::Active => {
                self.tally.levels.active -= 1;
                world.measures.active_changed(&mut self.tally, now, -1);
            }
        }
        self.note_slots();
        let gone = &mut self.agents[agent as usize];
        gone.habit = Ticket::NONE;
        let mut session = std::mem::replace(&mut gone.parked, NONE);
        if std::mem::replace(&mut gone.waits_since, SimTime::NEVER) != SimTime::NEVER {
            self.waiting.retain(|&waiting| waiting != agent);
        }
        while session != NONE {
            let next = self.sessions.at(session).next_parked;
            self.end_session(session);
            session = next;
        }
        self.wake_waiting(world, now);
    }
}
