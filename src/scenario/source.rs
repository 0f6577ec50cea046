//! Texts that a scenario is read from, and places in them.

use std::ops::Range;

/// The most that a file may hold \[bytes\].
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A text with a name: a scenario file, or an argument of the command line.
#[derive(Debug, Clone)]
pub struct Source {
    /// What messages call it: the path as it was given, or `--set`.
    pub name: String,
    /// The text, without a byte order mark.
    pub text: String,
    /// Byte offsets at which lines begin; the first is 0.
    line_starts: Vec<u32>,
    /// The number of its first line: 1, unless it is an excerpt.
    first_line: usize,
}

/// Which of a scenario's [`Source`]s is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SourceId(pub(super) u32);

/// A stretch of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Span {
    pub(super) source: SourceId,
    /// The first byte.
    pub(super) start: u32,
    /// The byte after the last one, at least `start`.
    pub(super) end: u32,
}

impl Span {
    /// The part of this span that begins `from` bytes and ends `to` bytes after its start.
    pub(super) const fn part(self, from: usize, to: usize) -> Self {
        Self { source: self.source, start: self.start + from as u32, end: self.start + to as u32 }
    }
}

impl Source {
    /// A text of at most 16 MiB under a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let line_starts = line_starts(&text);
        Self { name: name.into(), text, line_starts, first_line: 1 }
    }

    /// One line of a file that is not kept.
    pub(super) fn excerpt(name: impl Into<String>, line: usize, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        Self { name, text, line_starts: vec![0], first_line: line }
    }

    /// The line, from 1, of the byte at `offset`.
    pub(super) fn line(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|&start| start <= offset) + self.first_line - 1
    }

    /// The bytes of a line, from 1, without its line break.
    pub(super) fn line_range(&self, line: usize) -> Range<usize> {
        let line = line - self.first_line;
        let start = self.line_starts[line] as usize;
        let end = self.line_starts.get(line + 1).map_or(self.text.len(), |&next| next as usize);
        let content = self.text[start..end].trim_end_matches(['\n', '\r']);
        start..start + content.len()
    }

    /// The column, from 1 and in characters, of the byte at `offset`.
    pub(super) fn column(&self, offset: u32) -> usize {
        let start = self.line_starts[self.line(offset) - self.first_line];
        self.characters(start, offset) + 1
    }

    /// How many characters begin in the bytes from `start` to `end`.
    pub(super) fn characters(&self, start: u32, end: u32) -> usize {
        self.text[start as usize..end as usize].chars().count()
    }
}

/// The bytes at which lines begin. A line ends with `\n`, `\r\n` or, as in YAML, a `\r` alone.
pub(super) fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let breaks = bytes.iter().enumerate().filter(|&(index, &byte)| {
        byte == b'\n' || (byte == b'\r' && bytes.get(index + 1) != Some(&b'\n'))
    });
    std::iter::once(0).chain(breaks.map(|(index, _)| index as u32 + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let source = Source::new("x", "\u{feff}ab\r\nä→c\n");
        let place = |offset| (source.line(offset), source.column(offset));
        assert_eq!(place(0), (1, 1));
        assert_eq!(place(4), (2, 1));
        assert_eq!(place(6), (2, 2));
        assert_eq!(place(9), (2, 3));
        assert_eq!(place(11), (3, 1));
        assert_eq!(&source.text[source.line_range(1)], "ab");
        assert_eq!(&source.text[source.line_range(2)], "ä→c");
    }

    #[test]
    fn a_carriage_return_alone_ends_a_line() {
        assert_eq!(line_starts("a\rb\r\nc\n\r"), [0, 2, 5, 7, 8]);
        assert_eq!(line_starts("\r\r"), [0, 1, 2]);
        assert_eq!(line_starts(""), [0]);
    }
}
