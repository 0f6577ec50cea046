//! Fair-use limits, in a document.

use serde::Serialize;

use crate::rules::limiter::{Estimate, OnExceed, Quota, Throttle, Weight, WindowStart};
use crate::units::SimSpan;

/// A limit. What its kind does not have is null.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct LimitFacts {
    name: String,
    scope: &'static str,
    kind: &'static str,
    weight: &'static str,
    count_refused: bool,
    on_exceed: &'static str,
    rate_per_s: Option<f64>,
    burst: Option<f64>,
    refill_every_s: Option<f64>,
    /// How much of the burst does not wait.
    delay: Option<f64>,
    limit: Option<f64>,
    per_s: Option<f64>,
    aligned: Option<bool>,
    estimate: Option<&'static str>,
    in_flight: Option<u32>,
    queue: Option<u32>,
    /// The plans of the group on which it holds; those over all workspaces hold on every plan.
    plans: Option<Vec<String>>,
}

impl LimitFacts {
    /// A limit of a group, which holds on these plans.
    pub(super) fn new(throttle: &Throttle, plans: Vec<String>) -> Self {
        Self { plans: Some(plans), ..Self::over_everybody(throttle) }
    }

    /// A limit over all workspaces.
    pub(super) fn over_everybody(throttle: &Throttle) -> Self {
        Self {
            name: throttle.name.clone(),
            scope: throttle.scope.name(),
            kind: throttle.quota.kind().unwrap_or("custom"),
            weight: match throttle.weight {
                Weight::Attempts => "attempts",
                Weight::Credits => "credits",
            },
            count_refused: throttle.count_refused,
            on_exceed: match throttle.on_exceed {
                OnExceed::Refuse => "refuse",
                OnExceed::Report => "report",
            },
            ..numbers(&throttle.quota)
        }
    }
}

fn numbers(quota: &Quota) -> LimitFacts {
    let whole = |thousandths: u64| Some(thousandths as f64 / 1e3);
    let seconds = |span: SimSpan| Some(span.as_secs_f64());
    let none = LimitFacts::default();
    match *quota {
        Quota::TokenBucket { rate, burst_thousandths, refill_every } => LimitFacts {
            rate_per_s: Some(rate.per_second()),
            burst: whole(burst_thousandths),
            refill_every_s: refill_every.and_then(seconds),
            ..none
        },
        Quota::LeakyBucket { rate, burst_thousandths, delay_thousandths } => LimitFacts {
            rate_per_s: Some(rate.per_second()),
            burst: whole(burst_thousandths),
            delay: whole(delay_thousandths),
            ..none
        },
        Quota::FixedWindow { limit_thousandths, per, start } => LimitFacts {
            limit: whole(limit_thousandths),
            per_s: seconds(per),
            aligned: Some(start == WindowStart::Aligned),
            ..none
        },
        Quota::SlidingWindow { limit_thousandths, per } => {
            LimitFacts { limit: whole(limit_thousandths), per_s: seconds(per), ..none }
        }
        Quota::SlidingCounter { limit_thousandths, per, estimate } => LimitFacts {
            limit: whole(limit_thousandths),
            per_s: seconds(per),
            estimate: Some(match estimate {
                Estimate::Exact => "exact",
                Estimate::Floor => "floor",
            }),
            ..none
        },
        Quota::Concurrency { limit, queue } => {
            LimitFacts { in_flight: Some(limit), queue: Some(queue), ..none }
        }
        Quota::Custom(_) => none,
    }
}
