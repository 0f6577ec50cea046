//! The most likely law of a family, and how well it fits.

use libm::{exp, log, sqrt};

use super::law::Law;
use super::sample::{Cell, Sample};
use super::simplex::least;

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
    /// Smirnov's distance. Bounds are the edges of buckets, so it is at most the share of one bucket
    /// less than it is over all bounds.
    pub distance: f64,
    /// Akaike's criterion: twice the parameters less twice the logarithm of the likelihood.
    pub aic: f64,
}

impl Family {
    /// The most likely law of the family; `None` if that is one that no sample can show, such as
    /// bursts that are shorter than the time between any two arrivals.
    ///
    /// The likelihood is that of the counts in buckets, and of so many beyond the horizon.
    pub(super) fn fit(self, sample: &Sample) -> Option<Candidate> {
        let judged = Judged::new(sample);
        let (mean, cv) = (sample.mean(), sample.cv().clamp(0.05, 20.0));
        let law = match self {
            Self::Exponential => {
                // With spans cut off at the horizon: their sum over those that were seen to end.
                let seen = (sample.count() - sample.beyond()) as f64;
                Law::Exponential { mean: sample.seen_time() / seen }
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
        let candidate = judged.candidate(law);
        (candidate.aic.is_finite() && is_shown(&law, sample)).then_some(candidate)
    }
}

/// Whether a sample can show that values are of a law: what is longer than all that was seen, or
/// shorter than anything that was, is only where the search went astray.
fn is_shown(law: &Law, sample: &Sample) -> bool {
    /// No sample of so many values as there ever are tells how often such rare ones come.
    const MOST_CV: f64 = 100.0;
    let whole = sample.seen_time();
    let seen = sample.shortest()..=whole;
    let bursts = match law {
        Law::Bursts { gap, on, off } => [gap, on, off].iter().all(|it| seen.contains(it)),
        _ => true,
    };
    bursts && law.mean() <= whole && law.cv() <= MOST_CV
}

/// A sample that laws are held against.
struct Judged {
    cells: Vec<Cell>,
    blur: f64,
    count: u64,
    beyond: u64,
    horizon: f64,
}

impl Judged {
    fn new(sample: &Sample) -> Self {
        Self {
            cells: sample.cells(),
            blur: sample.blur(),
            count: sample.count(),
            beyond: sample.beyond(),
            horizon: sample.horizon(),
        }
    }

    /// The share of values up to `x`, as stamps show them.
    ///
    /// A gap between two stamps that are rounded down is up to a grain shorter or longer than it is.
    /// Where in its grain the first of both lies is uniform, so a share is the mean over a grain. By
    /// the rule of Gauss with four points (DLMF 3.5.v); beyond some grains it makes no difference.
    fn below(&self, law: &Law, x: f64) -> f64 {
        const FAR: f64 = 32.0;
        const RULE: [(f64, f64); 4] = [
            (-0.430_568_155_8, 0.173_927_422_6),
            (-0.169_990_521_8, 0.326_072_577_4),
            (0.169_990_521_8, 0.326_072_577_4),
            (0.430_568_155_8, 0.173_927_422_6),
        ];
        if self.blur > 0.0 && x > 0.0 && x < FAR * self.blur {
            RULE.iter().map(|(at, weight)| weight * law.below(x + at * self.blur)).sum()
        } else {
            law.below(x)
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
                self.below(law, cell.from)
            };
            let to = self.below(law, cell.to);
            cost -= cell.count as f64 * log((to - from).max(LEAST));
            before = (cell.to, to);
        }
        if self.beyond > 0 {
            cost -= self.beyond as f64 * log((1.0 - self.below(law, self.horizon)).max(LEAST));
        }
        cost
    }

    fn candidate(&self, law: Law) -> Candidate {
        let count = self.count as f64;
        let mut below = 0_u64;
        let mut distance: f64 = 0.0;
        let law = &law;
        for cell in &self.cells {
            distance = distance.max((self.below(law, cell.from) - below as f64 / count).abs());
            below += cell.count;
            distance = distance.max((self.below(law, cell.to) - below as f64 / count).abs());
        }
        if self.beyond > 0 {
            distance = distance.max((self.below(law, self.horizon) - below as f64 / count).abs());
        }
        let aic = 2.0 * (f64::from(law.parameters()) + self.cost(law));
        Candidate { law: *law, distance, aic }
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
    ///
    /// Of a Weibull law it is a little less (1.007: Chandra, Singpurwalla and Stephens 1981), and of
    /// bursts, which have three parameters, too: a law that is kept may be wrong by a little more.
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

    /// Whether chance explains the distance between the law and so many values.
    pub(super) fn fits(&self, count: u64) -> bool {
        self.distance <= Self::most(&self.law, count)
    }
}
