//! Mistakes in a scenario, each with its place, and all of a file together.

use std::fmt;
use std::io;
use std::path::PathBuf;

use indexmap::IndexSet;
use thiserror::Error;

use super::files::Files;
use super::render::{Colour, render};
use super::source::{Source, Span};
use super::suggest::did_you_mean;
use crate::log::{Expected, TraceError, TraceFault};

/// So many mistakes are noted, and no more: they take more memory than the file.
pub(super) const MOST_MISTAKES: usize = 10_000;

/// Why there is no scenario.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// The file is missing, is a folder, or cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The scenario is wrong: every mistake that was found in it.
    #[error("{0}")]
    Faults(Faults),
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioFault {
    /// Where it is.
    pub place: Place,
    /// What is wrong: a phrase without a full stop.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The name of the file or argument.
    pub source: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    span: Span,
}

/// All mistakes of a scenario in the order of its text; at least one, and at most 10,000.
#[derive(Debug, Clone)]
pub struct Faults {
    sources: Vec<Source>,
    list: Vec<ScenarioFault>,
    /// Whether there are more than those.
    more: bool,
}

/// A mistake before its place is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Mistake {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Mistake {
    /// A mistake without a hint.
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None }
    }

    /// The mistake with what would be right.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The mistake that a trace has, whose line is added to `files`.
pub(super) fn of_trace(error: &TraceError, files: &mut Files) -> Mistake {
    let TraceFault { file, line, text, span, message, expected, .. } = &*error.0;
    let source = files.add(Source::excerpt(file.as_str(), *line as usize, text.as_str()));
    let (start, end) = (span.start as u32, span.end as u32);
    let hint = match expected {
        Expected::Nothing => None,
        Expected::Said(hint) => Some(hint.clone()),
        Expected::OneOf { word, kind, words } => {
            Some(did_you_mean(word, kind, words.iter().map(String::as_str)))
        }
    };
    Mistake { span: Span { source, start, end }, message: message.clone(), hint }
}

impl From<&TraceError> for Faults {
    fn from(error: &TraceError) -> Self {
        let mut files = Files::default();
        let mistake = of_trace(error, &mut files);
        Self::new(files.into_sources(), vec![mistake])
    }
}

impl Faults {
    /// Sorts `mistakes` by place and drops those that an alias repeats.
    pub(super) fn new(sources: Vec<Source>, mistakes: Vec<Mistake>) -> Self {
        assert!(!mistakes.is_empty(), "a scenario was refused without a reason");
        let mut mistakes: IndexSet<Mistake> = mistakes.into_iter().collect();
        mistakes.sort_by_key(|mistake| mistake.span);
        let more = mistakes.len() > MOST_MISTAKES;
        mistakes.truncate(MOST_MISTAKES);
        let mut previous: Option<(Span, usize, usize)> = None;
        let list = mistakes
            .into_iter()
            .map(|Mistake { span, message, hint }| {
                let source = &sources[span.source.0 as usize];
                let line = source.line(span.start);
                // In a file of one long line the columns are counted from mistake to mistake.
                let column = match previous {
                    Some((before, of_line, column))
                        if before.source == span.source && of_line == line =>
                    {
                        column + source.characters(before.start, span.start)
                    }
                    _ => source.column(span.start),
                };
                previous = Some((span, line, column));
                let place = Place { source: source.name.clone(), line, column, span };
                ScenarioFault { place, message, hint }
            })
            .collect();
        Self { sources, list, more }
    }

    /// The mistakes, in the order of the text.
    pub fn list(&self) -> &[ScenarioFault] {
        &self.list
    }

    /// Every mistake as `FILE:LINE:COLUMN: error: message`, the line it is in, and a hint; then
    /// their number.
    pub fn render(&self, colour: Colour) -> String {
        render(&self.sources, &self.list, self.more, colour)
    }
}

impl Place {
    pub(super) const fn span(&self) -> Span {
        self.span
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Colour::Never))
    }
}
