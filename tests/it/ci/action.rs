//! The action for GitHub: its script as GitHub runs it, and what stands in its files.

use std::fs;

use super::home::{Home, root};
use crate::support::text;

/// The step of the action that runs limitlab.
struct Step {
    code: Option<i32>,
    verdict: String,
    results: String,
    outputs: String,
    shown: String,
    errors: String,
}

/// Runs that step in a folder as GitHub does: with inputs in the environment.
fn step(home: &Home, inputs: &[(&str, &str)]) -> Step {
    let script = root().join(".github/actions/limitlab/run.sh");
    home.write("output", "");
    home.write("step.md", "");
    let mut command = home.program("bash");
    command.arg(script).env("LIMITLAB", env!("CARGO_BIN_EXE_limitlab"));
    command.env("GITHUB_OUTPUT", home.path("output"));
    command.env("GITHUB_STEP_SUMMARY", home.path("step.md")).envs(inputs.iter().copied());
    let output = command.output().expect("there is a bash");
    let outputs = home.read("output");
    let of = |name: &str| {
        let line = outputs.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("no {name}: {outputs}{}", text(&output.stderr))).to_owned()
    };
    assert_eq!(Some(of("exit-code")), output.status.code().map(|code| code.to_string()));
    Step {
        code: output.status.code(),
        verdict: of("verdict"),
        results: of("results"),
        shown: home.read("step.md"),
        errors: text(&output.stderr),
        outputs,
    }
}

#[test]
fn the_action_says_what_came_of_a_scenario() {
    let home = Home::new();
    home.scenario(&["refusal.rate < 99%"]);
    let scenario = ("SCENARIO", "small.yaml");
    let done = step(&home, &[scenario]);
    assert_eq!((done.code, &*done.verdict, &*done.results), (Some(0), "passed", "results/small"));
    assert!(done.shown.contains("### ✅ limitlab run: small: "), "{}", done.shown);
    assert!(home.path("results/small/junit.xml").exists());
    for (inputs, code, verdict, results) in [
        (&[("SCENARIO", "none.yaml")][..], 1, "impossible", ""),
        (&[], 2, "wrong", ""),
        (&[scenario, ("SET", "duration")], 2, "wrong", ""),
        (&[scenario, ("STRICT", "yes")], 2, "wrong", ""),
        (&[scenario, ("OUT", "a\nverdict=passed")], 2, "wrong", ""),
        (&[scenario, ("SEED", "--quiet")], 2, "wrong", ""),
        (&[scenario, ("BASELINE", "none.json"), ("OUT", "o")], 1, "impossible", "o"),
        (&[scenario, ("SET", "thresholds=[loss.rate < 1%]"), ("OUT", "o")], 99, "failed", "o"),
    ] {
        let ended = step(&home, inputs);
        let found = (ended.code, &*ended.verdict, &*ended.results);
        assert_eq!(found, (Some(code), verdict, results), "{inputs:?}: {}", ended.errors);
        assert_eq!(ended.outputs.lines().count(), 3, "{}", ended.outputs);
    }
    let open = format!("thresholds=[messages.offered <= {}]", home.offered());
    for (strict, code, verdict) in [("false", 0, "passed"), ("true", 5, "inconclusive")] {
        let ended = step(&home, &[scenario, ("SET", &open), ("STRICT", strict)]);
        assert_eq!((ended.code, &*ended.verdict), (Some(code), verdict), "{}", ended.errors);
    }
}

#[test]
fn the_action_compares_with_a_baseline() {
    let home = Home::new();
    home.scenario(&["refusal.rate < 99%"]);
    step(&home, &[("SCENARIO", "small.yaml")]);
    let mut save = home.program(env!("CARGO_BIN_EXE_limitlab"));
    save.args(["compare", "results/small", "--save-baseline", "kept/small.json"]);
    assert!(save.output().is_ok_and(|output| output.status.success()));
    let inputs = [("SCENARIO", "small.yaml"), ("BASELINE", "kept")];
    let again = step(&home, &inputs);
    assert_eq!((again.code, &*again.verdict), (Some(0), "passed"), "{}", again.errors);
    assert!(again.shown.contains("### ✅ limitlab compare: the same in every digit"));
    // Half as many are let through: worse, by far more than chance.
    let set = ("SET", "\n  workspaces.shops.fair_use.burst.token_bucket.rate=20/h\n\n");
    let worse = step(&home, &[&inputs[..], &[set]].concat());
    assert_eq!((worse.code, &*worse.verdict), (Some(3), "regressed"), "{}", worse.errors);
    assert!(worse.shown.contains("### ❌ limitlab compare: "), "{}", worse.shown);
    for file in ["compare.md", "compare.xml", "junit.xml", "summary.md", "report.html"] {
        assert!(home.path("results/small").join(file).exists(), "{file}");
    }
    // A threshold that failed counts more than what got worse.
    let both = format!("{}thresholds=[loss.rate < 1%]", set.1);
    let both = step(&home, &[&inputs[..], &[("SET", &both)]].concat());
    assert_eq!((both.code, &*both.verdict), (Some(99), "failed"), "{}", both.errors);
}

#[test]
fn nothing_that_the_action_is_given_is_read_as_a_command() {
    let home = Home::new();
    home.scenario(&["refusal.rate < 99%"]);
    let text = home.read("small.yaml");
    let hostile = "a b$(touch pwned);`touch pwned`'\"&|.yaml";
    home.write(hostile, &text);
    let done = step(&home, &[("SCENARIO", hostile), ("OUT", "o p$(touch pwned)*")]);
    assert_eq!((done.code, &*done.results), (Some(0), "o p$(touch pwned)*"), "{}", done.errors);
    let wrong = step(&home, &[("SCENARIO", hostile), ("SET", "duration=$(touch pwned)\n-x=1")]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.errors.contains("$(touch pwned)"), "{}", wrong.errors);
    let leading = step(&home, &[("SCENARIO", "--help")]);
    assert_eq!(leading.code, Some(1), "{}", leading.errors);
    assert!(!home.path("pwned").exists());
    // In the files of GitHub expressions stand where they are values, never in a script.
    let files =
        [".github/actions/limitlab/action.yml", ".github/workflows/ci.yml", "docs/limits.yml"];
    let action = fs::read_to_string(root().join(files[0])).expect("the action is there");
    for file in files {
        let text = fs::read_to_string(root().join(file)).expect("it is there");
        let runs = text.lines().filter(|line| line.contains("run:") && line.contains("${{"));
        assert_eq!(runs.count(), 0, "{file}");
        let uses = text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, it)| it);
        for used in uses.filter(|used| !used.starts_with("./") && !used.contains("limitlab/")) {
            let commit =
                used.split_once('@').map_or("", |(_, it)| it.split(' ').next().unwrap_or(""));
            let is_commit = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
            assert!(is_commit && used.contains(" # v"), "{file}: {used} is not pinned");
        }
    }
    // Every input gets where it is meant to.
    let (inputs, rest) = action.split_once("\noutputs:\n").expect("it has outputs");
    let script = fs::read_to_string(root().join(".github/actions/limitlab/run.sh"));
    let script = script.expect("the script is there");
    let names = inputs.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'));
    for input in names.filter(|name| !name.starts_with(' ')) {
        let variable = input.replace('-', "_").to_uppercase();
        assert!(rest.contains(&format!("{variable}: ${{{{ inputs.{input} }}}}")), "{input}");
        assert!(script.contains(&format!("${{{variable}:-")), "{variable}");
    }
}
