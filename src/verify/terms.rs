//! What a scenario says of the workspaces of a group, as far as logs are held to it.

use std::collections::BTreeSet;

use super::clerk::Clerk;
use crate::random::Distribution;
use crate::rules::limiter::{OnExceed, Quota, Throttle, ThrottleScope, Weight};
use crate::rules::{Allowance, Overage, OverageEnd, Plan, ShareTerms};
use crate::scenario::Group;
use crate::units::{Credits, Share, SimTime};
use crate::workload::LineKind;

/// A room that has no end; sums of a few do not overflow.
pub(super) const UNLIMITED: i128 = i128::MAX / 8;

/// What holds in a group.
#[derive(Debug)]
pub(super) struct GroupTerms<'s> {
    pub(super) plans: Vec<PlanTerms<'s>>,
    /// What its limits are called, each once: their numbers among all names.
    pub(super) limiters: Vec<u16>,
    /// Agents and features that have a share of the pool, by the names of their lines.
    shares: Vec<(&'s str, ShareTerms)>,
    features: Vec<&'s str>,
}

/// What holds on a plan.
#[derive(Debug)]
pub(super) struct PlanTerms<'s> {
    pub(super) plan: &'s Plan,
    /// Its limits, those of agents first, then those of the workspace.
    pub(super) limits: Vec<Limit<'s>>,
    pub(super) pool: PoolTerms,
}

/// A limit that refuses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit<'s> {
    /// Its place among the limits of its group.
    pub(super) place: usize,
    /// Its number among all names.
    pub(super) name: u16,
    pub(super) throttle: &'s Throttle,
}

/// What a plan says of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PoolTerms {
    /// Whether anybody is refused for want of credits.
    pub(super) refuses: bool,
    /// What may be charged beyond the balance in a period, at least and at most \[thousandths\].
    pub(super) overage: (i128, i128),
    /// What is included in a period, if that is known, and if a row tells when each begins.
    pub(super) included: Option<Credits>,
}

impl<'s> GroupTerms<'s> {
    /// Those of a group; beside its limits there are those that all workspaces share.
    ///
    /// Nothing is said of limits that only report on any plan, since what they count then is not told,
    /// and of those that have the name of a limit over everybody.
    pub(super) fn new(group: &'s Group, shared: &'s [Throttle], clerk: &Clerk<'_>) -> Self {
        let reports = |it: &&Throttle| it.on_exceed == OnExceed::Report;
        let untold = group.throttles.iter().filter(reports).chain(shared);
        let untold: BTreeSet<&str> = untold.map(|it| it.name.as_str()).collect();
        let mut limiters = Vec::new();
        let mut limit = |throttle: &'s Throttle| {
            let name = clerk.limiter(&throttle.name)?;
            let known = limiters.iter().position(|&it| it == name);
            let place = known.unwrap_or_else(|| {
                limiters.push(name);
                limiters.len() - 1
            });
            Some(Limit { place, name, throttle })
        };
        let plans = group.plans.iter().map(|offer| {
            let own = offer.throttles.iter().map(|&place| &group.throttles[usize::from(place)]);
            let own = own.filter(|it| !untold.contains(it.name.as_str()));
            let mut limits: Vec<Limit<'s>> = own.filter_map(&mut limit).collect();
            limits.sort_by_key(|limit| limit.throttle.scope != ThrottleScope::Agent);
            PlanTerms { plan: &offer.plan, limits, pool: PoolTerms::new(&offer.plan, group) }
        });
        let plans = plans.collect();
        let lines = group.lines.iter();
        let lines = lines.filter_map(|line| Some((line.name.as_str(), line.share?)));
        let features = group.lines.iter().filter(|line| line.kind == LineKind::Feature);
        Self {
            plans,
            limiters,
            shares: lines.collect(),
            features: features.map(|line| line.name.as_str()).collect(),
        }
    }

    /// Whether a name is that of a feature, which is always there.
    pub(super) fn is_feature(&self, name: &str) -> bool {
        self.features.contains(&name)
    }

    /// Whether anybody has a share of the pool.
    pub(super) fn has_shares(&self) -> bool {
        !self.shares.is_empty()
    }

    /// The features that have a share, and what it is.
    pub(super) fn features_with_shares(&self) -> impl Iterator<Item = (&'s str, ShareTerms)> {
        self.shares.iter().copied().filter(|(name, _)| self.is_feature(name))
    }

    /// The share of an agent or a feature, by what the column `agent` says.
    pub(super) fn share(&self, agent: &str) -> Option<ShareTerms> {
        let line = agent.rsplit_once('/').map_or(agent, |(line, _)| line);
        self.shares.iter().find(|(name, _)| *name == line).map(|&(_, terms)| terms)
    }

    /// The least and the most of what plans say: of all of them, where it is not known which holds.
    pub(super) fn range(
        &self,
        plan: Option<u16>,
        of: impl Fn(&PlanTerms<'s>) -> (i128, i128),
    ) -> (i128, i128) {
        if let Some(plan) = plan {
            return of(&self.plans[usize::from(plan)]);
        }
        let all = self.plans.iter().map(of);
        let widest =
            |(least, most): (i128, i128), it: (i128, i128)| (least.min(it.0), most.max(it.1));
        all.fold((i128::MAX, i128::MIN), widest)
    }
}

impl PlanTerms<'_> {
    /// How many agents may be active.
    pub(super) fn slots(&self) -> i128 {
        let refuses = self.plan.on_exceed == OnExceed::Refuse;
        self.plan.active_agents.filter(|_| refuses).map_or(UNLIMITED, i128::from)
    }
}

impl PoolTerms {
    fn new(plan: &Plan, group: &Group) -> Self {
        let Some(credits) = &plan.credits else {
            return Self { refuses: false, overage: (0, 0), included: None };
        };
        let seats = match group.seats {
            Distribution::Constant(seats) if seats.fract() == 0.0 => Some((seats as u64).max(1)),
            _ if credits.per.of(2) == 1 => Some(1),
            _ => None,
        };
        let terms = seats.map(|seats| credits.terms(seats, SimTime::NEVER));
        let limit = terms.map(|terms| terms.overage_limit.wide());
        let overage = match (credits.overage, limit) {
            (Overage::Refuse, _) => (0, 0),
            (Overage::Unlimited, _) => (UNLIMITED, UNLIMITED),
            (Overage::UpTo { .. }, Some(limit)) if !may_grant_nothing(credits, group) => {
                (limit, limit)
            }
            (Overage::UpTo { .. }, limit) => (limit.unwrap_or(0), UNLIMITED),
        };
        Self {
            refuses: credits.on_exceed == OnExceed::Refuse,
            overage,
            included: terms
                .map(|terms| terms.amount)
                .filter(|&it| it > Credits::ZERO && !may_grant_nothing(credits, group)),
        }
    }
}

/// Whether a renewal may deduct all that it would grant: then no row tells that a period begins.
fn may_grant_nothing(credits: &Allowance, group: &Group) -> bool {
    let Overage::UpTo { share, at_renewal: OverageEnd::Deduct } = credits.overage else {
        return false;
    };
    let metered = group.plans.iter().filter(|offer| offer.plan.credits.is_some());
    share >= Share::WHOLE || metered.count() > 1
}

/// How many a limit of attempts in flight lets in, those that wait included; `None` of other limits.
pub(super) fn places(throttle: &Throttle) -> Option<i128> {
    match throttle.quota {
        Quota::Concurrency { limit, queue } => Some(i128::from(limit) + i128::from(queue)),
        _ => None,
    }
}

/// Whether attempts may wait at a limit of those in flight.
pub(super) fn has_queue(throttle: &Throttle) -> bool {
    matches!(throttle.quota, Quota::Concurrency { queue: 1.., .. })
}

/// What an attempt weighs in a limiter \[thousandths\].
pub(super) fn weight(throttle: &Throttle, cost: Credits) -> i128 {
    match throttle.weight {
        Weight::Attempts => 1_000,
        Weight::Credits => cost.wide(),
    }
}
