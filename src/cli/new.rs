//! `limitlab new`: write a starter scenario.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::arguments::{Format, HowArguments, NewArguments, ScenarioArguments};
use super::exit::Exit;
use super::output::{complain, print};
use super::run::{resolve, simulate};
use crate::scenario::{StarterOptions, starter};

/// Runs the command.
pub(super) fn new(arguments: &NewArguments) -> Exit {
    let stem = arguments.path.file_stem().and_then(|stem| stem.to_str());
    let name = arguments.name.as_deref().or(stem).unwrap_or("scenario").to_owned();
    let text = starter(&StarterOptions {
        name,
        plan: arguments.plan.clone(),
        active_agents: Some(arguments.active_agents).filter(|&limit| limit > 0),
        credits_per_seat: arguments.credits,
        workspaces: arguments.workspaces,
        agents: arguments.agents,
        messages: arguments.messages,
        cost: arguments.cost,
        duration: arguments.duration,
    });
    if let Err(error) = write_new(&arguments.path, &text) {
        complain(&format!("cannot write {}: {error}", arguments.path.display()));
        return Exit::Impossible;
    }
    let path = arguments.path.display();
    if !arguments.run {
        print(&format!("Wrote {path}. Next: limitlab run {path}\n"));
        return Exit::Done;
    }
    let written = ScenarioArguments { path: arguments.path.clone(), set: Vec::new(), seed: None };
    let how = HowArguments { threads: None, png: false, quiet: false, format: Format::Text };
    match resolve(&written) {
        Ok(loaded) => simulate(&loaded.scenario, None, &how),
        Err(exit) => exit,
    }
}

/// Writes a file that does not exist yet: nobody's scenario is ever overwritten.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
