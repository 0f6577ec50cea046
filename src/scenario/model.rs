//! A scenario with no doubt left in it: what `engine` runs and every report names.

use jiff::Timestamp;

use super::threshold::Threshold;
use crate::random::Distribution;
use crate::rules::limiter::Throttle;
use crate::rules::{OnDowngrade, Package, Plan};
use crate::summary::Identity;
use crate::units::{ClockChange, Share, SimSpan, SimTime};
use crate::workload::{AgentLine, Buying, Customers, LineKind, Occurrence, Traffic};

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
    /// How the clocks of its time zone go, in order, the first from the start on.
    pub clocks: Vec<ClockChange>,
    /// Until when messages arrive.
    pub duration: SimSpan,
    /// From when on it is measured; less than `duration`.
    pub warm_up: SimSpan,
    /// What becomes of messages in flight at `duration`.
    pub drain: Drain,
    /// The workspaces, group by group; at least one.
    pub groups: Vec<Group>,
    /// What can be bought.
    pub packages: Vec<Package>,
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
    /// Every plan that a workspace of the group can be on, the first of the mix first.
    pub plans: Vec<Offer>,
    /// The plans at the start, as places in `plans`, and their shares, which sum to the whole.
    pub mix: Vec<(usize, Share)>,
    /// Seats of each workspace, drawn once, at least 1.
    pub seats: Distribution,
    /// When each workspace's subscription renews.
    pub billing_anchor: BillingAnchor,
    /// The agents and features of each workspace, line by line; agents first.
    pub lines: Vec<AgentLine>,
    /// Who writes to each workspace as a whole; `None` is nobody.
    pub customers: Option<Customers>,
    /// Throttles of scope agent and workspace: those of each plan, then the group's, in the order
    /// written. Those of two plans that have the same name are both there.
    pub throttles: Vec<Throttle>,
    /// Who buys packages; `None` is nobody but the timeline.
    pub buying: Option<Buying>,
    /// Shares of the pool at whose use somebody is told, ascending.
    pub alerts: Vec<Share>,
    /// Which agents go when a change of plan leaves too many.
    pub on_downgrade: OnDowngrade,
    /// What happens to its workspaces, in the order written.
    pub timeline: Vec<Occurrence>,
}

/// A plan that a workspace of a group can be on.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The plan.
    pub plan: Plan,
    /// The throttles that hold on it, as places in the group's list: the plan's, then the group's.
    pub throttles: Vec<u16>,
}

/// When each workspace's subscription renews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BillingAnchor {
    /// All of them at the start, and so all at the same instants: a herd.
    #[default]
    SameInstant,
    /// Spread evenly over the period before the start.
    Staggered,
}

impl Group {
    /// Agents that each workspace declares; other features are not among them.
    pub fn agents(&self) -> u32 {
        let agents = self.lines.iter().filter(|line| line.kind == LineKind::Agents);
        agents.map(|line| line.count).sum()
    }

    /// All its traffic: that of its lines, and that of the workspace as a whole.
    pub fn traffic(&self) -> impl Iterator<Item = &Traffic> {
        let whole = self.customers.as_ref().map(|customers| &customers.traffic);
        self.lines.iter().filter_map(|line| line.traffic.as_ref()).chain(whole)
    }

    /// Whether anybody may write to a line.
    pub fn is_written_to(&self, line: &AgentLine) -> bool {
        line.traffic.is_some() || (self.customers.is_some() && line.kind == LineKind::Agents)
    }

    /// The plans at the start.
    pub fn first_plans(&self) -> impl Iterator<Item = (&Plan, Share)> {
        self.mix.iter().map(|&(plan, share)| (&self.plans[plan].plan, share))
    }
}

/// What serves admitted attempts.
#[derive(Debug, Clone)]
pub struct Backend {
    /// Whether all workspaces share the servers or each has its own.
    pub scope: BackendScope,
    /// How many attempts are served at once; `None` is unlimited: a delay without a queue.
    pub servers: Option<u32>,
    /// How many from an instant on, ascending: what the timeline does to a platform's servers.
    pub changes: Vec<(SimTime, Option<u32>)>,
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
