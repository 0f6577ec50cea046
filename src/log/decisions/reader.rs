//! Reading a log of decisions, whoever wrote it.

use std::ops::{Add, Mul};

use jiff::Timestamp;

use super::record::{DecisionRecord, RecordedAction};
use super::sink::DecisionLog;
use crate::log::cells::Cells;
use crate::log::error::{Problem, TraceError};
use crate::log::instant::{DURATION, instant, not_a, span};
use crate::log::lines::Lines;
use crate::log::names::show;
use crate::log::trace::Trace;
use crate::rules::Reason;
use crate::units::{Credits, SimSpan, SimTime};

/// Columns that a log must have.
const REQUIRED: [&str; 5] = ["time", "workspace", "agent", "action", "outcome"];

/// Columns of traces that say nothing of a decision.
const OF_TRACES: [&str; 2] = ["session", "think"];

/// The rows of a log of decisions, one after the other.
pub struct DecisionRows {
    lines: Lines,
    cells: Cells,
    /// Where each of [`DecisionRecord::COLUMNS`] stands.
    places: [Option<usize>; DecisionRecord::COLUMNS.len()],
    /// How many columns there are.
    count: usize,
    /// What t = 0 is on the calendar.
    start: Timestamp,
    /// Whether `time` is the very instant of each row, as the log says of itself.
    is_exact: bool,
}

/// What was found of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'r> {
    /// It was admitted.
    Admitted,
    /// It was refused: why, by which limit, and after how long that would admit it.
    Refused(Reason, &'r str, Option<SimSpan>),
    /// It was admitted, and its customer left before it was served.
    TimedOut,
}

/// A row of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionRow<'r> {
    /// Its line in the file, from 1.
    pub line: u64,
    /// When it happened, since the start.
    pub time: SimTime,
    /// `GROUP/N`, or the group alone.
    pub workspace: &'r str,
    /// The cell `agent`.
    pub agent: &'r str,
    /// What happened.
    pub action: RecordedAction,
    /// What the message costs.
    pub cost: Option<Credits>,
    /// The idempotency key, and where there is none the message; empty if neither is told.
    pub key: &'r str,
    /// Which attempt of its message, from 1 on; 0 if the row does not tell.
    pub attempt: u32,
    /// Which node decided, from 1 on, if the row tells it.
    pub node: Option<u32>,
    /// It happened no earlier: when it was asked, or its time where that is known exactly or nothing
    /// else is told.
    pub sent: SimTime,
    /// It happened no later, and this is not before it was asked: when it was answered, likewise.
    pub answered: SimTime,
    /// What was decided, if anything was.
    pub found: Option<Found<'r>>,
    /// What the pool was charged, overage included; below zero if it came in.
    pub charged: Credits,
    /// What of that was beyond the balance, whether the plan permits it or not.
    pub overage: Credits,
    /// What was set aside; below zero where that ends.
    pub hold: Credits,
    /// What the pool holds then, if the row tells it.
    pub balance: Option<Credits>,
}

/// A column by its place in [`DecisionRecord::COLUMNS`].
const fn column(name: &str) -> usize {
    let mut place = 0;
    while place < DecisionRecord::COLUMNS.len() {
        if is_same(DecisionRecord::COLUMNS[place].as_bytes(), name.as_bytes()) {
            return place;
        }
        place += 1;
    }
    panic!("a log has no such column");
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

const TIME: usize = column("time");
const WORKSPACE: usize = column("workspace");
const AGENT: usize = column("agent");
const ACTION: usize = column("action");
const COST: usize = column("cost");
const MESSAGE: usize = column("message");
const ATTEMPT: usize = column("attempt");
const KEY: usize = column("key");
const NODE: usize = column("node");
const SENT: usize = column("sent");
const ANSWERED: usize = column("answered");
const OUTCOME: usize = column("outcome");
const REASON: usize = column("reason");
const LIMITER: usize = column("limiter");
const RETRY_AFTER: usize = column("retry_after");
const CHARGED: usize = column("charged");
const OVERAGE: usize = column("overage");
const HOLD: usize = column("hold");
const BALANCE: usize = column("balance");

impl DecisionRows {
    /// Opens a log and reads its first line. Instants on the calendar are counted from `start`.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, or its first line names no columns of a log.
    pub fn open(log: &Trace, start: Timestamp) -> Result<Self, TraceError> {
        let shown = log.name();
        let source = log.open().map_err(|error| {
            Problem::of_row(format!("cannot read {shown}: {error}")).at(shown, 1, b"")
        })?;
        let mut lines = Lines::new(source, shown);
        let mut cells = Cells::default();
        if !lines.advance()? {
            let hint = "the first line names the columns: `time,workspace,agent,action,..`";
            return Err(lines.wrong(Problem::of_row("this log is empty").hint(hint)));
        }
        cells.split(lines.text()).map_err(|problem| lines.wrong(problem))?;
        let places = places(&cells).map_err(|problem| lines.wrong(problem))?;
        let count = cells.count();
        Ok(Self { lines, cells, places, count, start, is_exact: false })
    }

    /// The next row; `None` at the end. Empty lines are skipped, and what says which version a log is
    /// of, and whether it knows every instant.
    ///
    /// # Errors
    ///
    /// If the row cannot be read, with its line and column.
    pub fn advance(&mut self) -> Result<Option<DecisionRow<'_>>, TraceError> {
        loop {
            if !self.lines.advance()? {
                return Ok(None);
            }
            if self.lines.text().trim_ascii().is_empty() {
                continue;
            }
            let split = self.cells.split(self.lines.text());
            let is_row = split.and_then(|()| self.is_row());
            if is_row.map_err(|problem| self.lines.wrong(problem))? {
                break;
            }
        }
        self.row().map(Some).map_err(|problem| self.lines.wrong(problem))
    }

    /// Whether `time` is the very instant of each row, as far as the log has told.
    pub const fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The cells of the row that was read last, in the order of [`DecisionRecord::COLUMNS`]; empty ones
    /// of columns that the log does not have.
    pub fn cells(&self) -> Vec<String> {
        let cell = |column| String::from_utf8_lossy(self.cell(column).0).into_owned();
        (0..self.places.len()).map(cell).collect()
    }

    /// A mistake in the row that was read last: its cell `name` names a `what` that is none of these.
    ///
    /// # Panics
    ///
    /// If a log has no such column.
    pub fn unknown(
        &self,
        name: &str,
        what: &str,
        known: impl IntoIterator<Item = String>,
    ) -> TraceError {
        let (text, place) = self.cell(column(name));
        let word = show(text);
        let problem = Problem::of_cell(place, format!("no {what} is called `{word}`"));
        self.lines.wrong(problem.one_of(&word, "declared", known))
    }

    /// Whether the line is a row, and not what says which version the log is of.
    fn is_row(&mut self) -> Result<bool, Problem> {
        if self.cells.count() != self.count {
            let (found, count) = (self.cells.count(), self.count);
            let message = format!("this row has {found} cells, and the first line names {count}");
            return Err(Problem::of_row(message));
        }
        if self.cell(ACTION).0 != b"log" {
            return Ok(true);
        }
        let (text, place) = self.cell(AGENT);
        let known = format!("decisions-{}", DecisionLog::VERSION);
        if text != known.as_bytes() {
            let message = format!("this log is `{}`", show(text));
            return Err(Problem::of_cell(place, message).hint(format!("`{known}` can be read")));
        }
        let (text, place) = self.cell(OUTCOME);
        if !text.is_empty() && text != DecisionLog::EXACT.as_bytes() {
            let word = show(text);
            let problem = Problem::of_cell(place, format!("no log is `{word}`"));
            return Err(problem.one_of(&word, "expected here", [DecisionLog::EXACT]));
        }
        self.is_exact = !text.is_empty();
        Ok(false)
    }

    fn row(&self) -> Result<DecisionRow<'_>, Problem> {
        let time = self.time(TIME)?.ok_or_else(|| {
            let (text, place) = self.cell(TIME);
            not_a(text, place, "when it happened")
        })?;
        let action = self.action()?;
        let (sent, answered) =
            if self.is_exact { (time, time) } else { self.bracket(action, time)? };
        Ok(DecisionRow {
            line: self.lines.number(),
            time,
            workspace: self.text(WORKSPACE)?,
            agent: self.text(AGENT)?,
            action,
            cost: self.credits(COST)?,
            key: match self.text(KEY)? {
                "" => self.text(MESSAGE)?,
                key => key,
            },
            attempt: self.number(ATTEMPT, "the number of an attempt, from 1 on")?.unwrap_or(0),
            node: self.number(NODE, "the number of a node, from 1 on")?,
            sent,
            answered,
            found: self.found()?,
            charged: self.credits(CHARGED)?.unwrap_or_default(),
            overage: self.credits(OVERAGE)?.unwrap_or_default(),
            hold: self.credits(HOLD)?.unwrap_or_default(),
            balance: self.credits(BALANCE)?,
        })
    }

    /// When what a row tells happened, at the earliest and at the latest.
    fn bracket(
        &self,
        action: RecordedAction,
        time: SimTime,
    ) -> Result<(SimTime, SimTime), Problem> {
        let sent = self.time(SENT)?.unwrap_or(time);
        let answered = self.time(ANSWERED)?.unwrap_or(sent);
        if answered < sent {
            let message = "this was answered before it was asked";
            let hint = format!("`sent` is {}", sent - SimTime::ZERO);
            return Err(Problem::of_cell(self.cell(ANSWERED).1, message).hint(hint));
        }
        // A row that ends an attempt tells when that was made, and happens at its own time.
        let is_end = matches!(action, RecordedAction::Release | RecordedAction::Settle);
        Ok(if is_end { (time, time) } else { (sent, answered) })
    }

    /// A number from 1 on.
    fn number(&self, column: usize, what: &str) -> Result<Option<u32>, Problem> {
        let (text, place) = self.cell(column);
        if text.is_empty() {
            return Ok(None);
        }
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        let number = number.filter(|&number| number > 0 && text[0] != b'+');
        number.map(Some).ok_or_else(|| not_a(text, place, what))
    }

    fn action(&self) -> Result<RecordedAction, Problem> {
        let (text, place) = self.cell(ACTION);
        let known = RecordedAction::ALL.into_iter().find(|it| it.name().as_bytes() == text);
        known.ok_or_else(|| {
            let word = show(text);
            let problem = Problem::of_cell(place, format!("unknown action `{word}`"));
            problem.one_of(&word, "expected here", RecordedAction::ALL.map(RecordedAction::name))
        })
    }

    fn found(&self) -> Result<Option<Found<'_>>, Problem> {
        let (outcome, place) = self.cell(OUTCOME);
        let (reason, reason_at) = self.cell(REASON);
        match outcome {
            b"admitted" => Ok(Some(Found::Admitted)),
            b"refused" => {
                let known = Reason::ALL.into_iter().find(|it| it.name().as_bytes() == reason);
                let reason = known.ok_or_else(|| {
                    let word = show(reason);
                    let message = format!("unknown reason `{word}`");
                    let problem = Problem::of_cell(reason_at, message);
                    problem.one_of(&word, "expected here", Reason::ALL.map(Reason::name))
                })?;
                let (text, place) = self.cell(RETRY_AFTER);
                let retry_after = if text.is_empty() { None } else { Some(exact(text, place)?) };
                Ok(Some(Found::Refused(reason, self.text(LIMITER)?, retry_after)))
            }
            b"" if reason == b"timed_out" => Ok(Some(Found::TimedOut)),
            b"" => Ok(None),
            _ => {
                let word = show(outcome);
                let problem = Problem::of_cell(place, format!("unknown outcome `{word}`"));
                Err(problem.one_of(&word, "expected here", ["admitted", "refused"]))
            }
        }
    }

    /// The text of a cell, and its place in the row; an empty one where there is no such column.
    fn cell(&self, column: usize) -> (&[u8], usize) {
        self.places[column].map_or((b"", 0), |place| (self.cells.at(place), place))
    }

    fn text(&self, column: usize) -> Result<&str, Problem> {
        let (text, place) = self.cell(column);
        std::str::from_utf8(text).map_err(|_| not_a(text, place, "text in UTF-8"))
    }

    fn time(&self, column: usize) -> Result<Option<SimTime>, Problem> {
        let (text, place) = self.cell(column);
        if text.is_empty() {
            return Ok(None);
        }
        let since = match seconds(text).filter(|&it| it <= SimSpan::MAX_DURATION) {
            Some(since) => since,
            None => instant(text, place, self.start)?,
        };
        Ok(Some(SimTime::ZERO + since))
    }

    fn credits(&self, column: usize) -> Result<Option<Credits>, Problem> {
        let (text, place) = self.cell(column);
        if text.is_empty() {
            return Ok(None);
        }
        let (sign, amount) = text.strip_prefix(b"-").map_or((1, text), |amount| (-1, amount));
        let thousandths = decimal(amount, 3).and_then(|it| i64::try_from(it).ok());
        let credits = thousandths.map(|it| Credits::from_thousandths(sign * it));
        credits.map(Some).ok_or_else(|| {
            not_a(text, place, "an amount of credits with three decimals at most, such as `-2.5`")
        })
    }
}

/// Where the columns stand.
fn places(cells: &Cells) -> Result<[Option<usize>; DecisionRecord::COLUMNS.len()], Problem> {
    let mut places = [None; DecisionRecord::COLUMNS.len()];
    for cell in 0..cells.count() {
        let name = show(cells.at(cell));
        let known = DecisionRecord::COLUMNS.iter().position(|it| *it == name);
        let Some(column) = known else {
            if OF_TRACES.contains(&name.as_str()) {
                continue;
            }
            let problem = Problem::of_cell(cell, format!("unknown column `{name}`"));
            return Err(problem.one_of(&name, "a log has", DecisionRecord::COLUMNS));
        };
        if places[column].replace(cell).is_some() {
            return Err(Problem::of_cell(cell, format!("a second column is called `{name}`")));
        }
    }
    let mut required = REQUIRED.into_iter().map(|name| (name, places[column(name)]));
    match required.find(|(_, place)| place.is_none()) {
        Some((name, _)) => {
            let problem = Problem::of_row(format!("a log of decisions needs the column `{name}`"));
            Err(problem.hint("`limitlab run --decisions` writes one"))
        }
        None => Ok(places),
    }
}

/// A span as logs write it, `1.25s`; `None` if it is written otherwise.
fn seconds(text: &[u8]) -> Option<SimSpan> {
    let nanos = decimal(text.strip_suffix(b"s")?, 9)?;
    u64::try_from(nanos).ok().map(SimSpan::from_nanos)
}

fn exact(text: &[u8], place: usize) -> Result<SimSpan, Problem> {
    match seconds(text) {
        Some(span) => Ok(span),
        None => span(text, DURATION).map_err(|expected| not_a(text, place, &expected)),
    }
}

/// A decimal number without a sign, in its smallest units; `None` if it is none, or has more decimals.
fn decimal(text: &[u8], decimals: usize) -> Option<u128> {
    let point = text.iter().position(|&byte| byte == b'.');
    let (whole, fraction) = match point {
        Some(point) => (&text[..point], &text[point + 1..]),
        None => (text, &b""[..]),
    };
    if whole.is_empty() || whole.len() > 20 || fraction.len() > decimals {
        return None;
    }
    if point.is_some() && fraction.is_empty() {
        return None;
    }
    // Most numbers are short.
    if whole.len() + decimals < 19 {
        return digits::<u64>(whole, fraction, decimals).map(u128::from);
    }
    digits::<u128>(whole, fraction, decimals)
}

/// The number that these digits make, of which there are no more than fit.
fn digits<T>(whole: &[u8], fraction: &[u8], decimals: usize) -> Option<T>
where
    T: From<u8> + Mul<Output = T> + Add<Output = T>,
{
    let mut number = T::from(0);
    for &digit in whole.iter().chain(fraction) {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * T::from(10) + T::from(digit - b'0');
    }
    for _ in fraction.len()..decimals {
        number = number * T::from(10);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, decimals, expected) in [
            ("0", 3, Some(0)),
            ("12.5", 3, Some(12_500)),
            ("1.000000001", 9, Some(1_000_000_001)),
            ("1.0001", 3, None),
            ("1.", 3, None),
            (".5", 3, None),
            ("-1", 3, None),
            ("1e3", 3, None),
            ("", 3, None),
            ("999999999999999999999", 9, None),
        ] {
            assert_eq!(decimal(text.as_bytes(), decimals), expected, "{text}");
        }
        assert_eq!(seconds(b"1.5s"), Some(SimSpan::from_nanos(1_500_000_000)));
        for other in [&b"1.5"[..], b"5m", b"99999999999999s"] {
            assert_eq!(seconds(other), None);
        }
    }

    #[test]
    fn columns_stand_where_their_names_are() {
        assert_eq!((TIME, ACTION, BALANCE), (0, 3, 21));
    }
}
