//! The state of one limiter in a workspace.

use std::mem;

use super::decision::{Reason, Refusal};
use super::limiter::{Attempt, Concurrency, CustomState, TokenBucket};
use super::policy::{Gate, GateQuota, Limiter};
use crate::units::SimTime;

/// The weight of one attempt in a limiter: one token, in thousandths.
const ONE_ATTEMPT: u64 = 1_000;

/// The state of one limiter: of a workspace, or of one agent.
#[derive(Debug, Clone)]
pub(super) enum Meter {
    TokenBucket(TokenBucket),
    Concurrency(Concurrency),
    Custom(CustomState),
    /// A token bucket of another plan than the workspace's.
    Idle,
}

impl Meter {
    /// The meter of a limiter that is not on the plan.
    pub(super) fn idle(limiter: &Limiter) -> Self {
        match limiter {
            Limiter::TokenBucket => Self::Idle,
            Limiter::Concurrency => Self::Concurrency(Concurrency::default()),
            Limiter::Custom(custom) => Self::Custom(custom.begin()),
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
    pub(super) fn check(&mut self, gate: &Gate, attempt: &Attempt) -> Result<(), Refusal> {
        let (reason, retry_after) = match (self, &gate.quota) {
            (Self::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => {
                match bucket.check(quota, attempt.now, ONE_ATTEMPT) {
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
            (Self::Custom(custom), GateQuota::Custom(reason)) => match custom.check(attempt) {
                Ok(()) => return Ok(()),
                Err(retry_after) => (*reason, retry_after),
            },
            _ => unreachable!("a gate of the plan has a meter of its kind"),
        };
        Err(Refusal { reason, limiter: Some(gate.throttle), retry_after })
    }

    /// Takes the token that was found; places are the workspace's to take.
    #[inline]
    pub(super) fn take(&mut self, gate: &Gate, attempt: &Attempt) {
        match (self, &gate.quota) {
            (Self::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => {
                bucket.take(quota, ONE_ATTEMPT);
            }
            (Self::Custom(custom), GateQuota::Custom(_)) => custom.take(attempt),
            _ => {}
        }
    }

    /// Takes the place of an attempt, on whatever plan, so that a change of plan finds it counted.
    pub(super) fn take_place(&mut self, attempt: &Attempt) {
        match self {
            Self::Concurrency(places) => places.take(),
            Self::Custom(custom) => custom.take_place(attempt),
            Self::TokenBucket(_) | Self::Idle => {}
        }
    }

    /// Gives a place back.
    pub(super) fn release(&mut self, now: SimTime) {
        match self {
            Self::Concurrency(places) => places.release(),
            Self::Custom(custom) => custom.release(now),
            Self::TokenBucket(_) | Self::Idle => {}
        }
    }
}

/// Brings meters from one plan's gates to another's: a bucket that stands on both keeps its level,
/// cut to the new burst; one that is new is full. Places in flight are counted on every plan, and a
/// limiter of one's own stays as it is.
pub(super) fn carry_over(meters: &mut [Meter], old: &[Gate], new: &[Gate], now: SimTime) {
    for (limiter, meter) in meters.iter_mut().enumerate() {
        let quota = |gates: &[Gate]| {
            let gate = gates.iter().find(|gate| usize::from(gate.limiter) == limiter)?;
            match gate.quota {
                GateQuota::TokenBucket(quota) => Some(quota),
                GateQuota::Concurrency(_) | GateQuota::Custom(_) => None,
            }
        };
        *meter = match (mem::replace(meter, Meter::Idle), quota(old), quota(new)) {
            (kept @ (Meter::Concurrency(_) | Meter::Custom(_)), ..) => kept,
            (Meter::TokenBucket(bucket), Some(old), Some(new)) => {
                Meter::TokenBucket(bucket.converted(&old, &new, now))
            }
            (_, _, Some(new)) => Meter::TokenBucket(TokenBucket::starting(&new, now)),
            (_, _, None) => Meter::Idle,
        };
    }
}
