//! The rules of the house, read from the source text.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first. A module names only modules of a strictly lower floor.
const FLOORS: [&[&str]; 9] = [
    &["units", "random"],
    &["rules"],
    &["workload", "enforcement", "measure"],
    &["log", "summary"],
    &["scenario"],
    &["engine", "drive", "verify"],
    &["planning"],
    &["report"],
    &["cli"],
];

/// Lines of code that a file may have, its tests not counted.
const MOST_LINES: usize = 400;

fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src can be read") {
            let path = entry.expect("an entry of src can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file can be read");
                files.push((path, text));
            }
        }
    }
    assert!(files.len() > 50, "only {} source files were found", files.len());
    files
}

/// The part of a file above its first test module.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The top-level module that a file belongs to; `None` for `lib.rs` and `main.rs`.
fn module(path: &Path) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let inside = path.strip_prefix(root).expect("sources lie in src");
    let first = inside.components().next().expect("a path has a component");
    let name = first.as_os_str().to_string_lossy().into_owned();
    (inside.components().count() > 1).then_some(name)
}

#[test]
fn modules_name_only_lower_floors() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let Some(own) = module(&path) else { continue };
        let Some(own_floor) = floor(&own) else {
            faults.push(format!("{}: `{own}` stands on no floor", path.display()));
            continue;
        };
        for (number, line) in code(&text).lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for named in line.split("crate::").skip(1) {
                let named: String =
                    named.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let lower = floor(&named).is_some_and(|floor| floor < own_floor);
                if named != own && !lower {
                    let place = format!("{}:{}", path.display(), number + 1);
                    faults.push(format!("{place}: `{own}` names `{named}`"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_are_short_and_finished() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let is_test = path.components().any(|part| part.as_os_str() == "tests");
        let lines = code(&text).lines().filter(|line| !line.trim().is_empty()).count();
        if lines > MOST_LINES && !is_test {
            faults.push(format!("{}: {lines} lines of code", path.display()));
        }
        for banned in ["todo!", "unimplemented!", "dbg!", "XXX", "FIXME"] {
            if text.contains(banned) {
                faults.push(format!("{}: {banned}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_below_the_command_line_prints() {
    for (path, text) in sources() {
        if module(&path).is_some_and(|module| module != "cli") {
            for line in code(&text).lines().filter(|line| !line.trim_start().starts_with("//")) {
                let prints = ["println!", "print!(", "eprintln!", "eprint!("];
                let found = prints.iter().find(|call| line.contains(*call));
                assert!(found.is_none(), "{}: {line}", path.display());
            }
        }
    }
}
