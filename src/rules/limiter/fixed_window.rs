//! The fixed window: so much in each window, and a new count with the next.

use crate::units::{SimSpan, SimTime};

/// When the windows of a [`FixedWindow`] begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowStart {
    /// At the multiples of their length from t = 0.
    Aligned,
    /// With the first attempt that counts while no window is open.
    FirstAttempt,
}

/// The numbers of a fixed window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedWindowQuota {
    /// What a window admits, in thousandths.
    limit: u64,
    /// How long a window is, above zero.
    per: SimSpan,
    start: WindowStart,
}

impl FixedWindowQuota {
    /// So many thousandths in each window of this length, which includes its first instant and
    /// excludes its end.
    ///
    /// # Panics
    ///
    /// If the length is zero.
    pub fn new(limit_thousandths: u64, per: SimSpan, start: WindowStart) -> Self {
        assert!(!per.is_zero(), "a window has a length above zero");
        Self { limit: limit_thousandths, per, start }
    }
}

/// The state of one fixed window. Starts with nothing counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedWindow {
    /// What was counted in the window, in thousandths; above 0 where an attempt opened it.
    count: u64,
    /// When the window began; no meaning while none is open.
    begun: SimTime,
}

impl FixedWindow {
    /// A window with nothing counted at `now`. An aligned one began at the multiple before.
    pub const fn starting(quota: &FixedWindowQuota, now: SimTime) -> Self {
        let begun = match quota.start {
            WindowStart::Aligned => {
                SimTime::from_nanos(now.nanos() - now.nanos() % quota.per.nanos())
            }
            WindowStart::FirstAttempt => now,
        };
        Self { count: 0, begun }
    }

    /// The window with other numbers from `now` on. Where only the limit differs, it keeps its
    /// count; windows of another length or that begin otherwise begin afresh.
    pub fn converted(
        mut self,
        old: &FixedWindowQuota,
        new: &FixedWindowQuota,
        now: SimTime,
    ) -> Self {
        if (old.per, old.start) != (new.per, new.start) {
            return Self::starting(new, now);
        }
        self.advance(old, now);
        self
    }

    #[inline]
    fn advance(&mut self, quota: &FixedWindowQuota, now: SimTime) {
        if now - self.begun >= quota.per {
            *self = Self::starting(quota, now);
        }
    }

    /// Whether an attempt that weighs `weight` thousandths is admitted at `now`; one that weighs
    /// nothing always is, and opens no window.
    ///
    /// A window that is over ends here; it counts nothing.
    ///
    /// # Errors
    ///
    /// After how long the attempt would be admitted if nobody else came: when the window ends.
    /// `None` if never, since it weighs more than the limit.
    pub fn check(
        &mut self,
        quota: &FixedWindowQuota,
        now: SimTime,
        weight: u64,
    ) -> Result<(), Option<SimSpan>> {
        self.advance(quota, now);
        if weight == 0 {
            return Ok(());
        }
        let Some(room) = quota.limit.checked_sub(weight) else { return Err(None) };
        if self.count <= room {
            return Ok(());
        }
        let gone = (now - self.begun).nanos();
        Err(Some(SimSpan::from_nanos(quota.per.nanos() - gone)))
    }

    /// Counts an attempt that [`check`](Self::check) admitted at the same instant.
    ///
    /// # Panics
    ///
    /// If the limit has no room for it: nobody checked.
    pub fn take(&mut self, quota: &FixedWindowQuota, now: SimTime, weight: u64) {
        let count = self.count.checked_add(weight).filter(|&count| count <= quota.limit);
        assert!(weight == 0 || count.is_some(), "taken without a check: {weight} at {now:?}");
        self.count(quota, now, weight);
    }

    /// Counts an attempt that this window refused at `now` as if it had been admitted. It opens a
    /// window if none is open, which only one that weighs more than the limit can find.
    pub fn count_refused(&mut self, quota: &FixedWindowQuota, now: SimTime, weight: u64) {
        self.advance(quota, now);
        self.count(quota, now, weight);
    }

    fn count(&mut self, quota: &FixedWindowQuota, now: SimTime, weight: u64) {
        if self.count == 0 && quota.start == WindowStart::FirstAttempt {
            self.begun = now;
        }
        // A count of 2^64 - 1 or more has reached every limit: what is beyond decides nothing.
        self.count = self.count.saturating_add(weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn quota(limit: u64, start: WindowStart) -> FixedWindowQuota {
        FixedWindowQuota::new(limit * 1_000, SimSpan::SECOND, start)
    }

    fn attempt(
        window: &mut FixedWindow,
        quota: &FixedWindowQuota,
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
    fn aligned_windows_begin_at_multiples() {
        let quota = quota(2, WindowStart::Aligned);
        let mut window = FixedWindow::starting(&quota, SimTime::ZERO);
        let idle = 290 * 365 * SimSpan::DAY.nanos();
        for (nanos, answer) in [
            (SECOND - 1, Ok(())),
            (SECOND - 1, Ok(())),
            (SECOND - 1, Err(Some(1))),
            // Four in two nanoseconds: the weakness of fixed windows.
            (SECOND, Ok(())),
            (SECOND, Ok(())),
            (SECOND, Err(Some(SECOND))),
            (2 * SECOND - 1, Err(Some(1))),
            (2 * SECOND, Ok(())),
            (idle + 300, Ok(())),
            (idle + 300, Ok(())),
            (idle + 300, Err(Some(SECOND - 300))),
        ] {
            assert_eq!(attempt(&mut window, &quota, nanos, 1_000), answer, "at {nanos}");
        }
    }

    #[test]
    fn windows_that_attempts_open_last_from_the_first() {
        let quota = quota(2, WindowStart::FirstAttempt);
        let mut window = FixedWindow::starting(&quota, SimTime::ZERO);
        let idle = 290 * 365 * SimSpan::DAY.nanos();
        for (nanos, weight, answer) in [
            (SECOND / 2, 0, Ok(())),
            (SECOND - 1, 1_000, Ok(())),
            (SECOND, 1_000, Ok(())),
            (SECOND, 1_000, Err(Some(SECOND - 1))),
            (2 * SECOND - 2, 1, Err(Some(1))),
            // The window is over; what weighs nothing opens no other.
            (2 * SECOND - 1, 0, Ok(())),
            (2 * SECOND + 5, 2_000, Ok(())),
            (3 * SECOND + 4, 1, Err(Some(1))),
            (3 * SECOND + 5, 1, Ok(())),
            (idle, 2_000, Ok(())),
            (idle + 1, 1, Err(Some(SECOND - 1))),
        ] {
            assert_eq!(attempt(&mut window, &quota, nanos, weight), answer, "at {nanos}");
        }
    }

    #[test]
    fn weights_are_of_thousandths() {
        for start in [WindowStart::Aligned, WindowStart::FirstAttempt] {
            let quota = quota(2, start);
            let mut window = FixedWindow::starting(&quota, SimTime::ZERO);
            assert_eq!(attempt(&mut window, &quota, 0, 2_001), Err(None));
            assert_eq!(attempt(&mut window, &quota, 0, 1_999), Ok(()));
            assert_eq!(attempt(&mut window, &quota, 0, 2), Err(Some(SECOND)));
            assert_eq!(attempt(&mut window, &quota, 0, 1), Ok(()));
            assert_eq!(attempt(&mut window, &quota, 0, 1), Err(Some(SECOND)));
            assert_eq!(attempt(&mut window, &quota, 0, 0), Ok(()));
        }
    }

    #[test]
    fn a_refused_attempt_that_counts_fills_its_window() {
        let quota = quota(2, WindowStart::FirstAttempt);
        let mut window = FixedWindow::starting(&quota, SimTime::ZERO);
        let at = SimTime::from_nanos;
        window.count_refused(&quota, at(5), 0);
        // One that weighs too much opens a window, and nothing else finds room in it.
        window.count_refused(&quota, at(10), 2_001);
        assert_eq!(window.check(&quota, at(11), 1), Err(Some(SimSpan::from_nanos(SECOND - 1))));
        window.count_refused(&quota, at(11), u64::MAX);
        assert_eq!(window.check(&quota, at(SECOND + 9), 1), Err(Some(SimSpan::from_nanos(1))));
        assert_eq!(window.check(&quota, at(SECOND + 10), 2_000), Ok(()));
        window.count_refused(&quota, at(SECOND + 20), 500);
        assert_eq!(window.check(&quota, at(SECOND + 20), 1_500), Ok(()));
        assert_eq!(window.check(&quota, at(SECOND + 20), 1_501), Err(Some(SimSpan::SECOND)));
    }

    #[test]
    fn a_change_of_the_limit_keeps_the_count_and_one_of_the_windows_begins_afresh() {
        for start in [WindowStart::Aligned, WindowStart::FirstAttempt] {
            let (old, new) = (quota(3, start), quota(1, start));
            let now = SimTime::from_nanos(SECOND / 2);
            let mut window = FixedWindow::starting(&old, SimTime::ZERO);
            window.take(&old, SimTime::ZERO, 2_000);
            let mut less = window.converted(&old, &new, now);
            let rest = SimSpan::from_nanos(SECOND / 2);
            assert_eq!(less.check(&new, now, 1_000), Err(Some(rest)));
            let mut more = less.converted(&new, &old, now);
            assert_eq!(more.check(&old, now, 1_000), Ok(()));
            assert_eq!(more.check(&old, now, 1_001), Err(Some(rest)));
            // A window that is over at the change is forgotten.
            let end = SimTime::from_nanos(SECOND);
            assert_eq!(window.converted(&old, &new, end), FixedWindow::starting(&new, end));
            let longer = FixedWindowQuota { per: SimSpan::MINUTE, ..old };
            let fresh = window.converted(&old, &longer, now);
            assert_eq!(fresh, FixedWindow::starting(&longer, now));
        }
        let (old, new) = (quota(3, WindowStart::Aligned), quota(3, WindowStart::FirstAttempt));
        let mut window = FixedWindow::starting(&old, SimTime::ZERO);
        window.take(&old, SimTime::ZERO, 2_000);
        let mut window = window.converted(&old, &new, SimTime::from_nanos(7));
        assert_eq!(window.check(&new, SimTime::from_nanos(7), 3_000), Ok(()));
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        for (limit, per) in [
            (1_000_000_000_000_000, SimSpan::MAX_DURATION),
            (u64::MAX, SimSpan::from_nanos(u64::MAX)),
            (u64::MAX, SimSpan::from_nanos(1)),
        ] {
            for start in [WindowStart::Aligned, WindowStart::FirstAttempt] {
                let quota = FixedWindowQuota::new(limit, per, start);
                let late = SimTime::from_nanos(u64::MAX);
                let mut window = FixedWindow::starting(&quota, late);
                window.take(&quota, late, limit);
                let rest = match start {
                    WindowStart::Aligned => per.nanos() - u64::MAX % per.nanos(),
                    WindowStart::FirstAttempt => per.nanos(),
                };
                let wait = Err(Some(SimSpan::from_nanos(rest)));
                assert_eq!(window.check(&quota, late, 1), wait);
                window.count_refused(&quota, late, u64::MAX);
                assert_eq!(window.check(&quota, late, 1), wait);
            }
        }
    }
}
