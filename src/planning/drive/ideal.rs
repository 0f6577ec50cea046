//! When what is due: a run of the same traffic on plans that limit nothing.

use crate::enforcement::Enforcement;
use crate::engine::{EngineError, RunOptions, Watch, run_by_workspace};
use crate::random::Distribution;
use crate::rules::limiter::OnExceed;
use crate::rules::{Founding, Plan};
use crate::scenario::{Backend, BackendScope, Scenario};
use crate::units::SimSpan;

/// As many agents as a plan can let be.
const MOST_AGENTS: u32 = 100_000;

/// The scenario without limits: draws are keyed by names, so everything is due when it is in the
/// scenario itself. Pools are there, which only report, since they renew. All workspaces share a
/// backend that serves everybody at once, so that they go on together, and the log is in the order
/// of time.
pub(super) fn ideal(scenario: &Scenario) -> Scenario {
    let mut ideal = scenario.clone();
    for group in &mut ideal.groups {
        group.throttles.clear();
        for offer in &mut group.plans {
            offer.throttles.clear();
            limit_nothing(&mut offer.plan);
        }
        group.lines.iter_mut().for_each(|line| line.share = None);
    }
    ideal.thresholds.clear();
    ideal.enforcement = Enforcement::default();
    let at_once = Distribution::Constant(0.0);
    ideal.backend = Some(Backend::new(BackendScope::Platform, None, at_once));
    ideal
}

fn limit_nothing(plan: &mut Plan) {
    (plan.active_agents, plan.total_agents) = (None, MOST_AGENTS);
    if let Some(credits) = &mut plan.credits {
        credits.on_exceed = OnExceed::Report;
    }
}

/// How the workspaces begin, in the scenario's order: as the engine founds them, at the very start.
pub(super) fn foundings(scenario: &Scenario, watch: &Watch) -> Result<Vec<Founding>, EngineError> {
    let mut first = ideal(scenario);
    (first.warm_up, first.duration) = (SimSpan::ZERO, SimSpan::from_nanos(1));
    first.series_every = first.duration;
    for group in &mut first.groups {
        group.timeline.clear();
        group.alerts.clear();
        for line in &mut group.lines {
            (line.traffic, line.activity, line.churn) = (None, None, None);
        }
    }
    let told = run_by_workspace(&first, RunOptions::default(), watch)?;
    let start = scenario.start;
    let founding = |plan, seats| Founding { plan, seats, start, anchor: start };
    Ok(told.workspaces.iter().map(|it| founding(it.plan, it.seats)).collect())
}
