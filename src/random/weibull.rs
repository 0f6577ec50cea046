//! Weibull variates from mean and coefficient of variation.

use super::Draw;
use super::ziggurat::UnitExponential;

/// The Riemann zeta function at 2, 3, .., 6.
///
/// Source: Abramowitz and Stegun, "Handbook of mathematical functions" (1964), table 23.3.
const ZETA: [f64; 5] = [
    1.644_934_066_848_226_4,
    1.202_056_903_159_594_2,
    1.082_323_233_711_138_2,
    1.036_927_755_143_37,
    1.017_343_061_984_449,
];

/// Weibull with a given mean and coefficient of variation.
///
/// It is a power of an exponential: `mean x E^power / Gamma(1 + power)`, where `power` is the
/// reciprocal of the shape. Source: Law, "Simulation modeling and analysis", 5th edition (2015),
/// section 8.3.5.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weibull {
    exponential: UnitExponential,
    mean: f64,
    power: f64,
    /// Logarithm of Gamma(1 + power).
    fall: f64,
}

impl Weibull {
    /// Weibull with this mean whose squared coefficient of variation is `exp(log_ratio) - 1`.
    pub(super) fn new(mean: f64, log_ratio: f64) -> Self {
        let power = power(log_ratio);
        Self { exponential: UnitExponential::new(), mean, power, fall: libm::lgamma(1.0 + power) }
    }

    /// A variate, at least 0.
    #[inline]
    pub(super) fn sample(&self, draw: &mut Draw) -> f64 {
        // In logarithms, since both E^power and Gamma(1 + power) leave the range of a double when
        // the coefficient of variation is large.
        let e = self.exponential.sample(draw);
        (self.mean * libm::exp(self.power * libm::log(e) - self.fall)).min(f64::MAX)
    }
}

/// The power whose [`log_moment_ratio`] is `target`, by bisection down to neighbouring doubles:
/// that function rises.
pub(super) fn power(target: f64) -> f64 {
    // For powers above 2 the ratio rises faster than the power, and at 2 it is ln 6.
    let (mut low, mut high) = (0.0, 2.0 + target);
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if log_moment_ratio(middle) < target {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// Logarithm of E(X^2) / (E X)^2 of X = E^power, E exponential: it is 1 + cv^2.
fn log_moment_ratio(power: f64) -> f64 {
    if power > 1e-3 {
        return libm::lgamma(1.0 + 2.0 * power) - 2.0 * libm::lgamma(1.0 + power);
    }
    // The two terms all but cancel. The series of ln Gamma(1 + x) is the sum of zeta(k) (-x)^k / k;
    // what is left out is below 2e-14 of the result. Source: NIST Digital Library of
    // Mathematical Functions, equation 5.7.3.
    let series = ZETA[0]
        - power
            * (2.0 * ZETA[1]
                - power
                    * (3.5 * ZETA[2] - power * (6.0 * ZETA[3] - power * (31.0 / 3.0) * ZETA[4])));
    power * power * series
}
