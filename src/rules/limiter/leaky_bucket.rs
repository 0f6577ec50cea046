//! The leaky bucket as nginx has it, in exact integers: what is too much at once waits its turn,
//! and is refused when too much waits.
//!
//! Source: nginx documentation, Module `ngx_http_limit_req_module`, directive `limit_req`
//! (<https://nginx.org/en/docs/http/ngx_http_limit_req_module.html>). nginx counts in whole
//! milliseconds and thousandths of a request; here nothing is rounded but a wait, up to a
//! nanosecond.

use super::token_bucket::drops;
use crate::units::{Rate, SimSpan, SimTime};

/// The numbers of a leaky bucket, compiled to integers.
///
/// Contents are counted in *drops*, as those of a [`TokenBucketQuota`](super::TokenBucketQuota): a
/// nanosecond lets a whole number of them go (`drain`), and a thousandth of an attempt is a whole
/// number of them (`price`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeakyBucketQuota {
    /// Drops that go in a nanosecond, above 0.
    drain: u64,
    /// Drops in a thousandth of an attempt, above 0.
    price: u64,
    /// Drops up to the brim: those of the attempt that is let through, and of the burst.
    brim: u128,
    /// Drops that go at once: those of the attempt that is let through, and of `delay`.
    at_once: u128,
}

impl LeakyBucketQuota {
    /// Compiles `rate`, and how many attempts in excess of it are let in (`burst`) and how many of
    /// those do not wait (`delay`), both in thousandths of an attempt; either may be 0.
    ///
    /// With a `delay` of at least `burst` none waits, which nginx calls `nodelay`.
    ///
    /// # Panics
    ///
    /// If 1000 times the events of `rate` exceed 64 bits: [`Rate`] as parsed never does, since it
    /// has at most one event a nanosecond.
    pub fn new(rate: Rate, burst_thousandths: u64, delay_thousandths: u64) -> Self {
        let (drain, price) = drops(rate);
        // One attempt is no excess: it is the one that the rate lets through.
        let with_one = |thousandths| (u128::from(thousandths) + 1_000) * u128::from(price);
        let (brim, at_once) = (with_one(burst_thousandths), with_one(delay_thousandths));
        Self { drain, price, brim, at_once }
    }

    /// Whether it has attempts wait until its rate lets them go on.
    pub(in crate::rules) const fn shapes(&self) -> bool {
        self.at_once < self.brim
    }

    /// How long it takes until so many drops are gone.
    fn draining(&self, drops: u128) -> SimSpan {
        let wait = drops.div_ceil(u128::from(self.drain));
        // A wait that 64 bits do not hold ends beyond the last instant.
        SimSpan::from_nanos(u64::try_from(wait).unwrap_or(u64::MAX))
    }
}

/// The state of one leaky bucket. Starts empty.
///
/// It holds what was admitted and has not drained yet. An attempt that finds `c` attempts in it and
/// weighs `w` has an excess of max(0, c + w - 1) attempts. One whose excess is above the burst is
/// refused; each other is admitted, and waits until the rate has brought the excess down to
/// `delay`. So from idle a burst of B admits B + 1 attempts of one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeakyBucket {
    /// Drops in the bucket at `seen`, at most `brim` unless more was taken anyway.
    content: u128,
    /// When `content` was worked out.
    seen: SimTime,
}

impl LeakyBucket {
    /// A bucket that is empty at `now`.
    pub const fn starting(_quota: &LeakyBucketQuota, now: SimTime) -> Self {
        Self { content: 0, seen: now }
    }

    /// The bucket with other numbers from `now` on: it keeps its content, cut to the new brim, and
    /// rounded up to a millionth of an attempt and to a drop of the new quota. With the same
    /// numbers it stays as it is.
    ///
    /// Attempts that wait already were told for how long; the new rate does not call them back.
    pub fn converted(
        mut self,
        old: &LeakyBucketQuota,
        new: &LeakyBucketQuota,
        now: SimTime,
    ) -> Self {
        if old == new {
            return self;
        }
        self.drain(old, now);
        let parts = (self.content * 1_000).div_ceil(u128::from(old.price));
        let content = (parts * u128::from(new.price)).div_ceil(1_000).min(new.brim);
        Self { content, seen: now }
    }

    #[inline]
    fn drain(&mut self, quota: &LeakyBucketQuota, now: SimTime) {
        let elapsed = u128::from((now - self.seen).nanos());
        // What drains from an empty bucket is nothing.
        self.content = self.content.saturating_sub(elapsed * u128::from(quota.drain));
        self.seen = now;
    }

    /// How long an attempt that weighs `weight` thousandths waits if it is admitted at `now`,
    /// rounded up to a nanosecond; 2^64 - 1 if it is longer. One that weighs nothing is admitted
    /// and does not wait.
    ///
    /// Draining happens here; it takes nothing.
    ///
    /// # Errors
    ///
    /// After how long the attempt would be admitted if nobody else came, 2^64 - 1 ns if that is
    /// longer; `None` if never, since it weighs more than one attempt and the burst.
    pub fn check(
        &mut self,
        quota: &LeakyBucketQuota,
        now: SimTime,
        weight: u64,
    ) -> Result<SimSpan, Option<SimSpan>> {
        self.drain(quota, now);
        if weight == 0 {
            return Ok(SimSpan::ZERO);
        }
        let needed = u128::from(weight) * u128::from(quota.price);
        if needed > quota.brim {
            return Err(None);
        }
        let filled = self.content + needed;
        if filled <= quota.brim {
            return Ok(quota.draining(filled.saturating_sub(quota.at_once)));
        }
        Err(Some(quota.draining(filled - quota.brim)))
    }

    /// Takes the room that [`check`](Self::check) found at the same instant.
    ///
    /// # Panics
    ///
    /// If it is not there: nobody checked.
    pub fn take(&mut self, quota: &LeakyBucketQuota, now: SimTime, weight: u64) {
        debug_assert!(self.seen == now, "checked at {:?}, taken at {now:?}", self.seen);
        let filled = self.content + u128::from(weight) * u128::from(quota.price);
        assert!(filled <= quota.brim, "taken without a check: {filled} of {}", quota.brim);
        self.content = filled;
    }

    /// Takes room at `now` whether it is there or not: the bucket may be fuller than to its brim
    /// then. Answers how long the attempt waits.
    pub fn take_anyway(&mut self, quota: &LeakyBucketQuota, now: SimTime, weight: u64) -> SimSpan {
        self.drain(quota, now);
        if weight == 0 {
            return SimSpan::ZERO;
        }
        self.content += u128::from(weight) * u128::from(quota.price);
        quota.draining(self.content.saturating_sub(quota.at_once))
    }

    /// Counts an attempt that this bucket refused at `now`: it takes what room is left.
    ///
    /// The bucket is then full to the brim, and no fuller than that unless it was before.
    pub fn count_refused(&mut self, quota: &LeakyBucketQuota, now: SimTime, weight: u64) {
        if weight > 0 {
            self.drain(quota, now);
            self.content = self.content.max(quota.brim);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: u64 = 1_000_000;

    fn quota(rate: &str, burst: u64, delay: u64) -> LeakyBucketQuota {
        LeakyBucketQuota::new(rate.parse().unwrap(), burst * 1_000, delay * 1_000)
    }

    fn starting(quota: &LeakyBucketQuota) -> LeakyBucket {
        LeakyBucket::starting(quota, SimTime::ZERO)
    }

    /// Makes an attempt: what it was told, in nanoseconds.
    fn attempt(
        bucket: &mut LeakyBucket,
        quota: &LeakyBucketQuota,
        nanos: u64,
        weight: u64,
    ) -> Result<u64, Option<u64>> {
        let now = SimTime::from_nanos(nanos);
        let answer = bucket.check(quota, now, weight);
        if answer.is_ok() {
            bucket.take(quota, now, weight);
        }
        answer.map(SimSpan::nanos).map_err(|wait| wait.map(SimSpan::nanos))
    }

    #[test]
    fn without_a_burst_attempts_keep_their_distance() {
        let quota = quota("10/s", 0, 0);
        let mut bucket = starting(&quota);
        for (nanos, answer) in [
            (0, Ok(0)),
            (0, Err(Some(100 * MILLI))),
            (100 * MILLI - 1, Err(Some(1))),
            (100 * MILLI, Ok(0)),
            (100 * MILLI, Err(Some(100 * MILLI))),
            (290 * 365 * SimSpan::DAY.nanos(), Ok(0)),
            (290 * 365 * SimSpan::DAY.nanos(), Err(Some(100 * MILLI))),
        ] {
            assert_eq!(attempt(&mut bucket, &quota, nanos, 1_000), answer, "at {nanos}");
        }
    }

    #[test]
    fn what_is_in_excess_of_delay_waits_and_what_is_in_excess_of_the_burst_is_refused() {
        let expected = |waits: [u64; 4]| {
            let waits = waits.map(|wait| Ok(wait * MILLI));
            [&waits[..], &[Err(Some(100 * MILLI))]].concat()
        };
        for (delay, waits) in [
            (0, [0, 100, 200, 300]),
            (1, [0, 0, 100, 200]),
            (2, [0, 0, 0, 100]),
            (3, [0, 0, 0, 0]),
            (9, [0, 0, 0, 0]),
        ] {
            let quota = quota("10/s", 3, delay);
            let mut bucket = starting(&quota);
            let found: Vec<_> = (0..5).map(|_| attempt(&mut bucket, &quota, 7, 1_000)).collect();
            assert_eq!(found, expected(waits), "delay {delay}");
            // A boundary of the rate, and one nanosecond before it.
            let boundary = 7 + 100 * MILLI;
            assert_eq!(attempt(&mut bucket, &quota, boundary - 1, 1_000), Err(Some(1)));
            let last = waits[3] * MILLI;
            assert_eq!(attempt(&mut bucket, &quota, boundary, 1_000), Ok(last));
        }
    }

    #[test]
    fn a_wait_is_rounded_up_and_never_drifts() {
        let quota = quota("7/min", 1, 0);
        let mut bucket = starting(&quota);
        assert_eq!(attempt(&mut bucket, &quota, 0, 1_000), Ok(0));
        let mut now = 0;
        for number in 1..1_000 {
            let answer = attempt(&mut bucket, &quota, now, 1_000);
            let turn = (number * 60_000_000_000_u64).div_ceil(7);
            assert_eq!(answer, Ok(turn - now));
            now = turn;
        }
    }

    #[test]
    fn weights_are_of_thousandths() {
        let quota = quota("1/s", 2, 0);
        let mut bucket = starting(&quota);
        assert_eq!(attempt(&mut bucket, &quota, 0, 3_001), Err(None));
        assert_eq!(attempt(&mut bucket, &quota, 0, u64::MAX), Err(None));
        // Half an attempt leaves room for another half without excess.
        assert_eq!(attempt(&mut bucket, &quota, 0, 500), Ok(0));
        assert_eq!(attempt(&mut bucket, &quota, 0, 500), Ok(0));
        assert_eq!(attempt(&mut bucket, &quota, 0, 1), Ok(MILLI));
        assert_eq!(attempt(&mut bucket, &quota, 0, 2_000), Err(Some(MILLI)));
        assert_eq!(attempt(&mut bucket, &quota, 0, 1_999), Ok(2_000 * MILLI));
        assert_eq!(attempt(&mut bucket, &quota, 0, 1), Err(Some(MILLI)));
        assert_eq!(attempt(&mut bucket, &quota, 0, 0), Ok(0));
        // The heaviest that is ever admitted fills an empty bucket to the brim.
        assert_eq!(attempt(&mut bucket, &quota, 3_000 * MILLI - 1, 3_000), Err(Some(1)));
        assert_eq!(attempt(&mut bucket, &quota, 3_000 * MILLI, 3_000), Ok(2_000 * MILLI));
    }

    #[test]
    fn a_refused_attempt_that_counts_fills_the_bucket() {
        let quota = quota("1/s", 2, 0);
        let mut bucket = starting(&quota);
        assert_eq!(attempt(&mut bucket, &quota, 0, 1_000), Ok(0));
        let now = SimTime::from_nanos(500 * MILLI);
        bucket.count_refused(&quota, now, 0);
        assert_eq!(bucket.check(&quota, now, 3_000), Err(Some(SimSpan::MILLISECOND.times(500))));
        for _ in 0..2 {
            bucket.count_refused(&quota, now, 3_000);
            assert_eq!(bucket.check(&quota, now, 1_000), Err(Some(SimSpan::SECOND)));
        }
    }

    #[test]
    fn what_is_above_the_brim_stays_when_refusals_count() {
        let quota = quota("1/s", 1, 0);
        let mut bucket = starting(&quota);
        let second = SimTime::from_nanos(1_000 * MILLI);
        bucket.take_anyway(&quota, SimTime::ZERO, 6_000);
        // Five are left after a second, and two fit: one more has to wait until one is left.
        bucket.count_refused(&quota, second, 1_000);
        assert_eq!(bucket.check(&quota, second, 1_000), Err(Some(SimSpan::SECOND.times(4))));
    }

    #[test]
    fn a_change_of_numbers_keeps_what_is_in_the_bucket() {
        let (old, new) = (quota("1/s", 4, 0), quota("2/s", 1, 0));
        let mut bucket = starting(&old);
        bucket.take(&old, SimTime::ZERO, 2_500);
        let second = SimTime::from_nanos(1_000 * MILLI);
        assert_eq!(bucket.converted(&old, &old, second), bucket);
        let mut kept = bucket.converted(&old, &new, second);
        assert_eq!(kept.check(&new, second, 501), Err(Some(SimSpan::from_nanos(500_000))));
        assert_eq!(kept.check(&new, second, 500), Ok(SimSpan::MILLISECOND.times(500)));
        let mut cut = bucket.converted(&old, &new, SimTime::ZERO);
        assert_eq!(cut.check(&new, SimTime::ZERO, 1), Err(Some(SimSpan::from_nanos(500_000))));
        // 11 drops a thousandth: half a millionth of an attempt is rounded up to one.
        let odd = quota("1/11ns", 0, 0);
        let mut bucket = starting(&odd);
        bucket.take(&odd, SimTime::ZERO, 1);
        let bucket = bucket.converted(&odd, &old, SimTime::ZERO);
        assert_eq!(bucket.content, u128::from(old.price));
    }

    #[test]
    fn the_largest_numbers_of_the_language_do_not_overflow() {
        const MOST: u64 = 1_000_000_000_000_000;
        let late = SimTime::from_nanos(u64::MAX);
        for rate in [
            Rate::new(999_999_999_999_989, SimSpan::MAX_DURATION),
            Rate::new(1, SimSpan::from_nanos(1)),
            Rate::new(1, SimSpan::from_nanos(u64::MAX)),
        ] {
            let quota = LeakyBucketQuota::new(rate, MOST, 0);
            let mut bucket = starting(&quota);
            bucket.count_refused(&quota, SimTime::ZERO, u64::MAX);
            assert!(bucket.check(&quota, SimTime::ZERO, MOST + 1_000).is_err());
            assert_eq!(bucket.check(&quota, late, MOST + 1_001), Err(None));
            let mut full = bucket.converted(&quota, &LeakyBucketQuota::new(rate, 0, 0), late);
            assert!(full.check(&quota, late, 1).is_ok());
        }
        let never = SimSpan::from_nanos(u64::MAX);
        let slow = LeakyBucketQuota::new(Rate::new(1, never), MOST, 0);
        let mut bucket = starting(&slow);
        assert_eq!(bucket.check(&slow, late, MOST), Ok(never));
    }
}
