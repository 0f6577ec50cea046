//! The baselines of the shipped scenarios, and the script that compares with them.

use std::collections::BTreeSet;
use std::fs;

use limitlab::scenario::load;
use serde_json::Value;

use super::home::{Home, root};
use crate::scenarios::shipped;
use crate::support::text;

#[test]
fn every_shipped_scenario_has_a_baseline_of_what_it_says_now() {
    let folder = root().join("results/baselines");
    let entries = fs::read_dir(&folder).expect("baselines can be listed");
    let there: BTreeSet<String> = entries
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    let mut expected = BTreeSet::new();
    for (path, _) in shipped() {
        let scenario = load(&path, &[]).expect("shipped scenarios are valid").scenario;
        let name = &scenario.name;
        expected.insert(format!("{name}.json"));
        let baseline = fs::read_to_string(folder.join(format!("{name}.json")));
        let hint = format!("if that is meant: .ci/baselines --save {name}");
        let baseline = baseline.unwrap_or_else(|error| panic!("{name}: {error}; {hint}"));
        let baseline: Value = serde_json::from_str(&baseline).expect("a baseline is JSON");
        let of = &baseline["summary"]["scenario"];
        assert_eq!(of["sha256"], scenario.sha256, "{name} is another scenario now; {hint}");
        assert_eq!(baseline["summary"]["seed"], scenario.seed, "{name}; {hint}");
    }
    assert_eq!(there, expected);
}

#[test]
fn a_change_of_behaviour_fails_the_gate_with_the_command_that_accepts_it() {
    let home = Home::new();
    home.scenario(&["refusal.rate < 99%"]);
    let yaml = home.read("small.yaml");
    home.write("scenarios/small.yaml", &yaml);
    home.write("results/baselines/README", "");
    fs::create_dir(home.path(".ci")).expect("a folder can be made");
    let script = home.path(".ci/baselines");
    fs::copy(root().join(".ci/baselines"), &script).expect("the script is there");
    let baselines = |arguments: &[&str]| {
        let mut command = home.program("bash");
        command.arg(&script).args(arguments).env("LIMITLAB", env!("CARGO_BIN_EXE_limitlab"));
        let output = command.output().expect("there is a bash");
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let fails = |told: &str| {
        let (code, printed) = baselines(&[]);
        assert_eq!(code, Some(1), "{printed}");
        assert!(printed.contains(told), "{printed}");
        let hint = "\nIf that is meant: .ci/baselines --save small\n";
        assert!(printed.ends_with(hint), "{printed}");
    };
    fails("small has no baseline\n");
    let (code, printed) = baselines(&["--save"]);
    assert!(code == Some(0) && printed.contains("Baselines: 1, saved, in "), "{printed}");
    let (code, printed) = baselines(&["small"]);
    assert!(code == Some(0) && printed.contains("the same in every digit"), "{printed}");
    let kept = home.read("results/baselines/small.json");
    home.write("results/baselines/small.json", &kept.replacen("\"n\": 20", "\"n\": 21", 1));
    fails("behaviour changed: 1 metric and 0 other things differ");
    home.write("results/baselines/small.json", &kept);
    // Another scenario is no excuse, whether its figures are others or not.
    home.write("scenarios/small.yaml", &yaml.replace("99%", "98%"));
    fails("small.json is of another scenario, seed or version than scenarios/small.yaml has now\n");
    home.write("scenarios/small.yaml", &yaml.replace("seed: 5", "seed: 6"));
    fails("is of another scenario, seed or version");
    home.write("scenarios/small.yaml", &yaml.replace("duration: 2h", "duration: 3h"));
    fails("OLD and NEW cannot be compared");
}
