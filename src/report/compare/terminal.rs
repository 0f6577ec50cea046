//! The comparison of two results on a terminal.

use super::cells::{TITLES, TOLD, VERDICTS, cells, described, headline, how, rest};
use crate::planning::{CompareSummary, MetricVerdict};
use crate::report::screen::{Page, Style};

/// The columns beside the names.
const WIDTHS: [usize; 5] = [10, 10, 13, 23, 9];

/// The names, with what they are indented by.
const NAMES: usize = 25;

/// Of exact comparisons the values have all their digits.
const DIGITS: [usize; 3] = [22, 22, 12];

/// The comparison in `width` columns (100 are used); with ANSI colours if `colour`, which never carry a
/// meaning of their own. Metrics without a difference are counted, and listed if `all`.
pub fn compare_terminal(of: &CompareSummary, all: bool, colour: bool, width: usize) -> String {
    let mut page = Page::new(colour, width.max(100));
    page.wrapped("", 0, "What changed between two results", Style::Bold);
    page.block("OLD", &described(&of.old));
    page.block("NEW", &described(&of.new));
    page.wrapped("", 0, &how(of), Style::Dim);
    page.blank();
    for note in &of.notes {
        page.wrapped("! ", 2, note, Style::Bad);
    }
    if !of.notes.is_empty() {
        page.blank();
    }
    let style = if of.fails() { Style::Bad } else { Style::Good };
    page.wrapped(if of.fails() { "✗ " } else { "✓ " }, 2, &headline(of), style);
    others(&mut page, of);
    let told = if all { VERDICTS.len() } else { TOLD };
    for (verdict, title) in VERDICTS.iter().take(told) {
        section(&mut page, of, *verdict, title);
    }
    if let Some(rest) = rest(of).filter(|_| !all) {
        page.blank();
        page.wrapped("", 0, &format!("{rest}; --all lists them"), Style::Dim);
    }
    page.text
}

/// What differs besides metrics.
fn others(page: &mut Page, of: &CompareSummary) {
    if of.others.is_empty() {
        return;
    }
    page.blank();
    page.wrapped("", 0, "Besides metrics", Style::Bold);
    for other in &of.others {
        page.wrapped("  ", 2, &other.what, Style::Plain);
        for (name, side) in [("old", &other.old), ("new", &other.new)] {
            let text = side.as_deref().unwrap_or("not there");
            page.wrapped(&format!("    {name} "), 8, text, Style::Plain);
        }
    }
}

/// All metrics with one verdict, group by group.
fn section(page: &mut Page, of: &CompareSummary, verdict: MetricVerdict, title: &str) {
    let mut last = None;
    let is_exact = of.questions == 0 && of.with(verdict).all(|(_, _, it)| is_exact(it));
    let widths: &[usize] = if is_exact { &DIGITS } else { &WIDTHS };
    for (group, name, metric) in of.with(verdict) {
        if last != Some(group) {
            page.blank();
            let heading = format!("{title} in {group}");
            let titles = TITLES.map(str::to_owned);
            row(page, &heading, &titles, widths, Style::Bold);
            last = Some(group);
        }
        row(page, &format!("  {name}"), &cells(name, metric), widths, Style::Plain);
    }
}

fn is_exact(metric: &crate::planning::MetricComparison) -> bool {
    metric.difference.is_none_or(|it| it.p.is_none())
}

/// A row; a name that is too long has a line of its own.
fn row(page: &mut Page, name: &str, cells: &[String; 5], widths: &[usize], style: Style) {
    let cells = &cells[..widths.len()];
    if name.chars().count() <= NAMES {
        page.row(name, cells, widths, style);
    } else {
        let line = page.styled(name, style);
        page.text.push_str(&line);
        page.blank();
        page.row("", cells, widths, style);
    }
}
