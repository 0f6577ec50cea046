//! A scenario compiled for simulation: samplers in place of distributions.

use crate::enforcement::Enforcement;
use crate::log::Whom;
use crate::random::{Distribution, Key, Sampler};
use jiff::Timestamp;

use crate::rules::{AgentState, OnDowngrade, Package, Plan, Rulebook, ShareTerms};
use crate::scenario::{BackendScope, BillingAnchor, Drain, Group, Scenario, Shed};
use crate::units::{Credits, Rate, Share, SimSpan, SimTime};
use crate::workload::{
    Action, AgentLine, AutoBuy, BurstSampler, Bursts, ClientThrottling, CustomTraffic, Customers,
    LineKind, Modulation, Occurrence, OnLost, OnRefused, Retry, RetrySampler, Route, Traffic,
    TrafficKind, WhileOffline, plan_of,
};

/// One group, compiled.
pub(super) struct GroupModel {
    pub(super) name: String,
    /// The seed of every draw.
    seed: u64,
    /// How many workspaces it has.
    pub(super) count: u32,
    pub(super) book: Rulebook,
    /// Its plans by their numbers among those of the scenario.
    pub(super) plans: Vec<usize>,
    /// How many throttles it has of its own: those of the platform are counted on from there.
    pub(super) throttles: u16,
    /// By what refusals name customers who hold attempts back, behind all throttles.
    pub(super) client: u16,
    pub(super) mix: Vec<(usize, Share)>,
    pub(super) on_downgrade: OnDowngrade,
    /// What t = 0 is on the calendar.
    pub(super) start: Timestamp,
    pub(super) billing_anchor: BillingAnchor,
    pub(super) seats: Sampler,
    /// The lines, and behind them the customers of the workspace as a whole if there are any: they
    /// draw as a line of their own does, and have no agents.
    /// Where rows of a trace create agents that belong to no line, those have one at the end.
    pub(super) lines: Vec<LineModel>,
    /// If a trace has rows of the group, how many lines the scenario declares.
    pub(super) recorded: Option<u32>,
    /// What can be bought in the scenario.
    pub(super) packages: Vec<Package>,
    pub(super) buying: Option<BuyingModel>,
    pub(super) timeline: Vec<Occurrence>,
    pub(super) service: Option<Sampler>,
    /// The servers that each workspace has of its own, before the timeline.
    pub(super) own_servers: Option<OwnServers>,
    /// Whether the timeline changes that in any group.
    pub(super) servers_change: bool,
    /// The width of a bin of the series.
    pub(super) bin: SimSpan,
    /// How decisions are made, where that is not the ideal.
    pub(super) enforcement: Option<Enforcement>,
    /// From the workspace to the backend, and the same back.
    pub(super) delay: SimSpan,
    /// How the backend treats the workspaces on each plan.
    pub(super) standings: Vec<Standing>,
    /// When arrivals stop.
    pub(super) until: SimTime,
    /// Whether messages that are on their way then are finished.
    pub(super) finish: bool,
    /// Whether it matters when a reply is back: it frees places, or leaves its agent less busy.
    pub(super) awaits_replies: bool,
}

/// How the backend treats the workspaces on a plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Its rank by priority among the plans of all groups, from 0 on; the lowest is served first.
    pub(super) rank: u32,
    /// Whether its workspaces are kept while others are refused.
    pub(super) is_kept: bool,
}

impl Standing {
    fn of(plan: &Plan, scenario: &Scenario, priorities: &[u32]) -> Self {
        let rank = priorities.partition_point(|&priority| priority < plan.priority) as u32;
        let shed = scenario.backend.as_ref().and_then(|backend| backend.shed.as_ref());
        let is_kept = matches!(shed, Some(Shed::Utilisation(it)) if it.keep.contains(&plan.name));
        Self { rank, is_kept }
    }
}

/// How many servers a workspace has of its own; `None` is unlimited.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnServers(pub(super) Option<u32>);

/// Who buys packages, compiled.
pub(super) struct BuyingModel {
    pub(super) package: u16,
    pub(super) at_start: u32,
    pub(super) auto: Option<AutoBuy>,
    /// Time from a refusal to a purchase by hand, and how many there may be in a period.
    pub(super) by_hand: Option<(Sampler, Option<u32>)>,
}

/// One agent line, compiled.
pub(super) struct LineModel {
    pub(super) name: String,
    pub(super) kind: LineKind,
    pub(super) count: u32,
    pub(super) start: AgentState,
    pub(super) draft: Option<Sampler>,
    pub(super) active: Option<Sampler>,
    pub(super) offline: Option<Sampler>,
    pub(super) on_refused: OnRefused,
    pub(super) traffic: Option<TrafficModel>,
    /// Which of all agents that traffic goes to, if it is not for those of the line.
    pub(super) route: Option<Route>,
    pub(super) cost: Sampler,
    pub(super) while_offline: WhileOffline,
    pub(super) retry: Option<RetrySampler>,
    pub(super) client_throttling: Option<ClientThrottling>,
    pub(super) patience: Option<Sampler>,
    pub(super) share: Option<ShareTerms>,
    /// Time between tries to create an agent, in one workspace.
    pub(super) create: Option<Sampler>,
    pub(super) delete_after: Option<Sampler>,
}

/// Traffic, compiled.
pub(super) struct TrafficModel {
    /// Time between arrivals at one agent; `None` where there are only users, or where arrivals are
    /// custom.
    pub(super) interarrival: Option<Distribution>,
    pub(super) custom: Option<CustomTraffic>,
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
    /// The line of an agent that a trace names.
    pub(super) fn recorded_line(&self, whom: Whom) -> u32 {
        // Strangers come last.
        let is_declared = self.recorded.is_some_and(|declared| whom.line < declared);
        if is_declared { whom.line } else { self.lines.len() as u32 - 1 }
    }

    /// What an attempt asks for that costs so much in the end.
    #[inline]
    pub(super) fn asks(&self, cost: Credits) -> Credits {
        self.enforcement.map_or(cost, |enforcement| enforcement.charging.asks(cost))
    }

    /// Whether the [plain](super::kernel::Plain) kernel is enough for its workspaces, if nobody logs them and
    /// their servers, if they have any, are their own and first in first out.
    pub(super) fn is_plain(&self) -> bool {
        let is_short = self.delay.is_zero() && !self.awaits_replies && !self.book.shapes();
        is_short && self.is_simple()
    }

    /// Whether decisions are the ideal's, no limit only reports, and customers hold nothing back.
    pub(super) fn is_simple(&self) -> bool {
        let throttles = |line: &LineModel| {
            let budget = line.retry.as_ref().and_then(RetrySampler::budget);
            line.client_throttling.is_some() || budget.is_some()
        };
        self.enforcement.is_none() && !self.book.reports() && !self.lines.iter().any(throttles)
    }

    /// Whether any customer writes again after a reply, or after a loss.
    pub(super) fn writes_again(&self) -> bool {
        let mut traffic = self.lines.iter().filter_map(|line| line.traffic.as_ref());
        traffic.any(|traffic| traffic.think.is_some())
    }

    /// Whether those who enforce hear of the ends of attempts, beside those that hold places.
    pub(super) fn hears_of_ends(&self) -> bool {
        self.enforcement.is_some_and(|enforcement| {
            enforcement.charging.is_late() || enforcement.faults.lost_release.is_some()
        })
    }

    /// Whether the run is over before something that is back at a workspace at `back`.
    pub(super) fn cuts(&self, back: SimTime) -> bool {
        !self.finish && back > self.until
    }

    /// Whether anybody may be charged after arrivals have stopped: who tries again, who is decided late,
    /// and who is charged late.
    pub(super) fn charges_later(&self) -> bool {
        let is_late = self.enforcement.is_some_and(|it| it.charging.is_late() || it.takes_time());
        is_late || self.lines.iter().any(|line| line.retry.is_some())
    }

    pub(super) fn all(scenario: &Scenario) -> Vec<Self> {
        let plans_of_all = plans(scenario);
        let plans = scenario.groups.iter().flat_map(|group| &group.plans);
        let mut priorities: Vec<u32> = plans.map(|offer| offer.plan.priority).collect();
        priorities.sort_unstable();
        priorities.dedup();
        let model = |group| Self::new(scenario, group, (&plans_of_all, &priorities));
        scenario.groups.iter().map(model).collect()
    }

    /// The key of the draws of the nodes that decide in a replication.
    pub(super) fn nodes_key(&self, replication: u32) -> Key {
        Key::root(self.seed).index(u64::from(replication)).name("nodes that decide")
    }

    /// The key of the draws of a workspace, which is number `workspace` of its group, in a
    /// replication. Both are counted from 0.
    pub(super) fn key(&self, replication: u32, workspace: u32) -> Key {
        let root = Key::root(self.seed).index(u64::from(replication));
        root.name(&self.name).index(u64::from(workspace))
    }

    /// The plan on which a workspace begins, by the key of its draws.
    pub(super) fn first_plan(&self, workspace: Key) -> usize {
        plan_of(workspace, &self.mix)
    }

    /// Of the plans of all groups: their names, and their priorities, ascending.
    fn new(
        scenario: &Scenario,
        group: &Group,
        (plans_of_all, priorities): (&[&str], &[u32]),
    ) -> Self {
        let plans = group.plans.iter().map(|offer| (&offer.plan, offer.throttles.as_slice()));
        let shares = group.lines.iter().any(|line| line.share.is_some());
        let backend = scenario.backend.as_ref();
        let book = Rulebook::new(plans, &group.throttles, shares);
        let customers = group.customers.as_ref();
        let counts_busy = customers.is_some_and(|it| it.route == Route::LeastBusy);
        Self {
            name: group.name.clone(),
            seed: scenario.seed,
            count: group.count,
            awaits_replies: book.holds_places() || counts_busy,
            book,
            plans: {
                let number = |name: &str| plans_of_all.iter().position(|it| *it == name);
                // Every group's plans are among those of the scenario.
                let plans = group.plans.iter();
                plans.map(|offer| number(&offer.plan.name).unwrap_or_default()).collect()
            },
            throttles: group.throttles.len() as u16,
            client: scenario.throttles_of(group).count() as u16,
            mix: group.mix.clone(),
            on_downgrade: group.on_downgrade,
            start: scenario.start,
            billing_anchor: group.billing_anchor,
            seats: group.seats.sampler(),
            lines: {
                let customers = customers.map(LineModel::of_workspace);
                let mut traces = scenario.traces.iter();
                let strangers = traces.any(|trace| trace.is_whole(&group.name));
                let strangers = strangers.then(LineModel::of_strangers);
                let lines = group.lines.iter().map(LineModel::new);
                lines.chain(customers).chain(strangers).collect()
            },
            recorded: group.recorded.as_ref().map(|_| group.lines.len() as u32),
            packages: scenario.packages.clone(),
            buying: group.buying.as_ref().map(|buying| BuyingModel {
                package: buying.package as u16,
                at_start: buying.at_start,
                auto: buying.auto.clone(),
                by_hand: buying.by_hand.as_ref().map(|it| (it.after.sampler(), it.at_most)),
            }),
            timeline: group.timeline.clone(),
            own_servers: backend
                .filter(|backend| backend.scope == BackendScope::Workspace)
                .map(|backend| OwnServers(backend.servers)),
            servers_change: scenario
                .groups
                .iter()
                .flat_map(|group| &group.timeline)
                .any(|occurrence| matches!(occurrence.action, Action::Servers(_))),
            bin: scenario.series_every,
            service: backend.map(|backend| backend.service_time.sampler()),
            enforcement: Some(scenario.enforcement).filter(|it| !it.is_ideal()),
            delay: backend.map_or(SimSpan::ZERO, |backend| backend.network_delay),
            standings: {
                let plans = group.plans.iter().map(|offer| &offer.plan);
                plans.map(|plan| Standing::of(plan, scenario, priorities)).collect()
            },
            until: SimTime::ZERO + scenario.duration,
            finish: scenario.drain == Drain::Finish,
        }
    }
}

/// The names of the plans that workspaces can be on.
pub(super) fn plans(scenario: &Scenario) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for offer in scenario.groups.iter().flat_map(|group| &group.plans) {
        if !names.contains(&offer.plan.name.as_str()) {
            names.push(&offer.plan.name);
        }
    }
    names
}

/// What keys the draws of a workspace's customers: no line can be called so.
const CUSTOMERS: &str = "customers of the workspace";
/// What keys the draws of agents that belong to no line.
const STRANGERS: &str = "agents that traces create";

impl LineModel {
    /// The customers of a workspace as a whole, as a line without agents.
    fn of_workspace(customers: &Customers) -> Self {
        Self {
            traffic: Some(TrafficModel::new(&customers.traffic)),
            route: Some(customers.route),
            ..Self::new(&AgentLine::new(CUSTOMERS, 0))
        }
    }

    /// The agents that rows of a trace create and that belong to no line: drafts at first, to whom
    /// only rows write.
    fn of_strangers() -> Self {
        Self { start: AgentState::Draft, ..Self::new(&AgentLine::new(STRANGERS, 0)) }
    }

    fn new(line: &AgentLine) -> Self {
        let activity = line.activity.as_ref();
        let sampler = |of: Option<&Distribution>| of.map(Distribution::sampler);
        Self {
            name: line.name.clone(),
            kind: line.kind,
            count: line.count,
            start: line.start,
            draft: sampler(activity.and_then(|it| it.draft.as_ref())),
            active: sampler(activity.and_then(|it| it.active.as_ref())),
            offline: sampler(activity.and_then(|it| it.offline.as_ref())),
            on_refused: activity.map_or(OnRefused::GiveUp, |it| it.on_refused),
            traffic: line.traffic.as_ref().map(TrafficModel::new),
            route: None,
            cost: line.cost.sampler(),
            while_offline: line.while_offline,
            retry: line.retry.as_ref().map(Retry::sampler),
            client_throttling: line.client_throttling,
            patience: sampler(line.patience.as_ref()),
            share: line.share,
            create: line.churn.as_ref().and_then(|churn| churn.create).map(|rate| {
                Distribution::Exponential { mean: rate.mean_interval_nanos() }.sampler()
            }),
            delete_after: sampler(line.churn.as_ref().and_then(|it| it.delete_after.as_ref())),
        }
    }
}

impl TrafficModel {
    fn new(traffic: &Traffic) -> Self {
        let poisson = |rate: &Rate| Distribution::Exponential { mean: rate.mean_interval_nanos() };
        let none = Self {
            interarrival: None,
            custom: None,
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
            TrafficKind::Custom(custom) => Self { custom: Some(custom.clone()), ..none },
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
