//! The comparison of two results as JUnit XML, which servers of builds read.

use quick_junit::{Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::cells::{cells, described, headline};
use crate::planning::{CompareMode, CompareSummary, MetricComparison, MetricVerdict};
use crate::report::markup::failure;

/// A suite for each group, with a case for each metric that was judged: it fails where the metric
/// regressed, or differs where nothing may. What else differs in an exact comparison is a suite too.
///
/// # Errors
///
/// If the text could not be written, which does not happen in memory.
pub fn compare_junit(of: &CompareSummary) -> Result<String, SerializeError> {
    let mut report = Report::new(format!("limitlab compare: {}", headline(of)));
    for (group, metrics) in &of.groups {
        let mut suite = TestSuite::new(group.as_str());
        for (side, result) in [("old", &of.old), ("new", &of.new)] {
            suite.add_property((side, &*described(result)));
        }
        for (name, metric) in metrics {
            if metric.verdict != MetricVerdict::Unjudged {
                suite.add_test_case(case(of, group, name, metric));
            }
        }
        report.add_test_suite(suite);
    }
    if !of.others.is_empty() {
        let mut suite = TestSuite::new("besides metrics");
        for other in &of.others {
            let [old, new] =
                [&other.old, &other.new].map(|side| side.as_deref().unwrap_or("not there"));
            let status = failure("changed", &format!("{old}, and now {new}"));
            suite.add_test_case(TestCase::new(other.what.as_str(), status));
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn case(of: &CompareSummary, group: &str, name: &str, metric: &MetricComparison) -> TestCase {
    let [old, new, change, interval, n] = cells(name, metric);
    let told = match of.mode {
        CompareMode::Exact => format!("{old}, and now {new}"),
        _ => format!("{old}, and now {new}: {change} (95% interval {interval}, n {n})"),
    };
    let status = match (metric.verdict, of.mode) {
        (MetricVerdict::Regressed, _) => failure("regressed", &told),
        (MetricVerdict::Changed, CompareMode::Exact) => failure("changed", &told),
        _ => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("limitlab.{group}"));
    if matches!(metric.verdict, MetricVerdict::Improved | MetricVerdict::Changed) {
        case.set_system_out(told);
    }
    case
}
