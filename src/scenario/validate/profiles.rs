//! Profiles by the hour, and the clocks of time zones.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use super::super::at::{At, Findings};
use super::super::suggest::nearest;
use super::super::types::{self, ProfileName};
use super::plans::Horizon;
use crate::units::{ClockChange, SimSpan, SimTime};
use crate::workload::Profile;

/// From Monday 00:00 to the start of 1970, a Thursday.
const EPOCH_INTO_WEEK: SimSpan = SimSpan::from_nanos(3 * SimSpan::DAY.nanos());

/// Hours of a day from Monday to Friday, of `business_hours`.
const BUSINESS_DAY: [f64; 24] = [
    1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0, 8.0, 9.0, 10.0, 10.0, 9.0, 7.0,
    4.0, 3.0, 2.0, 2.0, 1.0, 1.0,
];
/// Hours of a Saturday or a Sunday, of `business_hours`.
const WEEKEND_DAY: [f64; 24] = [
    1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0,
    2.0, 1.0, 1.0, 1.0, 1.0,
];
/// Hours of every day, of `evenings`.
const EVENINGS: [f64; 24] = [
    4.0, 2.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 4.0, 5.0, 7.0, 9.0,
    10.0, 10.0, 10.0, 8.0, 6.0,
];
/// Hours of every day, of `daily`: a cosine with its peak at 15:00 that goes up and down by a third
/// of its mean, in hundredths.
const DAILY: [f64; 24] = [
    74.0, 69.0, 67.0, 67.0, 69.0, 74.0, 80.0, 87.0, 96.0, 104.0, 113.0, 120.0, 126.0, 131.0, 133.0,
    133.0, 131.0, 126.0, 120.0, 113.0, 104.0, 96.0, 87.0, 80.0,
];

/// When a scenario is, and whose clocks it goes by.
#[derive(Debug)]
pub(super) struct Clocks {
    pub(super) horizon: Horizon,
    zone: TimeZone,
}

impl Clocks {
    /// The clocks of the zone that stands at `at`, or of UTC.
    pub(super) fn new(
        written: Option<&types::Text>,
        horizon: Horizon,
        at: At<'_>,
        findings: &mut Findings,
    ) -> Self {
        let zone = written.and_then(|zone| time_zone(&zone.0, at, findings));
        Self { horizon, zone: zone.unwrap_or(TimeZone::UTC) }
    }

    /// How they go.
    pub(super) fn changes(&self) -> Vec<ClockChange> {
        clock_changes(&self.zone, self.horizon)
    }
}

/// The profile of traffic that stands at `at`; `None` if it is at fault.
pub(super) fn profile(
    written: &types::Profile,
    timezone: Option<&types::Text>,
    clocks: &Clocks,
    at: At<'_>,
    findings: &mut Findings,
) -> Option<Profile> {
    let (name, weights) = match written {
        types::Profile::Named(name) => named(*name),
        types::Profile::Weights(weights) => {
            let weights: Vec<f64> = weights.iter().map(|weight| weight.0).collect();
            (format!("{} weights", weights.len()), weights)
        }
    };
    let zone = match timezone {
        Some(zone) => time_zone(&zone.0, at.key("timezone"), findings),
        None => Some(clocks.zone.clone()),
    };
    let place = at.key("profile");
    if !matches!(weights.len(), 24 | 168) {
        let hint = "24 weights are those of the hours of a day, 168 those of a week";
        findings.add_with_hint(place, format!("a profile of {name}"), hint);
        return None;
    }
    let zone = zone?;
    let zone_name = zone.iana_name().unwrap_or("UTC").to_owned();
    let changes = clock_changes(&zone, clocks.horizon);
    let profile = Profile::new(name, zone_name, &weights, changes);
    if profile.is_none() {
        findings.add(place, "every weight is 0, so nothing would ever arrive");
    }
    profile
}

fn named(name: ProfileName) -> (String, Vec<f64>) {
    let (name, weights) = match name {
        ProfileName::BusinessHours => {
            let week = [[BUSINESS_DAY; 5].as_flattened(), [WEEKEND_DAY; 2].as_flattened()];
            ("business_hours", week.concat())
        }
        ProfileName::Evenings => ("evenings", EVENINGS.to_vec()),
        ProfileName::Daily => ("daily", DAILY.to_vec()),
    };
    (name.to_owned(), weights)
}

/// The time zone of this name, from the database that is built in: what a machine has installed
/// must not change a result.
fn time_zone(name: &str, at: At<'_>, findings: &mut Findings) -> Option<TimeZone> {
    let database = TimeZoneDatabase::bundled();
    let zone = database.get(name).ok();
    if zone.is_none() {
        let known: Vec<String> = database.available().map(|name| name.to_string()).collect();
        let hint = nearest(name, known.iter().map(String::as_str)).map_or_else(
            || "zones are those of the IANA database, such as `Europe/Berlin`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        findings.add_with_hint(at, format!("no time zone is called `{name}`"), hint);
    }
    zone
}

/// How the clocks of a zone go at the start, and from each of their changes within the duration.
fn clock_changes(zone: &TimeZone, horizon: Horizon) -> Vec<ClockChange> {
    let Horizon { start, duration } = horizon;
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
    use super::*;

    fn changes(zone: &str, start: &str, days: u64) -> Vec<(u64, u64)> {
        let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
        let start = start.parse().unwrap();
        let changes = clock_changes(&zone, Horizon { start, duration: SimSpan::DAY.times(days) });
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

    #[test]
    fn named_profiles_are_what_the_reference_says() {
        let total = |name| named(name).1.iter().sum::<f64>();
        for (name, hours, mean) in [
            (ProfileName::BusinessHours, 168, 652.0 / 168.0),
            (ProfileName::Evenings, 24, 104.0 / 24.0),
            (ProfileName::Daily, 24, 100.0),
        ] {
            assert_eq!(named(name).1.len(), hours);
            assert!((total(name) / hours as f64 - mean).abs() < 1e-12, "{name:?}");
        }
    }
}
