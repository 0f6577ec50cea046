//! A meter of credits that lags behind what was used, and a reading of it that is used again.

use crate::rules::Below;
use crate::units::{Credits, SimSpan, SimTime};

/// The meter of one workspace, in thousandths.
#[derive(Debug)]
pub(super) struct Lagging {
    read_cache: SimSpan,
    report_every: SimSpan,
    recheck_within: Option<Below>,
    /// Reports so far.
    reports: u64,
    /// When the meter was read last.
    read: Option<SimTime>,
    /// Used since the last report.
    unreported: i128,
    /// Reported since the last reading.
    unread: i128,
}

impl Lagging {
    pub(super) fn new(
        read_cache: SimSpan,
        report_every: SimSpan,
        recheck_within: Option<Below>,
    ) -> Self {
        let (reports, read, unreported, unread) = (0, None, 0, 0);
        Self { read_cache, report_every, recheck_within, reports, read, unreported, unread }
    }

    pub(super) fn begin(&mut self) {
        (self.reports, self.read) = (0, None);
        self.begin_period();
    }

    /// A period of credits begins, with nothing used.
    pub(super) fn begin_period(&mut self) {
        (self.unreported, self.unread) = (0, 0);
    }

    /// What was used and is not seen by whoever decides at `now`. `left` says how much is left where so
    /// much is unseen, in a period that includes so many credits.
    pub(super) fn unseen(
        &mut self,
        left: impl Fn(i128) -> i128,
        included: Credits,
        now: SimTime,
    ) -> i128 {
        self.catch_up(now);
        let is_old = self.read.is_none_or(|read| now.since(read) >= self.read_cache);
        let is_near = |unseen| {
            self.recheck_within.is_some_and(|below| left(unseen) < below.of(included).wide())
        };
        if is_old || is_near(self.unreported + self.unread) {
            (self.read, self.unread) = (Some(now), 0);
        }
        self.unreported + self.unread
    }

    /// Credits were used at `now`, or given back if there are less than none.
    pub(super) fn used(&mut self, amount: i128, now: SimTime) {
        self.catch_up(now);
        self.unreported += amount;
    }

    /// Lets the meter hear of what was used, if it is time.
    fn catch_up(&mut self, now: SimTime) {
        let reports = now.nanos() / self.report_every.nanos();
        if reports > self.reports {
            self.reports = reports;
            self.unread += std::mem::take(&mut self.unreported);
        }
    }
}
