//! Printing: what a reader has closed is no error.

use std::io::{IsTerminal, Write, stderr, stdout};

use super::exit::Exit;
use crate::scenario::{Colour, ScenarioError};

/// Prints a text. A pipe that was closed on the other side ends it quietly.
pub(super) fn print(text: &str) {
    let mut out = stdout().lock();
    // The only failure is a reader that went away; nobody is left to tell.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints an error.
pub(super) fn complain(text: &str) {
    let _ = writeln!(stderr().lock(), "error: {text}");
}

/// Says after an error what would be right.
pub(super) fn hint(text: &str) {
    let _ = writeln!(stderr().lock(), "hint: {text}");
}

/// Whether what is printed may have colours: on a terminal, unless `NO_COLOR` says no
/// (<https://no-color.org>).
pub(super) fn colour_of(stream: &impl IsTerminal) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    stream.is_terminal() && !refused
}

/// Says what is wrong with a scenario, and how that ends the command.
pub(super) fn explain(error: &ScenarioError) -> Exit {
    match error {
        ScenarioError::Unreadable { .. } => {
            complain(&error.to_string());
            Exit::Impossible
        }
        ScenarioError::Faults(faults) => {
            let colour = if colour_of(&stderr()) { Colour::Always } else { Colour::Never };
            let _ = stderr().lock().write_all(faults.render(colour).as_bytes());
            Exit::Wrong
        }
    }
}
