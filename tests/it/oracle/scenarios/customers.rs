//! What random scenarios say of customers who try again, and of their patience.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::super::metering::Credits;
use super::{Knobs, Law, Line, law, some_time};

/// How customers try again.
#[derive(Debug, Clone)]
pub(super) struct Retry {
    /// `None` is unlimited, where somebody ends it.
    attempts: Option<u32>,
    backoff: Backoff,
    honour: Option<bool>,
    persistence: Option<&'static str>,
    /// None are those of the default.
    reasons: Vec<&'static str>,
}

#[derive(Debug, Clone)]
enum Backoff {
    /// In ticks; and how much more than the first the greatest may be.
    Growing {
        base: u32,
        more: u32,
        factor: &'static str,
        jitter: &'static str,
    },
    Wait(Law),
    /// What is so unless a scenario says otherwise, where ticks are not much shorter.
    Default,
}

pub(super) fn retry() -> impl Strategy<Value = Retry> {
    let growing = (
        prop_oneof![3 => 1..6_u32, 1 => 6..30_u32],
        0..40_u32,
        select(vec!["1", "2", "2", "1.5", "3"]),
        select(vec!["none", "none", "full", "equal", "decorrelated"]),
    )
        .prop_map(|(base, more, factor, jitter)| Backoff::Growing {
            base,
            more,
            factor,
            jitter,
        });
    let reasons = vec![
        "rate_limited",
        "concurrency_limited",
        "overloaded",
        "credits_exhausted",
        "share_exhausted",
        "agent_not_active",
        "trial_ended",
    ];
    let reasons = prop_oneof![
        1 => Just(Vec::new()),
        2 => subsequence(reasons.clone(), 1..=7),
        1 => Just(reasons),
    ];
    (
        prop_oneof![6 => (1..6_u32).prop_map(Some), 1 => Just(None)],
        prop_oneof![
            6 => growing,
            2 => some_time().prop_map(Backoff::Wait),
            1 => Just(Backoff::Default),
        ],
        prop::option::weighted(0.6, any::<bool>()),
        prop::option::weighted(0.3, select(vec!["50%", "80%", "0%", "100%"])),
        reasons,
    )
        .prop_map(|(attempts, backoff, honour, persistence, reasons)| Retry {
            attempts,
            backoff,
            honour,
            persistence,
            reasons,
        })
}

pub(super) fn patience() -> impl Strategy<Value = Law> {
    prop_oneof![3 => law(), 1 => (12..80_u32).prop_map(Law::Constant)]
}

impl Knobs {
    /// What a line says of its customers.
    pub(super) fn customers(&self, line: &Line) -> String {
        let mut text = String::new();
        if let Some(retry) = &line.retry {
            text.extend([format!(", retry: {}", self.retry(retry, line.patience.is_some()))]);
        }
        if let Some(patience) = line.patience {
            text.extend([format!(", patience: {}", self.law(patience))]);
        }
        text
    }

    fn retry(&self, of: &Retry, impatient: bool) -> String {
        let ends = impatient || self.cut;
        let attempts = of.attempts.or_else(|| (!ends).then_some(7));
        let most = attempts.map_or("unlimited".to_owned(), |most| most.to_string());
        let mut text = format!("{{ max_attempts: {most}");
        let backoff = match &of.backoff {
            // Who tries again without end would do nothing else in a long tick.
            Backoff::Default if self.tick.1 != "ns" && attempts.is_some() => None,
            Backoff::Default => Some(format!("base: {0}, cap: {0}", self.span(5))),
            Backoff::Growing { base, more, factor, jitter } => {
                // Not so short that those who try again without end do nothing else.
                let base = if attempts.is_none() { base + 3 } else { *base };
                let (base, cap) = (self.span(base), self.span(base + more));
                let factor = match *jitter {
                    "decorrelated" => String::new(),
                    _ => format!("factor: {factor}, "),
                };
                Some(format!("base: {base}, {factor}cap: {cap}, jitter: {jitter}"))
            }
            Backoff::Wait(law) => Some(format!("wait: {}", self.law(*law))),
        };
        text.extend(backoff.map(|backoff| format!(", backoff: {{ {backoff} }}")));
        // Whoever waits for a month of short ticks sees packages renew for ever.
        let waits_long =
            self.has_long_months() && of.reasons.iter().any(|it| it.ends_with("exhausted"));
        if let Some(honour) = if waits_long { Some(false) } else { of.honour } {
            text.extend([format!(", honour_retry_after: {honour}")]);
        }
        if let Some(persistence) = of.persistence {
            text.extend([format!(", persistence: {persistence}")]);
        }
        if !of.reasons.is_empty() {
            text.extend([format!(", reasons: [{}]", of.reasons.join(", "))]);
        }
        text + " }"
    }

    /// Whether credits of a plan renew after so many ticks that nobody should wait for it.
    fn has_long_months(&self) -> bool {
        let mut plans = self.groups.iter().filter_map(|group| group.plan.as_ref());
        self.tick.1 != "h"
            && plans.any(|plan| plan.credits.as_ref().is_some_and(Credits::is_monthly))
    }
}
