//! Plans, packages, and the plans and throttles of a group.

use std::fmt::Arguments;

use super::super::super::flaw::Finder;
use super::super::super::model::Group;
use super::super::super::words::{credits, grouped};
use super::super::credits::{MOST_RENEWALS, PRIORITIES};
use super::super::plans::MOST_AGENTS;
use super::throttles::throttles;
use super::{above_zero, distinct, name};
use crate::rules::{Allowance, CarryOver, Cycle, Package, Plan};
use crate::units::{Credits, Rate, Share, SimSpan};

/// The plans of a group, their mix, and its throttles.
pub(super) fn plans(group: &Group, duration: SimSpan, at: Arguments<'_>, finder: &mut Finder) {
    let field = format_args!("{at}.plans");
    finder.demand(!group.plans.is_empty(), field, "must hold at least one plan");
    distinct(group.plans.iter().map(|offer| offer.plan.name.as_str()), field, finder);
    for (index, offer) in group.plans.iter().enumerate() {
        plan(&offer.plan, duration, format_args!("{at}.plans[{index}].plan"), finder);
    }
    let places = group.mix.iter().all(|&(place, _)| place < group.plans.len());
    finder.demand(places, format_args!("{at}.mix"), "must name places in `plans`");
    let sum: u128 = group.mix.iter().map(|(_, share)| u128::from(share.billionths())).sum();
    let whole = sum == u128::from(Share::WHOLE.billionths());
    finder.demand(whole, format_args!("{at}.mix"), "must have shares that sum to 100%");
    throttles(group, at, finder);
}

fn plan(plan: &Plan, duration: SimSpan, at: Arguments<'_>, finder: &mut Finder) {
    name(&plan.name, format_args!("{at}.name"), finder);
    let total = (1..=MOST_AGENTS).contains(&u64::from(plan.total_agents));
    let message = format_args!("must be from 1 to {}", grouped(MOST_AGENTS));
    finder.demand(total, format_args!("{at}.total_agents"), message);
    priority(plan.priority, format_args!("{at}.priority"), finder);
    if let Some(trial) = plan.trial {
        above_zero(trial, format_args!("{at}.trial"), finder);
    }
    if let Some(price) = plan.price {
        let field = format_args!("{at}.price.every");
        finder.demand(price.every != Cycle::Never, field, "must not be `Never`");
        cycle(price.every, duration, field, finder);
    }
    if let Some(credits) = &plan.credits {
        allowance(credits, duration, format_args!("{at}.credits"), finder);
    }
}

fn allowance(of: &Allowance, duration: SimSpan, at: Arguments<'_>, finder: &mut Finder) {
    amount(of.included, Credits::ZERO, format_args!("{at}.included"), finder);
    cycle(of.renews, duration, format_args!("{at}.renews"), finder);
    if let CarryOver::UpTo(most) = of.carry_over {
        amount(most, of.included, format_args!("{at}.carry_over"), finder);
    }
    priority(of.priority, format_args!("{at}.priority"), finder);
}

pub(super) fn package(
    package: &Package,
    duration: SimSpan,
    at: Arguments<'_>,
    finder: &mut Finder,
) {
    name(&package.name, format_args!("{at}.name"), finder);
    let least = Credits::from_thousandths(1);
    amount(package.credits, least, format_args!("{at}.credits"), finder);
    if let Some(valid) = package.valid {
        above_zero(valid, format_args!("{at}.valid"), finder);
        if package.renews {
            cycle(Cycle::Every(valid), duration, format_args!("{at}.valid"), finder);
        }
    }
    priority(package.priority, format_args!("{at}.priority"), finder);
}

/// An amount of credits of at least `least`.
fn amount(amount: Credits, least: Credits, at: Arguments<'_>, finder: &mut Finder) {
    let sound = least <= amount && amount <= Credits::MAX;
    let (least, most) = (credits(least), credits(Credits::MAX));
    finder.demand(sound, at, format_args!("must be from {least} to {most} credits"));
}

fn priority(priority: u32, at: Arguments<'_>, finder: &mut Finder) {
    let (least, most) = (PRIORITIES.start(), grouped(*PRIORITIES.end()));
    let sound = PRIORITIES.contains(&u64::from(priority));
    finder.demand(sound, at, format_args!("must be from {least} to {most}"));
}

/// A cycle that comes round no more often than can be counted.
fn cycle(cycle: Cycle, duration: SimSpan, at: Arguments<'_>, finder: &mut Finder) {
    let Cycle::Every(period) = cycle else { return };
    let sound = !period.is_zero() && duration.nanos() / period.nanos() <= MOST_RENEWALS;
    let most = grouped(MOST_RENEWALS);
    let message = format_args!("must come round at most {most} times in the duration");
    finder.demand(sound, at, message);
}

/// A rate that virtual time can show.
pub(super) fn rate(rate: Rate, at: Arguments<'_>, finder: &mut Finder) {
    let sound = rate.events() <= rate.per().nanos();
    finder.demand(sound, at, "must be at most one event a nanosecond");
}
