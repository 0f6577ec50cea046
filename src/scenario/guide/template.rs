//! The template of the guide: Markdown with comments in the places of its tables.

use super::super::types::quantity;

/// The words and examples of the guide.
pub(super) const TEMPLATE: &str = include_str!("guide.md");

/// A line of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'t> {
    /// A heading, by its text; what stands in code is none.
    Heading { line: &'t str, text: &'t str },
    /// Other Markdown, as it is.
    Text(&'t str),
    /// The place of a table.
    Table(Table<'t>),
}

/// What stands in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table<'t> {
    /// The keys of a type, by the name of its definition in the schema.
    Keys(&'t str),
    /// The distributions.
    Distributions,
    /// The quantities.
    Quantities,
    /// The metrics that thresholds can be on.
    Metrics,
}

/// The lines of a template.
///
/// # Panics
///
/// Where it asks for a table that nobody makes.
pub(super) fn lines(template: &str) -> impl Iterator<Item = Line<'_>> {
    let mut in_code = false;
    template.lines().map(move |line| {
        in_code ^= line.starts_with("```");
        if let Some(text) = heading(line).filter(|_| !in_code) {
            return Line::Heading { line, text };
        }
        let table = line.strip_prefix("<!-- table: ").and_then(|rest| rest.strip_suffix(" -->"));
        let Some(table) = table else { return Line::Text(line) };
        Line::Table(match table.split_once(' ') {
            Some(("keys", definition)) => Table::Keys(definition),
            None if table == "distributions" => Table::Distributions,
            None if table == "quantities" => Table::Quantities,
            None if table == "metrics" => Table::Metrics,
            _ => panic!("guide.md asks for a table that nobody makes: {line}"),
        })
    })
}

/// The text of a line that is a heading wherever it is no code.
fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    text.strip_prefix(' ').filter(|_| text.len() < line.len())
}

/// A link to a heading of the guide, as GitHub names its anchor.
pub(super) fn link(text: &str, heading: &str) -> String {
    let anchor: String = heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect();
    format!("[{text}](#{anchor})")
}

/// Quantities that have a row in the guide's table of them. Any other is a choice of words and of
/// these, and is spelt out where it is written.
pub(super) const PLAIN_QUANTITIES: [&str; 11] = [
    "duration", "rate", "amount", "count", "share", "factor", "number", "price", "instant", "name",
    "text",
];

/// A quantity in the words of a cell.
pub(super) fn quantity_cell(word: &str) -> String {
    if PLAIN_QUANTITIES.contains(&word) {
        return link(word, "Quantities");
    }
    if word == "count or unlimited" {
        return format!("{}, or `unlimited`", link("count", "Quantities"));
    }
    // Nothing is no quantity, so the answer tells what is one.
    match quantity(word).map(|quantity| (quantity.check)("")) {
        Some(Err(error)) => error.expected,
        _ => word.to_owned(),
    }
}
