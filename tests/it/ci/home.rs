//! A folder with a scenario in it, and what is done there.

use std::ops::Deref;
use std::path::Path;
use std::process::Output;

use quick_junit::{Report, TestCase};
use serde_json::Value;

use crate::support;

/// A scenario whose thresholds are yet to come. What is offered scatters, and a third of it is refused.
pub(super) const SCENARIO: &str = "
limitlab: 1
name: small
duration: 2h
seed: 5
workspaces:
  - group: shops
    count: 20
    agents: [{ name: bot, traffic: { rate: 1/min } }]
    fair_use: [{ name: burst, scope: agent, token_bucket: { rate: 40/h, burst: 2 } }]
thresholds:
";

/// The repository.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with a scenario in it.
pub(super) struct Home(support::Home);

impl Deref for Home {
    type Target = support::Home;

    fn deref(&self) -> &support::Home {
        &self.0
    }
}

impl Home {
    pub(super) fn new() -> Self {
        Self(support::Home::new())
    }

    /// Writes the scenario with these thresholds.
    pub(super) fn scenario(&self, thresholds: &[&str]) {
        let lines: Vec<String> = thresholds.iter().map(|it| format!("  - \"{it}\"\n")).collect();
        self.write("small.yaml", &format!("{SCENARIO}{}", lines.concat()));
    }

    /// A run of the scenario, beside which GitHub shows what is in the file `step`.
    pub(super) fn run(&self, options: &[&str], step: Option<&str>) -> Output {
        let mut command = self.command(&["run", "small.yaml", "--out", "out"]);
        if let Some(step) = step {
            command.env("GITHUB_STEP_SUMMARY", self.path(step));
        }
        command.args(options).output().expect("the command can be started")
    }

    /// The cases of junit.xml.
    pub(super) fn cases(&self) -> Vec<TestCase> {
        let report = Report::deserialize_from_str(&self.read("out/junit.xml"));
        let report = report.expect("junit.xml is what others read");
        report.test_suites.into_iter().flat_map(|suite| suite.test_cases).collect()
    }

    /// How many messages are due, which has an interval around it.
    pub(super) fn offered(&self) -> f64 {
        self.scenario(&["refusal.rate < 99%"]);
        assert_eq!(self.run(&["-q"], None).status.code(), Some(0));
        let summary: Value = serde_json::from_str(&self.read("out/summary.json")).expect("JSON");
        let offered = &summary["groups"]["all"]["metrics"]["messages.offered"]["value"];
        offered.as_f64().expect("messages are due")
    }
}
