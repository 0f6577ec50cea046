//! What several tests use.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

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
