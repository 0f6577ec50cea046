//! What can occur in a scenario, for which reasons tries can be refused, and which metrics a run
//! lacks since something cannot.

use super::discipline::Shed;
use super::model::{Backend, BackendScope, Drain, Group, Scenario};
use crate::enforcement::{Charging, OnUnavailable, Strategy};
use crate::measure::Features;
use crate::rules::limiter::{OnExceed, Throttle};
use crate::rules::{AgentState, Allowance, Overage, Plan, Reason};
use crate::units::{Money, Share, SimTime};
use crate::workload::{Action, AgentLine, ClientThrottling, LineKind, OnRefused, WhileOffline};

/// Why a run of a scenario has no such metric of a group, `None` being all groups; `None` if it
/// has it. Metrics of a reason for refusals are not looked at: where the reason cannot occur, they
/// count as 0.
///
/// What is said is a sentence about "these workspaces" without its full stop.
pub fn why_absent(scenario: &Scenario, group: Option<&str>, metric: &str) -> Option<&'static str> {
    let meant = |of: &&Group| group.is_none_or(|name| name == of.name);
    let groups: Vec<&Group> = scenario.groups.iter().filter(meant).collect();
    let features: Vec<Features> = groups.iter().map(|of| features(scenario, of)).collect();
    let any = |has: fn(&Features) -> bool| features.iter().any(has);
    let lacks = |has: fn(&Features) -> bool, why| (!any(has)).then_some(why);
    let (name, label) = metric.split_once('{').unwrap_or((metric, ""));
    if name == "limiter.over_admitted" && !label.is_empty() {
        return lacks(|it| it.enforced, "enforcement is the ideal")
            .or_else(|| lacks_limiter(scenario, &groups, label, OnExceed::Refuse));
    }
    if let Some((has, why)) = needed_for_damage(name) {
        return lacks(has, why);
    }
    match name {
        "messages.timed_out" => lacks(|it| it.patience, IMPATIENT),
        "loss.rate" if label == "reason=timed_out}" => lacks(|it| it.patience, IMPATIENT),
        "messages.in_flight" => lacks(|it| it.cut, "what is in flight at the end is finished"),
        "refusal.rate" => lacks_limiter(scenario, &groups, label, OnExceed::Refuse),
        "shadow.refusals" => lacks_limiter(scenario, &groups, label, OnExceed::Report),
        "shadow.workspaces.share" if !label.is_empty() => {
            lacks_limiter(scenario, &groups, label, OnExceed::Report)
        }
        "shadow.workspaces.share" => {
            let reports = |it: &Throttle| it.on_exceed == OnExceed::Report;
            let mut all = groups.iter().flat_map(|group| scenario.throttles_of(group));
            let none = !all.any(reports) && groups.iter().all(|group| reported(group).is_empty());
            none.then_some("no limit of these workspaces only reports")
        }
        "creates.tried" | "creates.refused" | "create_refusal.rate" => {
            lacks(|it| it.crowded, "all agents fit, and none are created later")
        }
        "active.full_time_share" | "active.over_limit.max" | "active.over_limit.time" => {
            lacks(|it| it.slots, "no plan of these workspaces limits active agents")
        }
        "enables.wait.mean" | "enables.wait.probability" | "enables.waiting" => {
            lacks(|it| it.waits, "no agent of these workspaces waits for a slot")
        }
        "plans.changed" => lacks(|it| it.plans, "these workspaces never change their plan"),
        "trials.ended" => lacks(|it| it.trials, "no plan of these workspaces is a trial"),
        "agents.taken_offline" => {
            lacks(|it| it.plans || it.trials, "these workspaces keep their plans, without trials")
        }
        "credits.purchased" | "packages.bought" | "packages.renewed" => {
            lacks(|it| it.packages, "nobody buys packages in these workspaces")
        }
        "credits.overage" => {
            lacks(|it| it.overage, "no plan of these workspaces allows any overage")
        }
        _ if name.starts_with("decision.") => {
            lacks(|it| it.enforced, "enforcement decides at once")
        }
        "alerts.time" => lacks_alert(&groups, label),
        _ if name.starts_with("credits.") => {
            lacks(|it| it.pool, "no plan of these workspaces counts credits")
        }
        _ if name.starts_with("earned.") || name.starts_with("spent_per_workspace.") => {
            lacks(|it| it.prices, "nothing that these workspaces have or buy has a price")
        }
        _ if name.starts_with("backend.") || name == "backlog.growth" => {
            lacks_servers(scenario, group, &features, name)
        }
        _ => None,
    }
}

const IMPATIENT: &str = "all customers of these workspaces wait for ever";

/// What a group must have, and what is said where it has not.
type Needed = (fn(&Features) -> bool, &'static str);

/// What a group must have for a metric of what enforcement does that it should not; `None` where
/// it is another metric, or none that only some have.
fn needed_for_damage(name: &str) -> Option<Needed> {
    Some(match name {
        "credits.oversold.p50" | "credits.oversold.p90" | "credits.oversold.p99" => {
            (|it| it.enforced && it.pool, "enforcement is the ideal, or nothing counts credits")
        }
        "decision.retries" | "decision.given_up" => {
            (|it| it.contended, "nothing is decided again: enforcement is not `optimistic`")
        }
        "credits.held_stranded" => {
            (|it| it.stranded, "no credits are out of reach: there are no leases and no holds")
        }
        "admissions.unchecked" => {
            (|it| it.unchecked, "enforcement is available, or does not admit while it is not")
        }
        "double_charges" | "credits.double_charged" => {
            (|it| it.doubles, "nothing is delivered twice, and no release is lost")
        }
        "releases.lost" => (|it| it.losses, "no release is lost"),
        "credits.unbilled" => {
            (|it| it.losses, "no release is lost whose attempt is charged when it is over")
        }
        "credits.held" | "credits.above_hold" | "holds.expired" => {
            (|it| it.holds, "no credits are held: enforcement does not charge by `hold`")
        }
        _ => return None,
    })
}

fn lacks_limiter(
    scenario: &Scenario,
    groups: &[&Group],
    label: &str,
    on_exceed: OnExceed,
) -> Option<&'static str> {
    let limiter = label.strip_prefix("limiter=")?.strip_suffix('}')?;
    let by_reason = |group: &&&Group| reported(group).iter().any(|it| it.name() == limiter);
    if on_exceed == OnExceed::Report && groups.iter().any(|group| by_reason(&group)) {
        return None;
    }
    if limiter == ClientThrottling::NAME {
        let lines = || groups.iter().flat_map(|group| &group.lines);
        let none = lines().all(|line| line.client_throttling.is_none());
        return none.then_some("no customers of these workspaces have `client_throttling`");
    }
    let throttles = groups.iter().flat_map(|group| scenario.throttles_of(group));
    let mut there = throttles.filter(|throttle| throttle.name == limiter).peekable();
    if there.peek().is_none() {
        return Some("these workspaces have no such limit");
    }
    let none = !there.any(|throttle| throttle.on_exceed == on_exceed);
    none.then_some(match on_exceed {
        OnExceed::Refuse => "the limit only reports, in `shadow.refusals`",
        OnExceed::Report => "the limit does not report, it refuses",
    })
}

fn lacks_alert(groups: &[&Group], label: &str) -> Option<&'static str> {
    let level = label.strip_prefix("level=").and_then(|label| label.strip_suffix('}'));
    let mut alerts = groups.iter().flat_map(|group| &group.alerts);
    let there = alerts.any(|alert| Some(alert.to_string().as_str()) == level);
    (!there).then_some("these workspaces have no such alert")
}

/// Why there is no metric of the backend.
fn lacks_servers(
    scenario: &Scenario,
    group: Option<&str>,
    features: &[Features],
    name: &str,
) -> Option<&'static str> {
    const UNLIMITED: &str = "the servers are unlimited, if only for a time";
    let Some(backend) = &scenario.backend else { return Some("there is no backend") };
    if name == "backlog.growth" {
        return lacks_backlog(scenario, backend, group);
    }
    match backend.scope {
        BackendScope::Platform if group.is_some() => {
            Some("all workspaces share the backend, which is measured for all of them together")
        }
        BackendScope::Platform => {
            let (from, until) = (scenario.warm_up, scenario.duration);
            let (from, until) = (SimTime::ZERO + from, SimTime::ZERO + until);
            let first = backend.changes.iter().rev().find(|&&(at, _)| at <= from);
            let first = first.map_or(backend.servers, |&(_, servers)| servers);
            let within = |&&(at, _): &&(SimTime, Option<u32>)| at > from && at < until;
            let mut later = backend.changes.iter().filter(within).map(|&(_, servers)| servers);
            let limited = first.is_some() && later.all(|servers| servers.is_some());
            (name == "backend.utilisation" && !limited).then_some(UNLIMITED)
        }
        BackendScope::Workspace => {
            let limited = features.iter().all(|of| of.servers.flatten().is_some());
            (name == "backend.utilisation" && !limited).then_some(UNLIMITED)
        }
    }
}

/// Why there is no trend of the queue.
fn lacks_backlog(
    scenario: &Scenario,
    backend: &Backend,
    group: Option<&str>,
) -> Option<&'static str> {
    /// A trend is read from so many bins.
    const LEAST_BINS: u64 = 8;
    if group.is_some() {
        return Some("it is measured for all workspaces together");
    }
    let limited = match backend.scope {
        BackendScope::Platform => {
            backend.servers.is_some() && backend.changes.iter().all(|(_, it)| it.is_some())
        }
        BackendScope::Workspace => {
            let limited = |group: &Group| !happens(group, |it| *it == Action::Servers(None));
            backend.servers.is_some() && scenario.groups.iter().any(limited)
        }
    };
    if !limited {
        return Some("the servers are unlimited, if only for a time");
    }
    let bin = scenario.series_every.nanos();
    let (first, last) = (scenario.warm_up.nanos().div_ceil(bin), scenario.duration.nanos() / bin);
    let few = last.saturating_sub(first) < LEAST_BINS;
    few.then_some("fewer than eight bins of the series lie in what is measured")
}

/// Whether agents can be created after the start.
pub(super) fn grows(group: &Group) -> bool {
    let creates =
        |line: &AgentLine| line.churn.as_ref().is_some_and(|churn| churn.create.is_some());
    group.lines.iter().any(creates)
        || happens(group, |it| matches!(it, Action::Create(_)))
        || group.records(|it| it.creates > 0)
}

fn happens(group: &Group, what: impl Fn(&Action) -> bool) -> bool {
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
        waits: (slots_can_refuse(scenario, group) || trials)
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
