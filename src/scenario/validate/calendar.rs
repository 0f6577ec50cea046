//! Months of the calendar, and the width of a series' bins.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::units::{SimSpan, SimTime};

/// How far beyond the duration pools renew: what is in flight then is finished.
const BEYOND: SimSpan = SimSpan::from_nanos(2 * 366 * SimSpan::DAY.nanos());
/// The most bins of a series unless the scenario chooses their width.
const MOST_BINS: u64 = 500;
/// The widths that a series has by default.
const WIDTHS: [SimSpan; 8] = [
    SimSpan::SECOND,
    SimSpan::from_secs(10),
    SimSpan::MINUTE,
    SimSpan::from_secs(5 * 60),
    SimSpan::from_secs(15 * 60),
    SimSpan::HOUR,
    SimSpan::from_secs(6 * 60 * 60),
    SimSpan::DAY,
];

/// The instants, at the time of day of `start`, that are one, two, three months after it, and so
/// on until well after `duration`.
///
/// Each is counted from the start, never from the one before: what begins on January 31 renews on
/// February 28 and on March 31. Months without such a day have their last one.
pub(super) fn monthly(start: Timestamp, duration: SimSpan) -> Arc<[SimTime]> {
    let first = start.to_zoned(TimeZone::UTC);
    let horizon = SimTime::ZERO + duration + BEYOND;
    let mut instants = Vec::new();
    for months in 1.. {
        let nanos = first.checked_add(months.months()).ok().and_then(|day| {
            u64::try_from(day.timestamp().as_nanosecond() - start.as_nanosecond()).ok()
        });
        // The calendar ends with the year 9999, and virtual time after 584 years.
        let Some(nanos) = nanos else { break };
        instants.push(SimTime::from_nanos(nanos));
        if SimTime::from_nanos(nanos) > horizon {
            break;
        }
    }
    instants.into()
}

/// The width of a series' bins by default: the least usual one that gives at most 500 of them.
pub(super) fn series_every(duration: SimSpan) -> SimSpan {
    let fits = |every: &SimSpan| duration.nanos().div_ceil(every.nanos()) <= MOST_BINS;
    WIDTHS.into_iter().find(fits).unwrap_or_else(|| {
        SimSpan::DAY.times(duration.nanos().div_ceil(SimSpan::DAY.nanos() * MOST_BINS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_from_the_start_and_clamped_to_their_last_day() {
        let start: Timestamp = "2027-01-31T12:00:00Z".parse().unwrap();
        let instants = monthly(start, SimSpan::DAY);
        let days: Vec<u64> = instants.iter().map(|at| at.nanos() / SimSpan::DAY.nanos()).collect();
        // To Feb 28, Mar 31, Apr 30, May 31, Jun 30, Jul 31, Aug 31: the day of the year, less 31.
        assert_eq!(days[..7], [28, 59, 89, 120, 150, 181, 212]);
        assert!(instants.iter().all(|at| at.nanos() % SimSpan::DAY.nanos() == 0));
        // Feb 29 of 2028, and two years beyond the duration.
        assert_eq!(days[12], 365 + 29);
        assert!(*days.last().unwrap() > 2 * 365);
        assert!(days.len() < 30);
    }

    #[test]
    fn months_end_with_virtual_time_and_with_the_calendar() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let long = monthly(start, SimSpan::MAX_DURATION);
        assert!(long.len() >= 292 * 12 && long.is_sorted());
        let late: Timestamp = "9999-11-15T00:00:00Z".parse().unwrap();
        assert_eq!(monthly(late, SimSpan::MAX_DURATION).len(), 1);
        let early: Timestamp = "-009999-01-02T01:59:59Z".parse().unwrap();
        assert!(monthly(early, SimSpan::DAY).len() > 20);
    }

    #[test]
    fn bins_are_as_narrow_as_five_hundred_allow() {
        for (duration, every) in [
            ("1s", "1s"),
            ("500s", "1s"),
            ("501s", "10s"),
            ("1d", "5m"),
            ("30d", "6h"),
            ("500d", "1d"),
            ("501d", "2d"),
            ("3650d", "8d"),
        ] {
            let every: SimSpan = every.parse().unwrap();
            assert_eq!(series_every(duration.parse().unwrap()), every, "{duration}");
        }
    }
}
