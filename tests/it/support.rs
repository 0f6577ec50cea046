//! What several tests use.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use limitlab::engine::{Outcome, RunOptions, Watch, run};
use limitlab::scenario::{ScenarioError, parse};
use limitlab::summary::Summary;
use tempfile::TempDir;

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

/// Every file below a folder by its path in it, with its bytes.
///
/// # Panics
///
/// If one cannot be read.
#[track_caller]
pub(crate) fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("it can be listed") {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).expect("it can be read");
            let name = path.strip_prefix(folder).expect("it lies in the folder").to_path_buf();
            found.insert(name, bytes);
        }
    }
    found
}

/// Every file of a run's results by its path in their folder, with its bytes but for what the run
/// cost.
///
/// # Panics
///
/// If one cannot be read, or `summary.json` does not end with what the run cost.
#[track_caller]
pub(crate) fn results(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = contents(folder);
    for (path, bytes) in &mut files {
        if path.ends_with("summary.json") {
            let text = std::str::from_utf8(bytes).expect("summary.json is text");
            let (kept, run) = text.split_once(",\n  \"run\": {").expect("it says what it cost");
            assert_eq!(run.matches('{').count(), 0, "something follows what it cost: {run}");
            *bytes = kept.as_bytes().to_vec();
        }
    }
    files
}

/// A folder of its own, and commands in it.
pub(crate) struct Home(TempDir);

impl Home {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a temporary folder can be made"))
    }

    /// One with these files in it, by their names.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let home = Self::new();
        for (name, text) in files {
            home.write(name, text);
        }
        home
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Where something is in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file, in a folder that is made if need be.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    /// What a file says.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A program that works there, outside of any build.
    pub(crate) fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder()).env("NO_COLOR", "1").stdin(Stdio::null());
        command.env_remove("GITHUB_STEP_SUMMARY").env_remove("GITHUB_OUTPUT");
        command
    }

    /// The command, to be run there.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_limitlab"));
        command.args(arguments);
        command
    }

    /// The command, when it has ended.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the command can be started")
    }

    /// What a command prints that ends with this exit code and complains of nothing.
    #[track_caller]
    pub(crate) fn told(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        let errors = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{errors}{}", text(&output.stdout));
        assert_eq!(errors, "");
        text(&output.stdout)
    }

    /// What a command complains of that ends with this exit code, prints nothing and writes nothing.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str], code: i32) -> String {
        let before = contents(self.folder());
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
        assert!(before == contents(self.folder()), "something was written");
        text(&output.stderr)
    }
}

/// What a command printed.
///
/// # Panics
///
/// If it is not UTF-8.
#[track_caller]
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("what is printed is UTF-8")
}
