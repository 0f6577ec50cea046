//! Logs of decisions: what was decided, row by row.

mod numbers;
mod reader;
mod record;
mod sink;

pub use reader::{DecisionRow, DecisionRows, Found};
pub use record::{AttemptRecord, DecisionRecord, Outcome, RecordedAction, Subject};
pub use sink::DecisionLog;
