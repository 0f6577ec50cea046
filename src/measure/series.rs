//! Over time: counts, levels and integrals in bins of equal width, aligned to the start.

use std::ops::{Add, AddAssign, Sub};

use super::histogram::Histogram;
use crate::units::{SimSpan, SimTime};

/// The bin of an instant, remembered, since a workspace's events come in order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BinCursor {
    bin: usize,
    /// Where the next bin begins \[ns\].
    end: u64,
}

/// How many agents may be active, in one workspace or in all of them, or by how much that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SlotLimit {
    /// Slots of the workspaces that have a limit.
    pub slots: i64,
    /// Workspaces without one.
    pub unlimited: i64,
}

impl SlotLimit {
    /// That of one workspace; `None` is unlimited.
    pub fn of(limit: Option<u32>) -> Self {
        match limit {
            Some(slots) => Self { slots: i64::from(slots), unlimited: 0 },
            None => Self { slots: 0, unlimited: 1 },
        }
    }

    /// The slots of all; `None` if any workspace has no limit.
    pub fn total(self) -> Option<u64> {
        u64::try_from(self.slots).ok().filter(|_| self.unlimited == 0)
    }
}

impl Add for SlotLimit {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { slots: self.slots + other.slots, unlimited: self.unlimited + other.unlimited }
    }
}

impl Sub for SlotLimit {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { slots: self.slots - other.slots, unlimited: self.unlimited - other.unlimited }
    }
}

impl AddAssign for SlotLimit {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// What happened in a group over time. Attempts count in the bin in which they were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    width: SimSpan,
    bins: usize,
    /// Attempts made, by bin.
    pub offered: Vec<u64>,
    /// Attempts refused, by cause, then bin.
    pub refused: Vec<Vec<u64>>,
    /// Change of the number of active agents, by bin; its prefix sums are the levels at bin ends.
    pub active_change: Vec<i64>,
    /// Change of the slots for active agents, by bin: those of all plans that limit them, and the
    /// workspaces whose plan does not.
    pub limit_change: Vec<SlotLimit>,
    /// Change of the credits in all pools, by bin \[thousandths\]; its prefix sums are the
    /// balances at bin ends.
    pub credits_change: Vec<i128>,
}

impl Series {
    /// Empty bins of `width` over `duration`, for `causes` causes of refusals.
    pub fn new(width: SimSpan, duration: SimSpan, causes: usize) -> Self {
        let bins = bins(width, duration);
        Self {
            width,
            bins,
            offered: vec![0; bins],
            refused: vec![vec![0; bins]; causes],
            active_change: vec![0; bins],
            limit_change: vec![SlotLimit::default(); bins],
            credits_change: vec![0; bins],
        }
    }

    /// The width of a bin.
    pub const fn width(&self) -> SimSpan {
        self.width
    }

    /// How many bins there are.
    pub const fn bins(&self) -> usize {
        self.bins
    }

    /// The bin of `now`; instants after the last bin count in it.
    #[inline]
    pub fn bin(&self, cursor: &mut BinCursor, now: SimTime) -> usize {
        // In the bin it is at most its width to the end; what lies behind that is far off by wrapping.
        if cursor.end.wrapping_sub(now.nanos()).wrapping_sub(1) >= self.width.nanos() {
            self.seek(cursor, now);
        }
        cursor.bin
    }

    #[cold]
    fn seek(&self, cursor: &mut BinCursor, now: SimTime) {
        cursor.bin = ((now.nanos() / self.width.nanos()) as usize).min(self.bins - 1);
        cursor.end = (cursor.bin as u64 + 1) * self.width.nanos();
        if now.nanos() >= cursor.end {
            cursor.end = u64::MAX;
        }
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        add_all(&mut self.offered, &other.offered);
        for (mine, theirs) in self.refused.iter_mut().zip(&other.refused) {
            add_all(mine, theirs);
        }
        add_all(&mut self.active_change, &other.active_change);
        add_all(&mut self.limit_change, &other.limit_change);
        add_all(&mut self.credits_change, &other.credits_change);
    }
}

/// How many bins of `width` cover `duration`.
pub(super) fn bins(width: SimSpan, duration: SimSpan) -> usize {
    duration.nanos().div_ceil(width.nanos()) as usize
}

/// Adds `theirs` to `mine`, element by element.
pub(super) fn add_all<T: Copy + std::ops::AddAssign>(mine: &mut [T], theirs: &[T]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        *mine += *theirs;
    }
}

/// Time spent in a state, by bin: each stretch is split over the bins it covers.
#[derive(Debug, Clone)]
pub struct Track {
    width: u64,
    /// The bin that the last stretch began in, since the next one mostly begins and ends there too:
    /// its number, its beginning and its end \[ns\].
    recent: (usize, u64, u64),
    /// Time in bins that a stretch covers in part \[ns\].
    partial: Vec<u128>,
    /// Change, from bin to bin, of the number of stretches that cover a bin whole.
    whole: Vec<i64>,
}

impl Track {
    /// Empty bins.
    pub fn new(width: SimSpan, bins: usize) -> Self {
        let width = width.nanos();
        Self { width, recent: (0, 0, width), partial: vec![0; bins], whole: vec![0; bins + 1] }
    }

    /// Adds the stretch \[`begin`, `end`); what lies after the last bin is left out. Answers the bin in which it
    /// ends.
    #[inline(always)]
    pub fn add(&mut self, begin: SimTime, end: SimTime) -> usize {
        let (begin, end) = (begin.nanos(), end.nanos());
        let (bin, low, high) = self.recent;
        if begin >= low && end < high {
            self.partial[bin] += u128::from(end - begin);
            bin
        } else if begin >= low
            && begin < high
            && end - high < self.width
            && let Some([this, next]) = self.partial.get_mut(bin..bin + 2)
        {
            // It ends in the bin after that.
            *this += u128::from(high - begin);
            *next += u128::from(end - high);
            bin + 1
        } else {
            self.add_elsewhere(begin, end, 1)
        }
    }

    /// Adds the stretch \[`begin`, `end`) so many times.
    pub fn add_times(&mut self, begin: SimTime, end: SimTime, times: u32) {
        self.add_elsewhere(begin.nanos(), end.nanos(), times);
    }

    /// How many bins there are.
    pub const fn bins(&self) -> usize {
        self.partial.len()
    }

    /// The bin in which an instant is.
    pub const fn bin(&self, at: SimTime) -> usize {
        (at.nanos() / self.width) as usize
    }

    /// A stretch that lies not in the bin of the last one, or in several. Answers the bin in which it ends.
    #[inline(never)]
    fn add_elsewhere(&mut self, begin: u64, end: u64, times: u32) -> usize {
        let first = (begin / self.width) as usize;
        let last = (end / self.width) as usize;
        if first >= self.partial.len() {
            return last;
        }
        let low = first as u64 * self.width;
        self.recent = (first, low, low + self.width);
        if first == last {
            self.partial[first] += u128::from(end - begin) * u128::from(times);
            return last;
        }
        self.partial[first] += u128::from(low + self.width - begin) * u128::from(times);
        self.whole[first + 1] += i64::from(times);
        if let Some(bin) = self.partial.get_mut(last) {
            *bin += u128::from(end - last as u64 * self.width) * u128::from(times);
            self.whole[last] -= i64::from(times);
        }
        last
    }

    /// The time in each bin \[ns\].
    pub fn times(&self) -> Vec<u128> {
        let mut covering: i64 = 0;
        self.partial
            .iter()
            .zip(&self.whole)
            .map(|(&partial, &change)| {
                covering += change;
                partial + covering as u128 * u128::from(self.width)
            })
            .collect()
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        add_all(&mut self.partial, &other.partial);
        add_all(&mut self.whole, &other.whole);
    }
}

/// Latency over time: completed messages by when they were due and how long they took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatMap {
    /// Bins of the series that share a column.
    stride: usize,
    /// Where the column of each bin begins: a look is cheaper than a division.
    begins: Vec<u32>,
    /// Column by column, [`HeatMap::ROWS`] each.
    counts: Vec<u64>,
}

impl HeatMap {
    /// Rows of a column: four for each doubling of the latency.
    pub const ROWS: usize = (Histogram::index(u64::MAX) >> Self::ROW_SHIFT) + 1;
    const ROW_SHIFT: u32 = 8;
    /// Columns that a picture can show.
    const MOST_COLUMNS: usize = 125;

    /// An empty map over a series of `bins` bins.
    pub fn new(bins: usize) -> Self {
        let stride = bins.div_ceil(Self::MOST_COLUMNS);
        let columns = bins.div_ceil(stride);
        let begins = (0..bins).map(|bin| (bin / stride * Self::ROWS) as u32).collect();
        Self { stride, begins, counts: vec![0; columns * Self::ROWS] }
    }

    /// Records a message due in `bin` with this latency \[ns\].
    #[inline(always)]
    pub fn record(&mut self, bin: usize, latency: u64) {
        let row = Histogram::index(latency) >> Self::ROW_SHIFT;
        self.counts[self.begins[bin] as usize + row] += 1;
    }

    /// The counts of each column, by row.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &[u64]> {
        self.counts.chunks_exact(Self::ROWS)
    }

    /// Bins of the series that share a column.
    pub const fn stride(&self) -> usize {
        self.stride
    }

    /// The least and the greatest latency of a row \[ns\].
    pub const fn row_bounds(row: usize) -> (u64, u64) {
        let (low, _) = Histogram::bounds(row << Self::ROW_SHIFT);
        let (_, high) = Histogram::bounds((row << Self::ROW_SHIFT) | ((1 << Self::ROW_SHIFT) - 1));
        (low, high)
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        add_all(&mut self.counts, &other.counts);
    }
}

/// The share of the period's credits that is left, over time and workspaces: the burn-down fan.
/// Packages and what is carried over can make it more than all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditFan {
    /// Time from one reading to the next.
    every: SimSpan,
    /// Reading by reading: workspaces with 0%, 1%, .. left, as far as there are any.
    counts: Vec<Vec<u64>>,
}

impl CreditFan {
    /// The most that is told apart \[%\].
    const MOST: usize = 10_000;
    /// Readings that a picture can show, besides the first.
    const MOST_READINGS: usize = 120;

    /// No readings yet, over a series of bins.
    pub fn new(width: SimSpan, bins: usize) -> Self {
        let stride = bins.div_ceil(Self::MOST_READINGS);
        let readings = bins.div_ceil(stride) + 1;
        Self { every: width.times(stride as u64), counts: vec![Vec::new(); readings] }
    }

    /// When reading `index` is taken, just before what happens then: the first one right after
    /// the start, each of the others at the end of its stretch.
    pub fn instant(&self, index: usize) -> SimTime {
        SimTime::from_nanos((index as u64).saturating_mul(self.every.nanos()).max(1))
    }

    /// How many readings there are.
    pub const fn readings(&self) -> usize {
        self.counts.len()
    }

    /// Takes reading `index` of a workspace that has `percent` of its period's credits left.
    pub fn record(&mut self, index: usize, percent: usize) {
        let (levels, percent) = (&mut self.counts[index], percent.min(Self::MOST));
        if levels.len() <= percent {
            levels.resize(percent + 1, 0);
        }
        levels[percent] += 1;
    }

    /// The percent left of which `per_mille` / 1000 of the workspaces have no more, at a reading.
    pub fn quantile(&self, index: usize, per_mille: u64) -> Option<usize> {
        let levels = &self.counts[index];
        let total: u64 = levels.iter().sum();
        let rank = (per_mille * total).div_ceil(1_000).max(1);
        let mut below = 0;
        levels.iter().position(|count| {
            below += count;
            below >= rank
        })
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            mine.resize(mine.len().max(theirs.len()), 0);
            add_all(mine, theirs);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_track_splits_stretches_over_bins(
            stretches in prop::collection::vec((0..1_200_u64, 0..900_u64), 0..40),
        ) {
            let mut track = Track::new(SimSpan::from_nanos(100), 10);
            let mut expected = [0_u128; 10];
            for &(begin, length) in &stretches {
                let end = begin + length;
                track.add(SimTime::from_nanos(begin), SimTime::from_nanos(end));
                for nano in begin..end.min(1_000) {
                    expected[(nano / 100) as usize] += 1;
                }
            }
            prop_assert_eq!(track.times(), expected.to_vec());
        }
    }

    #[test]
    fn bins_follow_time_also_when_it_starts_again() {
        let series = Series::new(SimSpan::from_nanos(10), SimSpan::from_nanos(95), 0);
        let mut cursor = BinCursor::default();
        let bins: Vec<usize> = [0, 9, 10, 94, 95, 1_000, u64::MAX - 1, 3, 25, u64::MAX, 9]
            .into_iter()
            .map(|nanos| series.bin(&mut cursor, SimTime::from_nanos(nanos)))
            .collect();
        assert_eq!(bins, [0, 0, 1, 9, 9, 9, 9, 0, 2, 9, 0]);
    }

    #[test]
    fn a_fan_opens_beyond_what_a_period_includes() {
        let mut fan = CreditFan::new(SimSpan::from_nanos(100), 10);
        assert_eq!((fan.readings(), fan.instant(0).nanos(), fan.instant(3).nanos()), (11, 1, 300));
        for percent in [40, 90, 250] {
            fan.record(3, percent);
        }
        let mut other = CreditFan::new(SimSpan::from_nanos(100), 10);
        other.record(3, 1_300);
        fan.merge(&other);
        assert_eq!(
            [1, 500, 750, 1_000].map(|it| fan.quantile(3, it).unwrap()),
            [40, 90, 250, 1_300]
        );
        assert_eq!(fan.quantile(4, 500), None);
    }
}
