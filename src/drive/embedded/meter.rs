//! A meter of what was used that lags.

use crate::rules::Below;
use crate::units::{Credits, SimSpan, SimTime};

/// How far a meter lags.
#[derive(Debug, Clone, Copy)]
pub(super) struct MeterTerms {
    /// For how long a reading is used again.
    pub(super) read_cache: SimSpan,
    /// It hears of what was used at the multiples of this.
    pub(super) report_every: SimSpan,
    /// If a reading has less left than this, it is read again.
    pub(super) recheck_within: Option<Below>,
}

/// What a meter has not heard of yet, and when it was read last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Meter {
    /// Used since it heard last \[thousandths\].
    unreported: i128,
    /// How often it has heard of anything.
    reports: u64,
    /// When it was read, and what it had left \[thousandths\].
    reading: Option<(SimTime, i128)>,
}

impl Meter {
    /// What is left by the reading that who decides has at `now`, where `left` really is and a
    /// period includes so much.
    pub(super) fn read(
        &mut self,
        terms: &MeterTerms,
        (left, included): (i128, Credits),
        now: SimTime,
    ) -> i128 {
        self.hear(terms, now);
        let below = terms.recheck_within.map(|below| below.of(included).wide());
        let used_again = self.reading.filter(|&(at, left)| {
            now.since(at) < terms.read_cache && below.is_none_or(|below| left >= below)
        });
        let (at, left) = used_again.unwrap_or((now, left + self.unreported));
        self.reading = Some((at, left));
        left
    }

    /// Notes that so much was used at `now`.
    pub(super) fn used(&mut self, terms: &MeterTerms, amount: Credits, now: SimTime) {
        self.hear(terms, now);
        self.unreported += amount.wide();
    }

    /// A period has begun: nobody hears any more of what was used before. A reading stays.
    pub(super) const fn renewed(&mut self) {
        self.unreported = 0;
    }

    /// What was used before the last multiple of the time between reports was reported then.
    fn hear(&mut self, terms: &MeterTerms, now: SimTime) {
        let reports = now.nanos() / terms.report_every.nanos().max(1);
        if reports > self.reports {
            (self.reports, self.unreported) = (reports, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_hears_at_the_multiples_and_is_read_again_when_the_reading_is_old() {
        let nanos = SimSpan::from_nanos;
        let below = |thousandths| Some(Below::Amount(Credits::from_thousandths(thousandths)));
        let mut terms =
            MeterTerms { read_cache: nanos(5), report_every: nanos(10), recheck_within: None };
        let mut meter = Meter::default();
        let mut used = 0;
        let mut left = |terms: &MeterTerms, at: u64, cost: i64| {
            let now = SimTime::from_nanos(at);
            let read = meter.read(terms, (100 - used, Credits::from_thousandths(100)), now);
            meter.used(terms, Credits::from_thousandths(cost), now);
            used += i128::from(cost);
            read
        };
        assert_eq!(left(&terms, 1, 30), 100);
        assert_eq!(left(&terms, 3, 30), 100);
        // Read again, but the meter has heard of nothing.
        assert_eq!(left(&terms, 9, 30), 100);
        // It has, and the reading of 9 is used still; at 14 it is old.
        assert_eq!(left(&terms, 10, 5), 100);
        assert_eq!(left(&terms, 14, 5), 10);
        terms.recheck_within = below(11);
        // The reading has less than 11 left, so it is not used again.
        assert_eq!(left(&terms, 20, 0), 0);
    }
}
