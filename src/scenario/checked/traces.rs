//! The facts about a trace.

use indexmap::IndexMap;
use serde::Serialize;

use super::super::model::Scenario;
use super::super::recorded::Recording;
use crate::log::Deed;

#[derive(Debug, Clone, Serialize)]
pub(super) struct TraceFacts {
    file: String,
    /// How many times as fast its time runs.
    speed: String,
    rows: u64,
    /// As it was recorded; `None` if it has no rows.
    first_s: Option<f64>,
    last_s: Option<f64>,
    /// Rows that are replayed, by their action.
    replayed: IndexMap<&'static str, u64>,
    /// Workspaces that have such a row, by group.
    workspaces: IndexMap<String, u64>,
    /// Rows at the end of the duration or later.
    beyond: u64,
    /// Rows of lines or groups that do not replay it so.
    elsewhere: u64,
    /// Rows of later attempts, or of what follows from others.
    follows: u64,
}

impl TraceFacts {
    pub(super) fn new(scenario: &Scenario, recording: &Recording) -> Self {
        let survey = &recording.survey;
        let groups = scenario.groups.iter().zip(&survey.groups);
        Self {
            file: recording.trace.name().to_owned(),
            speed: recording.speed.to_string(),
            rows: survey.rows,
            first_s: survey.span.map(|(first, _)| first.as_secs_f64()),
            last_s: survey.span.map(|(_, last)| last.as_secs_f64()),
            replayed: Deed::NAMES.into_iter().zip(survey.deeds).collect(),
            workspaces: groups.map(|(of, found)| (of.name.clone(), found.workspaces)).collect(),
            beyond: survey.beyond,
            elsewhere: survey.elsewhere,
            follows: survey.follows,
        }
    }
}
