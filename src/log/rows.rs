//! A trace row by row.

use std::sync::Arc;

use super::cells::Cells;
use super::columns::{Column, Columns};
use super::error::{Problem, TraceError};
use super::header::Opened;
use super::instant::{DURATION, instant, not_a, span};
use super::lines::Lines;
use super::names::{Names, Naming, show};
use super::roster::{Part, Replay, Roster};
use super::row::{Deed, Row, Whom};
use super::trace::Trace;
use crate::units::{Credits, SimSpan, SimTime, Speed};

/// How a trace is replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Playback {
    /// How much faster its time runs.
    pub speed: Speed,
    /// What happens then or later is beyond the end.
    pub until: SimTime,
}

/// The rows of a trace, in their order, one after the other.
pub struct Rows {
    lines: Lines,
    cells: Cells,
    columns: Columns,
    roster: Arc<Roster>,
    names: Names,
    speed: Speed,
    until: SimTime,
    /// The time of the last row that has one, as it is written.
    last: SimSpan,
    /// The conversation that the row above belongs to.
    talk: Talk,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is replayed.
    Replayed(Row),
    /// It lies beyond the end.
    Beyond,
    /// It belongs to what is not replayed here: another line, or a group that does so at another
    /// speed.
    Elsewhere,
    /// It is no first attempt, or what a log says that follows from others.
    Follows,
}

/// The conversation that the row above belongs to.
struct Talk {
    /// How it is called; empty if the row above belongs to none.
    session: Vec<u8>,
    workspace: (u32, u32),
    whom: Whom,
    /// When it began, as it is replayed.
    began: SimTime,
}

impl Rows {
    /// Opens a trace whose names are those of `roster`.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, or its first line names no columns of a trace.
    pub fn open(
        trace: &Trace,
        roster: Arc<Roster>,
        playback: Playback,
    ) -> Result<Self, TraceError> {
        let Opened { lines, cells, columns } = Opened::open(trace)?;
        let nobody = Whom { line: 0, name: 0 };
        Ok(Self {
            lines,
            cells,
            columns,
            names: Names::new(&roster),
            roster,
            speed: playback.speed,
            until: playback.until,
            last: SimSpan::ZERO,
            talk: Talk {
                session: Vec::new(),
                workspace: (0, 0),
                whom: nobody,
                began: SimTime::ZERO,
            },
        })
    }

    /// The next row that is replayed; `None` if there is none before the end.
    ///
    /// # Errors
    ///
    /// If a row is at fault.
    pub fn next_row(&mut self) -> Result<Option<Row>, TraceError> {
        loop {
            match self.next_fate()? {
                Some(Fate::Replayed(row)) => return Ok(Some(row)),
                // Rows are in the order of time: so are all that follow.
                Some(Fate::Beyond) | None => return Ok(None),
                Some(Fate::Elsewhere | Fate::Follows) => {}
            }
        }
    }

    /// What becomes of the next row; `None` if there is none.
    pub(super) fn next_fate(&mut self) -> Result<Option<Fate>, TraceError> {
        loop {
            if !self.lines.advance()? {
                return Ok(None);
            }
            if self.lines.text().trim_ascii().is_empty() {
                continue;
            }
            self.cells.split(self.lines.text()).map_err(|problem| self.lines.wrong(problem))?;
            return self.fate().map(Some).map_err(|problem| self.lines.wrong(problem));
        }
    }

    /// The time of the last row that has one, as it is written: since the start.
    pub(super) const fn last(&self) -> SimSpan {
        self.last
    }

    /// The line that was read last, with its end.
    pub(super) fn line(&self) -> &[u8] {
        self.lines.whole()
    }

    /// The text of a column in this row, and where it stands; empty if there is no such column.
    fn cell(&self, column: Column) -> (&[u8], usize) {
        match self.columns.place(column) {
            Some(place) => (self.cells.at(place), place),
            None => (b"", 0),
        }
    }

    fn fate(&mut self) -> Result<Fate, Problem> {
        let found = self.cells.count();
        if found != self.columns.count {
            let columns = if found == 1 { "column" } else { "columns" };
            return Err(Problem::of_row(format!(
                "{found} {columns}, where the first line has {}",
                self.columns.count
            )));
        }
        let action = self.action()?;
        if action == Action::Head {
            return Ok(Fate::Follows);
        }
        let (text, place) = self.cell(Column::Workspace);
        // The cells are borrowed apart from the names, whose last answers change.
        let text = (place, text.len());
        let (group, workspace) = {
            let text = &self.cells.at(text.0)[..text.1];
            self.names.workspace(&self.roster, text, place)?
        };
        let of_others = self.roster.groups[group as usize].part == Part::Nothing;
        if of_others {
            return self.elsewhere();
        }
        if action == Action::Follows || !self.is_first()? {
            self.time()?;
            return Ok(Fate::Follows);
        }
        let deed = self.deed(action, (group, workspace))?;
        self.replayed(deed, (group, workspace))
    }

    /// What becomes of a row whose names are known.
    fn replayed(&mut self, deed: Deed, (group, workspace): (u32, u32)) -> Result<Fate, Problem> {
        let cast = &self.roster.groups[group as usize];
        let declared = |whom: Whom| {
            let lines = cast.lines.iter().map(|line| line.count);
            whom.name < lines.sum::<u32>()
        };
        let replay = match (deed, &cast.part) {
            (Deed::Message(whom), Part::Lines(_)) => {
                cast.replay(whom.line as usize).filter(|_| declared(whom))
            }
            (Deed::Message(_), _) => cast.replay(0),
            // Only the whole of a group's rows has more than messages.
            (_, Part::All(_)) => Some(Replay::Arrivals),
            _ => None,
        };
        let talks = replay == Some(Replay::Sessions) && matches!(deed, Deed::Message(_));
        let think = if talks { self.turn(deed, (group, workspace))? } else { None };
        if replay.is_none() {
            self.talk.session.clear();
            return self.elsewhere();
        }
        let time = match think {
            // A later turn has no time of its own.
            Some(_) => self.talk.began,
            None => SimTime::ZERO + self.speed.of(self.time()?),
        };
        if talks && think.is_none() {
            self.talk.began = time;
        } else if !talks {
            self.talk.session.clear();
        }
        let priced = self.cost(deed)?;
        if time >= self.until {
            return Ok(Fate::Beyond);
        }
        Ok(Fate::Replayed(Row { time, group, workspace, deed, cost: priced, think }))
    }

    /// A row that is not replayed here, but perhaps elsewhere, as a turn without a time.
    fn elsewhere(&mut self) -> Result<Fate, Problem> {
        if self.cell(Column::Think).0.is_empty() {
            self.time()?;
        }
        Ok(Fate::Elsewhere)
    }

    /// How much after the reply to the turn above this one comes, if it is a later turn of the
    /// conversation above. Notes the conversation that it belongs to.
    fn turn(&mut self, deed: Deed, workspace: (u32, u32)) -> Result<Option<SimSpan>, Problem> {
        let Deed::Message(whom) = deed else { return Ok(None) };
        let (session, session_at) = self.cell(Column::Session);
        let (think, think_at) = self.cell(Column::Think);
        let talk = &self.talk;
        let goes_on = !session.is_empty()
            && talk.session == session
            && talk.workspace == workspace
            && talk.whom == whom;
        if think.is_empty() {
            if goes_on {
                let message = "a later turn of a conversation needs its `think`";
                let hint = "the time from the reply to the turn above to this one";
                return Err(Problem::of_cell(session_at, message).hint(hint));
            }
            self.talk.session.clear();
            if let Some(place) = self.columns.place(Column::Session) {
                self.talk.session.extend_from_slice(self.cells.at(place));
            }
            (self.talk.workspace, self.talk.whom) = (workspace, whom);
            return Ok(None);
        }
        if !goes_on {
            let message = match session {
                [] => "`think` belongs to a conversation, and this row has no `session`".to_owned(),
                _ => format!("the row above is no turn of the conversation `{}`", show(session)),
            };
            let hint = "the turns of a conversation stand one below the other, and are with one \
                        agent; the first has no `think`";
            let cell = if session.is_empty() { think_at } else { session_at };
            return Err(Problem::of_cell(cell, message).hint(hint));
        }
        let think = span(think, DURATION).map_err(|expected| not_a(think, think_at, &expected))?;
        Ok(Some(self.speed.of(think)))
    }

    /// The time of a row, as it is written: since the start.
    fn time(&mut self) -> Result<SimSpan, Problem> {
        let (text, place) = self.cell(Column::Time);
        let time = instant(text, place, self.roster.start)?;
        if time < self.last {
            let message = format!("this row is earlier than one above it, at {}", self.last);
            let hint = if self.columns.is_log {
                "rows are in the order of `time`; a log that has one workspace after the other is \
                 sorted by `sort -st, -k1,1n` below its two lines at the top"
            } else {
                "rows are in the order of `time`"
            };
            return Err(Problem::of_cell(place, message).hint(hint));
        }
        self.last = time;
        Ok(time)
    }

    fn cost(&self, deed: Deed) -> Result<Option<Credits>, Problem> {
        let (text, place) = self.cell(Column::Cost);
        if text.is_empty() {
            return Ok(None);
        }
        if !matches!(deed, Deed::Message(_)) {
            let message = format!("`{}` costs nothing", Deed::NAMES[deed.kind()]);
            return Err(Problem::of_cell(place, message).hint("only messages have a `cost`"));
        }
        let credits = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        let expected = "an amount such as `1_250` or `0.125`, or empty";
        credits.map(Some).ok_or_else(|| not_a(text, place, expected))
    }

    /// Whether a row is of the first attempt of a message, where rows tell attempts.
    fn is_first(&self) -> Result<bool, Problem> {
        let (text, place) = self.cell(Column::Attempt);
        let is_number = text.iter().all(u8::is_ascii_digit) && text.first() != Some(&b'0');
        if !is_number {
            return Err(not_a(text, place, "the number of an attempt, from 1 on"));
        }
        Ok(text.is_empty() || text == b"1")
    }

    fn action(&self) -> Result<Action, Problem> {
        /// What a log of decisions says besides: it follows from what is replayed.
        const OF_A_LOG: [&str; 5] = ["settle", "release", "renew", "expire", "end_trial"];
        let (text, place) = self.cell(Column::Action);
        let is = |word: &str| word.as_bytes() == text;
        if let Some(kind) = Deed::NAMES.iter().position(|word| is(word)) {
            // Of a log only what customers wrote is replayed: the scenario says the rest.
            let follows = self.columns.is_log && kind > 0;
            return Ok(if follows { Action::Follows } else { Action::Kind(kind) });
        }
        if self.columns.is_log && is("log") {
            return Ok(Action::Head);
        }
        if OF_A_LOG.iter().any(|word| is(word)) {
            return Ok(Action::Follows);
        }
        let word = show(text);
        let problem = Problem::of_cell(place, format!("unknown action `{word}`"));
        Err(problem.one_of(&word, "expected here", Deed::NAMES))
    }

    /// What a row does, whose action is known.
    fn deed(&mut self, action: Action, workspace: (u32, u32)) -> Result<Deed, Problem> {
        let Action::Kind(kind) = action else { unreachable!("what follows is no deed") };
        let (text, cell) = match self.columns.place(Column::Agent) {
            Some(place) => (self.cells.at(place), place),
            None => (&b""[..], 0),
        };
        if kind >= 5 {
            let cast = &self.roster.groups[workspace.0 as usize];
            let (what, names) = match kind {
                5 => ("plan", &cast.plans),
                _ => ("package", &self.roster.packages),
            };
            let place = names.iter().position(|name| name.as_bytes() == text);
            let place = place.ok_or_else(|| {
                let word = show(text);
                let problem = Problem::of_cell(cell, format!("no {what} is called `{word}`"));
                problem.one_of(&word, "declared", names)
            })?;
            let to = if kind == 5 { Deed::SetPlan } else { Deed::BuyPackage };
            return Ok(to(place as u32));
        }
        let naming = match kind {
            0 => Naming::Writes,
            1 => Naming::Creates,
            _ => Naming::Changes,
        };
        let whom = self.names.agent(&self.roster, workspace, text, (naming, cell))?;
        Ok(match kind {
            0 => Deed::Message(whom),
            1 => Deed::Create(whom),
            2 => Deed::Enable(whom),
            3 => Deed::Disable(whom),
            _ => Deed::Delete(whom),
        })
    }
}

/// What a row says that happens, before its names are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// A deed of this kind.
    Kind(usize),
    /// What follows from others.
    Follows,
    /// What says of a log what it is.
    Head,
}
