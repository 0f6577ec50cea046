//! Logs of decisions, judged: what runs decide keeps every rule, and each way to break one is named.

mod command;
mod counterexamples;
mod damage;
mod forged;
mod limits;
mod story;
mod told;
mod untold;

use std::fs;

use limitlab::enforcement::Enforcement;
use limitlab::log::Trace;
use limitlab::scenario::Scenario;
use limitlab::verify::{Rule, Standard, Verdict, Verified, verify};
use tempfile::TempDir;

use crate::decisions::audit::logged;
use crate::decisions::small;

/// What is found of a log by the plans of a scenario.
///
/// # Panics
///
/// With what is wrong with the log, if it cannot be read.
pub(crate) fn verdict_on(scenario: &Scenario, log: &str) -> Verified {
    verdict_by(scenario, log, Standard::default())
}

/// The same by another standard.
fn verdict_by(scenario: &Scenario, log: &str, standard: Standard) -> Verified {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let path = folder.path().join("log.csv");
    fs::write(&path, log).expect("a file can be written");
    let verified = verify(&Trace::new(path, "log.csv"), scenario, standard);
    verified.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn shipped_scenarios_keep_every_rule() {
    let mut judged = 0;
    for (path, mut scenario, _) in small() {
        // How it is really decided may break them.
        let unavailable = scenario.enforcement.unavailable;
        scenario.enforcement = Enforcement { unavailable, ..Enforcement::default() };
        let (_, log) = logged(&scenario, 2).expect("shipped scenarios do not loop");
        let verified = verdict_on(&scenario, &log);
        assert_eq!(verified.verdict(), Verdict::Held, "{}: {verified:?}", path.display());
        assert!(verified.rules.contains_key(&Rule::AgentsNeverExceeded), "{}", path.display());
        judged += 1;
    }
    assert!(judged >= 5, "only {judged} scenarios are small enough");
}
