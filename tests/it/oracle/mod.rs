//! The whole simulator against an oracle that is simple, slow and right.
//!
//! It plays small random scenarios by the contract of `docs/reference.md` and shares nothing with
//! the engine but the scenario and the draws: pending events are a list that is searched for the
//! least, and limits, slots and balances are worked out afresh for each decision from everything that
//! was written down before. Its figures are counted from the record of what happened.
//!
//! `PROPTEST_CASES` sets how many scenarios are tried; [`CASES`] are unless it does.

mod backends;
mod compare;
mod credits;
mod deeds;
mod events;
mod figures;
mod life;
mod limiters;
mod limits;
mod messages;
mod metering;
mod money;
mod plans;
mod pool;
mod purchases;
mod record;
mod scenarios;
mod timeline;
mod world;

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::{Colour, Scenario, ScenarioError, parse};
use proptest::prelude::*;

/// How many scenarios are tried where nothing else is asked for.
const CASES: u32 = 10_000;

/// How many scenarios are tried, and how.
fn config() -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { CASES };
    ProptestConfig { failure_persistence: None, cases, ..asked }
}

/// Reads a scenario.
///
/// # Panics
///
/// With the diagnostics that a user would see.
fn read(yaml: &str) -> Scenario {
    match parse("oracle.yaml", yaml, &[]) {
        Ok(scenario) => scenario,
        Err(ScenarioError::Faults(faults)) => panic!("{}", faults.render(Colour::Never)),
        Err(other) => panic!("{other}"),
    }
}

/// What the simulator and the oracle say differently of a scenario.
fn differences(yaml: &str, threads: usize) -> Vec<String> {
    let scenario = read(yaml);
    let outcome = run(&scenario, RunOptions { threads }, &Watch::default());
    match outcome {
        Ok(outcome) => compare::differences(&scenario, &outcome, &world::play(&scenario)),
        Err(error) => vec![error.to_string()],
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_figure_is_the_oracles(knobs in scenarios::knobs(), threads in 1..3_usize) {
        let yaml = knobs.yaml();
        let found = differences(&yaml, threads);
        prop_assert!(found.is_empty(), "{}\n\n{yaml}", found.join("\n"));
    }
}
