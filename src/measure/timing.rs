//! One kind of time: its histogram, and its mean and deviation from exact sums.

use super::binned::Times;
use super::histogram::Histogram;

/// How long something took, over many messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timing {
    histogram: Histogram,
    /// \[ns\]
    sum: u128,
    /// \[ns²\] `u128::MAX` once the sum has overflowed: 10^8 messages of three weeks each.
    squares: u128,
}

impl Timing {
    /// Records one time \[ns\].
    #[inline]
    pub fn record(&mut self, nanos: u64) {
        self.record_in_part(nanos);
        self.sum += u128::from(nanos);
    }

    /// Records one time \[ns\], except for its sum, which a workspace keeps anyway: it is
    /// [added](Self::add_sum) when that is done.
    #[inline(always)]
    pub(super) fn record_in_part(&mut self, nanos: u64) {
        self.histogram.record(nanos);
        let square = u128::from(nanos) * u128::from(nanos);
        match self.squares.checked_add(square) {
            Some(squares) => self.squares = squares,
            None => self.overflow(),
        }
    }

    /// Records that something took no time at all, so many times.
    pub(super) fn record_nothing(&mut self, times: u64) {
        if times > 0 {
            self.histogram.record_many(0, times);
        }
    }

    #[cold]
    const fn overflow(&mut self) {
        self.squares = u128::MAX;
    }

    /// Adds the sum of times that were recorded in part \[ns\].
    pub(super) const fn add_sum(&mut self, sum: u128) {
        self.sum += sum;
    }

    /// The histogram \[ns\].
    pub const fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// How many times were recorded.
    pub fn count(&self) -> u64 {
        self.histogram.count()
    }

    /// The mean \[s\]; `None` if nothing was recorded.
    pub fn mean(&self) -> Option<f64> {
        let n = self.count();
        (n > 0).then(|| self.sum as f64 / n as f64 / 1e9)
    }

    /// The standard deviation of the recorded values (divisor n) \[s\]; `None` if nothing was
    /// recorded, or if the sum of squares has overflowed.
    pub fn deviation(&self) -> Option<f64> {
        (self.squares != u128::MAX).then(|| deviation(self.count(), self.sum, self.squares))?
    }

    /// The sum of the recorded times \[ns\] and that of their squares \[ns²\], `u128::MAX` once that has
    /// overflowed.
    pub(super) const fn sums(&self) -> (u128, u128) {
        (self.sum, self.squares)
    }

    /// The q-quantile, q = `per_mille` / 1000 \[s\].
    pub fn quantile(&self, per_mille: u64) -> Option<f64> {
        let nanos = self.histogram.quantile(per_mille)?;
        Some(nanos as f64 / 1e9)
    }

    /// The greatest \[s\].
    pub fn greatest(&self) -> Option<f64> {
        self.histogram.greatest().map(|nanos| nanos as f64 / 1e9)
    }

    /// Takes in the times of a bin that enters a window, and lets go those of one that leaves it.
    /// Its sums are of no meaning until they are [summed up](Self::sum_up).
    pub(super) fn slide(&mut self, enters: Option<&Times>, leaves: Option<&Times>) {
        for (bucket, count) in enters.into_iter().flat_map(Times::counts) {
            self.histogram.record_many(Histogram::bounds(bucket).0, count);
        }
        for (bucket, count) in leaves.into_iter().flat_map(Times::counts) {
            self.histogram.forget(bucket, count);
        }
    }

    /// Has the sums and the greatest time of these bins, which are those of the window.
    pub(super) fn sum_up(&mut self, bins: &[Times]) {
        self.sum = bins.iter().map(|times| times.sum).sum();
        self.squares = bins.iter().fold(0, |sum, times| sum.saturating_add(times.squares));
        self.histogram.set_greatest(bins.iter().map(|times| times.greatest).max().unwrap_or(0));
    }

    /// Adds what another one recorded.
    pub fn merge(&mut self, other: &Self) {
        self.histogram.merge(&other.histogram);
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
    }
}

/// The standard deviation (divisor n) \[s\] of so many times with this sum \[ns\] and this sum of squares
/// \[ns²\]; `None` if there are none.
fn deviation(count: u64, sum: u128, squares: u128) -> Option<f64> {
    let n = u128::from(count);
    // The sum of (x - m)² about the whole part m of the mean, in integers: no cancellation.
    let (m, rest) = (sum.checked_div(n)?, sum.checked_rem(n)?);
    let about_m = squares.checked_sub(m.checked_mul(sum + rest)?)?;
    let fraction = rest as f64 / n as f64;
    Some((about_m as f64 / n as f64 - fraction * fraction).max(0.0).sqrt() / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation_are_exact() {
        let mut timing = Timing::default();
        for nanos in [2_000_000_000_u64, 4_000_000_000, 4_000_000_000, 6_000_000_000] {
            timing.record(nanos);
        }
        assert_eq!(timing.mean(), Some(4.0));
        assert!((timing.deviation().unwrap() - 2.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(timing.greatest(), Some(6.0));
    }

    #[test]
    fn equal_values_deviate_by_nothing() {
        let mut timing = Timing::default();
        for _ in 0..1_000 {
            timing.record(1_234_567_891);
        }
        assert_eq!(timing.deviation(), Some(0.0));
        assert_eq!(Timing::default().mean(), None);
    }

    #[test]
    fn an_overflow_costs_the_deviation_and_not_the_mean() {
        let mut timing = Timing::default();
        timing.record(u64::MAX);
        timing.record(u64::MAX);
        assert_eq!(timing.deviation(), None);
        assert!(timing.mean().is_some_and(|mean| mean > 1e10));
    }
}
