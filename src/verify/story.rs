//! What happened in one workspace, around a violation.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;
use thiserror::Error;

use super::court::Court;
use super::told::ToldRow;
use super::{Rule, Standard, Verdict, VerifyError, judge, verify};
use crate::log::{DecisionRows, Trace, TraceError};
use crate::scenario::Scenario;
use crate::units::SimTime;

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'q> {
    /// Of which workspace; `None` is the one in whose rows a violation comes first, of those that a
    /// [`Verified`](super::Verified) names.
    pub workspace: Option<&'q str>,
    /// Around when; `None` is around the first violation.
    pub at: Option<SimTime>,
    /// How many rows before and after that.
    pub around: usize,
}

/// Rows of one workspace, in the order of time, with what was found of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The workspace.
    pub workspace: String,
    /// Whether it was asked for. Else it is the first one that breaks a rule; or the first of all, since
    /// none does.
    pub was_named: bool,
    /// The rules that it breaks, and by how many decisions.
    pub broken: BTreeMap<Rule, u64>,
    /// What it is told around.
    pub focus: Focus,
    /// How many rows of the workspace come before.
    pub before: usize,
    /// The rows.
    pub rows: Vec<StoryRow>,
    /// How many come after.
    pub after: usize,
}

/// What a story is told around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The first decision that breaks a rule.
    Violation,
    /// An instant that was asked for.
    Instant(SimTime),
    /// Nothing is violated: the story begins where the workspace does.
    Beginning,
}

/// A row of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryRow {
    /// What the log says.
    pub row: ToldRow,
    /// How it breaks rules, or may.
    pub broken: Vec<Breach>,
}

/// How a decision breaks a rule, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The rule.
    pub rule: Rule,
    /// Whether it surely does.
    pub verdict: Verdict,
    /// The limit that had no room, or that all share, if it is one.
    pub limiter: Option<String>,
}

/// Why a story could not be told.
#[derive(Debug, Error)]
pub enum StoryError {
    /// The log could not be judged.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// No row is of the workspace that was asked for.
    #[error("the log has no workspace `{name}`")]
    UnknownWorkspace {
        /// What was asked for.
        name: String,
        /// The workspaces that there are, in the order of the log.
        known: Vec<String>,
    },
    /// The log has no rows.
    #[error("the log has no rows to tell of")]
    Empty,
}

impl From<TraceError> for StoryError {
    fn from(error: TraceError) -> Self {
        Self::Verify(error.into())
    }
}

/// Tells what happened in a workspace, with the rules that it breaks. The log is read several times, and the
/// rows of the workspace are in memory.
///
/// # Errors
///
/// If the log cannot be read, or has no such workspace.
pub fn tell_story(
    log: &Trace,
    scenario: &Scenario,
    standard: Standard,
    question: Question<'_>,
) -> Result<Story, StoryError> {
    let asked = match question.workspace {
        Some(name) => Asked::Name(name),
        None => Asked::Line(first_violation(log, scenario, standard)?),
    };
    let (workspace, mut rows) = rows_of(log, scenario, asked)?;
    rows.sort_by_key(|row| (row.time, row.line));
    let lines: BTreeSet<u64> = rows.iter().map(|row| row.line).collect();
    let court = || Court::new(scenario, standard).noting(lines.clone());
    let (_, breaches) = judge(log, court)?;
    let mut broken: BTreeMap<Rule, u64> = BTreeMap::new();
    let mut by_line: BTreeMap<u64, Vec<Breach>> = BTreeMap::new();
    for (line, breach) in breaches {
        if breach.verdict == Verdict::Violated {
            *broken.entry(breach.rule).or_default() += 1;
        }
        by_line.entry(line).or_default().push(breach);
    }
    let is_violation = |row: &ToldRow| {
        let found = by_line.get(&row.line);
        found.is_some_and(|it| it.iter().any(|it| it.verdict == Verdict::Violated))
    };
    let (focus, place) = match (question.at, rows.iter().position(is_violation)) {
        (Some(at), _) => (Focus::Instant(at), rows.partition_point(|row| row.time < at)),
        (None, Some(place)) => (Focus::Violation, place),
        (None, None) => (Focus::Beginning, 0),
    };
    let begin = place.min(rows.len() - 1).saturating_sub(question.around);
    let end = place.saturating_add(question.around).saturating_add(1).min(rows.len());
    let after = rows.len() - end;
    let told = rows.drain(begin..end).map(|row| {
        let broken = by_line.remove(&row.line).unwrap_or_default();
        StoryRow { row, broken }
    });
    let rows = told.collect();
    let was_named = question.workspace.is_some();
    Ok(Story { workspace, was_named, broken, focus, before: begin, rows, after })
}

/// Whose rows are to be told.
#[derive(Clone, Copy)]
enum Asked<'q> {
    Name(&'q str),
    /// Those of the workspace that this line is of; of the first one, if there is none.
    Line(Option<u64>),
}

/// The first line of a log that breaks a rule, of those that are named.
fn first_violation(
    log: &Trace,
    scenario: &Scenario,
    standard: Standard,
) -> Result<Option<u64>, VerifyError> {
    let verified = verify(log, scenario, standard)?;
    let violated = verified.findings.iter().filter(|it| it.verdict == Verdict::Violated);
    Ok(violated.map(|it| it.line).min())
}

/// The name of a workspace, and its rows.
fn rows_of(
    log: &Trace,
    scenario: &Scenario,
    asked: Asked<'_>,
) -> Result<(String, Vec<ToldRow>), StoryError> {
    let name = match asked {
        Asked::Name(name) => name.to_owned(),
        Asked::Line(line) => {
            let mut rows = DecisionRows::open(log, scenario.start)?;
            loop {
                let Some(row) = rows.advance()? else { return Err(StoryError::Empty) };
                if line.is_none_or(|line| row.line == line) {
                    break row.workspace.to_owned();
                }
            }
        }
    };
    let mut known: IndexSet<String> = IndexSet::new();
    let mut told = Vec::new();
    let mut rows = DecisionRows::open(log, scenario.start)?;
    while let Some(row) = rows.advance()? {
        let (line, time) = (row.line, row.time);
        if row.workspace == name {
            told.push(ToldRow { line, time, cells: rows.cells(), is_exact: rows.is_exact() });
        } else if told.is_empty() && !known.contains(row.workspace) {
            known.insert(row.workspace.to_owned());
        }
    }
    if told.is_empty() {
        let known = known.into_iter().collect();
        return Err(StoryError::UnknownWorkspace { name, known });
    }
    Ok((name, told))
}
