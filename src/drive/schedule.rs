//! When what is due: read from the log of a run that refuses nothing, row by row.

use std::collections::BTreeMap;

use super::DriveError;
use super::target::{Deed, Member, Request};
use crate::log::{DecisionRow, DecisionRows, Found, RecordedAction, Trace};
use crate::scenario::{Group, Scenario};
use crate::units::SimTime;

/// Something that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub due: SimTime,
    /// What is asked for then.
    pub request: Request,
}

/// What is due, in the order of time; a little of it is in memory.
pub struct Schedule {
    rows: DecisionRows,
    names: Names,
}

impl Schedule {
    /// Opens the log of a run of a scenario whose workspaces all went on together.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn open(log: &Trace, scenario: &Scenario) -> Result<Self, DriveError> {
        let rows = DecisionRows::open(log, scenario.start)?;
        Ok(Self { rows, names: Names::of(scenario) })
    }

    /// What is due next; `None` at the end.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn advance(&mut self) -> Result<Option<Step>, DriveError> {
        while let Some(row) = self.rows.advance()? {
            let step = self.names.step(&row);
            if step.is_some() {
                return Ok(step);
            }
        }
        Ok(None)
    }
}

/// The numbers of what rows name.
struct Names {
    /// Of each group, the number of its first workspace, and the numbers of its lines.
    groups: BTreeMap<String, (u32, BTreeMap<String, u16>)>,
}

impl Names {
    fn of(scenario: &Scenario) -> Self {
        let mut first = 0;
        let lines = |group: &Group| {
            let names = group.lines.iter().map(|line| line.name.clone());
            names.zip(0..).collect()
        };
        let groups = scenario.groups.iter().map(|group| {
            let numbered = (first, lines(group));
            first += group.count;
            (group.name.clone(), numbered)
        });
        Self { groups: groups.collect() }
    }

    /// What a row has due; `None` if nothing that anybody asks for.
    fn step(&self, row: &DecisionRow<'_>) -> Option<Step> {
        let (group, number) = row.workspace.rsplit_once('/')?;
        let (first, lines) = self.groups.get(group)?;
        let member = || {
            let (line, number) = row.agent.rsplit_once('/').unwrap_or((row.agent, "0"));
            Some(Member { line: *lines.get(line)?, number: number.parse().ok()? })
        };
        // More agents than limitlab has room for are never created.
        let admitted = !matches!(row.found, Some(Found::Refused(..)));
        let deed = match row.action {
            RecordedAction::Message => {
                Deed::Attempt { member: member()?, message: row.key.parse().ok()?, cost: row.cost? }
            }
            RecordedAction::Create if admitted => Deed::Create(member()?),
            RecordedAction::Enable => Deed::Enable(member()?),
            RecordedAction::Disable => Deed::Disable(member()?),
            RecordedAction::Delete => Deed::Delete(member()?),
            // The first period is there from the start.
            RecordedAction::Renew if row.time > SimTime::ZERO => Deed::Renew,
            _ => return None,
        };
        let workspace = first + number.parse::<u32>().ok()?.checked_sub(1)?;
        Some(Step { due: row.time, request: Request { workspace, deed } })
    }
}
