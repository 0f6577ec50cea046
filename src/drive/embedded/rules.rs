//! The rules of a group's workspaces, and what a strategy makes of them.

use super::lease::LeaseTerms;
use super::meter::MeterTerms;
use crate::enforcement::Strategy;
use crate::rules::Rulebook;
use crate::scenario::Group;
use crate::workload::AgentLine;

/// The rules of a group.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) book: Rulebook,
    pub(super) lines: Vec<AgentLine>,
    /// Whether what was decided is written whatever the row says by then, since others may have
    /// written between a decision and what it does.
    pub(super) writes_anyway: bool,
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
        let plans = group.plans.iter().map(|offer| (&offer.plan, offer.throttles.as_slice()));
        let shares = group.lines.iter().any(|line| line.share.is_some());
        Self {
            book: Rulebook::new(plans, &group.throttles, shares),
            lines: group.lines.clone(),
            writes_anyway: match strategy {
                Strategy::Atomic | Strategy::Optimistic { .. } | Strategy::Leased { .. } => false,
                Strategy::CheckThenAct { .. }
                | Strategy::Replicated { .. }
                | Strategy::Metered { .. } => true,
            },
            payment: Payment::of(strategy),
        }
    }
}
