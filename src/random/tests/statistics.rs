//! Test statistics and the limits they keep to.

/// Standard errors that a statistic may be off: one in 150,000 correct ones is further off.
pub(super) const SIGMAS: f64 = 4.5;

/// Quantile of the Kolmogorov distribution that one in 10,000 correct samples exceeds:
/// sqrt(-ln(alpha / 2) / 2) with alpha = 10^-4.
const KOLMOGOROV_LIMIT: f64 = 2.2253;

/// Asserts that a statistic is within [`SIGMAS`] standard errors of what it estimates.
#[track_caller]
pub(super) fn check_near(what: &str, estimate: f64, exact: f64, standard_error: f64) {
    let sigmas = (estimate - exact) / standard_error;
    assert!(sigmas.abs() <= SIGMAS, "{what}: {estimate} is {sigmas:.2} sigma from {exact}");
}

/// Asserts that `hits` of `count` trials fit the probability of a hit.
#[track_caller]
pub(super) fn check_probability(what: &str, hits: u64, count: u64, probability: f64) {
    let mean = count as f64 * probability;
    check_near(what, hits as f64, mean, (mean * (1.0 - probability)).sqrt());
}

/// Kolmogorov and Smirnov's test of a continuous distribution.
#[track_caller]
pub(super) fn check_law(what: &str, mut samples: Vec<f64>, cdf: impl Fn(f64) -> f64) {
    samples.sort_by(f64::total_cmp);
    let count = samples.len() as f64;
    let distance = samples.iter().enumerate().fold(0.0_f64, |greatest, (rank, &sample)| {
        let below = cdf(sample);
        let (before, after) = (rank as f64 / count, (rank + 1) as f64 / count);
        greatest.max(below - before).max(after - below)
    });
    let scaled = distance * count.sqrt();
    assert!(scaled <= KOLMOGOROV_LIMIT, "{what}: scaled distance {scaled:.3}");
}

/// Smirnov's test that two samples come from one distribution; with ties it errs towards yes.
#[track_caller]
pub(super) fn check_same_law(what: &str, mut ours: Vec<f64>, mut theirs: Vec<f64>) {
    ours.sort_by(f64::total_cmp);
    theirs.sort_by(f64::total_cmp);
    let (n, m) = (ours.len(), theirs.len());
    let (mut i, mut j, mut distance) = (0, 0, 0.0_f64);
    while i < n && j < m {
        let value = ours[i].min(theirs[j]);
        i += ours[i..].iter().take_while(|&&x| x <= value).count();
        j += theirs[j..].iter().take_while(|&&x| x <= value).count();
        distance = distance.max((i as f64 / n as f64 - j as f64 / m as f64).abs());
    }
    let scaled = distance * (n as f64 * m as f64 / (n + m) as f64).sqrt();
    assert!(scaled <= KOLMOGOROV_LIMIT, "{what}: scaled distance {scaled:.3}");
}

/// Pearson's chi-square test of counts against probabilities, which sum to 1.
///
/// Neighbouring cells are merged until at least 20 are expected in each.
/// Source of the limit: Wilson and Hilferty, "The distribution of chi-square" (1931).
#[track_caller]
pub(super) fn check_counts(what: &str, counts: &[u64], probabilities: &[f64]) {
    assert_eq!(counts.len(), probabilities.len());
    let total = counts.iter().sum::<u64>() as f64;
    let (mut statistic, mut cells) = (0.0, 0_u32);
    let (mut seen, mut expected, mut left) = (0.0, 0.0, total);
    for (index, (&count, probability)) in counts.iter().zip(probabilities).enumerate() {
        seen += count as f64;
        expected += probability * total;
        left -= probability * total;
        // What would be too small at the end stays with the last cell.
        if expected >= 20.0 && left >= 20.0 || index + 1 == counts.len() {
            statistic += (seen - expected) * (seen - expected) / expected;
            cells += 1;
            (seen, expected) = (0.0, 0.0);
        }
    }
    assert!(cells >= 2, "{what}: nothing to compare");
    let freedom = f64::from(cells - 1);
    let spread = 2.0 / (9.0 * freedom);
    let root = 1.0 - spread + SIGMAS * spread.sqrt();
    let limit = freedom * root * root * root;
    assert!(statistic <= limit, "{what}: {statistic:.1} exceeds {limit:.1} ({freedom} degrees)");
}

/// Asserts that the numbers, uniform on \[0, 1), have no correlation with their successors.
#[track_caller]
pub(super) fn check_serially_uncorrelated(what: &str, units: &[f64]) {
    let pairs = (units.len() - 1) as f64;
    let sum: f64 = units.windows(2).map(|pair| (pair[0] - 0.5) * (pair[1] - 0.5)).sum();
    // The variance of a uniform number is 1/12; so is the deviation of a product of two.
    check_near(what, 12.0 * sum / pairs, 0.0, 1.0 / pairs.sqrt());
}

/// Mean, variance and the fourth central moment over the square of the variance (kurtosis).
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    pub(super) mean: f64,
    pub(super) variance: f64,
    pub(super) kurtosis: f64,
}

impl Moments {
    /// From E(X), E(X^2), E(X^3) and E(X^4).
    pub(super) fn from_raw([m1, m2, m3, m4]: [f64; 4]) -> Self {
        let variance = m2 - m1 * m1;
        let fourth = m4 - 4.0 * m1 * m3 + 6.0 * m1 * m1 * m2 - 3.0 * m1 * m1 * m1 * m1;
        Self { mean: m1, variance, kurtosis: fourth / (variance * variance) }
    }
}

/// Asserts that samples have the mean and variance of their distribution.
#[track_caller]
pub(super) fn check_moments(what: &str, samples: &[f64], exact: Moments) {
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let variance = samples.iter().map(|x| (x - exact.mean) * (x - exact.mean)).sum::<f64>() / count;
    let error = (exact.variance / count).sqrt();
    check_near(&format!("mean of {what}"), mean, exact.mean, error);
    // The variance about the exact mean averages squares, whose variance is (kurtosis - 1) x V^2.
    let error = exact.variance * ((exact.kurtosis - 1.0) / count).sqrt();
    check_near(&format!("variance of {what}"), variance, exact.variance, error);
}

/// The distribution function of the gamma with this shape and scale 1.
///
/// Source: Press et al., "Numerical recipes", 3rd edition (2007), section 6.2.
pub(super) fn gamma_cdf(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let factor = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 {
        factor * gamma_series(shape, x)
    } else {
        1.0 - factor * gamma_fraction(shape, x)
    }
}

/// The sum of x^n / (shape (shape + 1) .. (shape + n)), n = 0, 1, ..
fn gamma_series(shape: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut divisor) = (1.0 / shape, 1.0 / shape, shape);
    while term > sum * 1e-15 {
        divisor += 1.0;
        term *= x / divisor;
        sum += term;
    }
    sum
}

/// The continued fraction of the upper tail, by Lentz's method.
fn gamma_fraction(shape: f64, x: f64) -> f64 {
    let mut partial = x + 1.0 - shape;
    let (mut above, mut below) = (f64::MAX, 1.0 / partial);
    let mut fraction = below;
    for step in (1..1_000).map(f64::from) {
        let numerator = step * (shape - step);
        partial += 2.0;
        below = 1.0 / (numerator * below + partial);
        above = partial + numerator / above;
        fraction *= above * below;
        if (above * below - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

/// The distribution function of the standard normal.
pub(super) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}
