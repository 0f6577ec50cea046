//! `limitlab run --junit --markdown`: thresholds for servers of builds.

use std::path::Path;

use quick_junit::{TestCase, TestCaseStatus};

use super::home::{Home, SCENARIO};
use crate::support::results;
use crate::support::text;

/// What became of a case: a letter, and what is said of it.
fn status(case: &TestCase) -> (char, String) {
    let message = |text: &Option<quick_junit::XmlString>| {
        text.as_ref().map(|text| text.as_str().to_owned()).unwrap_or_default()
    };
    match &case.status {
        TestCaseStatus::Success { .. } => ('p', message(&case.system_out)),
        TestCaseStatus::NonSuccess { message: it, .. } => ('f', message(it)),
        TestCaseStatus::Skipped { message: it, .. } => ('s', message(it)),
    }
}

#[test]
fn thresholds_are_cases_of_a_test_and_fail_as_the_command_does() {
    let home = Home::new();
    let open = format!("messages.offered <= {}", home.offered());
    let (holds, late, fails) = (
        "refusal.rate < 99%",
        "attempts.offered < 1 over 1h",
        "loss.rate{reason=rate_limited} < 1%",
    );
    for (thresholds, strict, code, letters) in [
        (&[][..], true, 0, "p"),
        (&[holds], true, 0, "pp"),
        (&[holds, &open], false, 0, "pps"),
        (&[holds, &open], true, 5, "ppf"),
        (&[late, &open, holds], false, 99, "pfsp"),
        (&[fails, late, holds, &open], true, 99, "pffpf"),
    ] {
        if thresholds.is_empty() {
            home.write("small.yaml", SCENARIO.trim_end().trim_end_matches("thresholds:"));
        } else {
            home.scenario(thresholds);
        }
        let options = ["-q", "--junit", "--strict"];
        let output = home.run(&options[..if strict { 3 } else { 2 }], None);
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        let cases = home.cases();
        let names = std::iter::once("the run is valid").chain(thresholds.iter().copied());
        let written: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(written, names.collect::<Vec<&str>>());
        let found: String = cases.iter().map(|case| status(case).0).collect();
        assert_eq!(found, letters, "{thresholds:?}");
        let told = |name: &str| {
            let case = cases.iter().find(|case| case.name.as_str() == name);
            case.map(|case| status(case).1).unwrap_or_default()
        };
        if thresholds.contains(&late) {
            let told = told(late);
            assert!(
                told.contains(" attempts in the worst hour, and must be < 1 attempts"),
                "{told}"
            );
            assert!(told.ends_with("; first broken in the hour from the start"), "{told}");
        }
        if thresholds.contains(&open.as_str()) {
            let told = told(&open);
            assert!(
                told.contains(" (95% interval ") && told.contains("is not certain to be"),
                "{told}"
            );
        }
    }
}

#[test]
fn documents_for_builds_change_no_other_file_and_do_not_outlive_their_run() {
    let home = Home::new();
    home.scenario(&["refusal.rate < 99%"]);
    let files = |options: &[&str]| {
        let output = home.run(options, None);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        results(&home.path("out"))
    };
    let plain = files(&[]);
    let mut more = files(&["--junit", "--markdown", "--threads", "1"]);
    let again = files(&["--junit", "--markdown", "--threads", "3"]);
    assert!(more == again, "threads changed a file");
    for name in ["junit.xml", "summary.md"] {
        let bytes = more.remove(Path::new(name)).unwrap_or_else(|| panic!("there is no {name}"));
        assert!(bytes.len() > 100, "{name}");
    }
    assert!(more == plain, "another file changed");
    assert!(files(&[]) == plain, "something is left of an older result");
}

#[test]
fn each_run_adds_its_summary_to_what_github_shows_of_a_step() {
    let home = Home::new();
    home.scenario(&["refusal.rate < 1%"]);
    home.write("step.md", "<b>before</b>");
    // Without --markdown nothing is told.
    assert_eq!(home.run(&["-q", "--junit"], Some("step.md")).status.code(), Some(99));
    assert_eq!(home.read("step.md"), "<b>before</b>");
    home.run(&["-q", "--markdown"], Some("step.md"));
    let first = home.read("out/summary.md");
    assert!(first.starts_with("### ❌ limitlab run: small: the threshold failed\n"), "{first}");
    let printed = text(&home.run(&["--markdown", "--seed", "6"], Some("step.md")).stdout);
    let second = home.read("out/summary.md");
    assert!(first != second && printed.contains("Thresholds"), "{printed}");
    assert_eq!(home.read("step.md"), format!("<b>before</b>\n{first}\n\n{second}\n"));
    // Outside of a build there is nothing to add to; a step without a file gets one.
    home.run(&["-q", "--markdown"], None);
    home.run(&["-q", "--markdown"], Some("new.md"));
    assert_eq!(home.read("new.md"), format!("\n{first}\n"));
}

#[test]
fn what_cannot_be_added_is_an_error_and_the_results_are_there() {
    let home = Home::new();
    home.scenario(&["refusal.rate < 99%"]);
    let output = home.run(&["-q", "--markdown", "--junit"], Some("nowhere/step.md"));
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    let place = home.path("nowhere/step.md");
    let wanted =
        format!("error: cannot append to {}, named by GITHUB_STEP_SUMMARY: ", place.display());
    assert!(told.starts_with(&wanted), "{told}");
    assert!(home.read("out/summary.md").contains("the threshold holds"));
    assert_eq!(home.cases().len(), 2);
}
