//! A violation that people can read, and that is a log again.

use std::collections::BTreeMap;

use super::event::{Deed, Event};
use super::race::is_grant;
use super::rule::Rule;
use super::told::{ToldRow, place};
use crate::log::{DecisionLog, DecisionRecord, DecisionRows, Trace, TraceError};
use crate::scenario::Scenario;
use crate::units::{Credits, SimSpan};

/// The fewest rows of a log that violate a rule as it does, and that break no rule which it keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The rule.
    pub rule: Rule,
    /// The workspace that the rows are of, or the limit over everybody that they met.
    pub workspace: String,
    /// Whether every instant is known, as the log said.
    pub is_exact: bool,
    /// The rows, in the order of the log.
    pub rows: Vec<ToldRow>,
}

impl Counterexample {
    /// How long after the first row one happened, if it did.
    pub fn since_first(&self, row: &ToldRow) -> SimSpan {
        let first = self.rows.iter().map(|row| row.time).min().unwrap_or(row.time);
        row.time.max(first) - first
    }

    /// The rows as a log, which violates the rule too.
    pub fn log(&self) -> String {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        let head = if self.is_exact { Some(DecisionLog::exact_head()) } else { None };
        let columns = DecisionRecord::COLUMNS.map(str::to_owned).to_vec();
        let rows = std::iter::once(columns).chain(head.map(|head| head.to_vec()));
        for row in rows.chain(self.rows.iter().map(|row| row.cells.clone())) {
            // Writing into memory does not fail.
            let _ = writer.write_record(&row);
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Reads the rows of events, which stand in any order, of several cases at once.
pub(super) fn tell(
    log: &Trace,
    scenario: &Scenario,
    cases: Vec<(Rule, String, Vec<Event>)>,
) -> Result<Vec<Counterexample>, TraceError> {
    let lines = cases.iter().flat_map(|(.., events)| events).map(|event| event.line);
    let mut wanted: BTreeMap<u64, Option<ToldRow>> = lines.map(|it| (it, None)).collect();
    let mut rows = DecisionRows::open(log, scenario.start)?;
    let mut left = wanted.len();
    while left > 0 {
        let Some(row) = rows.advance()? else { break };
        let (line, time) = (row.line, row.time);
        if let Some(wanted) = wanted.get_mut(&line) {
            let is_exact = rows.is_exact();
            *wanted = Some(ToldRow { line, time, cells: rows.cells(), is_exact });
            left -= 1;
        }
    }
    let is_exact = rows.is_exact();
    let told = cases.into_iter().map(|(rule, workspace, mut events)| {
        events.sort_by_key(|event| event.line);
        let rows = events.iter().filter_map(|event| {
            let row = wanted.get(&event.line)?.clone()?;
            Some(as_told(row, (event, rule), scenario))
        });
        Counterexample { rule, workspace, is_exact, rows: rows.collect() }
    });
    Ok(told.collect())
}

/// The row as the event is told now: empty is what that does not have any more.
fn as_told(mut row: ToldRow, (event, rule): (&Event, Rule), scenario: &Scenario) -> ToldRow {
    let is_shared = scenario.throttles.iter().any(|it| it.name == row.cell("limiter"));
    let mut empty = |column: &str, is_told: bool| {
        if let Some(place) = place(column).filter(|_| !is_told) {
            row.cells[place].clear();
        }
    };
    empty("charged", event.charged != Credits::ZERO);
    empty("overage", event.overage != Credits::ZERO);
    empty("hold", event.hold != Credits::ZERO);
    empty("balance", event.balance.is_some());
    empty("retry_after", event.retry_after.is_some());
    // What limits over everybody saw of others is not told, but where it is what is shown.
    empty("limiter", !is_shared || rule.is_of_everybody());
    // Of a grant that is long ago, what was left of it.
    let mut tell = |column: &str, amount: Credits| {
        if let Some(place) = place(column).filter(|_| is_grant(event)) {
            row.cells[place] = amount.to_string();
        }
    };
    tell("charged", event.charged);
    if let Some(balance) = event.balance {
        tell("balance", balance);
    }
    // What it costs may stand in what it was charged.
    let is_message = matches!(event.deed, Deed::Message(_));
    if let Some(place) = place("cost").filter(|_| is_message && event.cost != event.charged) {
        row.cells[place] = event.cost.to_string();
    }
    row
}
