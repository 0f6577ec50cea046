//! What can occur in a scenario, and so what is measured.

use std::sync::Arc;

use crate::measure::{Causes, Features, Frame, GroupFrame, Ratio, Window, ratios};
use crate::rules::{AgentState, Reason};
use crate::scenario::{Backend, BackendScope, Drain, Group, Scenario};
use crate::units::{SimSpan, SimTime};
use crate::workload::WhileOffline;

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
    let shared: Arc<[Ratio]> =
        ratios(window, own.and_then(|own| own.servers), &causes, &withins).into();
    let midnight = time_of_day(scenario);
    let group_frame = |features, own_causes| GroupFrame {
        window,
        features,
        causes: Arc::clone(&causes),
        own_causes,
        ratios: Arc::clone(&shared),
        withins: withins.clone(),
        midnight,
    };
    let features: Vec<Features> =
        scenario.groups.iter().map(|group| features(scenario, group, own)).collect();
    let groups = scenario
        .groups
        .iter()
        .zip(reasons.iter().zip(&features))
        .map(|(group, (reasons, features))| {
            group_frame(*features, causes.of_group(&group.throttles, reasons))
        })
        .collect();
    let workspaces: u64 = scenario.groups.iter().map(|group| u64::from(group.count)).sum();
    Frame {
        groups,
        all: group_frame(union(&features), causes.everything()),
        platform_servers: backend
            .filter(|backend| backend.scope == BackendScope::Platform)
            .map(|backend| backend.servers),
        own_servers: own.and_then(|own| own.servers).map(|own| u64::from(own) * workspaces),
        bin: scenario.series_every,
        duration: scenario.duration,
    }
}

/// Whether the plan's slots can run out.
fn slots_can_bind(group: &Group) -> bool {
    let exist = group.agents().min(group.plans[0].plan.total_agents);
    group.plans[0].plan.active_agents.is_some_and(|limit| limit < exist)
}

fn features(scenario: &Scenario, group: &Group, own: Option<&Backend>) -> Features {
    Features {
        cut: scenario.drain == Drain::Cut,
        crowded: group.agents() > group.plans[0].plan.total_agents,
        slots: group.plans[0].plan.active_agents.is_some(),
        pool: group.plans[0].plan.credits.is_some(),
        servers: own.map(|own| own.servers),
    }
}

fn union(all: &[Features]) -> Features {
    Features {
        cut: all.iter().any(|one| one.cut),
        crowded: all.iter().any(|one| one.crowded),
        slots: all.iter().any(|one| one.slots),
        pool: all.iter().any(|one| one.pool),
        servers: all.iter().find_map(|one| one.servers),
    }
}

/// The reasons without a limiter for which tries of a group can be refused.
fn reasons(group: &Group, backend: Option<&Backend>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if group.agents() > group.plans[0].plan.total_agents {
        reasons.push(Reason::WorkspaceAgentLimit);
    }
    if slots_can_bind(group) {
        reasons.push(Reason::ActiveAgentLimit);
    }
    let turned_away = group.lines.iter().any(|line| {
        let is_disabled = line.activity.as_ref().is_some_and(|activity| activity.active.is_some());
        line.traffic.is_some()
            && line.while_offline == WhileOffline::Refuse
            && (line.start != AgentState::Active || is_disabled || slots_can_bind(group))
    });
    if turned_away {
        reasons.push(Reason::AgentNotActive);
    }
    if group.plans[0].plan.credits.is_some() {
        reasons.push(Reason::CreditsExhausted);
    }
    let full = |backend: &Backend| backend.servers.is_some() && backend.queue_limit.is_some();
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
