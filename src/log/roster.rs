//! The names that a trace may use, and what of it is replayed.

use jiff::Timestamp;

/// Whom a trace may name.
#[derive(Debug, Clone)]
pub struct Roster {
    /// What t = 0 is on the calendar.
    pub start: Timestamp,
    /// All groups, those that no trace names included.
    pub groups: Vec<Cast>,
    /// The packages that can be bought.
    pub packages: Vec<String>,
}

/// A group of workspaces, as a trace may name it.
#[derive(Debug, Clone)]
pub struct Cast {
    /// Its name.
    pub name: String,
    /// How many workspaces it has.
    pub count: u32,
    /// Its lines and features.
    pub lines: Vec<CastLine>,
    /// The plans that its workspaces can come to.
    pub plans: Vec<String>,
    /// Whether the file is meant to hold rows of the group.
    pub named: bool,
    /// What of its rows is replayed here.
    pub part: Part,
}

/// A line of agents or a feature, as a trace may name it.
#[derive(Debug, Clone)]
pub struct CastLine {
    /// Its name.
    pub name: String,
    /// How many agents each workspace has at the start; 1 of a feature.
    pub count: u32,
    /// Whether it is a feature.
    pub is_feature: bool,
}

/// Which rows of a group are replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// None here.
    Nothing,
    /// All of them.
    All(Replay),
    /// Messages to agents of some lines; for each line of the group, how if at all.
    Lines(Vec<Option<Replay>>),
}

/// How messages are replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Replay {
    /// Each comes at its time.
    #[default]
    Arrivals,
    /// Conversations begin at their time; later turns come a think time after the reply.
    Sessions,
}

impl Cast {
    /// How the messages to a line are replayed; `None` if they are not.
    pub(super) fn replay(&self, line: usize) -> Option<Replay> {
        match &self.part {
            Part::Nothing => None,
            Part::All(replay) => Some(*replay),
            Part::Lines(lines) => lines.get(line).copied().flatten(),
        }
    }

    /// Whether messages of a group may be turns of conversations.
    pub(super) fn has_sessions(&self) -> bool {
        match &self.part {
            Part::Nothing => false,
            Part::All(replay) => *replay == Replay::Sessions,
            Part::Lines(lines) => lines.contains(&Some(Replay::Sessions)),
        }
    }
}
