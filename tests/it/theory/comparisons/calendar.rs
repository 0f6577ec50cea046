//! Renewals on the calendar, by tables worked out by hand. No chance enters but where anchors are
//! spread: each figure is exact.

use super::super::tolerance::mean_error;
use super::{Expectation, assert_theory};
use crate::support::simulate;

/// Dates and the days from 2028-01-31 to them; 2028 is a leap year. The months are counted from
/// the anchor, so after February 29 comes March 31, and after that April 30.
const LAST_DAYS: [(&str, u64); 14] = [
    ("2028-02-29", 29),
    ("2028-03-31", 60),
    ("2028-04-30", 90),
    ("2028-05-31", 121),
    ("2028-06-30", 151),
    ("2028-07-31", 182),
    ("2028-08-31", 213),
    ("2028-09-30", 243),
    ("2028-10-31", 274),
    ("2028-11-30", 304),
    ("2028-12-31", 335),
    ("2029-01-31", 366),
    ("2029-02-28", 394),
    ("2029-03-31", 425),
];

/// The hours of so many days.
const fn day(days: u64) -> u64 {
    24 * days
}

/// What most of these workspaces are: 40 credits a month from January 31 on.
const PLAIN: Calendar<'static> = Calendar {
    start: "2028-01-31T00:00:00Z",
    terms: "renews: monthly",
    included: 40,
    top: "",
    group: "",
};

/// A workspace with an agent to whom a customer writes once a day, from the first day on.
struct Calendar<'a> {
    start: &'a str,
    /// Terms of the plan's credits besides `included`.
    terms: &'a str,
    included: u32,
    /// Further keys at the top level, and of the group.
    top: &'a str,
    group: &'a str,
}

impl Calendar<'_> {
    /// Asserts a metric's value if the run ends after so many hours, or one nanosecond later: at
    /// `duration` nothing happens any more, and it has happened a nanosecond later.
    #[track_caller]
    fn assert_value(&self, metric: &str, (when, hours): (When, u64), expected: f64) {
        let Self { start, terms, included, top, group } = *self;
        let more = if when == When::Past { "1ns" } else { "" };
        let scenario = format!(
            "\
limitlab: 1
name: calendar
start: {start}
duration: {hours}h{more}
plans:
  monthly: {{ credits: {{ included: {included}, per: workspace, {terms} }} }}
  other: {{ credits: {{ included: 500, per: workspace, anchor: purchase }} }}
  priced: {{ price: {{ amount: 26_970, every: monthly }} }}
packages:
  month: {{ credits: 10, period: 30d }}
  again: {{ credits: 10, period: 30d, renews: true }}
  tied: {{ credits: 10, period: plan }}
{top}
workspaces:
  - group: shops
    plan: monthly
    {group}
    agents: [{{ name: a, traffic: {{ interarrival: 1d }} }}]
"
        );
        let summary = simulate(&scenario);
        let found = summary.value(metric).unwrap_or(f64::NAN);
        let agrees = (found - expected).abs() < 1e-9;
        assert!(agrees, "{metric} is {found}, not {expected}, {when:?} {hours} h of\n{scenario}");
    }

    /// Asserts that a metric is 0 at first and grows by `step` at each of these instants, in hours
    /// from the start, and at no other time.
    #[track_caller]
    fn assert_steps(&self, metric: &str, step: f64, instants: impl IntoIterator<Item = u64>) {
        self.assert_steps_from(0.0, metric, step, instants);
    }

    /// The same of a metric that is at `expected` before the first of these instants.
    #[track_caller]
    fn assert_steps_from(
        &self,
        mut expected: f64,
        metric: &str,
        step: f64,
        instants: impl IntoIterator<Item = u64>,
    ) {
        for hours in instants {
            self.assert_value(metric, (When::At, hours), expected);
            expected += step;
            self.assert_value(metric, (When::Past, hours), expected);
        }
    }
}

/// Whether a run ends at an instant or just past it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    At,
    Past,
}

fn last_days() -> impl Iterator<Item = u64> {
    LAST_DAYS.into_iter().map(|(_, days)| day(days))
}

#[test]
fn grants_of_more_than_a_year_from_january_31() {
    // From the subscription, from the purchase, on the 31st of each month, and from dates before
    // and after the start: all the same here.
    for anchor in ["subscription", "purchase", "31", "2027-08-31", "2028-05-31"] {
        let terms = format!("renews: monthly, anchor: {anchor}");
        let calendar = Calendar { terms: &terms, ..PLAIN };
        calendar.assert_steps("credits.granted", 40.0, last_days());
    }
}

#[test]
fn the_time_of_day_is_that_of_the_start_or_midnight() {
    let start = "2028-01-31T09:00:00Z";
    // The subscription begins at 09:00, so its months do.
    let calendar = Calendar { start, terms: "anchor: subscription", ..PLAIN };
    calendar.assert_steps("credits.granted", 40.0, last_days());
    // A day of the month begins at 00:00 UTC: nine hours before.
    let calendar = Calendar { terms: "anchor: 31", ..calendar };
    calendar.assert_steps("credits.granted", 40.0, last_days().map(|hours| hours - 9));
    // With its zone: 02:00 in Berlin is 01:00 UTC, and months are those of UTC.
    let calendar = Calendar { start: "2028-01-31T02:00:00+01:00", ..calendar };
    calendar.assert_steps("credits.granted", 40.0, last_days().map(|hours| hours - 1));
}

#[test]
fn other_days_of_the_month_and_dates() {
    for (anchor, days) in [
        // February 1, March 1, April 1.
        ("1", [1, 30, 61]),
        // February 28, March 28, April 28.
        ("28", [28, 57, 88]),
        // February 29, March 29, April 29.
        ("29", [29, 58, 89]),
        // February 29, March 30, April 30.
        ("30", [29, 59, 90]),
        // A date in a February without a 29th: always the 28th.
        ("2027-02-28", [28, 57, 88]),
    ] {
        let terms = format!("renews: monthly, anchor: {anchor}");
        let calendar = Calendar { terms: &terms, ..PLAIN };
        let hours = days.map(day);
        calendar.assert_steps("credits.granted", 40.0, hours);
    }
    // Thirty days know no months: from 2028-02-15 on, day 15, and every thirty days.
    let terms = "renews: 30d, anchor: 2028-02-15";
    let calendar = Calendar { terms, ..PLAIN };
    let hours = [15, 45, 75, 105].map(day);
    calendar.assert_steps("credits.granted", 40.0, hours);
}

/// A message a day, and 31 credits a month. What comes at the instant of a renewal is paid from the
/// new grant, so each period pays as many as it has days, but for the first: nobody writes on the
/// day of the start.
#[test]
fn what_expires_in_each_month_tells_its_length() {
    let calendar = Calendar { terms: "anchor: 31", included: 31, ..PLAIN };
    // Credits left over at the dates above. The periods have 29, 31, 30, 31, 30, 31, 31, 30, 31,
    // 30, 31, 31, 28 and 31 days.
    let left = [3, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 3, 0];
    let mut expired = 0;
    for (hours, left) in last_days().zip(left) {
        calendar.assert_value("credits.closing", (When::At, hours), f64::from(left));
        expired += left;
        calendar.assert_value("credits.expired", (When::Past, hours), f64::from(expired));
    }
    // Of a plan that includes one credit less, a message is refused in each of the eight
    // periods of 31 days.
    let calendar = Calendar { included: 30, ..calendar };
    calendar.assert_value("attempts.refused", (When::At, day(425)), 8.0);
}

#[test]
fn packages_of_thirty_days_count_from_their_purchase() {
    // Bought on 2028-02-10 at 06:00, so it ends on March 11 at 06:00. Until February 29 the plan's
    // credits expire before it and pay; from then on it expires before them, and pays.
    let at = day(10) + 6;
    let top = "timeline: [{ at: 10d6h, buy_package: month }]";
    let calendar = Calendar { included: 100, top, ..PLAIN };
    calendar.assert_value("credits.purchased", (When::Past, at), 10.0);
    // By February 29 the plan has paid 28 messages of 100.
    calendar.assert_value("credits.expired", (When::Past, day(29)), 72.0);
    // The package pays those of days 29 to 33: five of ten.
    calendar.assert_value("credits.closing", (When::Past, day(33)), 105.0);
    // Two packages have twenty credits. Twelve are used on days 29 to 40, and eight expire.
    let top = "timeline: [{ at: 10d6h, buy_package: { name: month, count: 2 } }]";
    let calendar = Calendar { top, ..calendar };
    calendar.assert_value("credits.expired", (When::At, at + day(30)), 72.0);
    calendar.assert_value("credits.expired", (When::Past, at + day(30)), 72.0 + 8.0);
}

#[test]
fn packages_that_begin_anew_do_so_every_thirty_days() {
    let group = "packages: { name: again, at_start: 1 }";
    let calendar = Calendar { group, ..PLAIN };
    // From the start on: March 1, March 31 (a renewal of the plan too), April 30, May 30, June 29.
    let hours = [30, 60, 90, 120, 150].map(day);
    calendar.assert_steps("packages.renewed", 1.0, hours);
}

#[test]
fn a_tied_package_ends_with_the_month_in_which_it_was_bought() {
    // Bought on February 28, a day before the renewal, and again at the instant of it: purchases go
    // after renewals, so that one ends on March 31.
    let top = "timeline: [{ at: 28d, buy_package: tied }, { at: 29d, buy_package: tied }]";
    let calendar = Calendar { terms: "anchor: 31", top, ..PLAIN };
    // 28 messages are paid of 50: the last comes at the instant of the purchase, after it.
    calendar.assert_value("credits.expired", (When::Past, day(29)), 22.0);
    // 31 messages are paid of the next 50.
    calendar.assert_value("credits.expired", (When::At, day(60)), 22.0);
    calendar.assert_value("credits.expired", (When::Past, day(60)), 22.0 + 19.0);
}

#[test]
fn a_new_subscription_and_a_plan_bought_later_have_months_of_their_own() {
    // To subscribe on 2028-03-30 (day 59) grants at once, and then on April 30 (90), May 30 (120)
    // and June 30 (151).
    let top = "timeline: [{ at: 59d, subscribe: monthly }]";
    let calendar = Calendar { top, ..PLAIN };
    calendar.assert_value("credits.granted", (When::Past, day(59)), 80.0);
    calendar.assert_steps_from(80.0, "credits.granted", 40.0, [90, 120, 151].map(day));
    // With `anchor: purchase` a change of plan on day 20, 2028-02-20, makes the 20th the day: March
    // 20 (49), April 20 (80), May 20 (110). What the plan includes becomes 500 instead of 40.
    let top = "timeline: [{ at: 20d, set_plan: other }]";
    let calendar = Calendar { top, ..calendar };
    calendar.assert_value("credits.granted", (When::Past, day(20)), 460.0);
    calendar.assert_steps_from(460.0, "credits.granted", 500.0, [49, 80, 110].map(day));
}

/// A day costs so much as the length of its month says. The price is 29 times 31 times 30, so that
/// each is whole.
#[test]
fn a_day_of_a_short_month_costs_more() {
    let priced = "renews: monthly }, price: { amount: 26_970, every: monthly";
    let calendar = Calendar { terms: priced, ..PLAIN };
    // From January 31 to February 29 there are 29 days, and then 31 and 30.
    for (days, earned) in [
        (10, 10.0 * 930.0),
        (29, 26_970.0),
        (39, 26_970.0 + 10.0 * 870.0),
        (60, 2.0 * 26_970.0),
        (75, 2.0 * 26_970.0 + 15.0 * 899.0),
    ] {
        calendar.assert_value("earned.plans", (When::At, day(days)), earned);
    }
    // Ten days on such a plan from May 10 on (day 100), in the month of 31 days up to May 31; the
    // plan before and after it costs nothing.
    let top = "timeline: [{ at: 100d, for: 10d, set_plan: priced }]";
    let calendar = Calendar { top, ..PLAIN };
    calendar.assert_value("earned.plans", (When::At, day(105)), 5.0 * 870.0);
    calendar.assert_value("earned.plans", (When::At, day(150)), 10.0 * 870.0);
}

/// Subscriptions that are counted from instants spread over the period before the start: what share
/// of them has renewed by then is the share of the period that has come again.
#[test]
fn spread_anchors_renew_one_after_the_other() {
    let workspaces = 40_000;
    for (start, days, renews, mean, most) in [
        // Thirty days, of which ten have come again.
        ("2028-03-01T00:00:00Z", 10, "30d", 10.0 / 30.0, 1),
        // From February 1 to 29. Ten days come again by March 11, and 28 by March 29.
        ("2028-03-01T00:00:00Z", 10, "monthly", 10.0 / 29.0, 1),
        ("2028-03-01T00:00:00Z", 28, "monthly", 28.0 / 29.0, 1),
        // The last comes again on March 29, and the next is the first, on April 1.
        ("2028-03-01T00:00:00Z", 31, "monthly", 1.0, 1),
        // From December 31 to January 30; those up to January 28 come again by February 29.
        ("2028-01-31T00:00:00Z", 29, "monthly", 29.0 / 31.0, 1),
        // On February 29 those of January 29 and 30 come, and those of December 31 once more.
        ("2028-01-31T00:00:00Z", 30, "monthly", 32.0 / 31.0, 2),
    ] {
        let scenario = format!(
            "\
limitlab: 1
name: spread
seed: 43
start: {start}
duration: {days}d
plans:
  paid: {{ credits: {{ included: 1, per: workspace, renews: {renews} }} }}
workspaces:
  - group: shops
    count: {workspaces}
    plan: paid
    billing_anchor: staggered
    agents: [{{ name: a }}]
"
        );
        let samples = f64::from(workspaces);
        // Each has renewed `most` times or once less, or always as often.
        let share = mean - f64::from(most - 1);
        let error = samples * mean_error((share * (1.0 - share)).sqrt(), samples);
        let granted = Expectation::theory("credits.granted", mean * samples, error);
        assert_theory(&scenario, &[granted]);
    }
}
