//! What shipped scenarios of enforcement show: damage, and how little of it is left with its cure.

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::{Override, Scenario, load};
use limitlab::summary::Summary;

fn simulated(scenario: &Scenario) -> Summary {
    let options = RunOptions { threads: 2 };
    run(scenario, options, &Watch::default()).expect("shipped scenarios do not loop").summary
}

/// A shipped scenario with thirty workspaces, and what is set in it.
fn shipped(name: &str, set: &[&str]) -> Scenario {
    let path = format!("{}/scenarios/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let set = ["workspaces.shops.count=30", "thresholds=[]"].iter().chain(set);
    let set: Vec<Override> = set.map(|it| Override::set(*it)).collect();
    load(path.as_ref(), &set).expect("shipped scenarios are valid").scenario
}

#[test]
fn each_damage_has_its_cure() {
    for (name, cure, metric, left) in [
        ("last-credit", "strategy=atomic", "credits.oversold.total", 0.0),
        ("lagging-meter", "strategy=atomic", "credits.oversold.total", 0.0),
        ("three-gateways", "strategy=atomic", "limiter.over_admitted", 0.0),
        ("credits-in-leases", "strategy.leased.lease=5", "credits.held_stranded", 0.2),
        ("held-estimates", "charge.hold.estimate=1x", "credits.held_stranded", 0.0),
        ("held-estimates", "charge.hold.estimate=1x", "credits.above_hold", 0.01),
        ("lost-releases", "faults.lost_release.found_after=5m", "false_refusals", 0.01),
        ("delivered-twice", "faults.duplicate_delivery.idempotent=true", "double_charges", 0.0),
        ("skewed-clocks", "faults.clock_skew.up_to=50ms", "limiter.over_admitted", 0.1),
        ("skewed-clocks", "faults.clock_skew.up_to=50ms", "false_refusals", 0.1),
        ("forgetful-gateways", "strategy.metered.report_every=10s", "credits.oversold.total", 0.05),
        ("late-renewal", "faults.late_renewal.by=10s", "false_refusals", 0.02),
        ("enforcement-outage", "on_unavailable=refuse", "credits.oversold.total", 0.01),
        ("kept-tokens", "on_refusal=restore", "false_refusals", 0.0),
    ] {
        let value = |summary: &Summary| summary.value(metric).unwrap_or(f64::NAN);
        let damage = value(&simulated(&shipped(name, &[])));
        let cured = value(&simulated(&shipped(name, &[&format!("enforcement.{cure}")])));
        assert!(damage > 100.0, "{name}: {metric} is {damage}");
        assert!(cured <= left * damage, "{name}: {metric} is {damage}, and {cured} with {cure}");
    }
}
