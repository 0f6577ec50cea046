//! Groups of workspaces.

use std::fmt::Arguments;

use super::super::super::flaw::Finder;
use super::super::super::model::{Group, Scenario};
use super::super::super::words::grouped;
use super::super::groups::MOST_WORKSPACES;
use super::super::packages::MOST_AT_ONCE;
use super::super::plans::MOST_AGENTS;
use super::lines::{line, traffic};
use super::plans::plans;
use super::timeline::timeline;
use super::{distinct, legal, name};
use crate::units::Share;
use crate::workload::{Buying, Customers, LineKind, Route, TrafficKind};

pub(super) fn group(scenario: &Scenario, group: &Group, at: Arguments<'_>, finder: &mut Finder) {
    name(&group.name, format_args!("{at}.name"), finder);
    let message = "must not be `all`, which stands for every group";
    finder.demand(group.name != "all", format_args!("{at}.name"), message);
    let sound = (1..=MOST_WORKSPACES).contains(&u64::from(group.count));
    let message = format_args!("must be from 1 to {}", grouped(MOST_WORKSPACES));
    finder.demand(sound, format_args!("{at}.count"), message);
    plans(group, scenario.duration, at, finder);
    legal(&group.seats, format_args!("{at}.seats"), finder);
    lines(scenario, group, at, finder);
    if let Some(Customers { traffic: of, route }) = &group.customers {
        traffic(scenario, 1, of, format_args!("{at}.customers.traffic"), finder);
        let together = matches!(of.kind, TrafficKind::Sessions { .. } | TrafficKind::Closed { .. });
        let message = "must not be sticky where each message is alone";
        let sound = together || *route != Route::Sticky;
        finder.demand(sound, format_args!("{at}.customers.route"), message);
    }
    if let Some(of) = &group.buying {
        buying(scenario, of, format_args!("{at}.buying"), finder);
        metered(group, format_args!("{at}.buying"), finder);
    }
    let ascending = group.alerts.is_sorted_by(|one, next| one < next);
    let above_zero = group.alerts.first().is_none_or(|&least| least > Share::NONE);
    let field = format_args!("{at}.alerts");
    finder.demand(ascending && above_zero, field, "must be above 0% and ascending");
    if !group.alerts.is_empty() {
        metered(group, field, finder);
    }
    timeline(scenario, group, at, finder);
}

fn lines(scenario: &Scenario, group: &Group, at: Arguments<'_>, finder: &mut Finder) {
    let field = format_args!("{at}.lines");
    distinct(group.lines.iter().map(|line| line.name.as_str()), field, finder);
    let is_feature = |kind| kind == LineKind::Feature;
    let sorted = group.lines.is_sorted_by_key(|line| is_feature(line.kind));
    finder.demand(sorted, field, "must hold agents before features");
    let agents: u64 = group.lines.iter().map(|line| u64::from(line.count)).sum();
    let message = format_args!("must have at most {} agents together", grouped(MOST_AGENTS));
    finder.demand(agents <= MOST_AGENTS, field, message);
    let mut promised = 0_u128;
    for (index, of) in group.lines.iter().enumerate() {
        let at = format_args!("{at}.lines[{index}]");
        line(scenario, of, at, finder);
        let Some(share) = of.share else { continue };
        metered(group, format_args!("{at}.share"), finder);
        promised += u128::from(share.at_least.billionths()) * u128::from(of.count);
    }
    let sound = promised <= u128::from(Share::WHOLE.billionths());
    finder.demand(sound, field, "must be promised at most 100% of the credits together");
}

fn buying(scenario: &Scenario, buying: &Buying, at: Arguments<'_>, finder: &mut Finder) {
    let there = buying.package < scenario.packages.len();
    finder.demand(there, format_args!("{at}.package"), "must be a place in `packages`");
    let message = format_args!("must be at most {}", grouped(MOST_AT_ONCE));
    let sound = u64::from(buying.at_start) <= MOST_AT_ONCE;
    finder.demand(sound, format_args!("{at}.at_start"), message);
    if let Some(by_hand) = &buying.by_hand {
        legal(&by_hand.after, format_args!("{at}.by_hand.after"), finder);
    }
}

/// What stands at `at` needs a plan that counts credits.
pub(super) fn metered(group: &Group, at: Arguments<'_>, finder: &mut Finder) {
    let counts = group.plans.iter().any(|offer| offer.plan.credits.is_some());
    finder.demand(counts, at, "needs a plan of the group that has `credits`");
}
