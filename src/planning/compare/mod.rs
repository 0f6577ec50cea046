//! What changed between two results, and whether that is more than chance.

mod bootstrap;
mod comparable;
mod estimate;
mod exact;
mod holm;
mod model;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use thiserror::Error;

use self::bootstrap::{RESAMPLES, Resamples};
use self::estimate::{FEWEST_DRAWN_AGAIN, Known, difference, pairs};
use self::holm::holm;
pub use self::model::{
    Better, CompareMode, CompareSummary, CompareVerdict, ComparedResult, Difference, JudgedBy,
    MetricComparison, MetricVerdict, OtherDifference, VerdictCounts, compare_schema,
};
use crate::summary::{Direction, MetricFamily, Saved, family_of_metric};

/// With what chance at most anything is reported of two results that differ by chance alone. Half of
/// what a gate may cost, which is to stop at most 2% of the changes that are none: intervals are only
/// nearly exact.
pub const FAMILY_LEVEL: f64 = 0.01;

/// A change of less than so much of the old value is of no account, unless another bound is given.
pub const MIN_EFFECT: f64 = 0.01;

/// Why two results were not compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("OLD and NEW cannot be compared:\n  {}", .0.join("\n  "))]
pub struct CompareError(
    /// Every reason, in sentences without their ends.
    pub Vec<String>,
);

/// Why a result cannot be kept as a baseline, in a sentence without its end; `None` if it can.
pub fn unfit_for_baseline(saved: &Saved) -> Option<String> {
    comparable::invalid(&saved.summary)
}

/// Compares a result with an older one, metric by metric.
///
/// Results of the same scenario, seed and range of versions must be the same to the last digit. Others
/// are compared as estimates: by the differences between replications of the same number where both
/// have the same seed, else by the intervals of both. Then a metric is reported if its change is neither
/// chance nor smaller than `min_effect` of its old value. How it is judged is told in full in
/// `docs/reference.md`.
///
/// # Errors
///
/// [`CompareError`] if one of them is not valid, or if they are not of the same time, or of no group that
/// both have.
///
/// # Examples
///
/// ```
/// use limitlab::planning::{CompareMode, MIN_EFFECT, MetricVerdict, compare};
/// use limitlab::summary::{Replications, Saved};
/// use limitlab::{RunOptions, Watch, parse, run};
///
/// let saved = |rate: &str| {
///     let text = format!("{{ limitlab: 1, name: small, duration: 1h, workspaces: [{{ group: shops,
///         count: 50, agents: [{{ name: sales, traffic: {{ rate: {rate} }} }}] }}] }}");
///     let scenario = parse("small.yaml", &text, &[])?;
///     let summary = run(&scenario, RunOptions::default(), &Watch::default())?.summary;
///     Ok::<_, Box<dyn std::error::Error>>(Saved::new(summary, Replications::default()))
/// };
/// let (old, new) = (saved("60/h")?, saved("90/h")?);
/// assert_eq!(compare(&old, &old, MIN_EFFECT)?.mode, CompareMode::Exact);
/// let compared = compare(&old, &new, MIN_EFFECT)?;
/// let offered = &compared.groups["shops"]["messages.offered"];
/// assert_eq!(offered.verdict, MetricVerdict::Changed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare(old: &Saved, new: &Saved, min_effect: f64) -> Result<CompareSummary, CompareError> {
    let obstacles = comparable::obstacles(old, new);
    if !obstacles.is_empty() {
        return Err(CompareError(obstacles));
    }
    let mode = comparable::mode(old, new);
    let judged = if mode == CompareMode::Exact {
        let groups = both_groups(old, new, exact::metrics);
        Judged { groups, others: exact::others(old, new), questions: 0, drawn_again: false }
    } else {
        estimated(old, new, mode, min_effect)
    };
    let counts = VerdictCounts::of(&judged.groups);
    let verdict = if mode == CompareMode::Exact {
        let differs = counts.changed > 0 || !judged.others.is_empty();
        if differs { CompareVerdict::BehaviourChanged } else { CompareVerdict::Same }
    } else if counts.regressed > 0 {
        CompareVerdict::Regressed
    } else if counts.improved + counts.changed > 0 {
        CompareVerdict::Differs
    } else {
        CompareVerdict::Same
    };
    Ok(CompareSummary {
        limitlab: env!("CARGO_PKG_VERSION").to_owned(),
        old: compared(old),
        new: compared(new),
        mode,
        verdict,
        min_effect,
        family_level: FAMILY_LEVEL,
        questions: judged.questions,
        resamples: judged.drawn_again.then_some(RESAMPLES),
        counts,
        notes: comparable::notes(old, new, mode),
        others: judged.others,
        groups: judged.groups,
    })
}

/// What was found of two results.
struct Judged {
    groups: IndexMap<String, IndexMap<String, MetricComparison>>,
    others: Vec<OtherDifference>,
    questions: usize,
    drawn_again: bool,
}

fn compared(saved: &Saved) -> ComparedResult {
    let summary = &saved.summary;
    ComparedResult {
        from: String::new(),
        limitlab: summary.limitlab.clone(),
        scenario: summary.scenario.clone(),
        seed: summary.seed,
        replications: summary.replications,
        driven: saved.driven,
        validity: summary.validity.clone(),
    }
}

/// What `of` says of all whose figures both have.
fn both_groups<T>(
    old: &Saved,
    new: &Saved,
    mut of: impl FnMut(&crate::summary::GroupSummary, &crate::summary::GroupSummary) -> T,
) -> IndexMap<String, T> {
    let both = old.summary.wholes().filter_map(|(name, group)| {
        let other = new.summary.whole(name)?;
        Some((name.to_owned(), of(group, other)))
    });
    both.collect()
}

/// Compares estimates.
fn estimated(old: &Saved, new: &Saved, mode: CompareMode, min_effect: f64) -> Judged {
    let mut groups = IndexMap::new();
    // Of each number of pairs the same draws serve all metrics.
    let mut resamples: BTreeMap<usize, Resamples> = BTreeMap::new();
    for (name, of_old) in old.summary.wholes() {
        let Some(of_new) = new.summary.whole(name) else { continue };
        let names: IndexMap<&String, ()> =
            of_old.metrics.keys().chain(of_new.metrics.keys()).map(|it| (it, ())).collect();
        let mut metrics = IndexMap::new();
        for metric in names.into_keys() {
            let [a, b] = [of_old, of_new].map(|group| group.metrics.get(metric));
            let family = family_of_metric(metric);
            let told = a.zip(b).and_then(|(a, b)| {
                let known = Known {
                    family,
                    metrics: [a, b],
                    replications: [old, new].map(|it| it.replications.of(name, metric)),
                    is_paired: mode == CompareMode::Paired,
                };
                a.value.zip(b.value)?;
                let n = if known.is_paired { pairs(known.replications).len() } else { 0 };
                let drawn = (n >= FEWEST_DRAWN_AGAIN)
                    .then(|| &*resamples.entry(n).or_insert_with(|| Resamples::new(n)));
                difference(known, drawn)
            });
            metrics.insert(
                metric.clone(),
                MetricComparison {
                    verdict: MetricVerdict::Unjudged,
                    better: better(family),
                    old: a.copied(),
                    new: b.copied(),
                    difference: told,
                },
            );
        }
        groups.insert(name.to_owned(), metrics);
    }
    let questions = judge(&mut groups, min_effect);
    Judged { groups, others: Vec::new(), questions, drawn_again: !resamples.is_empty() }
}

/// Gives every metric that has a difference its verdict, and answers how many questions those are.
///
/// The same figures under several names, such as those of `all` and of its only group, are one question.
/// What is equal in both is none.
fn judge(
    groups: &mut IndexMap<String, IndexMap<String, MetricComparison>>,
    min_effect: f64,
) -> usize {
    let question = |it: &Difference| {
        let p = it.p.filter(|_| it.change != 0.0)?;
        Some(([it.old, it.new, p].map(f64::to_bits), it.n))
    };
    let all = groups.values().flat_map(IndexMap::values).filter_map(|it| it.difference.as_ref());
    let questions: BTreeMap<_, f64> = all.filter_map(|it| Some((question(it)?, it.p?))).collect();
    let chances: Vec<f64> = questions.values().copied().collect();
    let answers = questions.keys().zip(holm(&chances, FAMILY_LEVEL));
    let answers: BTreeMap<_, bool> = answers.collect();
    for metric in groups.values_mut().flat_map(IndexMap::values_mut) {
        let Some(difference) = &metric.difference else { continue };
        let is_clear = question(difference).is_some_and(|question| answers[&question])
            && difference.ci95.is_some_and(|[low, high]| low > 0.0 || high < 0.0);
        // Where there was nothing, anything is much.
        let is_much = difference.relative.is_none_or(|it| it.abs() >= min_effect);
        metric.verdict = if is_clear && is_much {
            changed(metric.better, difference.change)
        } else {
            MetricVerdict::Same
        };
    }
    questions.len()
}

/// The verdict on a change that is more than chance.
fn changed(better: Better, change: f64) -> MetricVerdict {
    match better {
        Better::Neither => MetricVerdict::Changed,
        Better::Lower if change < 0.0 => MetricVerdict::Improved,
        Better::Higher if change > 0.0 => MetricVerdict::Improved,
        Better::Lower | Better::Higher => MetricVerdict::Regressed,
    }
}

/// Which values are the better ones; of a metric that is in no catalogue that is not known.
fn better(family: Option<&MetricFamily>) -> Better {
    match family.map(|family| family.direction) {
        Some(Direction::Lower) => Better::Lower,
        Some(Direction::Higher) => Better::Higher,
        Some(Direction::Neutral) | None => Better::Neither,
    }
}
