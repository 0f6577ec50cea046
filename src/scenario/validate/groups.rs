//! Groups of workspaces and their agents.

use indexmap::IndexMap;

use super::super::at::{At, Findings};
use super::super::model::Group;
use super::super::types::{self, AgentStart};
use super::super::words::grouped;
use super::names::Names;
use super::numbers::{count, count_from_one, distribution};
use super::plans::{MOST_AGENTS, PlanOffer, throttles};
use crate::random::Distribution;
use crate::rules::{AgentState, Plan};
use crate::units::Credits;
use crate::workload::{Activity, AgentLine, OnRefused, Traffic, WhileOffline};

/// The most workspaces of a group.
const MOST_WORKSPACES: u64 = 100_000_000;
/// The most seats of a workspace, and the most turns of a conversation, where they are visible.
const MOST_SEATS: u64 = 1_000_000;

/// The most limits of a workspace: every attempt meets all of them.
const MOST_LIMITS: usize = 1_000;

/// What groups may refer to and what they declare.
pub(super) struct Registry {
    /// `None` if the plans could not be read.
    pub(super) plans: Option<IndexMap<String, PlanOffer>>,
    pub(super) groups: Names,
    /// The limiters of every plan and group.
    pub(super) limiters: Names,
}

/// The groups that stand at `at`.
pub(super) fn groups(
    written: &[types::Group],
    registry: &mut Registry,
    at: At<'_>,
    findings: &mut Findings,
) -> Vec<Group> {
    if !at.is_sound() {
        registry.groups.set_incomplete();
    }
    let groups = written.iter().enumerate();
    groups.map(|(index, written)| group(written, registry, at.item(index), findings)).collect()
}

fn group(
    written: &types::Group,
    registry: &mut Registry,
    at: At<'_>,
    findings: &mut Findings,
) -> Group {
    let name = written.group.0.clone();
    if name == "all" {
        let hint = "`all` stands for every group in results and thresholds";
        findings.add_with_hint(at.key("group"), "a group cannot be called `all`", hint);
    }
    registry.groups.declare(&name, "group", at.key("group"), findings);
    let workspaces = written.count.as_ref().map_or(1, |number| {
        count(number, 1..=MOST_WORKSPACES, "`count`", at.key("count"), findings)
    });
    let PlanOffer { plan, throttles: mut limits, mut limiters } =
        offer(written, registry, at.key("plan"), findings);
    let seats = written.seats.as_ref().map_or(Distribution::Constant(1.0), |seats| {
        count_from_one(seats, MOST_SEATS, "seats", at.key("seats"), findings)
    });
    let own = written.fair_use.as_deref().unwrap_or_default();
    limits.extend(throttles(own, &mut limiters, at.key("fair_use"), findings));
    registry.limiters.include(&limiters);
    if limits.len() > MOST_LIMITS {
        let message = format!("a workspace has more than {} limits", grouped(MOST_LIMITS as u64));
        findings.add(at.key("fair_use"), message);
    }
    let lines = lines(&written.agents, &plan, at.key("agents"), findings);
    Group { name, count: workspaces, plan, seats, lines, throttles: limits }
}

/// The plan that a group names.
fn offer(
    written: &types::Group,
    registry: &mut Registry,
    at: At<'_>,
    findings: &mut Findings,
) -> PlanOffer {
    let name = written.plan.as_ref().map_or("unlimited", |plan| plan.0.as_str());
    if name == "unlimited" {
        if !at.is_sound() {
            registry.limiters.set_incomplete();
        }
        return PlanOffer::unlimited();
    }
    let mut names = Names::default();
    match &registry.plans {
        Some(plans) => {
            if let Some(offer) = plans.get(name) {
                return offer.clone();
            }
            plans.keys().for_each(|plan| names.add(plan));
            names.add("unlimited");
        }
        None => names.set_incomplete(),
    }
    names.resolve(name, "plan", at, findings);
    // The plan that was meant may have limits of its own.
    registry.limiters.set_incomplete();
    PlanOffer::unlimited()
}

fn lines(
    written: &[types::Agent],
    plan: &Plan,
    at: At<'_>,
    findings: &mut Findings,
) -> Vec<AgentLine> {
    let mut names = Names::default();
    let mut agents: u64 = 0;
    let mut lines = Vec::with_capacity(written.len());
    for (index, agent) in written.iter().enumerate() {
        let at = at.item(index);
        names.declare(&agent.name.0, "line of agents", at.key("name"), findings);
        let line = line(agent, plan, at, findings);
        let before = agents;
        agents += u64::from(line.count);
        if before <= MOST_AGENTS && agents > MOST_AGENTS {
            let message = format!("a workspace has more than {} agents", grouped(MOST_AGENTS));
            findings.add(at.key("count"), message);
        }
        lines.push(line);
    }
    lines
}

fn line(written: &types::Agent, plan: &Plan, at: At<'_>, findings: &mut Findings) -> AgentLine {
    let count = written.count.as_ref().map_or(1, |number| {
        count(number, 1..=u64::from(u32::MAX), "`count`", at.key("count"), findings)
    });
    let start = match written.start {
        Some(AgentStart::Draft) => AgentState::Draft,
        Some(AgentStart::Active) | None => AgentState::Active,
        Some(AgentStart::Offline) => AgentState::Offline,
    };
    let cost = written
        .cost
        .as_ref()
        .map_or(Distribution::Constant(Credits::whole(1).thousandths() as f64), |cost| {
            distribution(cost, at.key("cost"), findings)
        });
    AgentLine {
        name: written.name.0.clone(),
        count,
        start,
        activity: written
            .activity
            .as_ref()
            .map(|written| activity(written, plan, at.key("activity"), findings)),
        traffic: written
            .traffic
            .as_ref()
            .and_then(|written| traffic(written, at.key("traffic"), findings)),
        cost,
        while_offline: match written.while_offline {
            Some(types::WhileOffline::Refuse) | None => WhileOffline::Refuse,
            Some(types::WhileOffline::Pause) => WhileOffline::Pause,
        },
    }
}

fn activity(
    written: &types::Activity,
    plan: &Plan,
    at: At<'_>,
    findings: &mut Findings,
) -> Activity {
    let mut span = |key: &str, written: &Option<types::Distribution<types::Duration>>| {
        written.as_ref().map(|written| distribution(written, at.key(key), findings))
    };
    let (draft, active) = (span("draft", &written.draft), span("active", &written.active));
    let offline = span("offline", &written.offline);
    let on_refused = match &written.on_refused {
        None | Some(types::OnRefused::GiveUp) => OnRefused::GiveUp,
        Some(types::OnRefused::RetryEvery(every)) => {
            if every.0.is_zero() {
                let at = at.key("on_refused").key("retry_every");
                findings.add(at, "trying again every 0s would never end");
            }
            OnRefused::RetryEvery(every.0)
        }
    };
    let never_waits = offline.as_ref().is_some_and(is_zero);
    if never_waits && active.as_ref().is_some_and(is_zero) {
        let message = "agents that are never active and never offline switch for ever in no time";
        findings.add(at.key("offline"), message);
    } else if never_waits && plan.active_agents.is_some() && on_refused == OnRefused::GiveUp {
        let hint = "give `offline` a time, or set `on_refused: { retry_every: .. }`";
        let message = "an agent that is refused would try again for ever in no time";
        findings.add_with_hint(at.key("offline"), message, hint);
    }
    Activity { draft, active, offline, on_refused }
}

/// Whether every draw is zero.
fn is_zero(distribution: &Distribution) -> bool {
    distribution.mean() <= 0.0
}

/// `None` if its kind was at fault.
fn traffic(written: &types::Traffic, at: At<'_>, findings: &mut Findings) -> Option<Traffic> {
    if let Some(rate) = &written.rate {
        return Some(Traffic::Rate(rate.0));
    }
    let types::Sessions { rate, turns, think } = written.sessions.as_ref()?;
    let at = at.key("sessions");
    let turns = turns.as_ref().map_or(Distribution::Constant(1.0), |turns| {
        count_from_one(turns, MOST_SEATS, "turns", at.key("turns"), findings)
    });
    let think = think.as_ref().map_or(Distribution::Constant(0.0), |think| {
        distribution(think, at.key("think"), findings)
    });
    Some(Traffic::Sessions { rate: rate.0, turns, think })
}
