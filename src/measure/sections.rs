//! What a group measured, told apart by sections that are independent of each other, or nearly so: some of
//! its workspaces, a replication, or a stretch of a single long run. Intervals of quantiles, of deviations
//! and of times to an event are made of them.

use std::collections::BTreeMap;

use super::batches::Batches;
use super::counted::{Counted, coarse};
use super::group::{GroupMeasures, Reply};
use super::histogram::{Histogram, Ranks};
use super::jackknife::{Sums, deviation_factors};
use super::moments::{PairMoments, Z};

/// Into how many sections a group is divided: enough for quantiles of Student's that are near those of the
/// normal distribution, few enough to cost next to nothing.
const SECTIONS: u32 = 20;

/// The number of the section of a workspace, by its group, the replication of so many, and its number
/// among so many workspaces of the group.
pub fn section_of(group: usize, replication: (u32, u32), workspace: (u32, u32)) -> u32 {
    let of_each = SECTIONS.div_ceil(replication.1).clamp(1, workspace.1.max(1));
    let place = u64::from(workspace.0) * u64::from(of_each) / u64::from(workspace.1.max(1));
    // Groups are told apart: those of one are not those of another.
    ((group as u32) << GROUP_BITS) + replication.0 * of_each + place as u32
}

/// Bits for the sections of a group: enough for the most replications.
const GROUP_BITS: u32 = 20;

/// What is told apart by sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Time from due to reply.
    Latency,
    /// Time in queues.
    Wait,
    /// Time being served.
    Service,
    /// From an attempt to its decision.
    Decision,
    /// Limit hits of a workspace.
    Hits,
    /// What a workspace spent.
    Spent,
    /// What the pool of a workspace oversold.
    Oversold,
    /// To the first balance of zero.
    TimeToZero,
    /// To the first refusal for want of credits.
    TimeToExhaustion,
    /// To an alert, by its place among those of the scenario.
    Alert(usize),
}

/// Families besides alerts.
const FAMILIES: usize = 9;

impl Family {
    const fn place(self) -> usize {
        match self {
            Self::Latency => 0,
            Self::Wait => 1,
            Self::Service => 2,
            Self::Decision => 3,
            Self::Hits => 4,
            Self::Spent => 5,
            Self::Oversold => 6,
            Self::TimeToZero => 7,
            Self::TimeToExhaustion => 8,
            Self::Alert(place) => FAMILIES + place,
        }
    }
}

/// All families at some instant, to tell what comes after it.
#[derive(Debug, Clone, Default)]
pub struct Seen(Vec<Counted>);

/// The sections of a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sections {
    /// Those of workspaces or replications, by number, with what each family has in them.
    by_number: BTreeMap<u32, Vec<Counted>>,
    /// Those of a single run.
    batched: Option<Batched>,
}

/// What the first families have in the batches of a single run.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Batched {
    /// The batch of each bin: looked up, since messages come one by one, and a division takes time.
    of_bin: Vec<u32>,
    batches: Vec<[Counted; BATCHED]>,
}

/// How many families that are.
const BATCHED: usize = 4;

impl Batched {
    /// Books what families took in a bin \[ns\], from one of them on.
    #[inline(never)]
    fn took<const N: usize>(&mut self, bin: usize, first: Family, took: [u64; N]) {
        let families = self.batches[self.of_bin[bin] as usize].iter_mut().skip(first.place());
        families.zip(took).for_each(|(family, nanos)| family.record(nanos));
    }
}

impl Sections {
    /// None yet, of a single run with so many bins if that has batches.
    pub(super) fn new(batches: Option<Batches>, bins: usize) -> Self {
        let of_run = |batches: Batches| Batched {
            of_bin: (0..bins).map(|bin| batches.number(bin)).collect(),
            batches: vec![<[Counted; BATCHED]>::default(); batches.count],
        };
        Self { by_number: BTreeMap::new(), batched: batches.map(of_run) }
    }

    /// Adds what another part of the group, or another group, has of each section.
    pub(super) fn merge(&mut self, other: &Self) {
        for (&number, theirs) in &other.by_number {
            self.add(number, theirs);
        }
        if let (Some(mine), Some(theirs)) = (&mut self.batched, &other.batched) {
            let both = mine.batches.iter_mut().flatten().zip(theirs.batches.iter().flatten());
            both.for_each(|(mine, theirs)| mine.add(theirs));
        }
    }

    fn add(&mut self, number: u32, families: &[Counted]) {
        let mine = self.by_number.entry(number).or_default();
        mine.resize(mine.len().max(families.len()), Counted::default());
        mine.iter_mut().zip(families).for_each(|(mine, theirs)| mine.add(theirs));
    }

    /// Books a message that was due in a bin and replied to, where a single run has batches.
    #[inline(always)]
    pub(super) fn replied(&mut self, bin: usize, reply: Reply) {
        if let Some(batched) = &mut self.batched {
            batched.took(bin, Family::Latency, [reply.latency, reply.wait, reply.service]);
        }
    }

    /// Whether there are batches of a single run.
    pub(super) const fn are_batches(&self) -> bool {
        self.batched.is_some()
    }

    /// Books how long a decision took that was made in a bin \[ns\], where a single run has batches.
    pub(super) fn decided(&mut self, bin: usize, took: u64) {
        if let Some(batched) = &mut self.batched {
            batched.took(bin, Family::Decision, [took]);
        }
    }

    /// A family in each section in which it was observed, with the number of that.
    fn of(&self, family: Family) -> impl Iterator<Item = (u32, &Counted)> {
        let numbered = self.by_number.iter().map(|(&number, it)| (number, it.as_slice()));
        let batches = self.batched.iter().flat_map(|it| &it.batches);
        let all = numbered.chain((0..).zip(batches.map(<[Counted; BATCHED]>::as_slice)));
        let all = all.filter_map(move |(number, it)| Some((number, it.get(family.place())?)));
        all.filter(|(_, counted)| counted.counts.iter().any(|&count| count > 0))
    }

    /// In how many sections a family was observed.
    pub fn count(&self, family: Family) -> u64 {
        self.of(family).count() as u64
    }

    /// Whether so many of them are enough for an interval.
    const fn are_enough(&self, count: usize) -> bool {
        count as u64 >= if self.are_batches() { Batches::FEWEST } else { 2 }
    }

    /// The sums behind the mean of a family: x is what was observed \[ns\], y how often.
    pub fn mean(&self, family: Family) -> PairMoments {
        let mut moments = PairMoments::default();
        for (_, counted) in self.of(family) {
            moments.add(counted.sum as i128, i128::from(counted.count()));
        }
        moments
    }

    /// By what factors a family's deviation may be less and greater than it is, with 95%. Groups are strata.
    /// `None` where fewer than two sections have observed it, or ten batches, or where a part of them has all of
    /// what deviates.
    pub fn deviation(&self, family: Family) -> Option<[f64; 2]> {
        let mut by_group: BTreeMap<u32, Vec<Sums>> = BTreeMap::new();
        for (number, counted) in self.of(family) {
            by_group.entry(number >> GROUP_BITS).or_default().push(counted.sums());
        }
        let sections = by_group.values().map(Vec::len).sum();
        let strata = by_group.into_values().collect();
        if self.are_enough(sections) { deviation_factors(strata) } else { None }
    }

    /// The quantiles of a family whose values are counted in `histogram`.
    pub fn quantiles<'h>(&self, family: Family, histogram: &'h Histogram) -> Quantiles<'h> {
        let up_to = |(_, counted): (u32, &Counted)| {
            let mut below = 0;
            let counts = counted.counts.iter().map(|count| {
                below += count;
                below
            });
            counts.collect()
        };
        let sections: Vec<_> = self.of(family).map(up_to).collect();
        let are_enough = self.are_enough(sections.len());
        Quantiles { ranks: histogram.ranks(), sections, are_enough }
    }
}

/// The quantiles of a family and their intervals.
#[derive(Debug, Clone)]
pub struct Quantiles<'h> {
    ranks: Ranks<'h>,
    /// In each section in which the family was observed, how many values lie in the buckets up to each
    /// [coarse] one.
    sections: Vec<Vec<u64>>,
    /// Whether so many sections are enough for an interval.
    are_enough: bool,
}

impl Quantiles<'_> {
    /// The q-quantile, q = `per_mille` / 1000; `None` if nothing was observed.
    pub fn value(&self, per_mille: u64) -> Option<u64> {
        self.ranks.quantile(per_mille)
    }

    /// The 95% interval of the q-quantile, q = `per_mille` / 1000: the values at the ranks that lie as far to
    /// both sides of q as the share of values up to the quantile is uncertain by how sections differ in it.
    /// `None` where fewer than two sections have observed it, or ten batches, or where there is no such rank: so few
    /// values bound nothing.
    ///
    /// Source: R. S. Woodruff, Confidence Intervals for Medians and Other Position Measures, Journal of
    /// the American Statistical Association 47 (1952), 635-646.
    pub fn interval(&self, per_mille: u64) -> Option<[u64; 2]> {
        let value = self.value(per_mille).filter(|_| self.are_enough)?;
        let bucket = coarse(Histogram::index(value));
        let q = per_mille as f64 / 1e3;
        // The quantile lies inside a coarse bucket: whichever end of that is nearer to it in rank.
        let ends = [Some(bucket), bucket.checked_sub(1)].into_iter().flatten();
        let shares = ends.filter_map(|bucket| {
            let mut moments = PairMoments::default();
            for up_to in &self.sections {
                let all = up_to.last().copied().unwrap_or(0);
                let inside = up_to.get(bucket).copied().unwrap_or(all);
                moments.add(i128::from(inside), i128::from(all));
            }
            let share = moments.ratio()?;
            Some((share.value, share.half_width?))
        });
        let away = |share: f64| if 0.0 < share && share < 1.0 { (share - q).abs() } else { 1.0 };
        let (share, half) = shares.min_by(|a, b| away(a.0).total_cmp(&away(b.0)))?;
        let scale = |share: f64| (share * (1.0 - share)).max(0.0).sqrt();
        let half = if scale(share) > 0.0 { half / scale(share) * scale(q) } else { half };
        let n = self.ranks.count() as f64;
        // Sections may happen to agree; values are no less uncertain than if each were by itself.
        let half = half.max(Z * scale(q) / n.sqrt());
        let (low, high) = ((n * (q - half)).floor(), (n * (q + half)).ceil() + 1.0);
        let low = if low < 1.0 { 0 } else { self.ranks.value(low as u64)? };
        Some([low, if high > n { return None } else { self.ranks.value(high as u64)? }])
    }
}

impl GroupMeasures {
    /// Ends a section: all that was measured since `seen` belongs to it.
    pub fn end_section(&mut self, number: u32, seen: &mut Seen) {
        let mut now = self.counted();
        let before = std::mem::replace(&mut seen.0, now.clone());
        now.iter_mut().zip(&before).for_each(|(now, before)| now.take_away(before));
        now.iter_mut().for_each(Counted::trim);
        self.sections.add(number, &now);
    }

    /// All that was measured until now, by family.
    fn counted(&self) -> Vec<Counted> {
        let mut all = vec![Counted::default(); FAMILIES + self.credits.alerts.len()];
        for (family, timing) in [
            (Family::Latency, &self.latency),
            (Family::Wait, &self.wait),
            (Family::Service, &self.service),
            (Family::Decision, &self.decision),
            (Family::TimeToZero, &self.credits.time_to_zero),
            (Family::TimeToExhaustion, &self.credits.time_to_exhaustion),
        ] {
            all[family.place()].add_timing(timing);
        }
        for (place, timing) in self.credits.alerts.iter().enumerate() {
            all[Family::Alert(place).place()].add_timing(timing);
        }
        for (family, histogram) in [
            (Family::Hits, &self.hits_per_workspace),
            (Family::Spent, &self.spent),
            (Family::Oversold, &self.oversold),
        ] {
            all[family.place()].add_histogram(histogram);
        }
        self.add_prompt(&mut all);
        all
    }

    /// Replies that waited for nothing are counted by themselves until the measures are closed. Their
    /// sums are in those of all.
    fn add_prompt(&self, all: &mut [Counted]) {
        let (_, squares) = self.prompt.sums();
        for family in [Family::Latency, Family::Service] {
            let counted = &mut all[family.place()];
            counted.add_histogram(self.prompt.histogram());
            counted.squares = counted.squares.saturating_add(squares);
        }
        let waits = &mut all[Family::Wait.place()].counts;
        waits.resize(waits.len().max(1), 0);
        waits[0] += self.prompt.count();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Timing;
    use crate::random::{Distribution, Key};
    use crate::units::SimTime;

    /// Nothing in so many batches of a bin each.
    fn batched(count: u32) -> Sections {
        let count = count as usize;
        let bin = crate::units::SimSpan::SECOND;
        Sections::new(Some(Batches { first: 0, length: 1, count, bin }), count)
    }

    /// So many sections of so many exponential times of a second on average each; those of a section share a
    /// factor.
    fn drawn(
        seed: u64,
        (sections, of_each): (u32, u64),
        factor: impl Fn(u64) -> f64,
    ) -> (Sections, Histogram, Timing) {
        let exponential = Distribution::Exponential { mean: 1e9 }.sampler();
        let (mut all, mut timing) = (batched(sections), Timing::default());
        for number in 0..sections {
            let key = Key::root(seed).index(u64::from(number));
            let by = factor(key.name("factor").stream().at(0).next_u64());
            let stream = key.stream();
            for value in 0..of_each {
                let nanos = (exponential.sample(&mut stream.at(value)) * by) as u64;
                timing.record(nanos);
                let (due, wait, service) = (SimTime::ZERO, nanos, nanos);
                all.replied(number as usize, Reply { due, latency: nanos, wait, service });
            }
        }
        (all, timing.histogram().clone(), timing)
    }

    /// How many of a thousand intervals hold what they should. At 95%, fewer than 929 do once in some 700 times:
    /// three standard deviations of the binomial distribution.
    fn covered(holds: impl Fn(u64) -> bool) -> usize {
        (0..1_000).filter(|&seed| holds(seed)).count()
    }

    #[test]
    fn quantiles_of_independent_times_lie_in_their_intervals() {
        for (per_mille, exact) in
            [(500_u64, libm::log(2.0)), (900, libm::log(10.0)), (990, libm::log(100.0))]
        {
            let covered = covered(|seed| {
                let (sections, histogram, _) = drawn(seed, (20, 100), |_| 1.0);
                let [low, high] =
                    sections.quantiles(Family::Wait, &histogram).interval(per_mille).unwrap();
                (low as f64..=high as f64).contains(&(exact * 1e9))
            });
            assert!(covered >= 940, "{per_mille}: {covered}");
        }
    }

    #[test]
    fn quantiles_of_times_that_share_a_fate_lie_in_their_intervals() {
        // Half of the sections are three times as slow: the median m of the mixture has
        // exp(-m) + exp(-m / 3) = 1.
        let median = 1.146_735_f64;
        let residual = libm::exp(-median) + libm::exp(-median / 3.0) - 1.0;
        assert!(residual.abs() < 2e-4, "{residual}");
        let covered = covered(|seed| {
            let (sections, histogram, _) =
                drawn(seed, (20, 40), |word| if word % 2 == 0 { 1.0 } else { 3.0 });
            let [low, high] =
                sections.quantiles(Family::Latency, &histogram).interval(500).unwrap();
            (low as f64..=high as f64).contains(&(median * 1e9))
        });
        assert!(covered >= 930, "{covered}");
    }

    /// Whether the interval of a deviation holds this \[s\].
    fn deviation_holds(sections: &Sections, timing: &Timing, exact: f64) -> bool {
        let [low, high] = sections.deviation(Family::Latency).unwrap();
        let found = timing.deviation().unwrap();
        (found * low..=found * high).contains(&exact)
    }

    #[test]
    fn deviations_lie_in_their_intervals() {
        // As many sections as pools, two in each, and three in some and two in others.
        for (sections, of_each) in [(10, 200), (20, 100), (27, 75)] {
            let covered = covered(|seed| {
                let (sections, _, timing) = drawn(seed, (sections, of_each), |_| 1.0);
                deviation_holds(&sections, &timing, 1.0)
            });
            assert!(covered >= 929, "{sections}: {covered}");
        }
    }

    #[test]
    fn deviations_of_times_that_share_a_fate_lie_in_their_intervals() {
        // The square of a mixture of exponentials of means 1 and 3 is 2 x (1 + 9) / 2, its mean 2.
        let exact = f64::sqrt(10.0 - 4.0);
        let covered = covered(|seed| {
            let (sections, _, timing) =
                drawn(seed, (39, 40), |word| if word % 2 == 0 { 1.0 } else { 3.0 });
            deviation_holds(&sections, &timing, exact)
        });
        assert!(covered >= 930, "{covered}");
    }

    #[test]
    fn deviations_of_several_groups_lie_in_their_intervals() {
        // Twelve sections of a group whose times are a second on average, and two of another with ten: of all,
        // in shares of 6 to 1, the second moment is 2 x (6 + 100) / 7, the mean 16 / 7.
        let exact = f64::sqrt(212.0 / 7.0 - 16.0 / 7.0 * 16.0 / 7.0);
        let exponential = |mean: f64| Distribution::Exponential { mean }.sampler();
        let (fast, slow) = (exponential(1e9), exponential(1e10));
        let covered = covered(|seed| {
            let (mut all, mut timing) = (Sections::default(), Timing::default());
            let of_group = |group| (0..if group == 0 { 12 } else { 2 }).map(move |it| (group, it));
            for (group, place) in of_group(0).chain(of_group(1)) {
                let key = Key::root(seed).index(group as u64).index(u64::from(place));
                let stream = key.stream();
                let (mut one, law) = (Timing::default(), if group == 0 { &fast } else { &slow });
                (0..300).for_each(|it| one.record(law.sample(&mut stream.at(it)) as u64));
                let mut families = vec![Counted::default(); FAMILIES];
                families[Family::Latency.place()].add_timing(&one);
                all.add(section_of(group, (0, 1), (place, 20)), &families);
                timing.merge(&one);
            }
            deviation_holds(&all, &timing, exact)
        });
        assert!(covered >= 929, "{covered}");
    }

    #[test]
    fn means_lie_in_their_intervals() {
        let covered = covered(|seed| {
            let mean = drawn(seed, (20, 20), |_| 1.0).0.mean(Family::Service).ratio().unwrap();
            (mean.value / 1e9 - 1.0).abs() <= mean.half_width.unwrap() / 1e9
        });
        assert!(covered >= 935, "{covered}");
    }

    #[test]
    fn what_bounds_nothing_has_no_interval() {
        let (sections, histogram, _) = drawn(1, (20, 2), |_| 1.0);
        assert!(sections.quantiles(Family::Latency, &histogram).interval(500).is_some());
        // The greatest of forty says little of what one in a thousand exceeds.
        assert_eq!(sections.quantiles(Family::Latency, &histogram).interval(999), None);
        assert_eq!(sections.quantiles(Family::Decision, &Histogram::default()).interval(500), None);
        assert_eq!(Sections::default().deviation(Family::Latency), None);
        // Nothing deviates.
        let (sections, _, _) = drawn(1, (20, 2), |_| 0.0);
        assert_eq!(sections.deviation(Family::Latency), None);
    }
}
