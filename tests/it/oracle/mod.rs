//! The whole simulator against an oracle that is simple, slow and right.
//!
//! It plays small random scenarios by the contract of `docs/reference.md` and shares nothing with
//! the engine but the scenario and the draws: pending events are a list that is searched for the
//! least, and limits, slots and balances are worked out afresh for each decision from everything that
//! was written down before. Its figures are counted from the record of what happened.
//!
//! [`CASES`] scenarios are tried, the same ones every time. With `PROPTEST_CASES` so many others are.

mod backends;
mod compare;
mod credits;
mod damage;
mod deeds;
mod each;
mod enforced;
mod events;
mod figures;
mod late;
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
mod rows;
mod scenarios;
mod timeline;
mod world;

use limitlab::engine::{Outcome, RunOptions, Watch, run, run_by_workspace};
use limitlab::scenario::{Colour, Scenario, ScenarioError, load, parse};
use limitlab::verify::{Rule, Tally};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tempfile::TempDir;

use self::world::Trace;
use crate::decisions::audit;
use crate::verified::verdict_on;

/// How many scenarios are tried where nothing else is asked for.
const CASES: u32 = 10_000;

/// How many scenarios are tried, and how: always the same ones, unless more are asked for.
fn config() -> ProptestConfig {
    let asked = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return asked;
    }
    ProptestConfig { cases: CASES, rng_seed: RngSeed::Fixed(1), ..asked }
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
    differences_with(&read(yaml), &Trace::default(), threads)
}

/// The same with recorded traffic.
fn differences_with(scenario: &Scenario, trace: &Trace, threads: usize) -> Vec<String> {
    let (options, watch) = (RunOptions { threads }, Watch::default());
    let outcome = run(scenario, options, &watch);
    match outcome.and_then(|it| Ok((it, run_by_workspace(scenario, options, &watch)?))) {
        Ok((outcome, told)) => {
            let record = world::play(scenario, trace);
            let mut found = compare::differences(scenario, &outcome, &record);
            found.extend(each::differences(scenario, &told, &record));
            // One in four.
            if scenario.replications == 1 && threads == 1 && scenario.seed.is_multiple_of(2) {
                found.extend(log_differences(scenario, &outcome, threads));
            } else {
                found.extend(enforced::differences(scenario, &outcome, threads));
            }
            found
        }
        Err(error) => vec![error.to_string()],
    }
}

/// What a log of decisions says differently from the run.
fn log_differences(scenario: &Scenario, plain: &Outcome, threads: usize) -> Vec<String> {
    match audit::logged(scenario, threads) {
        Ok((outcome, _)) if outcome.summary != plain.summary => {
            vec!["another summary where decisions are logged".to_owned()]
        }
        Ok((outcome, log)) => {
            let mut found = audit::differences(scenario, &outcome, &log);
            let verified = verdict_on(scenario, &log);
            // What buckets round at a change of plan is not told, nor how many seats are drawn, or whether a
            // change of plan begins a period.
            let is_open = |(rule, tally): (&Rule, &Tally)| {
                let is_untold = matches!(
                    rule,
                    Rule::PoolNeverOversold
                        | Rule::CreditsRefusedRightly
                        | Rule::SharesNeverExceeded
                        | Rule::SharesRefusedRightly
                        | Rule::RatesNeverExceeded
                        | Rule::RatesRefusedRightly
                        | Rule::SharedNeverExceeded
                        | Rule::SharedRefusedRightly
                );
                tally.violated > 0 || (tally.possible > 0 && !is_untold)
            };
            if verified.rules.iter().any(is_open) {
                found.push(format!("{verified:?}\n{log}"));
            }
            found
        }
        Err(error) => vec![error.to_string()],
    }
}

/// A folder with a scenario and its trace, `day.csv`, and the scenario.
///
/// # Panics
///
/// With the diagnostics that a user would see.
fn read_with(yaml: &str, trace: &str) -> (TempDir, Scenario) {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let path = folder.path().join("oracle.yaml");
    std::fs::write(&path, yaml).expect("a file can be written");
    std::fs::write(folder.path().join("day.csv"), trace).expect("a file can be written");
    match load(&path, &[]) {
        Ok(loaded) => (folder, loaded.scenario),
        Err(error) => panic!("{error}\n{trace}"),
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

proptest! {
    #![proptest_config(ProptestConfig { cases: config().cases / 4, ..config() })]

    #[test]
    fn every_figure_is_the_oracles_with_a_trace(
        knobs in rows::recorded(),
        threads in 1..3_usize,
    ) {
        let yaml = knobs.yaml();
        let (text, speed) = knobs.recording().expect("it has a trace");
        let (_folder, scenario) = read_with(&yaml, &text);
        let counts: Vec<usize> = scenario.groups.iter().map(|it| it.count as usize).collect();
        let trace = Trace::new(&text, &counts, speed);
        let found = differences_with(&scenario, &trace, threads);
        prop_assert!(found.is_empty(), "{}\n\n{yaml}\n{text}", found.join("\n"));
    }
}
