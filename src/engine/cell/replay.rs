//! What a trace has for a workspace.

use super::enforce::EnabledBy;
use super::{Cell, Message, NONE, Session, World};
use crate::engine::kernel::General;
use crate::engine::lines::Number;
use crate::engine::model::GroupModel;
use crate::engine::recording::LaterTurn;
use crate::engine::run::EngineError;
use crate::log::{Deed, Row, Whom};
use crate::units::{Credits, SimSpan, SimTime};
use crate::workload::WhileOffline;

/// A later turn of a recorded conversation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    /// The time from the reply to the turn before it.
    think: SimSpan,
    /// What it costs; `None` if that is drawn.
    cost: Option<Credits>,
    /// The turn after it, or [`NONE`].
    next: u32,
}

impl Cell {
    /// Notes what agents are called in traces: those of the start, line by line.
    pub(super) fn begin_replay(&mut self, model: &GroupModel) {
        self.named.clear();
        self.recorded.clear();
        self.script.clear();
        if model.recorded.is_none() {
            return;
        }
        for (line, of) in self.lines.iter().zip(&model.lines) {
            let agents = (0..of.count).map(|number| {
                // Those that found no room do not exist.
                if number < line.count { line.first + number } else { NONE }
            });
            self.named.extend(agents);
            self.recorded.push(0);
        }
    }

    /// Lets a row happen at `now`; `turns` are the later turns of the conversation that it begins.
    pub(in crate::engine) fn replay(
        &mut self,
        world: &mut World<'_>,
        row: &Row,
        turns: &[LaterTurn],
        now: SimTime,
    ) -> Result<(), EngineError> {
        self.count_event(world, now)?;
        match row.deed {
            Deed::Message(whom) => self.replay_message(world, whom, (row.cost, turns), now),
            Deed::Create(whom) => self.replay_create(world, whom, now),
            Deed::Enable(whom) => {
                if let Some(agent) = self.named(whom).filter(|&agent| !self.is_active(agent)) {
                    self.enable_for(world, (agent, EnabledBy::Outside), now);
                }
            }
            Deed::Disable(whom) => {
                if let Some(agent) = self.named(whom).filter(|&agent| self.is_active(agent)) {
                    self.disable(world, agent, now);
                }
            }
            Deed::Delete(whom) => {
                if let Some(agent) = self.named(whom) {
                    self.delete(world, agent, now);
                }
            }
            Deed::SetPlan(plan) => self.put_on_plan(world, plan as usize, None, now),
            Deed::BuyPackage(package) => self.buy(world, package as u16, now),
        }
        Ok(())
    }

    /// The agent that is called so now; `None` if it does not exist.
    fn named(&self, whom: Whom) -> Option<u32> {
        let agent = self.named.get(whom.name as usize).copied().filter(|&agent| agent != NONE)?;
        self.workspace.agent(agent as usize).map(|_| agent)
    }

    /// Somebody creates an agent. One that exists is left alone.
    fn replay_create(&mut self, world: &mut World<'_>, whom: Whom, now: SimTime) {
        if self.named(whom).is_some() {
            return;
        }
        let line = world.model.recorded_line(whom);
        if self.create(world, line, now) {
            let agent = self.agents.len() as u32 - 1;
            let name = whom.name as usize;
            if name >= self.named.len() {
                self.named.resize(name + 1, NONE);
            }
            self.named[name] = agent;
            self.settle_in(world, agent, now);
        }
    }

    /// A customer writes. Nobody writes to an agent that does not exist, nor to one that is away if
    /// its customers wait for it.
    fn replay_message(
        &mut self,
        world: &mut World<'_>,
        whom: Whom,
        (cost, turns): (Option<Credits>, &[LaterTurn]),
        now: SimTime,
    ) {
        let line = world.model.recorded_line(whom);
        let arrival = &mut self.recorded[line as usize];
        let model = &world.model.lines[line as usize];
        let number = Number::of_recorded(*arrival, model.traffic.is_some());
        *arrival += 1;
        let Some(agent) = self.named(whom) else { return };
        if model.while_offline == WhileOffline::Pause && !self.is_active(agent) {
            return;
        }
        let mut session = NONE;
        if !turns.is_empty() {
            let script = turns.iter().rev().fold(NONE, |next, turn| {
                let LaterTurn { think, cost } = *turn;
                self.script.insert(Turn { think, cost, next })
            });
            let (turns_left, next_parked) = (0, NONE);
            let begun = Session { agent, line, number, turns_left, next_parked, script, cost };
            session = self.sessions.insert(begun);
        }
        let message = Message::due((agent, line, line), session, number, now);
        let message = self.written(world, Message { cost, ..message });
        self.attempt::<General>(world, &message, now);
    }

    /// The next turn of a recorded conversation, as its customer has thought about what is back at
    /// `now`: when it is due. `None` if none is left.
    pub(super) fn next_of_script(&mut self, session: u32, now: SimTime) -> Option<SimTime> {
        let record = self.sessions.at(session);
        if record.script == NONE {
            return None;
        }
        let Turn { think, cost, next } = self.script.remove(record.script);
        record.number = record.number.next_turn();
        (record.script, record.cost) = (next, cost);
        Some(now + think)
    }

    /// Forgets the turns that a conversation would still have.
    pub(super) fn end_script(&mut self, session: u32) {
        let mut turn = std::mem::replace(&mut self.sessions.at(session).script, NONE);
        while turn != NONE {
            turn = self.script.remove(turn).next;
        }
    }
}
