//! Traces in words: what is in them, and what of that is replayed.

use std::fmt::Write;

use super::super::model::Scenario;
use super::super::recorded::Recording;
use super::super::words::{counted, grouped, printable};
use super::{NEXT_ROW, row};
use crate::log::Deed;
use crate::units::Speed;

/// Appends each trace that is replayed.
pub(super) fn describe_traces(text: &mut String, scenario: &Scenario) {
    for recording in &scenario.traces {
        text.push('\n');
        describe(text, scenario, recording);
    }
}

fn describe(text: &mut String, scenario: &Scenario, recording: &Recording) {
    let survey = &recording.survey;
    let rows = |count| counted(count, "row");
    let from_to =
        survey.span.map_or(String::new(), |(first, last)| format!(" from {first} to {last}"));
    let speed = match recording.speed {
        Speed::NORMAL => String::new(),
        speed => format!(", at {speed}"),
    };
    let name = printable(recording.trace.name());
    let _ = writeln!(text, "trace {name}: {}{from_to}{speed}", rows(survey.rows));
    let deeds = Deed::NAMES.iter().zip(survey.deeds).filter(|&(_, count)| count > 0);
    let deeds: Vec<String> =
        deeds.map(|(name, count)| format!("{} {name}", grouped(count))).collect();
    let how = if survey.has_sessions() { "; messages as conversations" } else { "" };
    let deeds = if deeds.is_empty() { "nothing".to_owned() } else { deeds.join(", ") };
    row(text, "replayed", &format!("{deeds}{how}"));
    let groups = scenario.groups.iter().zip(&survey.groups);
    let touched = groups.filter(|(_, found)| found.deeds.iter().any(|&count| count > 0));
    let touched: Vec<String> = touched
        .map(|(group, found)| {
            format!("in {} of {}", counted(found.workspaces, "workspace"), group.name)
        })
        .collect();
    if !touched.is_empty() {
        row(text, "", &touched.join(NEXT_ROW));
    }
    let left_out = [
        (survey.beyond, format!("at the end of {} or later", scenario.duration)),
        (survey.elsewhere, "of lines or groups that do not replay it so".to_owned()),
        (survey.follows, "of later attempts, or of what follows from others".to_owned()),
    ];
    let left_out = left_out.into_iter().filter(|&(count, _)| count > 0);
    let left_out: Vec<String> =
        left_out.map(|(count, which)| format!("{} {which}", rows(count))).collect();
    if !left_out.is_empty() {
        row(text, "left out", &left_out.join(NEXT_ROW));
    }
}
