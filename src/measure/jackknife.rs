//! How far a deviation is uncertain: a jackknife over what is independent of each other.

use super::moments::student_975;

/// How many pools of the sections of a group are told apart for deviations: squares are skewed, and so are their
/// sums over a pool, but less so the more sections it has.
const POOLS: usize = 10;

/// What a deviation of times is made of.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) count: u64,
    /// \[ns\]
    pub(super) sum: u128,
    /// \[ns²\] `u128::MAX` once it has overflowed.
    pub(super) squares: u128,
}

impl Sums {
    const fn and(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            squares: self.squares.saturating_add(other.squares),
        }
    }

    /// Without what are some of them.
    const fn without(self, some: Self) -> Self {
        Self {
            count: self.count - some.count,
            sum: self.sum - some.sum,
            squares: self.squares - some.squares,
        }
    }

    /// The same about a time near the mean \[ns\], so that nothing cancels in what is made of it.
    fn about(self, middle: u128) -> About {
        let count = u128::from(self.count);
        // What goes beyond 128 bits on the way does not in the end: squares are the least about the mean.
        let sum = self.sum.wrapping_sub(count.wrapping_mul(middle)).cast_signed();
        let twice = middle.wrapping_mul(2).wrapping_mul(self.sum);
        let shift = middle.wrapping_mul(middle).wrapping_mul(count);
        let squares = self.squares.wrapping_sub(twice).wrapping_add(shift);
        About { count: self.count as f64, sum: sum as f64, squares: squares as f64 }
    }
}

/// [`Sums`] about some time.
#[derive(Debug, Clone, Copy)]
struct About {
    count: f64,
    /// \[ns\]
    sum: f64,
    /// \[ns²\]
    squares: f64,
}

impl About {
    /// With what others come to if there are so many times as many of them.
    fn and(self, others: Self, times: f64) -> Self {
        Self {
            count: self.count + times * others.count,
            sum: self.sum + times * others.sum,
            squares: self.squares + times * others.squares,
        }
    }

    /// \[ns\] `None` where there are none, or what deviates is no more than rounding.
    fn deviation(self) -> Option<f64> {
        let (mean, square) = (self.sum / self.count, self.squares / self.count);
        let variance = square - mean * mean;
        (variance > 1e-12 * square).then(|| variance.sqrt())
    }
}

/// By what factors the deviation of all times may be less and greater than it is, with 95%, by their sums in
/// the sections of each stratum: a jackknife of its logarithm, since there is no end to how great it may be,
/// but one to how small, corrected for bias, since few sections seldom have the greatest times. Of one stratum at
/// a time a part is left out, for which the rest of it stands. Where one has a single section, which does not
/// tell how others differ, all are of one population. `None` where there are no two sections, or where without a
/// part nothing deviates.
///
/// Sources: F. M. T. A. Busing, E. Meijer, R. van der Leeden, Delete-m Jackknife for Unequal m, Statistics
/// and Computing 9 (1999), 3-8: for pools need not have as many sections as each other. W. G. Cochran,
/// Sampling Techniques (3rd ed. 1977), equation 5.16: the degrees of freedom of several strata. J. N. K. Rao,
/// C. F. J. Wu, Inference from Stratified Samples, Journal of the American Statistical Association 80 (1985),
/// 620-630: the jackknife of several strata.
pub(super) fn deviation_factors(strata: Vec<Vec<Sums>>) -> Option<[f64; 2]> {
    let strata: Vec<Vec<Pool>> = if strata.iter().any(|sections| sections.len() == 1) {
        let alone = |sums| Pool { sections: 1, sums };
        vec![strata.into_iter().flatten().map(alone).collect()]
    } else {
        strata.iter().map(|sections| pools(sections)).collect()
    };
    let sums = |pools: &[Pool]| pools.iter().fold(Sums::default(), |all, pool| all.and(pool.sums));
    let all = strata.iter().fold(Sums::default(), |all, pools| all.and(sums(pools)));
    let middle = all.sum.checked_div(all.count.into()).filter(|_| all.squares != u128::MAX)?;
    let whole = all.about(middle).deviation()?;
    let told = strata.iter().map(|pools| {
        let group = sums(pools);
        let rest = all.without(group).about(middle);
        // Who is left of a group stands for all of it. The logarithm of the whole is 0.
        Jackknife::of(pools, |pool, times| {
            let left = group.without(pool.sums).about(middle);
            Some(libm::log(rest.and(left, times).deviation()? / whole))
        })
    });
    let mut told: Vec<Jackknife> = told.collect::<Option<_>>()?;
    // Sums of floats depend on their order, and groups may stand in any.
    told.sort_unstable_by(|a, b| {
        a.variance.total_cmp(&b.variance).then(a.correction.total_cmp(&b.correction))
    });
    let correction: f64 = told.iter().map(|it| it.correction).sum();
    let variance: f64 = told.iter().map(|it| it.variance).sum();
    let by_degrees = told.iter().map(|it| it.variance * it.variance / it.degrees);
    // Rounding must not cost one; where all are alike there are none, and none are needed.
    let degrees = (variance * variance / by_degrees.sum::<f64>() + 1e-9).max(1.0);
    let half = student_975(degrees as u64) * variance.sqrt();
    // An estimate that is far from what it is corrected to still belongs to its interval.
    Some([libm::exp((correction - half).min(0.0)), libm::exp((correction + half).max(0.0))])
}

/// Sections that are taken together.
#[derive(Debug, Clone, Copy, Default)]
struct Pool {
    sections: usize,
    sums: Sums,
}

/// No more than [`POOLS`] of neighbours among these sections.
fn pools(sections: &[Sums]) -> Vec<Pool> {
    let count = sections.len().min(POOLS);
    let mut pools = vec![Pool::default(); count];
    for (place, sums) in sections.iter().enumerate() {
        let pool = &mut pools[place * count / sections.len()];
        *pool = Pool { sections: pool.sections + 1, sums: pool.sums.and(*sums) };
    }
    pools
}

/// What a jackknife tells of an estimate by the pools of a stratum.
#[derive(Debug, Clone, Copy)]
struct Jackknife {
    /// By how much the estimate is to be corrected for bias.
    correction: f64,
    variance: f64,
    degrees: f64,
}

impl Jackknife {
    /// By what the estimate is `without` each of them, where others count so many times instead of it, and it is
    /// 0 with all. `None` where there is one pool alone.
    fn of(pools: &[Pool], without: impl Fn(&Pool, f64) -> Option<f64>) -> Option<Self> {
        if pools.len() < 2 {
            return None;
        }
        let sections: usize = pools.iter().map(|pool| pool.sections).sum();
        let told = pools.iter().map(|pool| {
            let share = pool.sections as f64 / sections as f64;
            Some((share, -(1.0 - share) / share * without(pool, 1.0 / (1.0 - share))?))
        });
        let mut told: Vec<(f64, f64)> = told.collect::<Option<_>>()?;
        // Those of one population may be of groups, which may stand in any order.
        told.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.total_cmp(&b.0)));
        let correction: f64 = told.iter().map(|(share, pseudo)| share * pseudo).sum();
        let away = |pseudo: f64| (pseudo - correction) * (pseudo - correction);
        let spread = told.iter().map(|&(share, pseudo)| share / (1.0 - share) * away(pseudo));
        let variance = spread.sum::<f64>() / told.len() as f64;
        Some(Self { correction, variance, degrees: told.len() as f64 - 1.0 })
    }
}
