//! Values that messages have: what they cost, how long customers think, how many turns there are.

use std::collections::BTreeMap;

use super::judge::{Candidate, Family};
use super::law::Law;
use super::parts::{Part, distance, parts};
use super::sample::{Cell, Sample};

/// So many different values are counted one by one; with more of them only buckets are.
const MOST_EXACT: usize = 4_096;
/// So many different values make a mixture that somebody can read.
const MOST_OF_MIXTURE: usize = 12;
/// How often each of them was seen, on average, to be taken for all that there are.
const OFTEN: u64 = 3;
/// A mean that is no further from that of the values is as good as the same.
const NEAR: f64 = 0.01;

/// What values are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Durations \[ns\].
    Time,
    /// Amounts \[thousandths of a credit\].
    Credits,
    /// Whole numbers from 1 on.
    Count,
}

/// Values as they come.
#[derive(Debug, Clone)]
pub(super) struct Values {
    kind: Kind,
    /// How often each was seen, as long as they are few.
    exact: Option<BTreeMap<u64, u64>>,
    sample: Sample,
    /// The greatest common divisor of all of them.
    grain: u64,
    count: u64,
    sum: u128,
}

/// How values are drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Spread {
    /// By a law.
    Law(Law),
    /// Geometric on 1, 2, .., by its mean.
    Geometric(f64),
    /// Single values, with how often each was seen.
    Mixture(Vec<(u64, u64)>),
    /// Ranges, with how many values lie in each.
    Parts(Vec<Part>),
}

/// How values are drawn, and how well that fits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted {
    /// How they are drawn.
    pub spread: Spread,
    /// What they are of.
    pub kind: Kind,
    /// How many there were.
    pub count: u64,
    /// Kolmogorov's and Smirnov's distance to them.
    pub distance: f64,
    /// Their mean.
    pub mean: f64,
}

impl Values {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            exact: Some(BTreeMap::new()),
            sample: Sample::new(1.0, f64::INFINITY),
            grain: 0,
            count: 0,
            sum: 0,
        }
    }

    pub(super) fn add(&mut self, value: u64) {
        if let Some(exact) = &mut self.exact {
            *exact.entry(value).or_default() += 1;
            if exact.len() > MOST_EXACT {
                self.exact = None;
            }
        }
        self.sample.add(value as f64);
        self.grain = gcd(self.grain, value);
        self.count += 1;
        self.sum += u128::from(value);
    }

    /// The simplest that fits; `None` without a value.
    ///
    /// That is a constant; of counts a geometric law; the values themselves, if they are few; an
    /// exponential, uniform, lognormal or gamma law; and if none of them comes close enough, or their
    /// mean is not that of the values, ranges.
    pub(super) fn fitted(&self) -> Option<Fitted> {
        if self.count == 0 {
            return None;
        }
        let mean = self.sum as f64 / self.count as f64;
        let with = |spread, distance| {
            Some(Fitted { spread, kind: self.kind, count: self.count, distance, mean })
        };
        if let Some(exact) = &self.exact {
            if let (1, Some((&value, _))) = (exact.len(), exact.first_key_value()) {
                return with(Spread::Law(Law::Constant { value: value as f64 }), 0.0);
            }
            if self.kind == Kind::Count {
                let distance = self.off_geometric(exact, mean);
                let law = Law::Exponential { mean };
                if distance <= Candidate::most(&law, self.count) {
                    return with(Spread::Geometric(mean), distance);
                }
            }
            if exact.len() <= MOST_OF_MIXTURE && self.count >= OFTEN * exact.len() as u64 {
                let all = exact.iter().map(|(&value, &count)| (value, count));
                return with(Spread::Mixture(all.collect()), 0.0);
            }
        }
        if self.kind != Kind::Count {
            let mut sample = self.sample.clone();
            sample.coarsen(self.grain as f64);
            let families = [Family::Exponential, Family::Uniform, Family::Lognormal, Family::Gamma];
            // By chance alone a mean is further off than two standard errors once in twenty times.
            let error = 2.0 * sample.cv() / libm::sqrt(self.count as f64);
            for family in families {
                let Some(candidate) = family.fit(&sample) else { continue };
                let off = (candidate.law.mean() / mean - 1.0).abs();
                if candidate.fits(self.count) && off <= error.max(NEAR) {
                    return with(Spread::Law(candidate.law), candidate.distance);
                }
            }
        }
        let cells = self.cells();
        let parts = parts(&cells, self.kind == Kind::Count);
        let distance = distance(&cells, &parts);
        with(Spread::Parts(parts), distance)
    }

    /// The distance to the geometric law of the same mean.
    fn off_geometric(&self, exact: &BTreeMap<u64, u64>, mean: f64) -> f64 {
        let mut seen = 0;
        let mut distance: f64 = 0.0;
        for (&value, &count) in exact {
            let law = |value: f64| 1.0 - libm::pow(1.0 - 1.0 / mean, value);
            let before = law(value as f64 - 1.0) - seen as f64 / self.count as f64;
            seen += count;
            let after = law(value as f64) - seen as f64 / self.count as f64;
            distance = distance.max(before.abs()).max(after.abs());
        }
        distance
    }

    /// The values, or the buckets that they lie in.
    fn cells(&self) -> Vec<Cell> {
        let Some(exact) = &self.exact else { return self.sample.cells() };
        let cells = exact.iter().map(|(&value, &count)| {
            let value = value as f64;
            Cell { from: value, to: value, count, mean: value }
        });
        cells.collect()
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
