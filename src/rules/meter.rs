//! The state of one limiter in a workspace.

use super::decision::{Reason, Refusal};
use super::limiter::{Concurrency, TokenBucket};
use super::policy::{Gate, GateQuota, Limiter};
use crate::units::SimTime;

/// The weight of one attempt in a limiter: one token, in thousandths.
const ONE_ATTEMPT: u64 = 1_000;

/// The state of one limiter: of a workspace, or of one agent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Meter {
    TokenBucket(TokenBucket),
    Concurrency(Concurrency),
    /// A token bucket of another plan than the workspace's.
    Idle,
}

impl Meter {
    /// The meter of a limiter that is not on the plan.
    pub(super) fn idle(limiter: Limiter) -> Self {
        match limiter {
            Limiter::TokenBucket => Self::Idle,
            Limiter::Concurrency => Self::Concurrency(Concurrency::default()),
        }
    }

    /// Begins to count: a bucket is full.
    pub(super) fn fill(&mut self, quota: &GateQuota) {
        if let GateQuota::TokenBucket(quota) = quota {
            *self = Self::TokenBucket(TokenBucket::new(quota));
        }
    }

    /// Whether an attempt passes the gate.
    #[inline]
    pub(super) fn check(&mut self, gate: &Gate, now: SimTime) -> Result<(), Refusal> {
        let (reason, retry_after) = match (self, &gate.quota) {
            (Self::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => {
                match bucket.check(quota, now, ONE_ATTEMPT) {
                    Ok(()) => return Ok(()),
                    Err(retry_after) => (Reason::RateLimited, retry_after),
                }
            }
            (Self::Concurrency(places), GateQuota::Concurrency(limit)) => {
                if places.has_room(*limit) {
                    return Ok(());
                }
                (Reason::ConcurrencyLimited, None)
            }
            _ => unreachable!("a gate of the plan has a meter of its kind"),
        };
        Err(Refusal { reason, limiter: Some(gate.throttle), retry_after })
    }

    /// Takes the token that was found; places are the workspace's to take.
    #[inline]
    pub(super) fn take(&mut self, gate: &Gate) {
        if let (Self::TokenBucket(bucket), GateQuota::TokenBucket(quota)) = (self, &gate.quota) {
            bucket.take(quota, ONE_ATTEMPT);
        }
    }
}

/// Brings meters from one plan's gates to another's: a bucket that stands on both keeps its level,
/// cut to the new burst; one that is new is full. Places in flight are counted on every plan.
pub(super) fn carry_over(meters: &mut [Meter], old: &[Gate], new: &[Gate], now: SimTime) {
    for (limiter, meter) in meters.iter_mut().enumerate() {
        let quota = |gates: &[Gate]| {
            let gate = gates.iter().find(|gate| usize::from(gate.limiter) == limiter)?;
            match gate.quota {
                GateQuota::TokenBucket(quota) => Some(quota),
                GateQuota::Concurrency(_) => None,
            }
        };
        *meter = match (*meter, quota(old), quota(new)) {
            (Meter::Concurrency(places), ..) => Meter::Concurrency(places),
            (Meter::TokenBucket(bucket), Some(old), Some(new)) => {
                Meter::TokenBucket(bucket.converted(&old, &new, now))
            }
            (_, _, Some(new)) => Meter::TokenBucket(TokenBucket::starting(&new, now)),
            (_, _, None) => Meter::Idle,
        };
    }
}
