//! Which metrics a run lacks since what they measure cannot occur.

use super::model::{Backend, BackendScope, Group, Scenario};
use super::occurs::{features, happens, reported};
use crate::measure::Features;
use crate::rules::limiter::{OnExceed, Throttle};
use crate::summary::Selector;
use crate::units::SimTime;
use crate::workload::{Action, ClientThrottling};

/// Why a run of a scenario has no such metric of those whom a selector means; `None` if it has it. Metrics of a
/// reason for refusals are not looked at: where the reason cannot occur, they count as 0.
///
/// What is said is a sentence about "these workspaces" without its full stop.
pub fn why_absent(scenario: &Scenario, of: &Selector, metric: &str) -> Option<&'static str> {
    let selected = scenario.selected(of);
    let groups: Vec<&Group> = selected.iter().map(AsRef::as_ref).collect();
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
        "alerts.time" => lacks(|it| it.pool, "no plan of these workspaces counts credits")
            .or_else(|| lacks_alert(&groups, label)),
        _ if name.starts_with("credits.") => {
            lacks(|it| it.pool, "no plan of these workspaces counts credits")
        }
        _ if name.starts_with("earned.") || name.starts_with("spent_per_workspace.") => {
            lacks(|it| it.prices, "nothing that these workspaces have or buy has a price")
        }
        _ if name.starts_with("backend.") || name == "backlog.growth" => {
            lacks_servers(scenario, *of == Selector::default(), &features, name)
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
    of_all: bool,
    features: &[Features],
    name: &str,
) -> Option<&'static str> {
    const UNLIMITED: &str = "the servers are unlimited, if only for a time";
    let Some(backend) = &scenario.backend else { return Some("there is no backend") };
    if name == "backlog.growth" {
        return lacks_backlog(scenario, backend, of_all);
    }
    match backend.scope {
        BackendScope::Platform if !of_all => {
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
fn lacks_backlog(scenario: &Scenario, backend: &Backend, of_all: bool) -> Option<&'static str> {
    /// A trend is read from so many bins.
    const LEAST_BINS: u64 = 8;
    if !of_all {
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
