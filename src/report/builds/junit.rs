//! The thresholds of a run as JUnit XML, which servers of builds read.

use quick_junit::{Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{Outcome, Uncertain, from_to, headline};
use crate::report::markup::{error, failure};
use crate::report::telling::{self, Figures};
use crate::scenario::Scenario;
use crate::summary::{Summary, ThresholdSummary, ThresholdVerdict, Verdict};

/// A suite of the scenario's name: a case for whether the run is valid, and one for each threshold.
///
/// A threshold that is not certain to hold is skipped, so that a server shows it apart from what passed,
/// unless that is to fail. So is a run without a steady state, which fails nothing either.
///
/// # Errors
///
/// If the text could not be written, which does not happen in memory.
pub(in crate::report) fn run_junit(
    scenario: &Scenario,
    summary: &Summary,
    uncertain: Uncertain,
) -> Result<String, SerializeError> {
    let name = &summary.scenario.name;
    let mut report = Report::new(format!("limitlab run: {name}: {}", headline(summary)));
    let mut suite = TestSuite::new(name.as_str());
    for (key, value) in [
        ("sha256", &summary.scenario.sha256),
        ("seed", &summary.seed.to_string()),
        ("replications", &summary.replications.to_string()),
        ("limitlab", &summary.limitlab),
    ] {
        suite.add_property((key, value.as_str()));
    }
    let mut add = |name: &str, status, told: Option<String>| {
        let mut case = TestCase::new(name, status);
        case.set_classname(format!("limitlab.{}", summary.scenario.name));
        if let Some(told) = told {
            case.set_system_out(told);
        }
        suite.add_test_case(case);
    };
    add("the run is valid", validity(summary), None);
    for (index, threshold) in summary.thresholds.iter().enumerate() {
        let told = told(scenario, index, threshold);
        let outcome = Outcome::of(threshold.verdict, uncertain);
        match (threshold.verdict, outcome) {
            (_, Outcome::Passed) => {
                add(&threshold.threshold, TestCaseStatus::success(), Some(told));
            }
            (ThresholdVerdict::Fail, _) => {
                add(&threshold.threshold, failure("threshold", &told), None);
            }
            (_, Outcome::Failed) => {
                add(&threshold.threshold, failure("inconclusive", &told), None);
            }
            (_, Outcome::Doubtful) => add(&threshold.threshold, skipped(&told), None),
        }
    }
    report.add_test_suite(suite);
    report.to_string()
}

fn validity(summary: &Summary) -> TestCaseStatus {
    let why = summary.validity.why.join(" ");
    match summary.validity.verdict {
        Verdict::Valid => TestCaseStatus::success(),
        Verdict::Growing => skipped(&format!("no steady state: {why}")),
        Verdict::Invalid => error("invalid", &why),
    }
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

/// What was measured, its interval, what it must be, and where it was broken first.
fn told(scenario: &Scenario, index: usize, threshold: &ThresholdSummary) -> String {
    let Figures { value, interval, bound } = telling::figures(scenario, index, threshold);
    let interval = interval.map(|ends| format!(" (95% interval {})", from_to(&ends)));
    let bound = bound.map(|bound| match threshold.verdict {
        ThresholdVerdict::Pass => format!(", which is {bound}"),
        ThresholdVerdict::Inconclusive => format!(", which is not certain to be {bound}"),
        ThresholdVerdict::Fail => format!(", and must be {bound}"),
    });
    let broken = telling::broken(threshold).map(|broken| format!("; {broken}"));
    [Some(value), interval, bound, broken].into_iter().flatten().collect()
}
