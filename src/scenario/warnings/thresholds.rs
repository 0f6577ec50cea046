//! Thresholds that say nothing.

use super::super::absent::why_absent;
use super::super::explain::drawn;
use super::super::model::Scenario;
use super::super::occurs::can_occur;
use super::super::threshold::Threshold;
use crate::rules::Reason;
use crate::workload::plan_of;

/// Appends what is to be said about the thresholds of a scenario: those on what a run does not
/// measure always fail, and those on a reason that cannot occur are about 0.
pub(super) fn thresholds(scenario: &Scenario, warnings: &mut Vec<String>) {
    for threshold in &scenario.thresholds {
        if let Some(plan) = threshold.of.plan.as_ref().filter(|_| means_nobody(scenario, threshold))
        {
            warnings.push(format!(
                "`{}` is about nobody: as the seed draws it, no workspace begins on `{plan}`",
                threshold.text
            ));
        } else if let Some(why) = why_absent(scenario, &threshold.of, &threshold.metric) {
            warnings.push(format!("`{}` has nothing to measure: {why}", threshold.text));
        } else if let Some(why) = is_never_refused(scenario, threshold) {
            let holds = threshold.comparison.holds(0.0, threshold.bound);
            let ends = if holds { "always holds" } else { "always fails" };
            warnings.push(format!("`{}` {ends}: {why}", threshold.text));
        }
    }
}

/// Whether no workspace that a threshold is about is drawn, as far as can be told.
fn means_nobody(scenario: &Scenario, threshold: &Threshold) -> bool {
    let Some(name) = &threshold.of.plan else { return false };
    scenario.replications == 1
        && scenario.groups.iter().filter(|group| group.selected(&threshold.of).is_some()).all(
            |group| {
                let begins = |workspace| {
                    let plan = plan_of(workspace, &group.mix);
                    group.plans[plan].plan.name == *name
                };
                drawn(scenario, group, begins) == Some(0)
            },
        )
}

/// Why no try of the groups that a threshold is about can be refused for the reason that it names.
fn is_never_refused(scenario: &Scenario, threshold: &Threshold) -> Option<&'static str> {
    let (_, label) = threshold.metric.split_once('{')?;
    let name = label.strip_prefix("reason=")?.strip_suffix('}')?;
    let reason = Reason::ALL.into_iter().find(|reason| reason.name() == name)?;
    let groups = scenario.selected(&threshold.of);
    (!groups.iter().any(|group| can_occur(scenario, group, reason))).then(|| without(reason))
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
        Reason::EnforcementUnavailable => "enforcement always decides",
        Reason::Overloaded => "no backend has a `queue` with a `limit`, or sheds anything",
    }
}
