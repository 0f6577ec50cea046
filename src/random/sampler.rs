//! Distributions compiled for drawing.

use std::sync::Arc;

use super::gamma::Gamma;
use super::poisson::Poisson;
use super::weibull::Weibull;
use super::ziggurat::{StandardNormal, UnitExponential};
use super::{Branch, Distribution, Draw, Empirical};

/// A [`Distribution`] compiled for drawing: constants worked out, tables at hand.
///
/// Equal draws give equal samples. Of a continuous distribution, twice the mean gives twice the
/// sample from the same draw, so that runs which differ in a mean can be compared draw by draw.
#[derive(Debug, Clone)]
pub struct Sampler(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Constant {
        value: f64,
        /// Rounded.
        whole: u64,
    },
    Exponential {
        exponential: UnitExponential,
        mean: f64,
    },
    Uniform {
        min: f64,
        max: f64,
    },
    /// `last` is the greatest value less `min`.
    UniformCount {
        min: u64,
        last: u64,
    },
    Normal {
        normal: StandardNormal,
        mean: f64,
        deviation: f64,
    },
    /// mean x exp(spread x Z - fall), where `fall` is half the square of `spread`.
    Lognormal {
        normal: StandardNormal,
        mean: f64,
        spread: f64,
        fall: f64,
    },
    Gamma(Gamma),
    Weibull(Weibull),
    /// The mean is that of one of the `k` summands.
    Erlang {
        exponential: UnitExponential,
        mean: f64,
        k: u32,
    },
    Pareto {
        exponential: UnitExponential,
        minimum: f64,
        shape: f64,
    },
    Hyperexponential {
        exponential: UnitExponential,
        long_share: f64,
        long: f64,
        short: f64,
    },
    /// The mean is that of the exponential whose whole part is geometric on 0, 1, ..
    Geometric {
        exponential: UnitExponential,
        mean: f64,
    },
    Poisson(Poisson),
    Mixture(Arc<Mixture>),
    Scaled {
        unit: f64,
        of: Arc<Kind>,
    },
    Empirical(Empirical),
}

/// Branches with the weights up to and including each one.
#[derive(Debug)]
struct Mixture {
    total: u64,
    branches: Vec<(u64, Kind)>,
}

impl Sampler {
    /// What [`sample_whole`](Self::sample_whole) yields at most: what a signed integer holds, and
    /// the longest duration of a scenario in nanoseconds, 292 years. Sums of times saturate.
    const MAX_WHOLE: u64 = u64::MAX / 2;
    /// 2^52: numbers from there on are whole.
    const WHOLE_BEYOND: f64 = (1_u64 << 52) as f64;

    /// Compiles a distribution whose parameters are legal.
    pub(super) fn new(distribution: &Distribution) -> Self {
        Self(Kind::new(distribution))
    }

    /// A sample: at least 0 and finite.
    #[inline]
    pub fn sample(&self, draw: &mut Draw) -> f64 {
        // The two that the busiest loops draw are compiled into the caller; the others are a call.
        match &self.0 {
            Kind::Constant { value, .. } => *value,
            Kind::Exponential { exponential, mean } => exponential.sample(draw) * mean,
            other => {
                // A copy goes there and back, so that the draw itself can stay in a register.
                let mut copy = draw.clone();
                let sample = other.sample(&mut copy);
                *draw = copy;
                sample
            }
        }
    }

    /// A sample rounded to a whole number, halves up, and less than half of 2^64.
    #[inline(always)]
    pub fn sample_whole(&self, draw: &mut Draw) -> u64 {
        match &self.0 {
            Kind::Constant { whole, .. } => *whole,
            Kind::Exponential { exponential, mean } => {
                Self::rounded(exponential.sample(draw) * mean)
            }
            other => {
                let mut copy = draw.clone();
                let whole = other.sample_whole(&mut copy);
                *draw = copy;
                whole
            }
        }
    }

    /// Rounds halves up.
    #[inline(always)]
    fn rounded(sample: f64) -> u64 {
        if sample < Self::WHOLE_BEYOND {
            // The unit of the sum is 1, so its last bits are the sample rounded to the nearest whole number,
            // halves to even ones.
            let sum = sample + Self::WHOLE_BEYOND;
            let nearest = sum.to_bits() - Self::WHOLE_BEYOND.to_bits();
            let is_half_below = sample - (sum - Self::WHOLE_BEYOND) >= 0.5;
            return nearest + u64::from(is_half_below);
        }
        (sample as u64).min(Self::MAX_WHOLE)
    }
}

impl Kind {
    /// Up to this many exponentials are drawn one by one for an Erlang variate: as long as one
    /// gamma variate takes.
    const MAX_SUMMANDS: u32 = 4;

    /// Below this coefficient of variation a gamma is a normal: the skewness, twice as much, is
    /// beyond what 10^15 samples could show, and the gamma's rejection test runs short of digits.
    const GAMMA_IS_NORMAL_BELOW: f64 = 1e-8;

    /// Compiles a distribution whose parameters are legal.
    fn new(distribution: &Distribution) -> Self {
        let exponential = UnitExponential::new();
        let normal = StandardNormal::new();
        match *distribution {
            Distribution::Constant(value) => {
                Self::Constant { value, whole: Sampler::rounded(value) }
            }
            Distribution::Exponential { mean } => Self::Exponential { exponential, mean },
            Distribution::Uniform { min, max } => Self::Uniform { min, max },
            Distribution::UniformCount { min, max } => Self::UniformCount { min, last: max - min },
            Distribution::Normal { mean, cv } => Self::normal(mean, cv),
            Distribution::Lognormal { mean, cv } => {
                let variance = log_second_moment(cv);
                Self::Lognormal { normal, mean, spread: variance.sqrt(), fall: variance / 2.0 }
            }
            Distribution::Gamma { mean, cv } => Self::gamma(mean, cv),
            Distribution::Weibull { mean, cv } => {
                Self::Weibull(Weibull::new(mean, log_second_moment(cv)))
            }
            Distribution::Erlang { mean, k } => Self::erlang(mean, k),
            Distribution::Pareto { minimum, shape } => Self::Pareto { exponential, minimum, shape },
            Distribution::Hyperexponential { mean, cv } => Self::hyperexponential(mean, cv),
            Distribution::Geometric { mean } => {
                Self::Geometric { exponential, mean: -1.0 / libm::log1p(-1.0 / mean) }
            }
            Distribution::Poisson { mean } => Self::Poisson(Poisson::new(mean)),
            Distribution::Mixture(ref branches) => Self::mixture(branches),
            Distribution::Scaled { unit, ref of } => {
                Self::Scaled { unit, of: Arc::new(Self::new(of)) }
            }
            Distribution::Empirical(ref values) => Self::Empirical(values.clone()),
        }
    }

    fn mixture(branches: &[Branch]) -> Self {
        let mut total = 0;
        let compiled = branches.iter().map(|Branch { weight, of }| {
            total += weight;
            (total, Self::new(of))
        });
        let branches = compiled.collect();
        Self::Mixture(Arc::new(Mixture { total, branches }))
    }

    fn normal(mean: f64, cv: f64) -> Self {
        // The bound keeps sums of mean and deviations within the range of a double.
        let deviation = (mean * cv).min(1e300);
        Self::Normal { normal: StandardNormal::new(), mean, deviation }
    }

    fn gamma(mean: f64, cv: f64) -> Self {
        if cv < Self::GAMMA_IS_NORMAL_BELOW {
            return Self::normal(mean, cv);
        }
        Self::Gamma(Gamma::new(mean, 1.0 / (cv * cv)))
    }

    fn erlang(mean: f64, k: u32) -> Self {
        let shape = f64::from(k);
        if k > Self::MAX_SUMMANDS {
            return Self::Gamma(Gamma::new(mean, shape));
        }
        Self::Erlang { exponential: UnitExponential::new(), mean: mean / shape, k }
    }

    /// Two branches with balanced means: each contributes half of the mean.
    ///
    /// Source: Whitt, "Approximating a point process by a renewal process, I", Operations Research
    /// 30 (1982).
    fn hyperexponential(mean: f64, cv: f64) -> Self {
        let second_moment = 1.0 + cv * cv;
        let lean = (1.0 - 2.0 / second_moment).max(0.0).sqrt();
        // (1 - lean) / 2, without the cancellation.
        let long_share = 1.0 / (second_moment * (1.0 + lean));
        Self::Hyperexponential {
            exponential: UnitExponential::new(),
            long_share,
            long: mean / (2.0 * long_share),
            short: mean / (1.0 + lean),
        }
    }

    #[inline(never)]
    fn sample_whole(&self, draw: &mut Draw) -> u64 {
        Sampler::rounded(self.sample(draw))
    }

    fn sample(&self, draw: &mut Draw) -> f64 {
        match self {
            Self::Constant { value, .. } => *value,
            Self::Exponential { exponential, mean } => exponential.sample(draw) * mean,
            // The product may round up.
            Self::Uniform { min, max } => (min + (max - min) * draw.unit()).min(*max),
            Self::UniformCount { min, last } => match last.checked_add(1) {
                Some(count) => (min + draw.below(count)) as f64,
                None => draw.next_u64() as f64,
            },
            Self::Normal { normal, mean, deviation } => loop {
                let sample = mean + deviation * normal.sample(draw);
                if sample >= 0.0 {
                    return sample;
                }
            },
            Self::Lognormal { normal, mean, spread, fall } => {
                (mean * libm::exp(spread * normal.sample(draw) - fall)).min(f64::MAX)
            }
            Self::Gamma(gamma) => gamma.sample(draw),
            Self::Weibull(weibull) => weibull.sample(draw),
            Self::Erlang { exponential, mean, k } => {
                (0..*k).map(|_| exponential.sample(draw)).sum::<f64>() * mean
            }
            // Inversion, with an exponential for the logarithm of the uniform number: its far tail
            // does not end at 2^-53.
            Self::Pareto { exponential, minimum, shape } => {
                (minimum * libm::exp(exponential.sample(draw) / shape)).min(f64::MAX)
            }
            Self::Hyperexponential { exponential, long_share, long, short } => {
                let mean = if draw.unit() < *long_share { long } else { short };
                (exponential.sample(draw) * mean).min(f64::MAX)
            }
            // At mean 1 of the geometric, that of the exponential is 0.
            Self::Geometric { exponential, mean } => {
                (exponential.sample(draw) * mean).floor() + 1.0
            }
            Self::Poisson(poisson) => poisson.sample(draw),
            Self::Mixture(mixture) => {
                let point = draw.below(mixture.total);
                let chosen = mixture.branches.partition_point(|(sum, _)| *sum <= point);
                mixture.branches[chosen].1.sample(draw)
            }
            Self::Scaled { unit, of } => (of.sample(draw) * unit).min(f64::MAX),
            Self::Empirical(values) => values.sample(draw),
        }
    }
}

/// Logarithm of 1 + cv^2: of E(X^2) / (E X)^2.
fn log_second_moment(cv: f64) -> f64 {
    // From here on the 1 is below the last bit, and the square might leave the range of a double.
    if cv > 1e9 { 2.0 * libm::log(cv) } else { libm::log1p(cv * cv) }
}
