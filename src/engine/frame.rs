//! What can occur in a scenario, and so what is measured.

use std::borrow::Cow;
use std::sync::Arc;

use crate::measure::{
    Batches, Capacity, Causes, Cohorts, Features, Frame, GroupFrame, LimiterCause, PlanFrame,
    Ratio, Shadows, Window, ratios,
};
use crate::rules::Reason;
use crate::rules::limiter::Throttle;
use crate::scenario::occurs::{
    can_be_overloaded, crowded, features, plans, pools_refuse, reported, slots_can_refuse,
    turned_away,
};
use crate::scenario::{BackendScope, Group, Scenario, Threshold};
use crate::summary::Selector;
use crate::units::{ClockChange, Share, SimSpan, SimTime};
use crate::workload::ClientThrottling;

/// Within this a reply counts as good unless a threshold asks for another span.
const GOOD_WITHIN: SimSpan = SimSpan::from_secs(10);

/// The frame of a scenario, measured until `until`.
pub(crate) fn frame(scenario: &Scenario, until: SimTime) -> Frame {
    let mut common = Common::of(scenario, until);
    let backend = scenario.backend.as_ref();
    let own = backend.filter(|backend| backend.scope == BackendScope::Workspace);
    let workspaces: u64 = scenario.groups.iter().map(|group| u64::from(group.count)).sum();
    let plans = asked_of_plans(scenario);
    let groups: Vec<&Group> = scenario.groups.iter().collect();
    let of_group = |group: &&Group| common.frame(&[group], &Selector::of_group(&group.name));
    let mut frames: Vec<GroupFrame> = groups.iter().map(of_group).collect();
    common.figure_what_occurs(&mut frames);
    let cohorts = cohorts(scenario, &plans);
    Frame {
        groups: frames,
        all: common.frame(&groups, &Selector::default()),
        plans: plans.iter().map(|plan| of_plan(&common, &cohorts, plan)).collect(),
        cohorts,
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

/// Those that begin on a plan of which something is asked, each once.
fn asked_of_plans(scenario: &Scenario) -> Vec<&Selector> {
    let mut asked: Vec<&Selector> = Vec::new();
    let by_plan = scenario.asked().map(|(of, _)| of).filter(|of| of.plan.is_some());
    for of in by_plan {
        if !asked.contains(&of) {
            asked.push(of);
        }
    }
    asked
}

/// Groups are parted by the plans of which something is asked.
fn cohorts(scenario: &Scenario, asked: &[&Selector]) -> Cohorts {
    let mut cohorts = Cohorts::default();
    for group in &scenario.groups {
        let mut own: Vec<usize> = asked.iter().filter_map(|of| begun_as(group, of)).collect();
        own.sort_unstable();
        own.dedup();
        cohorts.add_group(group.plans.len(), &own, group.first_plans().count() > own.len());
    }
    cohorts
}

/// The place of the plan that a selector names, if it means workspaces of the group.
fn begun_as(group: &Group, of: &Selector) -> Option<usize> {
    let is_meant = of.group.as_ref().is_none_or(|name| *name == group.name);
    let (plan, _) = group.begins_on(of.plan.as_ref()?)?;
    is_meant.then_some(plan)
}

/// The frame of those that begin on a plan.
fn of_plan(common: &Common<'_>, cohorts: &Cohorts, of: &Selector) -> PlanFrame {
    let groups = common.scenario.groups.iter().enumerate();
    let own = groups.filter_map(|(place, group)| {
        let plan = begun_as(group, of)?;
        Some(((cohorts.of(place, || plan), place), group.selected(of)?))
    });
    let (places, groups): (Vec<(usize, usize)>, Vec<Cow<'_, Group>>) = own.unzip();
    let groups: Vec<&Group> = groups.iter().map(AsRef::as_ref).collect();
    let (cohorts, places): (Vec<usize>, Vec<usize>) = places.into_iter().unzip();
    let begun = |&place: &usize| common.scenario.groups[place].first_plans().count();
    PlanFrame {
        name: of.to_string(),
        cohorts,
        is_drawn: places.iter().any(|place| begun(place) > 1),
        groups: places,
        frame: common.frame(&groups, of),
    }
}

/// What the frames of a scenario have in common.
struct Common<'s> {
    scenario: &'s Scenario,
    window: Window,
    causes: Arc<Causes>,
    shadows: Arc<Shadows>,
    ratios: Arc<[Ratio]>,
    withins: Vec<SimSpan>,
    batches: Option<Batches>,
    clocks: Arc<[ClockChange]>,
    /// The alerts of all groups, ascending.
    alerts: Vec<Share>,
}

impl<'s> Common<'s> {
    fn of(scenario: &'s Scenario, until: SimTime) -> Self {
        let window = Window { from: SimTime::ZERO + scenario.warm_up, until };
        let of_group = |group| (limiters(scenario, group).collect(), reasons(scenario, group));
        let causes = scenario.groups.iter().map(of_group);
        let causes = Arc::new(Causes::new(causes));
        let shadows = scenario
            .groups
            .iter()
            .map(|group| (scenario.throttles_of(group).collect(), reported(group)));
        let shadows = Arc::new(Shadows::new(shadows));
        let withins = withins(scenario);
        let batches = batches(scenario);
        let clocks = scenario.clocks().into();
        let alerts = alerts(&scenario.groups.iter().collect::<Vec<_>>());
        let ratios = [].into();
        Self { scenario, window, causes, shadows, ratios, withins, batches, clocks, alerts }
    }

    /// Has the figures measured that some group can have, whose frames these are, and no others.
    fn figure_what_occurs(&mut self, groups: &mut [GroupFrame]) {
        let Self { window, causes, shadows, withins, .. } = self;
        let ratios = ratios(*window, causes, shadows, withins).into_iter();
        self.ratios = ratios.filter(|ratio| groups.iter().any(|of| ratio.occurs(of))).collect();
        for group in groups {
            group.ratios = Arc::clone(&self.ratios);
        }
    }

    /// The frame of groups together, which a selector means.
    fn frame(&self, groups: &[&Group], of: &Selector) -> GroupFrame {
        let scenario = self.scenario;
        let throttles: Vec<&Throttle> =
            groups.iter().flat_map(|group| scenario.throttles_of(group)).collect();
        let limiters: Vec<LimiterCause<'_>> =
            groups.iter().flat_map(|group| limiters(scenario, group)).collect();
        let reasons: Vec<Reason> =
            groups.iter().flat_map(|group| reasons(scenario, group)).collect();
        let reported: Vec<Reason> = groups.iter().flat_map(|group| reported(group)).collect();
        let features: Vec<Features> =
            groups.iter().map(|group| features(scenario, group)).collect();
        GroupFrame {
            window: self.window,
            features: union(&features),
            causes: Arc::clone(&self.causes),
            own_causes: self.causes.of_groups(&limiters, &reasons),
            shadows: Arc::clone(&self.shadows),
            own_shadows: self.shadows.of_groups(&throttles, &reported),
            ratios: Arc::clone(&self.ratios),
            withins: self.withins.clone(),
            by_bin: Threshold::by_bin(&scenario.thresholds, of),
            batches: self.batches,
            clocks: Arc::clone(&self.clocks),
            alerts: places(&alerts(groups), &self.alerts),
            alerts_of_all: self.alerts.len(),
            by_workspace: false,
        }
    }
}

/// Alerts of a group, each with its place among all.
fn places(own: &[Share], all: &[Share]) -> Vec<(Share, usize)> {
    own.iter().filter_map(|&level| Some((level, all.binary_search(&level).ok()?))).collect()
}

/// The alerts of groups, ascending.
fn alerts(groups: &[&Group]) -> Vec<Share> {
    let mut all: Vec<Share> = groups.iter().flat_map(|it| it.alerts.clone()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The batches of a run in which nothing is independent of each other but stretches of time: there is one
/// replication, in which workspaces depend on each other, or there is one workspace. They are those of the whole
/// run, also where it is interrupted.
fn batches(scenario: &Scenario) -> Option<Batches> {
    let one = scenario.groups.iter().map(|group| u64::from(group.count)).sum::<u64>() == 1;
    let alone = scenario.replications == 1 && (one || scenario.workspaces_depend());
    let bin = scenario.series_every.nanos();
    let (first, end) = (scenario.warm_up.nanos().div_ceil(bin), scenario.duration.nanos() / bin);
    let bins = end.saturating_sub(first) as usize;
    Batches::of(first as usize, bins, scenario.series_every).filter(|_| alone)
}

/// What refuses by a name of its own in a group, in the order by which refusals name it: the
/// throttles, and behind them the customers, where they hold attempts back themselves.
fn limiters<'a>(
    scenario: &'a Scenario,
    group: &'a Group,
) -> impl Iterator<Item = LimiterCause<'a>> {
    let client = LimiterCause {
        name: ClientThrottling::NAME,
        reason: ClientThrottling::REFUSAL,
        refuses: true,
    };
    let client = group.lines.iter().any(|line| line.client_throttling.is_some()).then_some(client);
    scenario.throttles_of(group).map(LimiterCause::from).chain(client)
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
    for (_, metric) in scenario.asked() {
        let named = metric
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
