//! Groups of workspaces and their agents.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::super::at::{At, Findings};
use super::super::declared::DeclaredPlan;
use super::super::model::{BillingAnchor, Group};
use super::super::types::{self, Document, PlanOrMix, ShareText};
use super::fair_use::{Level, throttles};
use super::known::{Known, limits};
use super::lines::{Lines, WrittenTo};
use super::mix::{GroupPlans, Metering};
use super::names::Names;
use super::numbers::{count, count_from_one};
use super::packages::buying;
use super::plans::PlanOffer;
use super::profiles::Clocks;
use super::timeline::Timeline;
use super::traces::Traces;
use crate::random::Distribution;
use crate::rules::limiter::OnExceed;
use crate::rules::{OnDowngrade, Reason};
use crate::units::Share;

/// The most workspaces of a group.
pub(super) const MOST_WORKSPACES: u64 = 100_000_000;
/// The most seats of a workspace, where they are visible.
const MOST_SEATS: u64 = 1_000_000;

/// What groups may refer to and what they declare.
pub(super) struct Registry {
    pub(super) clocks: Clocks,
    /// Whether messages on their way at the end are cut, or that cannot be told.
    pub(super) cuts: bool,
    /// `None` if the plans could not be read.
    pub(super) plans: Option<IndexMap<String, PlanOffer>>,
    pub(super) packages: Names,
    pub(super) traces: Traces,
    pub(super) known: Known,
}

impl Registry {
    /// What stands beside the groups.
    pub(super) fn new(
        clocks: Clocks,
        cuts: bool,
        plans: Option<IndexMap<String, PlanOffer>>,
        packages: Names,
        traces: Traces,
    ) -> Self {
        let mut known = Known::default();
        for offer in plans.iter().flat_map(IndexMap::values) {
            known.limiters.include(&offer.limiters);
        }
        Self { clocks, cuts, plans, packages, traces, known }
    }

    /// What the plan `name` offers; `None` if there is no such plan.
    pub(super) fn offer(&self, name: &str) -> Option<PlanOffer> {
        if name == "unlimited" {
            return Some(PlanOffer::unlimited());
        }
        self.plans.as_ref()?.get(name).cloned()
    }

    /// Every plan that is declared, in the order written.
    pub(super) fn declared_plans(&self) -> Vec<DeclaredPlan> {
        let offers = self.plans.iter().flat_map(IndexMap::values);
        offers
            .map(|offer| DeclaredPlan {
                plan: offer.plan.clone(),
                throttles: offer.throttles.clone(),
            })
            .collect()
    }

    /// Notes a mistake if there is no plan `name`, referred to at `at`.
    pub(super) fn resolve_plan(&self, name: &str, at: At<'_>, findings: &mut Findings) {
        let Some(plans) = &self.plans else { return };
        if name == "unlimited" || plans.contains_key(name) {
            return;
        }
        let mut names = Names::default();
        plans.keys().for_each(|plan| names.add(plan));
        names.add("unlimited");
        names.resolve(name, "plan", at, findings);
    }
}

/// A group before the timeline is read.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) group: Group,
    /// The names of its plans, in their order.
    pub(super) plans: Names,
    /// The names of its lines, in their order.
    pub(super) lines: Names,
    pub(super) metering: Metering,
    pub(super) written_to: WrittenTo,
}

/// The groups that stand at `at`.
pub(super) fn groups(
    document: &Document,
    timeline: Timeline<'_>,
    registry: &mut Registry,
    at: At<'_>,
    findings: &mut Findings,
) -> Vec<Draft> {
    if !at.is_sound() {
        registry.known.groups.set_incomplete();
    }
    let top = document.on_downgrade;
    let groups = document.workspaces.iter().enumerate();
    groups
        .map(|(index, written)| {
            let mut draft = group(written, timeline, registry, at.item(index), findings);
            draft.group.on_downgrade = on_downgrade(written.on_downgrade.or(top));
            draft
        })
        .collect()
}

fn group(
    written: &types::Group,
    timeline: Timeline<'_>,
    registry: &mut Registry,
    at: At<'_>,
    findings: &mut Findings,
) -> Draft {
    let name = written.group.0.clone();
    if name == "all" {
        let hint = "`all` stands for every group in results and thresholds";
        findings.add_with_hint(at.key("group"), "a group cannot be called `all`", hint);
    }
    registry.known.groups.declare(&name, "group", at.key("group"), findings);
    let workspaces = written.count.as_ref().map_or(1, |number| {
        count(number, 1..=MOST_WORKSPACES, "`count`", at.key("count"), findings)
    });
    let mut plans = GroupPlans::default();
    let mix = plans.add_mix(written.plan.as_ref(), registry, at.key("plan"), findings);
    let begun = first_plans(written.plan.as_ref(), registry, at.key("plan"));
    registry.known.add_first_plans(&name, begun.map(Vec::into_iter));
    add_later_plans(&name, &mut plans, (timeline, registry), at, findings);
    let seats = written.seats.as_ref().map_or(Distribution::Constant(1.0), |seats| {
        count_from_one(seats, MOST_SEATS, "seats", at.key("seats"), findings)
    });
    let own = written.fair_use.as_deref().unwrap_or_default();
    let own = throttles(own, Level::Workspace, &mut plans.limiters, at.key("fair_use"), findings);
    plans.add_own(own, at.key("fair_use"), findings);
    registry.known.limiters.include(&plans.limiters);
    add_reported(&plans, registry);
    let mut metering = plans.metering();
    let mut lines = Lines {
        group: &name,
        clocks: &registry.clocks,
        cuts: registry.cuts,
        timeline,
        slots_are_limited: plans.limit_slots(),
        metering: &mut metering,
        names: Names::default(),
        promised: 0,
        written_to: WrittenTo::default(),
        records: written.traffic.as_ref().is_some_and(|it| it.trace.is_some()),
        findings,
    };
    let read = lines.read(written, at);
    let customers = lines.customers(written, at);
    let Lines { names, written_to, .. } = lines;
    let recorded = registry.traces.recorded(&name);
    if written.packages.is_some() {
        metering.require(at.key("packages"), findings);
    }
    let buying = written
        .packages
        .as_ref()
        .and_then(|written| buying(written, &registry.packages, at.key("packages"), findings));
    let alerts = alerts(written, registry, &mut metering, at.key("alerts"), findings);
    let group = Group {
        name,
        count: workspaces,
        plans: plans.offers,
        mix,
        seats,
        billing_anchor: match written.billing_anchor {
            Some(types::BillingAnchor::Staggered) => BillingAnchor::Staggered,
            Some(types::BillingAnchor::SameInstant) | None => BillingAnchor::SameInstant,
        },
        lines: read,
        customers,
        recorded,
        throttles: plans.throttles,
        buying,
        alerts,
        on_downgrade: OnDowngrade::default(),
        timeline: Vec::new(),
    };
    registry.known.add_reasons(Some(&group.name), limits(&group));
    let plans = plans.names;
    Draft { group, plans, lines: names, metering, written_to }
}

/// The plans on which workspaces of a group begin; `None` where one of them is not known, or at fault.
fn first_plans(
    written: Option<&PlanOrMix>,
    registry: &Registry,
    at: At<'_>,
) -> Option<Vec<String>> {
    let begun = match written {
        None => vec!["unlimited".to_owned()],
        Some(PlanOrMix::Plan(name)) => vec![name.0.clone()],
        Some(PlanOrMix::Mix(shares)) => {
            let begun = shares.iter().filter(|(_, share)| share.0 > Share::NONE);
            begun.map(|(name, _)| name.clone()).collect()
        }
    };
    let is_known = at.is_sound() && begun.iter().all(|name| registry.offer(name).is_some());
    is_known.then_some(begun)
}

/// Adds the plans to which workspaces of a group come after the start.
fn add_later_plans(
    name: &str,
    plans: &mut GroupPlans,
    (timeline, registry): (Timeline<'_>, &mut Registry),
    at: At<'_>,
    findings: &mut Findings,
) {
    for (plan, at) in timeline.plans(name) {
        plans.add(plan, registry, at, findings);
    }
    let at = at.key("traffic").key("trace");
    for plan in registry.traces.plans(name) {
        plans.add(&plan, registry, at, findings);
    }
}

/// Declares the limits by which results name slots and pools that only report.
fn add_reported(plans: &GroupPlans, registry: &mut Registry) {
    for offer in &plans.offers {
        let credits = offer.plan.credits.as_ref().map(|credits| credits.on_exceed);
        if offer.plan.on_exceed == OnExceed::Report {
            registry.known.limiters.add(Reason::ActiveAgentLimit.name());
        }
        if credits == Some(OnExceed::Report) {
            registry.known.limiters.add(Reason::CreditsExhausted.name());
            registry.known.limiters.add(Reason::ShareExhausted.name());
        }
    }
}

const fn on_downgrade(written: Option<types::OnDowngrade>) -> OnDowngrade {
    match written {
        Some(types::OnDowngrade::NewestOffline) | None => OnDowngrade::NewestOffline,
        Some(types::OnDowngrade::OldestOffline) => OnDowngrade::OldestOffline,
        Some(types::OnDowngrade::KeepUntilDisabled) => OnDowngrade::KeepUntilDisabled,
    }
}

/// The levels at which somebody is told, ascending.
fn alerts(
    written: &types::Group,
    registry: &mut Registry,
    metering: &mut Metering,
    at: At<'_>,
    findings: &mut Findings,
) -> Vec<Share> {
    let own = registry.known.alerts_of.entry(written.group.0.clone()).or_default();
    if !at.is_sound() {
        registry.known.alerts.set_incomplete();
        own.set_incomplete();
    }
    let Some(written) = &written.alerts else { return Vec::new() };
    if !written.is_empty() {
        metering.require(at, findings);
    }
    let mut levels = BTreeSet::new();
    for (index, ShareText(level)) in written.iter().enumerate() {
        let at = at.item(index);
        if *level == Share::NONE {
            findings.add(at, "an alert is above 0%");
        } else if !levels.insert(*level) {
            findings.add(at, format!("a second alert stands at {level}"));
        }
        registry.known.alerts.add(&level.to_string());
        own.add(&level.to_string());
        if !at.is_sound() {
            registry.known.alerts.set_incomplete();
            own.set_incomplete();
        }
    }
    levels.into_iter().collect()
}
