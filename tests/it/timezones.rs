//! `timezone` at the top level.

use limitlab::scenario::{ScenarioError, parse};

use crate::support::{outcome, simulate};

/// Clocks in New York are four hours behind UTC, and five from 2026-11-01 06:00 UTC on.
#[test]
fn refusals_are_counted_by_the_hour_that_clocks_show() {
    let outcome = outcome(
        "limitlab: 1
name: zones
start: 2026-10-31T00:00:00Z
timezone: America/New_York
duration: 2d
workspaces:
  - group: shops
    agents: [{ name: a, start: offline, traffic: { interarrival: 1h } }]
",
    );
    let mut expected = [0_u64; 24];
    for hour in 1..48 {
        let behind = if hour < 30 { 4 } else { 5 };
        expected[(hour + 24 - behind) % 24] += 1;
    }
    assert_eq!(outcome.measures.all.hits[0].by_hour, expected);
}

/// Weights of nothing but the hour from nine to ten.
fn nine_o_clock(top: &str, traffic: &str) -> String {
    let weights: Vec<&str> = (0..24).map(|hour| if hour == 9 { "1" } else { "0" }).collect();
    format!(
        "limitlab: 1
name: zones
start: 2026-06-01T00:00:00Z
duration: 1d
warm_up: 7h
{top}
workspaces:
  - group: shops
    count: 10
    agents:
      - {{ name: a, traffic: {{ rate: 20/d, profile: [{}] {traffic} }} }}
",
        weights.join(", ")
    )
}

/// In Berlin it is nine at 07:00 UTC in summer, in London at 08:00.
#[test]
fn profiles_go_by_the_clocks_of_the_scenario_unless_they_name_others() {
    let offered = |top: &str, traffic: &str| {
        let summary = simulate(&nine_o_clock(top, traffic));
        summary.value("messages.offered").unwrap_or(0.0)
    };
    let berlin = "timezone: Europe/Berlin";
    let all = offered(berlin, "");
    assert!(all > 100.0, "{all}");
    assert!((offered("", ", timezone: Europe/Berlin") - all).abs() < 0.5);
    assert!((offered(berlin, ", timezone: Asia/Tokyo")).abs() < 0.5, "nine in Tokyo is past");
    assert!(offered("", ", timezone: Europe/London") > 100.0);
}

#[test]
fn a_zone_that_nobody_knows_is_a_mistake_once() {
    let text = nine_o_clock("timezone: Europe/Berln", "");
    let Err(ScenarioError::Faults(faults)) = parse("x.yaml", &text, &[]) else {
        panic!("no mistakes")
    };
    insta::assert_snapshot!(faults.to_string(), @r"
    x.yaml:6:11: error: no time zone is called `Europe/Berln`
      |
    6 | timezone: Europe/Berln
      |           ^^^^^^^^^^^^
    hint: did you mean `Europe/Berlin`?

    1 mistake in x.yaml
    ");
}
