//! Customers of a workspace as a whole, and which of its agents their messages go to.

use super::Traffic;

/// Customers who write to a workspace, and not to one of its agents.
#[derive(Debug, Clone, PartialEq)]
pub struct Customers {
    /// Who writes, in each workspace.
    pub traffic: Traffic,
    /// Which agent a message goes to.
    pub route: Route,
}

/// To which of the agents that are active a message goes; if none is, to which of those that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Route {
    /// To any of them, evenly.
    #[default]
    Random,
    /// To the next one, in the order of creation, after the one that the last message went to.
    RoundRobin,
    /// To the one with the fewest messages admitted and not over yet, the first created of those.
    LeastBusy,
    /// To the one that the message before of the same conversation or user went to; to any if that
    /// is not among them.
    Sticky,
}

impl Route {
    /// How scenarios spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::RoundRobin => "round_robin",
            Self::LeastBusy => "least_busy",
            Self::Sticky => "sticky",
        }
    }
}
