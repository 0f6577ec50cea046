//! From a file to a [`Scenario`].

use std::path::Path;

use super::fault::{Faults, Mistake, ScenarioError};
use super::model::Scenario;
use super::overrides::Override;
use super::source::{Source, SourceId, Span, read_bytes};

/// A scenario and the texts it was read from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// The file, then the arguments of the command line.
    pub sources: Vec<Source>,
}

/// Reads the scenario in the file at `path`, with `overrides` applied in their order.
///
/// # Errors
///
/// [`ScenarioError::Unreadable`] if there is no such file or it cannot be read;
/// [`ScenarioError::Faults`] with every mistake of the file and the overrides.
pub fn load(path: &Path, overrides: &[Override]) -> Result<Loaded, ScenarioError> {
    let bytes = read_bytes(path)
        .map_err(|source| ScenarioError::Unreadable { path: path.to_owned(), source })?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let scenario = parse(&path.display().to_string(), &text, overrides)?;
    Ok(Loaded { scenario, sources: vec![Source::new(path.display().to_string(), text)] })
}

/// Reads the scenario in `text`, which messages call `name`.
///
/// # Errors
///
/// [`ScenarioError::Faults`] with every mistake of the text and the overrides.
pub fn parse(name: &str, text: &str, _overrides: &[Override]) -> Result<Scenario, ScenarioError> {
    let span = Span { source: SourceId(0), start: 0, end: 0 };
    let mistake = Mistake::new(span, "reading scenarios is not built yet").hint("");
    Err(ScenarioError::Faults(Faults::new(vec![Source::new(name, text)], vec![mistake])))
}
