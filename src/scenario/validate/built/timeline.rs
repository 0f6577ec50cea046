//! What happens to the workspaces of a group.

use std::fmt::Arguments;

use super::super::super::flaw::Finder;
use super::super::super::model::{BackendScope, Group, Scenario};
use super::super::super::types::MOST_TIMES;
use super::super::super::words::grouped;
use super::super::packages::MOST_AT_ONCE;
use super::super::plans::MOST_AGENTS;
use super::super::timeline::MOST_OCCURRENCES;
use super::end;
use super::groups::metered;
use crate::workload::{Action, LineKind, Pick, TrafficKind};

pub(super) fn timeline(scenario: &Scenario, group: &Group, at: Arguments<'_>, finder: &mut Finder) {
    let most = MOST_OCCURRENCES;
    let message = format_args!("must hold at most {} entries", grouped(most as u64));
    finder.demand(group.timeline.len() <= most, format_args!("{at}.timeline"), message);
    for (index, occurrence) in group.timeline.iter().enumerate() {
        let at = format_args!("{at}.timeline[{index}]");
        let in_time = occurrence.at < end(scenario);
        let message = "must lie before the end of the duration";
        finder.demand(in_time, format_args!("{at}.at"), message);
        let later = occurrence.until.is_none_or(|until| until > occurrence.at);
        let field = format_args!("{at}.until");
        finder.demand(later, field, "must be later than `at`");
        let undone = matches!(
            occurrence.action,
            Action::SetPlan(_)
                | Action::Enable(_)
                | Action::Disable(_)
                | Action::Traffic(_)
                | Action::Servers(_)
                | Action::Unavailable
        );
        let message = "must be `None`, since the action cannot be undone";
        finder.demand(undone || occurrence.until.is_none(), field, message);
        action(scenario, group, &occurrence.action, format_args!("{at}.action"), finder);
    }
}

fn action(
    scenario: &Scenario,
    group: &Group,
    action: &Action,
    at: Arguments<'_>,
    finder: &mut Finder,
) {
    match action {
        Action::SetPlan(plan) | Action::Subscribe(plan) => {
            let message = "must name a place in the group's `plans`";
            finder.demand(*plan < group.plans.len(), at, message);
        }
        Action::BuyPackage(package, count) => {
            let there = *package < scenario.packages.len();
            finder.demand(there, at, "must name a place in `packages`");
            let message = format_args!("must buy from 1 to {} packages", grouped(MOST_AT_ONCE));
            finder.demand((1..=MOST_AT_ONCE).contains(&u64::from(*count)), at, message);
            metered(group, at, finder);
        }
        Action::Enable(pick) | Action::Disable(pick) | Action::Delete(pick) => {
            agents(group, pick, at, finder);
            finder.demand(pick.count != Some(0), at, "must pick at least 1 agent");
        }
        Action::Create(pick) => {
            agents(group, pick, at, finder);
            let count = pick.count.map(u64::from);
            let sound = count.is_some_and(|count| (1..=MOST_AGENTS).contains(&count));
            let message = format_args!("must create from 1 to {} agents", grouped(MOST_AGENTS));
            finder.demand(sound, at, message);
        }
        Action::Unavailable => {
            let message = "needs `enforcement.unavailable`";
            finder.demand(scenario.enforcement.unavailable, at, message);
        }
        Action::Traffic(factor) => {
            let message = format_args!("must multiply by 0 to {}", grouped(MOST_TIMES as u64));
            finder.demand((0.0..=MOST_TIMES).contains(factor), at, message);
            let of_lines = group.lines.iter().filter_map(|line| line.traffic.as_ref());
            let of_all = group.customers.as_ref().map(|customers| &customers.traffic);
            let closed =
                of_lines.chain(of_all).any(|of| matches!(of.kind, TrafficKind::Closed { .. }));
            finder.demand(!closed, at, "cannot multiply what users of closed traffic write");
        }
        Action::Servers(servers) => {
            let own = |scope| scope == BackendScope::Workspace;
            let sound = scenario.backend.as_ref().is_some_and(|backend| own(backend.scope));
            let message = "needs a backend of which each workspace has its own; a platform's \
                           changes are in `backend.changes`";
            finder.demand(sound, at, message);
            finder.demand(*servers != Some(0), at, "must leave at least 1 server");
        }
    }
}

fn agents(group: &Group, pick: &Pick, at: Arguments<'_>, finder: &mut Finder) {
    let line = group.lines.get(pick.line);
    let there = line.is_some_and(|line| line.kind == LineKind::Agents);
    finder.demand(there, at, "must name a line of agents by its place in `lines`");
}
