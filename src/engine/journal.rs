//! What is written of a run as it goes on: the rows of a log of decisions.

use super::model::GroupModel;
use super::run::EngineError;
use super::watch::Watch;
use crate::log::{AttemptRecord, DecisionLog, DecisionRecord, Outcome, RecordedAction, Subject};
use crate::rules::Refusal;
use crate::scenario::Scenario;
use crate::units::{Credits, SimTime};
use crate::workload::ClientThrottling;

/// Rows are handed on in parts of so many bytes.
const PART: usize = 1 << 16;

/// Who looks at a run.
#[derive(Clone, Copy)]
pub(super) struct Observers<'a> {
    pub(super) watch: &'a Watch,
    pub(super) log: Option<&'a DecisionLog>,
}

impl Observers<'_> {
    /// Passes on what came of a piece, unless its rows could not be written. After an error no piece
    /// may follow, so nobody waits for one.
    pub(super) fn check<T>(&self, result: Result<T, EngineError>) -> Result<T, EngineError> {
        let Some(log) = self.log else { return result };
        let result = match log.failure() {
            Some(why) => Err(EngineError::Log(why)),
            None => result,
        };
        if result.is_err() {
            log.release();
        }
        result
    }
}

/// What the rows of a run call its limits: for each group those of its own, then those over
/// everybody, then customers who hold back.
pub(super) struct Names(Vec<Vec<String>>);

impl Names {
    pub(super) fn of(scenario: &Scenario) -> Self {
        let names = scenario.groups.iter().map(|group| {
            let throttles = group.throttles.iter().chain(&scenario.throttles);
            let names = throttles.map(|throttle| throttle.name.clone());
            names.chain(std::iter::once(ClientThrottling::NAME.to_owned())).collect()
        });
        Self(names.collect())
    }
}

/// The rows of one piece of a run, on one thread.
pub(super) struct Journal<'a> {
    observers: Observers<'a>,
    log: &'a DecisionLog,
    names: &'a Names,
    piece: u64,
    /// The workspace whose rows come: the place of its group, and its number there.
    group: usize,
    index: u32,
    rows: Vec<u8>,
}

/// A row, as a cell tells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) action: RecordedAction,
    pub(super) subject: Subject<'a>,
    pub(super) cost: Option<Credits>,
    pub(super) attempt: Option<AttemptRecord>,
    pub(super) outcome: Option<Answer>,
    /// The idempotency key, where there is no attempt that has it.
    pub(super) key: Option<u64>,
    pub(super) node: Option<u32>,
    pub(super) charged: Option<Credits>,
    pub(super) overage: Credits,
    pub(super) hold: Option<Credits>,
    pub(super) balance: Option<Credits>,
    pub(super) active: u32,
}

impl<'a> Entry<'a> {
    pub(super) const fn new(action: RecordedAction, subject: Subject<'a>) -> Self {
        Self {
            action,
            subject,
            cost: None,
            attempt: None,
            outcome: None,
            key: None,
            node: None,
            charged: None,
            overage: Credits::ZERO,
            hold: None,
            balance: None,
            active: 0,
        }
    }
}

/// What was decided, as rules say it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    Admitted,
    Refused(Refusal),
    TimedOut,
}

impl From<Option<Refusal>> for Answer {
    fn from(refusal: Option<Refusal>) -> Self {
        refusal.map_or(Self::Admitted, Self::Refused)
    }
}

impl<'a> Journal<'a> {
    /// An empty journal, if anybody wants one.
    pub(super) fn new(observers: Observers<'a>, names: &'a Names) -> Option<Self> {
        let log = observers.log?;
        Some(Self { observers, log, names, piece: 0, group: 0, index: 0, rows: Vec::new() })
    }

    /// The rows that come are of this piece.
    pub(super) const fn begin(&mut self, piece: u64) {
        self.piece = piece;
    }

    /// The rows that come are of this workspace: the place of its group, and its number there.
    pub(super) const fn turn_to(&mut self, group: usize, index: u32) {
        (self.group, self.index) = (group, index);
    }

    /// The piece has ended.
    pub(super) fn end(&mut self) {
        self.hand_on(true);
    }

    fn hand_on(&mut self, done: bool) {
        let Observers { watch, .. } = self.observers;
        self.log.append(self.piece, &mut self.rows, done, || watch.stopped());
    }
}

/// Who takes the rows of a cell, and lives longer than what a cell acts upon.
pub(super) trait Scribe {
    /// Takes a row of the workspace whose turn it is.
    fn write(&mut self, model: &GroupModel, now: SimTime, entry: &Entry<'_>);
}

impl Scribe for Journal<'_> {
    fn write(&mut self, model: &GroupModel, now: SimTime, entry: &Entry<'_>) {
        let names = &self.names.0[self.group];
        let outcome = entry.outcome.map(|answer| match answer {
            Answer::Admitted => Outcome::Admitted,
            Answer::TimedOut => Outcome::TimedOut,
            Answer::Refused(Refusal { reason, limiter, retry_after }) => Outcome::Refused {
                reason,
                limiter: limiter.map(|limiter| names[usize::from(limiter)].as_str()),
                retry_after,
            },
        });
        let Entry { action, subject, cost, attempt, key, node, .. } = *entry;
        let Entry { charged, overage, hold, balance, active, .. } = *entry;
        let record = DecisionRecord {
            time: now,
            workspace: (&model.name, self.index + 1),
            subject,
            action,
            cost,
            attempt,
            asked: None,
            key,
            node,
            outcome,
            charged,
            overage,
            hold,
            balance,
            active,
        };
        record.write(&mut self.rows);
        if self.rows.len() >= PART {
            self.hand_on(false);
        }
    }
}

/// Whoever waits for the rows of a thread that panics would wait for ever.
impl Drop for Journal<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.log.release();
        }
    }
}
