//! Recorded traffic: what is replayed, against what is worked out by hand, by other means, and by
//! theory.

mod conversations;
mod deeds;
mod faults;
mod packed;
mod queues;
mod same;

use std::fs;
use std::path::Path;

use limitlab::engine::{Outcome, RunOptions, Watch, run};
use limitlab::scenario::{Loaded, ScenarioError, load};
use limitlab::summary::{Metric, Summary};
use tempfile::TempDir;

/// The columns that a trace must have.
const HEADER: &str = "time,workspace,agent,action,cost\n";

/// A folder that holds a scenario, `own.yaml`, and other files.
fn folder(scenario: &str, files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).expect("a file can be written");
    };
    write("own.yaml", scenario.as_bytes());
    for (name, bytes) in files {
        write(name, bytes);
    }
    folder
}

#[track_caller]
fn loaded(folder: &Path) -> Loaded {
    match load(&folder.join("own.yaml"), &[]) {
        Ok(loaded) => loaded,
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn outcome_in(folder: &Path, threads: usize) -> Outcome {
    let loaded = loaded(folder);
    let outcome = run(&loaded.scenario, RunOptions { threads }, &Watch::default());
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

/// What a scenario that replays `day.csv` comes to, whose rows below the header are `rows`.
#[track_caller]
fn replay(scenario: &str, rows: &str) -> Summary {
    replay_all(scenario, &format!("{HEADER}{rows}"))
}

/// The same with all of the trace.
#[track_caller]
fn replay_all(scenario: &str, trace: &str) -> Summary {
    let folder = folder(scenario, &[("day.csv", trace.as_bytes())]);
    outcome_in(folder.path(), 1).summary
}

/// Asserts what metrics are, to a billionth of each; those of a group have its name and a colon first.
#[track_caller]
fn assert_values(summary: &Summary, expected: &[(&str, f64)]) {
    for &(name, expected) in expected {
        let (group, metric) = name.split_once(':').unwrap_or(("all", name));
        let found = summary.metric(group, metric).and_then(|metric| metric.value);
        let close = found.is_some_and(|found| (found - expected).abs() <= 1e-9 * expected.abs());
        assert!(close, "{name}: {found:?} where {expected} is right");
    }
}

/// Asserts that two runs measured the same, metric by metric.
#[track_caller]
fn assert_same(found: &Summary, expected: &Summary) {
    let names = |of: &Summary| of.groups.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected));
    for (group, expected) in &expected.groups {
        let found = &found.groups[group];
        // Workspaces that replay a trace are simulated together, so that quantiles have no interval.
        let is_same = |name: &String, metric: &Metric| {
            let Some(found) = found.metrics.get(name) else { return false };
            found == metric || (found.value == metric.value && found.ci95.is_none())
        };
        let differs = expected.metrics.iter().filter(|(name, metric)| !is_same(name, metric));
        let differs: Vec<_> =
            differs.map(|(name, it)| (name, it, found.metrics.get(name))).collect();
        assert!(differs.is_empty(), "{group}: {differs:#?}");
        assert_eq!((found.workspaces, &found.refusals), (expected.workspaces, &expected.refusals));
    }
}

/// The messages about a scenario and its trace, without the path of their folder.
pub(crate) fn mistakes(scenario: &str, files: &[(&str, &[u8])]) -> String {
    let folder = folder(scenario, files);
    match load(&folder.path().join("own.yaml"), &[]) {
        Ok(_) => "no mistakes".to_owned(),
        Err(ScenarioError::Faults(faults)) => {
            faults.to_string().replace(&format!("{}/", folder.path().display()), "")
        }
        Err(error) => panic!("not a mistake of the file: {error}"),
    }
}
