//! A scenario compiled for simulation: samplers in place of distributions.

use crate::random::{Distribution, Key, Sampler};
use crate::rules::{AgentState, Policy, Renewals};
use crate::scenario::{Drain, Group, Scenario};
use crate::units::{Rate, SimSpan, SimTime};
use crate::workload::{
    AgentLine, BurstSampler, Bursts, Modulation, OnLost, OnRefused, Traffic, TrafficKind,
    WhileOffline,
};

/// One group, compiled.
pub(super) struct GroupModel {
    pub(super) name: String,
    /// The key of its workspaces' draws.
    pub(super) key: Key,
    /// How many workspaces it has.
    pub(super) count: u32,
    pub(super) policy: Policy,
    pub(super) renewals: Renewals,
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
    /// Time between arrivals at one agent; `None` where there are only users.
    pub(super) interarrival: Option<Distribution>,
    /// Whether arrivals at all agents of the line are one stream.
    pub(super) is_one_stream: bool,
    /// Whether neither modulation nor bursts change the time between arrivals.
    pub(super) is_steady: bool,
    pub(super) modulation: Modulation,
    pub(super) bursts: Option<BurstSampler>,
    /// Turns of what arrives, where that is conversations.
    pub(super) turns: Option<Sampler>,
    /// Time from a reply to the next message of the same customer, where there is one.
    pub(super) think: Option<Sampler>,
    /// Whether a customer goes on after a message is lost.
    pub(super) goes_on: bool,
    /// Users of each agent.
    pub(super) users: u32,
}

impl GroupModel {
    pub(super) fn all(scenario: &Scenario) -> Vec<Self> {
        // One replication: its number is part of the key already, so that others can follow.
        let root = Key::root(scenario.seed).index(0);
        scenario.groups.iter().map(|group| Self::new(scenario, root, group)).collect()
    }

    fn new(scenario: &Scenario, root: Key, group: &Group) -> Self {
        let policy = Policy::new(group.plan.clone(), &group.throttles);
        let credits = group.plan.credits.as_ref();
        let backend = scenario.backend.as_ref();
        Self {
            name: group.name.clone(),
            key: root.name(&group.name),
            count: group.count,
            holds_places: policy.holds_places(),
            policy,
            renewals: credits.map_or(Renewals::Never, |credits| credits.renews.clone()),
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
        let poisson = |rate: &Rate| Distribution::Exponential { mean: rate.mean_interval_nanos() };
        let none = Self {
            interarrival: None,
            is_one_stream: traffic.is_one_stream(),
            is_steady: traffic.modulation.is_flat() && traffic.bursts.is_none(),
            modulation: traffic.modulation.clone(),
            bursts: traffic.bursts.as_ref().map(Bursts::sampler),
            turns: None,
            think: None,
            goes_on: false,
            users: 0,
        };
        match &traffic.kind {
            TrafficKind::Rate(rate) => Self { interarrival: Some(poisson(rate)), ..none },
            TrafficKind::Interarrival(law) => Self { interarrival: Some(law.clone()), ..none },
            TrafficKind::Sessions { rate, turns, think, on_lost } => Self {
                interarrival: Some(poisson(rate)),
                turns: Some(turns.sampler()),
                think: Some(think.sampler()),
                goes_on: *on_lost == OnLost::Continue,
                ..none
            },
            TrafficKind::Closed { users, think } => {
                Self { think: Some(think.sampler()), goes_on: true, users: *users, ..none }
            }
        }
    }
}
