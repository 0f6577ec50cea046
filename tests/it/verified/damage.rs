//! The damage that a run counts is the damage that its log shows, found by other means.

use limitlab::scenario::{Scenario, load};
use limitlab::units::Credits;
use limitlab::verify::{Rule, Verified};

use super::verdict_on;
use crate::decisions::audit::logged;

/// A shipped scenario with so many workspaces in its only group.
fn shipped(name: &str, count: u32) -> Scenario {
    let path = format!("{}/scenarios/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let mut scenario = load(path.as_ref(), &[]).expect("shipped scenarios are valid").scenario;
    scenario.groups[0].count = count;
    scenario
}

fn decisions(verified: &Verified, rule: Rule) -> u64 {
    verified.rules.get(&rule).map_or(0, |tally| tally.decisions)
}

/// Checks what a log shows of credits, slots and refusals beside the figures of the run.
#[track_caller]
fn check(scenario: &Scenario) -> Verified {
    let (outcome, log) = logged(scenario, 2).expect("shipped scenarios do not loop");
    let verified = verdict_on(scenario, &log);
    let counted = |metric: &str| outcome.summary.value(metric).unwrap_or(0.0);
    let name = scenario.enforcement.strategy.name();
    let credits = |metric: &str| Credits::from_thousandths((counted(metric) * 1e3).round() as i64);
    assert_eq!(verified.oversold.sum, credits("credits.oversold.total"), "{name}");
    assert_eq!(verified.oversold.most, credits("credits.oversold.max"), "{name}");
    let over = decisions(&verified, Rule::RatesNeverExceeded);
    assert_eq!(over as f64, counted("limiter.over_admitted"), "{name}");
    let refused = decisions(&verified, Rule::CreditsRefusedRightly)
        + decisions(&verified, Rule::RatesRefusedRightly)
        + decisions(&verified, Rule::SlotsRefusedRightly);
    assert_eq!(refused as f64, counted("false_refusals"), "{name}");
    verified
}

#[test]
fn credits_oversold_are_those_that_the_log_shows() {
    for name in ["last-credit", "lagging-meter"] {
        let verified = check(&shipped(name, 20));
        assert!(verified.oversold.sum > Credits::ZERO, "{name}");
        assert_eq!(verified.rules[&Rule::PoolNeverOversold].violated, 20, "{name}");
        let conserved = verified.rules[&Rule::CreditsConserved];
        assert_eq!(conserved.held, 20, "{name}");
    }
}

#[test]
fn refusals_that_had_room_are_those_that_the_log_shows() {
    let verified = check(&shipped("credits-in-leases", 20));
    assert_eq!(verified.rules[&Rule::CreditsRefusedRightly].violated, 20);
    let verified = check(&shipped("hot-row", 3));
    assert!(verified.rules.values().all(|tally| tally.violated == 0), "{verified:?}");
}

#[test]
fn attempts_above_a_limiter_are_those_that_the_log_shows() {
    let mut scenario = shipped("three-gateways", 10);
    // What holds places is counted otherwise.
    let group = &mut scenario.groups[0];
    group.throttles.truncate(1);
    for offer in &mut group.plans {
        offer.throttles.truncate(1);
    }
    let verified = check(&scenario);
    assert!(decisions(&verified, Rule::RatesNeverExceeded) > 1_000);
}
