//! Strategies whose numbers make them the ideal decide as the ideal does, whatever the scenario.

use limitlab::enforcement::{
    DuplicateDelivery, Enforcement, Faults, LateRenewal, LostRelease, Nodes, Routing, Strategy,
};
use limitlab::engine::{Outcome, RunOptions, Watch, run};
use limitlab::scenario::Scenario;
use limitlab::units::{Credits, Share, SimSpan};

/// What a run says differently whose enforcement comes to the ideal, by another way.
pub(super) fn differences(scenario: &Scenario, plain: &Outcome, threads: usize) -> Vec<String> {
    let one = Nodes { count: 1, routing: Routing::Random };
    let ways = [
        Strategy::CheckThenAct { gap: SimSpan::ZERO },
        Strategy::Optimistic { read_to_write: SimSpan::ZERO, max_retries: 0 },
        Strategy::Replicated { nodes: one, sync_every: SimSpan::from_nanos(7_000_000_001) },
        Strategy::Leased { nodes: one, lease: Credits::whole(7), ttl: Some(SimSpan::SECOND) },
    ];
    let strategy = ways[(scenario.seed / 2 % ways.len() as u64) as usize];
    // What happens to none changes nothing.
    let (share, by) = (Share::NONE, SimSpan::SECOND);
    let faults = Faults {
        lost_release: Some(LostRelease { share, found_after: Some(by) }),
        duplicate_delivery: Some(DuplicateDelivery { share, after: by, idempotent: false }),
        late_renewal: Some(LateRenewal { share, by }),
        ..Faults::default()
    };
    let faults = if scenario.seed.is_multiple_of(3) { Faults::default() } else { faults };
    let enforcement = Enforcement { strategy, faults, ..Enforcement::default() };
    let mut limits = scenario.groups.iter().flat_map(|group| &group.throttles);
    if !limits.all(|limit| enforcement.can_enforce(limit)) {
        return Vec::new();
    }
    let scenario = Scenario { enforcement, ..scenario.clone() };
    let other = match run(&scenario, RunOptions { threads }, &Watch::default()) {
        Ok(outcome) => outcome.summary,
        Err(error) => return vec![format!("{strategy:?}: {error}")],
    };
    let mut found = Vec::new();
    for (name, group) in &plain.summary.groups {
        for (key, metric) in &group.metrics {
            let enforced = other.groups[name].metrics.get(key);
            if enforced != Some(metric) {
                found.push(format!("{strategy:?}: {name}: {key}: {metric:?}, {enforced:?}"));
            }
        }
    }
    found
}
