//! Poisson variates.

use super::Draw;

/// Half the logarithm of 2 pi.
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_7;

/// Poisson with a given mean.
#[derive(Debug, Clone, Copy)]
pub(super) enum Poisson {
    /// For a mean below [`Poisson::MULTIPLIED_BELOW`].
    Multiplied {
        /// exp(-mean).
        limit: f64,
    },
    /// For a larger mean.
    Rejected(Rejection),
}

/// Transformed rejection with squeeze.
///
/// Source: Wolfgang Hoermann, "The transformed rejection method for generating Poisson random
/// variables", Insurance: Mathematics and Economics 12 (1993), algorithm PTRS.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rejection {
    mean: f64,
    log_mean: f64,
    a: f64,
    b: f64,
    inverse_alpha: f64,
    /// Below this the second uniform accepts at once.
    squeeze: f64,
}

impl Poisson {
    /// Where rejection starts: its constants are proven from a mean of 10 on.
    const MULTIPLIED_BELOW: f64 = 10.0;

    /// Poisson with this mean, at least 0.
    pub(super) fn new(mean: f64) -> Self {
        if mean < Self::MULTIPLIED_BELOW {
            return Self::Multiplied { limit: libm::exp(-mean) };
        }
        let b = 0.931 + 2.53 * mean.sqrt();
        Self::Rejected(Rejection {
            mean,
            log_mean: libm::log(mean),
            a: -0.059 + 0.024_83 * b,
            b,
            inverse_alpha: 1.1239 + 1.1328 / (b - 3.4),
            squeeze: 0.9277 - 3.6224 / (b - 2.0),
        })
    }

    /// A variate: a whole number.
    #[inline]
    pub(super) fn sample(&self, draw: &mut Draw) -> f64 {
        match self {
            Self::Multiplied { limit } => multiply(*limit, draw),
            Self::Rejected(rejection) => rejection.sample(draw),
        }
    }
}

/// How many uniforms can be multiplied before the product is `limit` or less: the arrivals of a
/// Poisson process in a span of -ln(limit).
///
/// Source: Knuth, "The art of computer programming", volume 2 (3rd edition, 1997), section 3.4.1.
fn multiply(limit: f64, draw: &mut Draw) -> f64 {
    let mut count = 0.0;
    let mut product = draw.unit();
    while product > limit {
        product *= draw.unit();
        count += 1.0;
    }
    count
}

impl Rejection {
    fn sample(&self, draw: &mut Draw) -> f64 {
        loop {
            let u = draw.unit() - 0.5;
            let v = draw.open_unit();
            let margin = 0.5 - u.abs();
            let count = ((2.0 * self.a / margin + self.b) * u + self.mean + 0.43).floor();
            if margin >= 0.07 && v <= self.squeeze {
                return count;
            }
            // At margin 0 the count is minus infinity.
            if count < 0.0 || (margin < 0.013 && v > margin) {
                continue;
            }
            let hat = self.inverse_alpha / (self.a / (margin * margin) + self.b);
            if libm::log(v * hat) <= self.log_probability(count) {
                return count;
            }
        }
    }

    /// Logarithm of the probability of `count`.
    ///
    /// The plain formula subtracts numbers of size mean x ln(mean), whose rounding passes 10^-8 at a
    /// mean of 10^6 and would rule at 10^14. From there on Stirling's series for the factorial
    /// leaves terms of size |count - mean| only.
    /// Source: NIST Digital Library of Mathematical Functions, equation 5.11.1.
    fn log_probability(&self, count: f64) -> f64 {
        if self.mean < 1e6 {
            return count * self.log_mean - self.mean - libm::lgamma(count + 1.0);
        }
        // The formula needs a count above 0. The odds of 0 are e^-1000000: none.
        let count = count.max(1.0);
        let off = count - self.mean;
        off - count * libm::log1p(off / self.mean)
            - 0.5 * libm::log(count)
            - HALF_LOG_TAU
            - 1.0 / (12.0 * count)
    }
}
