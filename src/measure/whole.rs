//! The measures of a whole run.

use std::sync::Arc;

use super::capacity::Capacity;
use super::group::{GroupFrame, GroupMeasures};
use super::platform::PlatformMeasures;
use super::series::bins;
use crate::units::{SimSpan, SimTime};

/// What is fixed while a scenario is measured.
pub struct Frame {
    /// The frame of each group, in the scenario's order.
    pub groups: Vec<GroupFrame>,
    /// The frame of all groups together.
    pub all: GroupFrame,
    /// How many servers the platform's backend has, if there is one.
    pub platform_servers: Option<Capacity>,
    /// How many servers all workspaces have together, where each has its own, unless the timeline
    /// changes that.
    pub own_servers: Option<u64>,
    /// The width of a bin of the series.
    pub bin: SimSpan,
    /// Until when messages arrive.
    pub duration: SimSpan,
    /// How many replications are to be simulated, at least 1.
    pub replications: u32,
    /// Whether workspaces of a replication are simulated together, and replications are told apart.
    pub meet: bool,
    /// Whether what happens in one workspace depends on the others.
    pub depend: bool,
}

impl Frame {
    /// How many bins the series have.
    pub fn bins(&self) -> usize {
        bins(self.bin, self.duration)
    }
}

/// What was measured in a run, over all its replications: counts are their sums.
pub struct Measures {
    /// What is fixed.
    pub frame: Arc<Frame>,
    /// By group, in the scenario's order.
    pub groups: Vec<GroupMeasures>,
    /// All groups together.
    pub all: GroupMeasures,
    /// The platform's servers, if it has any.
    pub platform: Option<PlatformMeasures>,
    /// How many replications were simulated, at least 1: of an interrupted run those that were
    /// finished where workspaces meet, and those that had begun where they do not.
    pub replications: u32,
    /// Set if the run was interrupted.
    pub interrupted: Option<Interruption>,
}

/// How far an interrupted run had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// Only this many workspaces were simulated, of all replications, each to its end.
    Workspaces(u64),
    /// Only this many replications were simulated, each to its end.
    Replications(u32),
    /// All workspaces were simulated, up to this instant; of replications only the first.
    Until(SimTime),
}
