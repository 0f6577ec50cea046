//! Lines, blocks and tables of a terminal of some width.

use std::fmt::Write as _;

/// How a text looks where there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Bold,
    Dim,
    Good,
    Bad,
}

/// Where the text of a block begins; its name stands before \[columns\].
pub(super) const GUTTER: usize = 12;

/// The names of a table's rows \[columns\].
const NAMES: usize = 40;

/// Text in lines, as they are written one below the other.
pub(super) struct Page {
    pub text: String,
    colour: bool,
    width: usize,
}

impl Page {
    /// An empty page of so many columns.
    pub(super) const fn new(colour: bool, width: usize) -> Self {
        Self { text: String::new(), colour, width }
    }

    /// A text as it looks where there are colours.
    pub(super) fn styled(&self, text: &str, style: Style) -> String {
        let code = match style {
            Style::Plain => "",
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Good => "32",
            Style::Bad => "1;31",
        };
        if self.colour && !code.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// A line; what stands before its first visible character is `indent` columns wide.
    pub(super) fn wrapped(&mut self, first: &str, indent: usize, text: &str, style: Style) {
        for (index, line) in wrap(text, self.width - indent).iter().enumerate() {
            if index == 0 {
                self.text.push_str(first);
            } else {
                self.text.extend(std::iter::repeat_n(' ', indent));
            }
            let line = self.styled(line, style);
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// A block's name in the gutter and its text beside it.
    pub(super) fn block(&mut self, name: &str, text: &str) {
        let first = self.styled(&format!("{name:GUTTER$}"), Style::Bold);
        self.wrapped(&first, GUTTER, text, Style::Plain);
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line as it is, however wide.
    pub(super) fn line(&mut self, text: &str, style: Style) {
        let line = self.styled(text, style);
        self.text.push_str(&line);
        self.text.push('\n');
    }

    /// The columns that the names of rows have beside columns of these widths.
    pub(super) fn names(&self, widths: &[usize]) -> usize {
        let taken: usize = widths.iter().map(|width| width + 2).sum();
        self.width.saturating_sub(taken).min(NAMES)
    }

    /// A row of a table: a name, then columns of these widths, aligned to the right.
    pub(super) fn row(&mut self, name: &str, cells: &[String], widths: &[usize], style: Style) {
        let room = self.names(widths);
        let mut line = format!("{:room$}", shortened(name, room));
        for (cell, width) in cells.iter().zip(widths) {
            line.push_str("  ");
            _ = write!(line, "{cell:>width$}");
        }
        self.line(line.trim_end(), style);
    }
}

/// Units that stay beside their number.
const UNITS: [&str; 8] = ["%", "ns", "µs", "ms", "s", "min", "h", "d"];

/// Words in lines of at most `width` characters; a word that is longer has its own line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let unit = UNITS.contains(&word.trim_end_matches([',', ';', '.', ')']));
        match words.last_mut() {
            Some(number) if unit && number.ends_with(|c: char| c.is_ascii_digit()) => {
                _ = write!(number, " {word}");
            }
            _ => words.push(word.to_owned()),
        }
    }
    let mut lines = vec![String::new()];
    for word in &words {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.clone());
        }
    }
    lines
}

/// At most `most` characters, the rest as an ellipsis.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(std::iter::once('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_with_their_units() {
        assert_eq!(wrap("busy for 12 min, idle", 11), ["busy for", "12 min,", "idle"]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
