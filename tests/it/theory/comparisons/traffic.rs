//! Traffic that rises and falls, comes in bursts, at other times than a Poisson stream's, or from
//! users who wait for their replies.

use super::super::finite_sources::FiniteSources;
use super::super::renewals::{RenewalArrivals, dispersion_of_bursts};
use super::super::tolerance::{Estimate, STANDARD_ERRORS, poisson_count_error};
use super::{Expectation, RELAXATION_TIMES, assert_theory};
use crate::support::{outcome, simulate};

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

/// The variance of the count in a workspace over its mean, and that mean, for bursts on for 20 s
/// and off for 60 s on average.
fn bursts(seed: u64) -> (f64, f64) {
    let workspaces = 800.0;
    let summary = simulate(&format!(
        "limitlab: 1
name: bursts
seed: {seed}
duration: 800s
workspaces:
  - group: shops
    count: {workspaces}
    agents:
      - name: a
        traffic:
          rate: 0.1/s
          bursts: {{ on: {{ exponential: 20s }}, off: {{ exponential: 60s }} }}
"
    ));
    let metric = summary.metric("all", "messages.offered").expect("messages are counted");
    let (total, interval) = (metric.value.expect("some were"), metric.ci95.expect("an interval"));
    // The interval takes Student's t, which is wider than the normal by this factor.
    // Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.5.
    let normal = 1.959_963_984_540_054;
    let wider = 1.0 + (normal * normal + 1.0) / (4.0 * (workspaces - 1.0));
    let error = Estimate::with_interval(total, interval).standard_error / wider;
    let mean = total / workspaces;
    (error * error / workspaces / mean, mean)
}

#[test]
fn bursts_scatter_as_an_interrupted_poisson_process() {
    let runs: Vec<(f64, f64)> = (1..=40).map(bursts).collect();
    let (dispersions, means): (Vec<f64>, Vec<f64>) = runs.into_iter().unzip();
    for (samples, expected, what) in [
        (means, 80.0, "mean"),
        (dispersions, dispersion_of_bursts(0.1, 20.0, 60.0, 800.0), "dispersion"),
    ] {
        let expectation = Expectation::interval(what, expected);
        let disagreement = expectation.disagreement(Estimate::of_samples(&samples));
        assert!(disagreement.is_none(), "{}", disagreement.unwrap_or_default());
    }
}

/// Workspaces with a server each, exponential service of 1 s, and this traffic.
fn one_server_each(workspaces: u32, warm_up: u32, window: u32, servers: &str) -> String {
    let duration = warm_up + window;
    format!(
        "limitlab: 1
name: servers
seed: 5
duration: {duration}s
warm_up: {warm_up}s
backend: {{ scope: workspace, {servers} }}
workspaces:
  - group: shops
    count: {workspaces}
    agents:
"
    )
}

#[test]
fn one_server_for_renewal_arrivals() {
    for (law, theory) in [
        ("{ erlang: { mean: 1.25s, k: 2 } }", RenewalArrivals::erlang(0.8, 2)),
        ("1.25s", RenewalArrivals::even(0.8)),
    ] {
        // More even arrivals settle sooner than those of M/M/1 at this load, after 12 times 90 s.
        let mut scenario =
            one_server_each(400, 1_200, 7_200, "servers: 1, service_time: { exponential: 1s }");
        scenario.push_str("      - { name: a, traffic: { interarrival: ");
        scenario.push_str(law);
        scenario.push_str(" } }\n");
        assert_theory(
            &scenario,
            &[
                Expectation::interval("wait.mean", theory.mean_wait()),
                Expectation::interval("wait.probability", theory.wait_probability),
                Expectation::interval("latency.mean", theory.mean_sojourn()),
                Expectation::interval("backend.utilisation", 0.8),
                Expectation::interval("backend.queue.mean", theory.mean_queue()),
            ],
        );
    }
}

#[test]
fn users_who_wait_for_their_replies() {
    for (users, servers, think) in [(6, 1, 10), (20, 4, 6)] {
        let theory =
            FiniteSources { users, servers, mean_think: f64::from(think), mean_service: 1.0 };
        let (workspaces, warm_up, window) = (300, 300, 5_000);
        assert!(f64::from(warm_up) >= RELAXATION_TIMES * theory.relaxation_time());
        // Only the mean of the think time counts.
        for law in ["exponential: MEANs", "gamma: { mean: MEANs, cv: 0.5 }"] {
            let backend = format!("servers: {servers}, service_time: {{ exponential: 1s }}");
            let law = law.replace("MEAN", &think.to_string());
            // Two agents with half of the users each.
            let mut scenario = one_server_each(workspaces, warm_up, window, &backend);
            let users = users / 2;
            scenario.extend([format!(
                "      - {{ name: a, count: 2, traffic: {{ closed: {{ users: {users}, \
                 think: {{ {law} }} }} }} }}\n"
            )]);
            let messages = theory.throughput() * f64::from(workspaces * window);
            assert_theory(
                &scenario,
                &[
                    Expectation::interval("messages.offered", messages),
                    Expectation::interval("backend.throughput", theory.throughput()),
                    Expectation::interval("backend.utilisation", theory.utilisation()),
                    Expectation::interval("backend.in_system.mean", theory.mean_in_system()),
                    Expectation::interval("backend.queue.mean", theory.mean_queue()),
                    Expectation::interval("latency.mean", theory.mean_sojourn()),
                    Expectation::interval("wait.mean", theory.mean_wait()),
                    Expectation::interval("wait.probability", theory.wait_probability()),
                ],
            );
        }
    }
}
