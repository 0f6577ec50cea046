//! What can occur in a scenario, and so what is measured.

use std::sync::Arc;

use crate::measure::{Capacity, Causes, Features, Frame, GroupFrame, Ratio, Window, ratios};
use crate::rules::{AgentState, Overage, Plan, Reason};
use crate::scenario::{Backend, BackendScope, Drain, Group, Scenario};
use crate::units::{Money, Share, SimSpan, SimTime};
use crate::workload::{Action, LineKind, OnRefused, WhileOffline};

/// Within this a reply counts as good unless a threshold asks for another span.
const GOOD_WITHIN: SimSpan = SimSpan::from_secs(10);

/// The frame of a scenario, measured until `until`.
pub(super) fn frame(scenario: &Scenario, until: SimTime) -> Frame {
    let window = Window { from: SimTime::ZERO + scenario.warm_up, until };
    let backend = scenario.backend.as_ref();
    let own = backend.filter(|backend| backend.scope == BackendScope::Workspace);
    let reasons: Vec<Vec<Reason>> =
        scenario.groups.iter().map(|group| reasons(group, backend)).collect();
    let causes = Arc::new(Causes::new(
        scenario
            .groups
            .iter()
            .zip(&reasons)
            .map(|(group, reasons)| (group.throttles.as_slice(), reasons.clone())),
    ));
    let withins = withins(scenario);
    let shared: Arc<[Ratio]> = ratios(window, &causes, &withins).into();
    let midnight = time_of_day(scenario);
    let mut alerts: Vec<Share> = scenario.groups.iter().flat_map(|it| it.alerts.clone()).collect();
    alerts.sort_unstable();
    alerts.dedup();
    let group_frame = |features, own_causes, own_alerts: &[Share]| GroupFrame {
        window,
        features,
        causes: Arc::clone(&causes),
        own_causes,
        ratios: Arc::clone(&shared),
        withins: withins.clone(),
        midnight,
        alerts: own_alerts
            .iter()
            .filter_map(|&level| Some((level, alerts.binary_search(&level).ok()?)))
            .collect(),
        alerts_of_all: alerts.len(),
    };
    let features: Vec<Features> =
        scenario.groups.iter().map(|group| features(scenario, group, own)).collect();
    let groups = scenario
        .groups
        .iter()
        .zip(reasons.iter().zip(&features))
        .map(|(group, (reasons, features))| {
            group_frame(*features, causes.of_group(&group.throttles, reasons), &group.alerts)
        })
        .collect();
    let workspaces: u64 = scenario.groups.iter().map(|group| u64::from(group.count)).sum();
    Frame {
        groups,
        all: group_frame(union(&features), causes.everything(), &alerts),
        platform_servers: backend
            .filter(|backend| backend.scope == BackendScope::Platform)
            .map(|backend| Capacity::new(backend.servers, backend.changes.clone())),
        own_servers: own.and_then(|own| own.servers).map(|own| u64::from(own) * workspaces),
        bin: scenario.series_every,
        duration: scenario.duration,
    }
}

/// Whether agents can be created after the start.
fn grows(group: &Group) -> bool {
    let churns = group
        .lines
        .iter()
        .any(|line| line.churn.as_ref().is_some_and(|churn| churn.create.is_some()));
    churns || happens(group, |action| matches!(action, Action::Create(_)))
}

fn happens(group: &Group, what: impl Fn(&Action) -> bool) -> bool {
    group.timeline.iter().any(|occurrence| what(&occurrence.action))
}

fn plans(group: &Group) -> impl Iterator<Item = &Plan> {
    group.plans.iter().map(|offer| &offer.plan)
}

/// Whether agents can be too many.
fn crowded(group: &Group) -> bool {
    grows(group) || group.agents() > group.first_plans().map(least_total).min().unwrap_or(0)
}

fn least_total((plan, _): (&Plan, Share)) -> u32 {
    plan.total_agents
}

/// Whether a plan's slots can run out. A workspace keeps the agents that it has when its plan
/// changes, so those that any of its plans admits may meet the slots of each.
fn slots_can_bind(group: &Group) -> bool {
    let admitted = plans(group).map(|plan| plan.total_agents).max().unwrap_or(0);
    let agents = if grows(group) { admitted } else { group.agents().min(admitted) };
    plans(group).any(|plan| plan.active_agents.is_some_and(|limit| limit < agents))
}

/// Whether a workspace can be on a plan that ends by itself.
fn can_try(group: &Group) -> bool {
    plans(group).any(|plan| plan.trial.is_some())
}

fn features(scenario: &Scenario, group: &Group, own: Option<&Backend>) -> Features {
    let waits = |on_refused| on_refused == OnRefused::WaitForSlot;
    let credits = || plans(group).filter_map(|plan| plan.credits.as_ref());
    let bought = |action: &Action| matches!(action, Action::BuyPackage(..));
    let packages = group.buying.is_some() || happens(group, bought);
    let priced = |price: Money| price > Money::ZERO;
    Features {
        cut: scenario.drain == Drain::Cut,
        crowded: crowded(group),
        churn: grows(group),
        waits: (slots_can_bind(group) || can_try(group))
            && group
                .lines
                .iter()
                .filter_map(|it| it.activity.as_ref())
                .any(|it| waits(it.on_refused)),
        plans: happens(group, |it| matches!(it, Action::SetPlan(_) | Action::Subscribe(_))),
        trials: can_try(group),
        slots: plans(group).any(|plan| plan.active_agents.is_some()),
        pool: credits().next().is_some(),
        packages,
        overage: credits().any(|credits| credits.overage != Overage::Refuse),
        prices: plans(group).any(|plan| plan.price.is_some())
            || credits().any(|credits| priced(credits.overage_price))
            || (packages && scenario.packages.iter().any(|package| priced(package.price))),
        servers: own
            .map(|own| own.servers.filter(|_| !happens(group, |it| *it == Action::Servers(None)))),
    }
}

fn union(all: &[Features]) -> Features {
    let any = |has: fn(&Features) -> bool| all.iter().any(has);
    Features {
        cut: any(|one| one.cut),
        crowded: any(|one| one.crowded),
        churn: any(|one| one.churn),
        waits: any(|one| one.waits),
        plans: any(|one| one.plans),
        trials: any(|one| one.trials),
        slots: any(|one| one.slots),
        pool: any(|one| one.pool),
        packages: any(|one| one.packages),
        overage: any(|one| one.overage),
        prices: any(|one| one.prices),
        // Limited where those of every group are.
        servers: all
            .iter()
            .filter_map(|one| one.servers)
            .reduce(|one, other| one.and_then(|count| other.and(Some(count)))),
    }
}

/// The reasons without a limiter for which tries of a group can be refused.
fn reasons(group: &Group, backend: Option<&Backend>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if crowded(group) {
        reasons.push(Reason::WorkspaceAgentLimit);
    }
    if slots_can_bind(group) {
        reasons.push(Reason::ActiveAgentLimit);
    }
    let trial = can_try(group);
    if trial {
        reasons.push(Reason::TrialEnded);
    }
    let leaves = happens(group, |action| {
        use Action::{Disable, Enable, SetPlan, Subscribe};
        matches!(action, Disable(_) | Enable(_) | SetPlan(_) | Subscribe(_))
    });
    let turned_away = group.lines.iter().any(|line| {
        let is_disabled = line.activity.as_ref().is_some_and(|activity| activity.active.is_some());
        line.kind == LineKind::Agents
            && line.traffic.is_some()
            && line.while_offline == WhileOffline::Refuse
            && (line.start != AgentState::Active
                || is_disabled
                || leaves
                || trial
                || grows(group)
                || slots_can_bind(group))
    });
    if turned_away {
        reasons.push(Reason::AgentNotActive);
    }
    if plans(group).any(|plan| plan.credits.is_some()) {
        reasons.push(Reason::CreditsExhausted);
        if group.lines.iter().any(|line| line.share.is_some()) {
            reasons.push(Reason::ShareExhausted);
        }
    }
    let becomes_limited = |backend: &Backend| {
        backend.changes.iter().any(|change| change.1.is_some())
            || happens(group, |action| matches!(action, Action::Servers(Some(_))))
    };
    let full = |backend: &Backend| {
        backend.queue_limit.is_some() && (backend.servers.is_some() || becomes_limited(backend))
    };
    if backend.is_some_and(full) {
        reasons.push(Reason::Overloaded);
    }
    reasons
}

/// The spans that thresholds on goodput name, and the usual one.
fn withins(scenario: &Scenario) -> Vec<SimSpan> {
    let mut all = vec![GOOD_WITHIN];
    for threshold in &scenario.thresholds {
        let named = threshold
            .metric
            .strip_prefix("goodput.rate{within=")
            .and_then(|rest| rest.strip_suffix('}'))
            .and_then(|span| span.parse().ok());
        if let Some(within) = named.filter(|within| !all.contains(within)) {
            all.push(within);
        }
    }
    all.sort_unstable();
    all
}

/// Time from midnight (UTC) to the start.
fn time_of_day(scenario: &Scenario) -> SimSpan {
    let day = i128::from(SimSpan::DAY.nanos());
    SimSpan::from_nanos(scenario.start.as_nanosecond().rem_euclid(day) as u64)
}
