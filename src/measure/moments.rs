//! Sums over independent workspaces or replications, and the 95% intervals they give.

/// Sums of pairs (x, y), one pair a workspace, or a replication where the workspaces of one are not
/// independent: all that the interval of Σx / Σy needs.
///
/// Integers, so that their order does not matter. A product that would overflow loses
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
/// with a few thousand workspaces whose agents are active for a month, and with a replication of
/// them at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct WideSum {
    low: i128,
    carries: i64,
}

impl WideSum {
    /// `a` × `b`; `None` if that is 2^190 or more.
    fn product(a: i128, b: i128) -> Option<Self> {
        const HALF: u32 = 64;
        // Nearly all are as small as that, and it is one instruction.
        if let (Ok(a), Ok(b)) = (i64::try_from(a), i64::try_from(b)) {
            return Some(Self { low: i128::from(a) * i128::from(b), carries: 0 });
        }
        if let Some(low) = a.checked_mul(b) {
            return Some(Self { low, carries: 0 });
        }
        let split = |value: i128| {
            let value = value.unsigned_abs();
            (value >> HALF, value & u128::from(u64::MAX))
        };
        let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
        let low = a_low * b_low;
        let (middle, carry) = (a_high * b_low).overflowing_add(a_low * b_high);
        let (low, overflows) = low.overflowing_add(middle << HALF);
        let high = a_high * b_high + (middle >> HALF) + u128::from(overflows);
        if carry || high >= 1 << 62 {
            return None;
        }
        // What is in the upper half of 128 bits is as much below the next multiple of 2^128.
        let carries = high as i64 + i64::from(low >= 1 << 127);
        let positive = Self { low: low as i128, carries };
        Some(if (a < 0) == (b < 0) { positive } else { positive.negative() })
    }

    fn negative(self) -> Self {
        match self.low.checked_neg() {
            Some(low) => Self { low, carries: -self.carries },
            // 2^127 is 2^128 - 2^127.
            None => Self { low: self.low, carries: 1 - self.carries },
        }
    }

    /// `None` if the sum leaves the 192 bits that it has.
    fn plus(mut self, other: Self) -> Option<Self> {
        let (low, overflows) = self.low.overflowing_add(other.low);
        self.low = low;
        self.carries = self.carries.checked_add(other.carries)?;
        if overflows {
            self.carries = self.carries.checked_add(if other.low > 0 { 1 } else { -1 })?;
        }
        Some(self)
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
    /// Half the width of its interval; `None` where there are fewer than two observations.
    pub half_width: Option<f64>,
}

impl Default for PairMoments {
    fn default() -> Self {
        Self { n: 0, x: 0, y: 0, products: Some([WideSum::default(); 3]) }
    }
}

impl PairMoments {
    /// What these have together, as one observation.
    pub fn sum_as_one<'a>(of: impl Iterator<Item = &'a Self>) -> Self {
        let (x, y) = of.fold((0, 0), |(x, y), moments| (x + moments.x, y + moments.y));
        let mut one = Self::default();
        one.add(x, y);
        one
    }

    /// Takes up one workspace, or one replication.
    pub fn add(&mut self, x: i128, y: i128) {
        self.n += 1;
        self.x += x;
        self.y += y;
        let products = [WideSum::product(x, x), WideSum::product(x, y), WideSum::product(y, y)];
        let [xx, xy, yy] = products;
        let products = xx.zip(xy).zip(yy).map(|((xx, xy), yy)| [xx, xy, yy]);
        self.add_products(products);
    }

    /// Takes up so many workspaces in which nothing was, each with a y of 1.
    pub(super) fn add_nothing(&mut self, workspaces: u64) {
        let y = i128::from(workspaces);
        self.n += workspaces;
        self.y += y;
        let none = WideSum::default();
        self.add_products(Some([none, none, WideSum { low: y, carries: 0 }]));
    }

    fn add_products(&mut self, products: Option<[WideSum; 3]>) {
        self.products = self.products.zip(products).and_then(|(mine, theirs)| {
            let [xx, xy, yy] = mine;
            Some([xx.plus(theirs[0])?, xy.plus(theirs[1])?, yy.plus(theirs[2])?])
        });
    }

    /// Adds what another one took up.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.x += other.x;
        self.y += other.y;
        self.add_products(other.products);
    }

    /// Σx and Σy.
    pub(super) const fn sums(&self) -> (i128, i128) {
        (self.x, self.y)
    }

    /// How many workspaces or replications were taken up.
    pub const fn count(&self) -> u64 {
        self.n
    }

    /// Σx / Σy; `None` where Σy is 0. The interval is that of a ratio estimator.
    ///
    /// Source: W. G. Cochran, Sampling Techniques (3rd ed. 1977), equation 6.13, without the
    /// correction for finite populations.
    pub fn ratio(&self) -> Option<Interval> {
        Self::ratio_of(std::slice::from_ref(self))
    }

    /// The same of several populations together, each of which differs by itself alone.
    ///
    /// Source: W. G. Cochran, Sampling Techniques (3rd ed. 1977), section 6.11 (the combined ratio estimate in
    /// strata), without the correction for finite populations.
    pub fn ratio_of<'a>(
        strata: impl IntoIterator<Item = &'a Self, IntoIter: Clone>,
    ) -> Option<Interval> {
        let strata = strata.into_iter();
        let sums = strata.clone().fold((0, 0), |(x, y), it| (x + it.x, y + it.y));
        if sums.1 == 0 {
            return None;
        }
        let (x, y) = (sums.0 as f64, sums.1 as f64);
        let value = x / y;
        let are_several = strata.clone().nth(1).is_some();
        let spread = Self::spread(strata, |it, [xx, xy, yy]| {
            let residuals = xx - 2.0 * value * xy + value * value * yy;
            // Those of one population are 0 together.
            let sum = if are_several { it.x as f64 - value * it.y as f64 } else { 0.0 };
            residuals - sum * sum / it.n as f64
        });
        let half_width =
            spread.map(|(variance, degrees)| student_975(degrees) * (variance / (y * y)).sqrt());
        Some(Interval { value, half_width })
    }

    /// The variance of a sum over several populations, of each of which the squares about its mean are given,
    /// and its degrees of freedom; `None` where one has a single observation, which does not tell how others
    /// differ.
    fn spread<'a>(
        strata: impl Iterator<Item = &'a Self>,
        squares: impl Fn(&Self, [f64; 3]) -> f64,
    ) -> Option<(f64, u64)> {
        let (mut variances, mut degrees) = (Vec::new(), 0);
        for it in strata {
            let products = it.products.filter(|_| it.n > 1)?.map(WideSum::as_f64);
            let n = it.n as f64;
            variances.push(squares(it, products).max(0.0) / (n - 1.0) * n);
            degrees += it.n - 1;
        }
        // Sums of floats depend on their order, and groups may stand in any.
        variances.sort_unstable_by(f64::total_cmp);
        Some((variances.iter().sum(), degrees))
    }

    /// The 95% interval of the share that Σx is of n trials, each of which adds 1 or 0; `None` of none.
    ///
    /// Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, Journal of
    /// the American Statistical Association 22 (1927), 209-212.
    pub fn wilson(&self) -> Option<[f64; 2]> {
        let n = (self.n > 0).then_some(self.n as f64)?;
        let share = self.x as f64 / n;
        let centre = share + Z * Z / (2.0 * n);
        let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + Z * Z / n;
        // Rounding must not leave out what was observed.
        Some([
            ((centre - half) / whole).clamp(0.0, share),
            ((centre + half) / whole).clamp(share, 1.0),
        ])
    }

    /// Σx, with the interval of n times a mean of independent observations.
    pub fn total(&self) -> Interval {
        Self::total_of(std::slice::from_ref(self))
    }

    /// The same of several populations together: their variances add up.
    ///
    /// Source: W. G. Cochran, Sampling Techniques (3rd ed. 1977), section 5.3 (estimates in strata), without the
    /// correction for finite populations.
    pub fn total_of<'a>(strata: impl IntoIterator<Item = &'a Self, IntoIter: Clone>) -> Interval {
        let strata = strata.into_iter();
        let value = strata.clone().map(|it| it.x).sum::<i128>() as f64;
        let spread = Self::spread(strata, |it, [xx, _, _]| {
            let x = it.x as f64;
            xx - x * (x / it.n as f64)
        });
        let half_width = spread.map(|(variance, degrees)| student_975(degrees) * variance.sqrt());
        Interval { value, half_width }
    }
}

/// The 97.5% quantile of the normal distribution.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// The 97.5% quantile of Student's t with `degrees` degrees of freedom, to 5 digits.
///
/// A table up to 30 (three decimals as published), beyond it the expansion around the normal
/// quantile: only sums and products, so that every machine agrees to the last bit.
/// Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, table 26.10 and
/// equation 26.7.5.
pub(crate) fn student_975(degrees: u64) -> f64 {
    const TABLE: [f64; 30] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
        2.052, 2.048, 2.045, 2.042,
    ];
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
    fn populations_that_differ_from_each_other_alone_are_known_exactly() {
        let (mut few, mut many, mut pooled) = <[PairMoments; 3]>::default().into();
        for _ in 0..4 {
            few.add(5, 1);
            many.add(700, 10);
        }
        pooled.merge(&few);
        pooled.merge(&many);
        let together = [few, many];
        let (total, ratio) =
            (PairMoments::total_of(&together), PairMoments::ratio_of(&together).unwrap());
        assert_eq!((total.value, total.half_width), (2_820.0, Some(0.0)));
        assert!((ratio.value - 2_820.0 / 44.0).abs() < 1e-12);
        assert!(ratio.half_width.unwrap() < 1e-6, "{ratio:?}");
        assert_eq!(pooled.total().value.to_bits(), total.value.to_bits());
        assert!(pooled.total().half_width.unwrap() > 1_000.0);
        assert!(pooled.ratio().unwrap().half_width.unwrap() > 1.0);
        // What varies inside of each adds up: 2 degrees of freedom each.
        let of = |values: [i128; 3]| {
            let mut moments = PairMoments::default();
            for x in values {
                moments.add(x, 1);
            }
            moments
        };
        let half = PairMoments::total_of(&[of([1, 2, 3]), of([10, 20, 30])]).half_width.unwrap();
        assert!((half - 2.776 * 303.0_f64.sqrt()).abs() < 1e-9);
        assert_eq!(
            PairMoments::total_of(&[of([1, 2, 3]), few]).value.to_bits(),
            26.0_f64.to_bits()
        );
        let mut alone = PairMoments::default();
        alone.add(1, 1);
        assert_eq!(PairMoments::total_of(&[few, alone]).half_width, None);
    }

    #[test]
    fn workspaces_in_which_nothing_was_are_observations() {
        let (mut some, mut all) = (PairMoments::default(), PairMoments::default());
        for x in [3, 0, 5, 0, 0] {
            all.add(x, 1);
            if x > 0 {
                some.add(x, 1);
            }
        }
        some.add_nothing(3);
        assert_eq!(some, all);
    }

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
    fn a_share_of_workspaces_has_the_interval_of_wilson() {
        // L. D. Brown, T. T. Cai, A. DasGupta, Interval Estimation for a Binomial Proportion, Statistical
        // Science 16 (2001), write (x + k²/2) / (n + k²) for its middle; 7 of 20 by hand.
        let mut moments = PairMoments::default();
        (0..20).for_each(|number| moments.add(i128::from(number < 7), 1));
        let [low, high] = moments.wilson().unwrap();
        assert!((low - 0.181_2).abs() < 1e-4 && (high - 0.567_1).abs() < 1e-4, "{low} {high}");
        let mut none = PairMoments::default();
        (0..50).for_each(|_| none.add(0, 1));
        let [low, high] = none.wilson().unwrap();
        // Of none in n: k² / (n + k²).
        assert!(low == 0.0 && (high - 3.841_459 / 53.841_459).abs() < 1e-6, "{high}");
        assert_eq!(PairMoments::default().wilson(), None);
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
                let wide = values.iter().map(|&low| WideSum { low, carries: 0 });
                wide.fold(WideSum::default(), |sum, value| sum.plus(value).unwrap())
            };
            let (left, right) = values.split_at(cut.min(values.len()));
            let merged = sum(right).plus(sum(left)).unwrap();
            prop_assert_eq!(merged, sum(&values));
            let floats: f64 = values.iter().map(|&value| value as f64).sum();
            prop_assert!((merged.as_f64() - floats).abs() <= 1e-12 * 20.0 * (1_u128 << 127) as f64);
        }
    }

    proptest! {
        #[test]
        fn products_are_exact_beyond_128_bits(
            a in any::<i128>(),
            b in any::<i128>(),
            cuts in (0..127_u32, 0..127_u32),
        ) {
            let (a, b) = (a >> cuts.0, b >> cuts.1);
            let about = a as f64 * b as f64;
            match WideSum::product(a, b) {
                // The low half and the magnitude leave only one value.
                Some(product) => {
                    prop_assert_eq!(product.low, a.wrapping_mul(b));
                    prop_assert!((product.as_f64() - about).abs() <= 1e-12 * about.abs());
                    let minus = WideSum::product(-a, b).unwrap();
                    prop_assert_eq!(product.plus(minus), Some(WideSum::default()));
                }
                None => prop_assert!(about.abs() >= 1.5e57, "{about}"),
            }
        }
    }

    #[test]
    fn a_replication_is_one_observation() {
        // Two replications of 2,000 workspaces with 40 and 50 active agents for 30 days.
        let month = 30 * 86_400 * 1_000_000_000_i128;
        let replication = |active: i128| {
            let mut moments = PairMoments::default();
            (0..2_000).for_each(|_| moments.add(active * month, month));
            PairMoments::sum_as_one(std::iter::once(&moments))
        };
        let mut moments = replication(40);
        moments.merge(&replication(50));
        let interval = moments.ratio().unwrap();
        assert!((interval.value - 45.0).abs() < 1e-12);
        // The standard error of the mean of 40 and 50 is 5, t(1) = 12.706.
        assert!((interval.half_width.unwrap() - 12.706 * 5.0).abs() < 1e-6);
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
