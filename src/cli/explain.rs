//! `limitlab explain`: what happened in one workspace, around a violation.

use super::arguments::ExplainArguments;
use super::exit::Exit;
use super::output::{complain, explain as explain_error, hint, print};
use super::run::load_with;
use super::verify::{open, untold};
use crate::report::story_terminal;
use crate::scenario::did_you_mean;
use crate::units::SimTime;
use crate::verify::{Question, Standard, StoryError, tell_story};

/// Runs the command.
pub(super) fn explain(arguments: &ExplainArguments) -> Exit {
    let loaded = match load_with(&arguments.scenario, &arguments.set, None) {
        Ok(loaded) => loaded,
        Err(error) => return explain_error(&error),
    };
    let log = match open(&arguments.log) {
        Ok(log) => log,
        Err(exit) => return exit,
    };
    let standard = Standard { hold_ttl: arguments.hold_ttl };
    let question = Question {
        workspace: arguments.workspace.as_deref(),
        at: arguments.at.map(|at| SimTime::ZERO + at),
        around: arguments.around as usize,
    };
    match tell_story(&log, &loaded.scenario, standard, question) {
        Ok(story) => {
            print(&story_terminal(&story, log.name()));
            Exit::Done
        }
        Err(StoryError::Verify(error)) => untold(error),
        Err(error) => {
            complain(&error.to_string());
            if let StoryError::UnknownWorkspace { name, known } = &error {
                let known = known.iter().map(String::as_str);
                hint(&did_you_mean(name, "it has", known));
            }
            Exit::Wrong
        }
    }
}
