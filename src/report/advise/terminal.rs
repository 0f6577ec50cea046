//! Advice that fits one screen.

use super::telling::{COLUMNS, LEGEND, ToldCause, ToldRemedy, asked, told};
use crate::planning::AdviceSummary;
use crate::report::screen::{GUTTER, Page, Style};
use crate::report::telling::asked_of;
use crate::summary::Verdict;

/// More causes than that are counted, not listed.
const MOST_CAUSES: usize = 8;

/// More remedies of a cause than that are counted, not listed.
const MOST_REMEDIES: usize = 5;

/// The widths of [`COLUMNS`].
const WIDTHS: [usize; 5] = [8, 10, 9, 8, 16];

/// Where what is told of a cause begins \[columns\].
const INDENT: usize = 4;

/// What would have removed the limit hits, in `width` columns (80 to 100 are used); with ANSI colours
/// if `colour`, which never carry a meaning of their own.
pub fn advise_terminal(advice: &AdviceSummary, colour: bool, width: usize) -> String {
    let mut page = Page::new(colour, width.clamp(80, 100));
    page.wrapped("", 0, "What would have removed the limit hits", Style::Bold);
    let name = &advice.scenario.name;
    if advice.set.is_empty() {
        page.block("Scenario", name);
    } else {
        page.block("Scenario", &format!("{name} with {}", advice.set.join(", ")));
    }
    let text = asked_of(&advice.scenario, advice.workspaces, advice.seed);
    page.wrapped("", 0, &text, Style::Dim);
    page.wrapped("", 0, &asked(advice), Style::Dim);
    page.blank();
    doubts(&mut page, advice);
    let causes = told(advice);
    if causes.is_empty() {
        page.wrapped("", 0, "Nobody who was looked at hits a limit.", Style::Plain);
        return page.text;
    }
    for told in causes.iter().take(MOST_CAUSES) {
        cause(&mut page, told);
    }
    if causes.len() > MOST_CAUSES {
        let more = causes.len() - MOST_CAUSES;
        let text = format!("… and {more} more: narrow it by --group or --reason");
        page.wrapped("", 0, &text, Style::Dim);
        page.blank();
    }
    page.wrapped("", 0, LEGEND, Style::Dim);
    page.text
}

/// Why it must not be read as it is.
fn doubts(page: &mut Page, advice: &AdviceSummary) {
    let mut doubts: Vec<&String> = advice.notes.iter().collect();
    if advice.validity.verdict != Verdict::Valid {
        doubts.extend(&advice.validity.why);
    }
    for doubt in &doubts {
        page.wrapped("! ", 2, doubt, Style::Bad);
    }
    if !doubts.is_empty() {
        page.blank();
    }
}

fn cause(page: &mut Page, told: &ToldCause) {
    page.block(&format!("{:width$}", told.group, width = GUTTER - 1), &told.text);
    if !told.rows.is_empty() {
        page.row("", &COLUMNS.map(str::to_owned), &WIDTHS, Style::Dim);
    }
    for row in told.rows.iter().take(MOST_REMEDIES) {
        remedy(page, row);
    }
    let indent = " ".repeat(INDENT);
    if told.rows.len() > MOST_REMEDIES {
        let more = told.rows.len() - MOST_REMEDIES;
        let text = format!("… and {more} more that help, in --format json");
        page.wrapped(&indent, INDENT, &text, Style::Dim);
    }
    if let Some(rest) = &told.rest {
        page.wrapped(&indent, INDENT, rest, Style::Dim);
    }
    page.blank();
}

fn remedy(page: &mut Page, row: &ToldRemedy) {
    let name = format!("  {} {}", row.sign, row.what);
    let room = page.names(&WIDTHS);
    if name.chars().count() <= room {
        page.row(&name, &row.cells, &WIDTHS, Style::Plain);
    } else {
        page.wrapped(&format!("  {} ", row.sign), INDENT, &row.what, Style::Plain);
        page.row("", &row.cells, &WIDTHS, Style::Plain);
    }
    // As it is: a line that is broken cannot be copied.
    page.line(&format!("{}{}", " ".repeat(INDENT + 2), row.set), Style::Dim);
}
