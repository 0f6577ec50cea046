//! The rules of a group's workspaces, as a strategy looks at them.

use super::lease::LeaseTerms;
use super::meter::MeterTerms;
use crate::enforcement::Strategy;
use crate::rules::limiter::{OnExceed, Throttle};
use crate::rules::{Plan, Refusal, Rulebook};
use crate::scenario::Group;
use crate::workload::AgentLine;

/// The rules of a group.
///
/// Who decides and writes at one instant has a rulebook that refuses. Where others may write between a
/// decision and what it does, that must be done whatever the row says by then: all rules of such a book
/// only report, and who decides refuses by what they report.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) book: Rulebook,
    is_lenient: bool,
    pub(super) lines: Vec<AgentLine>,
    throttles: Vec<Throttle>,
    /// By what credits are decided, if it is not the pool itself.
    pub(super) payment: Payment,
}

/// By what it is decided whether credits reach.
#[derive(Debug, Clone, Copy)]
pub(super) enum Payment {
    /// By the pool.
    Pool,
    /// By a meter that lags.
    Meter(MeterTerms),
    /// By what a node has taken of the pool.
    Lease(LeaseTerms),
}

impl Payment {
    const fn of(strategy: &Strategy) -> Self {
        match *strategy {
            Strategy::Metered { read_cache, report_every, recheck_within } => {
                Self::Meter(MeterTerms { read_cache, report_every, recheck_within })
            }
            Strategy::Leased { lease, ttl, .. } => Self::Lease(LeaseTerms { amount: lease, ttl }),
            _ => Self::Pool,
        }
    }
}

impl Rules {
    pub(super) fn new(group: &Group, strategy: &Strategy) -> Self {
        let is_lenient = match strategy {
            Strategy::Atomic | Strategy::Optimistic { .. } | Strategy::Leased { .. } => false,
            Strategy::CheckThenAct { .. }
            | Strategy::Replicated { .. }
            | Strategy::Metered { .. } => true,
        };
        let mut plans: Vec<Plan> = group.plans.iter().map(|offer| offer.plan.clone()).collect();
        let mut throttles = group.throttles.clone();
        if is_lenient {
            for plan in &mut plans {
                plan.on_exceed = OnExceed::Report;
                if let Some(credits) = &mut plan.credits {
                    credits.on_exceed = OnExceed::Report;
                }
            }
            for throttle in &mut throttles {
                throttle.on_exceed = OnExceed::Report;
            }
        }
        let shares = group.lines.iter().any(|line| line.share.is_some());
        let places = group.plans.iter().map(|offer| offer.throttles.as_slice());
        Self {
            book: Rulebook::new(plans.iter().zip(places), &throttles, shares),
            is_lenient,
            lines: group.lines.clone(),
            throttles,
            payment: Payment::of(strategy),
        }
    }

    /// Whether all rules of the book only report.
    pub(super) const fn is_lenient(&self) -> bool {
        self.is_lenient
    }

    /// The refusal by a throttle that only reports here. When it would admit the same try is not told.
    pub(super) fn limited(&self, throttle: u16) -> Refusal {
        let reason = self.throttles[usize::from(throttle)].quota.reason();
        Refusal { limiter: Some(throttle), ..Refusal::of(reason) }
    }
}
