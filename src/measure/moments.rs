//! Sums over independent workspaces, and the 95% intervals they give.

/// Sums of pairs (x, y), one pair a workspace: all that the interval of Σx / Σy needs.
///
/// Integers, so that the order of workspaces does not matter. A product that would overflow loses
/// the interval, never the estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairMoments {
    n: u64,
    x: i128,
    y: i128,
    /// Σx², Σxy, Σy²; `None` once a product has overflowed.
    products: Option<[WideSum; 3]>,
}

/// A sum of integers that may leave 128 bits: `carries` × 2^128 + `low`. Squares of nanoseconds do
/// with a few thousand workspaces whose agents are active for a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct WideSum {
    low: i128,
    carries: i64,
}

impl WideSum {
    fn add(&mut self, value: i128) {
        let (low, overflows) = self.low.overflowing_add(value);
        self.low = low;
        if overflows {
            self.carries += if value > 0 { 1 } else { -1 };
        }
    }

    fn merge(&mut self, other: Self) {
        self.add(other.low);
        self.carries += other.carries;
    }

    fn as_f64(self) -> f64 {
        const CARRY: f64 = (1_u128 << 127) as f64 * 2.0;
        self.carries as f64 * CARRY + self.low as f64
    }
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
        Self { n: 0, x: 0, y: 0, products: Some([WideSum::default(); 3]) }
    }
}

impl PairMoments {
    /// Takes up one workspace.
    pub fn add(&mut self, x: i128, y: i128) {
        self.n += 1;
        self.x += x;
        self.y += y;
        let products = [x.checked_mul(x), x.checked_mul(y), y.checked_mul(y)];
        for (index, product) in products.into_iter().enumerate() {
            match (&mut self.products, product) {
                (Some(sums), Some(product)) => sums[index].add(product),
                _ => self.products = None,
            }
        }
    }

    /// Adds what another one took up.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.x += other.x;
        self.y += other.y;
        self.products = self.products.zip(other.products).map(|(mut sums, theirs)| {
            sums.iter_mut().zip(theirs).for_each(|(sum, other)| sum.merge(other));
            sums
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
        let half_width = self.products.filter(|_| self.n > 1).map(|products| {
            let [xx, xy, yy] = products.map(WideSum::as_f64);
            let residuals = xx - 2.0 * value * xy + value * value * yy;
            let n = self.n as f64;
            let variance = residuals.max(0.0) / (n - 1.0) * n / (self.y as f64 * self.y as f64);
            student_975(self.n - 1) * variance.sqrt()
        });
        Some(Interval { value, half_width })
    }

    /// Σx, with the interval of n times a mean of independent workspaces.
    pub fn total(&self) -> Interval {
        let half_width = self.products.filter(|_| self.n > 1).map(|[xx, _, _]| {
            let xx = xx.as_f64();
            let n = self.n as f64;
            let mean = self.x as f64 / n;
            let variance = (xx - self.x as f64 * mean).max(0.0) / (n - 1.0);
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
    use proptest::prelude::*;

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
    fn sums_that_leave_128_bits_keep_the_interval() {
        // 40 and 50 active agents for 30 days, in 40,000 workspaces.
        let month = 30 * 86_400 * 1_000_000_000_i128;
        let (mut whole, mut half) = (PairMoments::default(), PairMoments::default());
        for number in 0..40_000 {
            let active = if number % 2 == 0 { 40 } else { 50 };
            if number == 15_001 {
                whole.merge(&half);
                half = PairMoments::default();
            }
            half.add(active * month, month);
        }
        whole.merge(&half);
        let interval = whole.ratio().unwrap();
        assert!((interval.value - 45.0).abs() < 1e-9);
        let expected = 1.96 * 5.0 / 200.0;
        assert!((interval.half_width.unwrap() / expected - 1.0).abs() < 1e-3);
    }

    proptest! {
        #[test]
        fn wide_sums_do_not_depend_on_their_order(
            values in prop::collection::vec(any::<i128>(), 0..20),
            cut in 0..20_usize,
        ) {
            let sum = |values: &[i128]| {
                let mut sum = WideSum::default();
                for &value in values {
                    sum.add(value);
                }
                sum
            };
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut merged = sum(right);
            merged.merge(sum(left));
            prop_assert_eq!(merged, sum(&values));
            let floats: f64 = values.iter().map(|&value| value as f64).sum();
            prop_assert!((merged.as_f64() - floats).abs() <= 1e-12 * 20.0 * (1_u128 << 127) as f64);
        }
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
