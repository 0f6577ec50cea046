//! The comparison that fits one screen.

use crate::planning::{
    Change, Comparison, CountChange, DiffSummary, GroupDiff, Policy, Verdict, WorkspaceShare,
};
use crate::report::format::{count, money, number, percent, time};
use crate::report::screen::{GUTTER, Page, Style};
use crate::report::section::ALL;
use crate::report::telling::asked_of;
use crate::report::words::{cause_label, plural};
use crate::summary;

/// The comparison of two policies in `width` columns (80 to 100 are used); with ANSI colours if
/// `colour`, which never carry a meaning of their own.
pub fn diff_terminal(comparison: &Comparison, colour: bool, width: usize) -> String {
    let summary = &comparison.summary;
    let mut page = Page::new(colour, width.clamp(80, 100));
    heading(&mut page, summary);
    doubts(&mut page, summary);
    let all = &summary.groups[ALL];
    who(&mut page, summary, all);
    blocked(&mut page, summary, all);
    messages(&mut page, all);
    amounts(&mut page, all);
    damage(&mut page, all);
    most_changed(&mut page, summary);
    page.text.truncate(page.text.trim_end().len());
    page.blank();
    page.text
}

fn heading(page: &mut Page, summary: &DiffSummary) {
    let (a, b) = (&summary.a, &summary.b);
    page.wrapped("", 0, "What a change of policy does to each workspace", Style::Bold);
    for (name, policy) in [("A", a), ("B", b)] {
        page.block(name, &described(policy));
    }
    let workspaces = summary.groups[ALL].workspaces;
    let text = asked_of(&a.scenario, workspaces, summary.seed);
    // What differs besides is said below.
    let drawn = if summary.same_draws { "draws" } else { "seed" };
    page.wrapped("", 0, &format!("{text}; the same {drawn} under both"), Style::Dim);
    page.blank();
}

/// The scenario, and what is set in it.
pub(in crate::report) fn described(policy: &Policy) -> String {
    let name = &policy.scenario.name;
    if policy.set.is_empty() {
        return name.clone();
    }
    format!("{name} with {}", policy.set.join(", "))
}

/// More of what must be known first is counted, not listed.
const MOST_DOUBTS: usize = 5;

/// Why it must not be read as it is.
fn doubts(page: &mut Page, summary: &DiffSummary) {
    let mut doubts: Vec<String> = Vec::new();
    for (name, policy) in [("A", &summary.a), ("B", &summary.b)] {
        if policy.validity.verdict != summary::Verdict::Valid {
            doubts.extend(policy.validity.why.iter().map(|why| format!("{name}: {why}")));
        }
    }
    doubts.extend(summary.notes.iter().cloned());
    for doubt in doubts.iter().take(MOST_DOUBTS) {
        page.wrapped("! ", 2, doubt, Style::Bad);
    }
    if doubts.len() > MOST_DOUBTS {
        let more = doubts.len() - MOST_DOUBTS;
        page.wrapped("  ", 2, &format!("… and {more} more in diff.json"), Style::Dim);
    }
    if !doubts.is_empty() {
        page.blank();
    }
}

/// More groups than that are counted, not listed.
const MOST_GROUPS: usize = 6;

/// What verdicts are called above a column.
const VERDICTS: [&str; 5] = ["newly limited", "relieved", "hit more", "hit less", "as before"];

fn who(page: &mut Page, summary: &DiffSummary, all: &GroupDiff) {
    page.block("Who", &headline(all));
    let groups: Vec<(&String, &GroupDiff)> =
        summary.groups.iter().filter(|(name, _)| *name != ALL).collect();
    let widths = [10, 13, 9, 9, 9, 9];
    let titles: Vec<String> =
        ["workspaces"].into_iter().chain(VERDICTS).map(str::to_owned).collect();
    page.row("", &titles, &widths, Style::Dim);
    let mut row = |name: &str, group: &GroupDiff| {
        let of = |verdict| count(group.verdicts.of(verdict).workspaces);
        let cells: Vec<String> =
            std::iter::once(count(group.workspaces)).chain(Verdict::ALL.map(of)).collect();
        page.row(&format!("  {name}"), &cells, &widths, Style::Plain);
    };
    if groups.len() != 1 {
        row("all groups", all);
    }
    for (name, group) in groups.iter().take(MOST_GROUPS) {
        row(name, group);
    }
    if groups.len() > MOST_GROUPS {
        let more = groups.len() - MOST_GROUPS;
        page.wrapped("  ", 2, &format!("… and {more} more in diff.json"), Style::Dim);
    }
    page.blank();
}

/// Who is affected, in a sentence.
fn headline(all: &GroupDiff) -> String {
    let of = |verdict| all.verdicts.of(verdict);
    if of(Verdict::Same).workspaces == all.workspaces {
        return match all.workspaces_hit.a {
            0 => "nobody hits a limit, under A or B".to_owned(),
            hit => format!(
                "nothing changes: {} hit limits as often as before",
                plural(hit, "workspace")
            ),
        };
    }
    let told = |WorkspaceShare { workspaces, share }, what: &str| {
        let is = if workspaces == 1 { "is" } else { "are" };
        format!(" ({}) {is} {what}", percent(share))
    };
    let (new, relieved) = (of(Verdict::NewlyLimited), of(Verdict::Relieved));
    let first = match new.workspaces {
        0 => "no workspace is newly limited".to_owned(),
        some => format!(
            "{} of {}{}: no limit hit under A, at least one under B",
            count(some),
            plural(all.workspaces, "workspace"),
            told(new, "newly limited")
        ),
    };
    let then = match relieved.workspaces {
        0 => "none is relieved of all its limit hits".to_owned(),
        some => count(some) + &told(relieved, "relieved of all limit hits"),
    };
    format!("{first}; {then}")
}

/// The columns under A, under B and of the difference.
const WIDTHS: [usize; 3] = [14, 14, 14];

fn titles(page: &mut Page, name: &str) {
    let name = format!("{name:GUTTER$}");
    page.row(&name, &["A", "B", "change"].map(str::to_owned), &WIDTHS, Style::Bold);
}

/// What a row is of.
#[derive(Clone, Copy)]
enum Unit {
    Number,
    Hours,
    Share,
    Time,
    Money,
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::Number => number(value),
            Self::Hours => format!("{} h", number(value)),
            Self::Share => percent(value),
            Self::Time => time(value),
            Self::Money => money(value),
        }
    }

    /// A difference, with its sign; one of shares is no share of anything.
    fn show_change(self, change: f64) -> String {
        let sign = if change > 0.0 { "+" } else { "" };
        match self {
            Self::Share => format!("{sign}{} points", number(change * 100.0)),
            _ => sign.to_owned() + &self.show(change),
        }
    }
}

fn row(page: &mut Page, name: &str, unit: Unit, Change { a, b, change }: Change) {
    let cell = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |it| unit.show(it));
    let change = change.map_or_else(|| "–".to_owned(), |it| unit.show_change(it));
    page.row(&format!("  {name}"), &[cell(a), cell(b), change], &WIDTHS, Style::Plain);
}

/// A count as a figure.
fn figure(CountChange { a, b, change }: CountChange) -> Change {
    Change { a: Some(a as f64), b: Some(b as f64), change: Some(change as f64) }
}

fn blocked(page: &mut Page, summary: &DiffSummary, all: &GroupDiff) {
    if all.reasons.is_empty() {
        return;
    }
    titles(page, "Limits");
    row(page, "workspaces that hit a limit", Unit::Number, figure(all.workspaces_hit));
    row(page, "limit hits", Unit::Number, figure(all.hits));
    let text = format!(
        "hours in which a limit refused somebody, of the {} of the run:",
        count(summary.hours)
    );
    page.wrapped("  ", 2, &text, Style::Dim);
    row(page, "  all workspaces together", Unit::Hours, figure(all.hours_blocked.total));
    row(page, "  a workspace, on average", Unit::Hours, all.hours_blocked.mean);
    row(page, "  a workspace, at most", Unit::Hours, figure(all.hours_blocked.max));
    // One reason alone would be told twice.
    let met = all.reasons.iter().filter(|it| it.hits.a > 0 || it.hits.b > 0);
    let met: Vec<_> = met.collect();
    if met.len() > 1 {
        for reason in met {
            let name = format!("    for {}", cause_label(&reason.reason, None));
            row(page, &name, Unit::Hours, figure(reason.hours_blocked));
        }
    }
    page.blank();
}

fn messages(page: &mut Page, all: &GroupDiff) {
    titles(page, "Messages");
    for (name, metric, unit) in [
        ("written", "messages.offered", Unit::Number),
        ("replied to", "messages.completed", Unit::Number),
        ("lost", "messages.lost", Unit::Number),
        ("still on their way at the end", "messages.in_flight", Unit::Number),
        ("lost, of those written", "loss.rate", Unit::Share),
        ("due to reply, 95 % within", "latency.p95", Unit::Time),
    ] {
        let found = all.metrics.get(metric).map(|it| it.of_group);
        // The loss in percent is told beside lost messages, times where replies take any.
        let is_nothing = |it: &Change| it.a.unwrap_or(0.0) == 0.0 && it.b.unwrap_or(0.0) == 0.0;
        let is_told = matches!(metric, "messages.offered" | "messages.completed" | "messages.lost");
        if let Some(change) = found.filter(|it| is_told || !is_nothing(it)) {
            row(page, name, unit, change);
        }
    }
    page.blank();
}

/// Credits and money, as far as they are counted.
fn amounts(page: &mut Page, all: &GroupDiff) {
    let told = [
        ("credits used", "credits.consumed", Unit::Number),
        ("credits charged beyond the pools", "credits.overage", Unit::Number),
        ("packages bought", "packages.bought", Unit::Number),
        ("earned", "earned.total", Unit::Money),
    ];
    let found: Vec<_> = told
        .into_iter()
        .filter_map(|(name, metric, unit)| Some((name, all.metrics.get(metric)?, unit)))
        .collect();
    if found.is_empty() {
        return;
    }
    titles(page, "Amounts");
    for (name, metric, unit) in found {
        row(page, name, unit, metric.of_group);
        if let Some(each) = metric.per_workspace.filter(|_| name != "packages bought") {
            row(page, "  a workspace, on average", unit, each);
        }
    }
    page.blank();
}

/// What enforcement does that it should not.
fn damage(page: &mut Page, all: &GroupDiff) {
    let told = [
        ("credits oversold", "credits.oversold.total"),
        ("attempts admitted above a limiter", "limiter.over_admitted"),
        ("active agents above the limit", "active.over_limit.max"),
        ("refusals by a rule that had room", "false_refusals"),
        ("credits out of reach, at most", "credits.held_stranded"),
        ("credits charged beyond holds", "credits.above_hold"),
        ("holds ended too early", "holds.expired"),
        ("attempts charged twice", "double_charges"),
        ("attempts whose end was not heard", "releases.lost"),
        ("credits used and never charged", "credits.unbilled"),
        ("attempts admitted unchecked", "admissions.unchecked"),
    ];
    let found: Vec<_> = told
        .into_iter()
        .filter_map(|(name, metric)| Some((name, all.metrics.get(metric)?)))
        .collect();
    if found.is_empty() {
        return;
    }
    titles(page, "Enforced");
    for (name, metric) in found {
        row(page, name, Unit::Number, metric.of_group);
    }
    page.blank();
}

/// So many of the workspaces that change most are shown.
const MOST_SHOWN: usize = 5;

fn most_changed(page: &mut Page, summary: &DiffSummary) {
    if summary.most_changed.is_empty() {
        return;
    }
    titles(page, "Changed most, in hours blocked");
    for workspace in summary.most_changed.iter().take(MOST_SHOWN) {
        let verdict = Verdict::ALL.iter().position(|it| *it == workspace.verdict);
        let verdict = verdict.map_or("", |place| VERDICTS[place]);
        let name = format!("{}, {verdict}", workspace.workspace);
        row(page, &name, Unit::Hours, figure(workspace.hours_blocked));
    }
}
