//! Which law a sample is taken to be of.

use super::law::{Candidate, Family, Law};
use super::sample::Sample;

/// Fewer values tell no law from another.
pub(super) const FEWEST: u64 = 30;
/// What varies less is taken to be constant: buckets are not much finer.
const CONSTANT_CV: f64 = 0.02;

/// The law that was chosen, and those that were not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    /// All that were tried, the simplest first.
    pub candidates: Vec<Candidate>,
    /// Which of them was chosen.
    pub chosen: usize,
    /// The distance up to which the first would have been kept, at 1 %.
    pub most: f64,
    /// How many values there were.
    pub count: u64,
}

impl Choice {
    /// Chooses among the exponential law and others: the exponential one unless its distance is
    /// more than chance explains, and then the one with the least criterion of Akaike. `None` if
    /// no value is known.
    pub(super) fn among(sample: &Sample, others: &[Family]) -> Option<Self> {
        if sample.count() == sample.beyond() || sample.range().1 <= 0.0 {
            return None;
        }
        let count = sample.count();
        let first = Family::Exponential.fit(sample);
        let most = Candidate::most(&first.law, count);
        let alone = |first| Self { candidates: vec![first], chosen: 0, most, count };
        if count < FEWEST {
            return Some(alone(first));
        }
        if sample.beyond() == 0 && sample.cv() < CONSTANT_CV {
            let law = Law::Constant { value: sample.mean() };
            return Some(alone(Candidate { law, distance: 0.0, aic: 0.0 }));
        }
        let mut candidates = vec![first];
        candidates.extend(others.iter().map(|family| family.fit(sample)));
        let kept = first.distance <= most;
        let best = candidates
            .iter()
            .enumerate()
            .min_by(|(_, one), (_, other)| one.aic.total_cmp(&other.aic));
        let chosen = if kept { 0 } else { best.map_or(0, |(place, _)| place) };
        Some(Self { candidates, chosen, most, count })
    }

    /// The law that was chosen.
    pub(super) fn law(&self) -> Law {
        self.candidates[self.chosen].law
    }
}
