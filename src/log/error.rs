//! What is wrong with a trace, and where.

use std::ops::Range;

use thiserror::Error;

/// Why a trace cannot be read on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}:{}:{}: {}", .0.file, .0.line, .0.column, .0.message)]
pub struct TraceError(pub Box<TraceFault>);

/// What is wrong with a trace, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceFault {
    /// The file, as messages call it.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The line itself, without its end; empty if it could not be read.
    pub text: String,
    /// The bytes of `text` that are at fault.
    pub span: Range<usize>,
    /// What is wrong: a phrase without a full stop.
    pub message: String,
    /// What would be right.
    pub expected: Expected,
}

/// What would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Nothing else is worth saying.
    Nothing,
    /// A sentence without its full stop.
    Said(String),
    /// One of several words, where another was found.
    OneOf {
        /// What was found.
        word: String,
        /// What these words are: `expected here`, `declared`.
        kind: &'static str,
        /// The words.
        words: Vec<String>,
    },
}

impl TraceError {
    /// What is wrong with a file as a whole, which messages call `file`: shown at its first line.
    pub fn of_file(file: &str, message: &str, expected: &str) -> Self {
        Problem::of_row(message).hint(expected).at(file, 1, b"")
    }
}

/// What is wrong with a cell, or with a whole row.
#[derive(Debug)]
pub(super) struct Problem {
    /// Where: the cell by its place in the row, or the whole row.
    pub(super) cell: Option<usize>,
    pub(super) message: String,
    pub(super) expected: Expected,
}

impl Problem {
    /// Something wrong with the whole row.
    pub(super) fn of_row(message: impl Into<String>) -> Self {
        Self { cell: None, message: message.into(), expected: Expected::Nothing }
    }

    /// Something wrong with the cell at a place.
    pub(super) fn of_cell(cell: usize, message: impl Into<String>) -> Self {
        Self { cell: Some(cell), ..Self::of_row(message) }
    }

    /// The problem with a sentence on what would be right.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { expected: Expected::Said(hint.into()), ..self }
    }

    /// The problem with the words that would be right in place of `word`.
    pub(super) fn one_of(
        self,
        word: &str,
        kind: &'static str,
        words: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let words = words.into_iter().map(Into::into).collect();
        Self { expected: Expected::OneOf { word: word.to_owned(), kind, words }, ..self }
    }

    /// The problem as it is shown: in a line of a file.
    pub(super) fn at(self, file: &str, line: u64, bytes: &[u8]) -> TraceError {
        let cell = self.cell.map_or(0..bytes.len(), |cell| cell_of(bytes, cell));
        let read = |bytes: &[u8]| {
            // A line that holds other breaks or no text is still shown as one.
            String::from_utf8_lossy(bytes).replace(['\r', '\n'], " ")
        };
        let (before, at) = (read(&bytes[..cell.start]), read(&bytes[cell.clone()]));
        let span = before.len()..before.len() + at.len();
        let column = before.chars().count() + 1;
        let text = before + &at + &read(&bytes[cell.end..]);
        let Self { message, expected, .. } = self;
        let file = file.to_owned();
        TraceError(Box::new(TraceFault { file, line, column, text, span, message, expected }))
    }
}

/// The bytes of the cell at a place of a line, without the spaces around it.
fn cell_of(line: &[u8], cell: usize) -> Range<usize> {
    let mut quoted = false;
    let mut commas = vec![];
    for (at, &byte) in line.iter().enumerate() {
        quoted ^= byte == b'"';
        if byte == b',' && !quoted {
            commas.push(at);
        }
    }
    let start = match cell.checked_sub(1) {
        None => 0,
        Some(before) => commas.get(before).map_or(line.len(), |comma| comma + 1),
    };
    let end = commas.get(cell).copied().unwrap_or(line.len());
    let text = &line[start..end];
    let left = text.len() - text.trim_ascii_start().len();
    let start = start + left;
    start..start + text.trim_ascii().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_behind_quotes_and_spaces() {
        let line = b"0s, shops/1 ,\"a,b\",x";
        let found = |cell| std::str::from_utf8(&line[cell_of(line, cell)]).unwrap();
        assert_eq!([0, 1, 2, 3, 4].map(found), ["0s", "shops/1", "\"a,b\"", "x", ""]);
    }

    #[test]
    fn a_problem_is_shown_at_its_column_in_characters() {
        let error = Problem::of_cell(1, "no").at("t.csv", 7, "ä\u{fffd},b".as_bytes());
        let fault = *error.0;
        assert_eq!((fault.line, fault.column, &fault.text[fault.span]), (7, 4, "b"));
        let error = Problem::of_row("no").at("t.csv", 7, b"\xff,b");
        assert_eq!((error.0.column, error.0.span.clone()), (1, 0..5));
        assert_eq!(error.to_string(), "t.csv:7:1: no");
    }
}
