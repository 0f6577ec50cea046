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
    pub(crate) const FEWEST: u64 = 10;

    /// Of so many bins of a width from `first` on; `None` where they are too few.
    pub fn of(first: usize, bins: usize, bin: SimSpan) -> Option<Self> {
        let length = (bins / BATCHES).max(1);
        (bins as u64 >= Self::FEWEST).then(|| Self { first, length, count: bins / length, bin })
    }

    /// The batch of a bin. What is measured before the first or after the last belongs to those.
    pub fn number(self, bin: usize) -> u32 {
        (bin.saturating_sub(self.first) / self.length).min(self.count - 1) as u32
    }

    /// How many of them begin before an instant.
    pub fn begun(self, until: SimTime) -> u64 {
        1 + self.ends().take_while(|end| *end < until).count() as u64
    }

    /// When each batch ends but the last one, to which all belongs that comes after it.
    pub fn ends(self) -> impl Iterator<Item = SimTime> {
        let bins = move |number| (self.first + number * self.length) as u64;
        (1..self.count).map(move |number| SimTime::ZERO + self.bin.times(bins(number)))
    }
}

/// What the workspaces of a group had counted together when each batch ended.
#[derive(Debug, Clone)]
pub struct BatchSums {
    ends: Vec<SimTime>,
    sums: Vec<Tally>,
}

impl BatchSums {
    /// Nothing yet.
    pub(super) fn new(frame: &GroupFrame) -> Self {
        let ends: Vec<SimTime> = frame.batches.into_iter().flat_map(Batches::ends).collect();
        let mut nothing = Tally::default();
        nothing.reset(frame);
        Self { sums: vec![nothing; ends.len()], ends }
    }

    /// Adds what other workspaces had counted.
    pub(super) fn merge(&mut self, other: &Self) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(mine, theirs)| mine.add(theirs));
    }

    /// The interval of a figure, and of how many batches it is made; `None` where it does not divide among batches,
    /// or where there was anything to tell of in fewer than ten of them. `whole` are its sums in the end, `window`
    /// is what was measured.
    ///
    /// Batches are the observations of a ratio estimator: what is taken over a count has that, and all else the
    /// length of each of them.
    ///
    /// Source: S. Asmussen, P. W. Glynn, Stochastic Simulation (2007), section IV.5 (batch means).
    pub fn interval(
        &self,
        ratio: &Ratio,
        whole: &PairMoments,
        window: Window,
    ) -> Option<(Interval, u64)> {
        if !ratio.divides() {
            return None;
        }
        let mut moments = PairMoments::default();
        let (mut begun, mut before, mut with_some) = (window.from, (0, 0), 0);
        let sums = self.sums.iter().map(|sum| ratio.of(sum)).chain([whole.sums()]);
        for (end, sum) in self.ends.iter().copied().chain([window.until]).zip(sums) {
            let length = i128::from(window.overlap(begun, end));
            let (x, counted) = (sum.0 - before.0, sum.1 - before.1);
            let y = if ratio.is_per_count() { counted } else { length };
            // Of an interrupted run there are batches to which it did not come.
            if length > 0 && (x, y) != (0, 0) {
                moments.add(x, y);
                with_some += u64::from(x != 0);
            }
            (begun, before) = (end, sum);
        }
        // What happens once or seldom does not tell how often it might: it may well be meant to happen then.
        let (sum, over) = whole.sums();
        let recurs = ratio.is_per_count() || sum == 0 || with_some >= Batches::FEWEST;
        let are_enough = moments.count() >= Batches::FEWEST && recurs;
        let found = moments.ratio().filter(|_| are_enough)?;
        let times = match (ratio.is_per_count(), ratio.kind) {
            (true, _) => 1.0,
            (false, Kind::Total) => window.length().nanos() as f64,
            (false, _) => window.length().nanos() as f64 / over as f64,
        };
        let half_width = found.half_width.map(|half| half * times);
        Some((Interval { value: found.value * times, half_width }, moments.count()))
    }
}

impl GroupMeasures {
    /// Books what a workspace has counted when the batch ends in which it [is](Tally::batch_ended), before anything
    /// happens then. `flows` are those of its pool until then.
    pub fn end_batch(&mut self, frame: &GroupFrame, tally: &mut Tally, flows: Option<Flows>) {
        let end = tally.batch_ends;
        tally.levels.advance(frame.window, end);
        if let (Some(credits), Some(flows)) = (&mut tally.credits, flows) {
            credits.settle(frame.window, end, flows);
        }
        self.batches.sums[tally.batch].add(tally);
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
        Ratio::new("it", kind, 1.0, |tally| i128::from(tally.attempts), per)
    }

    fn per_offered() -> Per {
        Per::counted(|tally| i128::from(tally.offered))
    }

    /// What there is when so many attempts and messages came in each batch, and together at the end.
    fn sums(came: &[(u64, u64)]) -> (BatchSums, (i128, i128)) {
        let ends: Vec<SimTime> = BATCHES.ends().collect();
        let mut sums = BatchSums { sums: vec![Tally::default(); ends.len()], ends };
        let mut now = Tally::default();
        for (place, (attempts, offered)) in came.iter().enumerate() {
            now.attempts += attempts;
            now.offered += offered;
            if let Some(sum) = sums.sums.get_mut(place) {
                sum.add(&now);
            }
        }
        (sums, (i128::from(now.attempts), i128::from(now.offered)))
    }

    /// The interval of so much in each batch, and how many batches are behind it; `over` is Σy where that is not
    /// counted.
    fn interval(
        ratio: &Ratio,
        came: &[(u64, u64)],
        (over, window): (Option<i128>, Window),
    ) -> Option<(f64, f64, u64)> {
        let (sums, (x, y)) = sums(came);
        let mut whole = PairMoments::default();
        whole.add(x, over.unwrap_or(y));
        let (found, count) = sums.interval(ratio, &whole, window)?;
        Some((found.value, found.half_width?, count))
    }

    /// 1, 2, .., 10: mean 5.5, variance 55/6, and 2.262 is Student's quantile of 9 degrees of freedom.
    fn one_to_ten(y: u64) -> Vec<(u64, u64)> {
        (1..=10).map(|x| (x, y)).collect()
    }

    #[test]
    fn what_is_counted_has_the_interval_of_batch_means() {
        let half_of_mean = 2.262 * (55.0 / 6.0 / 10.0_f64).sqrt();
        let total = ratio(Kind::Total, Per::Workspace);
        // Three workspaces.
        let of = |ratio, over| interval(ratio, &one_to_ten(0), (Some(over), window(100))).unwrap();
        let (value, half, count) = of(&total, 3);
        assert!((value - 55.0).abs() < 1e-9 && count == 10, "{value} {count}");
        assert!((half - 10.0 * half_of_mean).abs() < 1e-9, "{half}");
        let (mean, level) =
            (ratio(Kind::Mean, Per::Workspace), ratio(Kind::Mean, Per::Window(100)));
        let (value, third, _) = of(&mean, 3);
        assert!((value - 55.0 / 3.0).abs() < 1e-9 && (third - half / 3.0).abs() < 1e-9);
        // Each of them for 100 ns.
        let (value, part, _) = of(&level, 300);
        assert!((value - 55.0 / 300.0).abs() < 1e-9 && (part - half / 300.0).abs() < 1e-9);
    }

    #[test]
    fn ratios_are_over_batches_in_which_there_was_something() {
        let share = ratio(Kind::Share, per_offered());
        let mut came = one_to_ten(20);
        let (value, half, count) = interval(&share, &came, (None, window(100))).unwrap();
        assert!((value - 55.0 / 200.0).abs() < 1e-12 && count == 10);
        assert!((half - 2.262 * (55.0 / 6.0 / 10.0_f64).sqrt() / 20.0).abs() < 1e-9, "{half}");
        // That nothing was there to share in one says nothing, and nine are too few.
        came[3] = (0, 0);
        assert_eq!(interval(&share, &came, (None, window(100))), None);
        assert_eq!(interval(&share.undivided(), &one_to_ten(20), (None, window(100))), None);
    }

    #[test]
    fn what_happens_seldom_is_not_told_by_how_often_it_does_not() {
        let total = ratio(Kind::Total, Per::Workspace);
        let of = |came: &[(u64, u64)]| interval(&total, came, (Some(1), window(100)));
        let mut came = one_to_ten(1);
        assert!(of(&came).is_some());
        came[3].0 = 0;
        assert_eq!(of(&came), None);
        assert_eq!(of(&[(0, 0); 10]), Some((0.0, 0.0, 10)));
    }

    #[test]
    fn batches_are_as_long_as_they_were_measured() {
        // As much in every nanosecond, also where the first batch begins late, and the last one ends late.
        let total = ratio(Kind::Total, Per::Workspace);
        let mut even = vec![(70, 0); 10];
        (even[0].0, even[9].0) = (21, 140);
        let late = Window { from: SimTime::from_nanos(7), until: SimTime::from_nanos(110) };
        let (value, half, _) = interval(&total, &even, (Some(1), late)).unwrap();
        assert!((value - 721.0).abs() < 1e-9 && half < 1e-6, "{value} {half}");
        // Of a run that was interrupted, those that it reached.
        assert_eq!(interval(&total, &one_to_ten(1), (Some(1), window(85))), None);
        assert_eq!(BATCHES.begun(SimTime::from_nanos(85)), 9);
        assert_eq!(BATCHES.begun(SimTime::from_nanos(1_000)), 10);
    }
}
