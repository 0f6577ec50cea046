//! What servers of builds are told of a small run.

use insta::assert_snapshot;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};

use super::*;
use crate::report::fixture::small;
use crate::scenario::Scenario;
use crate::summary::ThresholdSummary;

/// The run with a threshold of each kind: one that holds, one that is not certain, one that fails in some
/// windows, and one of which nothing was observed and whose name means something in Markdown and XML.
fn every_kind() -> (Scenario, Summary) {
    let (mut scenario, _, mut summary) = small();
    let mut late = scenario.thresholds[0].clone();
    late.text = "latency.p99 < 5s over 1h".to_owned();
    late.bound = 5.0;
    scenario.thresholds.push(late);
    summary.thresholds.push(ThresholdSummary {
        aborted: false,
        threshold: "latency.p99 < 5s over 1h".to_owned(),
        over_s: Some(3_600.0),
        value: Some(7.0),
        ci95: None,
        verdict: ThresholdVerdict::Fail,
        breached_at_s: Some(7_200.0),
    });
    summary.thresholds.push(ThresholdSummary {
        aborted: false,
        threshold: "<b>]]>|*a*|\u{7} & \"c\"".to_owned(),
        over_s: None,
        value: None,
        ci95: None,
        verdict: ThresholdVerdict::Fail,
        breached_at_s: None,
    });
    (scenario, summary)
}

/// The document as others read it.
fn read(xml: &str) -> Report {
    Report::deserialize_from_str(xml).unwrap_or_else(|error| panic!("{error}: {xml}"))
}

fn cases(scenario: &Scenario, summary: &Summary, uncertain: Uncertain) -> Vec<TestCase> {
    let report = read(&run_junit(scenario, summary, uncertain).unwrap());
    let [suite] = &report.test_suites[..] else { panic!("{} suites", report.test_suites.len()) };
    suite.test_cases.clone()
}

/// What became of a case, in a line.
fn status(case: &TestCase) -> String {
    let text = |text: Option<&quick_junit::XmlString>| {
        text.map(|text| text.as_str().to_owned()).unwrap_or_default()
    };
    match &case.status {
        TestCaseStatus::Success { .. } => {
            format!("passed: {}", text(case.system_out.as_ref())).trim_end().to_owned()
        }
        TestCaseStatus::NonSuccess { kind, message, ty, .. } => {
            let what = if *kind == NonSuccessKind::Error { "error" } else { "failed" };
            format!("{what}, {}: {}", text(ty.as_ref()), text(message.as_ref()))
        }
        TestCaseStatus::Skipped { message, .. } => format!("skipped: {}", text(message.as_ref())),
    }
}

fn listed(cases: &[TestCase]) -> String {
    let lines = cases.iter().map(|case| format!("{} -> {}", case.name.as_str(), status(case)));
    lines.collect::<Vec<String>>().join("\n")
}

#[test]
fn each_threshold_is_a_case_with_what_it_came_to() {
    let (scenario, summary) = every_kind();
    assert_snapshot!(listed(&cases(&scenario, &summary, Uncertain::Passes)), @r#"
    the run is valid -> passed:
    latency.p99 < 10s -> passed: 7 s, which is < 10 s
    workspaces.hit.share < 50% -> skipped: 100 % (95% interval 44 to 100 %), which is not certain to be < 50 %
    latency.p99 < 5s over 1h -> failed, threshold: 7 s in the worst hour, and must be < 5 s; first broken in the hour from 2 h
    <b>]]>|*a*| & "c" -> failed, threshold: nothing was observed
    "#);
    // What is not certain fails where it is to, and nothing else does.
    let [lenient, strict] = [Uncertain::Passes, Uncertain::Fails]
        .map(|uncertain| cases(&scenario, &summary, uncertain));
    for (index, (lenient, strict)) in lenient.iter().zip(&strict).enumerate() {
        assert_eq!(lenient == strict, index != 2, "{} and {}", status(lenient), status(strict));
    }
    assert_eq!(
        status(&strict[2]),
        status(&lenient[2]).replace("skipped: ", "failed, inconclusive: ")
    );
}

#[test]
fn a_server_counts_what_failed_and_what_was_left_open() {
    let (scenario, mut summary) = every_kind();
    let counts = |summary: &Summary, uncertain| {
        let report = read(&run_junit(&scenario, summary, uncertain).unwrap());
        (report.tests, report.failures, report.errors, report.test_suites[0].skipped)
    };
    assert_eq!(counts(&summary, Uncertain::Passes), (5, 2, 0, 1));
    assert_eq!(counts(&summary, Uncertain::Fails), (5, 3, 0, 0));
    summary.validity.verdict = Verdict::Growing;
    assert_eq!(counts(&summary, Uncertain::Passes), (5, 2, 0, 2));
    summary.validity.verdict = Verdict::Invalid;
    assert_eq!(counts(&summary, Uncertain::Passes), (5, 2, 1, 1));
    summary.thresholds.clear();
    assert_eq!(counts(&summary, Uncertain::Passes), (1, 0, 1, 0));
}

#[test]
fn a_run_that_is_not_valid_says_why_in_both() {
    let (scenario, mut summary) = every_kind();
    summary.validity.why = vec!["The backlog grows <fast>.".to_owned()];
    for (verdict, case, doubt) in [
        (Verdict::Growing, "skipped: no steady state: ", "> **NO STEADY STATE**: "),
        (Verdict::Invalid, "error, invalid: ", "> **NOT VALID**: "),
    ] {
        summary.validity.verdict = verdict;
        let cases = cases(&scenario, &summary, Uncertain::Passes);
        assert_eq!(status(&cases[0]), format!("{case}The backlog grows <fast>."));
        let markdown = run_markdown(&scenario, &summary, Uncertain::Passes);
        let line = format!("\n{doubt}The backlog grows &lt;fast\\>.\n");
        assert!(markdown.contains(&line), "{markdown}");
    }
    summary.thresholds.clear();
    let markdown = run_markdown(&scenario, &summary, Uncertain::Passes);
    assert!(markdown.starts_with("### ❌ limitlab run: three-shops: not valid; no thresholds\n"));
    summary.validity.verdict = Verdict::Growing;
    let markdown = run_markdown(&scenario, &summary, Uncertain::Fails);
    assert!(markdown.starts_with("### ⚠️ limitlab run: "), "{markdown}");
}

#[test]
fn the_summary_in_markdown_has_what_failed_first() {
    let (scenario, summary) = every_kind();
    let markdown = run_markdown(&scenario, &summary, Uncertain::Passes);
    let (shown, rest) = markdown.split_once("<details>").unwrap();
    assert_snapshot!(shown, @r#"
    ### ❌ limitlab run: three-shops: 2 of 4 thresholds failed

    3 workspaces over 3.5 h from 2026-06-01 (the first 30 min not measured), seed 7. Three shops share what a plan of ten credits gives them.

    |  | threshold | measured | 95% interval |
    | --- | --- | --- | --- |
    | ❌ failed | latency.p99 &lt; 5s over 1h | 7 s in the worst hour, first broken in the hour from 2 h |  |
    | ❌ failed | &lt;b\>\]\]\>\|\*a\*\|  &amp; "c" | nothing was observed |  |
    | ⚠️ not certain | workspaces.hit.share &lt; 50% | 100 % | 44 to 100 % |
    | ✅ holds | latency.p99 &lt; 10s | 7 s |  |

    **Limits**: 100 % of the workspaces hit a limit, the worst of them 8 times.

    | limit | refused | of tries | workspaces | first, median |
    | --- | ---: | ---: | ---: | ---: |
    | active agents | 3 | 100 % | 3 | after 2 h |
    | rate limit “burst” | 2 | 7.4 % | 1 | after 50 min |
    | credits used up | 10 | 37 % | 3 | after 90 min |

    (first: from the start of the run to the first one after the warm-up)

    Never met: servers busy.

    **Messages**: 27 due, 15 answered, 12 lost (44 %).

    | time | mean | p50 | p95 | p99 | slowest |
    | --- | ---: | ---: | ---: | ---: | ---: |
    | due to reply | 3.33 s | 3 s | 7 s | 7 s | 7 s |
    | waiting | 2.33 s | 2 s | 6 s | 6 s | 6 s |
    | being served | 1 s | 1 s | 1 s | 1 s | 1 s |
    "#);
    let (figures, last) = rest.rsplit_once("</details>\n").unwrap();
    assert_eq!(
        last,
        format!(
            "\nlimitlab {}, scenario 0123456789ab. Plots are in report.html, every figure of every group \
             is in summary.json.\n",
            env!("CARGO_PKG_VERSION")
        )
    );
    for name in summary.groups["all"].metrics.keys() {
        assert!(figures.contains(&format!("\n| {} | ", name.replace('_', "\\_"))), "{name}");
    }
}

#[test]
fn names_mean_nothing_in_a_table_and_every_row_has_all_cells() {
    let (mut scenario, mut summary) = every_kind();
    scenario.name = "a|b\n# c".to_owned();
    summary.scenario.name.clone_from(&scenario.name);
    summary.scenario.about = Some("- x\n\n| y | <details> `".to_owned());
    let all = &mut summary.groups["all"];
    all.refusals[0].limiter = Some("|burst|\n".to_owned());
    all.refusals[0].sentence = "<b>|".to_owned();
    let other = summary.groups["shops"].clone();
    summary.groups.insert("|labs|".to_owned(), other);
    let markdown = run_markdown(&scenario, &summary, Uncertain::Passes);
    let separators = |line: &str| line.replace("\\|", "").matches('|').count();
    let (mut tables, mut columns) = (0, 0);
    for line in markdown.lines() {
        if !line.starts_with('|') {
            columns = 0;
            assert_eq!(separators(line), 0, "{line}");
        } else if columns == 0 {
            columns = separators(line);
            tables += 1;
        } else {
            assert_eq!(separators(line), columns, "{line}");
        }
    }
    assert_eq!(tables, 6, "{markdown}");
    assert_eq!(markdown.matches("<details>").count(), markdown.matches("</details>").count());
    assert!(!markdown.contains("\n# c") && !markdown.contains("\n- x"), "{markdown}");
}

#[test]
fn a_page_has_room_for_any_number_of_groups_and_thresholds() {
    let (scenario, mut summary) = every_kind();
    let (group, threshold) = (summary.groups["shops"].clone(), summary.thresholds[0].clone());
    for number in 0..30_000 {
        let limited = format!("refusal.rate{{limiter=limit-{number}}}");
        let metric = summary.groups["all"].metrics["messages.offered"];
        summary.groups["all"].metrics.insert(limited, metric);
        summary.groups.insert(format!("group-{number}"), group.clone());
        summary.thresholds.push(threshold.clone());
    }
    let markdown = run_markdown(&scenario, &summary, Uncertain::Passes);
    // GitHub takes up to a MiB of one step.
    assert!(markdown.len() < 100_000, "{} bytes", markdown.len());
    assert!(markdown.contains("\n… and 29,904 more in summary.json\n"), "{markdown}");
    assert!(markdown.contains("\n… and 29,901 more in report.html\n"), "{markdown}");
}

#[test]
fn an_interval_has_its_unit_once_where_it_has_one() {
    for (low, high, told) in [
        ("10.3 s", "10.5 s", "10.3 to 10.5 s"),
        ("990 ms", "1.01 s", "990 ms to 1.01 s"),
        ("1 attempts per message", "2 attempts per message", "1 to 2 attempts per message"),
        ("< 0.01 %", "< 0.01 %", "< 0.01 % to < 0.01 %"),
        ("3", "4", "3 to 4"),
    ] {
        assert_eq!(from_to(&[low.to_owned(), high.to_owned()]), told);
    }
}
