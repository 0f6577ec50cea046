//! Distributions from tables of observed values, as the user reads them.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use limitlab::random::Distribution;
use limitlab::scenario::{Loaded, Override, ScenarioError, load};
use tempfile::TempDir;

/// Every quantity that can be drawn, from a table each.
const SCENARIO: &str = "limitlab: 1
name: tables
duration: 1d
workspaces:
  - group: shops
    seats: { empirical: tables/seats.csv }
    agents: [{ name: sales, traffic: { rate: 1/h }, cost: { empirical: tables/cost.csv } }]
backend: { servers: 1, service_time: { empirical: tables/time.csv } }
";

const TABLES: [(&str, &str); 3] = [
    ("seats.csv", "value\n1\n2\n9\n"),
    ("cost.csv", "value,weight\r\n0.5,3\r\n2,1\r\n"),
    ("time.csv", "\u{feff}value , weight\n\n250ms, 0.75\n\"1.5s\" , 0.25\n"),
];

/// A folder with the scenario and its tables; those of `changed` say something else.
fn folder(changed: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("tables")).unwrap();
    fs::write(folder.path().join("own.yaml"), SCENARIO).unwrap();
    for (name, text) in TABLES.iter().chain(changed) {
        fs::write(folder.path().join("tables").join(name), text).unwrap();
    }
    folder
}

fn loaded(folder: &Path, set: &[&str]) -> Result<Loaded, ScenarioError> {
    let overrides: Vec<Override> = set.iter().copied().map(Override::set).collect();
    load(&folder.join("own.yaml"), &overrides)
}

/// The messages about the scenario with other tables, without the folder's path.
fn mistakes_with(changed: &[(&str, &str)], set: &[&str]) -> String {
    let folder = folder(changed);
    match loaded(folder.path(), set) {
        Ok(_) => "no mistakes".to_owned(),
        Err(ScenarioError::Faults(faults)) => {
            faults.to_string().replace(&format!("{}/", folder.path().display()), "")
        }
        Err(error) => panic!("not a mistake of the file: {error}"),
    }
}

fn mistakes(changed: &[(&str, &str)]) -> String {
    mistakes_with(changed, &[])
}

#[test]
fn tables_are_relative_to_the_scenario_and_in_its_units() {
    let folder = folder(&[]);
    let loaded = loaded(folder.path(), &[]).unwrap();
    let group = &loaded.scenario.groups[0];
    let time = loaded.scenario.backend.unwrap().service_time;
    for (distribution, mean, range) in [
        (&group.seats, 4.0, (1.0, 9.0)),
        (&group.lines[0].cost, 875.0, (500.0, 2_000.0)),
        (&time, 562.5e6, (250e6, 1.5e9)),
    ] {
        let Distribution::Empirical(values) = distribution else { panic!("{distribution:?}") };
        assert!((values.mean() - mean).abs() < 1e-9 * mean, "{}", values.mean());
        assert_eq!(values.range(), range);
    }
    assert_eq!(loaded.sources.len(), 4);
}

#[test]
fn the_digest_of_a_scenario_is_of_its_tables_too() {
    let digest = |changed: &[(&str, &str)]| {
        let folder = folder(changed);
        loaded(folder.path(), &[]).unwrap().scenario.sha256
    };
    assert_eq!(digest(&[]), digest(&[]));
    assert_ne!(digest(&[]), digest(&[("seats.csv", "value\n1\n2\n8\n")]));
}

#[test]
fn what_is_imported_or_set_finds_its_tables() {
    let folder = folder(&[]);
    fs::rename(folder.path().join("own.yaml"), folder.path().join("tables/base.yaml")).unwrap();
    let base = SCENARIO.replace("tables/", "");
    fs::write(folder.path().join("tables/base.yaml"), base).unwrap();
    fs::write(folder.path().join("own.yaml"), "{ limitlab: 1, import: [tables/base.yaml] }")
        .unwrap();
    let plain = loaded(folder.path(), &[]).unwrap().scenario;
    let set = ["workspaces.shops.seats={ empirical: tables/seats.csv }"];
    let set = loaded(folder.path(), &set).unwrap().scenario;
    assert_eq!(set.groups[0].seats, plain.groups[0].seats);
}

#[test]
fn mistakes_of_a_table_are_shown_in_it() {
    assert_snapshot!(mistakes(&[
        ("seats.csv", "value\n1.5\nmany\n"),
        ("cost.csv", "value,weight\n1,x\n\n2\n\"0.0001\",1\n"),
        ("time.csv", "seconds\n1\n"),
    ]), @r#"
    tables/seats.csv:2:1: error: `1.5` is not a whole number such as `10_000`
      |
    2 | 1.5
      | ^^^

    tables/seats.csv:3:1: error: `many` is not a whole number such as `10_000`
      |
    3 | many
      | ^^^^

    tables/cost.csv:2:3: error: `x` is not a number such as `4` or `1.5`
      |
    2 | 1,x
      |   ^

    tables/cost.csv:4:1: error: 1 column, where the header has 2
      |
    4 | 2
      | ^

    tables/cost.csv:5:2: error: `0.0001` is not an amount such as `1_250` or `0.125`
      |
    5 | "0.0001",1
      |  ^^^^^^

    tables/time.csv:1:1: error: this is no header of a table of values
      |
    1 | seconds
      | ^^^^^^^
    hint: the first line is `value` or `value,weight`

    6 mistakes in tables/seats.csv and tables/cost.csv and tables/time.csv
    "#);
    assert_snapshot!(mistakes(&[
        ("seats.csv", ""),
        ("cost.csv", "value,weight\n1,0\n"),
        ("time.csv", "value\n"),
    ]), @"
    tables/seats.csv:1:1: error: this table holds no values
      |
    1 |
      | ^

    tables/cost.csv:1:1: error: no value of this table has a weight above 0
      |
    1 | value,weight
      | ^^^^^^^^^^^^

    tables/time.csv:1:1: error: this table holds no values
      |
    1 | value
      | ^^^^^

    3 mistakes in tables/seats.csv and tables/cost.csv and tables/time.csv
    ");
}

#[test]
fn a_table_that_is_no_table_is_not_read_to_its_end() {
    let text = format!("value\n{}", "x\n".repeat(1_000));
    assert!(mistakes(&[("time.csv", &text)]).ends_with("20 mistakes in tables/time.csv\n"));
}

#[test]
fn counts_that_must_be_one_or_more_are_so_in_a_table() {
    assert_snapshot!(mistakes(&[("seats.csv", "value\n0\n2_000_000\n")]), @"
    own.yaml:6:12: error: seats can be 0 here
      |
    6 |     seats: { empirical: tables/seats.csv }
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    hint: at least 1; `geometric` is a distribution on 1, 2, ..

    1 mistake in own.yaml
    ");
    assert_snapshot!(mistakes(&[("seats.csv", "value\n1\n2_000_000\n")]), @"
    own.yaml:6:12: error: seats must be at most 1_000_000
      |
    6 |     seats: { empirical: tables/seats.csv }
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    1 mistake in own.yaml
    ");
}

#[test]
fn files_that_cannot_be_drawn_from() {
    let large = format!("value\n{}", "1\n".repeat(8 * 1024 * 1024));
    assert_snapshot!(mistakes_with(&[("seats.csv", &large)], &[
        "backend.service_time={ empirical: none.csv }",
        "workspaces.shops.agents.sales.cost={ empirical: tables }",
    ]), @"
    own.yaml:6:25: error: tables/seats.csv is larger than 16 MiB
      |
    6 |     seats: { empirical: tables/seats.csv }
      |                         ^^^^^^^^^^^^^^^^

    --set:1:35: error: cannot read none.csv: No such file or directory (os error 2)
      |
    1 | backend.service_time={ empirical: none.csv }
      |                                   ^^^^^^^^

    --set:1:49: error: cannot read tables: it is a folder
      |
    1 | workspaces.shops.agents.sales.cost={ empirical: tables }
      |                                                 ^^^^^^

    3 mistakes in own.yaml and --set
    ");
}
