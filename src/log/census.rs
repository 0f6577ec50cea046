//! Who is in a trace, when no scenario says so.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, TimestampRound, Unit};

use super::columns::Column;
use super::error::{Problem, TraceError};
use super::header::Opened;
use super::names::{Numbered, is_name, show, split};
use super::roster::{Cast, CastLine, Part, Replay, Roster};
use super::row::Deed;
use super::trace::Trace;

/// The most workspaces that a group may have, as in scenarios.
const MOST_WORKSPACES: u32 = 100_000_000;
/// The most agents that a workspace may have at the start, as in scenarios.
const MOST_AGENTS: u32 = 100_000;

/// Whom a trace names.
#[derive(Debug, Clone)]
pub struct Census {
    /// All groups, lines, plans and packages, in the order in which they are first named.
    ///
    /// A group has as many workspaces, and a line as many agents, as the greatest number that a row
    /// names; agents that rows created do not count.
    pub roster: Roster,
    /// Whether there are turns of conversations.
    pub has_sessions: bool,
    /// All rows.
    pub rows: u64,
    /// Those of them that follow from others: later attempts, renewals and such.
    pub follows: u64,
}

/// Reads all of a trace and tells whom it names. What t = 0 is on the calendar is `start`; if that is
/// `None`, it is the hour in which the first row happens if that says an instant, and else `otherwise`.
///
/// # Errors
///
/// If the file cannot be opened or read, or has a name that no scenario can have. Other mistakes are
/// left to [`Rows`](super::Rows).
pub fn census(
    trace: &Trace,
    start: Option<Timestamp>,
    otherwise: Timestamp,
) -> Result<Census, TraceError> {
    let Opened { mut lines, mut cells, columns } = Opened::open(trace)?;
    let mut names = Named::default();
    let mut has_sessions = false;
    let mut first = None;
    let (mut rows, mut follows) = (0, 0);
    while lines.advance()? {
        if lines.text().trim_ascii().is_empty() {
            continue;
        }
        cells.split(lines.text()).map_err(|problem| lines.wrong(problem))?;
        // What else is wrong with a row is found when it is read.
        if cells.count() != columns.count {
            continue;
        }
        let cell = |column| columns.place(column).map_or(&b""[..], |place| cells.at(place));
        let at = |column| columns.place(column).unwrap_or_default();
        if first.is_none() {
            first = Some(hour_of(cell(Column::Time)));
        }
        has_sessions |= !cell(Column::Think).is_empty() && !cell(Column::Session).is_empty();
        let is_first = matches!(cell(Column::Attempt), b"" | b"1");
        let kind = Deed::NAMES.iter().position(|name| name.as_bytes() == cell(Column::Action));
        let noted =
            names.workspace(cell(Column::Workspace), at(Column::Workspace)).and_then(|workspace| {
                match kind.filter(|_| is_first) {
                    Some(kind) => {
                        names.agent(workspace, kind, cell(Column::Agent), at(Column::Agent))
                    }
                    None => Ok(()),
                }
            });
        noted.map_err(|problem| lines.wrong(problem))?;
        rows += 1;
        follows += u64::from(!is_first || kind.is_none());
    }
    let start = start.or(first.flatten()).unwrap_or(otherwise);
    Ok(Census { roster: names.roster(start, has_sessions), has_sessions, rows, follows })
}

/// The hour of an instant, if a time is one.
fn hour_of(time: &[u8]) -> Option<Timestamp> {
    let stamp: Timestamp = std::str::from_utf8(time).ok()?.parse().ok()?;
    let hour = TimestampRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Floor);
    stamp.round(hour).ok()
}

/// Names as they come.
#[derive(Default)]
struct Named {
    places: BTreeMap<Box<[u8]>, usize>,
    groups: Vec<NamedGroup>,
    packages: Vec<String>,
}

#[derive(Default)]
struct NamedGroup {
    name: String,
    count: u32,
    places: BTreeMap<Box<[u8]>, usize>,
    lines: Vec<CastLine>,
    plans: Vec<String>,
    /// Agents that were first named by a row that created them, by workspace.
    created: BTreeMap<u32, BTreeSet<Box<[u8]>>>,
}

impl Named {
    /// Notes a workspace: its group, and its number there.
    fn workspace(&mut self, text: &[u8], cell: usize) -> Result<(usize, u32), Problem> {
        let (name, number) = split(text);
        let number = match number {
            Numbered::By(number) if number <= MOST_WORKSPACES => number,
            Numbered::By(_) => {
                let message = format!("`{}` is one workspace too many", show(text));
                let hint = "a group has at most 100_000_000 of them";
                return Err(Problem::of_cell(cell, message).hint(hint));
            }
            _ => 1,
        };
        let place = if let Some(&place) = self.places.get(name).filter(|_| is_name(text)) {
            place
        } else {
            if !is_name(text) || name == b"all" {
                let message = format!("`{}` is no name of a workspace", show(text));
                return Err(Problem::of_cell(cell, message).hint(
                    "its group, in 1 to 100 letters, digits, `-` and `_`, but not `all`; then a \
                     slash and a number from 1 on, unless the group has one workspace",
                ));
            }
            self.groups.push(NamedGroup { name: show_all(name), ..NamedGroup::default() });
            self.places.insert(name.into(), self.groups.len() - 1);
            self.groups.len() - 1
        };
        let group = &mut self.groups[place];
        group.count = group.count.max(number);
        Ok((place, number - 1))
    }

    /// Notes what a row that does something of a kind names in the column of agents.
    fn agent(
        &mut self,
        (group, workspace): (usize, u32),
        kind: usize,
        text: &[u8],
        cell: usize,
    ) -> Result<(), Problem> {
        let group = &mut self.groups[group];
        if !is_name(text) {
            let message = format!("`{}` is no name", show(text));
            let hint = "1 to 100 letters, digits, `-` and `_`; then perhaps a slash and a number";
            return Err(Problem::of_cell(cell, message).hint(hint));
        }
        match kind {
            5 => note(&mut group.plans, text),
            6 => note(&mut self.packages, text),
            _ => return group.agent(workspace, kind == 1, text, cell),
        }
        Ok(())
    }

    fn roster(self, start: Timestamp, has_sessions: bool) -> Roster {
        let replay = if has_sessions { Replay::Sessions } else { Replay::Arrivals };
        let groups = self.groups.into_iter().map(|group| Cast {
            name: group.name,
            count: group.count,
            lines: group.lines,
            plans: group.plans,
            named: true,
            part: Part::All(replay),
        });
        Roster { start, groups: groups.collect(), packages: self.packages }
    }
}

impl NamedGroup {
    fn agent(
        &mut self,
        workspace: u32,
        creates: bool,
        text: &[u8],
        cell: usize,
    ) -> Result<(), Problem> {
        let (name, number) = split(text);
        let place = if let Some(&place) = self.places.get(name) {
            place
        } else {
            self.lines.push(CastLine { name: show_all(name), count: 0, is_feature: false });
            self.places.insert(name.into(), self.lines.len() - 1);
            self.lines.len() - 1
        };
        let number = if let Numbered::By(number) = number { number } else { 1 };
        let line = &mut self.lines[place];
        // Who was named before is there from the start, even if it is created anew.
        if number > line.count {
            let names = self.created.get(&workspace);
            if names.is_some_and(|names| names.contains(text)) {
                return Ok(());
            }
            if creates {
                self.created.entry(workspace).or_default().insert(text.into());
                return Ok(());
            }
            line.count = number;
            let all = self.lines.iter().map(|line| u64::from(line.count));
            if all.sum::<u64>() > u64::from(MOST_AGENTS) {
                let message = format!("`{}` is one agent too many", show(text));
                let hint = "a workspace has at most 100_000 of them at the start";
                return Err(Problem::of_cell(cell, message).hint(hint));
            }
        }
        Ok(())
    }
}

fn note(names: &mut Vec<String>, text: &[u8]) {
    if !names.iter().any(|name| name.as_bytes() == text) {
        names.push(show_all(text));
    }
}

/// A sound name as it is.
fn show_all(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
