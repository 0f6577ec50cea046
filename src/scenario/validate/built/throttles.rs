//! Throttles, of a group and over everybody.

use std::fmt::Arguments;
use std::mem::discriminant;

use super::super::super::flaw::Finder;
use super::super::super::model::{Group, Scenario};
use super::super::super::words::grouped;
use super::super::mix::MOST_LIMITS;
use super::name;
use super::plans::rate;
use crate::rules::limiter::{MOST_REPORTED_PLACES, Quota, Throttle, Weight, reported_places};
use crate::units::Credits;

/// The throttles over everybody.
pub(super) fn shared_throttles(scenario: &Scenario, finder: &mut Finder) {
    let all = &scenario.throttles;
    let message = format_args!("must hold at most {} throttles", grouped(MOST_LIMITS as u64));
    finder.demand(all.len() <= MOST_LIMITS, "throttles", message);
    let message = format_args!(
        "must hold at most {MOST_REPORTED_PLACES} throttles of attempts in flight that only report"
    );
    finder.demand(reported_places(all) <= MOST_REPORTED_PLACES, "throttles", message);
    let own = || scenario.groups.iter().flat_map(|group| &group.throttles);
    for (index, of) in all.iter().enumerate() {
        let at = format_args!("throttles[{index}]");
        throttle(of, at, finder);
        let message = "must be plan or platform: the others stand in a group's `throttles`";
        finder.demand(of.scope.is_shared(), format_args!("{at}.scope"), message);
        let taken = own().chain(&all[..index]).any(|other| other.name == of.name);
        finder.demand(!taken, format_args!("{at}.name"), "must be a name of its own");
    }
}

pub(super) fn throttles(group: &Group, at: Arguments<'_>, finder: &mut Finder) {
    let all = &group.throttles;
    let message = format_args!("must hold at most {} throttles", grouped(MOST_LIMITS as u64));
    finder.demand(all.len() <= MOST_LIMITS, format_args!("{at}.throttles"), message);
    let message = format_args!(
        "must hold at most {MOST_REPORTED_PLACES} throttles of attempts in flight that only report"
    );
    let sound = reported_places(all) <= MOST_REPORTED_PLACES;
    finder.demand(sound, format_args!("{at}.throttles"), message);
    for (index, throttle) in all.iter().enumerate() {
        let at = format_args!("{at}.throttles[{index}]");
        self::throttle(throttle, at, finder);
        let message = "must be agent or workspace: the others stand in the scenario's `throttles`";
        finder.demand(!throttle.scope.is_shared(), format_args!("{at}.scope"), message);
        let mut before = all[..index].iter().filter(|other| other.name == throttle.name);
        let message = "must be what the other throttle of its name is: of its scope, kind and weight, and \
                       the same limiter if that is custom";
        finder.demand(before.all(|other| are_one(throttle, other)), at, message);
    }
    for (index, offer) in group.plans.iter().enumerate() {
        let field = format_args!("{at}.plans[{index}].throttles");
        let found: Option<Vec<&Throttle>> =
            offer.throttles.iter().map(|&place| all.get(usize::from(place))).collect();
        let Some(found) = found else {
            finder.demand(false, field, "must name places in the group's `throttles`");
            continue;
        };
        let twice = found.iter().enumerate().find(|(index, throttle)| {
            found[..*index].iter().any(|before| before.name == throttle.name)
        });
        if let Some((_, Throttle { name, .. })) = twice {
            finder.demand(false, field, format_args!("must not hold `{name}` twice"));
        }
    }
}

/// Whether two throttles of one name are one limiter, with other numbers on each plan.
fn are_one(one: &Throttle, other: &Throttle) -> bool {
    let quotas = match (&one.quota, &other.quota) {
        (Quota::Custom(one), Quota::Custom(other)) => one == other,
        (one, other) => discriminant(one) == discriminant(other),
    };
    (one.scope, one.weight) == (other.scope, other.weight) && quotas
}

/// A throttle's name and numbers.
fn throttle(throttle: &Throttle, at: Arguments<'_>, finder: &mut Finder) {
    name(&throttle.name, format_args!("{at}.name"), finder);
    quota(&throttle.quota, throttle.weight, format_args!("{at}.quota"), finder);
    if let Quota::Concurrency { .. } = throttle.quota {
        let message = "must be attempts: those in flight are counted";
        let sound = throttle.weight == Weight::Attempts;
        finder.demand(sound, format_args!("{at}.weight"), message);
        let message = "must be false: a refused attempt is not in flight";
        finder.demand(!throttle.count_refused, format_args!("{at}.count_refused"), message);
    }
    if let Quota::Custom(_) = throttle.quota {
        let message = "must be false: a limiter of one's own is not told of what it refuses";
        finder.demand(!throttle.count_refused, format_args!("{at}.count_refused"), message);
    }
}

fn thousandths(amount: u64, least: u64, at: Arguments<'_>, finder: &mut Finder) {
    let most = Credits::MAX.thousandths().unsigned_abs();
    let message = format_args!("must be from {} to {}", grouped(least), grouped(most));
    finder.demand((least..=most).contains(&amount), at, message);
}

fn quota(quota: &Quota, weight: Weight, at: Arguments<'_>, finder: &mut Finder) {
    let least = match weight {
        Weight::Attempts => 1_000,
        Weight::Credits => 1,
    };
    match quota {
        Quota::TokenBucket { rate: per, burst_thousandths, refill_every } => {
            rate(*per, format_args!("{at}.rate"), finder);
            thousandths(*burst_thousandths, least, format_args!("{at}.burst_thousandths"), finder);
            let sound = refill_every.is_none_or(|every| !every.is_zero());
            finder.demand(sound, format_args!("{at}.refill_every"), "must be above zero");
        }
        Quota::LeakyBucket { rate: per, burst_thousandths, delay_thousandths } => {
            rate(*per, format_args!("{at}.rate"), finder);
            thousandths(*burst_thousandths, 0, format_args!("{at}.burst_thousandths"), finder);
            let field = format_args!("{at}.delay_thousandths");
            finder.demand(
                delay_thousandths <= burst_thousandths,
                field,
                "must be at most the burst",
            );
        }
        Quota::FixedWindow { limit_thousandths, per, .. }
        | Quota::SlidingWindow { limit_thousandths, per }
        | Quota::SlidingCounter { limit_thousandths, per, .. } => {
            thousandths(*limit_thousandths, least, format_args!("{at}.limit_thousandths"), finder);
            finder.demand(!per.is_zero(), format_args!("{at}.per"), "must be above zero");
        }
        Quota::Concurrency { limit, .. } => {
            finder.demand(*limit >= 1, format_args!("{at}.limit"), "must be at least 1");
        }
        Quota::Custom(_) => {}
    }
}
