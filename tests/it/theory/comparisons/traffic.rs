//! Traffic that rises and falls.

use super::super::tolerance::{STANDARD_ERRORS, poisson_count_error};
use crate::support::outcome;

/// Asserts that Poisson counts have these means: the sum of squared errors, each in units of its
/// own variance, is chi-square, with as many degrees of freedom as there are counts.
#[track_caller]
fn assert_poisson_counts(counts: &[u64], means: &[f64]) {
    assert_eq!(counts.len(), means.len());
    let mut freedom: f64 = 0.0;
    let mut sum = 0.0;
    for (bin, (&count, &mean)) in counts.iter().zip(means).enumerate() {
        if mean == 0.0 {
            assert_eq!(count, 0, "bin {bin}");
        } else {
            assert!(mean > 50.0, "bin {bin} is too small for the test: {mean}");
            let distance = count as f64 - mean;
            freedom += 1.0;
            sum += distance * distance / mean;
        }
    }
    let error = (2.0 * freedom).sqrt();
    let off = (sum - freedom).abs() / error;
    assert!(off < STANDARD_ERRORS, "chi-square {sum} of {freedom}: {off:.1} standard errors off");
    // A modulation that is off by a factor everywhere scatters as it should and is told here.
    let (total, expected) = (counts.iter().sum::<u64>() as f64, means.iter().sum::<f64>());
    let off = (total - expected).abs() / poisson_count_error(expected);
    assert!(off < STANDARD_ERRORS, "{total}, not {expected}: {off:.1} standard errors off");
}

#[test]
fn counts_follow_the_hours_of_a_week_through_a_change_of_clocks() {
    let weight = |hour: u64| if hour % 24 < 3 { 0.0 } else { (hour * 37 % 11 + 1) as f64 };
    let weights: Vec<String> = (0..168).map(|hour| weight(hour).to_string()).collect();
    let mean = (0..168).map(weight).sum::<f64>() / 168.0;
    let found = outcome(&format!(
        "limitlab: 1
name: hours
seed: 3
start: 2026-03-22T22:30:00Z
duration: 14d
series: {{ every: 30m }}
workspaces:
  - group: shops
    count: 100
    agents:
      - name: a
        count: 3
        traffic: {{ rate: 10/h, profile: [{}], timezone: Europe/Berlin }}
",
        weights.join(", ")
    ));
    // Clocks are an hour ahead of UTC until Sunday 2026-03-29 01:00Z, two hours from then on; the
    // run starts on Sunday at 22:30Z, half an hour before Monday in Berlin.
    let change = (6 * 24 + 2) * 2 + 1;
    let means: Vec<f64> = (0..14 * 48_u64)
        .map(|half_hour| {
            let ahead = if half_hour < change { 0 } else { 2 };
            let hour = (167 * 2 + 1 + half_hour + ahead) / 2 % 168;
            100.0 * 3.0 * 5.0 * weight(hour) / mean
        })
        .collect();
    assert_poisson_counts(&found.measures.all.series.offered, &means);
}

#[test]
fn counts_follow_stages() {
    let found = outcome(
        "limitlab: 1
name: ramps
duration: 1h
series: { every: 1m }
workspaces:
  - group: shops
    count: 200
    agents:
      - name: a
        traffic:
          rate: 1/s
          stages:
            - { duration: 10m, target: 3x }
            - { duration: 5m, target: 3x }
            - { duration: 0s, target: 0x }
            - { duration: 5m, target: 0x }
            - { duration: 20m, target: 2x }
            - { duration: 10m, target: 0.5x }
",
    );
    let level = |minute: f64| match minute {
        ..10.0 => 1.0 + 2.0 * minute / 10.0,
        ..15.0 => 3.0,
        ..20.0 => 0.0,
        ..40.0 => (minute - 20.0) / 10.0,
        ..50.0 => 2.0 - 1.5 * (minute - 40.0) / 10.0,
        _ => 0.5,
    };
    let means: Vec<f64> =
        (0..60).map(|minute| 200.0 * 60.0 * level(f64::from(minute) + 0.5)).collect();
    assert_poisson_counts(&found.measures.all.series.offered, &means);
}

/// Hours of the day, a ramp and factors of the timeline that overlap, while clocks are changed:
/// by an hour back and ahead, and on Lord Howe Island by half an hour. The last numbers are the
/// minutes that clocks are ahead of UTC, before and after.
#[test]
fn counts_follow_hours_stages_and_the_timeline_together() {
    let weight = |hour: u64| (hour * 7 % 12 + 1) as f64;
    let weights: Vec<String> = (0..24).map(|hour| weight(hour).to_string()).collect();
    let mean = (0..24).map(weight).sum::<f64>() / 24.0;
    // Clocks change five hours after the start, whose hour in UTC stands after the day.
    let change = 5 * 60;
    for (timezone, day, start, [before, after]) in [
        ("Australia/Lord_Howe", "2026-04-04", 10_i64, [660_i64, 630]),
        ("America/New_York", "2026-03-08", 2, [-300, -240]),
        ("Europe/Berlin", "2026-10-24", 20, [120, 60]),
    ] {
        let found = outcome(&format!(
            "limitlab: 1
name: together
seed: 8
start: {day}T{start:02}:00:00Z
duration: 12h
series: {{ every: 15m }}
workspaces:
  - group: shops
    count: 100
    agents:
      - name: a
        count: 3
        traffic:
          rate: 60/h
          profile: [{}]
          timezone: {timezone}
          stages: [{{ duration: 6h, target: 3x }}]
timeline:
  - {{ at: 2h, for: 90m, traffic: 2x }}
  - {{ at: 3h, for: 5h, traffic: 0.5x }}
  - {{ at: 10h, traffic: 3x }}
",
            weights.join(", ")
        ));
        let means: Vec<f64> = (0..48_i64)
            .map(|bin| {
                let minute = 15 * bin;
                let ahead = if minute < change { before } else { after };
                let hour = (60 * start + minute + ahead).rem_euclid(24 * 60) / 60;
                let level = 1.0 + 2.0 * (minute as f64 + 7.5).min(360.0) / 360.0;
                let doubled = if (120..210).contains(&minute) { 2.0 } else { 1.0 };
                let halved = if (180..480).contains(&minute) { 0.5 } else { 1.0 };
                let tripled = if minute >= 600 { 3.0 } else { 1.0 };
                let factors = level * doubled * halved * tripled;
                100.0 * 3.0 * 15.0 * weight(hour as u64) / mean * factors
            })
            .collect();
        assert_poisson_counts(&found.measures.all.series.offered, &means);
    }
}
