//! The token bucket in exact integers.
//!
//! Equals the generic cell rate algorithm with emission interval `1 / rate` and tolerance
//! `(burst - 1) / rate`.
//! Source: ATM Forum, Traffic Management Specification 4.1 (1999), section 4.4.2.

use crate::units::{Rate, SimSpan, SimTime};

/// The numbers of a token bucket, compiled to integers.
///
/// The level is counted in *drops*: a unit so small that one nanosecond brings a whole number of
/// them (`gain`) and a thousandth of a token is a whole number of them (`price`). So refilling
/// never rounds, and a rate such as `7/min` never drifts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBucketQuota {
    /// Drops that come back in a nanosecond, above 0.
    gain: u64,
    /// Drops in a thousandth of a token, above 0.
    price: u64,
    /// Drops in a full bucket.
    full: u128,
}

impl TokenBucketQuota {
    /// Compiles `rate` and a burst in thousandths of a token.
    ///
    /// # Panics
    ///
    /// If 1000 times the events of `rate` exceed 64 bits: [`Rate`] as parsed never does, since it
    /// has at most one event a nanosecond.
    pub fn new(rate: Rate, burst_thousandths: u64) -> Self {
        // `events` tokens per `per` ns: 1000 x events thousandths per `per` ns. In lowest terms
        // that is `gain` drops a nanosecond at `price` drops a thousandth.
        let thousandths =
            rate.events().checked_mul(1_000).expect("a rate has at most one event a nanosecond");
        let lowest = Rate::new(thousandths, rate.per());
        let price = lowest.per().nanos();
        Self {
            gain: lowest.events(),
            price,
            full: u128::from(burst_thousandths) * u128::from(price),
        }
    }
}

/// The state of one token bucket. Starts full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBucket {
    /// Drops in the bucket at `seen`, at most `full`.
    level: u128,
    /// When `level` was worked out.
    seen: SimTime,
}

impl TokenBucket {
    /// A full bucket.
    pub const fn new(quota: &TokenBucketQuota) -> Self {
        Self { level: quota.full, seen: SimTime::ZERO }
    }

    /// A bucket that is full at `now`.
    pub const fn starting(quota: &TokenBucketQuota, now: SimTime) -> Self {
        Self { level: quota.full, seen: now }
    }

    /// The bucket with other numbers from `now` on: it keeps its level, cut to the new burst, and
    /// rounded down to a millionth of a token and to a drop of the new quota. With the same numbers
    /// it stays as it is.
    pub fn converted(
        mut self,
        old: &TokenBucketQuota,
        new: &TokenBucketQuota,
        now: SimTime,
    ) -> Self {
        if old == new {
            return self;
        }
        self.refill(old, now);
        let parts = self.level * 1_000 / u128::from(old.price);
        let level = (parts * u128::from(new.price) / 1_000).min(new.full);
        Self { level, seen: now }
    }

    #[inline]
    fn refill(&mut self, quota: &TokenBucketQuota, now: SimTime) {
        let elapsed = u128::from((now - self.seen).nanos());
        self.level = (self.level + elapsed * u128::from(quota.gain)).min(quota.full);
        self.seen = now;
    }

    /// Whether an attempt that weighs `weight` thousandths of a token is admitted at `now`.
    ///
    /// Refilling happens here; it takes nothing.
    ///
    /// # Errors
    ///
    /// After how long the attempt would be admitted if nobody else came; `None` if never, since it
    /// weighs more than the burst.
    pub fn check(
        &mut self,
        quota: &TokenBucketQuota,
        now: SimTime,
        weight: u64,
    ) -> Result<(), Option<SimSpan>> {
        self.refill(quota, now);
        let needed = u128::from(weight) * u128::from(quota.price);
        if needed <= self.level {
            return Ok(());
        }
        if needed > quota.full {
            return Err(None);
        }
        let wait = (needed - self.level).div_ceil(u128::from(quota.gain));
        Err(Some(SimSpan::from_nanos(u64::try_from(wait).unwrap_or(u64::MAX))))
    }

    /// Takes the tokens that [`check`](Self::check) found at the same instant.
    ///
    /// # Panics
    ///
    /// If they are not there: nobody checked.
    pub fn take(&mut self, quota: &TokenBucketQuota, weight: u64) {
        let needed = u128::from(weight) * u128::from(quota.price);
        assert!(needed <= self.level, "taken without a check: {needed} of {}", self.level);
        self.level -= needed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(rate: &str, burst: u64) -> TokenBucketQuota {
        TokenBucketQuota::new(rate.parse().unwrap(), burst * 1_000)
    }

    fn admit(bucket: &mut TokenBucket, quota: &TokenBucketQuota, nanos: u64) -> bool {
        let admitted = bucket.check(quota, SimTime::from_nanos(nanos), 1_000).is_ok();
        if admitted {
            bucket.take(quota, 1_000);
        }
        admitted
    }

    #[test]
    fn a_full_bucket_admits_its_burst_at_once_and_then_one_an_interval() {
        let quota = quota("20/s", 3);
        let mut bucket = TokenBucket::new(&quota);
        assert_eq!((0..5).filter(|_| admit(&mut bucket, &quota, 7)).count(), 3);
        assert!(!admit(&mut bucket, &quota, 50_000_006));
        assert!(admit(&mut bucket, &quota, 50_000_007));
        assert!(!admit(&mut bucket, &quota, 50_000_007));
    }

    #[test]
    fn retry_after_is_tight_to_the_nanosecond() {
        // 7/min does not divide a minute's nanoseconds: 60e9 / 7 is not whole.
        let quota = quota("7/min", 2);
        let mut bucket = TokenBucket::new(&quota);
        let mut now = 0;
        for _ in 0..1_000 {
            while admit(&mut bucket, &quota, now) {}
            let wait = bucket.check(&quota, SimTime::from_nanos(now), 1_000).unwrap_err().unwrap();
            let early = now + wait.nanos() - 1;
            assert!(!admit(&mut bucket, &quota, early));
            assert!(admit(&mut bucket, &quota, early + 1));
            now = early + 1;
        }
        // No drift: after two in a burst, 999 or 1,000 intervals of 60e9 / 7 ns, rounded up.
        assert_eq!(now, (1_000 * 60_000_000_000_u64).div_ceil(7));
    }

    #[test]
    fn a_change_of_plan_that_changes_no_number_costs_nothing() {
        // A drop of this bucket is 91 millionths of a token: rounding to drops would be seen.
        let quota = quota("1/11ns", 1);
        let mut bucket = TokenBucket::new(&quota);
        assert!(admit(&mut bucket, &quota, 0));
        let mut bucket = bucket.converted(&quota, &quota, SimTime::from_nanos(2));
        let wait = bucket.check(&quota, SimTime::from_nanos(7), 1_000);
        assert_eq!(wait, Err(Some(SimSpan::from_nanos(4))));
    }

    #[test]
    fn a_level_is_kept_and_cut_to_the_new_burst() {
        let (old, new) = (quota("1/s", 10), quota("1/s", 4));
        let bucket = TokenBucket::new(&old).converted(&old, &new, SimTime::ZERO);
        assert_eq!(bucket, TokenBucket::new(&new));
        let grown = bucket.converted(&new, &old, SimTime::ZERO);
        assert_eq!(grown.level, u128::from(old.price) * 4_000);
    }

    #[test]
    fn more_than_the_burst_is_never_admitted() {
        let quota = quota("1/s", 5);
        let mut bucket = TokenBucket::new(&quota);
        assert_eq!(bucket.check(&quota, SimTime::ZERO, 5_001), Err(None));
    }

    #[test]
    fn the_largest_numbers_of_the_language_do_not_overflow() {
        let rate = Rate::new(999_999_999_999_989, SimSpan::MAX_DURATION);
        let quota = TokenBucketQuota::new(rate, 1_000_000_000_000_000);
        let mut bucket = TokenBucket::new(&quota);
        let late = SimTime::from_nanos(u64::MAX - 1);
        assert!(bucket.check(&quota, late, 1_000_000_000_000_000).is_ok());
        bucket.take(&quota, 1_000_000_000_000_000);
        assert!(bucket.check(&quota, late, 1).is_err());
    }
}
