//! The summary that fits one screen.

use std::fmt::Write as _;

use super::screen::{GUTTER, Page, Style};
use super::section::ALL;
use super::telling::{self, AT_ONCE, GROUPS, LIMITS, TIMES, Times, measured};
use super::words::cause_label;
use crate::scenario::Scenario;
use crate::summary::{GroupSummary, Summary, ThresholdSummary, ThresholdVerdict};

/// The summary of a run in `width` columns (80 to 100 are used); with ANSI colours if `colour`,
/// which never carry a meaning of their own.
pub fn terminal(scenario: &Scenario, summary: &Summary, colour: bool, width: usize) -> String {
    let mut page = Page::new(colour, width.clamp(80, 100));
    heading(&mut page, summary);
    validity(&mut page, summary);
    thresholds(&mut page, scenario, summary);
    if let Some(all) = summary.groups.get(ALL) {
        limits(&mut page, all, summary);
        messages(&mut page, all);
        for block in telling::blocks(scenario, summary) {
            for (index, line) in block.lines.iter().enumerate() {
                page.block(if index == 0 { block.title } else { "" }, line);
            }
        }
    }
    groups(&mut page, summary);
    page.text
}

fn heading(page: &mut Page, summary: &Summary) {
    let scenario = &summary.scenario;
    page.wrapped("", 0, &scenario.name, Style::Bold);
    if let Some(about) = &scenario.about {
        page.wrapped("", 0, about, Style::Plain);
    }
    page.wrapped("", 0, &telling::asked(summary), Style::Dim);
    page.blank();
}

fn validity(page: &mut Page, summary: &Summary) {
    let Some(doubt) = telling::doubt(summary) else { return };
    page.wrapped("", 0, &format!("! {}", doubt.to_uppercase()), Style::Bad);
    for why in &summary.validity.why {
        page.wrapped("  ", 2, why, Style::Plain);
    }
    page.blank();
}

/// More thresholds than that are counted, not listed; those that fail come first.
const MOST_THRESHOLDS: usize = 8;

fn thresholds(page: &mut Page, scenario: &Scenario, summary: &Summary) {
    let Some((worst, verdict)) = telling::verdict(summary) else { return };
    let all = &summary.thresholds;
    let (mark, style) = marked(worst);
    let verdict = page.styled(&format!("{mark} {verdict}"), style);
    let name = page.styled(&format!("{:GUTTER$}", "Thresholds"), Style::Bold);
    _ = writeln!(page.text, "{name}{verdict}");
    let mut listed: Vec<(usize, &ThresholdSummary)> = all.iter().enumerate().collect();
    if all.len() > MOST_THRESHOLDS {
        listed.sort_by_key(|(_, threshold)| threshold.verdict);
        listed.truncate(MOST_THRESHOLDS);
    }
    let written = listed.iter().map(|(_, it)| it.threshold.chars().count()).max().unwrap_or(0);
    for &(index, threshold) in &listed {
        let measured = measured(scenario, index, threshold);
        let (mark, style) = marked(threshold.verdict);
        let mark = page.styled(mark, style);
        let line = format!("  {mark} {:written$}  {measured}\n", threshold.threshold);
        page.text.push_str(&line);
        if let Some(broken) = telling::broken(threshold) {
            page.wrapped("      ", 6, &broken, Style::Plain);
        }
    }
    if all.len() > listed.len() {
        let more = all.len() - listed.len();
        page.wrapped("  ", 2, &format!("… and {more} more in summary.json"), Style::Dim);
    }
    page.blank();
}

const fn marked(verdict: ThresholdVerdict) -> (&'static str, Style) {
    let style = match verdict {
        ThresholdVerdict::Pass => Style::Good,
        ThresholdVerdict::Inconclusive => Style::Bold,
        ThresholdVerdict::Fail => Style::Bad,
    };
    (telling::sign(verdict), style)
}

fn limits(page: &mut Page, all: &GroupSummary, summary: &Summary) {
    page.block("Limits", &telling::headline(all));
    let (hit, never): (Vec<_>, Vec<_>) = all.refusals.iter().partition(|it| it.refused > 0.0);
    let widths = [12, 10, 12, 14];
    let note = telling::first_of(summary).filter(|_| !hit.is_empty());
    if !hit.is_empty() {
        page.row("", &LIMITS.map(str::to_owned), &widths, Style::Dim);
    }
    for cause in hit {
        let cells = telling::limit(summary, cause);
        let name = cause_label(&cause.reason, cause.limiter.as_deref());
        page.row(&format!("  {name}"), &cells, &widths, Style::Plain);
        page.wrapped("    ", 4, &told(&cause.sentence), Style::Dim);
    }
    if let Some(note) = note {
        page.wrapped("  ", 2, note, Style::Dim);
    }
    if !never.is_empty() {
        let names: Vec<String> = never
            .iter()
            .map(|cause| cause_label(&cause.reason, cause.limiter.as_deref()))
            .collect();
        page.wrapped("  ", 2, &format!("never met: {}", names.join(", ")), Style::Plain);
    }
    page.blank();
}

/// What customers were told, without the advice that follows.
fn told(sentence: &str) -> String {
    match sentence.split_once(". ") {
        Some((first, _)) => format!("“{first}. …”"),
        None => format!("“{sentence}”"),
    }
}

fn messages(page: &mut Page, all: &GroupSummary) {
    page.block("Messages", &telling::messages(all));
    match telling::times(all) {
        Times::None => {}
        Times::AtOnce => page.block("", AT_ONCE),
        Times::Rows(rows) => {
            let widths = [9; 5];
            page.row("", &TIMES.map(str::to_owned), &widths, Style::Dim);
            for (label, cells) in rows {
                page.row(&format!("  {label}"), &cells, &widths, Style::Plain);
            }
        }
    }
}

/// More groups than that are counted, not listed.
const MOST_GROUPS: usize = 6;

fn groups(page: &mut Page, summary: &Summary) {
    let [groups, plans] = telling::parts(summary);
    if groups.len() > 1 {
        page.blank();
        parts(page, "Groups", &groups);
    }
    if !plans.is_empty() {
        page.blank();
        parts(page, "Plans", &plans);
        page.wrapped("  ", 2, telling::OF_PLANS, Style::Dim);
    }
}

fn parts(page: &mut Page, title: &str, parts: &[(String, &GroupSummary)]) {
    let widths = [11, 12, 9, 10, 13];
    page.row(title, &GROUPS.map(str::to_owned), &widths, Style::Bold);
    for (name, of) in parts.iter().take(MOST_GROUPS) {
        page.row(&format!("  {name}"), &telling::group(of), &widths, Style::Plain);
    }
    if parts.len() > MOST_GROUPS {
        let more = parts.len() - MOST_GROUPS;
        page.wrapped("  ", 2, &format!("… and {more} more in report.html"), Style::Dim);
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::report::fixture::small;
    use crate::summary::Verdict;

    #[test]
    fn the_summary_fits_a_screen() {
        let (scenario, _, summary) = small();
        let text = terminal(&scenario, &summary, false, 90);
        assert!(text.lines().all(|line| line.chars().count() <= 90), "{text}");
        assert!(text.lines().count() <= 30, "{text}");
        assert_snapshot!(text, @r"
        three-shops
        Three shops share what a plan of ten credits gives them.
        3 workspaces over 3.5 h from 2026-06-01 (the first 30 min not measured), seed 7

        Thresholds  ? 1 of 2 is not certain
          ✓ latency.p99 < 10s           7 s
          ? workspaces.hit.share < 50%  100 %, 95% between 44 % and 100 %

        Limits      100 % of the workspaces hit a limit, the worst of them 8 times
                                                 refused    of tries    workspaces   first, median
          active agents                                3       100 %             3       after 2 h
            “The limit of active agents has been reached. …”
          rate limit “burst”                           2       7.4 %             1    after 50 min
            “The fair-use limit has been reached. …”
          credits used up                             10        37 %             3    after 90 min
            “The workspace has used up its credits. …”
          first: from the start of the run to the first one after the warm-up
          never met: servers busy

        Messages    27 due, 15 answered, 12 lost (44 %)
                                                  mean        p50        p95        p99    slowest
          due to reply                          3.33 s        3 s        7 s        7 s        7 s
          waiting                               2.33 s        2 s        6 s        6 s        6 s
          being served                             1 s        1 s        1 s        1 s        1 s
        Credits     30 used, 30 there at the start
                    ran out in 100 % of the periods, first after 90 min (median, the warm-up
                    included); none left for 63 % of the time
        Agents      3 active in a workspace on average, 3 at most; all slots taken for 100 % of
                    the time
        Servers     0.046 % busy; 0.00108 messages wait on average, 1 at most
        ");
    }

    #[test]
    fn colours_add_nothing_but_colour() {
        let (scenario, _, summary) = small();
        let coloured = terminal(&scenario, &summary, true, 90);
        let mut plain = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, code)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = code.split_once('m').map_or("", |(_, after)| after);
        }
        plain.push_str(rest);
        assert_eq!(plain, terminal(&scenario, &summary, false, 90));
    }

    #[test]
    fn a_run_that_is_not_valid_says_so_first() {
        let (scenario, _, mut summary) = small();
        summary.validity.verdict = Verdict::Growing;
        summary.validity.why = vec!["The backlog grows by 2.000 messages/s.".to_owned()];
        let text = terminal(&scenario, &summary, false, 80);
        let (validity, thresholds) =
            (text.find("NO STEADY STATE").unwrap(), text.find("Thresholds").unwrap());
        assert!(validity < thresholds, "{text}");
    }
}
