//! Laws of spans and amounts, and how well they fit.

use libm::{exp, lgamma, log, pow, sqrt};

use super::sample::Sample;
use super::simplex::least;
use super::special::{gamma_p, normal};

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
    fn of_branches(share: f64, fast: f64, slow: f64) -> Self {
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

/// The laws that arrivals are compared with, and periods without the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Exponential,
    Uniform,
    Gamma,
    Weibull,
    Lognormal,
    Bursts,
}

/// A law that was fitted to a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// The law, with the parameters that make the sample most likely.
    pub law: Law,
    /// The greatest difference between the shares of values below any bound: Kolmogorov's and
    /// Smirnov's distance.
    pub distance: f64,
    /// Akaike's criterion: twice the parameters less twice the logarithm of the likelihood.
    pub aic: f64,
}

impl Family {
    /// The most likely law of the family.
    ///
    /// The likelihood is that of the counts in buckets, and of so many beyond the horizon.
    pub(super) fn fit(self, sample: &Sample) -> Candidate {
        let judged = Judged::new(sample);
        let (mean, cv) = (sample.mean(), sample.cv().clamp(0.05, 20.0));
        let law = match self {
            Self::Exponential => {
                // With spans cut off at the horizon: their sum over those that were seen to end.
                let seen = (sample.count() - sample.beyond()) as f64;
                let cut = sample.beyond() as f64 * sample.horizon().min(f64::MAX);
                let cut = if sample.beyond() == 0 { 0.0 } else { cut };
                Law::Exponential { mean: mean + cut / seen }
            }
            Self::Uniform => {
                let (min, max) = sample.range();
                Law::Uniform { min, max }
            }
            Self::Gamma => {
                let of =
                    |&[shape, mean]: &[f64; 2]| Law::Gamma { shape: exp(shape), mean: exp(mean) };
                judged.most_likely([-2.0 * log(cv), log(mean)], of)
            }
            Self::Weibull => {
                let of = |&[shape, scale]: &[f64; 2]| Law::Weibull {
                    shape: exp(shape),
                    scale: exp(scale),
                };
                // The shape of a cv, roughly.
                judged.most_likely([-1.086 * log(cv), log(mean)], of)
            }
            Self::Lognormal => {
                let of = |&[mu, sigma]: &[f64; 2]| Law::Lognormal { mu, sigma: exp(sigma) };
                let sigma = sqrt(2.0 * (log(mean) - sample.mean_log()).max(1e-4));
                judged.most_likely([sample.mean_log(), log(sigma)], of)
            }
            Self::Bursts => {
                let of = |&[odds, fast, ratio]: &[f64; 3]| {
                    let share = 1.0 / (1.0 + exp(-odds));
                    Law::of_branches(share, exp(fast), exp(fast) / (1.0 + exp(ratio)))
                };
                // Few long gaps or many: the search finds what is next to where it begins.
                let starts = [[2.0, log(5.0 / mean), 3.0], [0.0, log(2.0 / mean), 1.5]];
                let found = starts.map(|start| judged.most_likely(start, of));
                let [one, other] = found;
                if judged.cost(&one) <= judged.cost(&other) { one } else { other }
            }
        };
        judged.candidate(law)
    }
}

/// A sample that laws are held against.
struct Judged {
    cells: Vec<super::sample::Cell>,
    count: u64,
    beyond: u64,
    horizon: f64,
}

impl Judged {
    fn new(sample: &Sample) -> Self {
        Self {
            cells: sample.cells(),
            count: sample.count(),
            beyond: sample.beyond(),
            horizon: sample.horizon(),
        }
    }

    fn most_likely<const N: usize>(&self, start: [f64; N], of: impl Fn(&[f64; N]) -> Law) -> Law {
        of(&least(start, |at| self.cost(&of(at))).0)
    }

    /// Minus the logarithm of the likelihood; what the language cannot say costs infinitely much.
    fn cost(&self, law: &Law) -> f64 {
        /// A bucket that a law leaves empty to the last digit is not impossible.
        const LEAST: f64 = 1e-18;
        let (cv, mean) = (law.cv(), law.mean());
        if !(mean.is_finite() && mean > 0.0 && (0.005..=900.0).contains(&cv)) {
            return f64::INFINITY;
        }
        let mut cost = 0.0;
        let mut before = (0.0, 0.0);
        for cell in &self.cells {
            // Most cells begin where the last one ended.
            let from = if cell.from.to_bits() == f64::to_bits(before.0) {
                before.1
            } else {
                law.below(cell.from)
            };
            let to = law.below(cell.to);
            cost -= cell.count as f64 * log((to - from).max(LEAST));
            before = (cell.to, to);
        }
        if self.beyond > 0 {
            cost -= self.beyond as f64 * log((1.0 - law.below(self.horizon)).max(LEAST));
        }
        cost
    }

    fn candidate(&self, law: Law) -> Candidate {
        let count = self.count as f64;
        let mut below = 0_u64;
        let mut distance: f64 = 0.0;
        for cell in &self.cells {
            distance = distance.max((law.below(cell.from) - below as f64 / count).abs());
            below += cell.count;
            distance = distance.max((law.below(cell.to) - below as f64 / count).abs());
        }
        if self.beyond > 0 {
            distance = distance.max((law.below(self.horizon) - below as f64 / count).abs());
        }
        let aic = 2.0 * (f64::from(law.parameters()) + self.cost(&law));
        Candidate { law, distance, aic }
    }
}

impl Candidate {
    /// The distance that chance alone puts between so many values and a law of the family, with
    /// parameters fitted to them, in one case of a hundred; at least a hundredth, since what is
    /// closer than that is as good as the same.
    ///
    /// Source: Stephens, EDF statistics for goodness of fit and some comparisons, Journal of the
    /// American Statistical Association 69 (1974), tables 1.1 to 1.3: 1.308 of the exponential,
    /// 1.035 of the normal, which is used for all others with two parameters, and 1.628 of a law
    /// known beforehand, for the uniform one, whose bounds move less than that.
    pub(super) fn most(law: &Law, count: u64) -> f64 {
        let n = count as f64;
        let root = sqrt(n);
        let most = match law {
            Law::Exponential { .. } => 1.308 / (root + 0.26 + 0.5 / root) + 0.2 / n,
            Law::Uniform { .. } => 1.628 / (root + 0.12 + 0.11 / root),
            _ => 1.035 / (root - 0.01 + 0.85 / root),
        };
        most.max(0.01)
    }
}
