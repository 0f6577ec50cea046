//! Logs of decisions: what was decided, row by row.

mod record;
mod sink;

pub use record::{AttemptRecord, DecisionRecord, Outcome, RecordedAction, Subject};
pub use sink::DecisionLog;
