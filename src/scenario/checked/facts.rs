//! The facts about a scenario.

use indexmap::IndexMap;
use serde::Serialize;

use super::super::discipline::{Discipline, Shed};
use super::super::estimate::{
    active_shares, agents, books, cost, credits_per_message, credits_to_any, messages_of_lines,
    messages_per_second, messages_per_workspace, messages_to_any, outlook, pool, servers_wanted,
};
use super::super::explain::{drawn, taken, what};
use super::super::model::{Backend, BackendScope, Group, Offer, Scenario};
use super::limits::LimitFacts;
use super::traces::TraceFacts;
use crate::rules::Allowance;
use crate::units::{Share, SimTime};
use crate::workload::{AgentLine, LineKind, Occurrence, plan_of};

/// What would run.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ScenarioFacts {
    name: String,
    about: Option<String>,
    sha256: String,
    seed: u64,
    replications: u32,
    start: String,
    timezone: String,
    duration_s: f64,
    /// The most of it, where it is to be found.
    warm_up_s: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    warm_up_by: Option<String>,
    groups: Vec<GroupFacts>,
    /// Those over all workspaces.
    limits: Vec<LimitFacts>,
    backend: Option<BackendFacts>,
    timeline: Vec<EventFacts>,
    traces: Vec<TraceFacts>,
    thresholds: Vec<String>,
    run: RunFacts,
}

#[derive(Debug, Clone, Serialize)]
struct GroupFacts {
    name: String,
    workspaces: u32,
    plans: Vec<PlanFacts>,
    limits: Vec<LimitFacts>,
    lines: Vec<LineFacts>,
    /// The traffic of the workspace as a whole.
    traffic: Option<TrafficFacts>,
    expected: ExpectedFacts,
}

#[derive(Debug, Clone, Serialize)]
struct PlanFacts {
    name: String,
    /// Of the workspaces at the start.
    share: f64,
    /// As the run draws them; `None` where they are too many to be drawn beforehand.
    workspaces: Option<u64>,
    active_agents: Option<u32>,
    total_agents: u32,
    trial_s: Option<f64>,
    credits: Option<CreditFacts>,
}

#[derive(Debug, Clone, Serialize)]
struct CreditFacts {
    included: f64,
    /// The mean pool of a workspace in a period.
    pool: f64,
}

#[derive(Debug, Clone, Serialize)]
struct LineFacts {
    name: String,
    kind: &'static str,
    /// In each workspace at the start.
    agents: u32,
    /// In each workspace on average.
    agents_mean: f64,
    /// The share of them that is active on average, about.
    active_share: f64,
    /// To the line in all workspaces, if always active.
    messages: f64,
    /// Of each message; `None` is any number.
    max_attempts: Option<u32>,
    /// `None` is for ever.
    patience_mean_s: Option<f64>,
    credits_per_message: Option<f64>,
}

#[derive(Debug, Clone, Serialize)]
struct TrafficFacts {
    route: &'static str,
    /// To all workspaces, if any agent is always active.
    messages: f64,
    /// If all agents get as many messages.
    credits_per_message: Option<f64>,
}

/// Of the whole group, but for what is of one workspace.
#[derive(Debug, Clone, Serialize)]
struct ExpectedFacts {
    messages: f64,
    messages_per_workspace: f64,
    /// Those that reach an active agent, about.
    messages_active: f64,
    credits: Option<ExpectedCredits>,
}

/// Of one workspace, on average.
#[derive(Debug, Clone, Serialize)]
struct ExpectedCredits {
    wanted: f64,
    wanted_active: f64,
    held: f64,
    /// Of packages that are bought automatically; `None` is any number.
    packages_at_most: Option<f64>,
    /// Charged beyond the pool; `None` is any number.
    overage_at_most: Option<f64>,
    /// Whether somebody buys who sees a refusal.
    bought_by_hand: bool,
    over_s: f64,
}

#[derive(Debug, Clone, Serialize)]
struct BackendFacts {
    scope: &'static str,
    servers: Option<u32>,
    service_mean_s: f64,
    queue_limit: Option<u32>,
    discipline: &'static str,
    /// `None` is nothing.
    shed: Option<&'static str>,
    network_delay_s: f64,
    /// By group where each workspace has its own, else of `all`; if always active.
    utilisation: IndexMap<String, f64>,
}

#[derive(Debug, Clone, Serialize)]
struct EventFacts {
    group: String,
    at_s: f64,
    until_s: Option<f64>,
    share: f64,
    /// As the run draws them.
    workspaces: Option<u64>,
    what: String,
}

/// What a run takes, about.
#[derive(Debug, Clone, Serialize)]
struct RunFacts {
    events: f64,
    seconds_on_one_thread: f64,
    memory_bytes: f64,
}

impl ScenarioFacts {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let identity = scenario.identity();
        let cost = cost(scenario);
        let timeline = scenario.groups.iter().flat_map(|group| {
            group.timeline.iter().map(move |occurrence| event(scenario, group, occurrence))
        });
        Self {
            name: identity.name,
            about: identity.about,
            sha256: identity.sha256,
            seed: scenario.seed,
            replications: scenario.replications,
            start: identity.start,
            timezone: identity.timezone,
            duration_s: identity.duration_s,
            warm_up_s: identity.warm_up_s,
            warm_up_by: identity.warm_up_by,
            groups: scenario.groups.iter().map(|it| group(scenario, it)).collect(),
            limits: scenario.throttles.iter().map(LimitFacts::over_everybody).collect(),
            backend: scenario.backend.as_ref().map(|it| backend(scenario, it)),
            timeline: timeline.collect(),
            traces: scenario.traces.iter().map(|it| TraceFacts::new(scenario, it)).collect(),
            thresholds: scenario.thresholds.iter().map(|it| it.text.clone()).collect(),
            run: RunFacts {
                events: cost.events.round(),
                seconds_on_one_thread: cost.seconds,
                memory_bytes: cost.bytes.round(),
            },
        }
    }
}

fn group(scenario: &Scenario, group: &Group) -> GroupFacts {
    let plans = group.plans.iter().enumerate();
    let limits = group.throttles.iter().enumerate();
    GroupFacts {
        name: group.name.clone(),
        workspaces: group.count,
        plans: plans.map(|(place, offer)| plan(scenario, group, place, offer)).collect(),
        limits: limits.map(|(place, it)| LimitFacts::new(it, plans_with(group, place))).collect(),
        lines: lines(scenario, group),
        traffic: group.customers.as_ref().map(|all| TrafficFacts {
            route: all.route.name(),
            messages: messages_to_any(scenario, group) * f64::from(group.count),
            credits_per_message: counts_credits(group).then(|| credits_to_any(scenario, group)),
        }),
        expected: expected(scenario, group),
    }
}

fn plan(scenario: &Scenario, group: &Group, place: usize, offer: &Offer) -> PlanFacts {
    let share = group.mix.iter().find(|&&(plan, _)| plan == place);
    let share = share.map_or(Share::NONE, |&(_, share)| share);
    let workspaces = match share {
        Share::NONE => Some(0),
        Share::WHOLE => Some(u64::from(group.count)),
        _ => drawn(scenario, group, |workspace| plan_of(workspace, &group.mix) == place),
    };
    let credits = |allowance: &Allowance| CreditFacts {
        included: allowance.included.as_f64(),
        pool: pool(allowance, group),
    };
    let plan = &offer.plan;
    PlanFacts {
        name: plan.name.clone(),
        share: share.as_f64(),
        workspaces,
        active_agents: plan.active_agents,
        total_agents: plan.total_agents,
        trial_s: plan.trial.map(crate::units::SimSpan::as_secs_f64),
        credits: plan.credits.as_ref().map(credits),
    }
}

/// The names of the plans on which the limit at a place of the group's list holds.
fn plans_with(group: &Group, place: usize) -> Vec<String> {
    let holds = |offer: &&Offer| offer.throttles.iter().any(|&it| usize::from(it) == place);
    group.plans.iter().filter(holds).map(|offer| offer.plan.name.clone()).collect()
}

fn counts_credits(group: &Group) -> bool {
    group.plans.iter().any(|offer| offer.plan.credits.is_some())
}

fn lines(scenario: &Scenario, group: &Group) -> Vec<LineFacts> {
    let counts = counts_credits(group);
    let means = agents(scenario, group).into_iter().zip(active_shares(scenario, group));
    let means = means.zip(messages_of_lines(scenario, group));
    let fact =
        |(line, ((agents_mean, active_share), messages)): (&AgentLine, ((f64, f64), f64))| {
            LineFacts {
                name: line.name.clone(),
                kind: match line.kind {
                    LineKind::Agents => "agents",
                    LineKind::Feature => "feature",
                },
                agents: line.count,
                agents_mean,
                active_share,
                messages: messages * f64::from(group.count),
                max_attempts: line.retry.as_ref().map_or(Some(1), |retry| retry.max_attempts),
                patience_mean_s: line.patience.as_ref().map(|patience| patience.mean() / 1e9),
                credits_per_message: counts.then(|| credits_per_message(line)),
            }
        };
    group.lines.iter().zip(means).map(fact).collect()
}

fn expected(scenario: &Scenario, group: &Group) -> ExpectedFacts {
    let outlook = outlook(scenario, group);
    let count = f64::from(group.count);
    let bound = |most: f64| most.is_finite().then_some(most);
    ExpectedFacts {
        messages: outlook.messages * count,
        messages_per_workspace: outlook.messages,
        messages_active: outlook.reached * count,
        credits: books(scenario, group).map(|books| ExpectedCredits {
            wanted: books.wanted,
            wanted_active: outlook.credits,
            held: books.held,
            packages_at_most: bound(books.more.packages),
            overage_at_most: bound(books.more.overage),
            bought_by_hand: books.more.by_hand,
            over_s: books.over.as_secs_f64(),
        }),
    }
}

fn backend(scenario: &Scenario, backend: &Backend) -> BackendFacts {
    let busy = |messages: f64| {
        let servers = f64::from(backend.servers?);
        Some(servers_wanted(backend, messages) / servers)
    };
    let all = ("all".to_owned(), messages_per_second(scenario));
    let groups = scenario.groups.iter();
    let groups = groups.map(|it| (it.name.clone(), messages_per_workspace(scenario, it)));
    let (scope, offered): (_, Vec<(String, f64)>) = match backend.scope {
        BackendScope::Platform => ("platform", vec![all]),
        BackendScope::Workspace => ("workspace", groups.collect()),
    };
    let utilisation = offered.into_iter().filter_map(|(name, it)| Some((name, busy(it)?)));
    BackendFacts {
        scope,
        servers: backend.servers,
        service_mean_s: backend.service_time.mean() / 1e9,
        queue_limit: backend.queue_limit,
        discipline: match backend.discipline {
            Discipline::Fifo => "fifo",
            Discipline::Lifo => "lifo",
            Discipline::Fair => "fair",
            Discipline::Priority => "priority",
            Discipline::ProcessorSharing => "processor_sharing",
        },
        shed: backend.shed.as_ref().map(|shed| match shed {
            Shed::Codel(_) => "codel",
            Shed::Utilisation(_) => "utilisation",
            Shed::Aimd(_) => "aimd",
        }),
        network_delay_s: backend.network_delay.as_secs_f64(),
        utilisation: utilisation.collect(),
    }
}

fn event(scenario: &Scenario, group: &Group, occurrence: &Occurrence) -> EventFacts {
    let seconds = |at: SimTime| at.since(SimTime::ZERO).as_secs_f64();
    EventFacts {
        group: group.name.clone(),
        at_s: seconds(occurrence.at),
        until_s: occurrence.until.map(seconds),
        share: occurrence.share.as_f64(),
        workspaces: taken(scenario, group, occurrence),
        what: what(scenario, group, &occurrence.action),
    }
}
