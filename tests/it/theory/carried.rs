//! Pools whose periods know of each other: what is left is carried over, or overage is deducted.

use std::collections::BTreeMap;

use super::poisson;

/// What becomes of the credits that are left when a period ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Keeps {
    Nothing,
    All,
    /// So many in total after the renewal.
    UpTo(u32),
}

/// A pool that begins full and renews. Messages cost one credit, and come as a Poisson stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct RenewingPool {
    pub(super) included: u32,
    /// Messages expected in a period.
    pub(super) messages: f64,
    pub(super) keeps: Keeps,
    /// The most that is charged beyond the pool in a period.
    pub(super) overage: u32,
    /// Whether the next periods pay for it.
    pub(super) deducts: bool,
}

/// Credits over so many periods, on average.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Books {
    pub(super) refused: f64,
    pub(super) consumed: f64,
    pub(super) overage: f64,
    pub(super) expired: f64,
    /// Granted by renewals, less what was deducted.
    pub(super) granted: f64,
    /// The balance at the end.
    pub(super) closing: f64,
    /// Overage that is yet to be deducted at the end.
    pub(super) owed: f64,
}

impl RenewingPool {
    /// By the chain of what is in the pool and what is owed when a period begins.
    pub(super) fn over(self, periods: u32) -> Books {
        let mut books = Books::default();
        let mut begins = BTreeMap::from([((self.included, 0), 1.0)]);
        let most = (self.messages + 12.0 * self.messages.sqrt()) as u32 + 30;
        let counts: Vec<f64> = (0..=most).map(|n| poisson::mass(self.messages, n)).collect();
        for period in 1..=periods {
            let mut next = BTreeMap::new();
            for (&(pool, owed), &share) in &begins {
                for (wanted, count) in (0_u32..).zip(&counts) {
                    let likely = share * count;
                    let paid = wanted.min(pool);
                    let beyond = (wanted - paid).min(self.overage);
                    let left = pool - paid;
                    let owed = owed + if self.deducts { beyond } else { 0 };
                    books.consumed += likely * f64::from(paid);
                    books.overage += likely * f64::from(beyond);
                    books.refused += likely * f64::from(wanted - paid - beyond);
                    if period == periods {
                        books.closing += likely * f64::from(left);
                        books.owed += likely * f64::from(owed);
                        continue;
                    }
                    let kept = match self.keeps {
                        Keeps::Nothing => 0,
                        Keeps::All => left,
                        Keeps::UpTo(total) => left.min(total.saturating_sub(self.included)),
                    };
                    let granted = self.included - owed.min(self.included);
                    books.expired += likely * f64::from(left - kept);
                    books.granted += likely * f64::from(granted);
                    let begin = (kept + granted, owed - (self.included - granted));
                    *next.entry(begin).or_insert(0.0) += likely;
                }
            }
            begins = next;
        }
        books
    }
}

#[cfg(test)]
mod tests {
    use super::super::pools::PoolPeriod;
    use super::super::tolerance::assert_close;
    use super::*;

    const POOL: RenewingPool = RenewingPool {
        included: 20,
        messages: 18.0,
        keeps: Keeps::Nothing,
        overage: 0,
        deducts: false,
    };

    #[test]
    fn periods_that_know_nothing_of_each_other() {
        for (overage, keeps) in [(0, Keeps::Nothing), (4, Keeps::Nothing), (4, Keeps::UpTo(20))] {
            let books = RenewingPool { keeps, overage, ..POOL }.over(10);
            let theory = PoolPeriod { credits: 20 + overage, rate: 18.0, length: 1.0 };
            assert_close(books.refused / 180.0, theory.refused_share(), 1e-9);
            let theory = PoolPeriod { credits: 20, rate: 18.0, length: 1.0 };
            assert_close(books.consumed / 180.0, 1.0 - theory.refused_share(), 1e-9);
            assert_close(books.granted, 9.0 * 20.0, 1e-9);
            let spent = books.consumed + books.expired + books.closing;
            assert_close(20.0 + books.granted, spent, 1e-9);
        }
    }

    /// What is left at the end of each period, if all is kept, is the greatest of a random walk of
    /// what is included less what is wanted; and what is owed, if all is deducted, that of the walk
    /// the other way. By Spitzer, as in `transients`.
    #[test]
    fn what_is_kept_or_owed_is_the_greatest_of_a_random_walk() {
        let kept = RenewingPool { keeps: Keeps::All, ..POOL };
        let owed = RenewingPool { overage: u32::MAX, deducts: true, messages: 21.0, ..POOL };
        let (mut expected_left, mut expected_owed) = (0.0, 0.0);
        for periods in 1..=12_u32 {
            let above = |pool: RenewingPool, sign: f64| -> f64 {
                let mean = pool.messages * f64::from(periods);
                let distance = |n: u32| sign * (f64::from(20 * periods) - f64::from(n));
                (0..900).map(|n| poisson::mass(mean, n) * distance(n).max(0.0)).sum()
            };
            expected_left += above(kept, 1.0) / f64::from(periods);
            expected_owed += above(owed, -1.0) / f64::from(periods);
            assert_close(kept.over(periods).closing, expected_left, 1e-9);
            assert_close(owed.over(periods).owed, expected_owed, 1e-9);
            assert!(owed.over(periods).refused == 0.0);
        }
    }

    /// A pool of one credit that keeps up to two, by hand over two periods.
    #[test]
    fn a_small_pool_by_hand() {
        let pool = RenewingPool { included: 1, messages: 1.0, keeps: Keeps::UpTo(2), ..POOL };
        let e = libm::exp(-1.0);
        let books = pool.over(2);
        // Nobody writes in the first period: then two are paid in the second, else one.
        let one = 1.0 - e;
        let two = 1.0 - e + 1.0 - 2.0 * e;
        assert_close(books.consumed, one + e * two + (1.0 - e) * one, 1e-12);
        assert!(books.expired + books.overage == 0.0);
        assert_close(books.refused, 2.0 - books.consumed, 1e-12);
    }
}
