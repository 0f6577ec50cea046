//! Gamma variates.

use super::Draw;
use super::ziggurat::{StandardNormal, UnitExponential};

/// Gamma with a given mean and shape.
///
/// Source: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM Transactions
/// on Mathematical Software 26 (2000), with its boost for shapes below 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gamma {
    normal: StandardNormal,
    boost: Option<Boost>,
    /// Mean of what is drawn before the boost, over `d`.
    scale: f64,
    /// The shape, raised to at least 1, less a third.
    d: f64,
    /// 1 / sqrt(9 d).
    c: f64,
}

/// What turns a gamma of shape `shape + 1` into one of shape `shape`: a factor U^(1 / shape).
#[derive(Debug, Clone, Copy)]
struct Boost {
    exponential: UnitExponential,
    /// 1 / shape.
    power: f64,
    /// Logarithm of d / shape.
    lift: f64,
}

impl Gamma {
    /// Gamma with this mean and shape, both above 0.
    ///
    /// Above a shape of about 10^28 the rejection test drowns in rounding, so callers with such a
    /// shape must know a better way.
    pub(super) fn new(mean: f64, shape: f64) -> Self {
        // Below 1e-300 the variate is 0 but for odds of about 1e-297; there `power` stays finite.
        let shape = shape.max(1e-300);
        let boosted = shape < 1.0;
        let d = if boosted { shape + 2.0 / 3.0 } else { shape - 1.0 / 3.0 };
        let boost = boosted.then(|| Boost {
            exponential: UnitExponential::new(),
            power: 1.0 / shape,
            lift: libm::log(d) - libm::log(shape),
        });
        Self {
            normal: StandardNormal::new(),
            boost,
            scale: if boosted { mean } else { mean * (d / shape) },
            d,
            c: 1.0 / (9.0 * d).sqrt(),
        }
    }

    /// A variate, at least 0.
    #[inline]
    pub(super) fn sample(&self, draw: &mut Draw) -> f64 {
        let variate = self.scale * self.sample_over_d(draw);
        match self.boost {
            None => variate,
            // In logarithms, since d / shape may be huge while U^(1 / shape) is tiny.
            Some(Boost { exponential, power, lift }) => {
                let factor = libm::exp(lift - exponential.sample(draw) * power);
                (variate * factor).min(f64::MAX)
            }
        }
    }

    /// A gamma variate of shape `d + 1/3` and scale 1, over `d`.
    fn sample_over_d(&self, draw: &mut Draw) -> f64 {
        loop {
            let z = self.normal.sample(draw);
            let root = 1.0 + self.c * z;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let u = draw.unit();
            // The squeeze spares 98% of the logarithms.
            if u < 1.0 - 0.0331 * (z * z) * (z * z)
                || libm::log(u) < 0.5 * z * z + self.d * (1.0 - v + libm::log(v))
            {
                return v;
            }
        }
    }
}
