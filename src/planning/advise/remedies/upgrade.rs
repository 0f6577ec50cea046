//! Plans further up.

use std::mem::discriminant;

use super::{Candidate, Case, Level, Search, admits, percent};
use crate::planning::advise::model::RemedyKind;
use crate::rules::{Allowance, Cycle, Per, Plan, Price, Reason};
use crate::scenario::{DeclaredPlan, Discipline};

/// A month, where prices and credits of different periods are compared \[d\].
const MONTH: f64 = 30.0;

/// The next plan up, then the one after it, and so on, by what the plans have of the limit that refused.
/// Of a mix only those plans give way whose workspaces were refused. A mix is left out that would hand
/// plans to other workspaces: shares are handed out in the order in which they stand.
pub(super) fn upgrade(case: &Case<'_>) -> Candidate {
    let ladders: Vec<Vec<&DeclaredPlan>> = case
        .group
        .plans
        .iter()
        .enumerate()
        .map(|(place, offer)| {
            let is_hit = case.plans.contains(&place);
            if is_hit { ladder(case, &offer.plan) } else { Vec::new() }
        })
        .collect();
    let starts: Vec<usize> = case.group.mix.iter().map(|&(place, _)| place).collect();
    let steps = starts.iter().map(|&place| ladders[place].len()).max().unwrap_or(0);
    let level = |step: usize| {
        let on = |place: usize| {
            let top = ladders[place].last().copied();
            ladders[place].get(step).copied().or(top)
        };
        let mut mix: Vec<(&str, u64)> = Vec::new();
        let mut changes: Vec<String> = Vec::new();
        let mut has_price = true;
        for &(place, share) in &case.group.mix {
            let before = &case.group.plans[place].plan;
            let after = on(place).map_or(before, |it| &it.plan);
            if after.name != before.name {
                changes.push(format!("{} to {}", before.name, after.name));
                has_price &= after.price.is_some();
            }
            let there = mix.iter().position(|(name, _)| *name == after.name);
            match there {
                None => mix.push((&after.name, share.billionths())),
                Some(place) if place + 1 == mix.len() => mix[place].1 += share.billionths(),
                Some(_) => return None,
            }
        }
        let plan = match &mix[..] {
            [(name, _)] => (*name).to_owned(),
            several => {
                let part = |(name, share): &(&str, u64)| format!("{name}: {}", percent(*share));
                format!("{{ {} }}", several.iter().map(part).collect::<Vec<_>>().join(", "))
            }
        };
        let what = format!("upgrade {}", changes.join(", "));
        let set = vec![format!("{}={plan}", case.key("plan"))];
        Some(Level { what, set, has_price, servers: 0 })
    };
    let levels = (0..steps).filter_map(level).collect();
    Candidate { kind: RemedyKind::UpgradePlan, search: Search::Each, levels }
}

/// The plans above one, by what they have of the limit that refused, ascending; of those that have as
/// much of it the cheapest, then the first. A trial is for nobody to buy.
fn ladder<'a>(case: &Case<'a>, from: &Plan) -> Vec<&'a DeclaredPlan> {
    let plans = &case.scenario.plans;
    let own = plans.iter().find(|it| it.plan.name == from.name);
    let Some(own) = own.and_then(|it| has(case, it)) else { return Vec::new() };
    let higher = plans.iter().filter(|it| it.plan.trial.is_none());
    let mut higher: Vec<(f64, f64, &DeclaredPlan)> = higher
        .filter_map(|it| Some((has(case, it)?, price(case, it.plan.price.as_ref()), it)))
        .filter(|(has, ..)| *has > own)
        .collect();
    higher.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    higher.dedup_by(|next, kept| next.0.total_cmp(&kept.0).is_eq());
    higher.into_iter().map(|(.., plan)| plan).collect()
}

/// What a plan has of the limit that refused: more is better. `None` where it is no matter, or not known:
/// of a plan that counts no credits nobody said how many it includes.
fn has(case: &Case<'_>, declared: &DeclaredPlan) -> Option<f64> {
    let plan = &declared.plan;
    match case.reason {
        Reason::ActiveAgentLimit => Some(plan.active_agents.map_or(f64::INFINITY, f64::from)),
        Reason::WorkspaceAgentLimit => Some(f64::from(plan.total_agents)),
        Reason::CreditsExhausted | Reason::ShareExhausted => {
            plan.credits.as_ref().map(|it| credits(case, it))
        }
        Reason::RateLimited | Reason::ConcurrencyLimited => limiter(case, plan),
        Reason::Overloaded => {
            let backend = case.scenario.backend.as_ref()?;
            let by_plan = backend.discipline == Discipline::Priority;
            by_plan.then(|| -f64::from(plan.priority))
        }
        _ => None,
    }
}

/// What the limiter that refused admits on a plan; anything, if that plan has none of its name. `None`
/// if it does not stand in the plans whose workspaces were refused, or is of another kind there.
fn limiter(case: &Case<'_>, plan: &Plan) -> Option<f64> {
    let here = case.plans_hit().find_map(|it| case.throttle_of_plan(&it.name))?;
    let Some(there) = case.throttle_of_plan(&plan.name) else { return Some(f64::INFINITY) };
    let alike = discriminant(&here.quota) == discriminant(&there.quota);
    alike.then(|| admits(&there.quota)).flatten()
}

/// Included credits of a workspace with the mean number of seats, in a month.
fn credits(case: &Case<'_>, allowance: &Allowance) -> f64 {
    let seats = case.group.seats.mean().max(1.0);
    let included = allowance.included.as_f64() * per_seat(allowance.per, seats);
    included * in_a_month(case, allowance.renews)
}

/// What a workspace with the mean number of seats pays for a plan in a month. What has no price may
/// cost anything.
fn price(case: &Case<'_>, price: Option<&Price>) -> f64 {
    let seats = case.group.seats.mean().max(1.0);
    price.map_or(f64::INFINITY, |it| {
        it.amount.as_f64() * per_seat(it.per, seats) * in_a_month(case, it.every)
    })
}

fn per_seat(per: Per, seats: f64) -> f64 {
    match per {
        Per::Seat => seats,
        Per::Workspace => 1.0,
    }
}

/// How many periods a month has; what never ends lasts as long as the run.
fn in_a_month(case: &Case<'_>, cycle: Cycle) -> f64 {
    let days = match cycle {
        Cycle::Monthly => MONTH,
        Cycle::Every(span) => span.as_secs_f64() / 86_400.0,
        Cycle::Never => case.scenario.duration.as_secs_f64() / 86_400.0,
    };
    MONTH / days
}
