//! From a file to a [`Scenario`].

use std::path::Path;

use serde::Deserialize;

use super::at::At;
use super::check::check;
use super::digest::Digest;
use super::encoding::{Undecoded, decode};
use super::fault::{Faults, Mistake, ScenarioError};
use super::files::{Files, Unread};
use super::import;
use super::model::Scenario;
use super::overrides::{Override, apply};
use super::shape::Shape;
use super::source::{Source, Span};
use super::tree::{Node, State};
use super::types::Document;
use super::validate::validate;

/// A scenario and the texts it was read from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// The file, what it imports, the arguments of the command line, then tables.
    pub sources: Vec<Source>,
}

/// Reads the scenario in the file at `path`, with `overrides` applied in their order.
///
/// # Errors
///
/// [`ScenarioError::Unreadable`] if there is no such file or it cannot be read;
/// [`ScenarioError::Faults`] with every mistake of the file and the overrides.
///
/// # Examples
///
/// ```
/// use limitlab::scenario::{Override, load};
///
/// let more = Override::set("workspaces.shops.count=10");
/// let loaded = load("scenarios/quickstart.yaml".as_ref(), &[more])?;
/// assert_eq!(loaded.scenario.groups[0].count, 10);
///
/// let unknown = load("scenarios/quickstart.yaml".as_ref(), &[Override::set("sead=1")]);
/// assert!(unknown.unwrap_err().to_string().contains("did you mean `seed`?"));
/// # Ok::<(), limitlab::scenario::ScenarioError>(())
/// ```
pub fn load(path: &Path, overrides: &[Override]) -> Result<Loaded, ScenarioError> {
    let mut files = Files::default();
    let refused =
        |mut files: Files, text: String, start: usize, message: &str, hint: Option<&str>| {
            let source = Source::new(path.display().to_string(), text);
            // A byte order mark is not part of the text.
            let start = start.min(source.text.len()) as u32;
            let span = Span { source: files.add_file(source, path.to_owned()), start, end: start };
            let mistake =
                Mistake { span, message: message.to_owned(), hint: hint.map(str::to_owned) };
            Err(ScenarioError::Faults(Faults::new(files.into_sources(), vec![mistake])))
        };
    let bytes = match files.read_first(path) {
        Ok(bytes) => bytes,
        Err(Unread::Io(source)) => {
            return Err(ScenarioError::Unreadable { path: path.to_owned(), source });
        }
        Err(Unread::TooLarge(beginning)) => {
            let text = String::from_utf8_lossy(&beginning).into_owned();
            return refused(files, text, 0, "the file is larger than 16 MiB", None);
        }
    };
    match decode(bytes) {
        Ok(text) => {
            files.add_file(Source::new(path.display().to_string(), text), path.to_owned());
            read(files, overrides)
        }
        Err(Undecoded { text, start, what }) => {
            let message = format!("the file is {what}");
            refused(
                files,
                text,
                start,
                &message,
                Some("a scenario is text in UTF-8: save it as that"),
            )
        }
    }
}

/// Reads the scenario in `text`, which messages call `name`. It can import nothing, since the paths
/// of imports are relative to a file.
///
/// # Errors
///
/// [`ScenarioError::Faults`] with every mistake of the text and the overrides.
///
/// # Examples
///
/// ```
/// let text = "{ limitlab: 1, name: small, duration: 1h, workspaces: [
///     { group: shops, agents: [{ name: sales, traffic: { rate: 12/h } }] }] }";
/// let scenario = limitlab::scenario::parse("small.yaml", text, &[]).unwrap();
/// assert_eq!(scenario.groups[0].lines[0].name, "sales");
/// ```
pub fn parse(name: &str, text: &str, overrides: &[Override]) -> Result<Scenario, ScenarioError> {
    let mut files = Files::default();
    files.add(Source::new(name, text));
    read(files, overrides).map(|loaded| loaded.scenario)
}

/// Reads the scenario whose text is the first of `files`.
fn read(mut files: Files, overrides: &[Override]) -> Result<Loaded, ScenarioError> {
    let mut mistakes = Vec::new();
    let mut root = import::resolve(&mut files, &mut mistakes);
    for change in overrides {
        let source = files.add(Source::new(change.flag.clone(), change.text.clone()));
        apply(change, source, root.as_mut(), &mut mistakes);
    }
    let scenario = root.and_then(|root| understand(root, &mut files, &mut mistakes));
    let sources = files.into_sources();
    match scenario {
        Some(scenario) if mistakes.is_empty() => Ok(Loaded { scenario, sources }),
        _ => Err(ScenarioError::Faults(Faults::new(sources, mistakes))),
    }
}

/// The passes over the tree: against the schema, into types, references and ranges.
///
/// `None` after so many mistakes that nobody would read what else is found.
fn understand(mut root: Node, files: &mut Files, mistakes: &mut Vec<Mistake>) -> Option<Scenario> {
    let digest = Digest::of(&root);
    if !check(&mut root, mistakes) {
        return None;
    }
    let document = Document::deserialize(&root).unwrap_or_else(|_| {
        // The types and the schema made of them disagree: a mistake of ours, but a file that is
        // refused with a place is better than a crash.
        if let Err(error) = serde_path_to_error::deserialize::<_, Document>(&root) {
            let message = format!("{} at `{}`", error.inner(), error.path());
            mistakes.push(Mistake::new(root.span, message));
        }
        root.state = State::Replaced(Shape::scenario().placeholder());
        Document::deserialize(&root).expect("the placeholder is a valid scenario")
    });
    Some(validate(&document, At::new(&root), digest, files, mistakes))
}
