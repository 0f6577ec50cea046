//! Limits over everybody: what happens in all workspaces, in the order of time.

mod exact;
mod visit;
mod within;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use self::exact::Hearing;
use self::visit::{Visit, Way, visits};
use super::clerk::Clerk;
use super::event::Event;
use super::found::{Found, Noted};
use super::rule::Rule;
use super::sort::{IN_MEMORY, Sorter};
use super::verdict::Verdict;
use crate::rules::limiter::{OnExceed, Quota, Throttle, ThrottleScope};
use crate::scenario::Scenario;
use crate::units::SimTime;

/// So many visits are compared at once where their instants are not known exactly; of more it is not
/// worked out which placement is the worst.
const MOST_WITHIN: usize = 2_000_000;

/// The limits over everybody, and what they have seen.
pub(super) struct Shared<'s> {
    limits: Vec<Limit<'s>>,
    /// The numbers of their names.
    names: Vec<u16>,
    /// The plans of all groups, each once.
    plans: Vec<&'s str>,
    /// How attempts of each group get there.
    ways: Vec<Way>,
    sorter: Sorter<Visit>,
    /// Whether every instant is known.
    is_exact: bool,
    /// The lines of which all that is found is noted.
    pub(super) noted: Noted,
}

/// Of a violation so many attempts are noted that the limiter saw before.
const MOST_SEEN: usize = 2_000;

/// What was found of a limiter that all share.
pub(super) struct Heard {
    /// The limit, and the plan if it is one of plans.
    pub(super) name: String,
    pub(super) found: Found,
    /// The first violation of each rule.
    pub(super) cases: Vec<Seen>,
}

/// What a limiter had seen when it violated a rule.
pub(super) struct Seen {
    pub(super) rule: Rule,
    /// The lines of attempts.
    pub(super) lines: BTreeSet<u64>,
    /// When that was.
    pub(super) until: SimTime,
}

/// A limit that refuses.
#[derive(Debug, Clone, Copy)]
struct Limit<'s> {
    name: u16,
    throttle: &'s Throttle,
}

impl Limit<'_> {
    /// Whose limiter a visit meets: that of its plan, or that of everybody.
    fn owner(&self, visit: &Visit) -> Option<u16> {
        visit.plan.filter(|_| self.throttle.scope == ThrottleScope::Plan)
    }

    /// Whether it is known which limiter that is.
    fn is_known(&self, visit: &Visit) -> bool {
        self.throttle.scope == ThrottleScope::Platform || visit.plan.is_some()
    }
}

impl<'s> Shared<'s> {
    /// The limits of a scenario that refuse; those of one's own are not judged.
    pub(super) fn new(scenario: &'s Scenario, clerk: &Clerk<'_>) -> Self {
        let judged = scenario.throttles.iter().filter(|throttle| {
            throttle.on_exceed == OnExceed::Refuse && !matches!(throttle.quota, Quota::Custom(_))
        });
        let limit = |throttle: &'s Throttle| {
            clerk.limiter(&throttle.name).map(|name| Limit { name, throttle })
        };
        let limits: Vec<Limit<'s>> = judged.filter_map(limit).collect();
        let offers = scenario.groups.iter().flat_map(|group| &group.plans);
        let mut plans: Vec<&str> = offers.map(|offer| offer.plan.name.as_str()).collect();
        plans.sort_unstable();
        plans.dedup();
        let delay = scenario.backend.as_ref().map(|backend| backend.network_delay);
        let ways = scenario.groups.iter().map(|group| Way {
            delay: delay.unwrap_or_default(),
            waits: Way::has_waits(&group.throttles),
        });
        Self {
            names: limits.iter().map(|limit| limit.name).collect(),
            limits,
            plans,
            ways: ways.collect(),
            sorter: Sorter::new(IN_MEMORY),
            is_exact: true,
            noted: Noted::default(),
        }
    }

    /// Takes up the events of a workspace, in their order; `rank` is its place in the scenario.
    pub(super) fn take_up(
        &mut self,
        events: &[Event],
        (scenario, group, rank): (&'s Scenario, usize, u64),
    ) -> io::Result<()> {
        if self.limits.is_empty() {
            return Ok(());
        }
        let offers = &scenario.groups[group].plans;
        let number = |plan: u16| {
            let name = offers[usize::from(plan)].plan.name.as_str();
            self.plans.binary_search(&name).map_or(0, |number| number as u16)
        };
        let (sorter, is_exact, way) = (&mut self.sorter, &mut self.is_exact, self.ways[group]);
        visits((events, rank), (&self.names, way), number, |visit| {
            *is_exact &= visit.is_exact() && !way.waits;
            sorter.push(visit)
        })
    }

    /// What is found of each limit; of one that each plan has, plan by plan.
    pub(super) fn judge(self) -> io::Result<Vec<Heard>> {
        let Self { limits, plans, sorter, is_exact, noted, .. } = self;
        let found = || Found::noting(Noted::clone(&noted));
        let mut hearings: BTreeMap<(usize, Option<u16>), Hearing<'s>> = BTreeMap::new();
        let mut gathered = Vec::new();
        let mut count = 0;
        // Of limits of scope plan, those of which it is not known any more what each plan has counted.
        let mut vague = vec![false; limits.len()];
        sorter.each(|visit| {
            count += 1;
            if !is_exact && gathered.len() < MOST_WITHIN {
                gathered.push(visit);
            }
            for (place, limit) in limits.iter().enumerate().filter(|_| is_exact) {
                let key = (place, limit.owner(&visit));
                let hearing = hearings.entry(key).or_insert_with(|| Hearing::new(*limit, found()));
                vague[place] |= !limit.is_known(&visit);
                hearing.see(&visit, vague[place]);
            }
            io::Result::Ok(())
        })?;
        let heard = hearings.into_iter().map(|((place, plan), Hearing { found, cases, .. })| {
            Heard { name: called(&limits[place], plan, &plans), found, cases }
        });
        let mut heard: Vec<Heard> = heard.collect();
        for limit in limits.iter().filter(|_| !is_exact) {
            for (plan, found) in within::judge(limit, (&gathered, count <= gathered.len()), &noted)
            {
                let cases = seen_within(&found, &gathered, |it| limit.owner(it) == plan);
                heard.push(Heard { name: called(limit, plan, &plans), found, cases });
            }
        }
        Ok(heard)
    }
}

/// What a limiter had seen when it first violated a rule, of visits in the order in which they may have
/// begun; `own` tells its own.
fn seen_within(found: &Found, visits: &[Visit], own: impl Fn(&Visit) -> bool) -> Vec<Seen> {
    let of_rule = |rule: Rule| {
        let judgement = found.of(rule).filter(|it| it.verdict == Verdict::Violated)?;
        let is_it = |visit: &&Visit| Some(visit.line) == judgement.line && own(visit);
        let until = visits.iter().find(is_it)?.at.until.0;
        let before = visits.iter().rev().filter(|visit| own(visit) && visit.at.from.0 <= until);
        let mut lines = BTreeSet::new();
        for visit in before {
            if lines.len() < MOST_SEEN {
                lines.insert(visit.line);
            }
        }
        Some(Seen { rule, lines, until })
    };
    [rule(false), rule(true)].into_iter().filter_map(of_rule).collect()
}

/// What a limiter is called in findings.
fn called(limit: &Limit<'_>, plan: Option<u16>, plans: &[&str]) -> String {
    let name = &limit.throttle.name;
    match plan {
        Some(plan) => format!("{name} on {}", plans[usize::from(plan)]),
        None => name.clone(),
    }
}

/// The rule that what was answered to a visit is held to.
fn rule(is_refused: bool) -> Rule {
    if is_refused { Rule::SharedRefusedRightly } else { Rule::SharedNeverExceeded }
}

/// That a limit is there, and that nothing is known of what it has counted.
fn unknown(visit: &Visit, is_refused: bool, found: &mut Found) {
    found.add(rule(is_refused), Verdict::Possible, visit.line);
}
