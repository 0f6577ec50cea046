//! `limitlab new`: write a starter scenario.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, absolute};

use super::arguments::{Format, HowArguments, NewArguments};
use super::exit::Exit;
use super::output::{complain, explain, print};
use super::run::{Wanted, simulate};
use crate::scenario::{StarterOptions, parse, starter};

/// Runs the command.
pub(super) fn new(arguments: &NewArguments) -> Exit {
    let stem = arguments.path.file_stem().and_then(|stem| stem.to_str());
    let name = arguments.name.as_deref().or(stem).unwrap_or("scenario").to_owned();
    let schema = schema_from(&arguments.path);
    let text = starter(&StarterOptions {
        name,
        schema: schema.clone().unwrap_or_else(|| BESIDE.to_owned()),
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
        if schema.is_none() {
            let beside = arguments.path.with_file_name(BESIDE);
            let beside = beside.display();
            print(&format!("For completion in an editor: limitlab schema > {beside}\n"));
        }
        return Exit::Done;
    }
    let (threads, format) = (None, Format::Text);
    let how = HowArguments { threads, png: false, quiet: false, format };
    simulate(&scenario, &Wanted::default(), &how)
}

/// Writes a file that does not exist yet: nobody's scenario is ever overwritten.
pub(super) fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// What the schema is called where it stands beside the scenario.
pub(super) const BESIDE: &str = "scenario.schema.json";

/// Where editors find the schema from a scenario at `path`: in the first folder above it that holds
/// one where this repository has it; `None` if none does.
pub(super) fn schema_from(path: &Path) -> Option<String> {
    const IN_REPOSITORY: &str = "schema/scenario.schema.json";
    let path = absolute(path).ok()?;
    let above = path.parent()?.ancestors();
    let up = above.take_while(|folder| !folder.join(IN_REPOSITORY).is_file()).count();
    let found = path.parent()?.ancestors().nth(up).is_some();
    found.then(|| "../".repeat(up) + IN_REPOSITORY)
}
