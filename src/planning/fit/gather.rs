//! What a trace has of each line: a pass over its rows, with memory for each agent and line.

use std::sync::Arc;

use super::agents::{Agents, Ended};
use super::busy::Busy;
use super::stamps::Stamps;
use super::steps::Steps;
use super::tally::{FEWEST_AWAY, Tally};
use crate::log::{Census, Deed, Playback, Rows, Trace, TraceError};
use crate::units::{SimSpan, SimTime, Speed};

/// What is in a trace.
pub(super) struct Gathered {
    /// Line after line, over all groups.
    pub(super) lines: Vec<Tally>,
    /// The end: the last row's time, rounded up.
    pub(super) end: SimTime,
    stamps: Stamps,
    pub(super) agents: Agents,
    /// Messages of each group over time, turns as far as replies come at once.
    pub(super) busy: Vec<Busy>,
    /// The times between messages to an agent while it is active, of each line.
    pub(super) steps: Vec<Steps>,
    /// Rows that change a plan, and that buy a package.
    pub(super) plans: u64,
    pub(super) packages: u64,
    pub(super) offset: u64,
}

/// How far into the week a scenario starts \[ns\].
fn offset(census: &Census) -> u64 {
    const WEEK: i128 = 7 * SimSpan::DAY.nanos() as i128;
    // The calendar of Unix begins on a Thursday.
    let since_monday = census.roster.start.as_nanosecond() + 3 * i128::from(SimSpan::DAY.nanos());
    since_monday.rem_euclid(WEEK) as u64
}

pub(super) fn rows(trace: &Trace, census: &Census) -> Result<Rows, TraceError> {
    let playback = Playback { speed: Speed::NORMAL, until: SimTime::NEVER };
    Rows::open(trace, Arc::new(census.roster.clone()), playback)
}

/// The first line of each group, counted over all of them.
pub(super) fn firsts(census: &Census) -> Vec<usize> {
    let mut next = 0;
    let groups = census.roster.groups.iter();
    groups
        .map(|group| {
            let first = next;
            next += group.lines.len();
            first
        })
        .collect()
}

impl Gathered {
    /// The first pass: counts, and the values of messages.
    pub(super) fn read(trace: &Trace, census: &Census) -> Result<Self, TraceError> {
        let offset = offset(census);
        let groups = census.roster.groups.iter();
        let lines = groups.flat_map(|group| {
            group.lines.iter().map(|line| Tally::new(group.count, line.count, offset))
        });
        let mut found = Self {
            lines: lines.collect(),
            end: SimTime::ZERO,
            stamps: Stamps::new(offset),
            agents: Agents::default(),
            busy: Vec::new(),
            steps: Vec::new(),
            plans: 0,
            packages: 0,
            offset,
        };
        let firsts = firsts(census);
        let declared: Vec<u32> = census
            .roster
            .groups
            .iter()
            .map(|group| group.lines.iter().map(|line| line.count).sum())
            .collect();
        // The conversation that the last row is of, by its line, and its turns so far.
        let mut talk: Option<(usize, u64)> = None;
        let mut rows = rows(trace, census)?;
        while let Some(row) = rows.next_row()? {
            found.end = found.end.max(row.time);
            if row.think.is_none() {
                found.stamps.add(row.time);
            }
            let whom = match row.deed {
                Deed::SetPlan(_) => {
                    found.plans += 1;
                    continue;
                }
                Deed::BuyPackage(_) => {
                    found.packages += 1;
                    continue;
                }
                Deed::Message(whom)
                | Deed::Create(whom)
                | Deed::Enable(whom)
                | Deed::Disable(whom)
                | Deed::Delete(whom) => whom,
            };
            let place = firsts[row.group as usize] + whom.line as usize;
            let is_declared = whom.name < declared[row.group as usize];
            let agent = found.agents.named(&row, whom, place, is_declared);
            let line = &mut found.lines[place];
            if !matches!(row.deed, Deed::Message(_)) {
                let untouched = agent.untouched;
                line.note(&row, agent.does(row.deed, row.time), untouched);
                continue;
            }
            line.priced(&row);
            if let (Some(think), Some((_, turns))) = (row.think, &mut talk) {
                line.think.add(think.nanos());
                *turns += 1;
                continue;
            }
            if let Some((line, turns)) = talk.replace((place, 1)) {
                found.lines[line].turns.add(turns);
            }
            found.lines[place].arrival(agent, whom, row);
        }
        if let Some((line, turns)) = talk {
            found.lines[line].turns.add(turns);
        }
        found.close();
        Ok(found)
    }

    /// Rounds the end up, and closes the states that last until then.
    fn close(&mut self) {
        let whole = [SimSpan::HOUR, SimSpan::MINUTE, SimSpan::SECOND];
        let unit = whole.iter().find(|unit| self.end.nanos() > unit.nanos());
        let unit = unit.unwrap_or(&SimSpan::SECOND).nanos();
        // A row at the end itself would not be part of what is replayed.
        self.end = SimTime::from_nanos((self.end.nanos() / unit + 1) * unit);
        let mut seen = vec![0; self.lines.len()];
        for agent in self.agents.iter() {
            let line = &mut self.lines[agent.line];
            line.lasts(
                Ended { state: agent.state, since: agent.since, by_row: agent.by_row },
                self.end,
            );
            if agent.declared {
                seen[agent.line] += 1;
                line.began_offline += u64::from(agent.began_offline);
                line.squares += agent.starts as f64 * agent.starts as f64;
                line.declared_starts += agent.starts;
            }
        }
        for (line, seen) in self.lines.iter_mut().zip(seen) {
            line.end = self.end;
            let unseen = line.agents.saturating_sub(seen);
            let time = u128::from(unseen) * u128::from(self.end.nanos());
            // Whom nobody writes to all the time was away, where customers wait for those.
            let expected =
                line.starts as f64 / (line.active as f64).max(1.0) * self.end.nanos() as f64;
            if line.pauses() && expected >= FEWEST_AWAY {
                line.offline += time;
                line.began_offline += unseen;
            } else {
                line.active += time;
            }
        }
    }

    /// What nearly all times are multiples of \[ns\].
    pub(super) fn grain(&self) -> u64 {
        self.stamps.grain()
    }
}
