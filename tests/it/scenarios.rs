//! Every shipped scenario is run, and tells what it says.

use std::fs;
use std::path::{Path, PathBuf};

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::{Override, load};
use limitlab::summary::{Summary, ThresholdVerdict};

/// The shipped scenarios: path and text.
pub(crate) fn shipped() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut found: Vec<(PathBuf, String)> = fs::read_dir(folder)
        .expect("scenarios can be listed")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a scenario can be read");
            (path, text)
        })
        .collect();
    found.sort();
    assert!(found.len() >= 5, "only {} scenarios were found", found.len());
    found
}

/// Whether a scenario takes minutes, and so is only read here: month-small.yaml is the same month
/// with fewer workspaces.
pub(crate) fn is_big(path: &Path) -> bool {
    path.file_stem().is_some_and(|name| name == "month-of-many-workspaces")
}

#[test]
fn each_meets_its_thresholds() {
    for (path, _) in shipped() {
        let scenario = load(&path, &[]).expect("shipped scenarios are valid").scenario;
        if is_big(&path) {
            continue;
        }
        let summary = run(&scenario, RunOptions { threads: 2 }, &Watch::default())
            .expect("shipped scenarios do not loop")
            .summary;
        assert!(!summary.thresholds.is_empty(), "{} expects nothing", path.display());
        let failed: Vec<_> =
            summary.thresholds.iter().filter(|it| it.verdict == ThresholdVerdict::Fail).collect();
        assert!(failed.is_empty(), "{}: {failed:?}", path.display());
    }
}

#[test]
fn the_herd_comes_from_the_renewals_alone() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/renewal-herd.yaml");
    let [herd, spread] = ["same_instant", "staggered"].map(|anchor| {
        let key = format!("workspaces.shops.billing_anchor={anchor}");
        let loaded = load(&path, &[Override::set(key)]);
        let scenario = loaded.expect("the scenario is valid").scenario;
        assert!(scenario.groups.iter().all(|group| group.timeline.is_empty()));
        let watch = Watch::default();
        run(&scenario, RunOptions { threads: 1 }, &watch).expect("it does not loop").summary
    });
    let value = |summary: &Summary, metric: &str| summary.value(metric).expect("it is measured");
    let times = |metric: &str| value(&herd, metric) / value(&spread, metric);
    assert!(times("latency.p99") > 10.0, "{}", times("latency.p99"));
    assert!(times("backend.queue.max") > 50.0, "{}", times("backend.queue.max"));
    // The same work: what differs is when it comes.
    let served = times("messages.completed");
    assert!((served - 1.0).abs() < 0.01, "{served}");
    assert_eq!(herd.verdict(), Some(ThresholdVerdict::Pass));
    assert_eq!(spread.verdict(), Some(ThresholdVerdict::Fail));
}

#[test]
fn clients_that_hold_back_spare_the_servers_a_quarter_and_lose_hardly_a_job() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/retry-storm.yaml");
    let scenario = load(&path, &[]).expect("the scenario is valid").scenario;
    let watch = Watch::default();
    let summary =
        run(&scenario, RunOptions { threads: 2 }, &watch).expect("it does not loop").summary;
    let value = |group: &str, metric: &str| {
        summary.groups[group]
            .metrics
            .get(metric)
            .map_or(0.0, |it| it.value.expect("it is measured"))
    };
    // Attempts that reach the servers, for each message and for each attempt that they admit.
    let reached = |group: &str| {
        let held = value(group, "refusal.rate{limiter=client_throttling}");
        value(group, "attempts.offered") * (1.0 - held)
    };
    let for_each = |group: &str| reached(group) / value(group, "messages.offered");
    let fewer = 1.0 - for_each("throttled") / for_each("jittered");
    assert!((0.2..0.3).contains(&fewer), "{fewer}");
    assert!(for_each("throttled") > 1.5 * for_each("budgeted"));
    // That is what `multiplier: 2x` says.
    let admitted = reached("throttled") / value("throttled", "attempts.admitted");
    assert!((1.9..2.3).contains(&admitted), "{admitted}");
    let lost = |group: &str| value(group, "loss.rate");
    assert!(lost("throttled") < 0.01 && lost("budgeted") > 0.5 && lost("jittered") < 0.001);
}

#[test]
fn each_names_its_schema_and_opens_with_its_question() {
    for (path, text) in shipped() {
        let mut lines = text.lines();
        let schema = "# yaml-language-server: $schema=../schema/scenario.schema.json";
        assert_eq!(lines.next(), Some(schema), "{}", path.display());
        let question = lines.any(|line| line.starts_with("# Question: "));
        assert!(question && text.contains("# Look for: "), "{}", path.display());
    }
}

#[test]
fn the_table_of_scenarios_is_complete() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/README.md");
    let table = fs::read_to_string(table).expect("the table can be read");
    let rows: Vec<&str> = table.lines().filter(|line| line.contains(".yaml)")).collect();
    for row in &rows {
        let file = row.split("](").nth(1).and_then(|it| it.split(')').next()).unwrap_or_default();
        let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(file);
        assert!(there.is_file(), "there is no {file}: {row}");
        let cells = row.trim_matches('|').split('|').filter(|cell| !cell.trim().is_empty());
        let columns = if file.starts_with("presets/") { 2 } else { 3 };
        assert_eq!(cells.count(), columns, "{row}");
    }
    let asks = rows.iter().filter(|row| !row.contains("(presets/")).count();
    assert_eq!(asks, shipped().len(), "a scenario stands in the table twice");
    for (path, _) in shipped() {
        let file = path.file_name().expect("a scenario has a name").to_string_lossy().into_owned();
        assert!(table.contains(&format!("({file})")), "{file} is not in scenarios/README.md");
    }
}
