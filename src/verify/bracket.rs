//! When something happened, as far as a log tells it.

use crate::units::SimTime;

/// A place in the order of what happened: an instant, and a rank at that instant.
pub(super) type Moment = (SimTime, u64);

/// Between which moments something happened, both included.
///
/// What is known to the nanosecond has one moment, whose rank is its line: rows of one instant stand in
/// the order in which they happened. What lies between two instants may come before or after anything
/// else that may happen at either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bracket {
    pub(super) from: Moment,
    pub(super) until: Moment,
}

impl Bracket {
    /// Of a decision that was asked for at `sent` and known at `answered`, which the line `line` tells.
    pub(super) fn new(sent: SimTime, answered: SimTime, line: u64) -> Self {
        if sent >= answered {
            return Self { from: (sent, line), until: (sent, line) };
        }
        Self { from: (sent, 0), until: (answered, u64::MAX) }
    }

    /// Whether it is known to the nanosecond.
    pub(super) fn is_point(&self) -> bool {
        self.from == self.until
    }

    /// Whether it surely happened before something else.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        self.until < other.from
    }

    /// Whether it may have happened before something else.
    pub(super) fn may_be_before(&self, other: &Self) -> bool {
        self.from < other.until
    }
}
