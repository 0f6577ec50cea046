//! The sweep that fits one screen.

use crate::planning::{SweepPlan, SweepSummary, SweptPoint};
use crate::report::columns::{self, Column, EDGE};
use crate::report::format::{count, interval, metric_short};
use crate::report::plots::{MOST_PICTURES, pictures};
use crate::report::screen::{Page, Style};
use crate::report::words::plural;
use crate::summary::{Metric, Verdict};

/// More points are counted, not listed.
const MOST_POINTS: usize = 40;
/// Values of a key that are listed; of more the first ones and the last.
const MOST_VALUES: usize = 8;
/// The widest a column of a key is, and that of a metric \[columns\].
const WIDEST: [usize; 2] = [20, 27];
/// The least that is left of the title of a metric where there is no room for it \[columns\].
const NARROW: usize = 16;

/// The table of a sweep in `width` columns (80 to 100 are used); with ANSI colours if `colour`, which
/// never carry a meaning of their own.
pub(in crate::report) fn text(
    plan: &SweepPlan,
    summary: &SweepSummary,
    colour: bool,
    width: usize,
) -> String {
    let width = width.clamp(80, 100);
    let mut page = Page::new(colour, width);
    let points = plural(summary.points.len() as u64, "point");
    let title = format!("{} over {points}, each a run on the same draws", summary.scenario);
    page.wrapped("", 0, &title, Style::Bold);
    for (nth, varied) in summary.vary.iter().enumerate() {
        let name = if nth == 0 { "Varied" } else { "" };
        page.block(name, &format!("{}: {}", varied.key, listed(&varied.values)));
    }
    if !summary.set.is_empty() {
        page.block("Set", &summary.set.join(", "));
    }
    page.blank();
    doubts(&mut page, summary);
    table(&mut page, plan, summary, width);
    let pictures = pictures(&plan.grid);
    if pictures > MOST_PICTURES {
        let what = format!(
            "plots are of the first {MOST_PICTURES} of {} combinations of the other keys",
            count(pictures as u64)
        );
        page.wrapped("  ", EDGE, &what, Style::Dim);
    }
    page.text
}

fn listed(values: &[String]) -> String {
    if values.len() <= MOST_VALUES {
        return values.join(", ");
    }
    let [first @ .., _] = &values[..MOST_VALUES] else { return values.join(", ") };
    let last = values.last().map_or("", String::as_str);
    format!("{}, .. {last} ({} values)", first.join(", "), count(values.len() as u64))
}

/// Why it must not be read as it is.
fn doubts(page: &mut Page, summary: &SweepSummary) {
    let growing = summary.points.iter().filter(|it| it.validity != Verdict::Valid).count();
    let mut doubts = Vec::new();
    if growing > 0 {
        doubts.push(format!(
            "{} of {} (marked !) have no steady state, or are not what the scenario asks for: see \
             validity in the files of those points",
            count(growing as u64),
            plural(summary.points.len() as u64, "point")
        ));
    }
    for name in &summary.metrics {
        if summary.points.iter().all(|point| point.metrics[name].is_none()) {
            doubts.push(format!("{name} can occur at no point"));
        }
    }
    for doubt in &doubts {
        page.wrapped("! ", 2, doubt, Style::Bad);
    }
    if !doubts.is_empty() {
        page.blank();
    }
}

fn table(page: &mut Page, plan: &SweepPlan, summary: &SweepSummary, width: usize) {
    let shown = &summary.points[..summary.points.len().min(MOST_POINTS)];
    let mut columns: Vec<Column> = Vec::new();
    for (nth, name) in plan.grid.short_keys().into_iter().enumerate() {
        let cell =
            |point: &SweptPoint| point.values.get_index(nth).map_or("", |it| it.1).to_owned();
        columns.push(Column::new([name, ""], WIDEST[0], shown.iter().map(cell).collect()));
    }
    let verdicts = verdicts(shown);
    let mut room = EDGE + columns.iter().chain(&verdicts).map(Column::width).sum::<usize>();
    let mut left_out = Vec::new();
    for name in &summary.metrics {
        let cell = |point: &SweptPoint| told(name, point.metrics[name]);
        // The label below the name.
        let title: [&str; 2] = name.split_at(name.find('{').unwrap_or(name.len())).into();
        let cells: Vec<String> = shown.iter().map(cell).collect();
        let mut column = Column::new(title, WIDEST[1], cells.clone());
        if room + column.width() > width {
            let narrow = Column::new(["", ""], WIDEST[1], cells.clone()).width() - EDGE;
            column = Column::new(title, narrow.max(NARROW), cells);
        }
        if room + column.width() <= width {
            room += column.width();
            columns.push(column);
        } else {
            left_out.push(name.as_str());
        }
    }
    columns.extend(verdicts);
    let mark = |point: &SweptPoint| if point.validity == Verdict::Valid { "" } else { "!" };
    let marks: Vec<(&str, Style)> = shown.iter().map(|it| (mark(it), Style::Plain)).collect();
    columns::table(page, &columns, &marks);
    if summary.points.len() > shown.len() {
        let more = count((summary.points.len() - shown.len()) as u64);
        page.wrapped("  ", EDGE, &format!("… and {more} more in sweep.csv"), Style::Dim);
    }
    if !left_out.is_empty() {
        let what = format!("no room for {}; sweep.csv has all metrics", left_out.join(", "));
        page.wrapped("  ", EDGE, &what, Style::Dim);
    }
}

/// Which points meet the thresholds, where there are any.
fn verdicts(points: &[SweptPoint]) -> Option<Column> {
    let cell = |point: &SweptPoint| {
        let open = point.thresholds_inconclusive.len() as u64;
        let (passed, failed) = (point.thresholds_passed, point.thresholds_failed.len() as u64);
        match (passed + open + failed, open, failed) {
            (0, ..) => String::new(),
            (all, 0, 0) => format!("✓ all {all} hold"),
            (all, open, 0) => format!("? {open} of {all} open"),
            (all, _, failed) => format!("✗ {failed} of {all} fail"),
        }
    };
    let cells: Vec<String> = points.iter().map(cell).collect();
    let some = cells.iter().any(|cell| !cell.is_empty());
    some.then(|| Column::new(["thresholds", ""], WIDEST[0], cells))
}

/// A metric with its interval.
fn told(name: &str, metric: Option<Metric>) -> String {
    let Some((value, ci95)) = metric.and_then(|it| Some((it.value?, it.ci95))) else {
        return "–".to_owned();
    };
    let text = metric_short(name, value);
    ci95.map_or_else(|| text.clone(), |ends| format!("{text} {}", interval(name, value, ends)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_values_the_ends_are_listed() {
        let values: Vec<String> = (1..=20).map(|it| it.to_string()).collect();
        assert_eq!(listed(&values), "1, 2, 3, 4, 5, 6, 7, .. 20 (20 values)");
        assert_eq!(listed(&values[..8]), "1, 2, 3, 4, 5, 6, 7, 8");
    }
}
