//! A histogram of integers with three significant digits.

/// Counts in a flat array, with the buckets of an `HdrHistogram` of three significant digits and
/// unit 1: values below 2048 are exact, above that a bucket is at most 1/1024 of its values wide.
///
/// Recording is a shift and an add; `hdrhistogram` itself reads it out (`latency.hgrm`).
/// Source: G. Tene, HdrHistogram, <https://hdrhistogram.github.io/HdrHistogram/>.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    /// Grows to the greatest bucket that was recorded.
    counts: Vec<u64>,
    /// The greatest value, 0 if there is none.
    greatest: u64,
}

/// One bucket: `count` values in \[`low`, `high`\].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// The least value of the bucket.
    pub low: u64,
    /// The greatest value of the bucket.
    pub high: u64,
    /// Values recorded in it.
    pub count: u64,
}

/// The values of a histogram in order.
#[derive(Debug, Clone)]
pub struct Ranks<'h> {
    histogram: &'h Histogram,
    /// How many values lie in the octaves up to each: adding up a whole octave is fast.
    up_to: Vec<u64>,
}

impl Ranks<'_> {
    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.up_to.last().copied().unwrap_or(0)
    }

    /// The value of rank `ceil(q n)` where q is `per_mille` / 1000, within 0.05% and never above
    /// the greatest; `None` if there are none.
    pub fn quantile(&self, per_mille: u64) -> Option<u64> {
        let rank = (u128::from(per_mille) * u128::from(self.count())).div_ceil(1_000).max(1);
        self.value(rank as u64)
    }

    /// The value of a rank from 1 on, within 0.05% and never above the greatest; `None` if there are not
    /// so many.
    pub fn value(&self, rank: u64) -> Option<u64> {
        let octave = self.up_to.partition_point(|&up_to| up_to < rank);
        let mut below = octave.checked_sub(1).map_or(0, |before| self.up_to[before]);
        let first = octave << Histogram::BITS;
        let counts = self.histogram.counts.get(first..)?;
        let place = counts.iter().position(|count| {
            below += count;
            below >= rank
        });
        let (low, high) = Histogram::bounds(first + place?);
        Some((low + (high - low) / 2).min(self.histogram.greatest))
    }
}

impl Histogram {
    /// Half the buckets of an octave pair: log2 of 1024.
    const BITS: u32 = 10;

    /// The bucket of `value`.
    #[inline]
    pub const fn index(value: u64) -> usize {
        // Values of the first octaves have the shift of the last of them, which is 0.
        let shift = (value | (1 << Self::BITS)).ilog2() - Self::BITS;
        ((shift as usize) << Self::BITS) + (value >> shift) as usize
    }

    /// The least and the greatest value of a bucket.
    pub const fn bounds(index: usize) -> (u64, u64) {
        let shift = (index >> Self::BITS).saturating_sub(1) as u32;
        let low = ((index - ((shift as usize) << Self::BITS)) as u64) << shift;
        (low, low + ((1 << shift) - 1))
    }

    /// Records one value.
    #[inline(always)]
    pub fn record(&mut self, value: u64) {
        self.record_many(value, 1);
    }

    /// Records a value `count` times.
    #[inline(always)]
    pub fn record_many(&mut self, value: u64, count: u64) {
        let index = Self::index(value);
        match self.counts.get_mut(index) {
            Some(bucket) => *bucket += count,
            None => self.grow(index, count),
        }
        // A branch that is hardly ever taken, rather than a store each time.
        if value > self.greatest {
            self.rise(value);
        }
    }

    /// Takes back `count` values of a bucket that were recorded. The greatest stays what it was.
    pub(super) fn forget(&mut self, bucket: usize, count: u64) {
        self.counts[bucket] -= count;
    }

    /// Says what the greatest value is, where values were taken back.
    pub(super) const fn set_greatest(&mut self, greatest: u64) {
        self.greatest = greatest;
    }

    /// Out of line: it happens a few times a run.
    #[cold]
    fn grow(&mut self, index: usize, count: u64) {
        self.counts.resize((index + 1).next_multiple_of(1 << Self::BITS), 0);
        self.counts[index] += count;
    }

    #[cold]
    const fn rise(&mut self, value: u64) {
        self.greatest = value;
    }

    /// How many values each bucket holds, as far as any was recorded.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many values were recorded: the counts of all buckets, added up.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Whether no value was recorded.
    pub fn is_empty(&self) -> bool {
        self.counts.iter().all(|&count| count == 0)
    }

    /// The greatest value, exactly; `None` if empty.
    pub fn greatest(&self) -> Option<u64> {
        (!self.is_empty()).then_some(self.greatest)
    }

    /// The value of rank `ceil(q n)` where q is `per_mille` / 1000, within 0.05% and never above
    /// the greatest; `None` if empty.
    pub fn quantile(&self, per_mille: u64) -> Option<u64> {
        self.ranks().quantile(per_mille)
    }

    /// Its values in order, of which several are to be read.
    pub fn ranks(&self) -> Ranks<'_> {
        let mut below = 0;
        let up_to = self.counts.chunks(1 << Self::BITS).map(|counts| {
            below += counts.iter().sum::<u64>();
            below
        });
        Ranks { up_to: up_to.collect(), histogram: self }
    }

    /// The buckets that hold values, ascending.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(index, &count)| {
            let (low, high) = Self::bounds(index);
            Bucket { low, high, count }
        })
    }

    /// Adds what another histogram counted.
    pub fn merge(&mut self, other: &Self) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.greatest = self.greatest.max(other.greatest);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_value_lies_in_its_bucket_as_in_hdrhistogram(value in any::<u64>(), cut in 0..64_u32) {
            let value = value >> cut;
            let (low, high) = Histogram::bounds(Histogram::index(value));
            prop_assert!(low <= value && value <= high);
            let reference =
                hdrhistogram::Histogram::<u64>::new_with_bounds(1, u64::MAX / 2, 3).unwrap();
            if value > 0 && value < u64::MAX / 2 {
                prop_assert_eq!(reference.lowest_equivalent(value), low);
                prop_assert_eq!(reference.highest_equivalent(value), high);
            }
        }

        #[test]
        fn quantiles_are_those_of_the_sorted_values(
            mut values in prop::collection::vec(0..5_000_000_u64, 1..300),
            per_mille in 1..=1_000_u64,
        ) {
            let mut histogram = Histogram::default();
            for &value in &values {
                histogram.record(value);
            }
            values.sort_unstable();
            let rank = (per_mille as usize * values.len()).div_ceil(1_000).max(1);
            let exact = values[rank - 1];
            prop_assert_eq!(histogram.greatest(), values.last().copied());
            let read = histogram.quantile(per_mille).unwrap();
            prop_assert!(read.abs_diff(exact) * 1_000 <= exact, "{read} for {exact}");
            prop_assert!(Some(read) <= histogram.greatest());
        }
    }

    #[test]
    fn merging_is_adding() {
        let (mut a, mut b) = (Histogram::default(), Histogram::default());
        a.record(5);
        b.record_many(1_000_000, 3);
        a.merge(&b);
        assert_eq!(a.count(), 4);
        assert_eq!(a.quantile(250), Some(5));
        assert_eq!(a.quantile(251), Some(1_000_000));
        assert_eq!(a.greatest(), Some(1_000_000));
    }
}
