//! What can be changed against a cause of limit hits, and how much of it there can be.

mod agents;
mod limits;
mod packages;
mod platform;
mod upgrade;

use super::model::RemedyKind;
use crate::rules::limiter::{Quota, Throttle};
use crate::rules::{Plan, Reason};
use crate::scenario::{Group, Scenario};
use crate::units::Share;

/// A cause of limit hits in a group.
pub(super) struct Case<'a> {
    pub scenario: &'a Scenario,
    pub group: &'a Group,
    pub reason: Reason,
    pub limiter: Option<&'a str>,
    /// The plans whose workspaces were refused, as places in the group's list.
    pub plans: Vec<usize>,
}

impl<'a> Case<'a> {
    /// The plans whose workspaces were refused.
    fn plans_hit(&self) -> impl Iterator<Item = &'a Plan> {
        self.plans.iter().map(|&place| &self.group.plans[place].plan)
    }

    /// A key of the group.
    fn key(&self, rest: &str) -> String {
        format!("workspaces.{}.{rest}", self.group.name)
    }

    /// The throttle of this cause that stands in the plan `name`, or would if a workspace were on it.
    fn throttle_of_plan(&self, name: &str) -> Option<&'a Throttle> {
        let declared = self.scenario.plans.iter().find(|it| it.plan.name == name)?;
        declared.throttles.iter().find(|it| Some(it.name.as_str()) == self.limiter)
    }

    /// The throttle of this cause that all groups meet.
    fn throttle_of_all(&self) -> Option<&'a Throttle> {
        self.scenario.throttles.iter().find(|it| Some(it.name.as_str()) == self.limiter)
    }

    /// The throttle of this cause that stands in the group. Those of its plans come before.
    fn throttle_of_group(&self) -> Option<&'a Throttle> {
        let of_plan = |name: &str| {
            let declared = self.scenario.plans.iter().find(|it| it.plan.name == name);
            declared.map_or(0, |it| it.throttles.len())
        };
        let of_plans: usize = self.group.plans.iter().map(|it| of_plan(&it.plan.name)).sum();
        let own = self.group.throttles.iter().skip(of_plans);
        own.into_iter().find(|it| Some(it.name.as_str()) == self.limiter)
    }

    /// Whether workspaces meet in what refused, so that who comes at once matters.
    fn is_shared(&self) -> bool {
        self.reason == Reason::Overloaded || self.throttle_of_all().is_some()
    }
}

/// A remedy, in one strength or several.
pub(super) struct Candidate {
    pub kind: RemedyKind,
    pub search: Search,
    /// Ascending: the next one is more of it.
    pub levels: Vec<Level>,
}

/// Which strengths are of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// One after the other, up to the first that is enough.
    Each,
    /// The lowest that is enough.
    Lowest,
}

/// One strength of a remedy.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// It in words.
    pub what: String,
    /// It as KEY=VALUE.
    pub set: Vec<String>,
    /// Whether what is bought by it has a price.
    pub has_price: bool,
    /// Servers more, of all workspaces.
    pub servers: u64,
}

impl Level {
    /// One by which nothing is bought.
    fn free(what: String, set: Vec<String>) -> Self {
        Self { what, set, has_price: true, servers: 0 }
    }
}

/// All that applies to a case. What has no level does not.
pub(super) fn candidates(case: &Case<'_>) -> Vec<Candidate> {
    let mut found = vec![upgrade::upgrade(case)];
    found.extend(packages::packages(case));
    found.extend([
        agents::disable(case),
        platform::spread_renewals(case),
        limits::limiter(case),
        limits::slots(case),
        limits::total_agents(case),
        limits::credits(case),
        limits::share(case),
        platform::servers(case),
    ]);
    found.retain(|candidate| !candidate.levels.is_empty());
    found
}

/// What a quota admits in the long run, to be compared with one of the same kind.
fn admits(quota: &Quota) -> Option<f64> {
    match quota {
        Quota::TokenBucket { rate, .. } | Quota::LeakyBucket { rate, .. } => {
            Some(rate.per_second())
        }
        Quota::FixedWindow { limit_thousandths, per, .. }
        | Quota::SlidingWindow { limit_thousandths, per }
        | Quota::SlidingCounter { limit_thousandths, per, .. } => {
            Some(*limit_thousandths as f64 / per.as_secs_f64())
        }
        Quota::Concurrency { limit, .. } => Some(f64::from(*limit)),
        Quota::Custom(_) => None,
    }
}

/// A share of so many billionths, exactly as it parses back.
fn percent(billionths: u64) -> String {
    let whole = Share::WHOLE.billionths() / 100;
    let (percent, rest) = (billionths / whole, billionths % whole);
    if rest == 0 {
        return format!("{percent}%");
    }
    let rest = format!("{rest:07}");
    format!("{percent}.{}%", rest.trim_end_matches('0'))
}

#[cfg(test)]
mod tests;
