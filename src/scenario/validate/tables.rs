//! Tables of observed values.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::at::{At, Findings};
use super::super::fault::Mistake;
use super::super::files::Files;
use super::super::source::{Source, SourceId, Span};
use super::super::types::{Measured, number};
use super::super::words::counted;
use crate::random::{Distribution, Empirical};

/// How many tables a scenario may draw from.
const MOST_TABLES: usize = 100;
/// After so many mistakes in a table nobody reads on: it is something else altogether.
const MOST_MISTAKES: usize = 20;

/// The tables that a scenario draws from.
#[derive(Debug, Default)]
pub(in crate::scenario) struct Tables {
    /// All files of the scenario: tables are added to them.
    pub(in crate::scenario) files: Files,
    /// Each table by its path, as no other path has it.
    known: BTreeMap<PathBuf, SourceId>,
    /// What a table holds, by what its values measure; `None` if it was at fault.
    read: BTreeMap<(SourceId, &'static str), Option<Empirical>>,
}

impl Tables {
    /// The tables of a scenario that consists of `files` so far.
    pub(super) fn new(files: Files) -> Self {
        Self { files, ..Self::default() }
    }

    /// The texts of all tables, in the order in which they were met.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let mut ids: Vec<SourceId> = self.known.values().copied().collect();
        ids.sort_unstable();
        ids.into_iter().map(|id| self.files.source(id).text.as_str())
    }

    /// Where the file is that `written` means where it stands; `None` if nothing stands in a file.
    pub(super) fn path(&self, written: &str, stands_in: SourceId) -> Option<PathBuf> {
        // What the command line sets is relative to the scenario, as if it were written there.
        let file = self.files.path(stands_in).or_else(|| self.files.path(SourceId(0)))?;
        Some(file.parent().unwrap_or(Path::new("")).join(written))
    }

    /// The file that `written` means where it stands, or why it cannot be used.
    fn open(&mut self, written: &str, stands_in: SourceId) -> Result<SourceId, String> {
        let path = self.path(written, stands_in);
        let path = path.ok_or("only a scenario in a file can draw from a table")?;
        let identity = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if let Some(&id) = self.known.get(&identity) {
            return Ok(id);
        }
        if self.known.len() == MOST_TABLES {
            return Err(format!("a scenario draws from more than {MOST_TABLES} tables"));
        }
        let text = self.files.read_text(&path)?;
        let id = self.files.add_file(Source::new(path.display().to_string(), text), path);
        self.known.insert(identity, id);
        Ok(id)
    }
}

/// The distribution of the values in the table that is `written` at `at`.
pub(super) fn empirical<Q: Measured>(
    written: &str,
    at: At<'_>,
    findings: &mut Findings,
) -> Distribution {
    let fallback = Distribution::Constant(1.0);
    if !at.is_sound() {
        return fallback;
    }
    let id = match findings.tables.open(written, at.source()) {
        Ok(id) => id,
        Err(message) => {
            findings.add(at, message);
            return fallback;
        }
    };
    let key = (id, Q::WORD);
    if !findings.tables.read.contains_key(&key) {
        let mut table = Table { source: findings.tables.files.source(id), id, mistakes: vec![] };
        let values = table.read::<Q>();
        let mut mistakes = table.mistakes;
        findings.mistakes.append(&mut mistakes);
        findings.tables.read.insert(key, values);
    }
    findings.tables.read[&key].clone().map_or(fallback, Distribution::Empirical)
}

/// A table that is being read.
struct Table<'s> {
    source: &'s Source,
    id: SourceId,
    mistakes: Vec<Mistake>,
}

impl Table<'_> {
    /// What the table holds; `None` after a mistake.
    fn read<Q: Measured>(&mut self) -> Option<Empirical> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(self.source.text.as_bytes());
        let mut row = csv::StringRecord::new();
        let mut weighted = None;
        let mut values = Vec::new();
        while self.mistakes.len() < MOST_MISTAKES {
            match reader.read_record(&mut row) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.mistakes.push(Mistake::new(self.whole(0), error.to_string()));
                    break;
                }
            }
            let span = self.whole(row.position().map_or(0, csv::Position::byte) as usize);
            match weighted {
                None => weighted = Some(self.header(&row, span)?),
                Some(weighted) => values.extend(self.row::<Q>(&row, weighted, span)),
            }
        }
        if !self.mistakes.is_empty() {
            return None;
        }
        let table = match weighted {
            Some(true) => Empirical::weighted(&values),
            _ => Empirical::even(values.iter().map(|&(value, _)| value).collect()),
        };
        if table.is_none() {
            let message = if values.is_empty() {
                "this table holds no values"
            } else {
                "no value of this table has a weight above 0"
            };
            self.mistakes.push(Mistake::new(self.whole(0), message));
        }
        table
    }

    /// Whether rows have weights.
    fn header(&mut self, row: &csv::StringRecord, span: Span) -> Option<bool> {
        let columns: Vec<&str> = row.iter().collect();
        match *columns.as_slice() {
            ["value"] => Some(false),
            ["value", "weight"] => Some(true),
            _ => {
                let hint = "the first line is `value` or `value,weight`";
                let message = "this is no header of a table of values";
                self.mistakes.push(Mistake::new(span, message).hint(hint));
                None
            }
        }
    }

    /// A value in its smallest unit, and its weight.
    fn row<Q: Measured>(
        &mut self,
        row: &csv::StringRecord,
        weighted: bool,
        span: Span,
    ) -> Option<(f64, f64)> {
        let columns = 1 + usize::from(weighted);
        if row.len() != columns {
            let found = counted(row.len() as u64, "column");
            let message = format!("{found}, where the header has {columns}");
            self.mistakes.push(Mistake::new(span, message));
            return None;
        }
        let value = Q::read(&row[0]).map(|value| value.base());
        let weight = row.get(1).map_or(Ok(1.0), number);
        if let Err(error) = &value {
            self.mistakes.push(Mistake::new(self.cell(span, &row[0], 0), error.to_string()));
        }
        if let Err(error) = &weight {
            let cell = self.cell(span, &row[1], row[0].len());
            self.mistakes.push(Mistake::new(cell, error.to_string()));
        }
        Some((value.ok()?, weight.ok()?))
    }

    /// The row that begins at `start`, or after line breaks that stand there.
    fn whole(&self, start: usize) -> Span {
        let rest = &self.source.text[start..];
        let row = rest.trim_start_matches(['\r', '\n']);
        let start = start + (rest.len() - row.len());
        let length = row.find(['\r', '\n']).unwrap_or(row.len());
        Span { source: self.id, start: start as u32, end: (start + length) as u32 }
    }

    /// Where `text` stands in a row, `skip` bytes or more after its start; all of the row if quotes
    /// hide it.
    fn cell(&self, row: Span, text: &str, skip: usize) -> Span {
        let line = &self.source.text[row.start as usize..row.end as usize];
        let found = line.get(skip..).and_then(|rest| rest.find(text));
        found.map_or(row, |at| row.part(skip + at, skip + at + text.len()))
    }
}
