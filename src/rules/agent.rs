//! The states of an agent.

use std::fmt;

/// What an agent is doing.
///
/// Only [`Active`](Self::Active) agents serve customers and count towards the active-agent limit
/// (rule R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AgentState {
    /// Being written; never enabled yet.
    Draft,
    /// Enabled: takes a slot and answers messages.
    #[default]
    Active,
    /// Switched off; takes no slot.
    Offline,
}

impl fmt::Display for AgentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Offline => "offline",
        })
    }
}
