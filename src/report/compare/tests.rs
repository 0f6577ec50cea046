//! How comparisons are told.

use super::*;
use crate::planning::{CompareSummary, MIN_EFFECT, compare};
use crate::report::fixture::small;
use crate::summary::{Metric, Replications, Saved};

/// The small result and another one, in which a metric of every unit is other, and one has a name that
/// means something in Markdown, XML and on a terminal.
fn differing(exact: bool) -> CompareSummary {
    let (_, _, summary) = small();
    let mut old = Saved::new(summary, Replications::default());
    let metric = |value: f64| Metric {
        value: Some(value),
        ci95: Some([value - 1e-3, value + 1e-3]),
        n: 500,
    };
    let mut new = old.clone();
    for (saved, value) in [(&mut old, 0.5), (&mut new, 0.75)] {
        let metrics = &mut saved.summary.groups["all"].metrics;
        for name in [
            "latency.mean",
            "refusal.rate{reason=rate_limited}",
            "messages.offered",
            "earned.total",
            "<b>|*a*|\u{7}",
        ] {
            metrics.insert(name.to_owned(), metric(value));
        }
    }
    if !exact {
        new.summary.scenario.sha256 = "0".repeat(64);
    }
    compare(&old, &new, MIN_EFFECT).expect("they are comparable")
}

#[test]
fn a_comparison_fits_the_width_of_a_screen() {
    for exact in [false, true] {
        for all in [false, true] {
            let text = compare_terminal(&differing(exact), all, false, 80);
            assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
            assert!(text.contains("latency.mean") && text.contains("+50 %"), "{text}");
        }
    }
}

#[test]
fn names_mean_nothing_in_markdown_and_xml() {
    let markdown = compare_markdown(&differing(false));
    assert!(markdown.contains(r"| all | &lt;b\>\|\*a\*\|  | "), "{markdown}");
    let xml = compare_junit(&differing(false)).expect("it is written");
    assert!(xml.contains(r#"name="&lt;b&gt;|*a*|""#), "{xml}");
    let read = quick_junit::Report::deserialize_from_str(&xml).expect("it is XML");
    assert_eq!(read.failures, 2, "{xml}");
    let read = quick_junit::Report::deserialize_from_str(
        &compare_junit(&differing(true)).expect("it is written"),
    );
    assert_eq!(read.expect("it is XML").failures, 5);
}
