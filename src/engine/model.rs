//! A scenario compiled for simulation: samplers in place of distributions.

use crate::random::{Distribution, Key, Sampler};
use crate::rules::{AgentState, Cycle, Policy, Recurrence};
use crate::scenario::{Drain, Group, Scenario};
use crate::units::{SimSpan, SimTime};
use crate::workload::{AgentLine, OnRefused, Traffic, WhileOffline};

/// One group, compiled.
pub(super) struct GroupModel {
    pub(super) name: String,
    /// The key of its workspaces' draws.
    pub(super) key: Key,
    /// How many workspaces it has.
    pub(super) count: u32,
    pub(super) policy: Policy,
    pub(super) renewals: Recurrence,
    pub(super) seats: Sampler,
    pub(super) lines: Vec<LineModel>,
    pub(super) service: Option<Sampler>,
    /// From the workspace to the backend, and the same back.
    pub(super) delay: SimSpan,
    /// When arrivals stop.
    pub(super) until: SimTime,
    /// Whether messages that are on their way then are finished.
    pub(super) finish: bool,
    /// Whether the end of an attempt frees places.
    pub(super) holds_places: bool,
}

/// One agent line, compiled.
pub(super) struct LineModel {
    pub(super) name: String,
    pub(super) count: u32,
    pub(super) start: AgentState,
    pub(super) draft: Option<Sampler>,
    pub(super) active: Option<Sampler>,
    pub(super) offline: Option<Sampler>,
    pub(super) on_refused: OnRefused,
    pub(super) traffic: Option<TrafficModel>,
    pub(super) cost: Sampler,
    pub(super) while_offline: WhileOffline,
}

/// Traffic, compiled.
pub(super) struct TrafficModel {
    /// Mean time between arrivals at one agent \[ns\].
    pub(super) interval: f64,
    /// Turns and think time, where arrivals begin conversations.
    pub(super) session: Option<(Sampler, Sampler)>,
}

impl GroupModel {
    pub(super) fn all(scenario: &Scenario) -> Vec<Self> {
        // One replication: its number is part of the key already, so that others can follow.
        let root = Key::root(scenario.seed).index(0);
        scenario.groups.iter().map(|group| Self::new(scenario, root, group)).collect()
    }

    fn new(scenario: &Scenario, root: Key, group: &Group) -> Self {
        let policy = Policy::new(group.plans[0].plan.clone(), &group.throttles);
        let credits = group.plans[0].plan.credits.as_ref();
        let backend = scenario.backend.as_ref();
        Self {
            name: group.name.clone(),
            key: root.name(&group.name),
            count: group.count,
            holds_places: policy.holds_places(),
            policy,
            renewals: Recurrence::new(
                credits.map_or(Cycle::Never, |it| it.renews),
                scenario.start,
                scenario.start,
            ),
            seats: group.seats.sampler(),
            lines: group.lines.iter().map(LineModel::new).collect(),
            service: backend.map(|backend| backend.service_time.sampler()),
            delay: backend.map_or(SimSpan::ZERO, |backend| backend.network_delay),
            until: SimTime::ZERO + scenario.duration,
            finish: scenario.drain == Drain::Finish,
        }
    }
}

impl LineModel {
    fn new(line: &AgentLine) -> Self {
        let activity = line.activity.as_ref();
        let sampler = |of: Option<&Distribution>| of.map(Distribution::sampler);
        Self {
            name: line.name.clone(),
            count: line.count,
            start: line.start,
            draft: sampler(activity.and_then(|it| it.draft.as_ref())),
            active: sampler(activity.and_then(|it| it.active.as_ref())),
            offline: sampler(activity.and_then(|it| it.offline.as_ref())),
            on_refused: activity.map_or(OnRefused::GiveUp, |it| it.on_refused),
            traffic: line.traffic.as_ref().map(TrafficModel::new),
            cost: line.cost.sampler(),
            while_offline: line.while_offline,
        }
    }
}

impl TrafficModel {
    fn new(traffic: &Traffic) -> Self {
        match traffic {
            Traffic::Rate(rate) => Self { interval: rate.mean_interval_nanos(), session: None },
            Traffic::Sessions { rate, turns, think } => Self {
                interval: rate.mean_interval_nanos(),
                session: Some((turns.sampler(), think.sampler())),
            },
        }
    }
}
