//! The interval of a mean from what was observed alone.

use crate::random::Key;

/// How often values are drawn again. The ends of an interval are then the 50th of each side, whose level
/// of 2.5% is off by 0.35% in two cases of three; more would cost time and say no more.
pub(super) const RESAMPLES: u32 = 1_999;

/// What is drawn has nothing to do with the seed of any scenario.
const SEED: u64 = 2_026;

/// Draws of `n` values out of `n`, with replacement: which values are in each of [`RESAMPLES`]. The same
/// for all samples of that size, on every machine.
pub(super) struct Resamples {
    n: usize,
    drawn: Vec<u32>,
}

impl Resamples {
    /// Those of samples of so many values, which must not be none.
    pub(super) fn new(n: usize) -> Self {
        let stream = Key::root(SEED).name("compare").index(n as u64).stream();
        let bound = n as u64;
        let drawn = (0..u64::from(RESAMPLES) * bound)
            .map(|number| stream.at(number).below(bound) as u32)
            .collect();
        Self { n, drawn }
    }

    /// The 95% interval of the mean of `values`, which must be as many as these are for: the bootstrap-t,
    /// which asks how far means of samples are from theirs in standard errors of their own. It keeps its
    /// 95% where values are few or lean to one side, and percentiles of means do not: those leave out that
    /// a deviation is estimated, so they are too narrow by the quotient of a normal and a Student's
    /// quantile and by sqrt((n - 1) / n).
    ///
    /// `None` where many samples are of one value alone, and have no standard error.
    ///
    /// Source: B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), section 12.5;
    /// T. C. Hesterberg, What Teachers Should Know about the Bootstrap, The American Statistician 69
    /// (2015), on why percentiles are too narrow.
    pub(super) fn interval(&self, values: &[f64]) -> Option<[f64; 2]> {
        let (mean, error) = mean_and_error(values.iter().copied());
        let mut distances = Vec::with_capacity(RESAMPLES as usize);
        for sample in self.drawn.chunks_exact(self.n) {
            let (mean_again, error_again) =
                mean_and_error(sample.iter().map(|&place| values[place as usize]));
            // What is left of rounding is no deviation.
            if error_again > error * 1e-9 {
                distances.push((mean_again - mean) / error_again);
            }
        }
        // The ends are the 50th on each side: some of those that are missing may lie beyond them.
        if distances.len() + LEFT_OUT < RESAMPLES as usize {
            return None;
        }
        distances.sort_by(f64::total_cmp);
        let end = distances.len() / 40;
        let (low, high) = (distances[end], distances[distances.len() - 1 - end]);
        // Where values lean to the right, few samples have a mean far above: the ends change sides.
        Some([mean - high * error, mean - low * error])
    }
}

/// So many samples may have no standard error.
const LEFT_OUT: usize = RESAMPLES as usize / 400;

/// The mean, and its standard error.
pub(super) fn mean_and_error(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (mut n, mut sum) = (0.0, 0.0);
    for value in values.clone() {
        n += 1.0;
        sum += value;
    }
    let mean = sum / n;
    let mut squares = 0.0;
    for value in values {
        squares += (value - mean) * (value - mean);
    }
    (mean, libm::sqrt(squares / (n - 1.0_f64).max(1.0) / n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Distribution;

    /// In how many of 1,000 samples of `n` the interval holds the mean of what is drawn.
    fn held(n: usize, law: &Distribution, mean: f64) -> usize {
        let resamples = Resamples::new(n);
        let sampler = law.sampler();
        let holds = |trial: u64| {
            let stream = Key::root(7).index(trial).stream();
            let values: Vec<f64> =
                (0..n as u64).map(|number| sampler.sample(&mut stream.at(number))).collect();
            let [low, high] = resamples.interval(&values).expect("values differ");
            low <= mean && mean <= high
        };
        (0..1_000).filter(|&trial| holds(trial)).count()
    }

    #[test]
    fn intervals_hold_the_mean_in_95_of_100() {
        // Differences of pairs: nearly normal, and leaning to one side.
        let normal = Distribution::Normal { mean: 100.0, cv: 0.1 };
        let leaning = Distribution::Lognormal { mean: 1.0, cv: 0.5 };
        for n in [8, 20] {
            let found = [held(n, &normal, 100.0), held(n, &leaning, 1.0)];
            assert!(found.iter().all(|held| (930..=975).contains(held)), "{n}: {found:?}");
        }
        // As far as differences hardly lean.
        let found = held(8, &Distribution::Exponential { mean: 1.0 }, 1.0);
        assert!((915..=970).contains(&found), "{found}");
    }

    #[test]
    fn values_that_are_nearly_all_alike_have_no_bootstrap() {
        let mut values = [0.0; 8];
        values[3] = 1.0;
        assert_eq!(Resamples::new(8).interval(&values), None);
    }
}
