//! Sums over independent workspaces, and the 95% intervals they give.

/// Sums of pairs (x, y), one pair a workspace: all that the interval of Σx / Σy needs.
///
/// Integers, so that the order of workspaces does not matter. A sum that would overflow loses the
/// interval, never the estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairMoments {
    n: u64,
    x: i128,
    y: i128,
    /// Σx², Σxy, Σy²; `None` once one of them has overflowed.
    products: Option<[i128; 3]>,
}

/// An estimate with its 95% interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub value: f64,
    /// Half the width of its interval; `None` where there are fewer than two workspaces.
    pub half_width: Option<f64>,
}

impl Default for PairMoments {
    fn default() -> Self {
        Self { n: 0, x: 0, y: 0, products: Some([0; 3]) }
    }
}

impl PairMoments {
    /// Takes up one workspace.
    pub fn add(&mut self, x: i128, y: i128) {
        self.n += 1;
        self.x += x;
        self.y += y;
        self.products = self.products.and_then(|[xx, xy, yy]| {
            Some([
                xx.checked_add(x.checked_mul(x)?)?,
                xy.checked_add(x.checked_mul(y)?)?,
                yy.checked_add(y.checked_mul(y)?)?,
            ])
        });
    }

    /// Adds what another one took up.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.x += other.x;
        self.y += other.y;
        self.products = self.products.zip(other.products).and_then(|(mine, theirs)| {
            Some([
                mine[0].checked_add(theirs[0])?,
                mine[1].checked_add(theirs[1])?,
                mine[2].checked_add(theirs[2])?,
            ])
        });
    }

    /// How many workspaces were taken up.
    pub const fn count(&self) -> u64 {
        self.n
    }

    /// Σx / Σy; `None` where Σy is 0. The interval is that of a ratio estimator.
    ///
    /// Source: W. G. Cochran, Sampling Techniques (3rd ed. 1977), equation 6.13, without the
    /// correction for finite populations.
    pub fn ratio(&self) -> Option<Interval> {
        if self.y == 0 {
            return None;
        }
        let value = self.x as f64 / self.y as f64;
        let half_width = self.products.filter(|_| self.n > 1).map(|[xx, xy, yy]| {
            let residuals = xx as f64 - 2.0 * value * xy as f64 + value * value * yy as f64;
            let n = self.n as f64;
            let variance = residuals.max(0.0) / (n - 1.0) * n / (self.y as f64 * self.y as f64);
            student_975(self.n - 1) * variance.sqrt()
        });
        Some(Interval { value, half_width })
    }

    /// Σx, with the interval of n times a mean of independent workspaces.
    pub fn total(&self) -> Interval {
        let half_width = self.products.filter(|_| self.n > 1).map(|[xx, _, _]| {
            let n = self.n as f64;
            let mean = self.x as f64 / n;
            let variance = (xx as f64 - self.x as f64 * mean).max(0.0) / (n - 1.0);
            student_975(self.n - 1) * (n * variance).sqrt()
        });
        Interval { value: self.x as f64, half_width }
    }
}

/// The 97.5% quantile of Student's t with `degrees` degrees of freedom, to 5 digits.
///
/// A table up to 30 (three decimals as published), beyond it the expansion around the normal
/// quantile: only sums and products, so that every machine agrees to the last bit.
/// Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, table 26.10 and
/// equation 26.7.5.
fn student_975(degrees: u64) -> f64 {
    const TABLE: [f64; 30] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
        2.052, 2.048, 2.045, 2.042,
    ];
    const Z: f64 = 1.959_963_984_540_054;
    if let Some(&quantile) = TABLE.get(degrees.saturating_sub(1) as usize) {
        return quantile;
    }
    let v = degrees as f64;
    let z3 = Z * Z * Z;
    let z5 = z3 * Z * Z;
    Z + (z3 + Z) / (4.0 * v) + (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / (96.0 * v * v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_quantiles_meet_published_tables() {
        for (degrees, published) in
            [(1, 12.706), (30, 2.042), (40, 2.0211), (60, 2.0003), (120, 1.9799)]
        {
            assert!((student_975(degrees) - published).abs() < 6e-4, "{degrees}");
        }
        assert!((student_975(1_000_000) - 1.959_966).abs() < 1e-5);
    }

    #[test]
    fn a_mean_over_workspaces_has_the_interval_of_student() {
        // 1, 2, .., 5: mean 3, sd sqrt(2.5), t(4) = 2.776.
        let mut moments = PairMoments::default();
        (1..=5).for_each(|x| moments.add(x, 1));
        let interval = moments.ratio().unwrap();
        assert!((interval.value - 3.0).abs() < 1e-12);
        let expected = 2.776 * (2.5_f64 / 5.0).sqrt();
        assert!((interval.half_width.unwrap() - expected).abs() < 1e-9);
        assert!((moments.total().half_width.unwrap() - 5.0 * expected).abs() < 1e-9);
    }

    #[test]
    fn an_overflow_costs_the_interval_and_not_the_estimate() {
        let mut moments = PairMoments::default();
        moments.add(i128::MAX / 4, 1);
        moments.add(1, 1);
        let interval = moments.ratio().unwrap();
        assert!(interval.half_width.is_none() && interval.value > 1e37);
    }
}
