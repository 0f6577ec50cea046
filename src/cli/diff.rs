//! `limitlab diff`: what a change of policy does to each workspace.

use std::io::stdout;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::{DiffArguments, Format};
use super::exit::Exit;
use super::output::{colour_of, complain, explain, print};
use super::progress::{stop_on_interrupt, with_bar};
use super::run::{WIDTH, load_with, threads};
use crate::engine::{RunOptions, Watch};
use crate::planning::{self, Comparison, DiffError};
use crate::report::{self, Outputs};
use crate::scenario::{Scenario, ScenarioError};

/// Runs the command.
pub(super) fn diff(arguments: &DiffArguments) -> Exit {
    let (a, b) = match load(arguments) {
        Ok(both) => both,
        Err(exit) => return exit,
    };
    let folder = arguments.out.clone().unwrap_or_else(|| folder_of(&a, &b));
    if let Err(error) = report::check_folder(&folder) {
        complain(&error.to_string());
        return Exit::Impossible;
    }
    let watch = Arc::new(Watch::default());
    stop_on_interrupt(&watch);
    let options = RunOptions { threads: threads(&arguments.how) };
    let comparison =
        with_bar(&watch, !arguments.how.quiet, || planning::diff(&a, &b, options, &watch));
    let mut comparison = match comparison {
        Ok(comparison) => comparison,
        Err(error) => return refused(&error),
    };
    comparison.summary.a.set.clone_from(&arguments.both);
    comparison.summary.b.set = [&arguments.both[..], &arguments.set].concat();
    let outputs = Outputs { png: arguments.how.png, ..Outputs::default() };
    if let Err(error) = report::write_diff(&folder, &comparison, &outputs) {
        complain(&error.to_string());
        return Exit::Impossible;
    }
    if !arguments.how.quiet {
        show(&comparison, &folder, arguments.how.format);
    }
    Exit::Done
}

/// Where results go that nobody said a place for.
fn folder_of(a: &Scenario, b: &Scenario) -> PathBuf {
    let name = if a.name == b.name {
        format!("diff-{}", a.name)
    } else {
        format!("diff-{}-{}", a.name, b.name)
    };
    PathBuf::from("results").join(name)
}

fn show(comparison: &Comparison, folder: &Path, format: Format) {
    match format {
        Format::Text => {
            let text = report::diff_terminal(comparison, colour_of(&stdout()), WIDTH);
            print(&format!("{text}\nResults: {}\n", folder.display()));
        }
        Format::Json => print(&comparison.summary.to_json()),
    }
}

fn refused(error: &DiffError) -> Exit {
    complain(&error.to_string());
    match error {
        DiffError::Incomparable(_) => Exit::Wrong,
        DiffError::Run { .. } => Exit::Impossible,
        DiffError::Interrupted => Exit::Interrupted,
    }
}

/// Reads both policies: A, and B, which is A where only one is named, with what is set in it.
///
/// What is set and changes nothing is refused: whoever wrote it meant something else.
fn load(arguments: &DiffArguments) -> Result<(Scenario, Scenario), Exit> {
    let DiffArguments { both, set, .. } = arguments;
    let other = arguments.b.as_deref();
    let (path_a, path_b) = (&*arguments.a, other.unwrap_or(&arguments.a));
    if other.is_none() && set.is_empty() {
        return Err(wrong(
            "there is only one policy: name the scenario of another, or change this one by \
             `--set KEY=VALUE`",
        ));
    }
    let is_read_again = other.is_none() || !(both.is_empty() && set.is_empty());
    if let Some(stream) = [path_a, path_b].into_iter().find(|path| is_read_again && is_stream(path))
    {
        let what = "is read more than once and must be a file, not a stream";
        return Err(wrong(&format!("{} {what}", stream.display())));
    }
    let read = |path: &Path, both: &[String], set: &[String]| {
        load_with(path, &[both, set].concat(), arguments.seed).map(|loaded| loaded.scenario)
    };
    let (a, b) = match (read(path_a, both, &[]), read(path_b, both, set)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(of_a), Err(of_b)) if other.is_some() => return Err(explain_both(&of_a, &of_b)),
        (Err(error), _) | (_, Err(error)) => return Err(explain(&error)),
    };
    // Without one that others need there is no scenario, so that one does something.
    let is = |read: Result<Scenario, ScenarioError>, scenario: &Scenario| {
        read.is_ok_and(|it| it.sha256 == scenario.sha256)
    };
    for (text, rest) in each_left_out(set) {
        if is(read(path_b, both, &rest), &b) {
            return Err(wrong(&format!("`--set {text}` changes nothing in {}", path_b.display())));
        }
    }
    for (text, rest) in each_left_out(both) {
        if is(read(path_a, &rest, &[]), &a) && is(read(path_b, &rest, set), &b) {
            return Err(wrong(&format!("`--both {text}` changes nothing, in A or in B")));
        }
    }
    Ok((a, b))
}

/// Each of them, with the others.
fn each_left_out(all: &[String]) -> impl Iterator<Item = (&String, Vec<String>)> {
    all.iter().enumerate().map(|(index, one)| (one, [&all[..index], &all[index + 1..]].concat()))
}

/// Whether a path is that of what can be read only once.
pub(super) fn is_stream(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir())
}

/// Says what is wrong with a command line.
pub(super) fn wrong(what: &str) -> Exit {
    complain(what);
    Exit::Wrong
}

/// Says what is wrong with two files.
fn explain_both(a: &ScenarioError, b: &ScenarioError) -> Exit {
    let exits = [explain(a), explain(b)];
    if exits.contains(&Exit::Wrong) { Exit::Wrong } else { exits[0] }
}
