//! `limitlab explain`: what happened in one workspace, around a violation.

use super::arguments::ExplainArguments;
use super::exit::Exit;
use super::output::{complain, hint, print};
use super::verify::{read, untold};
use crate::report::story_terminal;
use crate::scenario::did_you_mean;
use crate::units::SimTime;
use crate::verify::{Question, StoryError, tell_story};

/// Runs the command.
pub(super) fn explain(arguments: &ExplainArguments) -> Exit {
    let (loaded, log, standard) = match read(&arguments.of) {
        Ok(all) => all,
        Err(exit) => return exit,
    };
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
