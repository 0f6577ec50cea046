//! `limitlab check`: validate a scenario and explain what would run.

use super::arguments::CheckArguments;
use super::exit::Exit;
use super::output::print;
use super::run::resolve;
use crate::scenario::{describe, warnings};

/// Runs the command.
pub(super) fn check(arguments: &CheckArguments) -> Exit {
    let loaded = match resolve(&arguments.scenario) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let mut text = describe(&loaded.scenario);
    for warning in warnings(&loaded.scenario) {
        text.extend(["warning: ", &warning, "\n"]);
    }
    print(&text);
    Exit::Done
}
