//! Exit codes.

use std::process::{ExitCode, Termination};

/// How a command ended. The numbers are a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, and every threshold holds; a sweep is done whatever becomes of them.
    Done = 0,
    /// It could not run: a file that cannot be read or written.
    Impossible = 1,
    /// The command line or the scenario is wrong.
    Wrong = 2,
    /// A comparison found a regression, or a change of behaviour.
    Regressed = 3,
    /// A rule was violated.
    RuleViolated = 4,
    /// Whether a rule was violated, or a threshold holds, could not be told, and that was not good enough.
    Inconclusive = 5,
    /// A threshold failed.
    ThresholdFailed = 99,
    /// Interrupted; what was measured so far is written, but for a comparison; of a sweep the points that
    /// are finished.
    Interrupted = 130,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
