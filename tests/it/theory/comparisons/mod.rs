//! Simulations of simple scenarios against theory.
//!
//! Each comparison simulates independent workspaces, or independent runs where workspaces share
//! something, from past their warm-up on, and allows four standard errors. A comparison also fails
//! when chance could hide an error of more than 5%: it has to be able to fail.

mod calendar;
mod carried;
mod closed;
mod conversations;
mod costs;
mod disciplines;
mod enforcement;
mod impatience;
mod limiters;
mod losses;
mod packages;
mod pools;
mod population;
mod queues;
mod replications;
mod routing;
mod scatter;
mod sizes;
mod slots;
mod traffic;
mod transients;
mod wait_laws;
mod waiting;

use std::fmt::Write;

use limitlab::summary::Summary;

use super::tolerance::{Estimate, STANDARD_ERRORS};
use crate::support::simulate;

/// The greatest standard error that still tells something, as a share of what is expected: four of
/// them are 5%.
const COARSEST_ERROR: f64 = 0.0125;

/// A warm-up lasts so many relaxation times: what is left of the empty start is then a factor of
/// e^-12, less than a hundred-thousandth of the mean and a thousandth of any standard error here.
const RELAXATION_TIMES: f64 = 12.0;

/// What theory expects of one metric.
#[derive(Debug, Clone, Copy)]
struct Expectation {
    /// Of the group `all`, or of the group before a slash.
    metric: &'static str,
    value: f64,
    error: ErrorFrom,
    /// How far the read-out itself may be off, as a share: quantiles are read from buckets.
    bucket: f64,
}

/// Where the standard error of a metric comes from.
#[derive(Debug, Clone, Copy)]
enum ErrorFrom {
    /// The 95% interval over independent workspaces that the run reports.
    Interval,
    /// Theory.
    Theory(f64),
    /// There is none: the value is certain.
    Certain,
}

impl Expectation {
    /// A metric whose interval the run reports.
    const fn interval(metric: &'static str, value: f64) -> Self {
        Self { metric, value, error: ErrorFrom::Interval, bucket: 0.0 }
    }

    /// A metric whose standard error theory knows.
    const fn theory(metric: &'static str, value: f64, standard_error: f64) -> Self {
        Self { metric, value, error: ErrorFrom::Theory(standard_error), bucket: 0.0 }
    }

    /// A metric that no chance enters.
    const fn certain(metric: &'static str, value: f64) -> Self {
        Self { metric, value, error: ErrorFrom::Certain, bucket: 0.0 }
    }

    /// The same, read from buckets that are within 0.1%.
    const fn in_buckets(self) -> Self {
        Self { bucket: 0.001, ..self }
    }

    /// Why `estimate` does not agree, if so.
    fn disagreement(&self, estimate: Estimate) -> Option<String> {
        let Self { metric, value, bucket, .. } = *self;
        let Estimate { value: found, standard_error } = estimate;
        if standard_error > COARSEST_ERROR * value.abs() {
            return Some(format!("{metric} is too coarse: {found} +- {standard_error}, {value}"));
        }
        let allowed = STANDARD_ERRORS * standard_error + bucket * value.abs();
        let agrees = (found - value).abs() <= allowed;
        (!agrees).then(|| {
            let distance = estimate.errors_from(value);
            format!("{metric} is {found}, not {value}: {distance:.1} standard errors off")
        })
    }
}

/// Simulates `scenario` once and asserts every expectation; the errors are those of independent
/// workspaces.
#[track_caller]
fn assert_theory(scenario: &str, expectations: &[Expectation]) {
    let summary = simulate(scenario);
    let faults = expectations.iter().filter_map(|expectation| {
        let value = observed(&summary, expectation.metric);
        let (group, name) = group_and_name(expectation.metric);
        let interval = summary.metric(group, name).and_then(|metric| metric.ci95);
        let estimate = match (expectation.error, interval) {
            (ErrorFrom::Interval, Some(interval)) => Estimate::with_interval(value, interval),
            (ErrorFrom::Interval, None) => {
                return Some(format!("{} has no interval", expectation.metric));
            }
            (ErrorFrom::Theory(standard_error), _) => Estimate { value, standard_error },
            (ErrorFrom::Certain, _) => Estimate { value, standard_error: 0.0 },
        };
        expectation.disagreement(estimate)
    });
    report(scenario, faults);
}

/// Simulates a scenario under 40 seeds and asserts every expectation of the mean; the errors are
/// those of independent runs, whatever a run shares inside.
///
/// With 39 degrees of freedom four standard errors are passed by chance once in 3,600 times.
#[track_caller]
fn assert_theory_over_seeds(scenario: impl Fn(u64) -> String, expectations: &[Expectation]) {
    let summaries: Vec<_> = (1..=40).map(|seed| simulate(&scenario(seed))).collect();
    let faults = expectations.iter().filter_map(|expectation| {
        let values: Vec<f64> =
            summaries.iter().map(|summary| observed(summary, expectation.metric)).collect();
        expectation.disagreement(Estimate::of_samples(&values))
    });
    report(&scenario(1), faults);
}

fn group_and_name(metric: &str) -> (&str, &str) {
    metric.split_once('/').unwrap_or(("all", metric))
}

#[track_caller]
fn observed(summary: &Summary, metric: &str) -> f64 {
    let (group, name) = group_and_name(metric);
    let value = summary.metric(group, name).and_then(|metric| metric.value);
    value.unwrap_or_else(|| panic!("{metric} was not observed"))
}

#[track_caller]
fn report(scenario: &str, faults: impl Iterator<Item = String>) {
    let mut text = String::new();
    for fault in faults {
        writeln!(text, "{fault}").expect("writing to a string never fails");
    }
    assert!(text.is_empty(), "{text}in\n{scenario}");
}
