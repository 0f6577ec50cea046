//! Printing and writing: what a reader has closed is no error, and an error names its file.

use std::fs::File;
use std::io::{self, IsTerminal, Write, stderr, stdout};
use std::path::PathBuf;

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

/// Says what is no error, while something is under way.
pub(super) fn remark(text: &str) {
    let _ = writeln!(stderr().lock(), "{text}");
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

/// A file that is written, whose errors name it.
pub(super) struct Named {
    pub(super) file: File,
    pub(super) path: PathBuf,
}

impl Named {
    fn named<T>(&self, written: io::Result<T>) -> io::Result<T> {
        let path = self.path.display();
        written.map_err(|error| io::Error::new(error.kind(), format!("{path}: {error}")))
    }
}

impl Write for Named {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        self.named(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
        self.named(flushed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::DecisionLog;

    #[test]
    fn a_log_that_cannot_be_written_names_its_file() {
        // Nothing can be written to what is only read.
        let path = PathBuf::from("Cargo.toml");
        let file = File::open(&path).expect("the package is there");
        let log = DecisionLog::new(Named { file, path });
        let error = log.finish().expect_err("it is only read").to_string();
        assert!(error.starts_with("Cargo.toml: "), "{error}");
    }
}
