//! What all workspaces share.

use super::{Candidate, Case, Level, Search};
use crate::planning::advise::levels::counts;
use crate::planning::advise::model::RemedyKind;
use crate::rules::{Cycle, Reason};
use crate::scenario::{BackendScope, BillingAnchor};
use crate::units::SimSpan;

/// The longest month.
const MONTH: SimSpan = SimSpan::DAY.times(31);

/// Subscriptions that renew all at once renew at different times instead: against what workspaces meet
/// in, and against credits that run out.
///
/// A pool begins full wherever in its period the run begins, and one that renews soon after has had more
/// by the end than one that does not. So against credits that run out it is tried only where the warm-up
/// is as long as a period: it would seem to help else.
pub(super) fn spread_renewals(case: &Case<'_>) -> Candidate {
    let group = case.group;
    let period = |cycle: Cycle| match cycle {
        Cycle::Monthly => Some(MONTH),
        Cycle::Every(span) => Some(span),
        Cycle::Never => None,
    };
    let credits = group.plans.iter().filter_map(|it| it.plan.credits.as_ref());
    let longest = credits.filter_map(|it| period(it.renews)).max();
    let applies = match longest {
        None => false,
        Some(longest) if case.reason == Reason::CreditsExhausted => {
            case.scenario.warm_up >= longest
        }
        Some(_) => case.is_shared(),
    };
    let is_herd = group.billing_anchor == BillingAnchor::SameInstant && group.count > 1;
    let level = || {
        let set = vec![format!("{}=staggered", case.key("billing_anchor"))];
        Level::free("spread renewals over the period".to_owned(), set)
    };
    let levels = (applies && is_herd).then(level).into_iter().collect();
    Candidate { kind: RemedyKind::SpreadRenewals, search: Search::Lowest, levels }
}

/// More servers, up to eleven times as many.
pub(super) fn servers(case: &Case<'_>) -> Candidate {
    let backend = case.scenario.backend.as_ref();
    let there = backend.filter(|_| case.reason == Reason::Overloaded).and_then(|it| it.servers);
    let workspaces = case.scenario.groups.iter().map(|it| u64::from(it.count)).sum();
    let (each, pools) = match backend.map(|it| it.scope) {
        Some(BackendScope::Workspace) => (" for each workspace", workspaces),
        _ => ("", 1),
    };
    let level = |there: u32, more: u32| {
        let servers = there.saturating_add(more);
        let set = vec![format!("backend.servers={servers}")];
        let what = format!("{servers} servers{each} instead of {there}");
        Level { what, set, has_price: true, servers: u64::from(more) * pools }
    };
    let levels = there.map_or_else(Vec::new, |there| {
        let more = counts(there.saturating_mul(10).max(100));
        more.into_iter().map(|more| level(there, more)).collect()
    });
    Candidate { kind: RemedyKind::AddServers, search: Search::Lowest, levels }
}
