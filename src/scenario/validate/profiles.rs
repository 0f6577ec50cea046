//! Profiles by the hour, and the clocks of time zones.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::super::at::{At, Findings};
use super::super::clocks::clock_changes;
use super::super::suggest::nearest;
use super::super::types::{self, ProfileName};
use super::plans::Horizon;
use crate::workload::Profile;

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
    pub(super) zone: TimeZone,
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
    let changes = clock_changes(&zone, clocks.horizon.start, clocks.horizon.duration);
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

#[cfg(test)]
mod tests {
    use super::*;

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
