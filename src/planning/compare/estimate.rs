//! How far two values of a metric are apart, and how far chance goes.

use super::bootstrap::{Resamples, mean_and_error};
use super::model::{Difference, JudgedBy};
use crate::planning::special::{student_quantile, student_tails};
use crate::summary::{Metric, MetricFamily, Unit};

/// Pairs from which on their differences are drawn again; with fewer the interval is Student's, since so
/// few values say nothing of the law that they are from.
///
/// Source: T. C. Hesterberg, What Teachers Should Know about the Bootstrap, The American Statistician 69
/// (2015): for small samples Student's interval is the more accurate one.
pub(super) const FEWEST_DRAWN_AGAIN: usize = 8;

/// Pairs from which on they are preferred to the intervals of both results. With fewer, Student's tails
/// are so heavy that among some hundred metrics hardly anything can be told.
const FEWEST_PAIRS: usize = 5;

/// Values on each side from which on one can say of what is alike in all, and no whole number, that
/// it does not depend on chance.
const FEWEST_CONSTANT: u64 = 3;

/// What is known of a metric of both results, whose values are there.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// Its family; `None` for a metric that is in no catalogue.
    pub(super) family: Option<&'static MetricFamily>,
    /// As both summaries have it.
    pub(super) metrics: [&'a Metric; 2],
    /// By replication, in both results; empty where that is not known.
    pub(super) replications: [&'a [Option<f64>]; 2],
    /// Whether replications of the same number have the same draws.
    pub(super) is_paired: bool,
}

/// The difference of the metric by the best that is known of it; `None` where nothing tells how far
/// chance goes.
pub(super) fn difference(of: Known<'_>, resamples: Option<&Resamples>) -> Option<Difference> {
    let pairs = if of.is_paired { pairs(of.replications) } else { Vec::new() };
    let by_pairs = || of.by_pairs(&pairs, resamples);
    if pairs.len() >= FEWEST_PAIRS {
        return by_pairs();
    }
    of.by_intervals().or_else(by_pairs).or_else(|| of.by_replications())
}

/// The values of replications that have one in both results.
pub(super) fn pairs([old, new]: [&[Option<f64>]; 2]) -> Vec<[f64; 2]> {
    old.iter().zip(new).filter_map(|(old, new)| Some([(*old)?, (*new)?])).collect()
}

/// An estimate with its standard error, and the observations behind it.
#[derive(Clone, Copy)]
struct Estimate {
    value: f64,
    error: f64,
    n: u64,
}

impl Estimate {
    fn degrees(self) -> f64 {
        (self.n - 1) as f64
    }
}

impl Known<'_> {
    /// By the differences between replications of the same number: what both owe to the same draws is in
    /// none of them.
    fn by_pairs(self, pairs: &[[f64; 2]], resamples: Option<&Resamples>) -> Option<Difference> {
        if pairs.len() < 2 {
            return None;
        }
        let n = pairs.len() as u64;
        let differences: Vec<f64> = pairs.iter().map(|[old, new]| new - old).collect();
        let [old, new] = [0, 1].map(|side| mean(pairs.iter().map(|pair| pair[side])));
        let (change, spread) = mean_and_error(differences.iter().copied());
        let error = spread.max(self.least_error(pairs.as_flattened(), n));
        let degrees = (n - 1) as f64;
        let drawn = resamples.filter(|_| error.to_bits() == spread.to_bits());
        let ci95 =
            drawn.and_then(|resamples| resamples.interval(&differences)).unwrap_or_else(|| {
                let half = student_quantile(0.025, degrees) * error;
                [change - half, change + half]
            });
        let p = chance(change, error, degrees, [n, n]);
        Some(self.told(JudgedBy::Pairs, [old, new], (change, ci95, p), [n, n]))
    }

    /// As two independent estimates, by the 95% interval of each.
    ///
    /// Of an interval that is not as long on both sides, the half counts that faces the other estimate:
    /// from the lower one up, and from the higher one down.
    ///
    /// Source: G. Y. Zou and A. Donner, Construction of confidence limits about effect measures: a
    /// general approach, Statistics in Medicine 27 (2008), section 2, where halves are squared and added.
    /// Degrees of freedom are those of B. L. Welch, Biometrika 34 (1947), equation 28.
    fn by_intervals(self) -> Option<Difference> {
        let [old, new] = self.metrics.map(|metric| {
            let n = metric.n;
            Some((metric.value?, self.halves(metric)?, n)).filter(|_| n >= 2)
        });
        let ((old, old_halves, old_n), (new, new_halves, new_n)) = old.zip(new)?;
        let values = [old, new];
        // What is rounded has at least half a step's error, whatever its interval says.
        let least = self.step(&values) / 2.0;
        let estimate = |value, half: f64, n: u64| {
            let error = half / student_quantile(0.025, (n - 1) as f64);
            Estimate { value, error: error.max(least), n }
        };
        // The error of a change that is below 0, and of one that is above.
        let downward = [estimate(old, old_halves[0], old_n), estimate(new, new_halves[1], new_n)];
        let upward = [estimate(old, old_halves[1], old_n), estimate(new, new_halves[0], new_n)];
        Some(self.of_independent(JudgedBy::Intervals, downward, upward))
    }

    /// As two independent means over replications.
    fn by_replications(self) -> Option<Difference> {
        let sides = self.replications.map(|it| it.iter().copied().flatten().collect::<Vec<f64>>());
        let all = sides.concat();
        let [old, new] = sides.map(|values| {
            let n = values.len() as u64;
            (n >= 2).then(|| {
                let (value, spread) = mean_and_error(values.iter().copied());
                Estimate { value, error: spread.max(self.least_error(&all, n)), n }
            })
        });
        let both = [old?, new?];
        Some(self.of_independent(JudgedBy::Replications, both, both))
    }

    /// The difference of independent estimates, whose errors may be others if it is below 0 than if it is
    /// above.
    fn of_independent(
        self,
        by: JudgedBy,
        downward: [Estimate; 2],
        upward: [Estimate; 2],
    ) -> Difference {
        let values = upward.map(|estimate| estimate.value);
        let n = upward.map(|estimate| estimate.n);
        let change = values[1] - values[0];
        let facing = welch(if change < 0.0 { downward } else { upward });
        let half = |(error, degrees): (f64, f64)| student_quantile(0.025, degrees) * error;
        let ci95 = [change - half(welch(upward)), change + half(welch(downward))];
        let p = chance(change, facing.0, facing.1, n);
        self.told(by, values, (change, ci95, p), n)
    }

    /// How far the 95% interval of a metric reaches below its value, and above.
    ///
    /// Where it was cut off at what the metric can be, 0 or a whole, it reaches as far as on the other
    /// side.
    fn halves(self, metric: &Metric) -> Option<[f64; 2]> {
        let (value, [low, high]) = metric.value.zip(metric.ci95)?;
        let (below, above) = ((value - low).max(0.0), (high - value).max(0.0));
        let is_share = self.family.is_some_and(|family| family.unit == Unit::Fraction);
        let longer = below.max(above);
        let below = if low == 0.0 { longer } else { below };
        let above = if is_share && high >= 1.0 { longer } else { above };
        Some([below, above])
    }

    /// What values of the metric are rounded to: a count is whole, and a time that is read from a
    /// histogram is off by up to a thousandth of itself. 0 where they are not, or are all the same.
    fn step(self, values: &[f64]) -> f64 {
        // What is the same everywhere was not rounded to something else.
        if values.windows(2).all(|pair| pair[0].to_bits() == pair[1].to_bits()) {
            return 0.0;
        }
        match self.family.map(|family| family.unit) {
            Some(Unit::Count | Unit::Credits) if values.iter().all(|it| it.fract() == 0.0) => 1.0,
            Some(Unit::Seconds) => {
                values.iter().fold(0.0_f64, |most, value| most.max(value.abs())) / 1e3
            }
            _ => 0.0,
        }
    }

    /// The least that the standard error of the mean of `n` values may be, among which are `values`.
    ///
    /// Whole numbers that happen to be alike do not show that there is no chance in them: they may be
    /// one or its neighbour, and then have a deviation of half a step at most.
    fn least_error(self, values: &[f64], n: u64) -> f64 {
        let is_time = self.family.is_some_and(|family| family.unit == Unit::Seconds);
        if is_time { 0.0 } else { self.step(values) / 2.0 / libm::sqrt(n as f64) }
    }

    fn told(
        self,
        by: JudgedBy,
        [old, new]: [f64; 2],
        (change, ci95, p): (f64, [f64; 2], f64),
        n: [u64; 2],
    ) -> Difference {
        let relative = relative(self.family, old, change);
        Difference { by, old, new, change, relative, ci95: Some(ci95), p: Some(p), n }
    }
}

/// A share of less is taken for so much when a change is related to it: from one in a million to two it is
/// a change by a hundred percent that nobody cares about.
const LEAST_SHARE: f64 = 0.01;

/// A change as a share of the old value; `None` where that is 0.
pub(super) fn relative(family: Option<&MetricFamily>, old: f64, change: f64) -> Option<f64> {
    let is_share = family.is_some_and(|family| family.unit == Unit::Fraction);
    let base = if is_share { old.abs().max(LEAST_SHARE) } else { old.abs() };
    Some(change / base).filter(|relative| relative.is_finite())
}

/// The standard error of the difference of two independent estimates, and its degrees of freedom.
fn welch(both: [Estimate; 2]) -> (f64, f64) {
    let [of_old, of_new] = both.map(|estimate| estimate.error * estimate.error);
    let variance = of_old + of_new;
    let [old, new] = both.map(Estimate::degrees);
    let shares = [of_old, of_new].map(|of| if variance > 0.0 { of / variance } else { 0.5 });
    let degrees = 1.0 / (shares[0] * shares[0] / old + shares[1] * shares[1] / new);
    (libm::sqrt(variance), degrees)
}

/// With what chance a change is as far from 0 as this one if nothing differs.
fn chance(change: f64, error: f64, degrees: f64, n: [u64; 2]) -> f64 {
    if change == 0.0 {
        return 1.0;
    }
    if error > 0.0 {
        return student_tails(change / error, degrees);
    }
    // Nothing scatters: the same share, or the same mean, in all of them. Of two it says nothing.
    if n.iter().all(|&n| n >= FEWEST_CONSTANT) { 0.0 } else { 1.0 }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}
