//! The damage that a run counts is the damage that its log shows, found by other means.

use limitlab::scenario::{Scenario, load, parse};
use limitlab::units::Credits;
use limitlab::verify::{Rule, Verified};

use super::verdict_on;
use crate::decisions::audit::logged;

/// A shipped scenario with so many workspaces in its only group.
pub(super) fn shipped(name: &str, count: u32) -> Scenario {
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
    let over = decisions(&verified, Rule::RatesNeverExceeded)
        + decisions(&verified, Rule::PlacesNeverExceeded);
    let count = |metric: &str| counted(metric).round() as u64;
    assert_eq!(over, count("limiter.over_admitted"), "{name}");
    let refused = decisions(&verified, Rule::CreditsRefusedRightly)
        + decisions(&verified, Rule::RatesRefusedRightly)
        + decisions(&verified, Rule::PlacesRefusedRightly)
        + decisions(&verified, Rule::SlotsRefusedRightly);
    assert_eq!(refused, count("false_refusals"), "{name}");
    assert_eq!(verified.over_limit, count("active.over_limit.max"), "{name}");
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
    let verified = check(&shipped("three-gateways", 10));
    assert!(decisions(&verified, Rule::RatesNeverExceeded) > 1_000);
    assert!(decisions(&verified, Rule::PlacesNeverExceeded) > 100);
    assert!(decisions(&verified, Rule::PlacesRefusedRightly) > 1_000);
}

/// Agents that look for a slot at once, and write to a limit by its means.
fn stampede(limit: &str) -> Scenario {
    let text = format!(
        "
limitlab: 1
name: stampede
duration: 1h
plans: {{ three: {{ active_agents: 3 }} }}
workspaces:
  - group: shops
    count: 20
    plan: three
    agents:
      - name: sales
        count: 9
        start: offline
        activity: {{ offline: 10s, active: {{ exponential: 40s }} }}
        traffic: {{ rate: 1/s }}
        cost: {{ uniform: {{ min: 0, max: 3 }} }}
    fair_use: [{{ name: limit, scope: workspace, {limit} }}]
backend: {{ scope: workspace, servers: 3, service_time: {{ exponential: 1s }} }}
enforcement: {{ strategy: {{ check_then_act: {{ gap: 500ms }} }} }}
"
    );
    parse("stampede.yaml", &text, &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// What was let in above a limiter stands in the way of those that follow, in the run and in its log.
#[test]
fn each_limiter_goes_on_from_what_was_really_let_in() {
    for limit in [
        "token_bucket: { rate: 2/s, burst: 5 }",
        "token_bucket: { rate: 4/s, burst: 9 }, weight: credits",
        "leaky_bucket: { rate: 2/s, burst: 4 }",
        "leaky_bucket: { rate: 2/s, burst: 4 }, count_refused: true",
        "fixed_window: { limit: 20, per: 10s }",
        "sliding_window: { limit: 20, per: 10s }",
        "sliding_window: { limit: 20, per: 10s }, count_refused: true",
        "sliding_counter: { limit: 20, per: 10s }",
        "concurrency: { limit: 3 }",
        "concurrency: { limit: 2, queue: 2 }",
    ] {
        let verified = check(&stampede(limit));
        let over = decisions(&verified, Rule::RatesNeverExceeded)
            + decisions(&verified, Rule::PlacesNeverExceeded);
        assert!(over > 50, "{limit}: {verified:?}");
        assert!(decisions(&verified, Rule::SlotsNeverExceeded) > 100, "{limit}: {verified:?}");
        assert_eq!(decisions(&verified, Rule::RatesRefusedRightly), 0, "{limit}: {verified:?}");
    }
}

#[test]
fn what_faults_do_is_what_the_log_shows() {
    for (name, rule) in [
        ("held-estimates", Rule::PoolNeverOversold),
        ("lost-releases", Rule::PlacesRefusedRightly),
        ("delivered-twice", Rule::ChargedOnce),
        ("skewed-clocks", Rule::RatesNeverExceeded),
        ("forgetful-gateways", Rule::PoolNeverOversold),
        ("late-renewal", Rule::CreditsRefusedRightly),
        ("enforcement-outage", Rule::PoolNeverOversold),
        ("kept-tokens", Rule::RatesRefusedRightly),
    ] {
        let verified = check(&shipped(name, 10));
        assert!(decisions(&verified, rule) > 1, "{name}: {verified:?}");
    }
}
