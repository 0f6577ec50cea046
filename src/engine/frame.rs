//! What can occur in a scenario, and so what is measured.

use std::sync::Arc;

use crate::measure::{
    Batches, ByBin, Capacity, Causes, Features, Frame, GroupFrame, LimiterCause, Ratio, Shadows,
    Window, ratios,
};
use crate::rules::Reason;
use crate::rules::limiter::Throttle;
use crate::scenario::occurs::{
    can_be_overloaded, crowded, features, plans, pools_refuse, reported, slots_can_refuse,
    turned_away,
};
use crate::scenario::{BackendScope, Group, Scenario, Threshold};
use crate::units::{ClockChange, Share, SimSpan, SimTime};
use crate::workload::ClientThrottling;

/// Within this a reply counts as good unless a threshold asks for another span.
const GOOD_WITHIN: SimSpan = SimSpan::from_secs(10);

/// The frame of a scenario, measured until `until`.
pub(crate) fn frame(scenario: &Scenario, until: SimTime) -> Frame {
    let window = Window { from: SimTime::ZERO + scenario.warm_up, until };
    let backend = scenario.backend.as_ref();
    let own = backend.filter(|backend| backend.scope == BackendScope::Workspace);
    let reasons: Vec<Vec<Reason>> =
        scenario.groups.iter().map(|group| reasons(scenario, group)).collect();
    let throttles: Vec<Vec<&Throttle>> =
        scenario.groups.iter().map(|group| scenario.throttles_of(group).collect()).collect();
    let limiters: Vec<Vec<LimiterCause<'_>>> =
        scenario.groups.iter().zip(&throttles).map(|(group, own)| limiters(group, own)).collect();
    let causes = limiters.iter().cloned().zip(reasons.iter().cloned());
    let causes = Arc::new(Causes::new(causes));
    let reported: Vec<Vec<Reason>> = scenario.groups.iter().map(reported).collect();
    let shadows = throttles.iter().cloned().zip(reported.iter().cloned());
    let shadows = Arc::new(Shadows::new(shadows));
    let withins = withins(scenario);
    let shared: Arc<[Ratio]> = ratios(window, &causes, &shadows, &withins).into();
    let clocks: Arc<[ClockChange]> = scenario.clocks().into();
    let alerts = alerts(scenario);
    let batches = batches(scenario, window);
    let group_frame =
        |name, features, (own_causes, own_shadows), own_alerts: &[Share]| GroupFrame {
            window,
            features,
            causes: Arc::clone(&causes),
            own_causes,
            shadows: Arc::clone(&shadows),
            own_shadows,
            ratios: Arc::clone(&shared),
            withins: withins.clone(),
            by_bin: Threshold::by_bin(&scenario.thresholds, name)
                .and(ByBin { messages: batches.is_some(), ..ByBin::default() }),
            batches,
            clocks: Arc::clone(&clocks),
            alerts: places(own_alerts, &alerts),
            alerts_of_all: alerts.len(),
            by_workspace: false,
        };
    let features: Vec<Features> =
        scenario.groups.iter().map(|group| features(scenario, group)).collect();
    let groups = scenario
        .groups
        .iter()
        .zip(limiters.iter().zip(throttles.iter().zip(&reported)))
        .zip(reasons.iter().zip(&features))
        .map(|((group, (limiters, (throttles, reported))), (reasons, features))| {
            let own = (causes.of_group(limiters, reasons), shadows.of_group(throttles, reported));
            group_frame(Some(group.name.as_str()), *features, own, &group.alerts)
        })
        .collect();
    let workspaces: u64 = scenario.groups.iter().map(|group| u64::from(group.count)).sum();
    Frame {
        groups,
        all: group_frame(
            None,
            union(&features),
            (causes.everything(), shadows.everything()),
            &alerts,
        ),
        platform_servers: backend
            .filter(|backend| backend.scope == BackendScope::Platform)
            .map(|backend| Capacity::new(backend.servers, backend.changes.clone())),
        own_servers: own.and_then(|own| own.servers).map(|own| u64::from(own) * workspaces),
        bin: scenario.series_every,
        duration: scenario.duration,
        replications: scenario.replications,
        meet: scenario.workspaces_meet(),
        depend: scenario.workspaces_depend(),
    }
}

/// Alerts of a group, each with its place among all.
fn places(own: &[Share], all: &[Share]) -> Vec<(Share, usize)> {
    own.iter().filter_map(|&level| Some((level, all.binary_search(&level).ok()?))).collect()
}

/// The alerts of all groups, ascending.
fn alerts(scenario: &Scenario) -> Vec<Share> {
    let mut all: Vec<Share> = scenario.groups.iter().flat_map(|it| it.alerts.clone()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The batches of a run in which nothing is independent of each other but stretches of time: there is one
/// replication, in which workspaces depend on each other, or there is one workspace.
fn batches(scenario: &Scenario, window: Window) -> Option<Batches> {
    let one = scenario.groups.iter().map(|group| u64::from(group.count)).sum::<u64>() == 1;
    let alone = scenario.replications == 1 && (one || scenario.workspaces_depend());
    let bin = scenario.series_every.nanos();
    let (first, end) = (window.from.nanos().div_ceil(bin), window.until.nanos() / bin);
    Batches::of(first as usize, end.saturating_sub(first) as usize).filter(|_| alone)
}

/// What refuses by a name of its own in a group, in the order by which refusals name it: the
/// throttles, and behind them the customers, where they hold attempts back themselves.
fn limiters<'a>(group: &Group, throttles: &[&'a Throttle]) -> Vec<LimiterCause<'a>> {
    let client = LimiterCause {
        name: ClientThrottling::NAME,
        reason: ClientThrottling::REFUSAL,
        refuses: true,
    };
    let client = group.lines.iter().any(|line| line.client_throttling.is_some()).then_some(client);
    throttles.iter().map(|throttle| LimiterCause::from(*throttle)).chain(client).collect()
}

fn union(all: &[Features]) -> Features {
    let any = |has: fn(&Features) -> bool| all.iter().any(has);
    Features {
        cut: any(|one| one.cut),
        patience: any(|one| one.patience),
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
        audited: any(|one| one.audited),
        enforced: any(|one| one.enforced),
        stranded: any(|one| one.stranded),
        holds: any(|one| one.holds),
        unchecked: any(|one| one.unchecked),
        doubles: any(|one| one.doubles),
        losses: any(|one| one.losses),
        contended: any(|one| one.contended),
        // Limited where those of every group are.
        servers: all
            .iter()
            .filter_map(|one| one.servers)
            .reduce(|one, other| one.and_then(|count| other.and(Some(count)))),
    }
}

/// The reasons without a limiter for which tries of a group can be refused.
fn reasons(scenario: &Scenario, group: &Group) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if crowded(group) {
        reasons.push(Reason::WorkspaceAgentLimit);
    }
    if slots_can_refuse(scenario, group) {
        reasons.push(Reason::ActiveAgentLimit);
    }
    if plans(group).any(|plan| plan.trial.is_some()) {
        reasons.push(Reason::TrialEnded);
    }
    if turned_away(scenario, group) {
        reasons.push(Reason::AgentNotActive);
    }
    if pools_refuse(group) {
        reasons.push(Reason::CreditsExhausted);
        if group.lines.iter().any(|line| line.share.is_some()) {
            reasons.push(Reason::ShareExhausted);
        }
    }
    let backend = scenario.backend.as_ref();
    if backend.is_some_and(|backend| can_be_overloaded(backend, group)) {
        reasons.push(Reason::Overloaded);
    }
    if scenario.enforcement.gives_up() {
        reasons.push(Reason::EnforcementUnavailable);
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
