//! Laws of spans and amounts.

use libm::{exp, lgamma, log, pow, sqrt};

use crate::planning::special::{gamma_p, normal};

/// A law with its parameters. Values are in the unit of the sample: nanoseconds, or thousandths of
/// a credit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Law {
    /// Always the same.
    Constant {
        /// The value.
        value: f64,
    },
    /// Exponential: of arrivals, a Poisson stream.
    Exponential {
        /// The mean.
        mean: f64,
    },
    /// Every value in a range alike.
    Uniform {
        /// The least value.
        min: f64,
        /// The greatest value.
        max: f64,
    },
    /// Gamma.
    Gamma {
        /// The mean over the scale.
        shape: f64,
        /// The mean.
        mean: f64,
    },
    /// Weibull.
    Weibull {
        /// The exponent.
        shape: f64,
        /// The value that all but 1/e lie below.
        scale: f64,
    },
    /// Lognormal.
    Lognormal {
        /// The mean of logarithms.
        mu: f64,
        /// Their standard deviation.
        sigma: f64,
    },
    /// Between the arrivals of a Poisson stream that is on and off in turn, for exponential times.
    Bursts {
        /// Mean time between arrivals while on.
        gap: f64,
        /// Mean time on.
        on: f64,
        /// Mean time off.
        off: f64,
    },
}

impl Law {
    /// How scenarios spell it; of bursts, the key of traffic.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Constant { .. } => "constant",
            Self::Exponential { .. } => "exponential",
            Self::Uniform { .. } => "uniform",
            Self::Gamma { .. } => "gamma",
            Self::Weibull { .. } => "weibull",
            Self::Lognormal { .. } => "lognormal",
            Self::Bursts { .. } => "bursts",
        }
    }

    /// How many parameters are fitted.
    pub(super) fn parameters(&self) -> u32 {
        match self {
            Self::Constant { .. } | Self::Exponential { .. } => 1,
            Self::Bursts { .. } => 3,
            _ => 2,
        }
    }

    /// The mean.
    pub(super) fn mean(&self) -> f64 {
        match *self {
            Self::Constant { value } => value,
            Self::Exponential { mean } | Self::Gamma { mean, .. } => mean,
            Self::Uniform { min, max } => f64::midpoint(min, max),
            Self::Weibull { shape, scale } => scale * exp(lgamma(1.0 + 1.0 / shape)),
            Self::Lognormal { mu, sigma } => exp(mu + sigma * sigma / 2.0),
            Self::Bursts { gap, on, off } => gap * (on + off) / on,
        }
    }

    /// The standard deviation over the mean.
    pub(super) fn cv(&self) -> f64 {
        match *self {
            Self::Constant { .. } => 0.0,
            Self::Exponential { .. } => 1.0,
            Self::Uniform { min, max } => (max - min) / sqrt(3.0) / (max + min),
            Self::Gamma { shape, .. } => 1.0 / sqrt(shape),
            Self::Weibull { shape, .. } => {
                let (one, two) = (lgamma(1.0 + 1.0 / shape), lgamma(1.0 + 2.0 / shape));
                sqrt(exp(two - 2.0 * one) - 1.0)
            }
            Self::Lognormal { sigma, .. } => sqrt(exp(sigma * sigma) - 1.0),
            Self::Bursts { .. } => {
                let (share, fast, slow) = self.branches();
                let mean = share / fast + (1.0 - share) / slow;
                let square = 2.0 * (share / fast / fast + (1.0 - share) / slow / slow);
                sqrt((square / mean / mean - 1.0).max(0.0))
            }
        }
    }

    /// The share of values up to `x`.
    pub(super) fn below(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        match *self {
            Self::Constant { value } => f64::from(u8::from(x >= value)),
            Self::Exponential { mean } => -libm::expm1(-x / mean),
            Self::Uniform { min, max } => ((x - min) / (max - min)).clamp(0.0, 1.0),
            Self::Gamma { shape, mean } => gamma_p(shape, x * shape / mean),
            Self::Weibull { shape, scale } => -libm::expm1(-pow(x / scale, shape)),
            Self::Lognormal { mu, sigma } => normal((log(x) - mu) / sigma),
            Self::Bursts { .. } => {
                let (share, fast, slow) = self.branches();
                -share * libm::expm1(-fast * x) - (1.0 - share) * libm::expm1(-slow * x)
            }
        }
    }

    /// Gaps of a stream that is on and off are of two exponentials: the share of the faster one, its
    /// rate, and that of the slower one.
    ///
    /// Source: Kuczura, The interrupted Poisson process as an overflow process, Bell System
    /// Technical Journal 52 (1973).
    fn branches(&self) -> (f64, f64, f64) {
        let Self::Bursts { gap, on, off } = *self else {
            unreachable!("only bursts have branches")
        };
        let (rate, ends, begins) = (1.0 / gap, 1.0 / on, 1.0 / off);
        let sum = rate + ends + begins;
        let root = sqrt((sum * sum - 4.0 * rate * begins).max(0.0));
        let fast = f64::midpoint(sum, root);
        let slow = rate * begins / fast;
        ((rate - slow) / (fast - slow), fast, slow)
    }

    /// The stream whose gaps are of two exponentials: the way back.
    pub(super) fn of_branches(share: f64, fast: f64, slow: f64) -> Self {
        let rate = share * fast + (1.0 - share) * slow;
        let begins = fast * slow / rate;
        // What is left is above 0 for any two different rates.
        let ends = (fast + slow - rate - begins).max(f64::MIN_POSITIVE);
        Self::Bursts { gap: 1.0 / rate, on: 1.0 / ends, off: 1.0 / begins }
    }

    /// The same law with all values `factor` times as large.
    pub(super) fn stretched(self, factor: f64) -> Self {
        match self {
            Self::Constant { value } => Self::Constant { value: value * factor },
            Self::Exponential { mean } => Self::Exponential { mean: mean * factor },
            Self::Uniform { min, max } => Self::Uniform { min: min * factor, max: max * factor },
            Self::Gamma { shape, mean } => Self::Gamma { shape, mean: mean * factor },
            Self::Weibull { shape, scale } => Self::Weibull { shape, scale: scale * factor },
            Self::Lognormal { mu, sigma } => Self::Lognormal { mu: mu + log(factor), sigma },
            Self::Bursts { gap, on, off } => {
                Self::Bursts { gap: gap * factor, on: on * factor, off: off * factor }
            }
        }
    }
}
