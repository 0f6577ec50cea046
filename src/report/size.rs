//! What size is enough, on one screen.

use super::columns::{Column, table};
use super::format::{count, interval, metric_short, money};
use super::screen::{Page, Style};
use super::telling::sign;
use super::words::plural;
use crate::planning::{Aim, Judged, Setting, SizeSummary, Tried, short_keys};
use crate::summary::{ThresholdVerdict, Verdict};

/// More settings are counted, not listed.
const MOST_SETTINGS: usize = 30;
/// More thresholds have no column.
const MOST_THRESHOLDS: usize = 2;
/// The widest a column of a knob is, and that of a threshold \[columns\].
const WIDEST: [usize; 2] = [22, 32];

/// The answer with its evidence in `width` columns (80 to 100 are used); with ANSI colours if `colour`,
/// which never carry a meaning of their own. `again` is how a setting is run by itself.
pub fn size_terminal(
    size: &SizeSummary,
    again: impl Fn(&Setting) -> String,
    colour: bool,
    width: usize,
) -> String {
    let mut page = Page::new(colour, width.clamp(80, 100));
    let aim = match size.asked {
        Aim::Smallest => "the smallest value that is enough",
        Aim::Largest => "the largest value that is still good",
        Aim::Cheapest => "the cheapest setting that is enough",
    };
    page.wrapped("", 0, &format!("{}: {aim}", size.scenario), Style::Bold);
    for (nth, knob) in size.knobs.iter().enumerate() {
        let price = knob.price.map_or_else(String::new, |it| format!(", {} each", money(it)));
        let (key, lowest, highest) = (&knob.key, &knob.lowest, &knob.highest);
        let values = plural(knob.values as u64, "value");
        let text = format!("{key} from {lowest} to {highest} ({values}{price})");
        page.block(if nth == 0 { "Knobs" } else { "" }, &text);
    }
    for (nth, threshold) in size.until.iter().enumerate() {
        page.block(if nth == 0 { "Until" } else { "" }, threshold);
    }
    if !size.set.is_empty() {
        page.block("Set", &size.set.join(", "));
    }
    page.blank();
    answer(&mut page, size);
    page.blank();
    evidence(&mut page, size);
    if let Some(found) = &size.answer {
        page.blank();
        page.line(&again(found), Style::Dim);
    }
    page.text
}

/// `backend.servers=12`, several of them after each other.
fn told(setting: &Setting) -> String {
    let values: Vec<String> = setting.iter().map(|(key, value)| format!("{key}={value}")).collect();
    values.join(" ")
}

fn answer(page: &mut Page, size: &SizeSummary) {
    if !size.complete {
        page.wrapped("! ", 2, "Interrupted: this is what was found until then.", Style::Bad);
    }
    let knob = size.knobs.first();
    match &size.answer {
        Some(found) => {
            let best = match size.asked {
                Aim::Smallest => "the smallest that meets",
                Aim::Largest => "the largest that meets",
                Aim::Cheapest => "the cheapest that meets",
            };
            let every = if size.until.len() == 1 { "it" } else { "all of them" };
            page.wrapped("✓ ", 2, &format!("{} is {best} {every}", told(found)), Style::Good);
            if let Some(tried) = size.of(found) {
                evidence_of(page, tried);
                cost(page, tried);
            }
            let end = knob.map(|knob| match size.asked {
                Aim::Largest => &knob.highest,
                _ => &knob.lowest,
            });
            let is_end = size.knobs.len() == 1 && found.values().next() == end;
            if is_end && size.asked != Aim::Cheapest {
                let what = "It is an end of the range: beyond it there may be a better one.";
                page.wrapped("  ", 2, what, Style::Plain);
            }
        }
        None if size.open.is_empty() => {
            let what = "No setting in the range meets what it has to.";
            page.wrapped("✗ ", 2, what, Style::Bad);
        }
        None => {
            let what = "No setting in the range is certain to meet what it has to.";
            page.wrapped("? ", 2, what, Style::Bad);
        }
    }
    if let Some(tried) = size.beyond.as_ref().and_then(|beyond| size.of(beyond)) {
        page.wrapped("✗ ", 2, &format!("{} does not", told(&tried.setting)), Style::Bad);
        evidence_of(page, tried);
    }
    for open in &size.open {
        let replications = size.of(open).map_or(0, |it| it.replications);
        let replications = count(u64::from(replications));
        let what = format!("{} is not certain after {replications} replications", told(open));
        page.wrapped("? ", 2, &what, Style::Bold);
    }
    if !size.open.is_empty() {
        let what = "A longer run, or more replications (--max-replications), can tell.";
        page.wrapped("  ", 2, what, Style::Plain);
    }
    footnotes(page, size);
}

/// How verdicts are to be read.
fn footnotes(page: &mut Page, size: &SizeSummary) {
    if size.answer.is_none() {
        let what = match size.asked {
            Aim::Largest => "Less of the knob is taken to be never worse.",
            _ => "More of a knob is taken to be never worse.",
        };
        page.wrapped("  ", 2, what, Style::Dim);
    }
    let judged = || size.tried.iter().flat_map(|it| &it.thresholds);
    if judged().any(|it| it.interval.is_some()) {
        let what = format!(
            "Each verdict by an interval is {:.0} % certain, over all looks at ever more replications.",
            size.confidence * 100.0
        );
        page.wrapped("  ", 2, &what, Style::Dim);
    }
    let without = || judged().filter(|it| it.interval.is_none());
    if without().any(|it| it.verdict != ThresholdVerdict::Inconclusive) {
        page.wrapped("  ", 2, "What never has an interval goes by its value.", Style::Dim);
    }
    if without().any(|it| it.verdict == ThresholdVerdict::Inconclusive) {
        page.wrapped(
            "  ",
            2,
            "Where too few were observed for an interval nothing is told.",
            Style::Dim,
        );
    }
}

/// What was measured of each threshold.
fn evidence_of(page: &mut Page, tried: &Tried) {
    for judged in &tried.thresholds {
        let n = match judged.n {
            Some(n) => format!(", n {}", count(n)),
            None => String::new(),
        };
        let what = format!("{}: {}{n}", judged.threshold, measured(judged));
        page.wrapped("    ", 4, &what, Style::Plain);
    }
    if tried.validity != Verdict::Valid {
        let what = "It has no steady state: a longer run would have other figures.";
        page.wrapped("    ", 4, what, Style::Bad);
    }
}

fn cost(page: &mut Page, tried: &Tried) {
    let Some(cost) = tried.cost else { return };
    let parts = match (cost.knobs, cost.spent) {
        (Some(knobs), Some(spent)) => {
            format!(": {} for knobs, {} spent by workspaces", money(knobs), money(spent))
        }
        (None, _) => ", spent by workspaces".to_owned(),
        (Some(_), None) => String::new(),
    };
    page.wrapped("    ", 4, &format!("cost {}{parts}", money(cost.total)), Style::Plain);
}

/// `1.25 s (1.2 to 1.3 s)`.
fn measured(judged: &Judged) -> String {
    let Some(value) = judged.value else { return "nothing observed".to_owned() };
    let text = metric_short(&judged.metric, value);
    let ends = judged.interval;
    ends.map_or_else(
        || text.clone(),
        |ends| format!("{text} {}", interval(&judged.metric, value, ends)),
    )
}

/// Every setting that was tried.
fn evidence(page: &mut Page, size: &SizeSummary) {
    let shown = &size.tried[..size.tried.len().min(MOST_SETTINGS)];
    let cells = |cell: &dyn Fn(&Tried) -> String| shown.iter().map(cell).collect::<Vec<_>>();
    let mut columns: Vec<Column> = Vec::new();
    let keys: Vec<&str> = size.knobs.iter().map(|knob| knob.key.as_str()).collect();
    for (nth, title) in short_keys(&keys).into_iter().enumerate() {
        let cell = |it: &Tried| it.setting.get_index(nth).map_or("", |it| it.1).to_owned();
        columns.push(Column::new([title, ""], WIDEST[0], cells(&cell)));
    }
    for nth in 0..size.until.len().min(MOST_THRESHOLDS) {
        let metric = shown.first().and_then(|it| it.thresholds.get(nth)).map(|it| &it.metric);
        let metric = metric.map_or("", String::as_str);
        let title = metric.split_at(metric.find('{').unwrap_or(metric.len())).into();
        let cell = |it: &Tried| {
            let judged = &it.thresholds[nth];
            format!("{} {}", sign(judged.verdict), measured(judged))
        };
        columns.push(Column::new(title, WIDEST[1], cells(&cell)));
    }
    let replications = |it: &Tried| count(u64::from(it.replications));
    columns.push(Column::new(["replications", ""], WIDEST[0], cells(&replications)));
    if shown.iter().any(|it| it.cost.is_some()) {
        let cost = |it: &Tried| it.cost.map_or_else(String::new, |cost| money(cost.total));
        columns.push(Column::new(["cost", ""], WIDEST[0], cells(&cost)));
    }
    let mark = |it: &Tried| match it.verdict {
        ThresholdVerdict::Pass => (sign(it.verdict), Style::Good),
        _ => (sign(it.verdict), Style::Plain),
    };
    let marks: Vec<(&str, Style)> = shown.iter().map(mark).collect();
    table(page, &columns, &marks);
    if size.tried.len() > shown.len() {
        let more = count((size.tried.len() - shown.len()) as u64);
        page.wrapped("  ", 2, &format!("… and {more} more with --format json"), Style::Dim);
    }
    if size.until.len() > MOST_THRESHOLDS {
        let what = "the other thresholds are there with --format json";
        page.wrapped("  ", 2, what, Style::Dim);
    }
}
