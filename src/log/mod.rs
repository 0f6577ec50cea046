//! Recorded traffic: traces, read from files row by row.
//!
//! A [`Trace`] is a file that can be opened again and again. [`Rows`] reads it against a [`Roster`],
//! which knows the names that it may use, and answers rows of numbers. [`survey`] goes through all of
//! it and tells what is in it; [`census`] makes a roster of the names that are in it; a [`Feed`] reads
//! ahead on a thread of its own. Whatever the length of a
//! trace, only a little of it is in memory.

mod cells;
mod census;
mod columns;
mod decisions;
mod error;
mod feed;
mod header;
mod instant;
mod lines;
mod names;
mod roster;
mod row;
mod rows;
mod survey;
mod trace;
mod unpack;

pub use census::{Census, census};
pub use decisions::{
    AttemptRecord, DecisionLog, DecisionRecord, DecisionRow, DecisionRows, Found, Outcome,
    RecordedAction, Subject,
};
pub use error::{Expected, TraceError, TraceFault};
pub use feed::Feed;
pub use roster::{Cast, CastLine, Part, Replay, Roster};
pub use row::{Deed, Row, Whom};
pub use rows::{Playback, Rows};
pub use survey::{GroupSurvey, LineSurvey, Survey, survey};
pub use trace::Trace;
