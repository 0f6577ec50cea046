//! How many messages come in the busiest hour.

use crate::units::{SimSpan, SimTime};

/// The most bins of a series of a run.
const MOST_BINS: u64 = 5_000;

/// Messages over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Busy {
    width: SimSpan,
    end: SimTime,
    counts: Vec<u64>,
}

impl Busy {
    pub(super) fn new(end: SimTime) -> Self {
        Self { width: Self::width_of(end), end, counts: Vec::new() }
    }

    /// An hour; a minute where there are at most two hours; as many days as it takes where there are
    /// more hours than a series has bins.
    fn width_of(end: SimTime) -> SimSpan {
        let end = end.nanos();
        if end <= 2 * SimSpan::HOUR.nanos() {
            SimSpan::MINUTE
        } else if end.div_ceil(SimSpan::HOUR.nanos()) <= MOST_BINS {
            SimSpan::HOUR
        } else {
            SimSpan::DAY.times(end.div_ceil(SimSpan::DAY.nanos() * MOST_BINS))
        }
    }

    /// Of what the busiest is sought.
    pub(super) fn width(&self) -> SimSpan {
        self.width
    }

    pub(super) fn add(&mut self, at: SimTime) {
        // What comes after the end does not in a run either.
        if at >= self.end {
            return;
        }
        let bin = (at.nanos() / self.width.nanos()) as usize;
        if bin >= self.counts.len() {
            self.counts.resize(bin + 1, 0);
        }
        self.counts[bin] += 1;
    }

    /// The most messages in one of them.
    pub(super) fn most(&self) -> u64 {
        self.counts.iter().copied().max().unwrap_or_default()
    }
}
