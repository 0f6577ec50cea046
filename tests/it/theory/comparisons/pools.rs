//! Pools that run out. Workspaces and periods are independent, so theory knows every error.

use super::super::poisson::{self, TimeOfEvent};
use super::super::pools::PoolPeriod;
use super::super::tolerance::{assert_close, mean_error, quantile_error, share_error};
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

/// Five agents with a fifth of the credits each, whether as a cap or as what is kept for each,
/// against the same five who share: chance evens out in the one pool.
#[test]
fn a_shared_pool_refuses_less_than_as_many_private_ones() {
    let (workspaces, agents, days) = (1_000, 5, 30);
    let periods = f64::from(workspaces * days);
    // 22 messages a day and agent for 20 credits each.
    let rate = 22.0 / 24.0;
    let shared = PoolPeriod { credits: 20 * agents, rate: rate * f64::from(agents), length: 24.0 };
    let private = PoolPeriod { credits: 20, rate, length: 24.0 };
    let samples = periods * f64::from(agents);
    let of_private = (private.refused_share(), private.refused_share_error(samples));
    let of_shared = (shared.refused_share(), shared.refused_share_error(periods));
    assert!(of_private.0 > 1.2 * of_shared.0, "{of_private:?} {of_shared:?}");
    for (share, (refused, error)) in [
        ("", of_shared),
        ("share: { at_most: 20% },", of_private),
        ("share: { at_least: 20% },", of_private),
        ("share: { at_least: 20%, at_most: 20% },", of_private),
    ] {
        let scenario = format!(
            "\
limitlab: 1
name: shares
seed: 29
duration: {days}d
plans:
  daily: {{ credits: {{ included: 100, per: workspace, renews: 1d }} }}
workspaces:
  - group: pools
    count: {workspaces}
    plan: daily
    agents:
      - {{ name: a, count: {agents}, {share} traffic: {{ rate: 22/d }} }}
"
        );
        let mut expectations = vec![Expectation::theory("refusal.rate", refused, error)];
        match share {
            "" => expectations.push(Expectation::theory(
                "refusal.rate{reason=credits_exhausted}",
                refused,
                error,
            )),
            // A cap alone tells every refusal: the pool always has what an agent may still use.
            _ if share.contains("at_most") => {
                let cause = "refusal.rate{reason=share_exhausted}";
                expectations.push(Expectation::theory(cause, refused, error));
                expectations
                    .push(Expectation::certain("refusal.rate{reason=credits_exhausted}", 0.0));
            }
            _ => {}
        }
        assert_theory(&scenario, &expectations);
    }
}

/// Two agents of whom one may use no more than 6 of 20 credits, or has 6 of them kept: who comes
/// first makes no difference to how many are refused, so it is a sum over all pairs of counts.
#[test]
fn a_cap_and_a_reserve_by_all_pairs_of_counts() {
    let (workspaces, days) = (1_000, 30);
    let periods = f64::from(workspaces * days);
    let (first_rate, second_rate) = (8_u32, 13_u32);
    let cap = |first: u32, second: u32| 20.min(first.min(6) + second);
    // What is kept is a pool of its own; beyond it the first draws on the rest like the second.
    let reserve = |first: u32, second: u32| first.min(6) + 14.min(second + first.saturating_sub(6));
    for (bound, paid) in [("at_most", &cap as &dyn Fn(u32, u32) -> u32), ("at_least", &reserve)] {
        // The mean of a function of what is wanted and what is refused in a period.
        let mean = |value: &dyn Fn(f64, f64) -> f64| -> f64 {
            let pairs = (0..80).flat_map(|first| (0..80).map(move |second| (first, second)));
            pairs
                .map(|(first, second)| {
                    let wanted = first + second;
                    poisson::mass(f64::from(first_rate), first)
                        * poisson::mass(f64::from(second_rate), second)
                        * value(f64::from(wanted), f64::from(wanted - paid(first, second)))
                })
                .sum()
        };
        let messages = mean(&|wanted, _| wanted);
        assert_close(messages, f64::from(first_rate + second_rate), 1e-12);
        let share = mean(&|_, refused| refused) / messages;
        // The ratio of two sums over independent periods: Cochran, as in `pools`.
        let square = mean(&|wanted, refused| {
            let off = refused - share * wanted;
            off * off
        });
        let error = (square / periods).sqrt() / messages;
        let scenario = format!(
            "\
limitlab: 1
name: shares
seed: 30
duration: {days}d
plans:
  daily: {{ credits: {{ included: 20, per: workspace, renews: 1d }} }}
workspaces:
  - group: pools
    count: {workspaces}
    plan: daily
    agents:
      - {{ name: first, share: {{ {bound}: 30% }}, traffic: {{ rate: {first_rate}/d }} }}
      - {{ name: second, traffic: {{ rate: {second_rate}/d }} }}
"
        );
        assert_theory(&scenario, &[Expectation::theory("refusal.rate", share, error)]);
    }
}
