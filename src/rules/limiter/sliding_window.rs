//! The sliding window with an exact log: so much in the span that ends now.

use std::collections::VecDeque;

use crate::units::{SimSpan, SimTime};

/// The numbers of a sliding window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlidingWindowQuota {
    /// What every window admits, in thousandths.
    limit: u64,
    /// How long a window is, above zero.
    per: SimSpan,
}

impl SlidingWindowQuota {
    /// So many thousandths in every window (t - per, t]: an attempt is out of sight at exactly
    /// `per` after it.
    ///
    /// # Panics
    ///
    /// If the length is zero.
    pub fn new(limit_thousandths: u64, per: SimSpan) -> Self {
        assert!(!per.is_zero(), "a window has a length above zero");
        Self { limit: limit_thousandths, per }
    }
}

/// The attempts of one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    at: SimTime,
    /// What they weigh together, in thousandths, above 0; from 2^64 - 1 on that.
    weight: u64,
}

/// The state of one sliding window: a log of what it admitted. Starts empty.
///
/// The log holds no more than the limit admits in a window, the attempts of one instant as one. It
/// grows as attempts are logged, and keeps its memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlidingWindow {
    /// What may be in sight, oldest first, no two of one instant.
    log: VecDeque<Entry>,
    /// What the entries of `log` weigh together.
    logged: u128,
}

impl SlidingWindow {
    /// A window with an empty log, which has no memory yet.
    pub const fn starting(_quota: &SlidingWindowQuota, _now: SimTime) -> Self {
        Self { log: VecDeque::new(), logged: 0 }
    }

    /// Empties the log and keeps its memory, for another workspace or agent.
    pub fn restart(&mut self) {
        self.log.clear();
        self.logged = 0;
    }

    /// The window with other numbers from `now` on. It keeps its log as far as the new window
    /// reaches back; a longer window sees no more than the old one saw.
    ///
    /// A lower limit leaves the log as it is, so that going there and back forgives nothing. Only
    /// [`count_refused`](Self::count_refused) forgets what does not matter under the limit of then.
    pub fn converted(
        mut self,
        old: &SlidingWindowQuota,
        new: &SlidingWindowQuota,
        now: SimTime,
    ) -> Self {
        self.forget(old, now);
        self.forget(new, now);
        self
    }

    /// Drops what is out of sight.
    #[inline]
    fn forget(&mut self, quota: &SlidingWindowQuota, now: SimTime) {
        while let Some(oldest) = self.log.front() {
            if now - oldest.at < quota.per {
                break;
            }
            self.logged -= u128::from(oldest.weight);
            self.log.pop_front();
        }
    }

    /// Whether an attempt that weighs `weight` thousandths is admitted at `now`; one that weighs
    /// nothing always is.
    ///
    /// What is out of sight is forgotten here; nothing is logged.
    ///
    /// # Errors
    ///
    /// After how long the attempt would be admitted if nobody else came: when enough of the log is
    /// out of sight. `None` if never, since it weighs more than the limit.
    pub fn check(
        &mut self,
        quota: &SlidingWindowQuota,
        now: SimTime,
        weight: u64,
    ) -> Result<(), Option<SimSpan>> {
        self.forget(quota, now);
        if weight == 0 {
            return Ok(());
        }
        let Some(room) = quota.limit.checked_sub(weight) else { return Err(None) };
        if self.logged <= u128::from(room) {
            return Ok(());
        }
        let mut excess = self.logged - u128::from(room);
        for entry in &self.log {
            let weight = u128::from(entry.weight);
            if weight >= excess {
                let gone = (now - entry.at).nanos();
                return Err(Some(SimSpan::from_nanos(quota.per.nanos() - gone)));
            }
            excess -= weight;
        }
        unreachable!("the excess is part of what is logged");
    }

    /// Logs an attempt that [`check`](Self::check) admitted at the same instant.
    ///
    /// # Panics
    ///
    /// If the limit has no room for it: nobody checked.
    pub fn take(&mut self, quota: &SlidingWindowQuota, now: SimTime, weight: u64) {
        let logged = self.logged + u128::from(weight);
        let room = weight == 0 || logged <= u128::from(quota.limit);
        assert!(room, "taken without a check: {weight} at {now:?}");
        self.append(now, weight);
    }

    /// Logs an attempt at `now` whether the limit has room for it or not.
    pub fn take_anyway(&mut self, quota: &SlidingWindowQuota, now: SimTime, weight: u64) {
        self.forget(quota, now);
        self.append(now, weight);
    }

    /// Logs an attempt that this window refused at `now` as if it had been admitted.
    ///
    /// Of the log then only the newest stays that weighs the limit, of the oldest of its instants
    /// perhaps a part: as long as that is in sight, so is all of it, and refuses whatever weighs
    /// something without the help of what is older. So refused attempts do not make the log longer
    /// than admitted ones could, and a change of limits forgets them by weight.
    pub fn count_refused(&mut self, quota: &SlidingWindowQuota, now: SimTime, weight: u64) {
        self.forget(quota, now);
        self.append(now, weight);
        // A limit of nothing keeps something, which is in the log, since entries weigh something.
        let kept = u128::from(quota.limit.max(1));
        while let Some(oldest) = self.log.front_mut()
            && self.logged > kept
        {
            let surplus = self.logged - kept;
            if u128::from(oldest.weight) > surplus {
                // What is taken off weighs less than the entry, so 64 bits hold it.
                oldest.weight -= surplus as u64;
                self.logged = kept;
                return;
            }
            self.logged -= u128::from(oldest.weight);
            self.log.pop_front();
        }
    }

    fn append(&mut self, now: SimTime, weight: u64) {
        if weight == 0 {
            return;
        }
        let Some(newest) = self.log.back_mut().filter(|newest| newest.at == now) else {
            self.log.push_back(Entry { at: now, weight });
            self.logged += u128::from(weight);
            return;
        };
        // An entry of 2^64 - 1 has reached every limit: what is beyond decides nothing.
        let sum = newest.weight.saturating_add(weight);
        self.logged += u128::from(sum - newest.weight);
        newest.weight = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn quota(limit: u64, per: SimSpan) -> SlidingWindowQuota {
        SlidingWindowQuota::new(limit * 1_000, per)
    }

    fn starting(quota: &SlidingWindowQuota) -> SlidingWindow {
        SlidingWindow::starting(quota, SimTime::ZERO)
    }

    fn attempt(
        window: &mut SlidingWindow,
        quota: &SlidingWindowQuota,
        nanos: u64,
        weight: u64,
    ) -> Result<(), Option<u64>> {
        let now = SimTime::from_nanos(nanos);
        let answer = window.check(quota, now, weight);
        if answer.is_ok() {
            window.take(quota, now, weight);
        }
        answer.map_err(|wait| wait.map(SimSpan::nanos))
    }

    #[test]
    fn every_window_is_held_and_not_only_some() {
        let quota = quota(2, SimSpan::SECOND);
        let mut window = starting(&quota);
        let idle = 290 * 365 * SimSpan::DAY.nanos();
        for (nanos, answer) in [
            (SECOND - 1, Ok(())),
            (SECOND, Ok(())),
            (SECOND, Err(Some(SECOND - 1))),
            (2 * SECOND - 2, Err(Some(1))),
            (2 * SECOND - 1, Ok(())),
            (2 * SECOND - 1, Err(Some(1))),
            (2 * SECOND, Ok(())),
            (2 * SECOND, Err(Some(SECOND - 1))),
            (idle, Ok(())),
            (idle, Ok(())),
            (idle, Err(Some(SECOND))),
            (idle + SECOND - 1, Err(Some(1))),
            (idle + SECOND, Ok(())),
        ] {
            assert_eq!(attempt(&mut window, &quota, nanos, 1_000), answer, "at {nanos}");
        }
    }

    #[test]
    fn a_heavy_attempt_waits_until_enough_is_out_of_sight() {
        let quota = quota(5, SimSpan::SECOND);
        let mut window = starting(&quota);
        assert_eq!(attempt(&mut window, &quota, 0, 5_001), Err(None));
        for (nanos, weight) in [(0, 1_000), (10, 500), (20, 2_500), (20, 999), (30, 1)] {
            assert_eq!(attempt(&mut window, &quota, nanos, weight), Ok(()));
        }
        assert_eq!(window.log.len(), 4, "attempts of one instant are one entry");
        for (weight, out) in
            [(1, 0), (1_000, 0), (1_001, 10), (1_500, 10), (1_501, 20), (4_999, 20), (5_000, 30)]
        {
            let wait = Err(Some(SECOND + out - 30));
            assert_eq!(attempt(&mut window, &quota, 30, weight), wait, "{weight}");
            let mut later = window.clone();
            assert_eq!(attempt(&mut later, &quota, SECOND + out - 1, weight), Err(Some(1)));
            assert_eq!(attempt(&mut later, &quota, SECOND + out, weight), Ok(()));
        }
        assert_eq!(attempt(&mut window, &quota, 30, 0), Ok(()));
        assert_eq!(window.log.len(), 4, "what weighs nothing is not logged");
    }

    #[test]
    fn refused_attempts_that_count_keep_the_window_full_and_the_log_short() {
        let quota = quota(3, SimSpan::SECOND);
        let mut window = starting(&quota);
        for nanos in 0..1_000_000 {
            let now = SimTime::from_nanos(nanos);
            if window.check(&quota, now, 1_000).is_ok() {
                window.take(&quota, now, 1_000);
            } else {
                window.count_refused(&quota, now, 1_000);
            }
        }
        assert_eq!(window.log.len(), 3);
        // The third last must be out of sight: each knock makes the wait longer.
        assert_eq!(attempt(&mut window, &quota, 999_999, 1_000), Err(Some(SECOND - 2)));
        assert_eq!(attempt(&mut window, &quota, 999_999, 0), Ok(()));
        window.count_refused(&quota, SimTime::from_nanos(999_999), 0);
        assert_eq!(window.log.len(), 3);
        // One that weighs more than the limit is logged alone.
        let now = SimTime::from_nanos(1_000_000);
        window.count_refused(&quota, now, 3_001);
        window.count_refused(&quota, now, u64::MAX);
        assert_eq!(window.log.len(), 1);
        assert_eq!(attempt(&mut window, &quota, 1_000_000, 1), Err(Some(SECOND)));
    }

    #[test]
    fn a_change_of_numbers_keeps_what_the_new_window_sees() {
        let old = quota(3, SimSpan::SECOND);
        let mut window = starting(&old);
        for nanos in [0, SECOND / 2, SECOND - 10] {
            assert_eq!(attempt(&mut window, &old, nanos, 1_000), Ok(()));
        }
        let now = SimTime::from_nanos(SECOND - 1);
        for (limit, per, weight, answer) in [
            // The same, a higher and a lower limit.
            (3, SECOND, 1_000, Err(Some(1))),
            (4, SECOND, 1_000, Ok(())),
            (2, SECOND, 1_000, Err(Some(SECOND / 2 + 1))),
            // A shorter window sees less, a longer one keeps sight for longer.
            (3, SECOND / 2, 1_000, Ok(())),
            (3, SECOND / 2, 2_000, Err(Some(1))),
            (3, SECOND / 2, 2_001, Err(Some(SECOND / 2 - 9))),
            (3, 2 * SECOND, 1_000, Err(Some(SECOND + 1))),
        ] {
            let new = quota(limit, SimSpan::from_nanos(per));
            let mut window = window.clone().converted(&old, &new, now);
            let found = window.check(&new, now, weight).map_err(|it| it.map(SimSpan::nanos));
            assert_eq!(found, answer, "{limit} in {per} ns");
        }
        // What was out of sight of the old window is forgotten.
        let longer = quota(3, SimSpan::MINUTE);
        let mut window = window.converted(&old, &longer, SimTime::from_nanos(SECOND));
        assert_eq!(attempt(&mut window, &longer, SECOND, 1_000), Ok(()));
        // There and back forgives nothing.
        let low = quota(1, SimSpan::MINUTE);
        let now = SimTime::from_nanos(SECOND);
        let mut window = window.converted(&longer, &low, now).converted(&low, &longer, now);
        assert_eq!(attempt(&mut window, &longer, SECOND, 1), Err(Some(59 * SECOND + SECOND / 2)));
    }

    #[test]
    fn refused_attempts_are_forgotten_by_weight_and_not_by_instant() {
        let (old, new) = (quota(3, SimSpan::SECOND), quota(5, SimSpan::SECOND));
        for step in [0, 1] {
            let mut window = starting(&old);
            for number in 0..6 {
                if attempt(&mut window, &old, number * step, 1_000).is_err() {
                    window.count_refused(&old, SimTime::from_nanos(number * step), 1_000);
                }
            }
            // Of the six the newest three are kept: two more find room.
            let now = SimTime::from_nanos(5 * step);
            let mut window = window.converted(&old, &new, now);
            let admitted = (0..5).filter(|_| attempt(&mut window, &new, 9, 1_000).is_ok());
            assert_eq!(admitted.count(), 2, "{step} ns apart");
        }
    }

    #[test]
    fn a_window_that_starts_anew_keeps_its_memory() {
        let quota = quota(100, SimSpan::SECOND);
        let mut window = starting(&quota);
        assert_eq!(window.log.capacity(), 0);
        for nanos in 0..100 {
            assert_eq!(attempt(&mut window, &quota, nanos, 1_000), Ok(()));
        }
        let memory = window.log.capacity();
        window.restart();
        assert_eq!((&window, window.log.capacity()), (&starting(&quota), memory));
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        for (limit, per) in [
            (1_000_000_000_000_000, SimSpan::MAX_DURATION),
            (u64::MAX, SimSpan::from_nanos(u64::MAX)),
            (u64::MAX, SimSpan::from_nanos(1)),
        ] {
            let quota = SlidingWindowQuota::new(limit, per);
            let mut window = starting(&quota);
            let late = SimTime::from_nanos(u64::MAX);
            window.take(&quota, late, limit);
            assert_eq!(window.check(&quota, late, 1), Err(Some(per)));
            window.count_refused(&quota, late, u64::MAX);
            window.count_refused(&quota, late, u64::MAX);
            assert_eq!(window.check(&quota, late, limit), Err(Some(per)));
        }
        // What two instants weigh together may exceed 64 bits.
        let quota = SlidingWindowQuota::new(u64::MAX, SimSpan::SECOND);
        let mut window = starting(&quota);
        window.take(&quota, SimTime::ZERO, u64::MAX - 1);
        window.count_refused(&quota, SimTime::from_nanos(5), u64::MAX - 1);
        assert_eq!(attempt(&mut window, &quota, 5, 1), Err(Some(SECOND - 5)));
        assert_eq!(attempt(&mut window, &quota, 5, 2), Err(Some(SECOND)));
    }
}
