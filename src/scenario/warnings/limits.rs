//! Limits that bind all the time, and limits that never do.

use super::super::estimate::{agents, messages_per_workspace, steps};
use super::super::model::{Group, Scenario};
use super::super::words::number;
use crate::rules::limiter::{Quota, Throttle, ThrottleScope, Weight};
use crate::units::Rate;
use crate::workload::{LineKind, TrafficKind};

/// A limit that is hit less often than this in a whole run never binds.
const HARDLY_EVER: f64 = 0.01;

/// Appends what is to be said about the limits of a group.
pub(super) fn limits(scenario: &Scenario, group: &Group, warnings: &mut Vec<String>) {
    let offered = messages_per_workspace(scenario, group);
    for throttle in &group.throttles {
        if let Some((admitted, said)) = admitted(throttle)
            && throttle.scope == ThrottleScope::Workspace
            && offered > admitted
        {
            warnings.push(format!(
                "the limit `{}` admits {said} in each workspace of `{}`, and customers write {} \
                 messages a second",
                throttle.name,
                group.name,
                number(offered)
            ));
        } else if let Some(why) = never_binds(scenario, group, throttle) {
            let (name, group) = (&throttle.name, &group.name);
            warnings.push(format!("the limit `{name}` of `{group}` never binds: {why}"));
        }
    }
}

/// How many messages a limit of a rate admits in the long run \[1/s\], and the same in words.
fn admitted(throttle: &Throttle) -> Option<(f64, String)> {
    if throttle.weight == Weight::Credits {
        return None;
    }
    match throttle.quota {
        Quota::TokenBucket { rate, .. } | Quota::LeakyBucket { rate, .. } => {
            Some((rate.per_second(), rate.to_string()))
        }
        Quota::FixedWindow { limit_thousandths, per, .. }
        | Quota::SlidingWindow { limit_thousandths, per }
        | Quota::SlidingCounter { limit_thousandths, per, .. } => {
            let limit = limit_thousandths as f64 / 1e3;
            Some((limit / per.as_secs_f64(), format!("{} in {per}", number(limit))))
        }
        Quota::Concurrency { .. } | Quota::Custom(_) => None,
    }
}

/// Why nothing is ever refused by a limit; `None` if something may be.
fn never_binds(scenario: &Scenario, group: &Group, throttle: &Throttle) -> Option<String> {
    match throttle.quota {
        Quota::Concurrency { limit, queue } => {
            if scenario.backend.is_none() {
                return Some("without a `backend` every message is answered in no time".to_owned());
            }
            let users = users(scenario, group, throttle.scope)?;
            (users <= f64::from(limit) + f64::from(queue))
                .then(|| format!("at most {} users wait for replies at once", number(users)))
        }
        Quota::TokenBucket { rate, burst_thousandths, refill_every: None }
            if throttle.weight == Weight::Attempts =>
        {
            let (messages, buckets) = steady(scenario, group, throttle.scope)?;
            let burst = burst_thousandths as f64 / 1e3;
            let all = messages * scenario.duration.as_secs_f64() * buckets;
            let hits = all * overflow(messages, rate, burst)?;
            (hits < HARDLY_EVER).then(|| {
                let whose = match throttle.scope {
                    ThrottleScope::Agent => "an agent",
                    _ => "a workspace",
                };
                let share = number(100.0 * messages / rate.per_second());
                format!(
                    "{whose} gets {share}% of its rate, and hardly ever {} at once",
                    number(burst)
                )
            })
        }
        // What a limiter of one's own admits only its author knows.
        _ => None,
    }
}

/// The greatest number of closed users of one limiter; `None` if messages come otherwise too.
fn users(scenario: &Scenario, group: &Group, scope: ThrottleScope) -> Option<f64> {
    let counts = agents(scenario, group);
    let mut most: f64 = 0.0;
    if group.records(|it| it.messages() > 0) {
        return None;
    }
    for (line, agents) in group.lines.iter().zip(counts) {
        let Some(traffic) = &line.traffic else { continue };
        let TrafficKind::Closed { users, .. } = traffic.kind else { return None };
        if line.churn.is_some() {
            return None;
        }
        match scope {
            ThrottleScope::Agent => most = most.max(f64::from(users)),
            _ => most += f64::from(users) * agents,
        }
    }
    let Some(all) = &group.customers else { return Some(most) };
    let TrafficKind::Closed { users, .. } = all.traffic.kind else { return None };
    // All of them may be with one agent.
    Some(most + f64::from(users))
}

/// Poisson messages to one limiter \[1/s\], the greatest where they differ, and how many limiters
/// there are; `None` if messages come otherwise too, or more at some times than at others.
fn steady(scenario: &Scenario, group: &Group, scope: ThrottleScope) -> Option<(f64, f64)> {
    let is_flat = steps(group).is_empty();
    let (mut most, mut all_messages, mut limiters) = (0.0_f64, 0.0, 0.0);
    if group.records(|it| it.messages() > 0) {
        return None;
    }
    for (line, agents) in group.lines.iter().zip(agents(scenario, group)) {
        let Some(traffic) = &line.traffic else { continue };
        let TrafficKind::Rate(rate) = traffic.kind else { return None };
        let steady = is_flat && traffic.modulation.is_flat() && traffic.bursts.is_none();
        if !steady || (line.churn.is_some() && line.kind == LineKind::Agents) {
            return None;
        }
        most = most.max(rate.per_second());
        all_messages += rate.per_second() * agents;
        limiters += agents;
    }
    if let Some(all) = &group.customers {
        let TrafficKind::Rate(rate) = all.traffic.kind else { return None };
        let steady = is_flat && all.traffic.modulation.is_flat() && all.traffic.bursts.is_none();
        // Which agents they go to depends on who is active.
        if !steady || scope == ThrottleScope::Agent {
            return None;
        }
        all_messages += rate.per_second();
    }
    let workspaces = f64::from(group.count);
    match scope {
        ThrottleScope::Agent => Some((most, limiters * workspaces)),
        _ => Some((all_messages, workspaces)),
    }
    .filter(|(messages, _)| *messages > 0.0)
}

/// A bound on the chance that a Poisson message finds a bucket empty; `None` if it is used too
/// much for one.
///
/// Source: Kingman's inequality, exp(-θ b) with θ > 0 such that λ (exp θ - 1) = θ r (J. F. C.
/// Kingman, Inequalities in the Theory of Queues, 1970).
fn overflow(messages: f64, rate: Rate, burst: f64) -> Option<f64> {
    let load = messages / rate.per_second();
    if load >= 1.0 {
        return None;
    }
    // load (exp θ - 1) - θ is below 0 from 0 to the root, and above 0 from there on.
    let excess = |theta: f64| load * libm::expm1(theta) - theta;
    let (mut low, mut high) = (0.0, 1.0);
    while excess(high) < 0.0 && high < 700.0 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if excess(middle) < 0.0 { low = middle } else { high = middle }
    }
    // A message that finds less than a token is refused: the rest of the bucket is used up.
    Some(libm::exp(-low * (burst - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_that_is_hardly_used_never_overflows() {
        let rate = "1/s".parse().unwrap();
        assert_eq!(overflow(1.0, rate, 5.0), None);
        // exp θ = 1 + 2 θ at θ = 1.2564.
        let half = overflow(0.5, rate, 2.0).unwrap();
        assert!((half - libm::exp(-1.256_431)).abs() < 1e-5, "{half}");
        assert!(overflow(0.01, rate, 20.0).unwrap() < 1e-30);
        assert!(overflow(0.99, rate, 20.0).unwrap() > 0.5);
    }
}
