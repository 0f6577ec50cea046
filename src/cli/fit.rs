//! `limitlab fit`: write a scenario that has the traffic of a trace.

use std::io::ErrorKind;
use std::path::Path;

use super::arguments::{FitArguments, Format};
use super::exit::Exit;
use super::new::{BESIDE, schema_from, write_new};
use super::output::{complain, explain, hint, print};
use super::run::all_threads;
use crate::engine::RunOptions;
use crate::log::Trace;
use crate::planning::fit;
use crate::scenario::{Faults, ScenarioError, parse};

/// Runs the command.
pub(super) fn fit(arguments: &FitArguments) -> Exit {
    let shown = arguments.trace.display().to_string();
    let trace = Trace::new(&arguments.trace, &shown);
    if let Err(source) = trace.open() {
        return explain(&ScenarioError::Unreadable { path: arguments.trace.clone(), source });
    }
    let to_stdout = arguments.out.as_deref() == Some(Path::new("-"));
    if to_stdout && arguments.format == Format::Json {
        complain(
            "`--out -` prints the scenario, and `--format json` a document: choose one of them",
        );
        return Exit::Wrong;
    }
    if let Some(name) = arguments.name.as_ref().filter(|name| !is_name(name)) {
        complain(&format!("`{name}` is no name of a scenario: {NAME}"));
        return Exit::Wrong;
    }
    let name = arguments.name.clone().unwrap_or_else(|| name_of(&arguments.trace));
    let beside = || arguments.trace.with_file_name(format!("{name}.yaml"));
    let path = arguments.out.clone().unwrap_or_else(beside);
    let mut fitted = match fit::fit(&trace, arguments.start) {
        Ok(fitted) => fitted,
        Err(error) => return explain(&ScenarioError::Faults(Faults::from(&error))),
    };
    let schema = schema_from(&path).unwrap_or_else(|| BESIDE.to_owned());
    let text = fit::yaml(&fitted, &name, &schema);
    // A figure may lie beyond what scenarios may say: nothing is written then.
    let scenario = match parse(&path.display().to_string(), &text, &[]) {
        Ok(scenario) => scenario,
        Err(error) => return explain(&error),
    };
    if to_stdout {
        if !arguments.quiet {
            print(&text);
        }
        return Exit::Done;
    }
    let shown = path.display();
    if let Err(error) = write_new(&path, &text) {
        complain(&format!("cannot write {shown}: {error}"));
        if error.kind() == ErrorKind::AlreadyExists {
            hint("--out FILE writes elsewhere, and --name NAME beside the trace as NAME.yaml");
        }
        return Exit::Impossible;
    }
    if arguments.quiet {
        return Exit::Done;
    }
    if let Err(error) = fitted.run(&scenario, RunOptions { threads: all_threads() }) {
        complain(&format!("{shown} was written, but cannot be run: {error}"));
        return Exit::Impossible;
    }
    match arguments.format {
        Format::Text => {
            print(&fit::tell(&fitted));
            print(&format!("\nWrote {shown}. Next: limitlab run {shown}\n"));
        }
        Format::Json => print(&fitted.to_json()),
    }
    Exit::Done
}

/// What a name is.
const NAME: &str = "1 to 100 letters, digits, `-` and `_`";

/// Whether a scenario may be called so.
fn is_name(text: &str) -> bool {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=100).contains(&text.len()) && text.chars().all(sound)
}

/// The name of a trace as one of a scenario: that of its file up to the first dot, with `-` for what
/// no name has.
fn name_of(trace: &Path) -> String {
    let file = trace.file_name().map(|name| name.to_string_lossy().into_owned());
    let file = file.unwrap_or_default();
    let stem = file.split('.').find(|part| !part.is_empty()).unwrap_or("fit");
    let sound = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    stem.chars().take(100).map(sound).collect()
}
