//! Customers: when they begin to write, and whether they go on after a loss.

use super::{Agent, Cell, NONE, Session, World};
use crate::engine::lines::Line;
use crate::engine::model::TrafficModel;
use crate::units::SimTime;

impl Cell {
    /// Customers begin to write to the agents of every line, and to the workspace.
    pub(super) fn begin_traffic(&mut self, world: &World<'_>) {
        for (number, model) in world.model.lines.iter().enumerate() {
            let Some(traffic) = &model.traffic else { continue };
            if model.route.is_some() {
                self.begin_traffic_of_workspace(world, number as u32, traffic);
                continue;
            }
            let line = &self.lines[number];
            let agents = line.first..line.first + line.count;
            if !traffic.is_one_stream {
                agents.for_each(|agent| self.begin_traffic_of(world, agent, SimTime::ZERO));
            } else if !agents.is_empty() {
                self.sources.push(line.source(number as u32));
                self.schedule_arrival(world, self.sources.len() as u32 - 1, SimTime::ZERO);
            }
        }
    }

    /// Customers begin to write to an agent: one of a line whose agents have customers of their
    /// own, or one that was created after the start.
    pub(super) fn begin_traffic_of(&mut self, world: &World<'_>, agent: u32, now: SimTime) {
        let Agent { line: number, number: in_line, .. } = self.agents[agent as usize];
        let line = &self.lines[number as usize];
        let Some(traffic) = &world.model.lines[number as usize].traffic else { return };
        if traffic.users == 0 {
            self.sources.push(line.source_for((agent, in_line), number, traffic, now));
            self.schedule_arrival(world, self.sources.len() as u32 - 1, now);
            return;
        }
        self.begin_users(world, (agent, in_line), (number, traffic), now);
    }

    /// Customers begin to write to the workspace as a whole; their line has the number `line`.
    fn begin_traffic_of_workspace(&mut self, world: &World<'_>, line: u32, traffic: &TrafficModel) {
        if traffic.users > 0 {
            self.begin_users(world, (NONE, 0), (line, traffic), SimTime::ZERO);
        } else {
            self.sources.push(self.lines[line as usize].source_of_workspace(line, traffic));
            self.schedule_arrival(world, self.sources.len() as u32 - 1, SimTime::ZERO);
        }
    }

    /// The users of an agent, or of the workspace, begin to think.
    fn begin_users(
        &mut self,
        world: &World<'_>,
        (agent, in_line): (u32, u32),
        (line, traffic): (u32, &TrafficModel),
        now: SimTime,
    ) {
        for user in 0..traffic.users {
            let number = Line::user(in_line, user, traffic.users);
            let (turns_left, next_parked, script, cost) = (u64::MAX, NONE, NONE, None);
            let begun = Session { agent, line, number, turns_left, next_parked, script, cost };
            let session = self.sessions.insert(begun);
            self.next_turn(world, session, now);
        }
    }

    /// A message is lost: its conversation ends, or goes on where customers bear that.
    pub(super) fn lost(&mut self, world: &World<'_>, session: u32, now: SimTime) {
        if session == NONE {
            return;
        }
        let Session { line, script, .. } = *self.sessions.at(session);
        let line = line as usize;
        // A recorded conversation ends.
        if script != NONE {
            self.end_session(session);
        } else if world.model.lines[line].traffic.as_ref().is_some_and(|traffic| traffic.goes_on) {
            self.next_turn(world, session, now);
        } else {
            self.end_session(session);
        }
    }
}
