//! `limitlab compare`: what changed between two results.

use std::io::stdout;
use std::path::{Path, PathBuf};

use super::arguments::{BASELINES, CompareArguments, CompareFormat};
use super::exit::Exit;
use super::output::{colour_of, complain, hint, print};
use super::run::{WIDTH, impossible};
use crate::planning::{self, CompareSummary};
use crate::report::{self, ReadError};
use crate::summary::Saved;

/// Runs the command.
pub(super) fn compare(arguments: &CompareArguments) -> Exit {
    let done = match (&arguments.results[..], &arguments.baseline, &arguments.save_baseline) {
        ([new], None, Some(place)) => save(new, place, arguments.quiet),
        ([new], Some(place), None) => read(new).and_then(|saved| {
            let old = place_of(place, &saved);
            compared(&old, (new, &saved), arguments)
        }),
        ([old, new], None, None) => {
            read(new).and_then(|saved| compared(old, (new, &saved), arguments))
        }
        ([_], None, None) => {
            complain("there is only one result");
            hint("name the older one before it, or compare it with a baseline by --baseline");
            Err(Exit::Wrong)
        }
        _ => {
            complain("with a baseline there is only one result to name");
            hint(
                "OLD and NEW are compared with each other; a baseline is saved or compared by itself",
            );
            Err(Exit::Wrong)
        }
    };
    done.unwrap_or_else(|exit| exit)
}

fn read(path: &Path) -> Result<Saved, Exit> {
    report::read_saved(path).map_err(|error| unreadable(&error))
}

fn unreadable(error: &ReadError) -> Exit {
    complain(&error.to_string());
    match error {
        ReadError::Io { .. } => Exit::Impossible,
        ReadError::NoResult { .. } => Exit::Wrong,
    }
}

/// The file of a baseline: what was named, the one of the scenario's name where that is a folder, or a
/// file among the baselines where it is a mere name.
fn place_of(named: &Path, saved: &Saved) -> PathBuf {
    let is_baselines = named == Path::new(BASELINES);
    if is_baselines || named.is_dir() {
        return named.join(file_name(&saved.summary.scenario.name)).with_extension("json");
    }
    if named.components().count() > 1 || named.extension().is_some() {
        return named.to_owned();
    }
    Path::new(BASELINES).join(named).with_extension("json")
}

/// The name of a scenario as one part of a path, whatever stands in the file that it was read from.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' };
    name.chars().map(plain).collect()
}

/// Keeps a result as a baseline.
fn save(path: &Path, place: &Path, quiet: bool) -> Result<Exit, Exit> {
    let saved = read(path)?;
    if let Some(why) = planning::unfit_for_baseline(&saved) {
        complain(&format!("{} is no baseline, since it is not valid: {why}", path.display()));
        return Err(Exit::Wrong);
    }
    let place = place_of(place, &saved);
    report::save_baseline(&place, &saved)
        .map_err(|error| unreadable(&error))?
        .map_err(impossible)?;
    if !quiet {
        print(&format!("Baseline: {}\n", place.display()));
    }
    Ok(Exit::Done)
}

/// Compares two results, and tells what came of it.
fn compared(old: &Path, (path, new): (&Path, &Saved), of: &CompareArguments) -> Result<Exit, Exit> {
    let saved = read(old)?;
    let mut found = planning::compare(&saved, new, of.min_effect.as_f64()).map_err(|error| {
        complain(&error.to_string());
        Exit::Wrong
    })?;
    found.old.from = old.display().to_string();
    found.new.from = path.display().to_string();
    if let Some(file) = &of.out {
        report::write_document(file, &document(&found, of, false)?).map_err(impossible)?;
    }
    if !of.quiet {
        let colour = colour_of(&stdout());
        match &of.out {
            Some(file) => {
                let text = report::compare_terminal(&found, of.all, colour, WIDTH);
                print(&format!("{text}\nWritten: {}\n", file.display()));
            }
            None => print(&document(&found, of, colour)?),
        }
    }
    Ok(if found.fails() { Exit::Regressed } else { Exit::Done })
}

/// The comparison in the form that is asked for.
fn document(found: &CompareSummary, of: &CompareArguments, colour: bool) -> Result<String, Exit> {
    Ok(match of.format {
        CompareFormat::Text => report::compare_terminal(found, of.all, colour, WIDTH),
        CompareFormat::Json => found.to_json(),
        CompareFormat::Markdown => report::compare_markdown(found),
        CompareFormat::Junit => report::compare_junit(found).map_err(impossible)?,
    })
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_name_cannot_leave_the_folder() {
        assert_eq!(file_name("../../etc/x"), "------etc-x");
        assert_eq!(file_name("quick-start_2"), "quick-start_2");
    }
}
