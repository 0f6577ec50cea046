//! Values that were observed.

use std::sync::Arc;

use super::Draw;

/// Observed values, each drawn as often as its weight says, with replacement.
///
/// Copies share the values, so a copy costs nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Empirical {
    values: Arc<[f64]>,
    /// Of each value the weights up to and including its own; `None` where all weigh the same.
    cumulative: Option<Arc<[f64]>>,
    mean: f64,
    variance: f64,
}

impl Empirical {
    /// Values that are equally likely; `None` if there are none, or one is negative or above
    /// 10^300.
    pub fn even(values: Vec<f64>) -> Option<Self> {
        let weights = vec![1.0; values.len()];
        Self::new(values, &weights, false)
    }

    /// Values with their weights; `None` if no weight is above 0, one is negative or not finite, or
    /// a value is negative or above 10^300.
    pub fn weighted(values: &[(f64, f64)]) -> Option<Self> {
        let likely = |&&(_, weight): &&(f64, f64)| weight != 0.0;
        let (values, weights): (Vec<f64>, Vec<f64>) = values.iter().filter(likely).copied().unzip();
        Self::new(values, &weights, true)
    }

    fn new(values: Vec<f64>, weights: &[f64], weighted: bool) -> Option<Self> {
        let legal = |value: &f64| (0.0..=1e300).contains(value);
        let total: f64 = weights.iter().sum();
        let sound = weights.iter().all(|weight| *weight > 0.0) && total.is_finite();
        if values.is_empty() || !sound || !values.iter().all(legal) {
            return None;
        }
        let parts = || values.iter().zip(weights).map(|(value, weight)| (value, weight / total));
        let mean: f64 = parts().map(|(value, part)| value * part).sum();
        let variance = parts().map(|(value, part)| part * (value - mean) * (value - mean)).sum();
        let cumulative = weighted.then(|| {
            let mut sum = 0.0;
            let sums = weights.iter().map(|weight| {
                sum += weight;
                sum
            });
            sums.collect()
        });
        Some(Self { values: values.into(), cumulative, mean, variance })
    }

    /// The mean of what is drawn.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The variance of what is drawn.
    pub const fn variance(&self) -> f64 {
        self.variance
    }

    /// The least and the greatest value.
    pub fn range(&self) -> (f64, f64) {
        let start = (f64::INFINITY, 0.0_f64);
        self.values.iter().fold(start, |(least, most), &it| (least.min(it), most.max(it)))
    }

    /// One of the values.
    pub(super) fn sample(&self, draw: &mut Draw) -> f64 {
        let last = self.values.len() - 1;
        let index = match &self.cumulative {
            None => draw.below(self.values.len() as u64) as usize,
            Some(cumulative) => {
                let point = draw.unit() * cumulative[last];
                cumulative.partition_point(|&sum| sum <= point)
            }
        };
        self.values[index.min(last)]
    }
}
