//! A line of a trace, cell by cell.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::error::Problem;

/// The cells of a line.
pub(super) struct Cells {
    reader: Reader,
    /// Their texts, one after the other.
    text: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    /// What stands between two of them in `text`.
    gap: usize,
    count: usize,
}

impl Default for Cells {
    fn default() -> Self {
        // Lines are ended before they are split: what else might end one belongs to a cell.
        let reader = ReaderBuilder::new().terminator(Terminator::Any(b'\n')).build();
        Self { reader, text: vec![0; 256], ends: vec![0; 32], gap: 0, count: 0 }
    }
}

impl Cells {
    /// Splits a line without its end.
    ///
    /// # Errors
    ///
    /// If the line ends within quotes, or holds a CR, which ends lines elsewhere.
    pub(super) fn split(&mut self, line: &[u8]) -> Result<(), Problem> {
        if memchr::memchr2(b'"', b'\r', line).is_none() {
            self.split_plain(line);
            return Ok(());
        }
        if line.contains(&b'\r') {
            return Err(Problem::of_row("a CR stands within this line")
                .hint("lines end with LF or CR LF, and cells hold neither"));
        }
        self.gap = 0;
        self.reader.reset();
        // What comes out is no longer than what goes in, and has no more cells than that has bytes.
        if self.text.len() < line.len() + 1 {
            self.text.resize(line.len() + 1, 0);
        }
        if self.ends.len() < line.len() + 1 {
            self.ends.resize(line.len() + 1, 0);
        }
        let (result, _, written, ends) =
            self.reader.read_record(line, &mut self.text, &mut self.ends);
        self.count = ends;
        if result == ReadRecordResult::InputEmpty {
            // A line break ends the record, unless it stands in quotes.
            let (text, all) = (&mut self.text[written..], &mut self.ends[ends..]);
            let (result, _, _, more) = self.reader.read_record(b"\n", text, all);
            if result != ReadRecordResult::Record {
                let message = "the quotes of this cell are not closed: it is torn";
                let hint = "a cell in quotes ends with one, and one inside of it is written twice";
                return Err(Problem::of_cell(self.count, message).hint(hint));
            }
            self.count += more;
        }
        Ok(())
    }

    /// Splits a line without quotes: at its commas.
    fn split_plain(&mut self, line: &[u8]) {
        self.gap = 1;
        self.text.clear();
        self.text.extend_from_slice(line);
        self.ends.clear();
        self.ends.extend(memchr::memchr_iter(b',', line));
        self.ends.push(line.len());
        self.count = self.ends.len();
    }

    /// How many there are.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// The text of a cell without the spaces around it.
    #[inline]
    pub(super) fn at(&self, cell: usize) -> &[u8] {
        let start = if cell == 0 { 0 } else { self.ends[cell - 1] + self.gap };
        self.text[start..self.ends[cell]].trim_ascii()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_as_csv_says() {
        let mut cells = Cells::default();
        for (line, expected) in [
            ("a,b,c", &["a", "b", "c"][..]),
            (" a , ,c ", &["a", "", "c"]),
            (",,", &["", "", ""]),
            ("\"a,b\",\"say \"\"x\"\"\"", &["a,b", "say \"x\""]),
            ("one", &["one"]),
            ("", &[""]),
            ("\"\"", &[""]),
        ] {
            cells.split(line.as_bytes()).unwrap();
            let found: Vec<&str> = (0..cells.count())
                .map(|cell| std::str::from_utf8(cells.at(cell)).unwrap())
                .collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
