//! Fair-use limits in words.

use super::super::words::{grouped, number};
use crate::rules::limiter::{
    Estimate, OnExceed, Quota, Throttle, ThrottleScope, Weight, WindowStart,
};

/// A limit in words: its name, its numbers, and for whom it counts.
pub(super) fn limit(throttle: &Throttle) -> String {
    let scope = match throttle.scope {
        ThrottleScope::Agent => "each agent",
        ThrottleScope::Workspace => "each workspace",
        ThrottleScope::Plan => "all workspaces on a plan",
        ThrottleScope::Platform => "everybody",
    };
    let mut said = vec![rule(&throttle.quota, throttle.weight), scope.to_owned()];
    if throttle.count_refused {
        said.push("refused attempts count too".to_owned());
    }
    if throttle.on_exceed == OnExceed::Report {
        said.push("only reported".to_owned());
    }
    format!("{}: {}", throttle.name, said.join(", "))
}

fn rule(quota: &Quota, weight: Weight) -> String {
    let amount = |thousandths: u64| {
        let amount = number(thousandths as f64 / 1e3);
        match weight {
            Weight::Attempts => amount,
            Weight::Credits => format!("{amount} credits"),
        }
    };
    let credits = match weight {
        Weight::Attempts => "",
        Weight::Credits => " credits",
    };
    match *quota {
        Quota::TokenBucket { rate, burst_thousandths, refill_every } => {
            let every = refill_every.map_or(String::new(), |it| format!(", refilled every {it}"));
            format!("{rate}{credits} after a burst of {}{every}", amount(burst_thousandths))
        }
        Quota::LeakyBucket { rate, burst_thousandths, delay_thousandths } => {
            let burst = amount(burst_thousandths);
            let wait = if delay_thousandths >= burst_thousandths {
                "which do not wait".to_owned()
            } else if delay_thousandths == 0 {
                "which wait their turn".to_owned()
            } else {
                format!("which wait their turn from {} on", amount(delay_thousandths))
            };
            format!("{rate}{credits} and at most {burst} in excess, {wait}")
        }
        Quota::FixedWindow { limit_thousandths, per, start } => {
            let opened = match start {
                WindowStart::Aligned => "",
                WindowStart::FirstAttempt => " that its first message opens",
            };
            format!("{} in each window of {per}{opened}", amount(limit_thousandths))
        }
        Quota::SlidingWindow { limit_thousandths, per } => {
            format!("{} in any {per}", amount(limit_thousandths))
        }
        Quota::SlidingCounter { limit_thousandths, per, estimate } => {
            let how = match estimate {
                Estimate::Exact => "by the counts of two windows",
                Estimate::Floor => "by the counts of two windows, rounded down",
            };
            format!("{} in any {per} {how}", amount(limit_thousandths))
        }
        Quota::Concurrency { limit, queue: 0 } => {
            format!("{} in flight", grouped(u64::from(limit)))
        }
        Quota::Concurrency { limit, queue } => {
            let more = grouped(u64::from(queue));
            format!("{} in flight, and {more} more wait", grouped(u64::from(limit)))
        }
        Quota::Custom(_) => "a limiter of one's own".to_owned(),
    }
}
