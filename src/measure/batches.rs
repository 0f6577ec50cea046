//! Batches: stretches of a single long run, and what was summed up in each.

use super::group::{GroupFrame, GroupMeasures};
use super::moments::{Interval, PairMoments};
use super::ratio::{Kind, Ratio};
use super::tally::Tally;
use super::window::Window;
use crate::rules::Flows;
use crate::units::{SimSpan, SimTime};

/// About how many there are at least, where the bins of the series do for that.
const BATCHES: usize = 20;

/// How a single run is cut into stretches that are taken as independent of each other: batch means.
///
/// Source: B. Schmeiser, Batch Size Effects in the Analysis of Simulation Output, Operations Research 30
/// (1982), 556-568: between 10 and 30 batches serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batches {
    /// The first bin of the series that lies whole inside what is measured.
    pub first: usize,
    /// Bins of a batch.
    pub length: usize,
    /// How many batches there are.
    pub count: usize,
    /// The width of a bin.
    pub bin: SimSpan,
}

impl Batches {
    /// The fewest batches that an interval is made of.
    pub(crate) const FEWEST: usize = 10;

    /// Of so many bins of a width from `first` on; `None` where they are too few.
    pub fn of(first: usize, bins: usize, bin: SimSpan) -> Option<Self> {
        let length = (bins / BATCHES).max(1);
        (bins >= Self::FEWEST).then(|| Self { first, length, count: bins / length, bin })
    }

    /// The batch of a bin. What is measured before the first or after the last belongs to those.
    pub fn number(self, bin: usize) -> u32 {
        (bin.saturating_sub(self.first) / self.length).min(self.count - 1) as u32
    }

    /// How many of them begin before an instant.
    pub fn begun(self, until: SimTime) -> usize {
        1 + self.ends().take_while(|end| *end < until).count()
    }

    /// When each batch ends but the last one, to which all belongs that comes after it.
    pub fn ends(self) -> impl Iterator<Item = SimTime> {
        let bins = move |number| (self.first + number * self.length) as u64;
        (1..self.count).map(move |number| SimTime::ZERO + self.bin.times(bins(number)))
    }
}

/// What the workspaces of a group had come to together when each batch ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BatchSums {
    ends: Vec<SimTime>,
    /// When each of these batches ended, x and y of each of the frame's ratios.
    sums: Vec<Vec<(i128, i128)>>,
}

impl BatchSums {
    /// Nothing yet, of so many ratios.
    pub(super) fn new(batches: Option<Batches>, ratios: usize) -> Self {
        let ends: Vec<SimTime> = batches.into_iter().flat_map(Batches::ends).collect();
        let sums = vec![vec![(0, 0); ratios]; ends.len()];
        Self { ends, sums }
    }

    /// Adds what other workspaces had come to.
    pub(super) fn merge(&mut self, other: &Self) {
        let both = self.sums.iter_mut().flatten().zip(other.sums.iter().flatten());
        both.for_each(|(mine, theirs)| *mine = (mine.0 + theirs.0, mine.1 + theirs.1));
    }

    /// The interval of a figure that is number `number` of the ratios; `None` where it does not divide among batches,
    /// or where there was something to tell of in fewer than ten of them.
    /// `whole` is what the workspaces came to in the end, `window` what was measured.
    ///
    /// Batches are the observations of a ratio estimator: what is taken over a count has that, and all else the
    /// length of each of them.
    ///
    /// Source: S. Asmussen, P. W. Glynn, Stochastic Simulation (2007), section IV.5 (batch means).
    pub fn interval(
        &self,
        (number, ratio): (usize, &Ratio),
        whole: &PairMoments,
        window: Window,
    ) -> Option<Interval> {
        if !ratio.divides {
            return None;
        }
        let mut moments = PairMoments::default();
        let (mut begun, mut before) = (window.from, (0, 0));
        let sums = self.sums.iter().map(|sums| sums[number]).chain([whole.sums()]);
        for (end, sum) in self.ends.iter().copied().chain([window.until]).zip(sums) {
            let length = i128::from(window.overlap(begun, end));
            let (x, counted) = (sum.0 - before.0, sum.1 - before.1);
            let y = if ratio.is_per_count() { counted } else { length };
            // Of an interrupted run there are batches to which it did not come.
            if length > 0 && (x, y) != (0, 0) {
                moments.add(x, y);
            }
            (begun, before) = (end, sum);
        }
        let are_enough = moments.count() >= Batches::FEWEST as u64;
        let found = moments.ratio().filter(|_| are_enough)?;
        let (_, over) = whole.sums();
        let times = match (ratio.is_per_count(), ratio.kind) {
            (true, _) => 1.0,
            (false, Kind::Total) => window.length().nanos() as f64,
            (false, _) => window.length().nanos() as f64 / over as f64,
        };
        let half_width = found.half_width.map(|half| half * times);
        Some(Interval { value: found.value * times, half_width })
    }
}

impl GroupMeasures {
    /// Books what a workspace has come to when the batch ends in which it [is](Tally::batch_ended), before anything
    /// happens then. `flows` are those of its pool until then.
    pub fn end_batch(&mut self, frame: &GroupFrame, tally: &mut Tally, flows: Option<Flows>) {
        let end = tally.batch_ends;
        tally.levels.advance(frame.window, end);
        if let (Some(credits), Some(flows)) = (&mut tally.credits, flows) {
            credits.settle(frame.window, end, flows);
        }
        let sums = &mut self.batches.sums[tally.batch];
        for (sum, ratio) in sums.iter_mut().zip(frame.ratios.iter()).filter(|(_, it)| it.divides) {
            let (x, y) = ratio.of(tally);
            *sum = (sum.0 + x, sum.1 + y);
        }
        tally.batch += 1;
        tally.batch_ends = self.batches.ends.get(tally.batch).copied().unwrap_or(SimTime::NEVER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::ratio::Per;

    /// Ten batches of ten nanoseconds.
    const BATCHES: Batches =
        Batches { first: 0, length: 2, count: 10, bin: SimSpan::from_nanos(5) };

    fn window(until: u64) -> Window {
        Window { from: SimTime::ZERO, until: SimTime::from_nanos(until) }
    }

    fn ratio(kind: Kind, per: Per) -> Ratio {
        Ratio::new("it", kind, 1.0, |_| 0, per)
    }

    /// The interval when so much came in each batch, in all of so many workspaces.
    fn interval(
        ratio: &Ratio,
        came: &[(i128, i128)],
        (whole_y, until): (Option<i128>, u64),
    ) -> Option<(f64, f64)> {
        let mut sums = BatchSums::new(Some(BATCHES), 1);
        let (mut x, mut y) = (0, 0);
        for (place, came) in came.iter().enumerate() {
            (x, y) = (x + came.0, y + came.1);
            if let Some(sums) = sums.sums.get_mut(place) {
                sums[0] = (x, y);
            }
        }
        let mut whole = PairMoments::default();
        whole.add(x, whole_y.unwrap_or(y));
        let found = sums.interval((0, ratio), &whole, window(until))?;
        Some((found.value, found.half_width?))
    }

    /// 1, 2, .., 10: mean 5.5, variance 55/6, and 2.262 is Student's quantile of 9 degrees of freedom.
    fn one_to_ten(y: i128) -> Vec<(i128, i128)> {
        (1..=10).map(|x| (x, y)).collect()
    }

    #[test]
    fn what_is_counted_has_the_interval_of_batch_means() {
        let half_of_mean = 2.262 * (55.0 / 6.0 / 10.0_f64).sqrt();
        let total = ratio(Kind::Total, Per::Workspace);
        let (value, half) = interval(&total, &one_to_ten(1), (Some(3), 100)).unwrap();
        assert!((value - 55.0).abs() < 1e-9, "{value}");
        assert!((half - 10.0 * half_of_mean).abs() < 1e-9, "{half}");
        // Three workspaces.
        let mean = ratio(Kind::Mean, Per::Workspace);
        let (value, third) = interval(&mean, &one_to_ten(1), (Some(3), 100)).unwrap();
        assert!((value - 55.0 / 3.0).abs() < 1e-9 && (third - half / 3.0).abs() < 1e-9);
        // Each of them for 100 ns.
        let level = ratio(Kind::Mean, Per::Window(100));
        let (value, part) = interval(&level, &one_to_ten(0), (Some(300), 100)).unwrap();
        assert!((value - 55.0 / 300.0).abs() < 1e-9 && (part - half / 300.0).abs() < 1e-9);
    }

    #[test]
    fn ratios_are_over_batches_in_which_there_was_something() {
        let share = ratio(Kind::Share, Per::counted(|_| 0));
        let mut came = one_to_ten(20);
        let (value, half) = interval(&share, &came, (None, 100)).unwrap();
        assert!((value - 55.0 / 200.0).abs() < 1e-12);
        assert!((half - 2.262 * (55.0 / 6.0 / 10.0_f64).sqrt() / 20.0).abs() < 1e-9, "{half}");
        // That nothing was there to share in one says nothing, and nine are too few.
        came[3] = (0, 0);
        assert_eq!(interval(&share, &came, (None, 100)), None);
        // Of what is counted it says that there was none.
        let total = ratio(Kind::Total, Per::Workspace);
        assert!(interval(&total, &came, (None, 100)).is_some());
        assert_eq!(interval(&share.undivided(), &one_to_ten(20), (None, 100)), None);
    }

    #[test]
    fn batches_are_as_long_as_they_were_measured() {
        // As much in every nanosecond, also where the first batch begins late, and the last one ends late.
        let level = ratio(Kind::Total, Per::Workspace);
        let mut even = vec![(70, 0); 10];
        even[0].0 = 21;
        even[9].0 = 140;
        let late = Window { from: SimTime::from_nanos(7), until: SimTime::from_nanos(110) };
        let mut sums = BatchSums::new(Some(BATCHES), 1);
        let mut x = 0;
        for (place, came) in even.iter().enumerate() {
            x += came.0;
            if let Some(sums) = sums.sums.get_mut(place) {
                sums[0].0 = x;
            }
        }
        let mut whole = PairMoments::default();
        whole.add(x, 1);
        let found = sums.interval((0, &level), &whole, late).unwrap();
        assert!(
            (found.value - 721.0).abs() < 1e-9 && found.half_width.unwrap() < 1e-6,
            "{found:?}"
        );
        // Of a run that was interrupted, those that it reached.
        assert_eq!(interval(&level, &one_to_ten(1), (None, 85)), None);
        assert_eq!(BATCHES.begun(SimTime::from_nanos(85)), 9);
        assert_eq!(BATCHES.begun(SimTime::from_nanos(1_000)), 10);
    }
}
