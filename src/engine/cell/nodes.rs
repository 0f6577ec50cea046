//! Which node decides.

use super::{Agent, Cell};
use crate::enforcement::{Enforcement, Routing};

impl Cell {
    /// The node that decides what somebody does to an agent.
    pub(super) fn node_of_agent(&mut self, enforcement: &Enforcement, agent: u32) -> u32 {
        self.node(enforcement, agent, |cell| {
            let deeds = &mut cell.deeds[agent as usize];
            *deeds += 1;
            let (Agent { line, number, .. }, deed) = (cell.agents[agent as usize], *deeds);
            cell.lines[line as usize].node_of_agent(number, u64::from(deed))
        })
    }

    /// The node that decides, drawn as `random` says where any may.
    pub(super) fn node(
        &mut self,
        enforcement: &Enforcement,
        agent: u32,
        random: impl FnOnce(&mut Self) -> u64,
    ) -> u32 {
        let Some(nodes) = enforcement.nodes().filter(|nodes| nodes.count > 1) else { return 0 };
        let drawn = match nodes.routing {
            Routing::Random => random(self),
            Routing::Sticky => {
                let state = &self.agents[agent as usize];
                self.lines[state.line as usize].own_node(state.number)
            }
        };
        (drawn % u64::from(nodes.count)) as u32
    }
}
