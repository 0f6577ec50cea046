//! How much workspaces differ by chance: the variance between them over their mean.

use super::super::renewals::{dispersion_of_bursts, dispersion_of_erlang_arrivals};
use super::super::tolerance::Estimate;
use super::Expectation;
use crate::support::simulate;

/// Whether a metric adds up over workspaces or is their mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Sum,
    Mean,
}

/// A metric of a workspace, by its mean and its variance over that mean.
#[derive(Debug, Clone, Copy)]
struct Scatter {
    metric: &'static str,
    over: Over,
    workspaces: u32,
    mean: f64,
    dispersion: f64,
}

impl Scatter {
    /// Dispersion and mean of one run, from the interval that it reports.
    #[track_caller]
    fn observed(&self, scenario: &str) -> (f64, f64) {
        let workspaces = f64::from(self.workspaces);
        let summary = simulate(scenario);
        let metric = summary.metric("all", self.metric).expect("the metric is there");
        let value = metric.value.expect("something was observed");
        let interval = metric.ci95.expect("an interval");
        // The interval takes Student's t, which is wider than the normal by this factor.
        // Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.5.
        let normal = 1.959_963_984_540_054;
        let wider = 1.0 + (normal * normal + 1.0) / (4.0 * (workspaces - 1.0));
        let error = Estimate::with_interval(value, interval).standard_error / wider;
        match self.over {
            Over::Sum => (error * error / value, value / workspaces),
            Over::Mean => (error * error * workspaces / value, value),
        }
    }

    /// Asserts both over 40 seeds.
    #[track_caller]
    fn assert(&self, scenario: impl Fn(u64) -> String) {
        let runs: Vec<(f64, f64)> = (1..=40).map(|seed| self.observed(&scenario(seed))).collect();
        let (dispersions, means): (Vec<f64>, Vec<f64>) = runs.into_iter().unzip();
        for (samples, expected, what) in
            [(means, self.mean, "mean"), (dispersions, self.dispersion, "dispersion")]
        {
            let expectation = Expectation::interval(what, expected);
            let disagreement = expectation.disagreement(Estimate::of_samples(&samples));
            let disagreement = disagreement.unwrap_or_default();
            assert!(disagreement.is_empty(), "{disagreement} of {self:?} in\n{}", scenario(1));
        }
    }
}

/// Workspaces of one agent with this traffic, 800 of them.
fn writing(seed: u64, duration: &str, traffic: &str) -> String {
    format!(
        "limitlab: 1
name: scatter
seed: {seed}
duration: {duration}
workspaces:
  - group: shops
    count: 800
    agents:
      - name: a
        traffic: {{ {traffic} }}
"
    )
}

const MESSAGES: Scatter = Scatter {
    metric: "messages.offered",
    over: Over::Sum,
    workspaces: 800,
    mean: 80.0,
    dispersion: 1.0,
};

/// Bursts of 20 s every 80 s, and others that are half as strong between them.
#[test]
fn bursts_scatter_as_a_poisson_process_of_two_rates() {
    for (quiet, share) in [("0x", 0.0), ("0.25x", 0.25)] {
        let dispersion = dispersion_of_bursts(0.1, [20.0, 60.0], share, 800.0);
        assert!(dispersion > 1.5, "{dispersion} is hardly more than 1");
        let traffic = format!(
            "rate: 0.1/s, bursts: {{ on: {{ exponential: 20s }}, off: {{ exponential: 60s }}, \
             quiet: {quiet} }}"
        );
        Scatter { dispersion, ..MESSAGES }.assert(|seed| writing(seed, "800s", &traffic));
    }
}

/// However a Poisson stream rises and falls, its counts are Poisson.
#[test]
fn modulated_counts_have_their_mean_for_variance() {
    // From 1x to 3x in 10 h, and then none of it for 10 h: 20 of 20 h.
    let stages = "stages: [{ duration: 10h, target: 3x }, { duration: 0s, target: 0x }]";
    let profile =
        "profile: [0, 0, 0, 0, 0, 0, 2, 4, 8, 8, 8, 8, 0, 8, 8, 6, 6, 3, 2, 2, 1, 1, 0, 0]";
    let hourly = [
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0, 0.0, 8.0, 8.0, 6.0, 6.0, 3.0,
        2.0, 2.0, 1.0, 1.0, 0.0, 0.0,
    ];
    let share: f64 = hourly[..20].iter().sum::<f64>() / hourly.iter().sum::<f64>() * 24.0;
    for (modulation, hours) in [(stages, 20.0), (profile, share)] {
        let mean = 4.0 * hours;
        let traffic = format!("rate: 4/h, {modulation}");
        Scatter { mean, ..MESSAGES }.assert(|seed| writing(seed, "20h", &traffic));
    }
}

/// More even than a Poisson stream, and from the first message on.
#[test]
fn renewal_counts_scatter_less() {
    for (k, seconds) in [(2, 40), (5, 100)] {
        let (mean, dispersion) = dispersion_of_erlang_arrivals(0.5, k, f64::from(seconds));
        let traffic = format!("interarrival: {{ erlang: {{ mean: 2s, k: {k} }} }}");
        let duration = format!("{seconds}s");
        Scatter { mean, dispersion, ..MESSAGES }.assert(|seed| writing(seed, &duration, &traffic));
    }
}

/// Credits of a period: a compound Poisson sum has the mean of the messages times that of a cost,
/// and for its variance their mean times that of a squared cost. Costs are rounded to a thousandth
/// of a credit, which is nothing beside their deviation.
///
/// Source: Feller, An Introduction to Probability Theory and Its Applications, volume 1 (1968),
/// chapter XII.
#[test]
fn credits_scatter_as_a_compound_poisson_sum() {
    let messages = 30.0;
    for (cost, mean, square) in [
        ("3", 3.0, 9.0),
        ("{ exponential: 2 }", 2.0, 8.0),
        ("{ uniform: { min: 1, max: 5 } }", 3.0, 9.0 + 16.0 / 12.0),
        ("{ lognormal: { mean: 3, cv: 0.8 } }", 3.0, 9.0 * 1.64),
        // Failures and the success of tries that succeed one time in 4.
        ("{ geometric: 4 }", 4.0, 16.0 + 12.0),
        ("{ poisson: 1.5 }", 1.5, 1.5 * 1.5 + 1.5),
    ] {
        let scatter = Scatter {
            metric: "credits.consumed",
            workspaces: 600,
            mean: messages * mean,
            dispersion: square / mean,
            ..MESSAGES
        };
        scatter.assert(|seed| {
            format!(
                "limitlab: 1
name: costs
seed: {seed}
duration: 10d
plans:
  rich: {{ credits: {{ included: 1_000_000, renews: never }} }}
workspaces:
  - group: shops
    count: 600
    plan: rich
    agents:
      - {{ name: a, count: 3, traffic: {{ rate: 1/d }}, cost: {cost} }}
"
            )
        });
    }
}

/// Servers without a limit that start empty: after a time a Poisson number of messages is still
/// served, whatever the law of the service. It is seen through a window of a microsecond.
///
/// Source: Takacs, Introduction to the Theory of Queues (1962), chapter 3; for rates that change
/// Eick, Massey and Whitt, "The physics of the Mt/G/infinity queue", Operations Research 41 (1993).
#[test]
fn those_in_service_after_a_time_are_a_poisson_number() {
    let rate = 5.0;
    let e = libm::exp(-1.0);
    let rising = "stages: [{ duration: 2s, target: 3x }]";
    for (service_time, stages, mean_overlap) in [
        // The integral over 2 s of the probability that a service lasts longer.
        ("{ exponential: 2s }", "", 2.0 * (1.0 - e)),
        ("1.5s", "", 1.5),
        ("{ uniform: { min: 0s, max: 4s } }", "", 1.5),
        ("{ pareto: { minimum: 500ms, shape: 2 } }", "", 0.5 + 0.25 * (2.0 - 0.5)),
        // The same times 1 + u for what began at u.
        ("{ exponential: 2s }", rising, 2.0 + 2.0 * e),
        ("1.5s", rising, 1.5 + (4.0 - 0.25) / 2.0),
    ] {
        let comma = if stages.is_empty() { "" } else { ", " };
        let scatter = Scatter {
            metric: "backend.in_system.mean",
            over: Over::Mean,
            workspaces: 1_000,
            mean: rate * mean_overlap,
            dispersion: 1.0,
        };
        scatter.assert(|seed| {
            format!(
                "limitlab: 1
name: filling
seed: {seed}
duration: 2000001us
warm_up: 2s
backend: {{ scope: workspace, servers: unlimited, service_time: {service_time} }}
workspaces:
  - group: shops
    count: 1_000
    agents:
      - {{ name: a, traffic: {{ rate: {rate}/s{comma}{stages} }} }}
"
            )
        });
    }
}
