//! Which agent a message of the workspace's customers goes to.

use super::{Cell, Message, NONE, Session, World};
use crate::engine::lines::Number;
use crate::units::SimTime;
use crate::workload::Route;

impl Cell {
    /// A message arrives at the workspace, or the first turn of a conversation: the message, if there
    /// is an agent.
    pub(super) fn arrival_at_workspace(
        &mut self,
        world: &mut World<'_>,
        source: u32,
        route: Route,
        now: SimTime,
    ) -> Option<Message> {
        let arrived = &mut self.sources[source as usize];
        let (customers, number) = (arrived.line, arrived.arrive());
        self.schedule_arrival(world, source, now);
        let agent = self.route(world, route, NONE, (customers, number))?;
        let line = self.agents[agent as usize].line;
        Some(self.first_message(world, (agent, line, customers), number, now))
    }

    /// The next turn of a conversation with the workspace is due: its message. It ends if there is no
    /// agent; users think again.
    pub(super) fn turn_at_workspace(
        &mut self,
        world: &mut World<'_>,
        session: u32,
        route: Route,
        now: SimTime,
    ) -> Option<Message> {
        let Session { agent: last, line: customers, number, .. } = *self.sessions.at(session);
        let Some(agent) = self.route(world, route, last, (customers, number)) else {
            let traffic = world.model.lines[customers as usize].traffic.as_ref();
            if traffic.is_some_and(|traffic| traffic.users > 0) {
                self.next_turn(world, session, now);
            } else {
                self.end_session(session);
            }
            return None;
        };
        self.sessions.at(session).agent = agent;
        let line = self.agents[agent as usize].line;
        let message = Message::due((agent, line, customers), session, number, now);
        Some(self.written(world, message))
    }

    /// The agent that a message goes to: one of those that are active, or, if none is, of those
    /// that exist; `None` if none does. `last` is the agent that the message before of the same
    /// conversation went to, or [`NONE`]; the draw is by the message's number among `customers`.
    fn route(
        &mut self,
        world: &World<'_>,
        route: Route,
        last: u32,
        (customers, number): (u32, Number),
    ) -> Option<u32> {
        let any_is_active = self.workspace.slots().active() > 0;
        let is_meant = |&agent: &u32| {
            let is_there = self.workspace.agent(agent as usize).is_some();
            let is_active = self.is_active(agent);
            is_there && self.is_agent(world, agent) && (is_active || !any_is_active)
        };
        let mut meant = (0..self.agents.len() as u32).filter(is_meant);
        let agent = match route {
            Route::Sticky if last != NONE && is_meant(&last) => Some(last),
            Route::Random | Route::Sticky => {
                let count = meant.clone().count() as u32;
                let customers = &self.lines[customers as usize];
                let place = (count > 0).then(|| customers.recipient(number, count));
                place.and_then(|place| meant.nth(place as usize))
            }
            Route::RoundRobin => {
                let after = meant.clone().find(|&agent| self.routed != NONE && agent > self.routed);
                after.or_else(|| meant.next())
            }
            Route::LeastBusy => meant.min_by_key(|&agent| self.in_flight[agent as usize]),
        };
        self.routed = agent.unwrap_or(self.routed);
        agent
    }
}
