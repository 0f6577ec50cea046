//! Pools that run out. Workspaces and periods are independent, so theory knows every error.

use super::super::poisson::TimeOfEvent;
use super::super::pools::PoolPeriod;
use super::super::tolerance::{mean_error, quantile_error, share_error};
use super::{Expectation, assert_theory};

const HOUR: f64 = 3_600.0;

/// Mean and quantiles of a time that every workspace reaches, in seconds.
fn time(metrics: [&'static str; 4], of: TimeOfEvent, workspaces: u32) -> [Expectation; 4] {
    let samples = f64::from(workspaces);
    let [mean, p5, p50, p95] = metrics;
    let quantile = |metric, q| {
        let at = of.quantile(q);
        let error = quantile_error(q, samples, of.density(at));
        Expectation::theory(metric, at * HOUR, error * HOUR).in_buckets()
    };
    let error = mean_error(of.standard_deviation(), samples);
    [
        Expectation::theory(mean, of.mean() * HOUR, error * HOUR),
        quantile(p5, 0.05),
        quantile(p50, 0.5),
        quantile(p95, 0.95),
    ]
}

/// Four agents share 100 credits, which last about five hours; after twelve every pool is empty but
/// for one in 10^20.
#[test]
fn a_pool_that_never_renews() {
    let workspaces = 4_000;
    let theory = PoolPeriod { credits: 100, rate: 20.0, length: 12.0 };
    let scenario = format!(
        "\
limitlab: 1
name: exhaustion
seed: 19
duration: 12h
plans:
  once: {{ credits: {{ included: 100, per: workspace, renews: never }} }}
workspaces:
  - group: pools
    count: {workspaces}
    plan: once
    agents:
      - {{ name: a, count: 4, traffic: {{ rate: 5/h }} }}
"
    );
    let zero = [
        "credits.time_to_zero.mean",
        "credits.time_to_zero.p5",
        "credits.time_to_zero.p50",
        "credits.time_to_zero.p95",
    ];
    let exhaustion = [
        "credits.time_to_exhaustion.mean",
        "credits.time_to_exhaustion.p5",
        "credits.time_to_exhaustion.p50",
        "credits.time_to_exhaustion.p95",
    ];
    let mut expectations = time(zero, theory.time_to_zero(), workspaces).to_vec();
    expectations.extend(time(exhaustion, theory.time_to_exhaustion(), workspaces));
    let samples = f64::from(workspaces);
    expectations.extend([
        Expectation::theory(
            "refusal.rate{reason=credits_exhausted}",
            theory.refused_share(),
            theory.refused_share_error(samples),
        ),
        Expectation::theory(
            "credits.exhausted.time_share",
            theory.exhausted_time_share(),
            theory.exhausted_time_error(samples),
        ),
        Expectation::certain("credits.consumed", 100.0 * samples),
        Expectation::certain("credits.closing", 0.0),
    ]);
    assert_theory(&scenario, &expectations);
}

/// Each period begins full and knows nothing of the one before: 30 of them in each workspace.
#[test]
fn a_pool_that_renews_daily() {
    let workspaces = 2_000;
    let periods = 30.0 * f64::from(workspaces);
    for (rate, agents) in [(18, 3), (20, 4), (24, 4)] {
        let theory = PoolPeriod { credits: 20, rate: f64::from(rate) / 24.0, length: 24.0 };
        let each = rate / agents;
        let scenario = format!(
            "\
limitlab: 1
name: periods
seed: 23
duration: 30d
plans:
  daily: {{ credits: {{ included: 20, per: workspace, renews: 1d }} }}
workspaces:
  - group: pools
    count: {workspaces}
    plan: daily
    agents:
      - {{ name: a, count: {agents}, traffic: {{ rate: {each}/d }} }}
"
        );
        let share = |metric, share| Expectation::theory(metric, share, share_error(share, periods));
        assert_theory(
            &scenario,
            &[
                Expectation::theory(
                    "refusal.rate{reason=credits_exhausted}",
                    theory.refused_share(),
                    theory.refused_share_error(periods),
                ),
                share("credits.periods_exhausted.share", theory.exhausted_share()),
                share("credits.periods_zero.share", theory.zero_share()),
                Expectation::theory(
                    "credits.exhausted.time_share",
                    theory.exhausted_time_share(),
                    theory.exhausted_time_error(periods),
                ),
            ],
        );
    }
}
