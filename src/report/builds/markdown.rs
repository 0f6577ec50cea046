//! A run in Markdown, for the summary of a build or a comment on a change. Writing into a text cannot
//! fail, so its results are dropped.

use std::fmt::Write;

use super::{Outcome, Uncertain, from_to, headline};
use crate::report::format::{count, interval, metric};
use crate::report::markup::escaped;
use crate::report::section::ALL;
use crate::report::telling::{self, AT_ONCE, Figures, GROUPS, LIMITS, TIMES, Times};
use crate::report::words::{cause_label, offer_label, plural};
use crate::scenario::Scenario;
use crate::summary::{CauseSummary, GroupSummary, Summary, ThresholdSummary, ThresholdVerdict};

/// The summary of a run: what failed first, then limits, messages and times; the rest is folded.
///
/// It is as long as a page of a build has room for, whatever the scenario: of many thresholds and groups
/// the rest is counted.
pub fn run_markdown(scenario: &Scenario, summary: &Summary, uncertain: Uncertain) -> String {
    let mark = Outcome::of_run(summary, uncertain).mark();
    let name = escaped(&summary.scenario.name);
    let mut text = format!("### {mark} limitlab run: {name}: {}\n", headline(summary));
    // Behind another sentence nothing that an author wrote begins a list or a heading.
    let about = summary.scenario.about.as_deref().map(escaped).unwrap_or_default();
    let _ = writeln!(text, "\n{}. {about}", telling::asked(summary));
    if let Some(doubt) = telling::doubt(summary) {
        let why = escaped(&summary.validity.why.join(" "));
        let _ = writeln!(text, "\n> **{}**: {why}", doubt.to_uppercase());
    }
    thresholds(&mut text, scenario, summary, uncertain);
    if let Some(all) = summary.groups.get(ALL) {
        limits(&mut text, all, summary);
        messages(&mut text, all);
        folded_words(&mut text, scenario, summary);
        folded_offers(&mut text, all);
        folded_groups(&mut text, summary);
        folded_figures(&mut text, all);
    }
    let sha256 = summary.scenario.sha256.get(..12).unwrap_or(&summary.scenario.sha256);
    let limitlab = escaped(&summary.limitlab);
    let _ = writeln!(
        text,
        "\nlimitlab {limitlab}, scenario {}. Plots are in report.html, every figure of every group is in \
         summary.json.",
        escaped(sha256)
    );
    text
}

/// More rows than that are counted, not listed.
const MOST_ROWS: usize = 100;

/// The same of figures, of which a group has some hundred, and more by every limit that it has.
const MOST_FIGURES: usize = 500;

/// A table whose columns but the first `names` are figures.
fn table<const N: usize>(
    text: &mut String,
    titles: [&str; N],
    names: usize,
    rows: impl IntoIterator<Item = [String; N]>,
) {
    let rule: Vec<&str> =
        (0..N).map(|column| if column < names { "---" } else { "---:" }).collect();
    let _ = writeln!(text, "\n| {} |\n| {} |", titles.join(" | "), rule.join(" | "));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.map(|cell| escaped(&cell)).join(" | "));
    }
}

/// Says how many rows a table of `most` does not have.
fn more(text: &mut String, all: usize, most: usize, place: &str) {
    if all > most {
        let _ = writeln!(text, "\n… and {} more in {place}", count((all - most) as u64));
    }
}

/// What is there for whoever opens it.
fn folded(text: &mut String, title: &str, write: impl FnOnce(&mut String)) {
    let _ = writeln!(text, "\n<details><summary>{}</summary>", escaped(title));
    write(text);
    text.push_str("\n</details>\n");
}

/// What failed, then what is not certain, then what holds.
fn thresholds(text: &mut String, scenario: &Scenario, summary: &Summary, uncertain: Uncertain) {
    let mut listed: Vec<(usize, &ThresholdSummary)> =
        summary.thresholds.iter().enumerate().collect();
    if listed.is_empty() {
        return;
    }
    listed.sort_by_key(|(_, threshold)| threshold.verdict);
    let rows = listed.iter().take(MOST_ROWS).map(|&(index, threshold)| {
        let word = match threshold.verdict {
            ThresholdVerdict::Pass => "holds",
            ThresholdVerdict::Inconclusive => "not certain",
            ThresholdVerdict::Fail => "failed",
        };
        let mark = Outcome::of(threshold.verdict, uncertain).mark();
        let Figures { value, interval, .. } = telling::figures(scenario, index, threshold);
        let measured = std::iter::once(value).chain(telling::broken(threshold));
        [
            // In a narrow column it stays in one line.
            format!("{mark} {word}").replace(' ', "\u{a0}"),
            threshold.threshold.clone(),
            measured.collect::<Vec<String>>().join(", "),
            interval.as_ref().map_or_else(String::new, from_to),
        ]
    });
    table(text, ["", "threshold", "measured", "95% interval"], 4, rows);
    more(text, listed.len(), MOST_ROWS, "summary.json");
}

fn limits(text: &mut String, all: &GroupSummary, summary: &Summary) {
    let _ = writeln!(text, "\n**Limits**: {}.", telling::headline(all));
    let (hit, never): (Vec<_>, Vec<_>) = all.refusals.iter().partition(|it| it.refused > 0.0);
    if !hit.is_empty() {
        let rows = hit.iter().take(MOST_ROWS).map(|cause| {
            let [refused, share, workspaces, first] = telling::limit(summary, cause);
            [named(cause), refused, share, workspaces, first]
        });
        let [refused, share, workspaces, first] = LIMITS;
        table(text, ["limit", refused, share, workspaces, first], 1, rows);
        more(text, hit.len(), MOST_ROWS, "summary.json");
        if let Some(note) = telling::first_of(summary) {
            let _ = writeln!(text, "\n({note})");
        }
    }
    if !never.is_empty() {
        let names: Vec<String> = never.iter().take(MOST_ROWS).map(|cause| named(cause)).collect();
        let _ = writeln!(text, "\nNever met: {}.", escaped(&names.join(", ")));
        more(text, never.len(), MOST_ROWS, "summary.json");
    }
}

fn named(cause: &CauseSummary) -> String {
    cause_label(&cause.reason, cause.limiter.as_deref())
}

fn messages(text: &mut String, all: &GroupSummary) {
    let _ = write!(text, "\n**Messages**: {}", telling::messages(all));
    match telling::times(all) {
        Times::None => text.push_str(".\n"),
        Times::AtOnce => {
            let _ = writeln!(text, "; {AT_ONCE}.");
        }
        Times::Rows(rows) => {
            text.push_str(".\n");
            let rows = rows.into_iter().map(|(label, [mean, p50, p95, p99, most])| {
                [label.to_owned(), mean, p50, p95, p99, most]
            });
            let [mean, p50, p95, p99, most] = TIMES;
            table(text, ["time", mean, p50, p95, p99, most], 1, rows);
        }
    }
}

/// Credits, agents, servers and whatever else there is, in the words of the terminal.
fn folded_words(text: &mut String, scenario: &Scenario, summary: &Summary) {
    let blocks = telling::blocks(scenario, summary);
    if blocks.is_empty() {
        return;
    }
    let titles: Vec<&str> = blocks.iter().map(|block| block.title).collect();
    folded(text, &titles.join(", "), |text| {
        text.push('\n');
        for block in &blocks {
            let _ = writeln!(text, "- **{}**: {}", block.title, escaped(&block.lines.join("; ")));
        }
    });
}

/// What customers were told by the limits that they hit.
fn folded_offers(text: &mut String, all: &GroupSummary) {
    let hit: Vec<&CauseSummary> = all.refusals.iter().filter(|it| it.refused > 0.0).collect();
    if hit.is_empty() {
        return;
    }
    folded(text, "What customers were told", |text| {
        let rows = hit.iter().take(MOST_ROWS).map(|cause| {
            let options: Vec<String> = cause.options.iter().map(|it| offer_label(it)).collect();
            [named(cause), cause.sentence.clone(), options.join(", ")]
        });
        table(text, ["limit", "sentence", "what is offered"], 3, rows);
        more(text, hit.len(), MOST_ROWS, "summary.json");
    });
}

fn folded_groups(text: &mut String, summary: &Summary) {
    let [groups, plans] = telling::parts(summary);
    if groups.len() > 1 {
        folded_parts(text, "group", &groups);
    }
    if !plans.is_empty() {
        folded_parts(text, "plan", &plans);
    }
}

fn folded_parts(text: &mut String, kind: &str, parts: &[(String, &GroupSummary)]) {
    folded(text, &plural(parts.len() as u64, kind), |text| {
        let rows = parts.iter().take(MOST_ROWS).map(|(name, of)| {
            let [workspaces, messages, lost, p95, hit] = telling::group(of);
            [name.clone(), workspaces, messages, lost, p95, hit]
        });
        let [workspaces, messages, lost, p95, hit] = GROUPS;
        table(text, [kind, workspaces, messages, lost, p95, hit], 1, rows);
        more(text, parts.len(), MOST_ROWS, "report.html");
    });
}

/// Every figure of all groups together.
fn folded_figures(text: &mut String, all: &GroupSummary) {
    folded(text, &format!("All {}", plural(all.metrics.len() as u64, "figure")), |text| {
        let rows = all.metrics.iter().take(MOST_FIGURES).map(|(name, of)| {
            let value = of.value.map_or_else(|| "not observed".to_owned(), |it| metric(name, it));
            let interval = of.value.zip(of.ci95).map(|(value, ends)| interval(name, value, ends));
            let interval = interval.unwrap_or_default();
            let interval = interval.trim_matches(['(', ')']).to_owned();
            [name.clone(), value, interval, count(of.n)]
        });
        table(text, ["metric", "value", "95% interval", "n"], 1, rows);
        more(text, all.metrics.len(), MOST_FIGURES, "summary.json");
    });
}
