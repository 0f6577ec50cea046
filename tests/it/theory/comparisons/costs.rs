//! Pools whose messages cost different amounts: some are refused while cheaper ones are paid.

use super::super::costs::MixedCosts;
use super::super::tolerance::share_error;
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
