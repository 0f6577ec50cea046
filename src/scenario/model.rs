//! A scenario with no doubt left in it: what `engine` runs and every report names.

use jiff::Timestamp;

use super::threshold::Threshold;
use crate::random::Distribution;
use crate::rules::Plan;
use crate::rules::limiter::Throttle;
use crate::summary::Identity;
use crate::units::SimSpan;
use crate::workload::AgentLine;

/// A validated scenario. References are resolved, units are integers, defaults are filled in.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name; results are written to `results/<name>` unless told otherwise.
    pub name: String,
    /// What it is about, in the author's words.
    pub about: Option<String>,
    /// The seed of every draw.
    pub seed: u64,
    /// What t = 0 is on the calendar.
    pub start: Timestamp,
    /// Until when messages arrive.
    pub duration: SimSpan,
    /// From when on it is measured; less than `duration`.
    pub warm_up: SimSpan,
    /// What becomes of messages in flight at `duration`.
    pub drain: Drain,
    /// The workspaces, group by group; at least one.
    pub groups: Vec<Group>,
    /// What serves admitted attempts; `None` serves at once.
    pub backend: Option<Backend>,
    /// The width of a bin of the series; it divides the duration into at most 500, or 5,000 where
    /// the scenario chooses it.
    pub series_every: SimSpan,
    /// What the run must meet.
    pub thresholds: Vec<Threshold>,
    /// SHA-256 of the scenario as it was resolved from its files and overrides, and of the tables
    /// that it draws from, in hexadecimal.
    pub sha256: String,
}

impl Scenario {
    /// How results name it.
    pub fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            about: self.about.clone(),
            sha256: self.sha256.clone(),
            start: self.start.to_string(),
            duration_s: self.duration.as_secs_f64(),
            warm_up_s: self.warm_up.as_secs_f64(),
            bin_s: self.series_every.as_secs_f64(),
        }
    }
}

/// What becomes of messages in flight when the arrivals stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drain {
    /// They are finished.
    #[default]
    Finish,
    /// They are counted as in flight.
    Cut,
}

/// Workspaces declared together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its name; never `all`, which means every group.
    pub name: String,
    /// How many workspaces, at least 1.
    pub count: u32,
    /// The plan of each.
    pub plan: Plan,
    /// Seats of each workspace, drawn once, at least 1.
    pub seats: Distribution,
    /// The agents of each workspace, line by line.
    pub lines: Vec<AgentLine>,
    /// Throttles of scope agent and workspace: the plan's, then the group's, in the order written.
    pub throttles: Vec<Throttle>,
}

impl Group {
    /// Agents that each workspace declares.
    pub fn agents(&self) -> u32 {
        self.lines.iter().map(|line| line.count).sum()
    }
}

/// What serves admitted attempts.
#[derive(Debug, Clone)]
pub struct Backend {
    /// Whether all workspaces share the servers or each has its own.
    pub scope: BackendScope,
    /// How many attempts are served at once; `None` is unlimited: a delay without a queue.
    pub servers: Option<u32>,
    /// Time to serve one attempt \[ns\].
    pub service_time: Distribution,
    /// How many attempts may wait, first in first out; `None` is unlimited.
    pub queue_limit: Option<u32>,
    /// From a workspace to the backend, and the same back.
    pub network_delay: SimSpan,
}

/// Who shares the servers of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendScope {
    /// One pool of servers in each workspace.
    Workspace,
    /// One pool of servers for all.
    Platform,
}
