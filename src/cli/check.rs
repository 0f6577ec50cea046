//! `limitlab check`: validate a scenario and explain what would run.

use super::arguments::{CheckArguments, Format};
use super::exit::Exit;
use super::output::{explain, print};
use super::run::load;
use crate::scenario::{Checked, Scenario, ScenarioError, describe, warnings};

/// Runs the command.
pub(super) fn check(arguments: &CheckArguments) -> Exit {
    match (load(&arguments.scenario), arguments.format) {
        (Ok(loaded), Format::Text) => print(&text(&loaded.scenario)),
        (Ok(loaded), Format::Json) => print(&Checked::valid(&loaded.scenario).to_json()),
        (Err(ScenarioError::Faults(faults)), Format::Json) => {
            print(&Checked::wrong(&faults).to_json());
            return Exit::Wrong;
        }
        (Err(error), _) => return explain(&error),
    }
    Exit::Done
}

fn text(scenario: &Scenario) -> String {
    let mut text = describe(scenario);
    for warning in warnings(scenario) {
        text.extend(["warning: ", &warning, "\n"]);
    }
    text
}
