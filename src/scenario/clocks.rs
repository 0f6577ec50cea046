//! How the clocks of a time zone go.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::units::{ClockChange, SimSpan, SimTime};

/// From Monday 00:00 to the start of 1970, a Thursday.
const EPOCH_INTO_WEEK: SimSpan = SimSpan::from_nanos(3 * SimSpan::DAY.nanos());

/// How the clocks of a zone go at the start, and from each of their changes within the duration.
pub(super) fn clock_changes(
    zone: &TimeZone,
    start: Timestamp,
    duration: SimSpan,
) -> Vec<ClockChange> {
    let mut offset = zone.to_offset(start);
    let mut changes = vec![ClockChange { from: SimTime::ZERO, at_start: into_week(start, offset) }];
    for transition in zone.following(start) {
        let from = transition.timestamp().as_nanosecond() - start.as_nanosecond();
        let from = u64::try_from(from).map_or(SimTime::NEVER, SimTime::from_nanos);
        if from >= SimTime::ZERO + duration {
            break;
        }
        // A change of name alone moves no clock.
        if transition.offset() != offset {
            offset = transition.offset();
            changes.push(ClockChange { from, at_start: into_week(start, offset) });
        }
    }
    changes
}

/// Time since Monday 00:00 at an instant, on clocks with this offset.
fn into_week(at: Timestamp, offset: Offset) -> SimSpan {
    let local = at.as_nanosecond()
        + i128::from(offset.seconds()) * i128::from(SimSpan::SECOND.nanos())
        + i128::from(EPOCH_INTO_WEEK.nanos());
    SimSpan::from_nanos(local.rem_euclid(7 * i128::from(SimSpan::DAY.nanos())) as u64)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZoneDatabase;

    use super::*;

    fn changes(zone: &str, start: &str, days: u64) -> Vec<(u64, u64)> {
        let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
        let start = start.parse().unwrap();
        let changes = clock_changes(&zone, start, SimSpan::DAY.times(days));
        let hours = |span: SimSpan| span.nanos() / SimSpan::HOUR.nanos();
        changes.iter().map(|it| (hours(it.from.since(SimTime::ZERO)), hours(it.at_start))).collect()
    }

    #[test]
    fn clocks_show_the_hour_of_the_week_and_change_with_the_season() {
        // 2026-06-01 is a Monday; Berlin is two hours ahead then, New York four behind.
        assert_eq!(changes("UTC", "2026-06-01T00:00:00Z", 365), [(0, 0)]);
        assert_eq!(changes("Europe/Berlin", "2026-06-01T00:00:00Z", 7), [(0, 2)]);
        assert_eq!(changes("America/New_York", "2026-06-01T00:00:00Z", 7), [(0, 164)]);
        // At 01:00 UTC on the last Sundays of March and October, far in the future too.
        let start = "2026-03-28T00:00:00Z";
        let saturday = 5 * 24;
        let october = 211 * 24 + 1;
        assert_eq!(
            changes("Europe/Berlin", start, 250),
            [(0, saturday + 1), (25, saturday + 2), (october, saturday + 1)]
        );
        assert_eq!(changes("Europe/Berlin", "2226-01-01T00:00:00Z", 365).len(), 3);
        assert_eq!(changes("Europe/Berlin", "1969-12-31T23:00:00Z", 1), [(0, 3 * 24)]);
    }

    #[test]
    fn offsets_of_less_than_an_hour_count() {
        let zone = TimeZoneDatabase::bundled().get("Asia/Kathmandu").unwrap();
        let start = "2026-06-01T00:00:00Z".parse().unwrap();
        let shown = into_week(start, zone.to_offset(start));
        assert_eq!(shown.to_string(), "5h45m");
    }
}
