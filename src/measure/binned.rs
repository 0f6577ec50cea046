//! Messages by the bin of the series in which they were due, for figures over windows of bins.

use std::ops::Range;

use super::group::Reply;
use super::histogram::Histogram;
use super::series::add_all;
use super::timing::Timing;
use crate::units::SimSpan;

/// What is collected by bin in a group, since a threshold asks for it over windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent, each named where it is set")]
pub struct ByBin {
    /// Messages offered and replied to.
    pub messages: bool,
    /// Time from due to reply.
    pub latency: bool,
    /// Time in queues.
    pub wait: bool,
    /// Time being served.
    pub service: bool,
}

impl ByBin {
    /// What either of them asks for.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            messages: self.messages || other.messages,
            latency: self.latency || other.latency,
            wait: self.wait || other.wait,
            service: self.service || other.service,
        }
    }

    /// How many kinds of time are asked for.
    pub fn times(self) -> usize {
        [self.latency, self.wait, self.service].into_iter().filter(|it| *it).count()
    }
}

/// The messages of a group by the bin in which they were due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinnedMessages {
    /// Messages due, by bin.
    pub offered: Vec<u64>,
    /// Those that were replied to.
    pub completed: Vec<u64>,
    /// Those that were replied to within each span that is asked for, by span and bin.
    pub within: Vec<Vec<u64>>,
    /// Time from due to reply; `None` where nobody asks for it.
    pub latency: Option<BinnedTimes>,
    /// Time in queues.
    pub wait: Option<BinnedTimes>,
    /// Time being served.
    pub service: Option<BinnedTimes>,
}

/// Buckets that are allocated together: few enough that little is there for nothing.
const PAGE: usize = 32;

/// Times by bin. They take memory for each page of buckets that is used in a bin, not for each
/// message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinnedTimes {
    bins: Vec<Times>,
}

/// The times of one bin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Times {
    /// Counts by bucket of [`Histogram`], in pages; `None` where there are none.
    pages: Vec<Option<Box<[u64; PAGE]>>>,
    /// \[ns\]
    pub(super) sum: u128,
    /// \[ns²\] `u128::MAX` once it has overflowed.
    pub(super) squares: u128,
    /// \[ns\]
    pub(super) greatest: u64,
}

impl BinnedMessages {
    /// Nothing collected yet in `bins` bins, for so many spans; `None` if nothing is asked for.
    pub(super) fn new(asked: ByBin, bins: usize, withins: usize) -> Option<Self> {
        let times = |asked: bool| asked.then(|| BinnedTimes { bins: vec![Times::default(); bins] });
        (asked != ByBin::default()).then(|| Self {
            offered: vec![0; bins],
            completed: vec![0; bins],
            within: vec![vec![0; bins]; withins],
            latency: times(asked.latency),
            wait: times(asked.wait),
            service: times(asked.service),
        })
    }

    /// Books a message that was due in `bin` and replied to.
    pub(super) fn replied(&mut self, bin: usize, reply: Reply, withins: &[SimSpan]) {
        self.completed[bin] += 1;
        for (counts, within) in self.within.iter_mut().zip(withins) {
            counts[bin] += u64::from(reply.latency <= within.nanos());
        }
        for (times, nanos) in [
            (&mut self.latency, reply.latency),
            (&mut self.wait, reply.wait),
            (&mut self.service, reply.service),
        ] {
            if let Some(times) = times {
                times.bins[bin].record(nanos);
            }
        }
    }

    /// Adds what another one collected, of what this one collects.
    pub(super) fn merge(&mut self, other: &Self) {
        add_all(&mut self.offered, &other.offered);
        add_all(&mut self.completed, &other.completed);
        for (mine, theirs) in self.within.iter_mut().zip(&other.within) {
            add_all(mine, theirs);
        }
        for (mine, theirs) in [
            (&mut self.latency, &other.latency),
            (&mut self.wait, &other.wait),
            (&mut self.service, &other.service),
        ] {
            if let (Some(mine), Some(theirs)) = (mine, theirs) {
                mine.merge(theirs);
            }
        }
    }
}

impl Times {
    fn record(&mut self, nanos: u64) {
        self.add(Histogram::index(nanos), 1);
        self.sum += u128::from(nanos);
        self.squares = self.squares.saturating_add(u128::from(nanos) * u128::from(nanos));
        self.greatest = self.greatest.max(nanos);
    }

    fn add(&mut self, bucket: usize, count: u64) {
        let (page, place) = (bucket / PAGE, bucket % PAGE);
        if page >= self.pages.len() {
            self.pages.resize(page + 1, None);
        }
        self.pages[page].get_or_insert_with(|| Box::new([0; PAGE]))[place] += count;
    }

    /// The buckets that hold times, with how many.
    pub(super) fn counts(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let pages = self.pages.iter().enumerate();
        let pages = pages.filter_map(|(number, page)| Some((number * PAGE, page.as_ref()?)));
        let counts = pages.flat_map(|(first, page)| {
            page.iter().enumerate().map(move |(place, &count)| (first + place, count))
        });
        counts.filter(|&(_, count)| count > 0)
    }
}

impl BinnedTimes {
    fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.bins.iter_mut().zip(&other.bins) {
            theirs.counts().for_each(|(bucket, count)| mine.add(bucket, count));
            mine.sum += theirs.sum;
            mine.squares = mine.squares.saturating_add(theirs.squares);
            mine.greatest = mine.greatest.max(theirs.greatest);
        }
    }

    /// Reads `figure` from the times of every `length` of these bins in a row.
    pub fn sliding<T>(
        &self,
        bins: Range<usize>,
        length: usize,
        figure: impl Fn(&Timing) -> T,
    ) -> Vec<T> {
        let mut timing = Timing::default();
        let mut figures = Vec::new();
        let first = bins.start;
        for end in bins {
            timing.slide(Some(&self.bins[end]), None);
            let Some(begin) = (end + 1).checked_sub(length).filter(|begin| *begin >= first) else {
                continue;
            };
            if begin > first {
                timing.slide(None, Some(&self.bins[begin - 1]));
            }
            timing.sum_up(&self.bins[begin..=end]);
            figures.push(figure(&timing));
        }
        figures
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sliding_windows_are_those_collected_anew(
            values in prop::collection::vec((0..12_usize, 0..5_000_000_u64), 0..200),
            (first, until) in (0..6_usize, 6..=12_usize),
            length in 1..8_usize,
        ) {
            let mut times = BinnedTimes { bins: vec![Times::default(); 12] };
            let mut other = times.clone();
            for (index, &(bin, nanos)) in values.iter().enumerate() {
                let part = if index % 3 == 0 { &mut other } else { &mut times };
                part.bins[bin].record(nanos);
            }
            times.merge(&other);
            let figures = |timing: &Timing| {
                let quantiles = [1, 500, 990, 1_000].map(|it| timing.quantile(it));
                (quantiles, timing.mean(), timing.deviation(), timing.greatest(), timing.count())
            };
            let expected: Vec<_> = (first..until)
                .filter(|begin| begin + length <= until)
                .map(|begin| {
                    let mut anew = Timing::default();
                    let inside = |bin: &usize| (begin..begin + length).contains(bin);
                    let inside = values.iter().filter(|(bin, _)| inside(bin));
                    inside.for_each(|&(_, nanos)| anew.record(nanos));
                    figures(&anew)
                })
                .collect();
            prop_assert_eq!(times.sliding(first..until, length, figures), expected);
        }
    }
}
