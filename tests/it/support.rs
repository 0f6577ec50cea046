//! What several tests use.

use limitlab::engine::{Outcome, RunOptions, Watch, run};
use limitlab::scenario::{ScenarioError, parse};
use limitlab::summary::Summary;

/// Runs a scenario's text on two threads.
///
/// # Panics
///
/// With the diagnostics that a user would see, if the text is no valid scenario.
#[track_caller]
pub(crate) fn outcome(yaml: &str) -> Outcome {
    outcome_on(yaml, 2)
}

/// The same, on so many threads.
#[track_caller]
pub(crate) fn outcome_on(yaml: &str, threads: usize) -> Outcome {
    let scenario = match parse("test.yaml", yaml, &[]) {
        Ok(scenario) => scenario,
        Err(ScenarioError::Faults(faults)) => {
            panic!("{}", faults.render(limitlab::scenario::Colour::Never))
        }
        Err(other) => panic!("{other}"),
    };
    run(&scenario, RunOptions { threads }, &Watch::default()).expect("the scenario does not loop")
}

/// The summary of a scenario's text.
#[track_caller]
pub(crate) fn simulate(yaml: &str) -> Summary {
    outcome(yaml).summary
}
