//! A row of a log, as it is shown.

use crate::log::DecisionRecord;
use crate::units::{SimSpan, SimTime};

/// A row of a log, cell by cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRow {
    /// Its line in the log.
    pub line: u64,
    /// When it happened, as its column `time` says.
    pub time: SimTime,
    /// Its cells, in the order of [`DecisionRecord::COLUMNS`]. What is not told is empty.
    pub cells: Vec<String>,
    /// Whether `time` is the very instant, as the log said.
    pub is_exact: bool,
}

impl ToldRow {
    /// What a column says; nothing of a column that a log does not have.
    pub fn cell(&self, column: &str) -> &str {
        place(column).map_or("", |place| self.cells[place].as_str())
    }

    /// How long before it took effect it was asked for, where a log tells every instant and it was not at
    /// once.
    pub fn asked_before(&self) -> Option<SimSpan> {
        let asked = SimTime::ZERO + self.cell("sent").parse::<SimSpan>().ok()?;
        (self.is_exact && asked < self.time).then(|| self.time - asked)
    }
}

/// The place of a column among those of a log.
pub(super) fn place(column: &str) -> Option<usize> {
    DecisionRecord::COLUMNS.iter().position(|it| *it == column)
}
