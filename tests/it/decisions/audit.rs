//! What a log of decisions says, added up by plain means.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use limitlab::engine::{EngineError, Outcome, RunOptions, Watch, run_logged};
use limitlab::log::DecisionLog;
use limitlab::scenario::{Drain, Scenario};

/// A file in memory.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics while writing").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A run of a scenario, and the text of its log.
pub(crate) fn logged(
    scenario: &Scenario,
    threads: usize,
) -> Result<(Outcome, String), EngineError> {
    let paper = Paper::default();
    let log = DecisionLog::new(paper.clone());
    let outcome = run_logged(scenario, RunOptions { threads }, &Watch::default(), &log)?;
    log.finish().expect("there is room in memory");
    let bytes = paper.0.lock().expect("nobody panics while writing").clone();
    Ok((outcome, String::from_utf8(bytes).expect("a log is text")))
}

/// A row, cell by cell.
pub(crate) struct Row<'t> {
    columns: Rc<[&'t str]>,
    cells: Vec<&'t str>,
}

impl Row<'_> {
    pub(crate) fn cell(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|it| *it == column);
        self.cells[place.expect("a log has the column")]
    }

    /// A time in nanoseconds.
    pub(crate) fn time(&self, column: &str) -> u64 {
        let text = self.cell(column).strip_suffix('s').expect("times are in seconds");
        decimal(text, 9).try_into().expect("times are not negative")
    }

    /// An amount in thousandths, 0 if there is none.
    fn credits(&self, column: &str) -> i128 {
        if self.cell(column).is_empty() { 0 } else { decimal(self.cell(column), 3) }
    }

    /// By how much the row makes the balance less.
    fn off_balance(&self) -> i128 {
        self.credits("charged") - self.credits("overage")
    }

    /// The numbers of the message and of the attempt.
    fn attempt(&self) -> (u64, u64) {
        let number = |column| self.cell(column).parse().expect("a number");
        (number("message"), number("attempt"))
    }
}

/// A decimal number in its smallest units.
fn decimal(text: &str, decimals: usize) -> i128 {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction:0<decimals$}");
    sign * digits.parse::<i128>().expect("a number")
}

/// The rows of a log below the one that says what it is.
pub(crate) fn rows(log: &str) -> Vec<Row<'_>> {
    let mut lines = log.lines();
    let columns: Rc<[&str]> = lines.next().expect("a log has a header").split(',').collect();
    let rows = lines.map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), columns.len(), "{line}");
        Row { columns: Rc::clone(&columns), cells }
    });
    let mut rows: Vec<Row> = rows.collect();
    assert_eq!(rows.remove(0).cell("agent"), "decisions-1");
    rows
}

/// A workspace, as its rows have it.
#[derive(Default)]
struct Workspace {
    last: u64,
    balance: i128,
    held: i128,
    active: BTreeSet<String>,
    /// Attempts that were admitted and are not over.
    open: BTreeSet<(u64, u64)>,
    /// Of the last row before the end.
    closing: i128,
}

impl Workspace {
    /// Takes up a row; what it says that is not so.
    fn take(&mut self, row: &Row<'_>, until: u64) -> Vec<String> {
        let mut found = Vec::new();
        let mut wrong = |what: String| found.push(format!("{}: {what}", row.cell("workspace")));
        let (time, outcome) = (row.time("time"), row.cell("outcome"));
        if time < self.last {
            wrong(format!("goes back to {time}"));
        }
        self.last = time;
        self.balance -= row.off_balance();
        if !row.cell("balance").is_empty() && row.credits("balance") != self.balance {
            wrong(format!("has {} at {time}", self.balance));
        }
        if self.balance < 0 {
            wrong(format!("is below zero at {time}"));
        }
        if time < until {
            self.held += row.credits("hold");
            self.closing = self.balance - self.held;
        }
        let agent = row.cell("agent").to_owned();
        let sound = match (row.cell("action"), outcome) {
            ("enable", "admitted") => self.active.insert(agent),
            ("disable", _) => self.active.remove(&agent),
            ("delete", _) => {
                self.active.remove(&agent);
                true
            }
            ("message", "admitted") => self.open.insert(row.attempt()),
            ("release", _) => self.open.remove(&row.attempt()),
            _ => true,
        };
        if !sound {
            wrong(format!("what happens at {time} happened already, or cannot"));
        }
        if row.cell("active") != self.active.len().to_string() {
            wrong(format!("has {} active at {time}", self.active.len()));
        }
        found
    }
}

/// What a log says that is not so, within itself and beside the figures of its run.
pub(crate) fn differences(scenario: &Scenario, outcome: &Outcome, log: &str) -> Vec<String> {
    let mut found = Vec::new();
    let until = scenario.duration.nanos();
    let window = scenario.warm_up.nanos()..until;
    let mut workspaces: BTreeMap<&str, Workspace> = BTreeMap::new();
    let mut counts: BTreeMap<&str, i128> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let rows = rows(log);
    for row in &rows {
        found.extend(workspaces.entry(row.cell("workspace")).or_default().take(row, until));
        let (action, refused) = (row.cell("action"), i128::from(row.cell("outcome") == "refused"));
        let is_measured = window.contains(&row.time("time"));
        let mut count = |name: &'static str, by: i128| *counts.entry(name).or_default() += by;
        // What is delivered twice is one attempt.
        let again = action == "message" && !seen.insert((row.cell("workspace"), row.attempt()));
        if let ("message" | "release", false) = (action, again) {
            let counts = i128::from(window.contains(&row.time("due")));
            count("attempts.refused", counts * refused);
            if action == "message" {
                count("attempts.offered", counts);
                count("messages.offered", counts * i128::from(row.attempt().1 == 1));
            }
        }
        match action {
            _ if !is_measured => {}
            "message" | "release" | "settle" => {
                count("credits.consumed", row.off_balance());
                count("credits.overage", row.credits("overage"));
            }
            "enable" => {
                count("enables.tried", 1);
                count("enables.refused", refused);
            }
            "create" => {
                count("creates.tried", 1);
                count("creates.refused", refused);
            }
            "expire" => count("credits.expired", row.off_balance()),
            _ => {}
        }
    }
    let is_cut = scenario.drain == Drain::Cut;
    for (name, it) in &workspaces {
        if !is_cut && !it.open.is_empty() {
            found.push(format!("{name}: {:?} are never over", it.open));
        }
        *counts.entry("credits.closing").or_default() += it.closing;
    }
    let of_messages = |name: &str| name.starts_with("attempts") || name.starts_with("messages");
    for (name, &counted) in counts.iter().filter(|(name, _)| !is_cut || !of_messages(name)) {
        let Some(value) = outcome.summary.value(name) else { continue };
        let unit = if name.starts_with("credits") { 1e3 } else { 1.0 };
        if (value * unit - counted as f64).abs() > 0.5 {
            found.push(format!("{name}: {value}, and {} in the log", counted as f64 / unit));
        }
    }
    found
}
