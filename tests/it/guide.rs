//! The guide to scenario files, docs/scenario.md: it is what the types say, its examples run, and
//! its links lead somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use limitlab::engine::{RunOptions, Watch, run};
use limitlab::scenario::{guide, load, warnings};
use tempfile::TempDir;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// A fenced block of a page.
struct Block {
    /// The line on which it begins, from 1.
    line: usize,
    language: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(language) if !open => {
                let language = language.to_owned();
                blocks.push(Block { line: index + 2, language, text: String::new() });
            }
            None if open => {
                let block = blocks.last_mut().expect("a block is open");
                block.text += line;
                block.text.push('\n');
            }
            _ => {}
        }
        open ^= line.starts_with("```");
    }
    assert!(!open, "a block is not closed");
    blocks
}

#[test]
fn it_is_what_the_types_say() {
    let committed = fs::read_to_string(docs().join("scenario.md")).unwrap_or_default();
    // Not `assert_eq`: a page of differences helps nobody.
    assert!(
        committed == guide(),
        "docs/scenario.md is not what the types say; write it anew:\n\
         cargo run -- schema guide > docs/scenario.md"
    );
}

#[test]
fn its_examples_run_and_check_has_nothing_to_say_against_them() {
    let page = guide();
    let blocks = blocks(&page);
    let examples: Vec<&Block> = blocks.iter().filter(|it| it.language == "yaml").collect();
    let is_whole = |block: &Block| block.text.starts_with("limitlab: 1\n");
    let (steps, changes): (Vec<&Block>, Vec<&Block>) = examples.iter().partition(|it| is_whole(it));
    assert!(steps.len() >= 6 && changes.len() >= 30, "{} and {}", steps.len(), changes.len());

    // What the page tells its reader to do.
    let folder = TempDir::new().expect("a temporary folder can be made");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("it can be written");
        path
    };
    let base = &steps.last().expect("the steps are there").text;
    write("shops.yaml", base);
    for (name, begins) in [("observed.csv", "value,"), ("day.csv", "time,")] {
        let table = blocks.iter().find(|it| it.language == "csv" && it.text.starts_with(begins));
        write(name, &table.expect("the file is on the page").text);
    }
    let lead = blocks.iter().find(|it| it.text.contains("import: [shops.yaml]"));
    let lead = &lead.expect("the lines above a change are there").text;

    let mut faults = Vec::new();
    for example in examples {
        let whole = is_whole(example);
        let text = if whole { example.text.clone() } else { format!("{lead}{}", example.text) };
        let path = write("example.yaml", &text);
        match load(&path, &[]) {
            Ok(loaded) => {
                let said = warnings(&loaded.scenario);
                let outcome = run(&loaded.scenario, RunOptions { threads: 1 }, &Watch::default());
                let summary = outcome.expect("no example loops").summary;
                let offered = summary.value("messages.offered");
                assert!(offered > Some(0.0), "line {}: nobody writes", example.line);
                if !said.is_empty() {
                    faults.push(format!("line {}: {said:?}", example.line));
                }
                let missing = summary.thresholds.iter().filter(|it| it.value.is_none());
                faults.extend(missing.map(|it| format!("line {}: {it:?}", example.line)));
            }
            Err(error) => faults.push(format!("line {}: {error}\n{text}", example.line)),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// The anchors of a page's headings, as GitHub names them.
fn anchors(page: &str) -> Vec<String> {
    let mut code = false;
    let mut anchors = Vec::new();
    for line in page.lines() {
        code ^= line.starts_with("```");
        let text = line.trim_start_matches('#');
        if code || text.len() == line.len() {
            continue;
        }
        let text = text.trim().to_lowercase();
        let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        anchors.push(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
    }
    anchors
}

#[test]
fn its_links_lead_somewhere() {
    let page = guide();
    let own = anchors(&page);
    let distinct: BTreeSet<&String> = own.iter().collect();
    assert_eq!(distinct.len(), own.len(), "two headings have one anchor: {own:?}");
    let mut checked = 0;
    for target in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        let there = if file.is_empty() {
            own.iter().any(|it| it == anchor)
        } else {
            let other = fs::read_to_string(docs().join(file));
            other.is_ok_and(|other| {
                anchor.is_empty() || anchors(&other).iter().any(|it| it == anchor)
            })
        };
        assert!(there, "a link leads nowhere: {target}");
        checked += 1;
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn its_tables_have_as_many_cells_in_each_row() {
    let page = guide();
    let mut columns = None;
    let mut rows = 0;
    for (index, line) in page.lines().enumerate() {
        if !line.starts_with('|') {
            columns = None;
            continue;
        }
        let cells = line.replace(r"\|", "").matches('|').count() - 1;
        assert_eq!(*columns.get_or_insert(cells), cells, "line {}: {line}", index + 1);
        rows += 1;
    }
    assert!(rows > 200, "{rows}");
}
