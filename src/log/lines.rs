//! A text line by line, whatever its length.

use std::io::{self, BufRead, BufReader, Read};

use super::error::{Problem, TraceError};

/// How much is unpacked at once \[bytes\].
const AT_ONCE: usize = 1 << 17;
/// The most that a line may hold, its end included \[bytes\].
const MOST_BYTES: u64 = 1 << 20;
/// How much of a longer line is shown \[bytes\].
const SHOWN: usize = 60;

/// The byte order mark, which a file may begin with.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The lines of a file.
pub(super) struct Lines {
    source: BufReader<Box<dyn Read + Send>>,
    /// The file, as messages call it.
    name: String,
    /// The line that was read last, with its end.
    line: Vec<u8>,
    /// Its number, from 1; 0 before the first.
    number: u64,
}

impl Lines {
    /// The lines of `source`, which messages call `name`.
    pub(super) fn new(source: Box<dyn Read + Send>, name: &str) -> Self {
        let source = BufReader::with_capacity(AT_ONCE, source);
        Self { source, name: name.to_owned(), line: Vec::new(), number: 0 }
    }

    /// Reads the next line; `false` if there is none.
    ///
    /// # Errors
    ///
    /// If the line is longer than 1 MiB, is not ended, or cannot be read or unpacked.
    pub(super) fn advance(&mut self) -> Result<bool, TraceError> {
        self.line.clear();
        self.number += 1;
        let read = self.source.by_ref().take(MOST_BYTES).read_until(b'\n', &mut self.line);
        if let Err(error) = read {
            self.line.clear();
            return Err(self.wrong(unread(&error)));
        }
        if self.number == 1
            && let Some((shown, problem)) = unlike_a_trace(&self.line)
        {
            self.line.truncate(shown);
            return Err(self.wrong(problem));
        }
        if self.line.last() == Some(&b'\n') {
            return Ok(true);
        }
        if self.line.is_empty() || (self.number == 1 && self.line == MARK) {
            return Ok(false);
        }
        if self.line.len() as u64 == MOST_BYTES {
            self.line.truncate(SHOWN);
            return Err(self.wrong(Problem::of_row("this line is longer than 1 MiB")));
        }
        let torn = Problem::of_row("the file ends within this line: it is torn")
            .hint("if the line is whole, end it with a line break");
        Err(self.wrong(torn))
    }

    /// The number of the line that was read last, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// The line that was read last, with its end.
    pub(super) fn whole(&self) -> &[u8] {
        &self.line
    }

    /// The same without its end, and the first one without a byte order mark.
    pub(super) fn text(&self) -> &[u8] {
        let line = match self.number {
            1 => self.line.strip_prefix(MARK).unwrap_or(&self.line),
            _ => &self.line,
        };
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// A problem in the line that was read last.
    #[cold]
    pub(super) fn wrong(&self, problem: Problem) -> TraceError {
        problem.at(&self.name, self.number, self.text())
    }
}

/// What a file is that is no text in UTF-8, or whose lines end otherwise; told by what is read of it
/// up to the first LF, of which so many bytes are worth showing.
fn unlike_a_trace(beginning: &[u8]) -> Option<(usize, Problem)> {
    match *beginning {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=127, ..] | [1..=127, 0, ..] => {
            let problem = Problem::of_row("this file is in UTF-16 or UTF-32");
            return Some((0, problem.hint("a trace is text in UTF-8: save it as that")));
        }
        _ => {}
    }
    let first = beginning.iter().position(|&byte| byte == b'\r')?;
    let ends_all = !matches!(&beginning[first + 1..], [] | b"\n");
    ends_all.then(|| {
        let problem = Problem::of_row("the lines of this file end with CR alone");
        (first.min(SHOWN), problem.hint("end them with LF or with CR LF"))
    })
}

/// Why a file cannot be read on.
fn unread(error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            Problem::of_row("what is packed in this file ends too early: it is torn")
        }
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Problem::of_row(format!("this file cannot be unpacked: {error}"))
        }
        _ => Problem::of_row(format!("this file cannot be read on: {error}")),
    }
}
