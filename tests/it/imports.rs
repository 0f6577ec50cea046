//! Scenarios that import others, as the user reads them.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use limitlab::random::Distribution;
use limitlab::scenario::{Override, Scenario, ScenarioError, load, parse};
use limitlab::units::Credits;
use tempfile::TempDir;

const BASE: &str = "limitlab: 1
plans:
  small: { active_agents: 1, credits: { included: 100, per: seat } }
  large: { active_agents: 9 }
workspaces:
  - group: shops
    plan: small
    agents: [{ name: sales, count: 2, traffic: { rate: 1/h }, cost: { uniform: { min: 1, max: 3 } } }]
backend: { servers: 4, service_time: { lognormal: { mean: 2s, cv: 1 } } }
thresholds: [messages.lost == 0]
";

const OWN: &str = "limitlab: 1
import: [base.yaml]
name: own
duration: 1d
";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder can be made");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The scenario `own.yaml` of a folder with these files.
#[track_caller]
pub(crate) fn valid(files: &[(&str, &str)], set: &[&str]) -> Scenario {
    let folder = folder(files);
    let overrides: Vec<Override> = set.iter().copied().map(Override::set).collect();
    match load(&folder.path().join("own.yaml"), &overrides) {
        Ok(loaded) => loaded.scenario,
        Err(error) => panic!("{error}"),
    }
}

/// The messages about `own.yaml` of a folder with these files, without the folder's path.
fn mistakes_with(files: &[(&str, &str)], set: &[&str]) -> String {
    let folder = folder(files);
    mistakes_in(folder.path(), set)
}

fn mistakes_in(folder: &Path, set: &[&str]) -> String {
    let overrides: Vec<Override> = set.iter().copied().map(Override::set).collect();
    match load(&folder.join("own.yaml"), &overrides) {
        Ok(_) => "no mistakes".to_owned(),
        Err(ScenarioError::Faults(faults)) => {
            faults.to_string().replace(&format!("{}/", folder.display()), "")
        }
        Err(error) => panic!("not a mistake of the file: {error}"),
    }
}

pub(crate) fn mistakes(files: &[(&str, &str)]) -> String {
    mistakes_with(files, &[])
}

#[test]
fn what_is_imported_is_what_might_have_been_written() {
    let mut imported = valid(&[("own.yaml", OWN), ("base.yaml", BASE)], &[]);
    let whole = OWN.replace("import: [base.yaml]\n", "") + BASE.trim_start_matches("limitlab: 1\n");
    let written = parse("whole.yaml", &whole, &[]).unwrap();
    assert_eq!(imported.sha256, written.sha256);
    // Only who wrote a plan himself expects somebody on it.
    assert!(imported.idle_plans.is_empty() && !written.idle_plans.is_empty());
    imported.idle_plans.clone_from(&written.idle_plans);
    assert_eq!(format!("{imported:?}"), format!("{written:?}"));
}

#[test]
fn the_importing_file_wins_key_by_key_and_name_by_name() {
    let own = OWN.to_owned()
        + "plans: { small: { active_agents: 2 } }
workspaces:
  - group: clinics
    agents: [{ name: desk }]
  - group: shops
    count: 7
    agents: [{ name: night, cost: 5 }, { name: sales, cost: 2 }]
backend: { servers: 5, service_time: 1s }
thresholds: [messages.offered > 0]
";
    let scenario = valid(&[("own.yaml", &own), ("base.yaml", BASE)], &[]);
    let names: Vec<&str> = scenario.groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(names, ["shops", "clinics"]);
    let shops = &scenario.groups[0];
    let plan = &shops.plans[0].plan;
    assert_eq!((shops.count, plan.name.as_str(), plan.active_agents), (7, "small", Some(2)));
    assert_eq!(plan.credits.as_ref().unwrap().included, Credits::whole(100));
    let lines: Vec<(&str, u32, f64)> =
        shops.lines.iter().map(|line| (line.name.as_str(), line.count, line.cost.mean())).collect();
    assert_eq!(lines, [("sales", 2, 2_000.0), ("night", 1, 5_000.0)]);
    let backend = scenario.backend.unwrap();
    assert_eq!((backend.servers, backend.service_time.mean()), (Some(5), 1e9));
    let thresholds: Vec<&str> = scenario.thresholds.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(thresholds, ["messages.lost == 0", "messages.offered > 0"]);
}

#[test]
fn paths_are_relative_to_the_file_they_stand_in_and_later_imports_win() {
    let scenario = valid(
        &[
            ("own.yaml", "{ limitlab: 1, import: [a/one.yaml, b.yaml], name: own, duration: 1h }"),
            ("a/one.yaml", "{ limitlab: 1, import: [deep/two.yaml, ../base.yaml], seed: 3 }"),
            ("a/deep/two.yaml", "{ limitlab: 1, seed: 2, about: two }"),
            ("b.yaml", "{ limitlab: 1, seed: 5, warm_up: 1m }"),
            ("base.yaml", BASE),
        ],
        &[],
    );
    assert_eq!((scenario.seed, scenario.about.as_deref()), (5, Some("two")));
    assert_eq!((scenario.warm_up.to_string(), scenario.groups.len()), ("1m".to_owned(), 1));
}

#[test]
fn a_file_that_is_imported_twice_counts_once_and_its_importers_win() {
    let scenario = valid(
        &[
            ("own.yaml", "{ limitlab: 1, import: [a.yaml, ./b.yaml, b.yaml], duration: 1h }"),
            ("a.yaml", "{ limitlab: 1, import: [base.yaml], name: a }"),
            ("b.yaml", "{ limitlab: 1, import: [./base.yaml], thresholds: [messages.lost < 9] }"),
            ("base.yaml", &(BASE.to_owned() + "name: base\n")),
        ],
        &[],
    );
    assert_eq!((scenario.name.as_str(), scenario.thresholds.len()), ("a", 2));
}

#[test]
fn values_are_set_in_what_is_imported() {
    let files = [("own.yaml", OWN), ("base.yaml", BASE)];
    let set = ["workspaces.shops.agents.sales.cost=4", "plans.small.active_agents=3"];
    let scenario = valid(&files, &set);
    assert_eq!(scenario.groups[0].lines[0].cost, Distribution::Constant(4_000.0));
    assert_eq!(scenario.groups[0].plans[0].plan.active_agents, Some(3));
    assert_snapshot!(mistakes_with(&files, &["import=[other.yaml]"]), @"
    --set:1:1: error: imports cannot be set on the command line
      |
    1 | import=[other.yaml]
      | ^^^^^^
    hint: set a value of what is imported by its own key

    1 mistake in --set
    ");
}

#[test]
fn mistakes_are_shown_in_the_file_they_stand_in() {
    let base = BASE.replace("servers: 4", "servers: 0").replace("rate: 1/h", "ratee: 1/h")
        + "colour: red\n";
    let own = OWN.to_owned() + "warm_up: 2d\nworkspaces: [{ group: shops, plan: smal }]\n";
    assert_snapshot!(mistakes(&[("own.yaml", &own), ("base.yaml", &base)]), @"
    own.yaml:5:10: error: `warm_up` must be less than the duration, 1d
      |
    5 | warm_up: 2d
      |          ^^

    own.yaml:6:36: error: no plan is called `smal`
      |
    6 | workspaces: [{ group: shops, plan: smal }]
      |                                    ^^^^
    hint: did you mean `small`? declared: `small`, `large`, `unlimited`

    base.yaml:8:50: error: unknown key `ratee` in `traffic`
      |
    8 |     agents: [{ name: sales, count: 2, traffic: { ratee: 1/h }, cost: { uniform: { min: 1, max: 3 } } }]
      |                                                  ^^^^^
    hint: did you mean `rate`? expected here: `rate`, `interarrival`, `sessions`, `closed`, `trace`, `speed`, `replay`, `profile`, `timezone`, `stages`, `bursts`

    base.yaml:9:21: error: `servers` must be at least 1
      |
    9 | backend: { servers: 0, service_time: { lognormal: { mean: 2s, cv: 1 } } }
      |                     ^

    base.yaml:11:1: error: unknown key `colour` in the scenario
       |
    11 | colour: red
       | ^^^^^^
    hint: expected here: `limitlab`, `name`, `about`, `import`, `seed`, `start`, `timezone`, `duration`, `warm_up`, `replications`, `drain`, `plans`, `packages`, `on_downgrade`, `workspaces`, `fair_use`, `backend`, `timeline`, `enforcement`, `series`, `thresholds`

    5 mistakes in own.yaml and base.yaml
    ");
}

#[test]
fn imports_in_a_circle() {
    assert_snapshot!(mistakes(&[("own.yaml", "{ limitlab: 1, import: [./own.yaml] }")]), @"
    own.yaml:1:25: error: own.yaml imports itself
      |
    1 | { limitlab: 1, import: [./own.yaml] }
      |                         ^^^^^^^^^^

    1 mistake in own.yaml
    ");
    assert_snapshot!(mistakes(&[
        ("own.yaml", "{ limitlab: 1, import: [a.yaml] }"),
        ("a.yaml", "{ limitlab: 1, import: [b/b.yaml] }"),
        ("b/b.yaml", "limitlab: 1\nimport:\n  - ../a.yaml\n"),
    ]), @"
    b/b.yaml:3:5: error: imports in a circle: a.yaml → b/b.yaml → a.yaml
      |
    3 |   - ../a.yaml
      |     ^^^^^^^^^

    1 mistake in b/b.yaml
    ");
}

#[test]
fn files_that_cannot_be_imported() {
    let own = "limitlab: 1
import:
  - missing.yaml
  - folder
  - latin.yaml
  - large.yaml
  - empty.yaml
  - list.yaml
  - broken.yaml
  - old.yaml
  - unversioned.yaml
";
    let large = format!("limitlab: 1\nabout: {}\n", "x".repeat(16 * 1024 * 1024));
    let folder = folder(&[
        ("own.yaml", own),
        ("folder/x.yaml", ""),
        ("large.yaml", &large),
        ("empty.yaml", "# nothing\n"),
        ("list.yaml", "- limitlab\n"),
        ("broken.yaml", "limitlab: 1\nplans: { a: {\n"),
        ("old.yaml", "limitlab: 0\n"),
        ("unversioned.yaml", "seed: 1\n"),
    ]);
    fs::write(folder.path().join("latin.yaml"), b"limitlab: 1\nabout: \xe4\n").unwrap();
    assert_snapshot!(mistakes_in(folder.path(), &[]), @"
    own.yaml:3:5: error: cannot read missing.yaml: No such file or directory (os error 2)
      |
    3 |   - missing.yaml
      |     ^^^^^^^^^^^^
    hint: the path of an import is relative to the file that it stands in

    own.yaml:4:5: error: cannot read folder: it is a folder
      |
    4 |   - folder
      |     ^^^^^^

    own.yaml:5:5: error: latin.yaml is not UTF-8 text
      |
    5 |   - latin.yaml
      |     ^^^^^^^^^^

    own.yaml:6:5: error: large.yaml is larger than 16 MiB
      |
    6 |   - large.yaml
      |     ^^^^^^^^^^

    empty.yaml:1:1: error: this file holds nothing to import
      |
    1 | # nothing
      | ^

    list.yaml:1:1: error: an imported file is a list
      |
    1 | - limitlab
      | ^^^^^^^^^^
    hint: expected keys of a scenario, the first of them `limitlab: 1`

    broken.yaml:3:1: error: this is not YAML: while parsing a node, did not find expected node content
      |
    3 |
      | ^
    hint: the `{` in line 2 is not closed before this

    old.yaml:1:11: error: `0` is not a version of the scenario language that this build knows: `1`
      |
    1 | limitlab: 0
      |           ^

    unversioned.yaml:1:1: error: an imported file begins with `limitlab: 1`
      |
    1 | seed: 1
      | ^

    9 mistakes in own.yaml and empty.yaml and list.yaml and broken.yaml and old.yaml and unversioned.yaml
    ");
}

#[test]
fn imports_that_are_no_paths() {
    assert_snapshot!(mistakes(&[
        ("own.yaml", &OWN.replace("[base.yaml]", "[base.yaml, ~, '', [x]]")),
        ("base.yaml", BASE),
    ]), @"
    own.yaml:2:21: error: an item of `import` has no value
      |
    2 | import: [base.yaml, ~, '', [x]]
      |                     ^
    hint: expected a text

    own.yaml:2:24: error: `` is not a text
      |
    2 | import: [base.yaml, ~, '', [x]]
      |                        ^^

    own.yaml:2:28: error: an item of `import` is a list
      |
    2 | import: [base.yaml, ~, '', [x]]
      |                            ^^^
    hint: expected a text

    3 mistakes in own.yaml
    ");
    assert_snapshot!(mistakes(&[
        ("own.yaml", &OWN.replace("[base.yaml]", "base.yaml")),
        ("base.yaml", BASE),
    ]), @"
    own.yaml:2:9: error: `import` is a single value
      |
    2 | import: base.yaml
      |         ^^^^^^^^^
    hint: expected a list

    1 mistake in own.yaml
    ");
}

#[test]
fn a_text_without_a_file_imports_nothing() {
    let Err(ScenarioError::Faults(faults)) = parse("text", OWN, &[]) else {
        panic!("an import was read");
    };
    assert_snapshot!(faults, @"
    text:2:10: error: only a scenario in a file can import others
      |
    2 | import: [base.yaml]
      |          ^^^^^^^^^
    hint: the path of an import is relative to the file that it stands in

    1 mistake in text
    ");
}

#[test]
fn imports_are_bounded() {
    let chain = |length: usize| -> Vec<(String, String)> {
        let mut files: Vec<(String, String)> = (1..=length)
            .map(|number| {
                let text = format!("{{ limitlab: 1, import: [{}.yaml] }}", number + 1);
                (format!("{number}.yaml"), text)
            })
            .collect();
        files.push((format!("{}.yaml", length + 1), BASE.to_owned()));
        files.push(("own.yaml".to_owned(), OWN.replace("base.yaml", "1.yaml")));
        files
    };
    let with = |files: Vec<(String, String)>| {
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        mistakes(&files)
    };
    assert_eq!(with(chain(15)), "no mistakes");
    assert_snapshot!(with(chain(16)), @"
    16.yaml:1:25: error: more than 16 files import one another in a row
      |
    1 | { limitlab: 1, import: [17.yaml] }
      |                         ^^^^^^^

    1 mistake in 16.yaml
    ");
    let wide = |count: usize| {
        let mut files: Vec<(String, String)> =
            (1..=count).map(|number| (format!("{number}.yaml"), BASE.to_owned())).collect();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        files.push(("own.yaml".to_owned(), OWN.replace("base.yaml", &names.join(", "))));
        files
    };
    assert_eq!(with(wide(100)), "no mistakes");
    assert!(with(wide(102)).contains("error: a scenario imports more than 100 files"));
}
