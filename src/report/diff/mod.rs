//! What a comparison of two policies leaves behind in a folder, and what it shows on a terminal.

mod table;
mod terminal;

use std::path::Path;

use super::folder::{Content, ResultFile, replace};
use super::plots::{hours_blocked, png};
use super::write::{Outputs, ReportError, text};
use crate::planning::Comparison;

pub(super) use terminal::described;
pub use terminal::diff_terminal;

/// Writes a comparison into `folder`, replacing an older result there: whole or not at all, as
/// [`write`](super::write()) does.
///
/// # Errors
///
/// [`ReportError`] names the file. An older result is then untouched.
pub fn write_diff(
    folder: &Path,
    comparison: &Comparison,
    outputs: &Outputs,
) -> Result<(), ReportError> {
    replace(folder, &files(comparison, outputs)?)
}

fn files(comparison: &Comparison, outputs: &Outputs) -> Result<Vec<ResultFile>, ReportError> {
    let file = |name: &str, bytes: Result<Vec<u8>, String>| match bytes {
        Ok(bytes) => Ok(ResultFile { name: name.to_owned(), content: Content::Bytes(bytes) }),
        Err(why) => Err(ReportError::Render { file: name.to_owned(), why }),
    };
    let mut files = vec![
        file("diff.json", Ok(comparison.summary.to_json().into_bytes()))?,
        file("workspaces.csv", text(table::workspaces_csv(comparison)))?,
    ];
    if let Some(plot) = hours_blocked(comparison) {
        if outputs.png {
            files.push(file(&format!("plots/{}.png", plot.name), png(&plot.svg))?);
        }
        files.push(file(&format!("plots/{}.svg", plot.name), Ok(plot.svg.into_bytes()))?);
    }
    Ok(files)
}
