//! Thresholds that say nothing.

use super::super::model::{Group, Scenario};
use super::super::threshold::Threshold;
use super::limits::can_be_full;
use crate::rules::{AgentState, Overage, Plan, Reason};
use crate::workload::{Action, AgentLine, LineKind, WhileOffline};

/// Appends what is to be said about the thresholds of a scenario.
pub(super) fn thresholds(scenario: &Scenario, warnings: &mut Vec<String>) {
    for threshold in &scenario.thresholds {
        if let Some(without) = nothing_to_measure(scenario, threshold) {
            warnings.push(format!("`{}` has nothing to measure: {without}", threshold.text));
        } else if let Some(why) = cannot_occur(scenario, threshold) {
            let holds = threshold.comparison.holds(0.0, threshold.bound);
            let ends = if holds { "always holds" } else { "always fails" };
            warnings.push(format!("`{}` {ends}: {why}", threshold.text));
        }
    }
}

/// The groups that a threshold is about.
fn meant<'s>(scenario: &'s Scenario, threshold: &'s Threshold) -> impl Iterator<Item = &'s Group> {
    let is_meant = |group: &&Group| threshold.group.as_ref().is_none_or(|name| *name == group.name);
    scenario.groups.iter().filter(is_meant)
}

fn nothing_to_measure(scenario: &Scenario, threshold: &Threshold) -> Option<&'static str> {
    let counts = |group: &Group| group.plans.iter().any(|offer| offer.plan.credits.is_some());
    if threshold.metric.starts_with("credits.") && !meant(scenario, threshold).any(counts) {
        Some("no plan of these workspaces counts credits")
    } else if threshold.metric.starts_with("backend.") && scenario.backend.is_none() {
        Some("there is no backend")
    } else {
        None
    }
}

/// Why no try of the meant groups can be refused for the reason, or by the limiter, that a
/// threshold names.
fn cannot_occur(scenario: &Scenario, threshold: &Threshold) -> Option<String> {
    let (_, label) = threshold.metric.split_once('{')?;
    let (label, value) = label.strip_suffix('}')?.split_once('=')?;
    let groups = || meant(scenario, threshold);
    if label == "limiter" {
        let has = |group: &Group| group.throttles.iter().any(|throttle| throttle.name == value);
        return (!groups().any(has))
            .then(|| format!("no limit of `{}` is called so", list(groups())));
    }
    let reason =
        Reason::ALL.into_iter().find(|reason| label == "reason" && reason.name() == value)?;
    let can = groups().any(|group| can_occur(scenario, group, reason));
    (!can).then(|| without(reason).to_owned())
}

fn list<'g>(groups: impl Iterator<Item = &'g Group>) -> String {
    groups.map(|group| group.name.as_str()).collect::<Vec<_>>().join("`, `")
}

/// What is missing for a reason to occur.
const fn without(reason: Reason) -> &'static str {
    match reason {
        Reason::WorkspaceAgentLimit => "no plan has room for fewer agents than there are",
        Reason::ActiveAgentLimit => "no plan has fewer slots than there are agents",
        Reason::TrialEnded => "no trial ends before the duration does",
        Reason::AgentNotActive => "no agent that is written to is ever away",
        Reason::RateLimited => "no limit of a rate is declared for these workspaces",
        Reason::ConcurrencyLimited => {
            "no limit of messages at once is declared for these workspaces"
        }
        Reason::CreditsExhausted => "no plan counts credits that can run out",
        Reason::ShareExhausted => "no agent or feature has a `share` of the pool",
        Reason::Overloaded => "no backend has a `queue` with a `limit`",
    }
}

/// Whether tries of a group can be refused for a reason: rather yes than no.
fn can_occur(scenario: &Scenario, group: &Group, reason: Reason) -> bool {
    use crate::rules::limiter::Quota::{Concurrency, TokenBucket};
    let plans = || group.plans.iter().map(|offer| &offer.plan);
    let grows = group.lines.iter().any(|line| line.churn.is_some())
        || group.timeline.iter().any(|it| matches!(it.action, Action::Create(_)));
    let agents = group.agents();
    let short = plans().any(|plan| plan.active_agents.is_some_and(|slots| slots < agents || grows));
    let trial = plans().any(|plan| plan.trial.is_some_and(|trial| trial < scenario.duration));
    let counts = |plan: &Plan| plan.credits.is_some();
    match reason {
        Reason::WorkspaceAgentLimit => grows || plans().any(|plan| plan.total_agents < agents),
        Reason::ActiveAgentLimit => short,
        Reason::TrialEnded => trial,
        Reason::AgentNotActive => {
            let moved = !group.timeline.is_empty() || short || trial || grows;
            let away = |line: &AgentLine| {
                line.kind == LineKind::Agents
                    && line.traffic.is_some()
                    && line.while_offline == WhileOffline::Refuse
                    && (moved || line.start != AgentState::Active || line.activity.is_some())
            };
            group.lines.iter().any(away)
        }
        Reason::RateLimited => {
            group.throttles.iter().any(|it| matches!(it.quota, TokenBucket { .. }))
        }
        Reason::ConcurrencyLimited => {
            group.throttles.iter().any(|it| matches!(it.quota, Concurrency { .. }))
        }
        Reason::CreditsExhausted => {
            let costs = group.lines.iter().any(|line| line.cost.mean() > 0.0);
            let end = |plan: &Plan| {
                plan.credits.as_ref().is_some_and(|it| it.overage != Overage::Unlimited)
            };
            costs && plans().any(end)
        }
        Reason::ShareExhausted => {
            plans().any(counts) && group.lines.iter().any(|line| line.share.is_some())
        }
        Reason::Overloaded => can_be_full(scenario.backend.as_ref()),
    }
}
