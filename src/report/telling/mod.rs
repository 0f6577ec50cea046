//! What a run tells, in words that the terminal and the page have in common.
//!
//! Every figure in it stands in `summary.json`, here rounded.

mod damage;
mod metering;
mod precision;
mod shadow;

use std::fmt::Write as _;

use super::format::{count, every, metric, metric_beside, number, percent, span, time};
use super::section::ALL;
use super::words::plural;
use crate::scenario::Scenario;
use crate::summary::{
    CauseSummary, GroupSummary, Identity, Summary, ThresholdSummary, ThresholdVerdict, Verdict,
};
use crate::units::SimSpan;

/// What there is to tell about one thing: a title, and sentences without their ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub title: &'static str,
    pub lines: Vec<String>,
}

impl Block {
    fn of(title: &'static str, line: String) -> Self {
        Self { title, lines: vec![line] }
    }
}

/// What happened in all groups besides messages and limits: a block for what can happen in them.
pub(super) fn blocks(scenario: &Scenario, summary: &Summary) -> Vec<Block> {
    let Some(all) = summary.groups.get(ALL) else { return Vec::new() };
    [
        metering::credits(all, summary),
        metering::earned(all),
        metering::plans(all),
        metering::agents(all),
        servers(all),
        damage::damage(scenario, all),
        shadow::shadow(all, summary),
        precision::precision(scenario, summary),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What was asked: how many workspaces, how long, from when.
pub(super) fn asked(summary: &Summary) -> String {
    let workspaces = summary.groups.get(ALL).map_or(0, |all| all.workspaces);
    let replications = match summary.replications {
        1 => String::new(),
        several => {
            let several = plural(u64::from(several), "replication");
            format!(", {several}: counts are means over them")
        }
    };
    asked_of(&summary.scenario, workspaces, summary.seed) + &replications
}

/// The same of one replication.
pub(super) fn asked_of(scenario: &Identity, workspaces: u64, seed: u64) -> String {
    let from = instant(&scenario.start);
    let warm_up = if scenario.warm_up_s > 0.0 {
        let found = scenario.warm_up_by.as_ref().map(|by| format!(", by {by}"));
        format!(
            " (the first {} not measured{})",
            time(scenario.warm_up_s),
            found.unwrap_or_default()
        )
    } else if let Some(by) = &scenario.warm_up_by {
        format!(" (all of it measured, by {by})")
    } else {
        String::new()
    };
    format!(
        "{} over {} from {from}{warm_up}, seed {seed}",
        plural(workspaces, "workspace"),
        time(scenario.duration_s),
    )
}

/// An instant in UTC: the day alone if it is its midnight, since elsewhere the day may be another.
fn instant(text: &str) -> String {
    match text.split_once('T') {
        Some((day, "00:00:00Z")) => day.to_owned(),
        Some((day, time)) => {
            let time = time.trim_end_matches('Z');
            format!("{day} {} UTC", time.strip_suffix(":00").unwrap_or(time))
        }
        None => text.to_owned(),
    }
}

/// Why a run must not be read as it is, in two words.
pub(super) const fn doubt(summary: &Summary) -> Option<&'static str> {
    match summary.validity.verdict {
        Verdict::Valid => None,
        Verdict::Growing => Some("no steady state"),
        Verdict::Invalid => Some("not valid"),
    }
}

/// What became of the thresholds, in all and in words; `None` if there are none.
pub(super) fn verdict(summary: &Summary) -> Option<(ThresholdVerdict, String)> {
    let verdict = summary.verdict()?;
    let total = summary.thresholds.len();
    let those = summary.thresholds.iter().filter(|threshold| threshold.verdict == verdict).count();
    let text = match (verdict, total) {
        (ThresholdVerdict::Pass, 1) => "it holds".to_owned(),
        (ThresholdVerdict::Pass, 2) => "both hold".to_owned(),
        (ThresholdVerdict::Pass, _) => format!("all {total} hold"),
        (ThresholdVerdict::Inconclusive, 1) => "it is not certain that it holds".to_owned(),
        (ThresholdVerdict::Inconclusive, _) => {
            let is = if those == 1 { "is" } else { "are" };
            format!("{those} of {total} {is} not certain")
        }
        (ThresholdVerdict::Fail, 1) => "it failed".to_owned(),
        (ThresholdVerdict::Fail, _) => format!("{those} of {total} failed"),
    };
    Some((verdict, text))
}

/// The sign of what became of a threshold, or of all.
pub(super) const fn sign(verdict: ThresholdVerdict) -> &'static str {
    match verdict {
        ThresholdVerdict::Pass => "✓",
        ThresholdVerdict::Inconclusive => "?",
        ThresholdVerdict::Fail => "✗",
    }
}

/// A threshold in figures, precisely enough to be told from its bound.
pub(super) struct Figures {
    /// What was measured, in the worst window if it is over windows.
    pub value: String,
    /// The ends of its 95% interval, where there is one.
    pub interval: Option<[String; 2]>,
    /// What it must be, as `< 15 s`; `None` of a threshold that the scenario does not have.
    pub bound: Option<String>,
}

/// What was measured against a threshold, and against what.
pub(super) fn figures(scenario: &Scenario, index: usize, summary: &ThresholdSummary) -> Figures {
    let threshold = scenario.thresholds.get(index).filter(|it| it.text == summary.threshold);
    let bound =
        threshold.map(|it| format!("{} {}", it.comparison.sign(), metric(&it.metric, it.bound)));
    let shown = |value| match threshold {
        Some(threshold) => metric_beside(&threshold.metric, value, threshold.bound),
        None => number(value),
    };
    let Some(value) = summary.value.map(shown) else {
        return Figures { value: "nothing was observed".to_owned(), interval: None, bound };
    };
    let value = match summary.over_s {
        Some(over) => format!("{value} in the worst {}", every(exact(over))),
        None => value,
    };
    Figures { value, interval: summary.ci95.map(|ends| ends.map(shown)), bound }
}

/// What was measured against a threshold; with its interval where that leaves it open.
pub(super) fn measured(scenario: &Scenario, index: usize, summary: &ThresholdSummary) -> String {
    let Figures { value, interval, .. } = figures(scenario, index, summary);
    match interval.filter(|_| summary.verdict == ThresholdVerdict::Inconclusive) {
        Some([low, high]) => format!("{value}, 95% between {low} and {high}"),
        None => value,
    }
}

/// In which window a threshold was broken first, and whether the run ended for it.
pub(super) fn broken(summary: &ThresholdSummary) -> Option<String> {
    let window = summary.over_s.zip(summary.breached_at_s).map(|(window, at)| {
        let (window, at) = (exact(window), exact(at));
        let at = if at.is_zero() { "the start".to_owned() } else { span(at) };
        format!("first broken in the {} from {at}", every(window))
    });
    let aborted = summary.aborted.then(|| "no more replications were simulated for it".to_owned());
    let told: Vec<String> = window.into_iter().chain(aborted).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// Seconds of a summary as the span that they were.
fn exact(seconds: f64) -> SimSpan {
    SimSpan::from_nanos((seconds * 1e9).round() as u64)
}

/// How long after the start: `after 12 d`.
pub(super) fn after(seconds: f64) -> String {
    if seconds == 0.0 { "at once".to_owned() } else { format!("after {}", time(seconds)) }
}

/// From when to when first hits of limits are counted, where that needs a word: not all are, but
/// the time before them is.
pub(super) fn first_of(summary: &Summary) -> Option<&'static str> {
    let warmed_up = summary.scenario.warm_up_s > 0.0;
    let first = "first: from the start of the run to the first one after the warm-up";
    warmed_up.then_some(first)
}

/// What follows the first time that something happened in all of a run, and not only in what is
/// measured of it.
fn of_all(summary: &Summary) -> &'static str {
    if summary.scenario.warm_up_s > 0.0 { ", the warm-up included" } else { "" }
}

/// Who hit limits, in a sentence.
pub(super) fn headline(all: &GroupSummary) -> String {
    if all.refusals.is_empty() {
        return "the plans have no limit that could be hit".to_owned();
    }
    let share = value(all, "workspaces.hit.share").unwrap_or(0.0);
    let worst = value(all, "hits_per_workspace.max").unwrap_or(0.0);
    if worst > 0.0 {
        return format!(
            "{} of the workspaces hit a limit, the worst of them {}",
            percent(share),
            metering::times(worst)
        );
    }
    // Refusals that are no limit hits.
    let others: Vec<String> = all
        .refusals
        .iter()
        .filter(|cause| cause.refused > 0.0)
        .map(|cause| {
            let since = match cause.reason.as_str() {
                "trial_ended" => "since the trial had ended",
                "enforcement_unavailable" => "since nobody could decide",
                _ => "since the agent was not active",
            };
            let tries = if is_one(cause.refused) { "try was" } else { "tries were" };
            format!("{} {tries} refused {since}", number(cause.refused))
        })
        .collect();
    if others.is_empty() {
        return "nobody hit a limit".to_owned();
    }
    format!("no limit was hit, but {}", others.join(", and "))
}

/// Whether a mean of counts is 1.
fn is_one(mean: f64) -> bool {
    mean.to_bits() == 1.0_f64.to_bits()
}

/// `1 package`, `0.4 packages`: so many on average.
fn things(mean: f64, thing: &str) -> String {
    if is_one(mean) {
        return format!("{} {thing}", number(mean));
    }
    match thing.strip_suffix('y') {
        Some(stem) => format!("{} {stem}ies", number(mean)),
        None => format!("{} {thing}s", number(mean)),
    }
}

/// The tries of a group that a limit can refuse: attempts, enables, or creations; or attempts and
/// enables together, where it refuses both.
fn tries(group: &GroupSummary, reason: &str) -> f64 {
    let of = |name: &str| value(group, name).unwrap_or(0.0);
    match reason {
        "active_agent_limit" => of("enables.tried"),
        "workspace_agent_limit" => of("creates.tried"),
        "trial_ended" => of("attempts.offered") + of("enables.tried"),
        _ => of("attempts.offered"),
    }
}

/// The share of the tries of a group that a cause refused.
pub(super) fn refused_share(group: &GroupSummary, cause: &CauseSummary) -> Option<f64> {
    let tries = tries(group, &cause.reason);
    (tries > 0.0).then(|| cause.refused / tries)
}

/// The same of all groups that have the limit: those that it does not concern would only hide how
/// often it refuses.
pub(super) fn refused_share_of_all(summary: &Summary, cause: &CauseSummary) -> Option<f64> {
    let is_it = |it: &CauseSummary| it.reason == cause.reason && it.limiter == cause.limiter;
    share_of_those(summary, &cause.reason, cause.refused, |group| group.refusals.iter().any(is_it))
}

/// What share `refused` tries are of those of the groups that have the limit.
fn share_of_those(
    summary: &Summary,
    reason: &str,
    refused: f64,
    has_it: impl Fn(&GroupSummary) -> bool,
) -> Option<f64> {
    let groups = summary.groups.iter().filter(|(name, group)| *name != ALL && has_it(group));
    let tries: f64 = groups.map(|(_, group)| tries(group, reason)).sum();
    (tries > 0.0).then(|| refused / tries)
}

/// What the columns of limits are called.
pub(super) const LIMITS: [&str; 4] = ["refused", "of tries", "workspaces", "first, median"];

/// How often a limit refused, in what share of the tries that it concerns, whom, and when first.
pub(super) fn limit(summary: &Summary, cause: &CauseSummary) -> [String; 4] {
    [
        number(cause.refused),
        refused_share_of_all(summary, cause).map_or_else(String::new, percent),
        number(cause.workspaces),
        cause.first_p50_s.map_or_else(String::new, after),
    ]
}

/// What a whole is called that stands under a name in the summary: `all`, a group, or a plan.
pub(super) fn called(name: &str) -> String {
    let labels = name.split(',').filter_map(|label| label.split_once('='));
    let words = labels.map(|(label, of)| match label {
        "plan" => format!("plan {of}"),
        _ => of.to_owned(),
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { name.to_owned() } else { words.join(", ") }
}

/// The groups, and the plans that are told of by themselves, as they are called.
pub(super) fn parts(summary: &Summary) -> [Vec<(String, &GroupSummary)>; 2] {
    [&summary.groups, &summary.plans].map(|parts| {
        let parts = parts.iter().filter(|(name, _)| *name != ALL);
        parts.map(|(name, of)| (called(name), of)).collect()
    })
}

/// What is said of the plans that are told of by themselves.
pub(super) const OF_PLANS: &str =
    "plans: the workspaces that begin on them, which are in their groups too";

/// What the columns of groups are called.
pub(super) const GROUPS: [&str; 5] = ["workspaces", "messages", "lost", "p95 reply", "hit a limit"];

/// A group in a row.
pub(super) fn group(group: &GroupSummary) -> [String; 5] {
    let of = |metric: &str, format: fn(f64) -> String| {
        value(group, metric).map_or_else(|| "–".to_owned(), format)
    };
    [
        count(group.workspaces),
        of("messages.offered", number),
        of("loss.rate", percent),
        of("latency.p95", |p95| if p95 == 0.0 { "at once".to_owned() } else { time(p95) }),
        of("workspaces.hit.share", percent),
    ]
}

/// What became of the messages, in a sentence.
pub(super) fn messages(group: &GroupSummary) -> String {
    let of = |name: &str| value(group, name).unwrap_or(0.0);
    if of("messages.offered") == 0.0 {
        return "nobody wrote any".to_owned();
    }
    let mut text = format!(
        "{} due, {} answered, {} lost",
        number(of("messages.offered")),
        number(of("messages.completed")),
        number(of("messages.lost")),
    );
    if let Some(rate) = value(group, "loss.rate").filter(|rate| *rate > 0.0) {
        _ = write!(text, " ({})", percent(rate));
    }
    if let Some(impatient) = value(group, "messages.timed_out").filter(|count| *count > 0.0) {
        _ = write!(text, ", {} of them out of patience", number(impatient));
    }
    if let Some(in_flight) = value(group, "messages.in_flight") {
        _ = write!(text, ", {} still on their way", number(in_flight));
    }
    if let Some(tries) = value(group, "attempts.amplification").filter(|tries| *tries > 1.0) {
        _ = write!(text, "; {} attempts for each", number(tries));
    }
    text
}

/// How long replies took.
pub(super) enum Times {
    /// Nobody was replied to.
    None,
    /// In no time, since nothing in the scenario takes any.
    AtOnce,
    /// A row for the whole and for each part of it, under [`TIMES`].
    Rows(Vec<(&'static str, [String; 5])>),
}

/// What is said where replies take no time.
pub(super) const AT_ONCE: &str = "answered at once: nothing in the scenario takes time";

/// What the columns of times are called.
pub(super) const TIMES: [&str; 5] = ["mean", "p50", "p95", "p99", "slowest"];

/// How long the replies of a group took.
pub(super) fn times(group: &GroupSummary) -> Times {
    match value(group, "latency.max") {
        None => Times::None,
        Some(0.0) => Times::AtOnce,
        Some(_) => {
            let parts =
                [("due to reply", "latency"), ("waiting", "wait"), ("being served", "service")];
            let row = |(label, family): (&'static str, &str)| {
                let cells = ["mean", "p50", "p95", "p99", "max"]
                    .map(|of| value(group, &format!("{family}.{of}")).map_or("–".to_owned(), time));
                (label, cells)
            };
            Times::Rows(parts.into_iter().map(row).collect())
        }
    }
}

fn servers(group: &GroupSummary) -> Option<Block> {
    let queue = value(group, "backend.queue.mean")?;
    // Nothing waits for servers without a limit.
    let busy = value(group, "backend.utilisation")?;
    let mut text = format!("{} busy; ", percent(busy));
    match value(group, "backend.queue.max") {
        Some(0.0) => text.push_str("no message waited"),
        Some(most) => {
            _ = write!(
                text,
                "{} messages wait on average, {} at most",
                number(queue),
                number(most)
            );
        }
        None => _ = write!(text, "{} messages wait on average", number(queue)),
    }
    Some(Block::of("Servers", text))
}

/// The value of a group's metric; `None` if it is absent or was never observed.
pub(super) fn value(group: &GroupSummary, name: &str) -> Option<f64> {
    group.metrics.get(name)?.value
}

#[cfg(test)]
mod tests;
