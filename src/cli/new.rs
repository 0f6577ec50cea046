//! `limitlab new`: write a starter scenario.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Component, Path};

use super::arguments::{Format, HowArguments, NewArguments};
use super::exit::Exit;
use super::output::{complain, explain, print};
use super::run::simulate;
use crate::scenario::{StarterOptions, parse, starter};

/// Runs the command.
pub(super) fn new(arguments: &NewArguments) -> Exit {
    let stem = arguments.path.file_stem().and_then(|stem| stem.to_str());
    let name = arguments.name.as_deref().or(stem).unwrap_or("scenario").to_owned();
    let text = starter(&StarterOptions {
        name,
        schema: schema_from(&arguments.path),
        plan: arguments.plan.clone(),
        active_agents: Some(arguments.active_agents).filter(|&limit| limit > 0),
        credits_per_seat: arguments.credits,
        workspaces: arguments.workspaces,
        agents: arguments.agents,
        messages: arguments.messages,
        cost: arguments.cost,
        duration: arguments.duration,
    });
    let path = arguments.path.display().to_string();
    // What the flags ask for may be no valid scenario: nothing is written then.
    let scenario = match parse(&path, &text, &[]) {
        Ok(scenario) => scenario,
        Err(error) => return explain(&error),
    };
    if let Err(error) = write_new(&arguments.path, &text) {
        complain(&format!("cannot write {path}: {error}"));
        return Exit::Impossible;
    }
    if !arguments.run {
        print(&format!("Wrote {path}. Next: limitlab run {path}\n"));
        return Exit::Done;
    }
    let how = HowArguments { threads: None, png: false, quiet: false, format: Format::Text };
    simulate(&scenario, None, &how)
}

/// Writes a file that does not exist yet: nobody's scenario is ever overwritten.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// Where a scenario at `path` finds the schema of this repository, for editors.
fn schema_from(path: &Path) -> String {
    let folders = path.parent().map_or(0, |parent| {
        parent.components().filter(|part| matches!(part, Component::Normal(_))).count()
    });
    "../".repeat(folders) + "schema/scenario.schema.json"
}
