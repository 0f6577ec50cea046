//! How far a simulated figure may lie from theory.

/// How many standard errors a figure may be off. By chance alone one honest figure in 16,000 is
/// further off, so all comparisons together fail falsely in less than one suite in a hundred; and
/// since seeds are fixed, a suite that passes keeps passing.
pub(super) const STANDARD_ERRORS: f64 = 4.0;

/// A normal 95% interval reaches this many standard errors to each side.
const HALF_WIDTH_OF_95: f64 = 1.959_963_984_540_054;

/// A simulated figure and the standard error of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    pub(super) value: f64,
    pub(super) standard_error: f64,
}

impl Estimate {
    /// An estimate with its 95% interval.
    pub(super) fn with_interval(value: f64, [low, high]: [f64; 2]) -> Self {
        Self { value, standard_error: (high - low) / 2.0 / HALF_WIDTH_OF_95 }
    }

    /// The mean of independent samples: of workspaces, or of runs with different seeds.
    pub(super) fn of_samples(samples: &[f64]) -> Self {
        assert!(samples.len() > 1, "a standard error needs two samples or more");
        let count = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / count;
        let squares: f64 = samples.iter().map(|sample| (sample - mean) * (sample - mean)).sum();
        Self { value: mean, standard_error: mean_error((squares / (count - 1.0)).sqrt(), count) }
    }

    /// The distance from `expected` in standard errors.
    pub(super) fn errors_from(self, expected: f64) -> f64 {
        (self.value - expected).abs() / self.standard_error
    }
}

/// The standard error of the mean of `samples` independent values with this standard deviation.
pub(super) fn mean_error(standard_deviation: f64, samples: f64) -> f64 {
    standard_deviation / samples.sqrt()
}

/// The standard error of a Poisson count, whose variance is its mean.
pub(super) fn poisson_count_error(mean: f64) -> f64 {
    mean.sqrt()
}

/// The standard error of the share of `samples` independent tries that succeed.
pub(super) fn share_error(share: f64, samples: f64) -> f64 {
    mean_error((share * (1.0 - share)).sqrt(), samples)
}

/// The standard error of the `q`-quantile of `samples` independent values whose density at that
/// quantile is `density`.
///
/// Source: David and Nagaraja, Order Statistics (2003), chapter 10.
pub(super) fn quantile_error(q: f64, samples: f64, density: f64) -> f64 {
    share_error(q, samples) / density
}

/// Asserts that two figures agree to this relative error.
#[track_caller]
pub(super) fn assert_close(found: f64, expected: f64, relative: f64) {
    let distance = (found - expected).abs();
    let allowed = relative * expected.abs().max(f64::MIN_POSITIVE);
    assert!(distance <= allowed, "found {found}, expected {expected} within {relative} of it");
}

#[test]
fn an_interval_and_its_samples_tell_the_same_error() {
    let samples = [1.0, 2.0, 3.0, 4.0, 5.0];
    let estimate = Estimate::of_samples(&samples);
    assert_close(estimate.value, 3.0, 1e-15);
    // The variance of 1..=5 is 2.5; of their mean a fifth of that.
    assert_close(estimate.standard_error, 0.5_f64.sqrt(), 1e-15);
    let half_width = 1.959_963_984_540_054 * 0.5_f64.sqrt();
    let interval = Estimate::with_interval(3.0, [3.0 - half_width, 3.0 + half_width]);
    assert_close(interval.standard_error, estimate.standard_error, 1e-14);
    let far = 3.0 + STANDARD_ERRORS * 0.5_f64.sqrt();
    assert_close(interval.errors_from(far), STANDARD_ERRORS, 1e-14);
}

#[test]
fn errors_of_counts_shares_and_quantiles() {
    assert_close(poisson_count_error(400.0), 20.0, 1e-15);
    assert_close(share_error(0.5, 100.0), 0.05, 1e-15);
    // The median of n standard normal values: sqrt(pi / 2n).
    let density_at_median = 1.0 / (2.0 * std::f64::consts::PI).sqrt();
    let expected = (std::f64::consts::PI / 200.0).sqrt();
    assert_close(quantile_error(0.5, 100.0, density_at_median), expected, 1e-14);
}
