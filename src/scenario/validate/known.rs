//! What metrics can be about: groups, plans, limits and alerts.

use indexmap::IndexMap;

use super::super::model::{Group, Scenario};
use super::super::occurs::reported;
use super::names::Names;
use crate::rules::Reason;
use crate::workload::ClientThrottling;

/// What a scenario declares that metrics can be about.
#[derive(Default)]
pub(super) struct Known {
    pub(super) groups: Names,
    /// The plans on which workspaces begin.
    pub(super) first_plans: Names,
    /// Those of each group.
    pub(super) first_plans_of: IndexMap<String, Names>,
    /// The limiters of every plan and group.
    pub(super) limiters: Names,
    /// For what each limit refuses.
    pub(super) reasons: Vec<LimitReason>,
    /// The levels at which any group is alerted.
    pub(super) alerts: Names,
    /// Those of each group.
    pub(super) alerts_of: IndexMap<String, Names>,
}

/// For what a limit refuses.
pub(super) struct LimitReason {
    /// Whose it is; `None` is everybody's.
    pub(super) group: Option<String>,
    pub(super) limiter: String,
    pub(super) reason: Reason,
}

impl Known {
    /// What a finished scenario declares.
    pub(super) fn of(scenario: &Scenario) -> Self {
        let mut known = Self::default();
        let shared = scenario.throttles.iter();
        known.add_reasons(None, shared.map(|it| (it.name.as_str(), it.quota.reason())));
        for group in &scenario.groups {
            known.groups.add(&group.name);
            let begun = group.first_plans().map(|(plan, _)| plan.name.clone());
            known.add_first_plans(&group.name, Some(begun));
            known.add_reasons(Some(&group.name), limits(group));
            for reason in reported(group) {
                known.limiters.add(reason.name());
            }
            for level in &group.alerts {
                known.alerts.add(&level.to_string());
                known.alerts_of.entry(group.name.clone()).or_default().add(&level.to_string());
            }
        }
        known
    }

    /// Declares the plans on which workspaces of a group begin: `None` if that is at fault.
    pub(super) fn add_first_plans(
        &mut self,
        group: &str,
        begun: Option<impl Iterator<Item = String>>,
    ) {
        let mut names = Names::default();
        match begun {
            Some(begun) => begun.for_each(|name| names.add(&name)),
            None => names.set_incomplete(),
        }
        self.first_plans.include(&names);
        self.first_plans_of.insert(group.to_owned(), names);
    }

    /// Declares the limits of a group, `None` being everybody's, and for what each refuses.
    pub(super) fn add_reasons<'l>(
        &mut self,
        group: Option<&str>,
        limits: impl Iterator<Item = (&'l str, Reason)>,
    ) {
        for (limiter, reason) in limits {
            self.limiters.add(limiter);
            let (group, limiter) = (group.map(str::to_owned), limiter.to_owned());
            self.reasons.push(LimitReason { group, limiter, reason });
        }
    }
}

/// The limits of a group, and for what each refuses.
pub(super) fn limits(group: &Group) -> impl Iterator<Item = (&str, Reason)> {
    let throttles = group.throttles.iter().map(|it| (it.name.as_str(), it.quota.reason()));
    let holds_back = group.lines.iter().any(|line| line.client_throttling.is_some());
    let client = holds_back.then_some((ClientThrottling::NAME, ClientThrottling::REFUSAL));
    throttles.chain(client)
}
