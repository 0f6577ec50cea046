//! What reaches a limit, and bounds on how often it is hit.

use super::super::estimate::{agents, steps};
use super::super::model::{Group, Scenario};
use super::super::occurs::{can_be_away, can_occur, whoever_can_be_away};
use crate::rules::Reason;
use crate::rules::limiter::{OnExceed, Quota, Throttle, ThrottleScope};
use crate::units::{Rate, Share};
use crate::workload::{LineKind, Retry, TrafficKind};

/// The greatest number of closed users of one limiter that these groups meet; `None` if messages come
/// otherwise too.
pub(super) fn users(scenario: &Scenario, groups: &[&Group], scope: ThrottleScope) -> Option<f64> {
    let each = groups.iter().map(|group| Some((users_of(scenario, group, scope)?, group.count)));
    each.sum_if_known(scope)
}

/// Poisson messages to one limiter \[1/s\], the greatest where they differ, and how many limiters
/// there are; `None` if messages come otherwise too, or more at some times than at others.
pub(super) fn steady(
    scenario: &Scenario,
    groups: &[&Group],
    scope: ThrottleScope,
) -> Option<(f64, f64)> {
    let mut limiters = 0.0;
    let each = groups.iter().map(|group| {
        let (messages, own) = steady_of(scenario, group, scope)?;
        limiters += own;
        Some((messages, group.count))
    });
    let messages = each.sum_if_known(scope)?;
    let limiters = match scope {
        ThrottleScope::Agent | ThrottleScope::Workspace => limiters,
        // Each of them counted with all messages.
        ThrottleScope::Plan => groups.iter().map(|group| group.plans.len() as f64).sum(),
        ThrottleScope::Platform => 1.0,
    };
    (messages > 0.0).then_some((messages, limiters))
}

/// What groups bring to one limiter together.
trait Together: Iterator<Item = Option<(f64, u32)>> + Sized {
    /// The greatest of what one workspace or agent brings, or where all share a limiter the sum of what
    /// all workspaces do; `None` if that of any group is not known.
    fn sum_if_known(self, scope: ThrottleScope) -> Option<f64> {
        let mut together: f64 = 0.0;
        for known in self {
            let (each, count) = known?;
            together = match scope {
                ThrottleScope::Agent | ThrottleScope::Workspace => together.max(each),
                ThrottleScope::Plan | ThrottleScope::Platform => {
                    each.mul_add(f64::from(count), together)
                }
            };
        }
        Some(together)
    }
}

impl<I: Iterator<Item = Option<(f64, u32)>>> Together for I {}

/// The closed users of one agent, or of a workspace.
fn users_of(scenario: &Scenario, group: &Group, scope: ThrottleScope) -> Option<f64> {
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

/// The Poisson messages to one agent, or to a workspace, and how many of those there are.
fn steady_of(scenario: &Scenario, group: &Group, scope: ThrottleScope) -> Option<(f64, f64)> {
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
    Some(match scope {
        ThrottleScope::Agent => (most, limiters * workspaces),
        _ => (all_messages, workspaces),
    })
}

/// Whether customers of these groups may try again, for anything but what `throttle` refuses: then
/// more attempts come than messages, and not one by one.
pub(super) fn may_retry(scenario: &Scenario, groups: &[&Group], throttle: &Throttle) -> bool {
    groups.iter().any(|group| {
        let others = |reason: Reason| {
            let mut limits = scenario.throttles_of(group);
            limits.any(|it| {
                !std::ptr::eq(it, throttle)
                    && it.quota.reason() == reason
                    && it.on_exceed == OnExceed::Refuse
            })
        };
        group.lines.iter().filter(|line| group.is_written_to(line)).any(|line| {
            let occurs = |reason: &Reason| match reason {
                Reason::RateLimited | Reason::ConcurrencyLimited => others(*reason),
                Reason::AgentNotActive => {
                    can_be_away(scenario, group, line) || whoever_can_be_away(scenario, group, line)
                }
                other => can_occur(scenario, group, *other),
            };
            let retry = line.retry.as_ref().filter(|retry| never_tries(retry).is_none());
            retry.is_some_and(|retry| retry.reasons.iter().any(occurs))
        })
    })
}

/// Why customers with this `retry` never try again; `None` if they may.
pub(super) fn never_tries(retry: &Retry) -> Option<&'static str> {
    if retry.max_attempts == Some(1) {
        return Some("`max_attempts` is 1, the first one");
    }
    if retry.persistence == Share::NONE {
        return Some("`persistence` is 0%");
    }
    let none = retry.budget.is_some_and(|budget| budget.share == Share::NONE);
    none.then_some("the `share` of the `budget` is 0%")
}

/// A bound on the chance that a limit of a rate refuses a Poisson message, or has it wait, of which so
/// many come \[1/s\]; `None` if it is used too much for one, or is no such limit.
pub(super) fn hits(quota: &Quota, messages: f64) -> Option<f64> {
    let whole = |thousandths: u64| thousandths as f64 / 1e3;
    match *quota {
        Quota::TokenBucket { rate, burst_thousandths, refill_every: None } => {
            overflow(messages, rate, whole(burst_thousandths))
        }
        // If that much never comes between two refills, each finds a full bucket or makes one.
        Quota::TokenBucket { rate, burst_thousandths, refill_every: Some(every) } => {
            let every = every.as_secs_f64();
            crowd(messages * every, whole(burst_thousandths).min(rate.per_second() * every))
        }
        // Whoever is in excess of `delay` waits, who finds a token in a bucket of one more does not.
        Quota::LeakyBucket { rate, delay_thousandths, .. } => {
            overflow(messages, rate, whole(delay_thousandths) + 1.0)
        }
        Quota::FixedWindow { limit_thousandths, per, .. }
        | Quota::SlidingWindow { limit_thousandths, per } => {
            crowd(messages * per.as_secs_f64(), whole(limit_thousandths))
        }
        // What it estimates is at most what came in this window and the last.
        Quota::SlidingCounter { limit_thousandths, per, .. } => {
            crowd(2.0 * messages * per.as_secs_f64(), whole(limit_thousandths))
        }
        Quota::Concurrency { .. } | Quota::Custom(_) => None,
    }
}

/// A bound on the chance that `limit` messages or more, rounded down, have come in a time in which
/// `mean` Poisson messages do; `None` if that is no more than the mean.
///
/// Source: Chernoff's bound, P(X >= k) <= exp(k - m - k ln(k / m)) for k above m (H. Chernoff, A
/// Measure of Asymptotic Efficiency, 1952).
fn crowd(mean: f64, limit: f64) -> Option<f64> {
    let many = limit.floor();
    (many > mean && mean > 0.0).then(|| libm::exp(many - mean - many * libm::log(many / mean)))
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

    #[test]
    fn the_bound_of_a_window_is_above_its_chance() {
        assert_eq!(crowd(3.0, 3.9), None);
        for (mean, limit) in [(1.0_f64, 4_u32), (0.01, 2), (60.0, 120)] {
            let mut chance = libm::exp(-mean);
            let mut below = 0.0;
            for count in 0..limit {
                below += chance;
                chance *= mean / f64::from(count + 1);
            }
            let bound = crowd(mean, f64::from(limit)).unwrap();
            assert!(bound >= 1.0 - below - 1e-12 && bound < 1.0, "{mean} {limit}: {bound}");
        }
        // (e m)^k e^-m / k^k by hand: (e / 4)^4 / e.
        let bound = crowd(1.0, 4.0).unwrap();
        assert!((bound - libm::exp(3.0) / 256.0).abs() < 1e-12, "{bound}");
    }
}
