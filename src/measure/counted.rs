//! Values that are counted coarsely.

use super::histogram::Histogram;
use super::jackknife::Sums;
use super::timing::Timing;

/// Values of one family, counted coarsely: only how a section differs from the others is read from them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Counted {
    /// By [coarse] bucket.
    pub(super) counts: Vec<u64>,
    /// \[ns\]
    pub(super) sum: u128,
    /// \[ns²\] `u128::MAX` once it has overflowed.
    pub(super) squares: u128,
}

/// Buckets of [`Histogram`] that are told apart each: those that hold one value.
const FINE: usize = 1 << 10;
/// Buckets beyond them that are counted as one.
const WIDTH: usize = 64;

/// The coarse bucket of a bucket of [`Histogram`].
pub(super) const fn coarse(bucket: usize) -> usize {
    if bucket < FINE { bucket } else { FINE + (bucket - FINE) / WIDTH }
}

impl Counted {
    #[inline(always)]
    pub(super) fn record(&mut self, nanos: u64) {
        let bucket = coarse(Histogram::index(nanos));
        match self.counts.get_mut(bucket) {
            Some(count) => *count += 1,
            None => self.record_first(bucket),
        }
        self.sum += u128::from(nanos);
        self.squares = self.squares.saturating_add(u128::from(nanos) * u128::from(nanos));
    }

    /// Records a value beyond all buckets that there are.
    #[cold]
    fn record_first(&mut self, bucket: usize) {
        self.counts.resize(bucket + 1, 0);
        self.counts[bucket] = 1;
    }

    /// What a deviation is made of.
    pub(super) fn sums(&self) -> Sums {
        Sums { count: self.count(), sum: self.sum, squares: self.squares }
    }

    pub(super) fn add_histogram(&mut self, histogram: &Histogram) {
        let fine = histogram.counts();
        let (each, wide) = fine.split_at(fine.len().min(FINE));
        let buckets = each.len() + wide.len().div_ceil(WIDTH);
        self.counts.resize(self.counts.len().max(buckets), 0);
        let sums = each.iter().copied().chain(wide.chunks(WIDTH).map(|wide| wide.iter().sum()));
        self.counts.iter_mut().zip(sums).for_each(|(mine, theirs)| *mine += theirs);
    }

    pub(super) fn add_timing(&mut self, timing: &Timing) {
        self.add_histogram(timing.histogram());
        let (sum, squares) = timing.sums();
        self.sum += sum;
        self.squares = self.squares.saturating_add(squares);
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
    }

    /// Takes away what was there before.
    pub(super) fn take_away(&mut self, before: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&before.counts) {
            *mine -= theirs;
        }
        self.sum -= before.sum;
        if self.squares != u128::MAX {
            self.squares -= before.squares;
        }
    }

    /// Lets go of buckets that hold nothing, up to the greatest of all sections so far.
    pub(super) fn trim(&mut self) {
        let used = self.counts.iter().rposition(|&count| count > 0).map_or(0, |last| last + 1);
        self.counts.truncate(used);
    }

    pub(super) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}
