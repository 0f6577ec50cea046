//! Recorded traffic on its way to the workspaces: the rows of all traces in the order in which they
//! happen.

use super::calendar::Class;
use super::run::EngineError;
use crate::log::{Deed, Feed, Row};
use crate::scenario::Scenario;
use crate::units::{SimSpan, SimTime};

/// The traces of a scenario while they are replayed.
pub(super) struct Recording {
    feeds: Vec<Feed>,
    /// For each group, the number of its first workspace among all.
    first: Vec<u32>,
    /// The rows of one instant, in the order in which they happen, and how many of them have.
    due: Vec<Due>,
    done: usize,
    /// The later turns of the conversations that begin with them.
    turns: Vec<LaterTurn>,
}

/// A row that is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) row: Row,
    class: Class,
    /// The workspace among all.
    pub(super) cell: u32,
    /// The number of the row among those of its instant, in the order of the files.
    number: u32,
    /// Where its later turns are among those of all.
    turns: (u32, u32),
}

/// A later turn of a conversation.
#[derive(Debug, Clone, Copy)]
pub(super) struct LaterTurn {
    /// The time from the reply to the turn before it.
    pub(super) think: SimSpan,
    /// What it costs; `None` if that is drawn.
    pub(super) cost: Option<crate::units::Credits>,
}

impl Recording {
    /// Opens the traces of a scenario; `None` if it has none.
    pub(super) fn open(scenario: &Scenario) -> Option<Self> {
        if scenario.traces.is_empty() {
            return None;
        }
        let start = scenario.traces.iter().map(|trace| {
            Feed::start(&trace.trace, &trace.roster(scenario), trace.playback(scenario))
        });
        let first = scenario.groups.iter().scan(0_u32, |next, group| {
            let first = *next;
            *next += group.count;
            Some(first)
        });
        let (feeds, first) = (start.collect(), first.collect());
        Some(Self { feeds, first, due: Vec::new(), done: 0, turns: Vec::new() })
    }

    /// When the next row happens, what it does, and the workspace among all; `None` after the last.
    pub(super) fn peek(&mut self) -> Result<Option<(SimTime, Class, u32)>, EngineError> {
        if self.done == self.due.len() {
            self.gather()?;
        }
        Ok(self.due.get(self.done).map(|due| (due.row.time, due.class, due.cell)))
    }

    /// Takes the row that was [looked at](Self::peek), and the later turns of its conversation.
    pub(super) fn take(&mut self) -> Option<(Due, &[LaterTurn])> {
        let due = *self.due.get(self.done)?;
        self.done += 1;
        let (from, to) = due.turns;
        Some((due, &self.turns[from as usize..to as usize]))
    }

    /// Gathers the rows of the next instant. What frees goes before what takes, then workspaces go
    /// in their order, and rows of one workspace as they stand in the files.
    fn gather(&mut self) -> Result<(), EngineError> {
        self.due.clear();
        self.turns.clear();
        self.done = 0;
        let mut next = SimTime::NEVER;
        for feed in &mut self.feeds {
            next = feed.peek()?.map_or(next, |row| next.min(row.time));
        }
        for feed in &mut self.feeds {
            while let Some(&row) = feed.peek()?.filter(|row| row.time == next) {
                feed.take();
                if let (Some(think), Some(last)) = (row.think, self.due.last_mut()) {
                    self.turns.push(LaterTurn { think, cost: row.cost });
                    last.turns.1 += 1;
                    continue;
                }
                let at = self.turns.len() as u32;
                self.due.push(Due {
                    row,
                    class: class(row.deed),
                    cell: self.first[row.group as usize] + row.workspace,
                    number: self.due.len() as u32,
                    turns: (at, at),
                });
            }
        }
        if self.due.len() > 1 {
            self.due.sort_unstable_by_key(|due| (due.class, due.cell, due.number));
        }
        Ok(())
    }
}

/// What a row does to resources, as the same on the timeline.
const fn class(deed: Deed) -> Class {
    match deed {
        Deed::Disable(_) | Deed::Delete(_) => Class::Frees,
        Deed::SetPlan(_) => Class::Changes,
        Deed::BuyPackage(_) => Class::Buys,
        Deed::Message(_) | Deed::Create(_) | Deed::Enable(_) => Class::Takes,
    }
}
