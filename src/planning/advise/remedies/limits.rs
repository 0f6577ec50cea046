//! Limits that the vendor raises.

use super::{Candidate, Case, Level, Search};
use crate::planning::advise::levels::{FACTORS, counts, factor_text, raised};
use crate::planning::advise::model::RemedyKind;
use crate::rules::limiter::{OnExceed, Quota, Throttle};
use crate::rules::{Plan, Reason, ShareTerms};
use crate::units::{Credits, Rate, Share, SimSpan};
use crate::workload::{Action, AgentLine, LineKind};

type Factor = (u64, u64);

/// A remedy by factors; those that change nothing, or no more than the last one, are left out.
fn by_factors(kind: RemedyKind, level: impl Fn(Factor) -> Option<Level>) -> Candidate {
    let mut levels: Vec<Level> = FACTORS.into_iter().filter_map(level).collect();
    levels.dedup_by(|next, kept| next.set == kept.set);
    levels.retain(|level| !level.set.is_empty());
    Candidate { kind, search: Search::Lowest, levels }
}

/// The limiter that refused, wherever it stands.
pub(super) fn limiter(case: &Case<'_>) -> Candidate {
    let mut places: Vec<(String, &Throttle)> = Vec::new();
    if let Some(name) = case.limiter {
        for plan in case.plans_hit() {
            let throttle = case.throttle_of_plan(&plan.name);
            places.extend(throttle.map(|it| (format!("plans.{}.fair_use.{name}", plan.name), it)));
        }
        let own = case.throttle_of_group();
        places.extend(own.map(|it| (case.key(&format!("fair_use.{name}")), it)));
        places.extend(case.throttle_of_all().map(|it| (format!("fair_use.{name}"), it)));
    }
    by_factors(RemedyKind::RaiseLimiter, |factor| {
        let (mut set, mut limit) = (Vec::new(), None);
        for (key, throttle) in &places {
            let kind = throttle.quota.kind()?;
            let changed = changed(&throttle.quota, factor)?;
            set.extend(changed.iter().map(|(name, value)| format!("{key}.{kind}.{name}={value}")));
            // A limit that is one whole number is read as that.
            limit = match &changed[..] {
                [(_, limit)] if places.len() == 1 => Some(limit.clone()),
                _ => None,
            };
        }
        let name = case.limiter.unwrap_or_default();
        let to = limit.unwrap_or_else(|| factor_text(factor));
        Some(Level::free(format!("raise `{name}` to {to}"), set))
    })
}

/// The numbers of a limiter that is so many times as high; `None` if they do not fit.
fn changed(quota: &Quota, factor: Factor) -> Option<Vec<(&'static str, String)>> {
    let amount = |thousandths: u64| -> Option<String> {
        // What is written as a whole number stays one.
        let unit = if thousandths.is_multiple_of(1_000) { 1_000 } else { 1 };
        let raised = raised(thousandths / unit, factor)?.checked_mul(unit)?;
        Some(Credits::from_thousandths(i64::try_from(raised).ok()?).to_string())
    };
    Some(match quota {
        Quota::TokenBucket { rate, burst_thousandths, .. }
        | Quota::LeakyBucket { rate, burst_thousandths, .. } => {
            vec![("rate", faster(*rate, factor)?), ("burst", amount(*burst_thousandths)?)]
        }
        Quota::FixedWindow { limit_thousandths, .. }
        | Quota::SlidingWindow { limit_thousandths, .. }
        | Quota::SlidingCounter { limit_thousandths, .. } => {
            vec![("limit", amount(*limit_thousandths)?)]
        }
        Quota::Concurrency { limit, .. } => {
            vec![("limit", raised(u64::from(*limit), factor)?.to_string())]
        }
        Quota::Custom(_) => return None,
    })
}

/// A rate so many times as fast, as it parses back.
fn faster(rate: Rate, (times, per): Factor) -> Option<String> {
    let events = rate.events().checked_mul(times)?;
    let span = SimSpan::from_nanos(rate.per().nanos().checked_mul(per)?);
    let text = Rate::new(events, span).to_string();
    text.parse::<Rate>().is_ok().then_some(text)
}

/// More slots for active agents, up to one for every agent that there can be.
pub(super) fn slots(case: &Case<'_>) -> Candidate {
    let creates = |line: &AgentLine| line.churn.as_ref().is_some_and(|it| it.create.is_some());
    let grows = case.group.lines.iter().any(creates)
        || case.group.recorded.is_some()
        || case.group.timeline.iter().any(|it| matches!(it.action, Action::Create(_)));
    let agents = if grows {
        case.plans_hit().map(|plan| plan.total_agents).max().unwrap_or(0)
    } else {
        case.group.agents()
    };
    let refuses = |plan: &&Plan| {
        case.reason == Reason::ActiveAgentLimit && plan.on_exceed == OnExceed::Refuse
    };
    let limited: Vec<(&str, u32)> = case
        .plans_hit()
        .filter(refuses)
        .filter_map(|plan| Some((plan.name.as_str(), plan.active_agents?)))
        .filter(|(_, slots)| *slots < agents)
        .collect();
    let fewest = limited.iter().map(|(_, slots)| *slots).min().unwrap_or(agents);
    let levels = counts(agents.saturating_sub(fewest)).into_iter().map(|more| {
        let raised = |slots: u32| slots.saturating_add(more).min(agents);
        let set =
            |(plan, slots): &(&str, u32)| format!("plans.{plan}.active_agents={}", raised(*slots));
        let tell = |(plan, slots): &(&str, u32)| {
            format!("{} slots on {plan} instead of {slots}", raised(*slots))
        };
        let what = limited.iter().map(tell).collect::<Vec<String>>().join(", ");
        Level::free(what, limited.iter().map(set).collect())
    });
    Candidate { kind: RemedyKind::RaiseSlots, search: Search::Lowest, levels: levels.collect() }
}

/// More agents in total.
pub(super) fn total_agents(case: &Case<'_>) -> Candidate {
    let applies = case.reason == Reason::WorkspaceAgentLimit;
    by_factors(RemedyKind::RaiseTotalAgents, |factor| {
        let plans = case.plans_hit().filter(|it| applies && it.name != "unlimited");
        let (mut set, mut told) = (Vec::new(), Vec::new());
        for plan in plans {
            let total = raised(u64::from(plan.total_agents), factor)?;
            set.push(format!("plans.{}.total_agents={total}", plan.name));
            told.push(format!("{total} agents on {} instead of {}", plan.name, plan.total_agents));
        }
        Some(Level::free(told.join(", "), set))
    })
}

/// More credits in the plan.
pub(super) fn credits(case: &Case<'_>) -> Candidate {
    let applies = matches!(case.reason, Reason::CreditsExhausted | Reason::ShareExhausted);
    by_factors(RemedyKind::RaiseCredits, |factor| {
        let (mut set, mut told) = (Vec::new(), Vec::new());
        for plan in case.plans_hit().filter(|_| applies) {
            let Some(allowance) = &plan.credits else { continue };
            let thousandths = u64::try_from(allowance.included.thousandths()).ok()?;
            let whole = raised(thousandths.div_ceil(1_000), factor)?;
            set.push(format!("plans.{}.credits.included={whole}", plan.name));
            told.push(plan.name.as_str());
        }
        let what = format!("include {} the credits on {}", factor_text(factor), told.join(", "));
        Some(Level::free(what, set))
    })
}

/// Greater shares of the credits, up to all of them.
pub(super) fn share(case: &Case<'_>) -> Candidate {
    let applies = case.reason == Reason::ShareExhausted;
    by_factors(RemedyKind::RaiseShare, |factor| {
        let (mut set, mut told) = (Vec::new(), Vec::new());
        for line in case.group.lines.iter().filter(|_| applies) {
            let Some(ShareTerms { at_least, at_most: Some(at_most) }) = line.share else {
                continue;
            };
            let most = raised(at_most.billionths(), factor)?.min(Share::WHOLE.billionths());
            let most = super::percent(most);
            let value = if at_least == Share::NONE {
                most.clone()
            } else {
                format!("{{ at_least: {at_least}, at_most: {most} }}")
            };
            let list = match line.kind {
                LineKind::Agents => "agents",
                LineKind::Feature => "features",
            };
            set.push(format!("{}={value}", case.key(&format!("{list}.{}.share", line.name))));
            told.push(format!("{most} for `{}` instead of {at_most}", line.name));
        }
        Some(Level::free(format!("a share of {}", told.join(", ")), set))
    })
}
