//! The books of a credit pool.

use super::timing::Timing;
use super::window::Window;
use crate::units::{Credits, SimTime};

/// What became of the credits of one workspace's pool. The books of the measured window, in
/// thousandths: `opening + granted = consumed + expired + closing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CreditTally {
    /// The balance at the beginning of the window.
    pub opening: i128,
    /// Granted by renewals inside the window.
    pub granted: i128,
    /// Charged inside the window, less what was given back.
    pub consumed: i128,
    /// Left over at renewals inside the window.
    pub expired: i128,
    /// Time from a period's first refusal for want of credits to its end, inside the window \[ns\].
    pub exhausted_time: u64,
    /// Periods that overlap the window.
    pub periods: u64,
    /// Those in which the balance reached zero.
    pub periods_zero: u64,
    /// Those in which an attempt was refused for want of credits.
    pub periods_exhausted: u64,
    /// When the balance was first zero.
    first_zero: Option<SimTime>,
    /// When an attempt was first refused for want of credits.
    first_refusal: Option<SimTime>,
    period_began: SimTime,
    zero_in_period: bool,
    /// When the period's first refusal was.
    exhausted_since: Option<SimTime>,
}

impl CreditTally {
    /// The books of a pool that opens at the start with `balance`.
    pub fn open(balance: Credits) -> Self {
        let mut tally = Self { opening: balance.wide(), ..Self::default() };
        tally.note_balance(SimTime::ZERO, balance);
        tally
    }

    /// What is left at the end of the window, by the books.
    pub fn closing(&self) -> i128 {
        self.opening + self.granted - self.consumed - self.expired
    }

    /// Books a charge that left `balance`.
    #[inline]
    pub fn charged(&mut self, window: Window, now: SimTime, amount: Credits, balance: Credits) {
        if now < window.from {
            self.opening -= amount.wide();
        } else {
            self.consumed += amount.wide();
        }
        self.note_balance(now, balance);
    }

    /// Books a charge that was given back; `expired` if its period was over by then.
    ///
    /// It is booked back however late it comes, since its charge stands in the books too.
    pub fn restored(&mut self, window: Window, now: SimTime, amount: Credits, expired: bool) {
        if now < window.from {
            self.opening += if expired { 0 } else { amount.wide() };
            return;
        }
        self.consumed -= amount.wide();
        if expired {
            self.expired += amount.wide();
        }
    }

    /// Books an attempt that the pool could not pay.
    pub fn refused(&mut self, now: SimTime) {
        self.first_refusal.get_or_insert(now);
        self.exhausted_since.get_or_insert(now);
    }

    /// Books a renewal: `expired` was left over, `granted` is the new balance.
    pub fn renewed(&mut self, window: Window, now: SimTime, expired: Credits, granted: Credits) {
        self.end_period(window, now);
        if now < window.from {
            self.opening = granted.wide();
        } else {
            self.expired += expired.wide();
            self.granted += granted.wide();
        }
        self.period_began = now;
        self.note_balance(now, granted);
    }

    /// Closes the books at the end of the window.
    pub fn close(&mut self, window: Window, measures: &mut CreditMeasures) {
        self.end_period(window, window.until);
        if let Some(instant) = self.first_zero {
            measures.time_to_zero.record(instant.nanos());
        }
        if let Some(instant) = self.first_refusal {
            measures.time_to_exhaustion.record(instant.nanos());
        }
    }

    #[inline]
    fn note_balance(&mut self, now: SimTime, balance: Credits) {
        if balance == Credits::ZERO {
            self.zero_in_period = true;
            self.first_zero.get_or_insert(now);
        }
    }

    fn end_period(&mut self, window: Window, now: SimTime) {
        if window.overlap(self.period_began, now) > 0 {
            self.periods += 1;
            self.periods_zero += u64::from(self.zero_in_period);
            self.periods_exhausted += u64::from(self.exhausted_since.is_some());
        }
        if let Some(since) = self.exhausted_since.take() {
            self.exhausted_time += window.overlap(since, now);
        }
        self.zero_in_period = false;
    }
}

/// When the pools of a group ran out, from the start of the run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreditMeasures {
    /// To the first balance of zero, over workspaces that got there.
    pub time_to_zero: Timing,
    /// To the first refusal for want of credits, over workspaces that got there.
    pub time_to_exhaustion: Timing,
}

impl CreditMeasures {
    /// Adds what another one measured.
    pub fn merge(&mut self, other: &Self) {
        self.time_to_zero.merge(&other.time_to_zero);
        self.time_to_exhaustion.merge(&other.time_to_exhaustion);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window =
        Window { from: SimTime::from_nanos(100), until: SimTime::from_nanos(1_000) };

    #[test]
    fn books_open_after_the_warm_up_and_balance() {
        let whole = Credits::whole;
        let at = SimTime::from_nanos;
        let mut tally = CreditTally::open(whole(10));
        let mut measures = CreditMeasures::default();
        tally.charged(WINDOW, at(50), whole(4), whole(6));
        tally.charged(WINDOW, at(100), whole(6), whole(0));
        tally.refused(at(300));
        tally.renewed(WINDOW, at(500), whole(0), whole(10));
        tally.charged(WINDOW, at(600), whole(1), whole(9));
        tally.restored(WINDOW, at(1_100), whole(1), false);
        tally.close(WINDOW, &mut measures);
        assert_eq!(tally.opening, 6_000);
        assert_eq!((tally.granted, tally.consumed, tally.expired), (10_000, 6_000, 0));
        assert_eq!(tally.closing(), 10_000);
        assert_eq!(tally.exhausted_time, 200);
        assert_eq!((tally.periods, tally.periods_zero, tally.periods_exhausted), (2, 1, 1));
        assert_eq!(measures.time_to_zero.mean(), Some(100e-9));
        assert_eq!(measures.time_to_exhaustion.mean(), Some(300e-9));
    }
}
