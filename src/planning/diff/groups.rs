//! Figures of groups: what their workspaces add up to.

use indexmap::IndexMap;

use super::model::{
    Change, CountChange, GroupDiff, HoursDiff, MetricDiff, ReasonDiff, Verdict, Verdicts,
    WorkspaceShare,
};
use super::workspace::WorkspaceComparison;
use crate::measure::{BlockedFigures, WorkspaceFigures};
use crate::rules::Reason;
use crate::summary::Summary;

/// The name of all groups together.
const ALL: &str = "all";

/// The metrics that are compared, and whether they are sums over workspaces.
const METRICS: [(&str, bool); 14] = [
    ("messages.offered", true),
    ("messages.completed", true),
    ("messages.lost", true),
    ("messages.in_flight", true),
    ("loss.rate", false),
    ("latency.mean", false),
    ("latency.p95", false),
    ("credits.consumed", true),
    ("credits.overage", true),
    ("packages.bought", true),
    ("earned.plans", true),
    ("earned.packages", true),
    ("earned.overage", true),
    ("earned.total", true),
];

/// What enforcement does that it should not: compared where it does any of it under A or B.
const DAMAGE: [&str; 12] = [
    "credits.oversold.total",
    "limiter.over_admitted",
    "active.over_limit.max",
    "false_refusals",
    "credits.held_stranded",
    "credits.above_hold",
    "holds.expired",
    "double_charges",
    "credits.double_charged",
    "releases.lost",
    "credits.unbilled",
    "admissions.unchecked",
];

/// `all`, then the groups: workspaces are in the order of `names`.
pub(super) fn groups(
    names: &[&str],
    summaries: [&Summary; 2],
    workspaces: &[WorkspaceComparison],
    reasons: &[Reason],
) -> IndexMap<String, GroupDiff> {
    let group = |name: &str, own: &[WorkspaceComparison]| GroupDiff {
        workspaces: own.len() as u64,
        verdicts: verdicts(own),
        workspaces_hit: counts(own, |it| u64::from(it.blocked.hits > 0)),
        hits: counts(own, |it| it.blocked.hits),
        hours_blocked: hours(own),
        reasons: reasons.iter().map(|&reason| of_reason(own, reason)).collect(),
        metrics: metrics(name, summaries, own.len()),
    };
    let mut found = IndexMap::from([(ALL.to_owned(), group(ALL, workspaces))]);
    for (own, &name) in workspaces.chunk_by(|one, two| one.a.group == two.a.group).zip(names) {
        found.insert(name.to_owned(), group(name, own));
    }
    found
}

fn counts(own: &[WorkspaceComparison], of: impl Fn(&WorkspaceFigures) -> u64) -> CountChange {
    CountChange::of(
        own.iter().map(|it| of(&it.a.figures)).sum(),
        own.iter().map(|it| of(&it.b.figures)).sum(),
    )
}

fn verdicts(own: &[WorkspaceComparison]) -> Verdicts {
    let of = |verdict: Verdict| {
        let workspaces = own.iter().filter(|it| it.verdict == verdict).count() as u64;
        WorkspaceShare { workspaces, share: workspaces as f64 / own.len() as f64 }
    };
    Verdicts {
        newly_limited: of(Verdict::NewlyLimited),
        relieved: of(Verdict::Relieved),
        more: of(Verdict::More),
        less: of(Verdict::Less),
        same: of(Verdict::Same),
    }
}

fn hours(own: &[WorkspaceComparison]) -> HoursDiff {
    let sorted = |of: fn(&WorkspaceComparison) -> u64| {
        let mut hours: Vec<u64> = own.iter().map(of).collect();
        hours.sort_unstable();
        hours
    };
    let sorted = [sorted(|it| it.a.figures.blocked.hours), sorted(|it| it.b.figures.blocked.hours)];
    let both = |read: fn(&[u64]) -> u64| CountChange::of(read(&sorted[0]), read(&sorted[1]));
    let total = both(|hours| hours.iter().sum());
    HoursDiff {
        total,
        mean: mean(Change::of(Some(total.a as f64), Some(total.b as f64)), own.len()),
        p50: both(|hours| quantile(hours, 50)),
        p90: both(|hours| quantile(hours, 90)),
        max: both(|hours| quantile(hours, 100)),
    }
}

/// The value of rank ceil(q n), of n sorted values, with q in percent; 0 of none.
fn quantile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

/// What each of so many workspaces has of a sum.
fn mean(Change { a, b, .. }: Change, workspaces: usize) -> Change {
    let each = |sum: Option<f64>| sum.map(|sum| sum / workspaces as f64);
    Change::of(each(a), each(b))
}

fn of_reason(own: &[WorkspaceComparison], reason: Reason) -> ReasonDiff {
    let of = |read: fn(BlockedFigures) -> u64| {
        counts(own, |figures| read(figures.by_reason[reason as usize]))
    };
    ReasonDiff {
        reason: reason.name().to_owned(),
        workspaces: of(|it| u64::from(it.hits > 0)),
        hits: of(|it| it.hits),
        hours_blocked: of(|it| it.hours),
    }
}

fn metrics(
    group: &str,
    summaries: [&Summary; 2],
    workspaces: usize,
) -> IndexMap<String, MetricDiff> {
    let mut found = IndexMap::new();
    let value = |summary: &Summary, name| summary.metric(group, name).and_then(|it| it.value);
    let is_damaged = |name| summaries.iter().any(|it| value(it, name).is_some_and(|it| it > 0.0));
    let damage = DAMAGE.into_iter().filter(|name| is_damaged(name)).map(|name| (name, false));
    for (name, is_sum) in METRICS.into_iter().chain(damage) {
        if summaries.iter().all(|summary| summary.metric(group, name).is_none()) {
            continue;
        }
        let [a, b] = summaries.map(|summary| value(summary, name));
        let of_group = Change::of(a, b);
        let per_workspace = is_sum.then(|| mean(of_group, workspaces));
        found.insert(name.to_owned(), MetricDiff { of_group, per_workspace });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_value_of_its_rank() {
        assert_eq!(quantile(&[], 50), 0);
        assert_eq!([50, 90, 100].map(|percent| quantile(&[1, 2, 3, 4], percent)), [2, 4, 4]);
        let hours: Vec<u64> = (1..=10).collect();
        assert_eq!([50, 90, 100].map(|percent| quantile(&hours, percent)), [5, 9, 10]);
    }
}
