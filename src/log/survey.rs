//! What is in a trace, all of it.

use std::sync::Arc;

use super::error::TraceError;
use super::roster::{Replay, Roster};
use super::row::{Deed, Row};
use super::rows::{Fate, Playback, Rows};
use super::trace::Trace;
use crate::units::{Credits, SimSpan};

/// What is in a trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// Its rows.
    pub rows: u64,
    /// The times of its first and its last row, as they are written: since the start.
    pub span: Option<(SimSpan, SimSpan)>,
    /// Those that are replayed, by what they do, as [`Deed::NAMES`] has it.
    pub deeds: [u64; Deed::KINDS],
    /// Those that lie beyond the end.
    pub beyond: u64,
    /// Those that are not replayed here: of other lines, or of groups that do so at another speed.
    pub elsewhere: u64,
    /// Those of a log that follow from others: later attempts, renewals and such.
    pub follows: u64,
    /// What is replayed in each group of the roster.
    pub groups: Vec<GroupSurvey>,
}

/// What of a trace is replayed in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSurvey {
    /// Messages to each line and, behind them, to agents that belong to none.
    pub lines: Vec<LineSurvey>,
    /// Rows by what they do, as [`Deed::NAMES`] has it.
    pub deeds: [u64; Deed::KINDS],
    /// For each plan that the roster has of the group, whether workspaces come to it.
    pub plans: Vec<bool>,
    /// Workspaces that have a row.
    pub workspaces: u64,
    /// Whether messages are replayed as conversations.
    pub sessions: bool,
}

/// Messages to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineSurvey {
    /// Messages.
    pub messages: u64,
    /// Those that say what they cost.
    pub priced: u64,
    /// What they cost together \[thousandths of a credit\].
    pub cost: i128,
}

impl LineSurvey {
    /// Adds the messages of another trace.
    pub fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.priced += other.priced;
        self.cost += other.cost;
    }
}

/// Reads all of a trace and tells what is in it. `each` sees every line as it is, with its end.
///
/// # Errors
///
/// If anything is wrong with it.
pub fn survey(
    trace: &Trace,
    roster: &Arc<Roster>,
    playback: Playback,
    mut each: impl FnMut(&[u8]),
) -> Result<Survey, TraceError> {
    let mut rows = Rows::open(trace, Arc::clone(roster), playback)?;
    each(rows.line());
    let groups = roster.groups.iter().map(|cast| GroupSurvey {
        lines: vec![LineSurvey::default(); cast.lines.len() + 1],
        deeds: [0; Deed::KINDS],
        plans: vec![false; cast.plans.len()],
        workspaces: 0,
        sessions: cast.has_sessions(),
    });
    let mut found = Survey {
        rows: 0,
        span: None,
        deeds: [0; Deed::KINDS],
        beyond: 0,
        elsewhere: 0,
        follows: 0,
        groups: groups.collect(),
    };
    let mut touched: Vec<Touched> = roster.groups.iter().map(|_| Touched::default()).collect();
    while let Some(fate) = rows.next_fate()? {
        each(rows.line());
        found.rows += 1;
        let last = rows.last();
        found.span = Some((found.span.map_or(last, |(first, _)| first), last));
        match fate {
            Fate::Replayed(row) => {
                found.note(&row);
                touched[row.group as usize].note(row.workspace);
            }
            Fate::Beyond => found.beyond += 1,
            Fate::Elsewhere => found.elsewhere += 1,
            Fate::Follows => found.follows += 1,
        }
    }
    for (group, touched) in found.groups.iter_mut().zip(touched) {
        group.workspaces = touched.count;
    }
    Ok(found)
}

impl Survey {
    fn note(&mut self, row: &Row) {
        let kind = row.deed.kind();
        let group = &mut self.groups[row.group as usize];
        self.deeds[kind] += 1;
        group.deeds[kind] += 1;
        match row.deed {
            Deed::Message(whom) => group.lines[whom.line as usize].add(LineSurvey {
                messages: 1,
                priced: u64::from(row.cost.is_some()),
                cost: row.cost.map_or(0, Credits::wide),
            }),
            Deed::SetPlan(plan) => group.plans[plan as usize] = true,
            _ => {}
        }
    }

    /// Whether any group replays its messages as conversations.
    pub fn has_sessions(&self) -> bool {
        self.groups.iter().any(|group| group.sessions)
    }
}

/// Which workspaces of a group have a row: a bit for each, as far as they are named.
#[derive(Default)]
struct Touched {
    words: Vec<u64>,
    count: u64,
}

impl Touched {
    fn note(&mut self, workspace: u32) {
        let (word, bit) = (workspace as usize / 64, 1 << (workspace % 64));
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.count += u64::from(new);
    }
}

/// How a replay is written.
impl Replay {
    /// How scenarios spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arrivals => "arrivals",
            Self::Sessions => "sessions",
        }
    }
}
