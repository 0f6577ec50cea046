//! The scenario that `limitlab new` writes.

use crate::units::{Credits, Rate, SimSpan};

/// What a starter scenario is about.
#[derive(Debug, Clone)]
pub struct StarterOptions {
    /// The scenario's name.
    pub name: String,
    /// The plan's name; `unlimited` declares none.
    pub plan: String,
    /// Agents that may be active at once on that plan; `None` is unlimited.
    pub active_agents: Option<u32>,
    /// Credits that the plan includes for each seat and month.
    pub credits_per_seat: Credits,
    /// Workspaces.
    pub workspaces: u32,
    /// Agents of each workspace.
    pub agents: u32,
    /// Messages that customers write to each agent.
    pub messages: Rate,
    /// Credits that one message costs.
    pub cost: Credits,
    /// How long it runs.
    pub duration: SimSpan,
}

/// The text of a starter scenario.
pub fn starter(options: &StarterOptions) -> String {
    options.name.clone()
}
