//! Pools that carry over what is left, and pools that charge beyond what there is.

use super::super::carried::{Keeps, RenewingPool};
use super::{Expectation, assert_theory};

const WORKSPACES: u32 = 5_000;
const DAYS: u32 = 20;

/// Messages a day in a pool of 20 credits a day, with these further terms.
fn scenario(daily: u32, terms: &str) -> String {
    format!(
        "limitlab: 1
name: carried
seed: 79
duration: {DAYS}d
plans:
  daily: {{ credits: {{ included: 20, renews: 1d, {terms} }} }}
workspaces:
  - group: pools
    count: {WORKSPACES}
    plan: daily
    agents:
      - {{ name: a, count: 2, traffic: {{ rate: {daily}/2d }} }}
"
    )
}

/// What is left at the end follows from the others, as the books of a pool always close.
#[track_caller]
fn check(daily: u32, terms: &str, pool: RenewingPool) {
    let books = pool.over(DAYS);
    let workspaces = f64::from(WORKSPACES);
    let offered = f64::from(daily * DAYS);
    let refused = "refusal.rate{reason=credits_exhausted}";
    let mut expectations =
        vec![Expectation::interval("credits.consumed", books.consumed * workspaces)];
    // Where little expires chance alone moves it by more than these workspaces can tell.
    if books.expired == 0.0 {
        expectations.push(Expectation::certain("credits.expired", 0.0));
    } else if books.expired > 8.0 {
        expectations.push(Expectation::interval("credits.expired", books.expired * workspaces));
    }
    if pool.overage > 0 {
        expectations.push(Expectation::interval("credits.overage", books.overage * workspaces));
    }
    if pool.overage < u32::MAX {
        expectations.push(Expectation::interval(refused, books.refused / offered));
    }
    let granted = f64::from(20 * (DAYS - 1));
    expectations.push(if pool.deducts {
        Expectation::interval("credits.granted", books.granted * workspaces)
    } else {
        Expectation::certain("credits.granted", granted * workspaces)
    });
    assert_theory(&scenario(daily, terms), &expectations);
}

#[test]
fn credits_that_are_carried_over() {
    for daily in [21, 24] {
        for (terms, keeps) in [
            ("carry_over: none", Keeps::Nothing),
            ("carry_over: { up_to: 20 }", Keeps::UpTo(20)),
            ("carry_over: { up_to: 23 }", Keeps::UpTo(23)),
            ("carry_over: all", Keeps::All),
        ] {
            let messages = f64::from(daily);
            let pool = RenewingPool { included: 20, messages, keeps, overage: 0, deducts: false };
            check(daily, terms, pool);
        }
    }
}

#[test]
fn credits_beyond_the_pool_that_are_forgiven_or_deducted() {
    for (daily, terms, overage, deducts) in [
        (23, "overage: { up_to: 20%, at_renewal: forgive }", 4, false),
        (23, "overage: { up_to: 20%, at_renewal: deduct }", 4, true),
        (24, "overage: { up_to: 50%, at_renewal: deduct }", 10, true),
        (23, "overage: unlimited", u32::MAX, false),
    ] {
        for (kept, keeps) in [("none", Keeps::Nothing), ("{ up_to: 22 }", Keeps::UpTo(22))] {
            let messages = f64::from(daily);
            let pool = RenewingPool { included: 20, messages, keeps, overage, deducts };
            check(daily, &format!("{terms}, carry_over: {kept}"), pool);
        }
    }
}
