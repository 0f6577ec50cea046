//! Pools whose messages cost different amounts: some are refused while cheaper ones are paid.

use super::super::costs::MixedCosts;
use super::super::packages::moments;
use super::super::poisson;
use super::super::pools::PoolPeriod;
use super::super::tolerance::{mean_error, share_error};
use super::packages::certain_quantiles;
use super::{Expectation, assert_theory};

#[test]
fn pools_that_renew_daily_refuse_by_what_messages_cost() {
    let (workspaces, days) = (1_000, 30);
    let periods = f64::from(workspaces * days);
    // Costs 1, 2, ..: one in 4 tries succeeds, the first, the second, ..
    let geometric = (0..200_i32).map(|cost| match cost {
        0 => 0.0,
        _ => 0.25 * libm::pow(0.75, f64::from(cost - 1)),
    });
    for (credits, daily, cost, costs) in [
        (
            50_u32,
            24_u32,
            "{ mixture: [{ share: 75%, of: 1 }, { share: 25%, of: 5 }] }",
            vec![0.0, 0.75, 0.0, 0.0, 0.0, 0.25],
        ),
        (80, 24, "{ geometric: 4 }", geometric.collect()),
        (40, 15, "3", vec![0.0, 0.0, 0.0, 1.0]),
    ] {
        let theory = MixedCosts { credits: credits as usize, messages: f64::from(daily), costs };
        let found = theory.outcome();
        let exhausted = theory.exhausted_share();
        let scenario = format!(
            "limitlab: 1
name: costs
seed: 71
duration: {days}d
plans:
  daily: {{ credits: {{ included: {credits}, renews: 1d }} }}
workspaces:
  - group: pools
    count: {workspaces}
    plan: daily
    agents:
      - {{ name: a, count: 3, traffic: {{ rate: {daily}/3d }}, cost: {cost} }}
"
        );
        let mut expectations = vec![
            Expectation::interval("refusal.rate{reason=credits_exhausted}", found.refused_share),
            Expectation::interval("credits.consumed", found.consumed * periods),
            Expectation::theory(
                "credits.periods_exhausted.share",
                exhausted,
                share_error(exhausted, periods),
            ),
        ];
        if found.zero_share > 0.0 {
            expectations.push(Expectation::theory(
                "credits.periods_zero.share",
                found.zero_share,
                share_error(found.zero_share, periods),
            ));
        } else {
            expectations.push(Expectation::certain("credits.periods_zero.share", 0.0));
        }
        assert_theory(&scenario, &expectations);
    }
}

/// All but the first messages of a pool that never renews are hits of their workspace.
#[test]
fn the_hits_of_a_workspace_are_the_end_of_a_poisson_count() {
    let workspaces = 12_000;
    let hits = [
        ("hits_per_workspace.p50", 0.5),
        ("hits_per_workspace.p90", 0.9),
        ("hits_per_workspace.p99", 0.99),
    ];
    for (credits, messages) in [(20_u32, 22_u32), (20, 30), (3, 4)] {
        let mut masses = vec![0.0; 100];
        for count in 0..100_u32 {
            masses[count.saturating_sub(credits) as usize] +=
                poisson::mass(f64::from(messages), count);
        }
        let samples = f64::from(workspaces);
        let (mean, deviation) = moments(&masses, |number| number);
        let hit = 1.0 - masses[0];
        let error = mean_error(deviation, samples);
        let mut expectations = certain_quantiles(hits, &masses, samples);
        assert!(!expectations.is_empty(), "chance moves all quantiles");
        expectations.push(Expectation::theory("hits_per_workspace.mean", mean, error));
        let error = share_error(hit, samples);
        expectations.push(Expectation::theory("workspaces.hit.share", hit, error));
        let scenario = format!(
            "limitlab: 1
name: hits
seed: 73
duration: 10d
plans:
  once: {{ credits: {{ included: {credits}, renews: never }} }}
workspaces:
  - group: pools
    count: {workspaces}
    plan: once
    agents:
      - {{ name: a, count: 2, traffic: {{ rate: {messages}/20d }} }}
"
        );
        assert_theory(&scenario, &expectations);
    }
}

/// Pools of as many credits as there are seats, times what the plan includes for each: seats and
/// plans are drawn for each workspace, so its periods are alike and workspaces are not.
#[test]
fn pools_of_drawn_seats_and_plans() {
    let (workspaces, days, daily) = (12_000, 5, 20);
    // Shares of seats, then of plans with what they include.
    let seats = (1..=5_u32).map(|seats| (0.2, seats));
    let pools = seats.flat_map(|(share, seats)| {
        [(0.6, 5), (0.4, 7)].map(|(of, included)| (share * of, seats * included))
    });
    let pools: Vec<(f64, u32)> = pools.collect();
    let mean = |value: &dyn Fn(PoolPeriod) -> f64| -> f64 {
        let rate = f64::from(daily);
        let each = pools
            .iter()
            .map(|&(share, credits)| share * value(PoolPeriod { credits, rate, length: 1.0 }));
        each.sum()
    };
    let refused = mean(&PoolPeriod::refused_share);
    let all = f64::from(workspaces * days * daily);
    let scenario = format!(
        "limitlab: 1
name: seats
seed: 83
duration: {days}d
plans:
  small: {{ credits: {{ included: 5, per: seat, renews: 1d }} }}
  large: {{ credits: {{ included: 7, per: seat, renews: 1d }} }}
workspaces:
  - group: pools
    count: {workspaces}
    plan: {{ small: 60%, large: 40% }}
    seats: {{ uniform: {{ min: 1, max: 5 }} }}
    agents:
      - {{ name: a, traffic: {{ rate: {daily}/d }} }}
"
    );
    let granted = 3.0 * (0.6 * 5.0 + 0.4 * 7.0) * f64::from(workspaces * (days - 1));
    let time = mean(&PoolPeriod::exhausted_time_share);
    assert_theory(
        &scenario,
        &[
            Expectation::interval("refusal.rate", refused),
            Expectation::interval("credits.consumed", all * (1.0 - refused)),
            Expectation::interval("credits.granted", granted),
            Expectation::interval("credits.exhausted.time_share", time),
            Expectation::interval("credits.periods_zero.share", mean(&PoolPeriod::zero_share)),
        ],
    );
}
