//! What can occur in a scenario, for which reasons tries can be refused, and which metrics a run
//! lacks since something cannot.

use super::discipline::Shed;
use super::model::{Backend, BackendScope, Drain, Group, Scenario};
use crate::enforcement::{Charging, OnUnavailable, Strategy};
use crate::measure::Features;
use crate::rules::limiter::OnExceed;
use crate::rules::{AgentState, Allowance, Overage, Plan, Reason};
use crate::units::{Money, Share};
use crate::workload::{Action, AgentLine, LineKind, OnRefused, WhileOffline};

/// Whether agents can be created after the start.
pub(super) fn grows(group: &Group) -> bool {
    let creates =
        |line: &AgentLine| line.churn.as_ref().is_some_and(|churn| churn.create.is_some());
    group.lines.iter().any(creates)
        || happens(group, |it| matches!(it, Action::Create(_)))
        || group.records(|it| it.creates > 0)
}

pub(super) fn happens(group: &Group, what: impl Fn(&Action) -> bool) -> bool {
    group.timeline.iter().any(|occurrence| what(&occurrence.action))
}

/// The plans that workspaces of a group can have.
pub fn plans(group: &Group) -> impl Iterator<Item = &Plan> {
    group.plans.iter().map(|offer| &offer.plan)
}

/// Whether agents can be too many.
pub fn crowded(group: &Group) -> bool {
    let least = |(plan, _): (&Plan, Share)| plan.total_agents;
    grows(group) || group.agents() > group.first_plans().map(least).min().unwrap_or(0)
}

/// Whether a plan's slots can run out. A workspace keeps the agents that it has when its plan
/// changes, so those that any of its plans admits may meet the slots of each.
fn slots_can_bind(group: &Group) -> bool {
    let admitted = plans(group).map(|plan| plan.total_agents).max().unwrap_or(0);
    let agents = if grows(group) { admitted } else { group.agents().min(admitted) };
    let refuses = |plan: &Plan| plan.on_exceed == OnExceed::Refuse;
    let binds = |plan: &Plan| plan.active_agents.is_some_and(|limit| limit < agents);
    plans(group).any(|plan| refuses(plan) && binds(plan))
}

/// Whether tries to enable an agent can be refused for want of a slot: also where each node counts by
/// itself, since agents that others disabled hold slots there still.
pub fn slots_can_refuse(scenario: &Scenario, group: &Group) -> bool {
    let strategy = scenario.enforcement.strategy;
    let is_copied = matches!(strategy, Strategy::Replicated { nodes, .. } if nodes.count > 1);
    let has_slots =
        |plan: &Plan| plan.active_agents.is_some() && plan.on_exceed == OnExceed::Refuse;
    slots_can_bind(group) || (is_copied && plans(group).any(has_slots))
}

/// Whether a pool can refuse, and does not only report.
pub fn pools_refuse(group: &Group) -> bool {
    let mut credits = plans(group).filter_map(|plan| plan.credits.as_ref());
    credits.any(|credits| credits.on_exceed == OnExceed::Refuse)
}

/// The reasons for which slots and pools of a group only report.
pub fn reported(group: &Group) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let slots = |plan: &Plan| plan.active_agents.is_some() && plan.on_exceed == OnExceed::Report;
    if plans(group).any(slots) {
        reasons.push(Reason::ActiveAgentLimit);
    }
    let mut credits = plans(group).filter_map(|plan| plan.credits.as_ref());
    if credits.any(|credits| credits.on_exceed == OnExceed::Report) {
        reasons.push(Reason::CreditsExhausted);
        if group.lines.iter().any(|line| line.share.is_some()) {
            reasons.push(Reason::ShareExhausted);
        }
    }
    reasons
}

/// What can occur in the workspaces of a group.
pub fn features(scenario: &Scenario, group: &Group) -> Features {
    let backend = scenario.backend.as_ref();
    let own = backend.filter(|backend| backend.scope == BackendScope::Workspace);
    let waits = |on_refused| on_refused == OnRefused::WaitForSlot;
    let credits = || plans(group).filter_map(|plan| plan.credits.as_ref());
    let packages =
        group.buying.is_some() || happens(group, |action| matches!(action, Action::BuyPackage(..)));
    // Where nobody counts credits, rows that buy some do nothing.
    let packages = packages || (credits().next().is_some() && group.records(|it| it.purchases > 0));
    let trials = plans(group).any(|plan| plan.trial.is_some());
    let mut habits = group.lines.iter().filter_map(|line| line.activity.as_ref());
    let priced = |price: Money| price > Money::ZERO;
    let faults = &scenario.enforcement.faults;
    let admits = scenario.enforcement.on_unavailable == OnUnavailable::Admit;
    let holds = matches!(scenario.enforcement.charging, Charging::Hold { .. });
    Features {
        cut: scenario.drain == Drain::Cut,
        patience: group.lines.iter().any(|line| line.patience.is_some()),
        crowded: crowded(group),
        churn: grows(group),
        waits: (slots_can_refuse(scenario, group) || trials || scenario.enforcement.gives_up())
            && habits.any(|it| waits(it.on_refused)),
        plans: happens(group, |it| matches!(it, Action::SetPlan(_) | Action::Subscribe(_)))
            || group.records(|it| it.plans > 0),
        trials,
        slots: plans(group).any(|plan| plan.active_agents.is_some()),
        pool: credits().next().is_some(),
        packages,
        overage: credits().any(|credits| credits.overage != Overage::Refuse),
        audited: true,
        enforced: !scenario.enforcement.is_ideal(),
        stranded: matches!(scenario.enforcement.strategy, Strategy::Leased { .. }) || holds,
        holds,
        unchecked: scenario.enforcement.unavailable && admits,
        doubles: faults.duplicate_delivery.is_some() || faults.lost_release.is_some(),
        losses: faults.lost_release.is_some(),
        contended: matches!(scenario.enforcement.strategy, Strategy::Optimistic { .. }),
        prices: plans(group).any(|plan| plan.price.is_some())
            || credits().any(|credits| priced(credits.overage_price))
            || (packages && scenario.packages.iter().any(|package| priced(package.price))),
        servers: own
            .map(|own| own.servers.filter(|_| !happens(group, |it| *it == Action::Servers(None)))),
    }
}

/// Whether tries of a group can be refused for a reason: rather yes than no.
pub(super) fn can_occur(scenario: &Scenario, group: &Group, reason: Reason) -> bool {
    let mut credits = plans(group).filter_map(|plan| plan.credits.as_ref());
    match reason {
        Reason::WorkspaceAgentLimit => crowded(group),
        Reason::ActiveAgentLimit => slots_can_refuse(scenario, group),
        Reason::TrialEnded => {
            plans(group).any(|plan| plan.trial.is_some_and(|trial| trial < scenario.duration))
        }
        Reason::AgentNotActive => turned_away(scenario, group),
        Reason::RateLimited | Reason::ConcurrencyLimited => {
            scenario.throttles_of(group).any(|throttle| {
                throttle.quota.reason() == reason && throttle.on_exceed == OnExceed::Refuse
            })
        }
        Reason::CreditsExhausted => {
            let costs = group.lines.iter().any(|line| line.cost.mean() > 0.0);
            let refuses = |it: &Allowance| {
                it.overage != Overage::Unlimited && it.on_exceed == OnExceed::Refuse
            };
            costs && credits.any(refuses)
        }
        Reason::ShareExhausted => {
            pools_refuse(group) && group.lines.iter().any(|line| line.share.is_some())
        }
        Reason::EnforcementUnavailable => scenario.enforcement.gives_up(),
        Reason::Overloaded => {
            let holds_back = |line: &AgentLine| line.client_throttling.is_some();
            group.lines.iter().any(holds_back)
                || scenario.backend.as_ref().is_some_and(|it| can_be_overloaded(it, group))
        }
    }
}

/// Whether messages to a group can be refused because an agent is not active.
pub fn turned_away(scenario: &Scenario, group: &Group) -> bool {
    let is_away = |line: &AgentLine| {
        (group.is_addressed(line) && can_be_away(scenario, group, line))
            || whoever_can_be_away(scenario, group, line)
    };
    // Agents that a row creates are drafts until another enables them.
    group.lines.iter().any(is_away) || group.records(|it| it.strangers.messages > 0)
}

/// Whether customers of a line can be refused because an agent is not active.
pub(super) fn can_be_away(scenario: &Scenario, group: &Group, line: &AgentLine) -> bool {
    // Customers who wait for their agent still try again when they said they would.
    let may_find_nobody = line.while_offline == WhileOffline::Refuse || line.retry.is_some();
    (may_find_nobody && is_away(group, line)) || can_leave(scenario, group, line)
}

/// Whether customers of the workspace can be refused because an agent of a line is not active.
pub(super) fn whoever_can_be_away(scenario: &Scenario, group: &Group, line: &AgentLine) -> bool {
    // They find one that is active if any is, but try again with the same one.
    let may_find_nobody = line.retry.is_some() || all_can_be_away(group);
    let is_away = may_find_nobody && is_away(group, line);
    group.customers.is_some() && (is_away || can_leave(scenario, group, line))
}

/// Whether an agent of a line can be gone by the time at which what was decided takes effect.
fn can_leave(scenario: &Scenario, group: &Group, line: &AgentLine) -> bool {
    let deletes = || {
        happens(group, |action| matches!(action, Action::Delete(_)))
            || group.records(|it| it.deletes > 0)
    };
    scenario.enforcement.takes_time()
        && line.kind == LineKind::Agents
        && (is_away(group, line) || deletes())
}

/// Whether a workspace can be without any active agent.
pub(super) fn all_can_be_away(group: &Group) -> bool {
    let mut lines = group.lines.iter().filter(|line| line.kind == LineKind::Agents);
    crowded(group)
        || happens(group, |action| matches!(action, Action::Delete(_)))
        || lines.all(|line| is_away(group, line))
}

/// Whether agents of a line can exist and not be active.
fn is_away(group: &Group, line: &AgentLine) -> bool {
    let changes = |action: &Action| {
        use Action::{Create, Disable, Enable, SetPlan, Subscribe};
        matches!(action, Create(_) | Disable(_) | Enable(_) | SetPlan(_) | Subscribe(_))
    };
    line.kind == LineKind::Agents
        && (line.start != AgentState::Active
            || line.churn.is_some()
            || line.activity.as_ref().is_some_and(|activity| activity.active.is_some())
            || slots_can_bind(group)
            || happens(group, changes)
            || group.records(|it| it.creates + it.enables + it.disables + it.plans > 0))
}

/// Whether the servers of a backend can all be busy.
pub(super) fn can_be_busy(backend: &Backend, group: &Group) -> bool {
    backend.servers.is_some()
        || backend.changes.iter().any(|(_, servers)| servers.is_some())
        || happens(group, |action| matches!(action, Action::Servers(Some(_))))
}

/// Whether a backend can refuse attempts of a group.
pub fn can_be_overloaded(backend: &Backend, group: &Group) -> bool {
    let sheds = match &backend.shed {
        None => false,
        Some(Shed::Codel(_)) => can_be_busy(backend, group),
        Some(Shed::Utilisation(it)) => plans(group).any(|plan| !it.keep.contains(&plan.name)),
        Some(Shed::Aimd(_)) => true,
    };
    sheds || (backend.queue_limit.is_some() && can_be_busy(backend, group))
}
