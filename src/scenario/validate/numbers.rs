//! Ranges of single numbers, and distributions.

use super::super::at::{At, Findings};
use super::super::types::{
    self, Count, CountOrUnlimited, Hyperexponential, Kind, Measured, Number, Phase, ShareText,
};
use super::super::words::grouped;
use super::tables::empirical;
use crate::random::{Branch, Distribution};
use crate::units::{Share, SimSpan};

/// The least and the greatest spread of distributions that are shaped by it: beyond these their
/// samples are all alike, or all zero but for one in millions.
const SPREADS: std::ops::RangeInclusive<f64> = 0.001..=1_000.0;
/// The greatest number of phases of an Erlang distribution.
const MOST_PHASES: u64 = 100_000;
/// The greatest exponent of a Pareto tail.
const MOST_SHAPE: f64 = 1_000.0;

/// Notes a mistake if the span of a key of what stands at `at` is none.
pub(super) fn above_zero(span: SimSpan, key: &str, at: At<'_>, findings: &mut Findings) {
    if span.is_zero() {
        findings.add(at.key(key), format!("`{key}` must be above 0s"));
    }
}

/// A count within bounds; a bound where it is not.
pub(super) fn count(
    written: &Count,
    bounds: std::ops::RangeInclusive<u64>,
    what: &str,
    at: At<'_>,
    findings: &mut Findings,
) -> u32 {
    let (least, most) = (*bounds.start(), *bounds.end());
    if written.0 < least {
        findings.add(at, format!("{what} must be at least {least}"));
    } else if written.0 > most {
        findings.add(at, format!("{what} must be at most {}", grouped(most)));
    }
    u32::try_from(written.0.clamp(least, most)).unwrap_or(u32::MAX)
}

/// A count of at least `least`, or `None` for unlimited.
pub(super) fn count_or_unlimited(
    written: &CountOrUnlimited,
    least: u64,
    what: &str,
    at: At<'_>,
    findings: &mut Findings,
) -> Option<u32> {
    let bounds = least..=u64::from(u32::MAX);
    written.0.map(|number| count(&Count(number), bounds, what, at, findings))
}

/// A distribution of counts from 1 on, such as seats.
pub(super) fn count_from_one(
    written: &types::Distribution<Count>,
    most: u64,
    what: &str,
    at: At<'_>,
    findings: &mut Findings,
) -> Distribution {
    let distribution = distribution(written, at, findings);
    from_one(&distribution, most, what, at, findings);
    distribution
}

/// Holds what is drawn, as far as that can be seen, between 1 and `most`.
fn from_one(
    distribution: &Distribution,
    most: u64,
    what: &str,
    at: At<'_>,
    findings: &mut Findings,
) {
    let (least, greatest) = match distribution {
        Distribution::Mixture(branches) => {
            for (index, branch) in branches.iter().enumerate() {
                let at = at.key("mixture").item(index).key("of");
                from_one(&branch.of, most, what, at, findings);
            }
            return;
        }
        Distribution::Scaled { of, .. } => return from_one(of, most, what, at, findings),
        Distribution::Empirical(values) => values.range(),
        Distribution::Constant(value) => (*value, *value),
        Distribution::UniformCount { min, max } => (*min as f64, *max as f64),
        Distribution::Poisson { .. } => (0.0, 0.0),
        Distribution::Exponential { mean }
        | Distribution::Normal { mean, .. }
        | Distribution::Lognormal { mean, .. }
        | Distribution::Gamma { mean, .. }
        | Distribution::Weibull { mean, .. }
        | Distribution::Erlang { mean, .. }
        | Distribution::Hyperexponential { mean, .. }
        | Distribution::Geometric { mean } => (1.0, *mean),
        Distribution::Pareto { minimum, .. } => (1.0, *minimum),
        Distribution::Uniform { min, max } => (*min, *max),
    };
    let uniform = at.key("uniform");
    if least < 1.0 {
        let hint = "at least 1; `geometric` is a distribution on 1, 2, ..";
        findings.add_with_hint(uniform.key("min"), format!("{what} can be 0 here"), hint);
    } else if greatest > most as f64 {
        findings.add(uniform.key("max"), format!("{what} must be at most {}", grouped(most)));
    }
}

/// A distribution in the smallest unit of its quantity.
pub(super) fn distribution<Q: Measured>(
    written: &types::Distribution<Q>,
    at: At<'_>,
    findings: &mut Findings,
) -> Distribution {
    match written {
        types::Distribution::Constant(value) => Distribution::Constant(value.base()),
        types::Distribution::Named(kind) => Reader { at, findings }.kind(kind),
    }
}

/// Reads a distribution that stands at `at`.
struct Reader<'t, 'f> {
    at: At<'t>,
    findings: &'f mut Findings,
}

impl Reader<'_, '_> {
    fn kind<Q: Measured>(&mut self, kind: &Kind<Q>) -> Distribution {
        let base = Q::base_of_mean;
        match kind {
            Kind::Constant(value) => Distribution::Constant(value.base()),
            Kind::Exponential(mean) => {
                Distribution::Exponential { mean: self.mean("exponential", base(mean.value())) }
            }
            Kind::Uniform(range) => {
                let at = self.at.key("uniform");
                if range.min.base() > range.max.base() && at.key("max").is_sound() {
                    self.findings.add(at.key("min"), "`min` is greater than `max`");
                }
                Q::uniform(&range.min, &range.max)
            }
            Kind::Normal(spread) => Distribution::Normal {
                mean: self.mean("normal", base(&spread.mean)),
                cv: self.cv("normal", &spread.cv, 0.0),
            },
            Kind::Lognormal(spread) => Distribution::Lognormal {
                mean: self.mean("lognormal", base(&spread.mean)),
                cv: self.cv("lognormal", &spread.cv, *SPREADS.start()),
            },
            Kind::Gamma(spread) => Distribution::Gamma {
                mean: self.mean("gamma", base(&spread.mean)),
                cv: self.cv("gamma", &spread.cv, *SPREADS.start()),
            },
            Kind::Weibull(spread) => Distribution::Weibull {
                mean: self.mean("weibull", base(&spread.mean)),
                cv: self.cv("weibull", &spread.cv, *SPREADS.start()),
            },
            Kind::Hyperexponential(Hyperexponential { branches: Some(phases), .. }) => {
                self.phases::<Q>(phases)
            }
            Kind::Hyperexponential(Hyperexponential { mean, cv, .. }) => {
                // Without the one or the other the check found a mistake.
                let (mean, cv) = (mean.as_ref().map_or(1.0, base), cv.as_ref());
                Distribution::Hyperexponential {
                    mean: self.mean("hyperexponential", mean),
                    cv: self.cv("hyperexponential", cv.unwrap_or(&Number(1.0)), 1.0),
                }
            }
            Kind::Erlang(erlang) => {
                let at = self.at.key("erlang").key("k");
                let k = count(&erlang.k, 1..=MOST_PHASES, "`k`", at, self.findings);
                Distribution::Erlang { mean: self.mean("erlang", base(&erlang.mean)), k }
            }
            Kind::Pareto(pareto) => self.pareto(base(&pareto.minimum), &pareto.shape),
            Kind::Geometric(mean) => self.geometric::<Q>(base(mean.value())),
            Kind::Poisson(mean) => {
                let mean = base(mean.value()) / f64::from(Q::WHOLE);
                whole::<Q>(Distribution::Poisson { mean })
            }
            Kind::Mixture(branches) => {
                let at = self.at.key("mixture");
                self.shares("mixture", at, branches.iter().map(|branch| &branch.share));
                let branches = branches.iter().enumerate().map(|(index, branch)| Branch {
                    weight: branch.share.0.billionths(),
                    of: distribution(&branch.of, at.item(index).key("of"), self.findings),
                });
                Distribution::Mixture(branches.collect())
            }
            Kind::Empirical(file) => {
                empirical::<Q>(&file.0, self.at.key("empirical"), self.findings)
            }
        }
    }

    /// Geometric with a mean in the smallest unit of its quantity.
    fn geometric<Q: Measured>(&mut self, mean: f64) -> Distribution {
        let mean = mean / f64::from(Q::WHOLE);
        if mean < 1.0 {
            let message = "the mean of a geometric distribution on 1, 2, .. is at least 1";
            self.findings.add(self.at.key("geometric").key("mean"), message);
        }
        whole::<Q>(Distribution::Geometric { mean: mean.max(1.0) })
    }

    /// Exponentials that take turns.
    fn phases<Q: Measured>(&mut self, phases: &[Phase<Q::Mean>]) -> Distribution {
        let at = self.at.key("hyperexponential").key("branches");
        self.shares("branches", at, phases.iter().map(|phase| &phase.share));
        let branches = phases.iter().enumerate().map(|(index, phase)| {
            let mean = self.positive(at.item(index).key("mean"), Q::base_of_mean(&phase.mean));
            Branch { weight: phase.share.0.billionths(), of: Distribution::Exponential { mean } }
        });
        Distribution::Mixture(branches.collect())
    }

    /// Shares of the items of a list at `at`, which are everything together.
    fn shares<'s>(&mut self, key: &str, at: At<'_>, shares: impl Iterator<Item = &'s ShareText>) {
        let mut sound = at.is_sound();
        let mut sum = 0;
        for (index, share) in shares.enumerate() {
            sound &= at.item(index).key("share").is_sound();
            sum += share.0.billionths();
        }
        if sound && sum != Share::WHOLE.billionths() {
            let message =
                format!("the shares of `{key}` sum to {}%, not to 100%", sum as f64 / 1e7);
            self.findings.add(at, message);
        }
    }

    /// A mean, which must be above 0.
    fn mean(&mut self, kind: &str, mean: f64) -> f64 {
        self.positive(self.at.key(kind).key("mean"), mean)
    }

    /// A mean at `at`, which must be above 0.
    fn positive(&mut self, at: At<'_>, mean: f64) -> f64 {
        if mean > 0.0 {
            return mean;
        }
        let hint = "for what is always zero, write zero without a distribution";
        self.findings.add_with_hint(at, "a mean must be above 0", hint);
        1.0
    }

    /// A coefficient of variation from `least` to 1,000.
    fn cv(&mut self, kind: &str, cv: &Number, least: f64) -> f64 {
        let most = *SPREADS.end();
        if cv.0 < least || cv.0 > most {
            let at = self.at.key(kind).key("cv");
            let hint = format!("`cv` of `{kind}` is from {least} to {}", grouped(most as u64));
            self.findings.add_with_hint(at, format!("`cv` is out of range: {}", cv.0), hint);
        }
        cv.0.clamp(least, most)
    }

    fn pareto(&mut self, minimum: f64, shape: &Number) -> Distribution {
        let at = self.at.key("pareto");
        if minimum <= 0.0 {
            self.findings.add(at.key("minimum"), "`minimum` must be above 0");
        }
        if shape.0 <= 0.0 || shape.0 > MOST_SHAPE {
            let message = format!("`shape` must be above 0 and at most {MOST_SHAPE}");
            self.findings.add(at.key("shape"), message);
        }
        Distribution::Pareto { minimum, shape: shape.0 }
    }
}

/// A distribution of whole things in the smallest unit of their quantity.
fn whole<Q: Measured>(of: Distribution) -> Distribution {
    match Q::WHOLE {
        1 => of,
        unit => Distribution::Scaled { unit: f64::from(unit), of: Box::new(of) },
    }
}
