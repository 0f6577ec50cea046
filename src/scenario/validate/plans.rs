//! Plans and fair-use limits.

use indexmap::IndexMap;

use super::super::at::{At, Findings};
use super::super::types;
use super::credits::{PRIORITIES, allowance, bounded_cycle, per};
use super::fair_use::{Level, on_exceed, throttles};
use super::names::Names;
use super::numbers::{count, count_or_unlimited};
use crate::rules::limiter::{OnExceed, Throttle};
use crate::rules::{Cycle, Plan, Price, TOTAL_AGENTS};
use crate::units::SimSpan;

/// The greatest `total_agents` of a plan: as many agents as a workspace may have.
pub(super) const MOST_AGENTS: u64 = 100_000;

/// A plan with the throttles that stand in it.
#[derive(Debug, Clone)]
pub(super) struct PlanOffer {
    pub(super) plan: Plan,
    pub(super) throttles: Vec<Throttle>,
    /// The names of the throttles.
    pub(super) limiters: Names,
    /// Whether credits are counted, or would be if what stands there were not at fault.
    pub(super) may_count: bool,
}

impl PlanOffer {
    /// The built-in plan.
    pub(super) fn unlimited() -> Self {
        Self {
            plan: Plan::unlimited(),
            throttles: Vec::new(),
            limiters: Names::default(),
            may_count: false,
        }
    }
}

/// When things happen on the calendar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Horizon {
    pub(super) start: jiff::Timestamp,
    pub(super) duration: SimSpan,
}

/// The plans that stand at `at`, by their names.
pub(super) fn plans(
    written: &IndexMap<String, types::Plan>,
    horizon: Horizon,
    at: At<'_>,
    findings: &mut Findings,
) -> IndexMap<String, PlanOffer> {
    let mut offers = IndexMap::new();
    for (index, (name, plan)) in written.iter().enumerate() {
        let (name_at, plan_at) = at.entry(index);
        if name == "unlimited" {
            let hint = "it has no slot limit but 500 agents, and counts no credits";
            findings.add_with_hint(name_at, "the plan `unlimited` is built in", hint);
        } else if let Err(error) = types::name(name) {
            findings.add(name_at, error.to_string());
        }
        offers.insert(name.clone(), offer(name, plan, horizon, plan_at, findings));
    }
    offers
}

fn offer(
    name: &str,
    written: &types::Plan,
    horizon: Horizon,
    at: At<'_>,
    findings: &mut Findings,
) -> PlanOffer {
    let active_agents = written.active_agents.as_ref().and_then(|limit| {
        count_or_unlimited(limit, 0, "`active_agents`", at.key("active_agents"), findings)
    });
    let total_agents = written.total_agents.as_ref().map_or(TOTAL_AGENTS, |total| {
        count(total, 1..=MOST_AGENTS, "`total_agents`", at.key("total_agents"), findings)
    });
    if on_exceed(written.on_exceed) == OnExceed::Report
        && active_agents.is_none()
        && at.key("active_agents").is_sound()
    {
        let message = "`on_exceed: report` has nothing to report: the plan has no limit of active \
                       agents";
        let hint = "give it `active_agents`";
        findings.add_with_hint(at.key("on_exceed"), message, hint);
    }
    let credits = written
        .credits
        .as_ref()
        .map(|credits| allowance(credits, horizon, at.key("credits"), findings));
    let mut limiters = Names::default();
    let limits = written.fair_use.as_deref().unwrap_or_default();
    let throttles =
        throttles(limits, Level::Workspace, &mut limiters, at.key("fair_use"), findings);
    let plan = Plan {
        name: name.to_owned(),
        active_agents,
        on_exceed: on_exceed(written.on_exceed),
        total_agents,
        trial: written.trial.as_ref().map(|trial| {
            if trial.0.is_zero() {
                findings.add(at.key("trial"), "`trial` must be above 0s");
            }
            trial.0
        }),
        price: written
            .price
            .as_ref()
            .map(|written| price(written, horizon, at.key("price"), findings)),
        credits,
        priority: written.priority.as_ref().map_or(1, |priority| {
            count(priority, PRIORITIES, "`priority`", at.key("priority"), findings)
        }),
    };
    let may_count = plan.credits.is_some() || !at.key("credits").is_sound();
    PlanOffer { plan, throttles, limiters, may_count }
}

fn price(written: &types::Price, horizon: Horizon, at: At<'_>, findings: &mut Findings) -> Price {
    let every = written.every.as_ref().map_or(Cycle::Monthly, |every| every.0);
    if let Cycle::Every(period) = every {
        let at = at.key("every");
        if period.is_zero() {
            findings.add(at, "`every` must be above 0s");
        }
        bounded_cycle("a plan may be paid for", period, horizon.duration, at, findings);
    }
    Price { amount: written.amount.0, per: per(written.per), every }
}
