//! What a scenario makes happen at given instants.

use crate::units::{Share, SimTime};

/// One entry of the timeline, as it concerns one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// What keys its draws: the entry's name, or what it does and when.
    pub key: String,
    /// When it happens; before the duration's end.
    pub at: SimTime,
    /// When it is undone; `None` is never.
    pub until: Option<SimTime>,
    /// To how many of the group's workspaces it happens.
    pub share: Share,
    /// What happens.
    pub action: Action,
}

/// What happens to a workspace.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// It changes to this plan, a place in the group's list; undone by going back to the plan that
    /// it had.
    SetPlan(usize),
    /// It subscribes to this plan, a place in the group's list: a new subscription begins.
    Subscribe(usize),
    /// It buys packages: a place in the scenario's list, and how many.
    BuyPackage(usize, u32),
    /// Somebody tries to enable agents; undone by disabling those of them that are still active.
    Enable(Pick),
    /// Agents are disabled; undone by trying to enable them again.
    Disable(Pick),
    /// Somebody tries to create agents, which are drafts.
    Create(Pick),
    /// Agents are deleted.
    Delete(Pick),
    /// Arrivals come so many times as often until it is undone.
    Traffic(f64),
    /// The workspace's own backend has so many servers, or unlimited ones, until it is undone.
    Servers(Option<u32>),
    /// Nobody can decide until it is undone.
    Unavailable,
}

/// Agents of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pick {
    /// The line, as a place in the group's list.
    pub line: usize,
    /// How many of those that can be picked; `None` is all.
    pub count: Option<u32>,
}
