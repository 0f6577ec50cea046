//! What changed between two results: read from files, and told on a terminal, in Markdown and as JUnit.

mod cells;
mod junit;
mod markdown;
mod read;
mod terminal;

pub use junit::compare_junit;
pub use markdown::compare_markdown;
pub use read::{ReadError, read_saved, save_baseline};
pub use terminal::compare_terminal;

use std::path::Path;

use super::folder::replace_file;
use super::write::ReportError;

/// Writes a document to a file, whole or not at all.
///
/// # Errors
///
/// [`ReportError`] names the file. An older one is then untouched.
pub fn write_document(path: &Path, text: &str) -> Result<(), ReportError> {
    replace_file(path, text.as_bytes())
}

#[cfg(test)]
mod tests;
