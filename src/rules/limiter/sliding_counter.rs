//! The sliding window counter: what was admitted lately, estimated from two counts.
//!
//! Source: Cloudflare, How we built rate limiting capable of scaling to millions of domains (2017),
//! section "Sliding windows to the rescue". With [`Estimate::Floor`] as in Upstash, Ratelimit
//! Algorithms, section "Sliding Window"
//! (<https://upstash.com/docs/redis/sdks/ratelimit-ts/algorithms>).

use crate::units::{Credits, SimSpan, SimTime};

/// How a [`SlidingCounter`] counts the part of the last window that is still in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimate {
    /// As the fraction that it is.
    Exact,
    /// Rounded down to a whole attempt or credit, as services do that count in integers.
    Floor,
}

/// The numbers of a sliding window counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlidingCounterQuota {
    /// What is admitted in a window by the estimate, in thousandths; at most [`Self::MOST`].
    limit: u64,
    /// How long a window is, above zero.
    per: SimSpan,
    estimate: Estimate,
}

impl SlidingCounterQuota {
    /// The greatest limit \[thousandths\], so that a limit times a window fits in 128 bits.
    const MOST: u64 = Credits::MAX.thousandths() as u64;

    /// So many thousandths in a window of this length, as `estimate` counts them.
    ///
    /// # Panics
    ///
    /// If the length is zero, or the limit above 10^12 attempts or credits.
    pub fn new(limit_thousandths: u64, per: SimSpan, estimate: Estimate) -> Self {
        assert!(!per.is_zero(), "a window has a length above zero");
        assert!(limit_thousandths <= Self::MOST, "a limit of {limit_thousandths} thousandths");
        Self { limit: limit_thousandths, per, estimate }
    }

    /// The greatest product of the last window's count \[thousandths\] and the time that it is in
    /// sight \[ns\] that leaves the current window so much `room` \[thousandths\].
    fn greatest(&self, room: u64) -> u128 {
        let per = u128::from(self.per.nanos());
        match self.estimate {
            Estimate::Exact => u128::from(room) * per,
            // Rounded down to a unit it is at most `room` as long as it is below the next unit.
            Estimate::Floor => (u128::from(room / 1_000) + 1) * 1_000 * per - 1,
        }
    }

    /// How much of a window \[ns\] may be left at most for it to admit an attempt that leaves so
    /// much `room`, if so much was counted in the window before it and in itself; 0 if it never
    /// does.
    fn longest_rest(&self, last: u128, current: u128, room: u64) -> u128 {
        if current > u128::from(room) {
            return 0;
        }
        self.greatest(room - current as u64).checked_div(last).unwrap_or(u128::MAX)
    }
}

/// The state of one sliding window counter. Starts with nothing counted.
///
/// Windows begin at the multiples of their length from t = 0. At `x` into a window, the share
/// (per - x) / per of the last one is still in sight: an attempt is admitted while that share of
/// the last count, this window's count and its weight are together at most the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlidingCounter {
    /// When the current window began.
    begun: SimTime,
    /// What was counted in the window before, in thousandths.
    last: u128,
    /// What was counted in the current window, in thousandths. 2^64 attempts of the greatest weight
    /// would not overflow it.
    current: u128,
}

impl SlidingCounter {
    /// Counters of nothing at `now`.
    pub const fn starting(quota: &SlidingCounterQuota, now: SimTime) -> Self {
        let begun = SimTime::from_nanos(now.nanos() - now.nanos() % quota.per.nanos());
        Self { begun, last: 0, current: 0 }
    }

    /// The counters with other numbers from `now` on. Windows of the same length keep their counts,
    /// whatever the limit and the estimate; windows of another length begin afresh.
    pub fn converted(
        mut self,
        old: &SlidingCounterQuota,
        new: &SlidingCounterQuota,
        now: SimTime,
    ) -> Self {
        if old.per != new.per {
            return Self::starting(new, now);
        }
        self.advance(old, now);
        self
    }

    #[inline]
    fn advance(&mut self, quota: &SlidingCounterQuota, now: SimTime) {
        let gone = now - self.begun;
        if gone < quota.per {
            return;
        }
        let current = self.current;
        *self = Self::starting(quota, now);
        // Anything but the window right behind is out of sight.
        if (gone.nanos() - quota.per.nanos()) < quota.per.nanos() {
            self.last = current;
        }
    }

    /// Whether an attempt that weighs `weight` thousandths is admitted at `now`; one that weighs
    /// nothing always is.
    ///
    /// Windows that are over end here; it counts nothing.
    ///
    /// # Errors
    ///
    /// After how long the attempt would be admitted if nobody else came; `None` if never, since it
    /// weighs more than the limit.
    pub fn check(
        &mut self,
        quota: &SlidingCounterQuota,
        now: SimTime,
        weight: u64,
    ) -> Result<(), Option<SimSpan>> {
        self.advance(quota, now);
        if weight == 0 {
            return Ok(());
        }
        let Some(room) = quota.limit.checked_sub(weight) else { return Err(None) };
        let left = u128::from(quota.per.nanos() - (now - self.begun).nanos());
        let fits = self.current <= u128::from(room) && {
            let greatest = quota.greatest(room - self.current as u64);
            // A product that 128 bits do not hold is above every `greatest`.
            self.last.checked_mul(left).is_some_and(|seen| seen <= greatest)
        };
        if fits { Ok(()) } else { Err(Some(self.wait(quota, left, room))) }
    }

    /// How long until a refused attempt that leaves so much `room` is admitted if nobody else
    /// comes, `left` nanoseconds before the current window ends.
    fn wait(&self, quota: &SlidingCounterQuota, left: u128, room: u64) -> SimSpan {
        let per = u128::from(quota.per.nanos());
        // While a window lasts, only the share of the last one changes, and it shrinks: so a window
        // admits from some rest of it on, if it does at all.
        let here = quota.longest_rest(self.last, self.current, room);
        let next = quota.longest_rest(self.current, 0, room).min(per);
        let wait = if here > 0 {
            left - here
        } else if next > 0 {
            left + per - next
        } else {
            // The window after the next sees nothing that was counted yet.
            left + per
        };
        // A wait that 64 bits do not hold ends beyond the last instant.
        SimSpan::from_nanos(u64::try_from(wait).unwrap_or(u64::MAX))
    }

    /// Counts an attempt that [`check`](Self::check) admitted at the same instant.
    ///
    /// # Panics
    ///
    /// If this window's count leaves no room for it: nobody checked.
    pub fn take(&mut self, quota: &SlidingCounterQuota, now: SimTime, weight: u64) {
        let count = self.current + u128::from(weight);
        let room = weight == 0 || count <= u128::from(quota.limit);
        assert!(room, "taken without a check: {weight} at {now:?}");
        self.current = count;
    }

    /// Counts an attempt that these counters refused at `now` as if it had been admitted.
    pub fn count_refused(&mut self, quota: &SlidingCounterQuota, now: SimTime, weight: u64) {
        self.advance(quota, now);
        self.current += u128::from(weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn quota(limit: u64, estimate: Estimate) -> SlidingCounterQuota {
        SlidingCounterQuota::new(limit * 1_000, SimSpan::SECOND, estimate)
    }

    fn starting(quota: &SlidingCounterQuota) -> SlidingCounter {
        SlidingCounter::starting(quota, SimTime::ZERO)
    }

    fn attempt(
        counter: &mut SlidingCounter,
        quota: &SlidingCounterQuota,
        nanos: u64,
        weight: u64,
    ) -> Result<(), Option<u64>> {
        let now = SimTime::from_nanos(nanos);
        let answer = counter.check(quota, now, weight);
        if answer.is_ok() {
            counter.take(quota, now, weight);
        }
        answer.map_err(|wait| wait.map(SimSpan::nanos))
    }

    #[test]
    fn the_last_window_leaves_sight_bit_by_bit() {
        let quota = quota(4, Estimate::Exact);
        let mut counter = starting(&quota);
        let idle = 290 * 365 * SimSpan::DAY.nanos();
        for (nanos, answer) in [
            (SECOND - 1, Ok(())),
            (SECOND - 1, Ok(())),
            (SECOND - 1, Ok(())),
            (SECOND - 1, Ok(())),
            // In the next window a quarter of four must go: 4 x 3/4 + 1 = 4.
            (SECOND - 1, Err(Some(1 + SECOND / 4))),
            (SECOND, Err(Some(SECOND / 4))),
            (SECOND + SECOND / 4 - 1, Err(Some(1))),
            (SECOND + SECOND / 4, Ok(())),
            (SECOND + SECOND / 4, Err(Some(SECOND / 4))),
            (SECOND + SECOND / 2, Ok(())),
            (SECOND + SECOND / 4 * 3, Ok(())),
            // 4 x (a nanosecond's share) + 3 + 1 is above 4 until the window ends.
            (2 * SECOND - 1, Err(Some(1))),
            (2 * SECOND, Ok(())),
            (2 * SECOND, Err(Some(SECOND.div_ceil(3)))),
            (idle, Ok(())),
            (idle, Ok(())),
            (idle, Ok(())),
            (idle, Ok(())),
            (idle, Err(Some(SECOND + SECOND / 4))),
        ] {
            assert_eq!(attempt(&mut counter, &quota, nanos, 1_000), answer, "at {nanos}");
        }
    }

    #[test]
    fn a_floor_forgets_what_is_no_whole_unit() {
        let quota = quota(4, Estimate::Floor);
        let mut counter = starting(&quota);
        for (nanos, weight, answer) in [
            (0, 4_000, Ok(())),
            // 4 x (1 - 1 ns) is 3 when it is rounded down.
            (SECOND, 1_000, Err(Some(1))),
            (SECOND + 1, 1_000, Ok(())),
            (SECOND + 1, 1_000, Err(Some(SECOND / 4))),
            (SECOND + SECOND / 4, 1_000, Err(Some(1))),
            (SECOND + SECOND / 4 + 1, 1_000, Ok(())),
            // Rounded to whole units, of a room of 1,999 thousandths one unit may be in sight.
            (SECOND + SECOND / 4 + 1, 1, Err(Some(SECOND / 4))),
            (SECOND + SECOND / 2 + 1, 1_000, Ok(())),
            (2 * SECOND - SECOND / 4, 1_000, Err(Some(1))),
            (2 * SECOND - SECOND / 4 + 1, 1_000, Ok(())),
            (2 * SECOND - SECOND / 4 + 1, 1, Err(Some(SECOND / 4))),
        ] {
            assert_eq!(attempt(&mut counter, &quota, nanos, weight), answer, "at {nanos}");
        }
    }

    #[test]
    fn weights_are_of_thousandths() {
        for estimate in [Estimate::Exact, Estimate::Floor] {
            let quota = quota(2, estimate);
            let mut counter = starting(&quota);
            assert_eq!(attempt(&mut counter, &quota, 0, 2_001), Err(None));
            assert_eq!(attempt(&mut counter, &quota, 0, 1_999), Ok(()));
            assert_eq!(attempt(&mut counter, &quota, 0, 0), Ok(()));
            assert_eq!(attempt(&mut counter, &quota, 0, 1), Ok(()));
            assert_eq!(attempt(&mut counter, &quota, 0, 0), Ok(()));
            // The full weight needs two windows' ends, or the floor of less than one unit.
            let floor = if estimate == Estimate::Floor { SECOND / 2 + 1 } else { SECOND };
            let wait = Err(Some(SECOND + floor));
            assert_eq!(attempt(&mut counter, &quota, 0, 2_000), wait);
        }
        let quota = quota(2, Estimate::Exact);
        let mut counter = starting(&quota);
        assert_eq!(attempt(&mut counter, &quota, 0, 2_000), Ok(()));
        let thousandth = SECOND + SECOND / 2_000;
        assert_eq!(attempt(&mut counter, &quota, 5, 1), Err(Some(thousandth - 5)));
        assert_eq!(attempt(&mut counter, &quota, thousandth - 1, 1), Err(Some(1)));
        assert_eq!(attempt(&mut counter, &quota, thousandth, 1), Ok(()));
    }

    #[test]
    fn a_refused_attempt_that_counts_weighs_on_this_window_and_the_next() {
        let quota = quota(2, Estimate::Exact);
        let mut counter = starting(&quota);
        counter.count_refused(&quota, SimTime::ZERO, 0);
        assert_eq!(counter, starting(&quota));
        counter.count_refused(&quota, SimTime::ZERO, 8_000);
        // 8 x 1/8 + 1 = 2.
        let wait = Err(Some(SECOND + SECOND / 8 * 7));
        assert_eq!(attempt(&mut counter, &quota, 0, 1_000), wait);
        assert_eq!(attempt(&mut counter, &quota, 0, 2_000), Err(Some(2 * SECOND)));
        // However much was counted, the window after the next does not see it.
        counter.count_refused(&quota, SimTime::ZERO, u64::MAX);
        counter.count_refused(&quota, SimTime::ZERO, u64::MAX);
        let now = SimTime::from_nanos(SECOND + 5);
        assert_eq!(counter.check(&quota, now, 1), Err(Some(SimSpan::from_nanos(SECOND - 5))));
        let end = SimTime::from_nanos(2 * SECOND);
        assert_eq!(counter.check(&quota, end, 2_000), Ok(()));
    }

    #[test]
    fn a_change_of_numbers_keeps_the_counts_of_windows_of_the_same_length() {
        let (old, new) = (quota(4, Estimate::Exact), quota(2, Estimate::Floor));
        let mut counter = starting(&old);
        assert_eq!(attempt(&mut counter, &old, 0, 3_000), Ok(()));
        let now = SimTime::from_nanos(SECOND + 1);
        let kept = counter.converted(&old, &new, now);
        assert_eq!((kept.last, kept.current), (3_000, 0));
        // Below 2 of 3 from a nanosecond after a third of the window.
        let mut kept = kept;
        assert_eq!(attempt(&mut kept, &new, SECOND + 1, 1_000), Err(Some(SECOND / 3)));
        let longer = SlidingCounterQuota::new(4_000, SimSpan::MINUTE, Estimate::Exact);
        let fresh = counter.converted(&old, &longer, now);
        assert_eq!(fresh, SlidingCounter::starting(&longer, now));
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        const MOST: u64 = 1_000_000_000_000_000;
        let late = SimTime::from_nanos(u64::MAX);
        for estimate in [Estimate::Exact, Estimate::Floor] {
            for per in [1, SimSpan::MAX_DURATION.nanos(), u64::MAX] {
                let per = SimSpan::from_nanos(per);
                let quota = SlidingCounterQuota::new(MOST, per, estimate);
                let mut counter = starting(&quota);
                counter.take(&quota, SimTime::ZERO, MOST);
                assert!(counter.check(&quota, SimTime::ZERO, MOST).is_err());
                for _ in 0..2 {
                    counter.count_refused(&quota, late, u64::MAX);
                }
                assert!(counter.check(&quota, late, 1).is_err());
                assert_eq!(counter.check(&quota, late, MOST + 1), Err(None));
            }
        }
        // Two windows of the greatest length are the longest wait.
        let quota = SlidingCounterQuota::new(MOST, SimSpan::MAX_DURATION, Estimate::Exact);
        let mut counter = starting(&quota);
        counter.take(&quota, SimTime::ZERO, 1);
        let wait = SimSpan::MAX_DURATION.times(2);
        assert_eq!(counter.check(&quota, SimTime::ZERO, MOST), Err(Some(wait)));
    }
}
