//! `limitlab verify`: judge a log of decisions by the rules of a scenario.

use super::arguments::VerifyArguments;
use super::exit::Exit;
use super::output::{explain, print};
use crate::log::Trace;
use crate::report::verified_terminal;
use crate::scenario::{self, Faults, Override, ScenarioError};
use crate::verify::{Standard, Verdict, VerifyError, verify};

/// Runs the command.
pub(super) fn run(arguments: &VerifyArguments) -> Exit {
    let overrides: Vec<Override> = arguments.set.iter().map(Override::set).collect();
    let loaded = match scenario::load(&arguments.scenario, &overrides) {
        Ok(loaded) => loaded,
        Err(error) => return explain(&error),
    };
    let shown = arguments.log.display().to_string();
    let log = Trace::new(&arguments.log, &shown);
    if let Err(source) = log.open() {
        return explain(&ScenarioError::Unreadable { path: arguments.log.clone(), source });
    }
    let verified = match verify(&log, &loaded.scenario, Standard::default()) {
        Ok(verified) => verified,
        Err(VerifyError::Log(error)) => {
            return explain(&ScenarioError::Faults(Faults::from(&error)));
        }
        Err(VerifyError::Sort(source)) => {
            let path = std::env::temp_dir();
            return explain(&ScenarioError::Unreadable { path, source });
        }
    };
    if !arguments.quiet {
        print(&verified_terminal(&verified, &shown));
    }
    match verified.verdict() {
        Verdict::Violated => Exit::RuleViolated,
        Verdict::Possible if arguments.strict => Exit::Inconclusive,
        Verdict::Possible | Verdict::Held => Exit::Done,
    }
}
