//! The guide to scenario files, `docs/scenario.md`. Its words and examples stand in `guide.md`; its
//! tables are made of the types that read scenarios, so they can say nothing else than those do.

mod cells;
mod keys;
mod language;
mod lists;
mod template;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use language::Language;
use lists::{distributions, metrics, quantities};
use template::{Line, TEMPLATE, Table, lines};

/// The guide to scenario files, in Markdown.
pub fn guide() -> String {
    let language = Language::new();
    let mut guide = String::new();
    for (index, line) in lines(TEMPLATE).enumerate() {
        match line {
            Line::Text(line) | Line::Heading { line, .. } => {
                guide.push_str(line);
                guide.push('\n');
            }
            Line::Table(Table::Keys(definition)) => guide.push_str(&language.keys(definition)),
            Line::Table(Table::Distributions) => guide.push_str(&distributions(&language)),
            Line::Table(Table::Quantities) => guide.push_str(&quantities()),
            Line::Table(Table::Metrics) => guide.push_str(&metrics()),
        }
        if index == 0 {
            guide.push_str(NOTICE);
        }
    }
    guide
}

/// What whoever is about to edit the page has to know.
const NOTICE: &str = "
<!-- This page is generated. Change src/scenario/guide/guide.md or the types in src/scenario/types,
     and then: cargo run -- schema guide > docs/scenario.md -->
";

/// A table in Markdown.
fn table<const COLUMNS: usize>(
    head: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(COLUMNS));
    for row in rows {
        // A bar would end the cell, even in code.
        let cells = row.map(|cell| cell.replace('|', r"\|"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// A text as code, or nothing if there is none.
fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}
