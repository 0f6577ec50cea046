//! What a plan grants a workspace.

use std::sync::Arc;

use crate::units::{Credits, SimSpan, SimTime};

/// Rule R1: a workspace holds at most this many agents in total unless its plan says otherwise.
pub const TOTAL_AGENTS: u32 = 500;

/// A plan: the limits and the credits of every workspace that is on it (rule R9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name in the scenario.
    pub name: String,
    /// How many agents may be active at once; `None` is unlimited (rule R2).
    pub active_agents: Option<u32>,
    /// How many agents may exist, whatever their state (rule R1).
    pub total_agents: u32,
    /// The credits of the workspace's pool; `None` counts no credits at all.
    pub credits: Option<Allowance>,
}

impl Plan {
    /// The built-in plan of workspaces that name none: no slot limit but R1, no credits counted.
    pub fn unlimited() -> Self {
        Self {
            name: "unlimited".to_owned(),
            active_agents: None,
            total_agents: TOTAL_AGENTS,
            credits: None,
        }
    }
}

/// The credits that a plan includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The amount of one period, for a seat or for the workspace.
    pub included: Credits,
    /// Whether the amount is for each seat or for the whole workspace.
    pub per: AllowancePer,
    /// When the pool is filled again; what is left then expires.
    pub renews: Renewals,
}

impl Allowance {
    /// The included credits of a workspace with `seats` seats, for one period.
    pub fn for_seats(&self, seats: u64) -> Credits {
        match self.per {
            AllowancePer::Seat => self.included.times(seats as i64),
            AllowancePer::Workspace => self.included,
        }
    }
}

/// What an included amount is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowancePer {
    /// The amount is for each seat of the workspace.
    Seat,
    /// The amount is for the workspace, however many seats it has.
    Workspace,
}

/// The instants at which a pool renews. The first period begins at the start, with a full pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewals {
    /// The first amount is all there is.
    Never,
    /// Every so often, from the start.
    Every(SimSpan),
    /// At these instants, ascending, all after the start: months of the calendar, whose lengths
    /// differ.
    At(Arc<[SimTime]>),
}

impl Renewals {
    /// The renewal number `index` (from 0); [`SimTime::NEVER`] if there is none.
    pub fn instant(&self, index: usize) -> SimTime {
        match self {
            Self::Never => SimTime::NEVER,
            Self::Every(period) => {
                SimTime::from_nanos(period.nanos().saturating_mul(index as u64 + 1))
            }
            Self::At(instants) => instants.get(index).copied().unwrap_or(SimTime::NEVER),
        }
    }
}
