//! A folder with a scenario in it, and what is done there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use quick_junit::{Report, TestCase};
use serde_json::Value;
use tempfile::TempDir;

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

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("what is printed is UTF-8")
}

/// A folder with a scenario in it.
pub(super) struct Home(TempDir);

impl Home {
    pub(super) fn new() -> Self {
        Self(TempDir::new().expect("a temporary folder can be made"))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes the scenario with these thresholds.
    pub(super) fn scenario(&self, thresholds: &[&str]) {
        let lines: Vec<String> = thresholds.iter().map(|it| format!("  - \"{it}\"\n")).collect();
        self.write("small.yaml", &format!("{SCENARIO}{}", lines.concat()));
    }

    /// A command in that folder, outside of any build.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.0.path()).env("NO_COLOR", "1").env_remove("GITHUB_STEP_SUMMARY");
        command.env_remove("GITHUB_OUTPUT").stdin(Stdio::null());
        command
    }

    /// A run of the scenario, beside which GitHub shows what is in the file `step`.
    pub(super) fn run(&self, options: &[&str], step: Option<&str>) -> Output {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_limitlab")));
        if let Some(step) = step {
            command.env("GITHUB_STEP_SUMMARY", self.path(step));
        }
        command.args(["run", "small.yaml", "--out", "out"]).args(options);
        command.output().expect("the command can be started")
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
