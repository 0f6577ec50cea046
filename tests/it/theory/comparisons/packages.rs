//! Packages that workspaces buy when credits run short. Periods are independent, so theory knows
//! every error.

use super::super::packages::{Packages, compound_poisson, moments, moments_of_tails};
use super::super::poisson;
use super::super::tolerance::{STANDARD_ERRORS, share_error};
use super::{Expectation, assert_theory};

/// What two agents of each workspace write, and what becomes of the pool.
#[derive(Debug, Clone, Copy)]
struct Shop<'a> {
    packages: Packages,
    buys: &'a str,
    renews: &'a str,
    days: u32,
    daily: u32,
    cost: &'a str,
    workspaces: u32,
}

impl Shop<'_> {
    fn scenario(self) -> String {
        let Self { packages, buys, renews, days, daily, cost, workspaces } = self;
        let Packages { included, package, .. } = packages;
        let each = f64::from(daily) / 2.0;
        format!(
            "\
limitlab: 1
name: packages
seed: 41
duration: {days}d
plans:
  small: {{ credits: {{ included: {included}, per: workspace, renews: {renews} }} }}
packages:
  extra: {{ credits: {package}, period: plan, price: 1 }}
workspaces:
  - group: shops
    count: {workspaces}
    plan: small
    packages: {{ name: extra, {buys} }}
    agents:
      - {{ name: a, count: 2, cost: {cost}, traffic: {{ rate: {each}/d }} }}
"
        )
    }
}

/// Messages of one credit and a pool that renews weekly: each week's purchases tell how many came.
#[test]
fn weekly_packages_by_poisson_tails() {
    let (weeks, daily, workspaces) = (10, 6, 4_000);
    let mean = f64::from(7 * daily);
    let masses: Vec<f64> = (0..200).map(|count| poisson::mass(mean, count)).collect();
    let unlimited = u32::MAX;
    for (below, at_most, buys) in [
        (0, unlimited, "auto_buy: { on_refusal: true }"),
        (0, 2, "auto_buy: { on_refusal: true, at_most: 2 per period }"),
        (4, unlimited, "auto_buy: { below: 4 }"),
        (9, 3, "auto_buy: { below: 30%, at_most: 3 per period }"),
    ] {
        let packages = Packages { included: 30, below, package: 5, at_most };
        let days = 7 * weeks;
        let shop = Shop { packages, buys, renews: "7d", days, daily, cost: "1", workspaces };
        let total = |metric, value: &dyn Fn(u32) -> u32, weeks: u32| {
            let periods = f64::from(weeks * workspaces);
            let (mean, deviation) = moments(&masses, value);
            Expectation::theory(metric, mean * periods, deviation * periods.sqrt())
        };
        let bought = |wanted| packages.bought(wanted);
        let mut expectations = vec![
            total("packages.bought", &bought, weeks),
            total("earned.packages", &bought, weeks),
            total("credits.purchased", &|wanted| 5 * packages.bought(wanted), weeks),
            total("credits.consumed", &|wanted| packages.paid(wanted), weeks),
            // The last week does not end before the books are closed.
            total("credits.expired", &|wanted| packages.left(wanted), weeks - 1),
            Expectation::certain("credits.opening", f64::from(30 * workspaces)),
            Expectation::certain("credits.granted", f64::from(30 * (weeks - 1) * workspaces)),
        ];
        expectations.push(if at_most == unlimited {
            Expectation::certain("attempts.refused", 0.0)
        } else {
            total("attempts.refused", &|wanted| wanted - packages.paid(wanted), weeks)
        });
        assert_theory(&shop.scenario(), &expectations);
    }
}

/// What a workspace spends on packages of a price of 1.
const SPENT: [(&str, f64); 3] = [
    ("spent_per_workspace.p50", 0.5),
    ("spent_per_workspace.p90", 0.9),
    ("spent_per_workspace.p99", 0.99),
];

/// The quantiles of a number for each workspace, where chance cannot move them to another number.
pub(super) fn certain_quantiles(
    quantiles: [(&'static str, f64); 3],
    masses: &[f64],
    samples: f64,
) -> Vec<Expectation> {
    let certain = quantiles.into_iter().filter_map(|(metric, q)| {
        let mut up_to = 0.0;
        let number = masses.iter().position(|mass| {
            up_to += mass;
            up_to >= q
        })?;
        let clear = STANDARD_ERRORS * share_error(q, samples);
        let is_certain = up_to - q > clear && q - (up_to - masses[number]) > clear;
        is_certain.then(|| Expectation::certain(metric, number as f64).in_buckets())
    });
    certain.collect()
}

/// Messages of 1 or 5 credits: what all of them cost is known exactly on whole credits.
#[test]
fn packages_for_messages_of_one_or_five_credits() {
    let (days, daily, workspaces) = (20, 6, 4_000);
    let messages = f64::from(days * daily);
    let wanted = compound_poisson(messages, &[0.0, 0.75, 0.0, 0.0, 0.0, 0.25], 1_000);
    for (below, buys) in [(0, "auto_buy: { on_refusal: true }"), (6, "auto_buy: { below: 6 }")] {
        let packages = Packages { included: 50, below, package: 20, at_most: u32::MAX };
        let cost = "{ mixture: [{ share: 75%, of: 1 }, { share: 25%, of: 5 }] }";
        let shop = Shop { packages, buys, renews: "never", days, daily, cost, workspaces };
        let mut bought = vec![0.0; 60];
        for (credits, mass) in (0..).zip(&wanted) {
            bought[packages.bought(credits) as usize] += mass;
        }
        let samples = f64::from(workspaces);
        let (mean, deviation) = moments(&bought, |number| number);
        let spent = moments(&wanted, |credits| credits);
        let mut expectations = certain_quantiles(SPENT, &bought, samples);
        assert!(expectations.len() > 1, "chance moves all quantiles but {expectations:?}");
        expectations.extend([
            Expectation::theory("packages.bought", mean * samples, deviation * samples.sqrt()),
            Expectation::theory("credits.consumed", spent.0 * samples, spent.1 * samples.sqrt()),
            Expectation::certain("attempts.refused", 0.0),
        ]);
        assert_theory(&shop.scenario(), &expectations);
    }
}

/// Costs of any size, in thousandths: purchases are the renewals of a process whose steps are
/// packages.
#[test]
fn packages_for_messages_of_any_cost() {
    let (days, daily, workspaces) = (20, 6, 4_000);
    let messages = f64::from(days * daily);
    let samples = f64::from(workspaces);
    for (cost, k, phase) in
        [("{ exponential: 2 }", 1_u32, 2.0), ("{ erlang: { mean: 2, k: 4 } }", 4, 0.5)]
    {
        // A message costs more than a package once in e^20.
        let packages = Packages { included: 80, below: 0, package: 40, at_most: u32::MAX };
        let buys = "auto_buy: { on_refusal: true }";
        let shop = Shop { packages, buys, renews: "never", days, daily, cost, workspaces };
        let tails: Vec<f64> =
            (0..30).map(|number| packages.more_than(number, messages, k, phase)).collect();
        let (mean, deviation) = moments_of_tails(&tails);
        // Wald's identity, and the variance of a compound Poisson sum.
        let square = phase * phase * f64::from(k * (k + 1));
        assert_theory(
            &shop.scenario(),
            &[
                Expectation::theory("packages.bought", mean * samples, deviation * samples.sqrt()),
                Expectation::theory(
                    "credits.consumed",
                    messages * 2.0 * samples,
                    (messages * square * samples).sqrt(),
                ),
                Expectation::certain("attempts.refused", 0.0),
            ],
        );
    }
}

/// Somebody buys so long after a refusal; nobody else does meanwhile.
#[test]
fn packages_bought_by_hand() {
    let (days, daily, workspaces) = (20, 6, 4_000);
    let samples = f64::from(workspaces);
    for (hours, at_most) in [(12.0, 100), (36.0, 100), (12.0, 4)] {
        let packages = Packages { included: 20, below: 0, package: 10, at_most };
        let buys = format!("by_hand: {{ after: {hours}h, at_most: {at_most} per period }}");
        let shop =
            Shop { packages, buys: &buys, renews: "never", days, daily, cost: "1", workspaces };
        let (rate, time) = (f64::from(daily), f64::from(days));
        let tails: Vec<f64> = (1..=at_most.min(60))
            .map(|number| packages.by_hand(number, rate, time, hours / 24.0))
            .collect();
        let (mean, deviation) = moments_of_tails(&tails);
        assert_theory(
            &shop.scenario(),
            &[
                Expectation::theory("packages.bought", mean * samples, deviation * samples.sqrt()),
                Expectation::theory("earned.total", mean * samples, deviation * samples.sqrt()),
            ],
        );
    }
}
