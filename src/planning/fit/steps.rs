//! The times between messages to an agent, in whole numbers.

use crate::units::SimSpan;

/// How many times there are, with the sums of them and of their squares \[µs\]: those of parts add up
/// to the same in any order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Steps {
    count: u64,
    sum: u128,
    squares: u128,
}

impl Steps {
    pub(super) fn add(&mut self, step: SimSpan) {
        let micros = u128::from(step.nanos() / 1_000);
        self.count += 1;
        self.sum += micros;
        self.squares = self.squares.saturating_add(micros * micros);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
    }

    /// The standard deviation over the mean; `None` below three times, or if all are none.
    pub(super) fn cv(&self) -> Option<f64> {
        if self.count < 3 || self.sum == 0 {
            return None;
        }
        let (mean, square) =
            (self.sum as f64 / self.count as f64, self.squares as f64 / self.count as f64);
        Some(libm::sqrt((square - mean * mean).max(0.0)) / mean)
    }
}
