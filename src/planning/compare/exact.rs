//! Figures that must be the same to the last digit.

use indexmap::IndexMap;

use super::better;
use super::estimate::relative;
use super::model::{Difference, JudgedBy, MetricComparison, MetricVerdict, OtherDifference};
use crate::summary::{
    CauseSummary, GroupSummary, Metric, Saved, Summary, ThresholdSummary, ThresholdVerdict,
    family_of_metric,
};

/// Compares the metrics of a group: those of the old result first, then those that only the new one has.
pub(super) fn metrics(
    old: &GroupSummary,
    new: &GroupSummary,
) -> IndexMap<String, MetricComparison> {
    let names = old.metrics.keys().chain(new.metrics.keys());
    names
        .map(|name| {
            let [old, new] = [old, new].map(|group| group.metrics.get(name).copied());
            (name.clone(), metric(name, old, new))
        })
        .collect()
}

fn metric(name: &str, old: Option<Metric>, new: Option<Metric>) -> MetricComparison {
    let family = family_of_metric(name);
    let values = old.and_then(|it| it.value).zip(new.and_then(|it| it.value));
    let difference = values.map(|(of_old, of_new)| Difference {
        by: JudgedBy::Digits,
        old: of_old,
        new: of_new,
        change: of_new - of_old,
        relative: relative(family, of_old, of_new - of_old),
        ci95: None,
        p: None,
        n: [old, new].map(|it| it.map_or(0, |it| it.n)),
    });
    let verdict = if old == new { MetricVerdict::Same } else { MetricVerdict::Changed };
    MetricComparison { verdict, better: better(family), old, new, difference }
}

/// What differs besides the metrics of groups that both have.
pub(super) fn others(old: &Saved, new: &Saved) -> Vec<OtherDifference> {
    let mut found = Differences(Vec::new());
    let [a, b] = [&old.summary, &new.summary];
    let validity = |it: &Summary| {
        let verdict = format!("{:?}", it.validity.verdict).to_lowercase();
        [&[verdict][..], &it.validity.why].concat().join(": ")
    };
    found.note("validity", Some(validity(a)), Some(validity(b)));
    of_thresholds(a, b, &mut found);
    for (name, group) in a.wholes() {
        match b.whole(name) {
            Some(other) => of_group(name, [group, other], &mut found),
            None => found.note(&whole(a, name), Some("there".to_owned()), None),
        }
    }
    for (name, _) in b.wholes().filter(|(name, _)| a.whole(name).is_none()) {
        found.note(&whole(b, name), None, Some("there".to_owned()));
    }
    if !old.replications.is_empty() && !new.replications.is_empty() {
        of_replications(old, new, &mut found);
    }
    found.0
}

/// What is called so in a summary.
fn whole(of: &Summary, name: &str) -> String {
    if of.groups.contains_key(name) { format!("group {name}") } else { name.to_owned() }
}

/// Differences that were found so far.
struct Differences(Vec<OtherDifference>);

impl Differences {
    /// Notes one, if it is one.
    fn note(&mut self, what: &str, old: Option<String>, new: Option<String>) {
        if old != new {
            self.0.push(OtherDifference { what: what.to_owned(), old, new });
        }
    }
}

/// The same scenario has the same thresholds in the same order.
fn of_thresholds(old: &Summary, new: &Summary, found: &mut Differences) {
    let told = |it: &ThresholdSummary| {
        let value = it.value.map_or_else(|| "nothing observed".to_owned(), |it| it.to_string());
        let verdict = match it.verdict {
            ThresholdVerdict::Pass => "holds",
            ThresholdVerdict::Inconclusive => "is not certain",
            ThresholdVerdict::Fail => "fails",
        };
        let since = it.breached_at_s.map(|at| format!(" from {at} s on")).unwrap_or_default();
        format!("{value}, {verdict}{since}")
    };
    let count = old.thresholds.len().max(new.thresholds.len());
    for place in 0..count {
        let [of_old, of_new] = [old, new].map(|it| it.thresholds.get(place));
        let Some(either) = of_old.or(of_new) else { continue };
        let what = format!("threshold {}", either.threshold);
        found.note(&what, of_old.map(told), of_new.map(told));
    }
}

fn of_group(name: &str, both: [&GroupSummary; 2], found: &mut Differences) {
    let [old, new] = both.map(|group| Some(group.workspaces.to_string()));
    found.note(&format!("workspaces of {name}"), old, new);
    let told = |it: &CauseSummary| {
        let first = it.first_p50_s.map(|at| format!(", first after {at} s")).unwrap_or_default();
        let (refused, workspaces) = (it.refused, it.workspaces);
        let (sentence, options) = (&it.sentence, it.options.join(", "));
        format!("{refused} in {workspaces} workspaces{first}; told \"{sentence}\" ({options})")
    };
    let is = |one: &CauseSummary, other: &CauseSummary| {
        one.reason == other.reason && one.limiter == other.limiter
    };
    let [old, new] = both.map(|group| &group.refusals);
    let only_new = new.iter().filter(|cause| !old.iter().any(|it| is(it, cause)));
    for cause in old.iter().chain(only_new) {
        let limiter = cause.limiter.as_ref().map(|it| format!(" by {it}")).unwrap_or_default();
        let what = format!("refusals of {name}: {}{limiter}", cause.reason);
        let [of_old, of_new] = [old, new].map(|it| it.iter().find(|it| is(it, cause)).map(told));
        found.note(&what, of_old, of_new);
    }
}

/// Metrics that differ in some replication, each with the first one.
fn of_replications(old: &Saved, new: &Saved, found: &mut Differences) {
    let told = |value: Option<&Option<f64>>| {
        value.map(|it| it.map_or_else(|| "nothing observed".to_owned(), |it| it.to_string()))
    };
    for (group, summary) in old.summary.wholes() {
        for metric in summary.metrics.keys() {
            let [of_old, of_new] = [old, new].map(|it| it.replications.of(group, metric));
            let count = of_old.len().max(of_new.len());
            let mut differ = (0..count).filter(|&place| of_old.get(place) != of_new.get(place));
            if let Some(first) = differ.next() {
                let many = differ.count() + 1;
                let number = first + 1;
                let what = format!(
                    "{metric} of {group} in {many} of {count} replications, first in number {number}"
                );
                found.note(&what, told(of_old.get(first)), told(of_new.get(first)));
            }
        }
    }
}
