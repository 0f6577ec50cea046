//! A line of a trace, cell by cell.

use csv_core::{ReadRecordResult, Reader};

/// The cells of a line.
pub(super) struct Cells {
    reader: Reader,
    /// Their texts, one after the other.
    text: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    count: usize,
}

impl Default for Cells {
    fn default() -> Self {
        Self { reader: Reader::new(), text: vec![0; 256], ends: vec![0; 32], count: 0 }
    }
}

impl Cells {
    /// Splits a line without its end.
    pub(super) fn split(&mut self, line: &[u8]) {
        self.reader.reset();
        // What comes out is no longer than what goes in, and has no more cells than that has bytes.
        if self.text.len() < line.len() {
            self.text.resize(line.len(), 0);
        }
        if self.ends.len() < line.len() + 1 {
            self.ends.resize(line.len() + 1, 0);
        }
        let (result, _, written, ends) =
            self.reader.read_record(line, &mut self.text, &mut self.ends);
        self.count = ends;
        if result == ReadRecordResult::InputEmpty {
            // An empty input ends the record.
            let (text, all) = (&mut self.text[written..], &mut self.ends[ends..]);
            let (_, _, _, more) = self.reader.read_record(b"", text, all);
            self.count += more;
        }
    }

    /// How many there are.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// The text of a cell without the spaces around it.
    #[inline]
    pub(super) fn at(&self, cell: usize) -> &[u8] {
        let start = if cell == 0 { 0 } else { self.ends[cell - 1] };
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
        ] {
            cells.split(line.as_bytes());
            let found: Vec<&str> = (0..cells.count())
                .map(|cell| std::str::from_utf8(cells.at(cell)).unwrap())
                .collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
