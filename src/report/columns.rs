//! Tables of a terminal whose columns are as wide as what stands in them.

use super::screen::{Page, Style, shortened};

/// What stands before each row, and between columns \[columns\].
pub(super) const EDGE: usize = 2;

/// A column: its title in two lines, of which the second may be empty, then a cell for each row.
pub(super) struct Column {
    title: [String; 2],
    cells: Vec<String>,
}

impl Column {
    /// One whose texts have at most `widest` characters each.
    pub(super) fn new(title: [&str; 2], widest: usize, cells: Vec<String>) -> Self {
        let cells = cells.into_iter().map(|cell| shortened(&cell, widest)).collect();
        Self { title: title.map(|line| shortened(line, widest)), cells }
    }

    /// How much room it takes \[columns\].
    pub(super) fn width(&self) -> usize {
        let texts = self.title.iter().chain(&self.cells);
        texts.map(|text| text.chars().count()).max().unwrap_or(0) + EDGE
    }
}

/// Writes columns beside each other: their titles, then a row for each of the marks, which stand before them.
pub(super) fn table(page: &mut Page, columns: &[Column], marks: &[(&str, Style)]) {
    let line = |edge: &str, cell: &dyn Fn(&Column) -> String| {
        let cells = columns.iter().map(|column| format!("{:1$}", cell(column), column.width()));
        let line = format!("{edge:EDGE$}{}", cells.collect::<String>());
        line.trim_end().to_owned()
    };
    for row in 0..2 {
        if columns.iter().any(|column| !column.title[row].is_empty()) {
            page.line(&line("", &|column| column.title[row].clone()), Style::Dim);
        }
    }
    for (row, (mark, style)) in marks.iter().enumerate() {
        page.line(&line(mark, &|column| column.cells[row].clone()), *style);
    }
}
