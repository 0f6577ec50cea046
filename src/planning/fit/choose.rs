//! Which law a sample is taken to be of.

use super::judge::{Candidate, Family};
use super::law::Law;
use super::sample::Sample;

/// Fewer values tell no law from another.
pub(super) const FEWEST: u64 = 30;

/// The law that was chosen, and those that were not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    /// The law.
    pub law: Law,
    /// All that were compared, the simplest first; none if there were too few values, or all were
    /// the same.
    pub candidates: Vec<Candidate>,
    /// Which of them was chosen.
    pub chosen: Option<usize>,
    /// How many values there were.
    pub count: u64,
}

impl Choice {
    /// A law that was compared with nothing.
    pub(super) fn alone(law: Law, count: u64) -> Self {
        Self { law, candidates: Vec::new(), chosen: None, count }
    }

    /// The same with the exponential law chosen, if any was compared.
    pub(super) fn memoryless(self) -> Self {
        Self { chosen: self.chosen.map(|_| 0), ..self }
    }

    /// Chooses among the exponential law and others: the exponential one unless its distance is
    /// more than chance explains, and then of those whose distance chance does explain the one with
    /// the least criterion of Akaike; of all of them if there is none. `None` if no value is known.
    pub(super) fn among(sample: &Sample, others: &[Family]) -> Option<Self> {
        if sample.count() == sample.beyond() || sample.range().1 <= 0.0 {
            return None;
        }
        if sample.is_constant() {
            return Some(Self::alone(Law::Constant { value: sample.mean() }, sample.count()));
        }
        Self::compared(sample, others)
    }

    /// The same of values that are not taken to be constant.
    pub(super) fn compared(sample: &Sample, others: &[Family]) -> Option<Self> {
        if sample.count() == sample.beyond() || sample.range().1 <= 0.0 {
            return None;
        }
        let count = sample.count();
        let first = Family::Exponential.fit(sample)?;
        if count < FEWEST {
            return Some(Self::alone(first.law, count));
        }
        let others = others.iter().filter_map(|family| family.fit(sample));
        let candidates: Vec<Candidate> = std::iter::once(first).chain(others).collect();
        let fits: Vec<bool> = candidates.iter().map(|it| it.fits(count)).collect();
        let none = !fits.contains(&true);
        let likely = (0..candidates.len()).filter(|&place| none || fits[place]);
        let best = likely
            .min_by(|&one, &other| candidates[one].aic.total_cmp(&candidates[other].aic))
            .unwrap_or(0);
        let chosen = if fits[0] { 0 } else { best };
        Some(Self { law: candidates[chosen].law, candidates, chosen: Some(chosen), count })
    }
}
