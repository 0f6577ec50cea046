//! A trace up to its first row.

use super::cells::Cells;
use super::columns::Columns;
use super::error::{Problem, TraceError};
use super::lines::Lines;
use super::names::show;
use super::trace::Trace;

/// A trace whose first line was read.
pub(super) struct Opened {
    pub(super) lines: Lines,
    pub(super) cells: Cells,
    pub(super) columns: Columns,
}

impl Opened {
    /// Opens a trace and reads its first line.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, or its first line names no columns of a trace.
    pub(super) fn open(trace: &Trace) -> Result<Self, TraceError> {
        let shown = trace.name();
        let source = trace.open().map_err(|error| {
            Problem::of_row(format!("cannot read {shown}: {error}")).at(shown, 1, b"")
        })?;
        let mut lines = Lines::new(source, shown);
        let mut cells = Cells::default();
        if !lines.advance()? {
            return Err(lines.wrong(Problem::of_row("this trace is empty").hint(
                "the first line names the columns: `time,workspace,agent,action,cost`, in any order",
            )));
        }
        cells.split(lines.text()).map_err(|problem| lines.wrong(problem))?;
        let header: Vec<String> = (0..cells.count()).map(|cell| show(cells.at(cell))).collect();
        let columns = Columns::read(header.iter().map(String::as_str));
        let columns = columns.map_err(|problem| lines.wrong(problem))?;
        Ok(Self { lines, cells, columns })
    }
}
