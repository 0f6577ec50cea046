//! Probability distributions: what a scenario asks for.

use super::{Empirical, Sampler};

/// A distribution of a quantity in the smallest unit of that quantity: nanoseconds, thousandths of
/// a credit, or counts.
///
/// Parameters are at most 10^300, so that no sample is infinite; nor is any negative.
///
/// # Examples
///
/// ```
/// use limitlab::random::{Distribution, Key};
///
/// let cost = Distribution::Lognormal { mean: 12_000.0, cv: 1.5 };
/// assert_eq!(cost.mean(), 12_000.0);
///
/// let stream = Key::root(7).name("cost").stream();
/// let sampler = cost.sampler();
/// let thousandths = sampler.sample_whole(&mut stream.at(0));
/// assert_eq!(thousandths, sampler.sample_whole(&mut stream.at(0)));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// Always the same value, at least 0.
    Constant(f64),
    /// Exponential with this mean.
    Exponential {
        /// Above 0.
        mean: f64,
    },
    /// Continuous and uniform on \[min, max\].
    Uniform {
        /// At least 0.
        min: f64,
        /// At least `min`.
        max: f64,
    },
    /// Uniform over the whole numbers min, min + 1, .., max.
    UniformCount {
        /// The least value.
        min: u64,
        /// The greatest value, at least `min`.
        max: u64,
    },
    /// Normal, drawn again until it is not negative; `mean` and `cv` are those before that cut.
    Normal {
        /// Above 0.
        mean: f64,
        /// Standard deviation over mean, at least 0.
        cv: f64,
    },
    /// Lognormal with this mean.
    Lognormal {
        /// Above 0.
        mean: f64,
        /// Standard deviation over mean, above 0.
        cv: f64,
    },
    /// Gamma with this mean.
    Gamma {
        /// Above 0.
        mean: f64,
        /// Standard deviation over mean, above 0.
        cv: f64,
    },
    /// Weibull with this mean.
    Weibull {
        /// Above 0.
        mean: f64,
        /// Standard deviation over mean, above 0.
        cv: f64,
    },
    /// Sum of `k` exponentials.
    Erlang {
        /// Mean of the sum, above 0.
        mean: f64,
        /// At least 1.
        k: u32,
    },
    /// Pareto: never below `minimum`, tail with exponent `shape`.
    Pareto {
        /// Above 0.
        minimum: f64,
        /// Above 0; the mean is finite above 1.
        shape: f64,
    },
    /// Two exponentials with balanced means.
    Hyperexponential {
        /// Above 0.
        mean: f64,
        /// Standard deviation over mean, at least 1.
        cv: f64,
    },
    /// Geometric on 1, 2, ..
    Geometric {
        /// At least 1.
        mean: f64,
    },
    /// Poisson on 0, 1, ..
    Poisson {
        /// At least 0.
        mean: f64,
    },
    /// One of several distributions, chosen anew for each sample.
    Mixture(
        /// At least one weighs more than 0, and all of them together less than 2^63.
        Vec<Branch>,
    ),
    /// A multiple of what another distribution yields, such as whole credits in thousandths.
    Scaled {
        /// Above 0, at most 10^6.
        unit: f64,
        /// What is multiplied.
        of: Box<Distribution>,
    },
    /// Values that were observed.
    Empirical(Empirical),
}

/// One of the distributions that are mixed.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// How often it is chosen, over the weights of all branches.
    pub weight: u64,
    /// What is drawn then.
    pub of: Distribution,
}

impl Distribution {
    /// The greatest legal parameter: 10^8 times it is still a double.
    const LARGEST: f64 = 1e300;

    /// The mean of what is drawn, infinite where there is none.
    ///
    /// That of [`Normal`](Self::Normal) is the mean after the cut at 0, which lies above the `mean`
    /// it is written with.
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Mixture(ref branches) => mix(branches, Self::mean),
            Self::Scaled { unit, ref of } => unit * of.mean(),
            Self::Empirical(ref values) => values.mean(),
            Self::Constant(value) => value,
            Self::Uniform { min, max } => min + (max - min) / 2.0,
            Self::UniformCount { min, max } => min as f64 + (max - min) as f64 / 2.0,
            Self::Normal { mean, cv } => mean + mean * cv * cut_hazard(cv),
            Self::Pareto { shape, .. } if shape <= 1.0 => f64::INFINITY,
            Self::Pareto { minimum, shape } => minimum * (shape / (shape - 1.0)),
            Self::Exponential { mean }
            | Self::Lognormal { mean, .. }
            | Self::Gamma { mean, .. }
            | Self::Weibull { mean, .. }
            | Self::Erlang { mean, .. }
            | Self::Hyperexponential { mean, .. }
            | Self::Geometric { mean }
            | Self::Poisson { mean } => mean,
        }
    }

    /// The variance of what is drawn, infinite where there is none.
    ///
    /// That of [`Normal`](Self::Normal) is the variance after the cut at 0.
    pub fn variance(&self) -> f64 {
        match *self {
            Self::Mixture(ref branches) => {
                let mean = self.mean();
                if mean.is_infinite() {
                    return f64::INFINITY;
                }
                mix(branches, |of| of.variance() + (of.mean() - mean) * (of.mean() - mean))
            }
            Self::Scaled { unit, ref of } => unit * unit * of.variance(),
            Self::Empirical(ref values) => values.variance(),
            Self::Constant(_) | Self::Normal { cv: 0.0, .. } => 0.0,
            Self::Uniform { min, max } => (max - min) * (max - min) / 12.0,
            Self::UniformCount { min, max } => {
                let width = (max - min) as f64;
                width * (width + 2.0) / 12.0
            }
            Self::Exponential { mean } => mean * mean,
            Self::Normal { mean, cv } => {
                let hazard = cut_hazard(cv);
                mean * cv * (mean * cv) * (1.0 - hazard * hazard - hazard / cv)
            }
            Self::Lognormal { mean, cv }
            | Self::Gamma { mean, cv }
            | Self::Weibull { mean, cv }
            | Self::Hyperexponential { mean, cv } => (mean * cv) * (mean * cv),
            Self::Erlang { mean, k } => mean * mean / f64::from(k),
            Self::Pareto { shape, .. } if shape <= 2.0 => f64::INFINITY,
            Self::Pareto { minimum, shape } => {
                let below_mean = minimum / (shape - 1.0);
                below_mean * below_mean * (shape / (shape - 2.0))
            }
            Self::Geometric { mean } => mean * (mean - 1.0),
            Self::Poisson { mean } => mean,
        }
    }

    /// A value that nothing drawn is below: the greatest such value, but for rounding.
    pub fn least(&self) -> f64 {
        match *self {
            Self::Constant(value) => value,
            Self::Uniform { min, .. } => min,
            Self::UniformCount { min, .. } => min as f64,
            Self::Pareto { minimum, .. } => minimum,
            Self::Geometric { .. } => 1.0,
            Self::Normal { mean, cv: 0.0 } => mean,
            Self::Mixture(ref branches) => {
                let chosen = branches.iter().filter(|branch| branch.weight > 0);
                chosen.map(|branch| branch.of.least()).fold(f64::INFINITY, f64::min)
            }
            Self::Scaled { unit, ref of } => unit * of.least(),
            Self::Empirical(ref values) => values.range().0,
            _ => 0.0,
        }
    }

    /// The coefficient of variation of what is drawn: standard deviation over mean. It is infinite
    /// where the variance is, and 0 where nothing varies.
    pub fn cv(&self) -> f64 {
        let variance = self.variance();
        if variance == 0.0 || variance.is_infinite() {
            return variance;
        }
        variance.sqrt() / self.mean()
    }

    /// Compiles the distribution for drawing.
    ///
    /// # Panics
    ///
    /// If a parameter is out of the range that its field states.
    pub fn sampler(&self) -> Sampler {
        assert!(
            self.is_legal(),
            "the reader of a scenario lets no such distribution pass: {self:?}"
        );
        Sampler::new(self)
    }

    /// Whether each parameter is in the range that its field states.
    pub fn is_legal(&self) -> bool {
        let from = |least: f64, value: f64| value >= least && value <= Self::LARGEST;
        let above_zero = |value: f64| value > 0.0 && value <= Self::LARGEST;
        match *self {
            Self::Constant(value) => from(0.0, value),
            Self::Exponential { mean } => above_zero(mean),
            Self::Uniform { min, max } => from(0.0, min) && from(min, max),
            Self::UniformCount { min, max } => min <= max,
            Self::Normal { mean, cv } => above_zero(mean) && from(0.0, cv),
            Self::Lognormal { mean, cv }
            | Self::Gamma { mean, cv }
            | Self::Weibull { mean, cv } => above_zero(mean) && above_zero(cv),
            Self::Erlang { mean, k } => above_zero(mean) && k >= 1,
            Self::Pareto { minimum, shape } => above_zero(minimum) && above_zero(shape),
            Self::Hyperexponential { mean, cv } => above_zero(mean) && from(1.0, cv),
            Self::Geometric { mean } => from(1.0, mean),
            Self::Poisson { mean } => from(0.0, mean),
            Self::Mixture(ref branches) => {
                let total: u128 = branches.iter().map(|branch| u128::from(branch.weight)).sum();
                (1..1 << 63).contains(&total) && branches.iter().all(|branch| branch.of.is_legal())
            }
            Self::Scaled { unit, ref of } => unit > 0.0 && unit <= 1e6 && of.is_legal(),
            Self::Empirical(_) => true,
        }
    }
}

/// What the branches have on average.
fn mix(branches: &[Branch], figure: impl Fn(&Distribution) -> f64) -> f64 {
    let total: f64 = branches.iter().map(|branch| branch.weight as f64).sum();
    // A branch that is never chosen counts for nothing, even if its figure is infinite.
    let chosen = branches.iter().filter(|branch| branch.weight > 0);
    chosen.map(|branch| branch.weight as f64 / total * figure(&branch.of)).sum()
}

/// The density of a normal with coefficient of variation `cv` at 0, over the probability that it
/// is positive, in units of its standard deviation: what the cut at 0 adds to its mean.
///
/// Source: Johnson, Kotz and Balakrishnan, "Continuous univariate distributions", volume 1 (1994),
/// chapter 13, section 10.1.
fn cut_hazard(cv: f64) -> f64 {
    let mean_in_deviations = 1.0 / cv;
    let density = libm::exp(-0.5 * mean_in_deviations * mean_in_deviations)
        / (2.0 * std::f64::consts::PI).sqrt();
    density / (0.5 * libm::erfc(-mean_in_deviations / std::f64::consts::SQRT_2))
}
