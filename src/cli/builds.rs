//! What servers of builds are told.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use clap::Args;

use super::exit::Exit;
use super::run::impossible;

/// What is written for a server of builds.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct BuildArguments {
    /// Write the thresholds to junit.xml too, as cases of a test
    #[arg(long)]
    pub(super) junit: bool,
    /// Write the summary to summary.md too, and append it to the file that `GITHUB_STEP_SUMMARY` names
    #[arg(long)]
    pub(super) markdown: bool,
}

/// The variable by which GitHub Actions names the file whose Markdown it shows beside a build.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Appends a summary to what GitHub shows of the step that this is, if it is one. What others wrote there
/// stays.
pub(super) fn append_to_step(summary: &str) -> Result<(), Exit> {
    let named = std::env::var_os(STEP_SUMMARY).filter(|path| !path.is_empty());
    let Some(path) = named else { return Ok(()) };
    let path = Path::new(&path);
    // Markdown goes on after HTML only behind an empty line.
    let text = format!("\n{summary}\n");
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        impossible(format!("cannot append to {}, named by {STEP_SUMMARY}: {error}", path.display()))
    })
}
