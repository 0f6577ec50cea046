//! The part of virtual time that is measured.

use crate::units::{SimSpan, SimTime};

/// The half-open stretch \[`from`, `until`) of virtual time that is measured.
///
/// A message counts if it is due inside; time averages cover it whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The end of the warm-up.
    pub from: SimTime,
    /// When arrivals stop; after `from`.
    pub until: SimTime,
}

impl Window {
    /// Whether `instant` lies inside.
    #[inline]
    pub fn contains(self, instant: SimTime) -> bool {
        self.from <= instant && instant < self.until
    }

    /// How much of \[`begin`, `end`) lies inside \[ns\].
    #[inline]
    pub fn overlap(self, begin: SimTime, end: SimTime) -> u64 {
        end.min(self.until).since(begin.max(self.from)).nanos()
    }

    /// The length.
    pub fn length(self) -> SimSpan {
        self.until.since(self.from)
    }
}
