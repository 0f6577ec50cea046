//! The life of the agents: enabled and disabled, by their own habits.

use super::{Cell, Event, NONE, World};
use crate::engine::calendar::Class;
use crate::random::Sampler;
use crate::rules::AgentState;
use crate::units::{SimSpan, SimTime};
use crate::workload::OnRefused;

impl Cell {
    /// Brings every agent into the state in which its line starts, in the order written. Starting
    /// active is a try to enable: those that find no slot start offline.
    pub(super) fn start_agents(&mut self, world: &mut World<'_>) {
        self.tally.levels.offline = self.agents.len() as u32;
        for agent in 0..self.agents.len() as u32 {
            let model = &world.model.lines[self.agents[agent as usize].line as usize];
            match model.start {
                AgentState::Active => self.enable(world, agent, SimTime::ZERO),
                AgentState::Offline => self.schedule_enable(world, agent, SimTime::ZERO),
                AgentState::Draft => {
                    self.workspace.draft(agent as usize);
                    self.tally.levels.offline -= 1;
                    self.tally.levels.draft += 1;
                    if let Some(draft) = &model.draft {
                        let delay = self.draw(draft, agent, "draft", 0);
                        self.schedule_unless_late(world, SimTime::ZERO + delay, agent);
                    }
                }
            }
        }
    }

    /// Somebody tries to enable an agent.
    pub(super) fn enable(&mut self, world: &mut World<'_>, agent: u32, now: SimTime) {
        let was = self.workspace.agent(agent as usize);
        let answer = self.workspace.enable(agent as usize);
        let refusal = answer.err();
        world.measures.enable_tried(world.frame, &mut self.tally, now, refusal.as_ref());
        if refusal.is_some() {
            self.enable_refused(world, agent, now);
            return;
        }
        self.tally.levels.advance(world.frame.window, now);
        let levels = &mut self.tally.levels;
        levels.active += 1;
        if was == AgentState::Draft {
            levels.draft -= 1;
        } else {
            levels.offline -= 1;
        }
        levels.full = self.workspace.slots().full();
        world.measures.active_changed(&mut self.tally, now, 1);
        let state = &mut self.agents[agent as usize];
        let period = state.enabled;
        state.enabled += 1;
        let model = &world.model.lines[state.line as usize];
        if let Some(active) = &model.active {
            let until = now + self.draw(active, agent, "active", period);
            if until < world.model.until {
                self.calendar.schedule(until, Class::Frees, Event::Disable { agent });
            }
        }
        self.wake_parked(agent, now);
    }

    /// An active agent is disabled; its slot is free at once.
    pub(super) fn disable(&mut self, world: &mut World<'_>, agent: u32, now: SimTime) {
        self.workspace.disable(agent as usize);
        self.tally.levels.advance(world.frame.window, now);
        self.tally.levels.active -= 1;
        self.tally.levels.offline += 1;
        self.tally.levels.full = self.workspace.slots().full();
        world.measures.active_changed(&mut self.tally, now, -1);
        self.schedule_enable(world, agent, now);
    }

    /// The agent keeps its state, and tries again as its line says.
    fn enable_refused(&mut self, world: &World<'_>, agent: u32, now: SimTime) {
        let model = &world.model.lines[self.agents[agent as usize].line as usize];
        match model.on_refused {
            OnRefused::GiveUp => self.schedule_enable(world, agent, now),
            OnRefused::WaitForSlot => {}
            OnRefused::RetryEvery(span) => self.schedule_unless_late(world, now + span, agent),
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
            self.schedule_unless_late(world, until, agent);
        }
    }

    /// No activity starts once arrivals have stopped.
    fn schedule_unless_late(&mut self, world: &World<'_>, at: SimTime, agent: u32) {
        if at < world.model.until {
            self.calendar.schedule(at, Class::Takes, Event::Enable { agent });
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
    fn draw(&self, sampler: &Sampler, agent: u32, state: &str, period: u32) -> SimSpan {
        let line = &self.lines[self.agents[agent as usize].line as usize];
        let stream = line.periods(agent, state);
        SimSpan::from_nanos(sampler.sample_whole(&mut stream.at(u64::from(period))))
    }
}
