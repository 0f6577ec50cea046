//! What of a scenario cannot be driven yet.

use std::fmt;

use crate::enforcement::Faults;
use crate::rules::limiter::{OnExceed, Throttle};
use crate::scenario::{BillingAnchor, Group, Scenario};
use crate::workload::{Action, AgentLine, OnRefused, TrafficKind};

/// What of a scenario cannot be driven, each with where it stands; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplayable(Vec<String>);

impl fmt::Display for Unplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// Finds all that cannot be driven: better refused than played as if it were not there.
pub(super) fn check(scenario: &Scenario) -> Result<(), Unplayable> {
    let mut found = Vec::new();
    let mut cannot = |holds: bool, what: &str| {
        if holds {
            found.push(format!("  {what}"));
        }
    };
    cannot(scenario.replications > 1, "`replications`: a drive is one");
    cannot(scenario.backend.is_some(), "`backend`: there are no servers, only decisions");
    cannot(
        !scenario.throttles.is_empty(),
        "limits over everybody: each workspace is decided apart",
    );
    cannot(!scenario.traces.is_empty(), "`trace` traffic");
    let enforcement = &scenario.enforcement;
    cannot(enforcement.charging.is_late(), "`charge` other than `on_admit`");
    cannot(enforcement.faults != Faults::default(), "`faults`");
    cannot(enforcement.unavailable, "`enforcement` on the `timeline`");
    cannot(enforcement.keeps_on_refusal, "`on_refusal: keep`");
    for group in &scenario.groups {
        of_group(group, &mut |holds, what| {
            cannot(holds, &format!("{what} (group `{}`)", group.name));
        });
    }
    if found.is_empty() { Ok(()) } else { Err(Unplayable(found)) }
}

fn of_group(group: &Group, cannot: &mut impl FnMut(bool, &str)) {
    cannot(group.customers.is_some(), "`traffic` of the workspace as a whole");
    cannot(group.buying.is_some(), "`packages`");
    let plans = || group.plans.iter().map(|offer| &offer.plan);
    cannot(plans().any(|plan| plan.trial.is_some()), "`trial`");
    let counted = plans().any(|plan| plan.credits.is_some());
    let staggered = group.billing_anchor == BillingAnchor::Staggered;
    cannot(counted && staggered, "`billing_anchor: staggered`");
    let slots = plans().any(|plan| plan.on_exceed == OnExceed::Report);
    let pools = plans().filter_map(|plan| plan.credits.as_ref());
    let pool = pools.into_iter().any(|credits| credits.on_exceed == OnExceed::Report);
    let reports = |throttle: &Throttle| throttle.on_exceed == OnExceed::Report;
    let limit = group.throttles.iter().any(reports);
    cannot(slots || pool || limit, "`on_exceed: report`: nobody tells what it would have refused");
    cannot(
        group.throttles.iter().any(|throttle| throttle.quota.holds_places()),
        "limits of attempts in flight: a message is answered when it is decided",
    );
    let shapes = group.throttles.iter().any(|throttle| throttle.quota.shapes());
    cannot(shapes, "a leaky bucket that has messages wait");
    let changes = |action: &Action| {
        use Action::{BuyPackage, Servers, SetPlan, Subscribe};
        matches!(action, SetPlan(_) | Subscribe(_) | BuyPackage(..) | Servers(_))
    };
    cannot(
        group.timeline.iter().any(|entry| changes(&entry.action)),
        "changes of plan, purchases and servers on the `timeline`",
    );
    for line in &group.lines {
        of_line(line, &mut |holds, what| cannot(holds, &format!("{what} of `{}`", line.name)));
    }
}

fn of_line(line: &AgentLine, cannot: &mut impl FnMut(bool, &str)) {
    cannot(line.retry.is_some(), "`retry`");
    cannot(line.client_throttling.is_some(), "`client_throttling`");
    cannot(line.patience.is_some(), "`patience`");
    let waits = line.activity.as_ref().is_some_and(|it| it.on_refused != OnRefused::GiveUp);
    cannot(waits, "`on_refused` other than `give_up`");
    let kind = line.traffic.as_ref().map(|traffic| &traffic.kind);
    let is_closed = matches!(kind, Some(TrafficKind::Closed { .. } | TrafficKind::Sessions { .. }));
    cannot(is_closed, "`closed` traffic and `sessions`, whose messages hang on replies,");
}
