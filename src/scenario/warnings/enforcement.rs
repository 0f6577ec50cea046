//! What is said of enforcement and changes nothing.

use super::super::model::{Group, Scenario};
use super::all_plans;
use crate::enforcement::{Enforcement, Faults, OnUnavailable};
use crate::rules::Cycle;
use crate::rules::limiter::Throttle;
use crate::units::Share;

/// Warns of what is said of enforcement and changes nothing.
pub(super) fn enforcement(scenario: &Scenario, warnings: &mut Vec<String>) {
    let enforcement = &scenario.enforcement;
    let mut idle = |holds: bool, what: &str, why: &str| {
        if holds {
            warnings.push(format!("`{what}` of enforcement changes nothing: {why}"));
        }
    };
    let Enforcement { unavailable, timeout, on_unavailable, .. } = *enforcement;
    let always = "no entry of the timeline has nobody decide";
    idle(!unavailable && !timeout.is_zero(), "timeout", always);
    let says = on_unavailable != OnUnavailable::Refuse;
    idle(!unavailable && says, "on_unavailable", always);
    let local = unavailable && on_unavailable == OnUnavailable::Local;
    let alone = "nodes decide at once by what they know";
    idle(local && !timeout.is_zero(), "timeout", alone);
    let throttles = || scenario.groups.iter().flat_map(|group| &group.throttles);
    let places = throttles().any(|throttle| throttle.quota.holds_places());
    let rates = throttles().any(|throttle: &Throttle| !throttle.quota.holds_places());
    let no_rates = "no limit of a rate of an agent or a workspace is there";
    idle(enforcement.keeps_on_refusal && !rates, "on_refusal", no_rates);
    let Faults { lost_release, duplicate_delivery, clock_skew, late_renewal, .. } =
        enforcement.faults;
    let late = enforcement.charging.is_late();
    let none =
        "no limit of attempts in flight is there, and attempts are charged as they are admitted";
    // Who is refused further on gets back what he was charged.
    let further_on = scenario.backend.is_some() || !scenario.throttles.is_empty();
    let is_lost = lost_release.is_some();
    idle(is_lost && !places && !late && !further_on, "lost_release", none);
    idle(clock_skew.is_some() && !rates, "clock_skew", no_rates);
    let renews = |group: &Group| {
        let mut allowances = all_plans(group).filter_map(|plan| plan.credits.as_ref());
        // A month may end at any time.
        allowances.any(|it| match it.renews {
            Cycle::Never => false,
            Cycle::Every(span) => span < scenario.duration,
            Cycle::Monthly => true,
        })
    };
    let never = "no credits renew before the end";
    idle(late_renewal.is_some() && !scenario.groups.iter().any(renews), "late_renewal", never);
    let nobody = "its share is 0%";
    idle(lost_release.is_some_and(|it| it.share == Share::NONE), "lost_release", nobody);
    idle(
        duplicate_delivery.is_some_and(|it| it.share == Share::NONE),
        "duplicate_delivery",
        nobody,
    );
    idle(late_renewal.is_some_and(|it| it.share == Share::NONE), "late_renewal", nobody);
}
