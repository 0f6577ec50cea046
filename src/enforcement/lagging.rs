//! A meter of credits that lags behind what was used, and a reading of it that is used again.

use crate::rules::Below;
use crate::units::{Credits, SimSpan, SimTime};

/// The meter of one workspace, in thousandths.
#[derive(Debug)]
pub(super) struct Lagging {
    read_cache: SimSpan,
    recheck_within: Option<Below>,
    /// Reports so far.
    reports: u64,
    /// When the meter was read last.
    read: Option<SimTime>,
    /// Used since the last report.
    unreported: i128,
    /// Reported since the last reading.
    unread: i128,
    /// Used in this period, and never to be reported.
    forgotten: i128,
}

impl Lagging {
    pub(super) fn new(read_cache: SimSpan, recheck_within: Option<Below>) -> Self {
        let (reports, read, unreported, unread, forgotten) = (0, None, 0, 0, 0);
        Self { read_cache, recheck_within, reports, read, unreported, unread, forgotten }
    }

    pub(super) fn begin(&mut self) {
        (self.reports, self.read) = (0, None);
        self.begin_period();
    }

    /// A period of credits begins, with nothing used.
    pub(super) fn begin_period(&mut self) {
        (self.unreported, self.unread, self.forgotten) = (0, 0, 0);
    }

    /// What was used and is not seen by whoever decides at `now`, who may read the meter if it is
    /// `within_reach`. `left` says how much is left where so much is unseen, in a period that includes so
    /// many credits.
    pub(super) fn unseen(
        &mut self,
        left: impl Fn(i128) -> i128,
        included: Credits,
        (now, within_reach): (SimTime, bool),
    ) -> i128 {
        let is_old = self.read.is_none_or(|read| now.since(read) >= self.read_cache);
        let seems_left = left(self.unreported + self.unread + self.forgotten);
        let is_near =
            self.recheck_within.is_some_and(|below| seems_left < below.of(included).wide());
        if within_reach && (is_old || is_near) {
            (self.read, self.unread) = (Some(now), 0);
        }
        self.unreported + self.unread + self.forgotten
    }

    /// Credits were used, or given back if there are less than none.
    pub(super) fn used(&mut self, amount: i128) {
        self.unreported += amount;
    }

    /// Lets the meter hear of what was used, if so many reports were due by now and not all of them
    /// were made.
    pub(super) fn catch_up(&mut self, reports: u64) {
        if reports > self.reports {
            self.reports = reports;
            self.unread += std::mem::take(&mut self.unreported);
        }
    }

    /// Whoever was to report forgets what was used since the last time.
    pub(super) fn forget(&mut self) {
        self.forgotten += std::mem::take(&mut self.unreported);
    }
}
