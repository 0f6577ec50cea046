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
    /// Drops come in only at multiples of so many nanoseconds from t = 0, above 0. A bucket that
    /// refills continuously has 1, since instants are whole nanoseconds.
    every: u64,
}

impl TokenBucketQuota {
    /// Compiles `rate` and a burst in thousandths of a token. Tokens come back continuously.
    ///
    /// # Panics
    ///
    /// If 1000 times the events of `rate` exceed 64 bits: [`Rate`] as parsed never does, since it
    /// has at most one event a nanosecond.
    pub fn new(rate: Rate, burst_thousandths: u64) -> Self {
        let (gain, price) = drops(rate);
        Self { gain, price, full: u128::from(burst_thousandths) * u128::from(price), every: 1 }
    }

    /// Compiles a bucket to which tokens come back only at the multiples of `every` from t = 0:
    /// each time what `rate` gives in such a span, exactly, also where that is no whole number of
    /// tokens. What does not fit into the burst is lost.
    ///
    /// # Panics
    ///
    /// If `every` is zero, or where [`new`](Self::new) does.
    pub fn stepped(rate: Rate, burst_thousandths: u64, every: SimSpan) -> Self {
        assert!(!every.is_zero(), "tokens come back at multiples of a span above zero");
        Self { every: every.nanos(), ..Self::new(rate, burst_thousandths) }
    }

    /// The latest instant up to `now` at which tokens came in.
    #[inline]
    const fn latest(&self, now: SimTime) -> SimTime {
        if self.every == 1 {
            // The common bucket, spared a division.
            return now;
        }
        SimTime::from_nanos(now.nanos() - now.nanos() % self.every)
    }
}

/// Drops that `rate` brings in a nanosecond, and drops in a thousandth of a token; both above 0.
///
/// # Panics
///
/// If 1000 times the events of `rate` exceed 64 bits.
pub(super) fn drops(rate: Rate) -> (u64, u64) {
    // `events` tokens per `per` ns: 1000 x events thousandths per `per` ns. In lowest terms that
    // is so many drops a nanosecond at so many drops a thousandth.
    let thousandths =
        rate.events().checked_mul(1_000).expect("a rate has at most one event a nanosecond");
    let lowest = Rate::new(thousandths, rate.per());
    (lowest.events(), lowest.per().nanos())
}

/// The state of one token bucket. Starts full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBucket {
    /// Drops in the bucket since `seen`, at most `full`.
    level: u128,
    /// Drops that were taken and were not there; the bucket is empty as long as there are any.
    debt: u128,
    /// When drops came in last.
    seen: SimTime,
}

impl TokenBucket {
    /// A full bucket.
    pub const fn new(quota: &TokenBucketQuota) -> Self {
        Self { level: quota.full, debt: 0, seen: SimTime::ZERO }
    }

    /// A bucket that is full at `now`.
    pub const fn starting(quota: &TokenBucketQuota, now: SimTime) -> Self {
        Self { level: quota.full, debt: 0, seen: quota.latest(now) }
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
        let owed = (self.debt * 1_000).div_ceil(u128::from(old.price));
        let debt = (owed * u128::from(new.price)).div_ceil(1_000);
        Self { level, debt, seen: new.latest(now) }
    }

    #[inline(always)]
    fn refill(&mut self, quota: &TokenBucketQuota, now: SimTime) {
        let latest = quota.latest(now);
        let elapsed = u128::from((latest - self.seen).nanos());
        let mut gained = elapsed * u128::from(quota.gain);
        if self.debt > 0 {
            gained = self.pay(gained);
        }
        self.level = (self.level + gained).min(quota.full);
        self.seen = latest;
    }

    /// Pays what is owed; answers what is left of it.
    #[cold]
    fn pay(&mut self, gained: u128) -> u128 {
        let paid = gained.min(self.debt);
        self.debt -= paid;
        gained - paid
    }

    /// Whether the tokens of an attempt are there at `now`: [`check`](Self::check) for whoever does not
    /// ask how long it would be until then.
    #[inline(always)]
    pub(in crate::rules) fn admits(
        &mut self,
        quota: &TokenBucketQuota,
        now: SimTime,
        weight: u64,
    ) -> bool {
        self.refill(quota, now);
        u128::from(weight) * u128::from(quota.price) <= self.level
    }

    /// Whether an attempt that weighs `weight` thousandths of a token is admitted at `now`.
    ///
    /// Refilling happens here; it takes nothing.
    ///
    /// # Errors
    ///
    /// After how long the attempt would be admitted if nobody else came, 2^64 - 1 ns if that is
    /// longer; `None` if never, since it weighs more than the burst.
    #[inline]
    pub fn check(
        &mut self,
        quota: &TokenBucketQuota,
        now: SimTime,
        weight: u64,
    ) -> Result<(), Option<SimSpan>> {
        if self.admits(quota, now, weight) {
            return Ok(());
        }
        Err(self.until(quota, now, u128::from(weight) * u128::from(quota.price)))
    }

    /// Takes the tokens of an attempt at `now` if they are there, else none.
    #[inline(always)]
    pub(in crate::rules) fn take_at_once(
        &mut self,
        quota: &TokenBucketQuota,
        now: SimTime,
        weight: u64,
    ) -> bool {
        self.refill(quota, now);
        let needed = u128::from(weight) * u128::from(quota.price);
        let left = self.level.checked_sub(needed);
        self.level = left.unwrap_or(self.level);
        left.is_some()
    }

    /// After how long so many drops are there which are not; `None` if they never are.
    #[cold]
    fn until(&self, quota: &TokenBucketQuota, now: SimTime, needed: u128) -> Option<SimSpan> {
        if needed > quota.full {
            return None;
        }
        let missing = needed - self.level + self.debt;
        let wait = if quota.every == 1 {
            match u64::try_from(missing) {
                // The common wait, spared a wide division.
                Ok(missing) => u128::from(missing.div_ceil(quota.gain)),
                Err(_) => missing.div_ceil(u128::from(quota.gain)),
            }
        } else {
            let every = u128::from(quota.every);
            let steps = missing.div_ceil(u128::from(quota.gain) * every);
            steps * every - u128::from((now - self.seen).nanos())
        };
        // A wait that 64 bits do not hold ends beyond the last instant.
        Some(SimSpan::from_nanos(u64::try_from(wait).unwrap_or(u64::MAX)))
    }

    /// Takes the tokens that [`check`](Self::check) found at the same instant.
    ///
    /// # Panics
    ///
    /// If they are not there: nobody checked.
    #[inline]
    pub fn take(&mut self, quota: &TokenBucketQuota, weight: u64) {
        let needed = u128::from(weight) * u128::from(quota.price);
        assert!(needed <= self.level, "taken without a check: {needed} of {}", self.level);
        self.level -= needed;
    }

    /// Takes tokens at `now` whether they are there or not. What is not is owed, and comes back
    /// first.
    pub fn take_anyway(&mut self, quota: &TokenBucketQuota, now: SimTime, weight: u64) {
        self.refill(quota, now);
        let needed = u128::from(weight) * u128::from(quota.price);
        let there = needed.min(self.level);
        self.level -= there;
        self.debt += needed - there;
    }

    /// Counts an attempt that this bucket refused at `now`: it takes what is left.
    ///
    /// The bucket is then empty, and never emptier than that: however many attempts are refused,
    /// the next is admitted once the bucket has its tokens again.
    pub fn count_refused(&mut self, quota: &TokenBucketQuota, now: SimTime, weight: u64) {
        if weight > 0 {
            self.refill(quota, now);
            self.level = 0;
        }
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

    /// 2 tokens at each whole second, unless the 3 that fit are there.
    fn stepped() -> TokenBucketQuota {
        let rate = "2/s".parse().unwrap();
        TokenBucketQuota::stepped(rate, 3_000, SimSpan::SECOND)
    }

    #[test]
    fn tokens_come_in_at_whole_steps_only() {
        let quota = stepped();
        let mut bucket = TokenBucket::new(&quota);
        let second = 1_000_000_000;
        for (nanos, admitted) in [
            (0, 3),
            (1, 0),
            (second - 1, 0),
            (second, 2),
            (2 * second - 1, 0),
            // Two came at 2 s, two at 3 s, and one of them found no room.
            (3 * second, 3),
            (4 * second + 1, 2),
            (290 * 365 * SimSpan::DAY.nanos() + 1, 3),
        ] {
            let found = (0..5).filter(|_| admit(&mut bucket, &quota, nanos)).count();
            assert_eq!(found, admitted, "at {nanos}");
        }
    }

    #[test]
    fn a_bucket_that_starts_between_steps_is_full_at_once() {
        let quota = stepped();
        let mut bucket = TokenBucket::starting(&quota, SimTime::from_nanos(1_999_999_999));
        assert_eq!((0..5).filter(|_| admit(&mut bucket, &quota, 1_999_999_999)).count(), 3);
        assert_eq!((0..5).filter(|_| admit(&mut bucket, &quota, 2_000_000_000)).count(), 2);
    }

    #[test]
    fn steps_that_are_no_whole_tokens_do_not_drift() {
        // A third of a token a second: one token at 3 s, 6 s and so on, never at 2 s or 5 s.
        let quota = TokenBucketQuota::stepped("20/min".parse().unwrap(), 1_000, SimSpan::SECOND);
        let mut bucket = TokenBucket::new(&quota);
        for _ in 0..2 {
            admit(&mut bucket, &quota, 0);
        }
        let second = 1_000_000_000_u64;
        for token in 1..1_000 {
            let due = token * 3 * second;
            let wait = bucket.check(&quota, SimTime::from_nanos(due - second), 1_000);
            assert_eq!(wait, Err(Some(SimSpan::SECOND)));
            let wait = bucket.check(&quota, SimTime::from_nanos(due - 1), 1_000);
            assert_eq!(wait, Err(Some(SimSpan::from_nanos(1))));
            assert!(admit(&mut bucket, &quota, due));
        }
    }

    #[test]
    fn steps_of_a_nanosecond_are_the_plain_bucket() {
        let rate: Rate = "7/min".parse().unwrap();
        let one = SimSpan::from_nanos(1);
        assert_eq!(TokenBucketQuota::stepped(rate, 2_000, one), TokenBucketQuota::new(rate, 2_000));
    }

    #[test]
    fn a_change_of_steps_keeps_the_level() {
        let (old, new) = (stepped(), quota("2/s", 3));
        let mut bucket = TokenBucket::new(&old);
        for _ in 0..3 {
            assert!(admit(&mut bucket, &old, 0));
        }
        // Half a step has brought nothing; from then on a token takes half a second.
        let half = SimTime::from_nanos(500_000_000);
        let mut plain = bucket.converted(&old, &new, half);
        assert_eq!(plain.check(&new, half, 1_000), Err(Some(half - SimTime::ZERO)));
        let mut back = plain.converted(&new, &old, SimTime::from_nanos(999_999_999));
        assert!(!admit(&mut back, &old, 999_999_999));
        assert_eq!((0..5).filter(|_| admit(&mut back, &old, 1_000_000_000)).count(), 2);
    }

    #[test]
    fn a_refused_attempt_that_counts_takes_what_is_left() {
        let quota = quota("1/s", 5);
        let mut bucket = TokenBucket::new(&quota);
        bucket.take(&quota, 2_500);
        let now = SimTime::from_nanos(500_000_000);
        assert!(bucket.check(&quota, now, 4_000).is_err());
        bucket.count_refused(&quota, now, 0);
        assert_eq!(bucket.check(&quota, now, 3_000), Ok(()));
        for _ in 0..2 {
            bucket.count_refused(&quota, now, 4_000);
            assert_eq!(bucket.check(&quota, now, 4_000), Err(Some(SimSpan::from_secs(4))));
            assert_eq!(bucket.check(&quota, now, 1), Err(Some(SimSpan::MILLISECOND)));
        }
        assert_eq!(bucket.check(&quota, now, 0), Ok(()));
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
        let stepped = TokenBucketQuota::stepped(rate, 1_000_000_000_000_000, SimSpan::MAX_DURATION);
        let mut bucket = TokenBucket::new(&stepped);
        bucket.take(&stepped, 1_000_000_000_000_000);
        assert_eq!(bucket.check(&stepped, late, 1_000_000_000_000_000), Ok(()));
        bucket.take(&stepped, 1_000_000_000_000_000);
        let slow = TokenBucketQuota::stepped(
            Rate::new(1, SimSpan::from_nanos(u64::MAX)),
            1_000_000_000_000_000,
            SimSpan::from_nanos(1),
        );
        let mut bucket = TokenBucket::new(&slow);
        bucket.count_refused(&slow, late, u64::MAX);
        let never = SimSpan::from_nanos(u64::MAX);
        assert_eq!(bucket.check(&slow, late, 1_000_000_000_000_000), Err(Some(never)));
        assert_eq!(bucket.check(&slow, late, u64::MAX), Err(None));
    }
}
