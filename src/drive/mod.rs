//! Driving: a scenario in wall-clock time, against enforcement that is real.
//!
//! What is due and when is known beforehand ([`Schedule`]), and is asked for when it is due,
//! whatever is still unanswered ([`play`]): open loop. Every request is a task of tokio's, on
//! several threads. Who decides is a [`Target`]; [`Embedded`] decides in this process, with locks
//! and copies of its own. What was asked and answered is recorded on a thread of its own
//! ([`Recorder`]): a row in the log of decisions, and the measures of a run.

mod books;
mod embedded;
mod lag;
mod pace;
mod play;
mod presence;
mod recorder;
mod schedule;
mod seen;
mod target;

use thiserror::Error;

pub use embedded::Embedded;
pub use lag::Lag;
pub use pace::Pace;
pub use play::{Played, Record, play};
pub use presence::Presence;
pub use recorder::{Recorded, Recorder};
pub use schedule::{Schedule, Step};
pub use target::{Decision, Deed, Member, Request, Target};

use crate::log::TraceError;

/// Why driving could not go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DriveError {
    /// What is due cannot be read.
    #[error("cannot read what is due: {0}")]
    Schedule(#[from] TraceError),
    /// The log of decisions cannot be written.
    #[error("cannot write the log of decisions: {0}")]
    Log(String),
    /// The threads cannot be started.
    #[error("cannot start {0} threads: {1}")]
    Threads(usize, String),
    /// Requests were never answered, since whoever decides has failed.
    #[error("{0} requests were never answered")]
    Unanswered(u64),
}
