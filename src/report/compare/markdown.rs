//! The comparison of two results in Markdown, for the summary of a build or a comment on a change.
//! Writing into a text cannot fail, so its results are dropped.

use std::fmt::Write;

use super::cells::{TITLES, TOLD, VERDICTS, cells, described, headline, how};
use crate::planning::{CompareSummary, MetricVerdict};
use crate::report::markup::escaped;
use crate::report::words::plural;

/// The comparison: what failed first, then what else differs; the rest is folded.
pub fn compare_markdown(of: &CompareSummary) -> String {
    let mark = if of.fails() { "❌" } else { "✅" };
    let mut text = format!("### {mark} limitlab compare: {}\n\n", headline(of));
    let _ = writeln!(text, "- OLD {}", escaped(&described(&of.old)));
    let _ = writeln!(text, "- NEW {}\n\n{}", escaped(&described(&of.new)), how(of));
    for note in &of.notes {
        let _ = writeln!(text, "\n> {}", escaped(note));
    }
    if !of.others.is_empty() {
        text.push_str("\n| what | old | new |\n| --- | --- | --- |\n");
        for other in &of.others {
            let side = |side: &Option<String>| escaped(side.as_deref().unwrap_or("-"));
            let (old, new) = (side(&other.old), side(&other.new));
            let _ = writeln!(text, "| {} | {old} | {new} |", escaped(&other.what));
        }
    }
    for (place, (verdict, title)) in VERDICTS.iter().enumerate() {
        let count = of.with(*verdict).count();
        if count == 0 {
            continue;
        }
        let metrics = plural(count as u64, "metric");
        if place < TOLD {
            let _ = write!(text, "\n**{title}** ({metrics})\n\n");
            table(&mut text, of, *verdict);
        } else {
            let _ = write!(text, "\n<details><summary>{title}: {metrics}</summary>\n\n");
            table(&mut text, of, *verdict);
            text.push_str("\n</details>\n");
        }
    }
    text
}

/// The metrics with one verdict, a row each.
fn table(text: &mut String, of: &CompareSummary, verdict: MetricVerdict) {
    let _ = writeln!(text, "| group | metric | {} |", TITLES.join(" | "));
    text.push_str("| --- | --- | ---: | ---: | ---: | ---: | ---: |\n");
    for (group, name, metric) in of.with(verdict) {
        let cells = cells(name, metric).map(|cell| escaped(&cell)).join(" | ");
        let _ = writeln!(text, "| {} | {} | {cells} |", escaped(group), escaped(name));
    }
}
