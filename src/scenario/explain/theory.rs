//! What theory says of what goes wrong by the ways in which decisions are made.

use super::super::estimate::{credits_of_lines, credits_to_any, messages_to_any, reply};
use super::super::model::{Group, Scenario};
use super::super::words::{credits, rounded};
use crate::enforcement::{Charging, Faults, OnUnavailable, Strategy};
use crate::units::{Credits, SimSpan};

/// What theory says of what goes wrong in a scenario, by the mean rate at which credits are asked for: a
/// sentence each, without its full stop. Nothing where enforcement is the ideal, and where something goes
/// wrong of which that is no theory.
///
/// Sources: messages that come at random in a gap are a Poisson count; half of what comes between two
/// reports comes after the last credit was used; those in flight where there are servers for all are a
/// Poisson count (Kleinrock, Queueing Systems, volume 1, section 3.4).
pub fn in_theory(scenario: &Scenario) -> Vec<String> {
    let enforcement = &scenario.enforcement;
    let is_cut_off = enforcement.unavailable && enforcement.on_unavailable != OnUnavailable::Refuse;
    if enforcement.faults != Faults::default() || is_cut_off {
        return Vec::new();
    }
    let mut said = Vec::new();
    if let Strategy::Leased { nodes, lease, .. } = enforcement.strategy
        && nodes.count > 1
    {
        let most = lease.wide() * i128::from(nodes.count - 1);
        // What does not fit is more than any pool holds.
        let most = Credits::from_thousandths(i64::try_from(most).unwrap_or(i64::MAX));
        said.push(format!(
            "at most {} credits of a workspace are out of reach: the leases of the other nodes",
            credits(most)
        ));
    }
    let groups = scenario.groups.iter();
    let counting =
        groups.filter(|group| group.plans.iter().any(|offer| offer.plan.credits.is_some()));
    said.extend(counting.filter_map(|group| of_group(scenario, group)));
    said
}

fn of_group(scenario: &Scenario, group: &Group) -> Option<String> {
    let enforcement = &scenario.enforcement;
    let rate = rate(scenario, group);
    let comes = |span: SimSpan| rounded(rate * span.as_secs_f64());
    let whose = format!("a pool of `{}` that runs out", group.name);
    match (enforcement.strategy, enforcement.charging) {
        (Strategy::Atomic, Charging::OnComplete) => {
            let in_flight = rounded(rate * reply(scenario.backend.as_ref()) / 1e9);
            Some(format!("{whose} oversells about {in_flight} credits: what is in flight"))
        }
        (Strategy::CheckThenAct { gap }, Charging::OnAdmit) => {
            Some(format!("{whose} oversells about {} credits: what comes in {gap}", comes(gap)))
        }
        (Strategy::Replicated { sync_every, .. }, Charging::OnAdmit) => Some(format!(
            "{whose} oversells at most what comes in {sync_every}, about {} credits",
            comes(sync_every)
        )),
        (Strategy::Metered { report_every, read_cache, .. }, Charging::OnAdmit)
            if read_cache.is_zero() =>
        {
            let half = SimSpan::from_nanos(report_every.nanos() / 2);
            Some(format!(
                "{whose} oversells about {} credits: half of what comes in {report_every}",
                comes(half)
            ))
        }
        (Strategy::Metered { report_every, read_cache, .. }, Charging::OnAdmit) => {
            let late = SimSpan::from_nanos(report_every.nanos() + read_cache.nanos());
            Some(format!(
                "{whose} oversells at most what comes in {late}, about {} credits",
                comes(late)
            ))
        }
        _ => None,
    }
}

/// Credits that are asked for in a workspace of a group, on average, if agents are always active \[1/s\].
fn rate(scenario: &Scenario, group: &Group) -> f64 {
    let own: f64 = credits_of_lines(scenario, group).iter().sum();
    let any = messages_to_any(scenario, group) * credits_to_any(scenario, group);
    (own + any) / scenario.duration.as_secs_f64()
}
