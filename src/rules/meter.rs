//! The state of one limiter, whatever its kind.

use std::collections::VecDeque;
use std::mem;

use super::decision::{Reason, Refusal};
use super::gate::{Gate, GateQuota, Limiter};
use super::limiter::{
    Attempt, Concurrency, CustomState, FixedWindow, LeakyBucket, SlidingCounter, SlidingWindow,
    TokenBucket,
};
use super::passage::Wait;
use crate::units::{SimSpan, SimTime};

/// The state of one limiter: of an agent, a workspace, a plan, or the platform.
#[derive(Debug, Clone)]
pub(super) enum Meter {
    TokenBucket(TokenBucket),
    LeakyBucket(LeakyBucket),
    FixedWindow(FixedWindow),
    SlidingWindow(SlidingWindow),
    SlidingCounter(SlidingCounter),
    Concurrency(Concurrency),
    Custom(CustomState),
    /// A limiter of a rate on another plan than the workspace's.
    Idle,
}

impl Meter {
    /// The meter of a limiter that is not on the plan.
    pub(super) fn idle(limiter: &Limiter) -> Self {
        match limiter {
            Limiter::Rate => Self::Idle,
            Limiter::Concurrency => Self::Concurrency(Concurrency::unlimited()),
            Limiter::Custom(custom) => Self::Custom(custom.begin()),
        }
    }

    /// Begins to count at `now`: a bucket of tokens is full, all others are empty.
    pub(super) fn begin(&mut self, quota: &GateQuota, now: SimTime) {
        *self = match quota {
            GateQuota::TokenBucket(quota) => Self::TokenBucket(TokenBucket::starting(quota, now)),
            GateQuota::LeakyBucket(quota) => Self::LeakyBucket(LeakyBucket::starting(quota, now)),
            GateQuota::FixedWindow(quota) => Self::FixedWindow(FixedWindow::starting(quota, now)),
            GateQuota::SlidingWindow(quota) => {
                Self::SlidingWindow(SlidingWindow::starting(quota, now))
            }
            GateQuota::SlidingCounter(quota) => {
                Self::SlidingCounter(SlidingCounter::starting(quota, now))
            }
            GateQuota::Concurrency { limit, queue } => {
                Self::Concurrency(Concurrency::new(*limit, *queue))
            }
            GateQuota::Custom(_) => return,
        }
    }

    /// Whether it can be seen at a glance that an attempt passes the gate and does not wait there: the
    /// most common limiter is spared a call.
    #[inline(always)]
    pub(super) fn passes(&mut self, gate: &Gate, attempt: &Attempt) -> bool {
        match (self, &gate.quota) {
            (Self::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => {
                bucket.admits(quota, attempt.now, gate.weight(attempt))
            }
            _ => false,
        }
    }

    /// Takes what an attempt needs if it [passes](Self::passes) at a glance, else nothing.
    #[inline(always)]
    pub(super) fn take_at_once(&mut self, gate: &Gate, attempt: &Attempt) -> bool {
        match (self, &gate.quota) {
            (Self::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => {
                bucket.take_at_once(quota, attempt.now, gate.weight(attempt))
            }
            _ => false,
        }
    }

    /// Whether an attempt passes the gate, and how long it waits there.
    #[inline(never)]
    pub(super) fn check(&mut self, gate: &Gate, attempt: Attempt) -> Result<Wait, Refusal> {
        let attempt = &attempt;
        let (reason, retry_after) = match self.try_pass(gate, attempt) {
            Ok(wait) => return Ok(wait),
            Err(refused) => refused,
        };
        let mut retry_after = retry_after;
        if gate.counts_refused {
            self.count_refused(gate, attempt);
            retry_after = self.try_pass(gate, attempt).map_or_else(|it| it.1, |_| None);
        }
        Err(Refusal { reason, limiter: Some(gate.throttle), retry_after })
    }

    #[inline]
    fn try_pass(
        &mut self,
        gate: &Gate,
        attempt: &Attempt,
    ) -> Result<Wait, (Reason, Option<SimSpan>)> {
        let (now, weight) = (attempt.now, gate.weight(attempt));
        let limited = |retry_after| (Reason::RateLimited, retry_after);
        match (self, &gate.quota) {
            (Self::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => {
                bucket.check(quota, now, weight).map(|()| Wait::NONE).map_err(limited)
            }
            (Self::LeakyBucket(bucket), GateQuota::LeakyBucket(quota)) => {
                let shaped = bucket.check(quota, now, weight).map_err(limited)?;
                Ok(Wait { shaped, ..Wait::NONE })
            }
            (Self::FixedWindow(window), GateQuota::FixedWindow(quota)) => {
                window.check(quota, now, weight).map(|()| Wait::NONE).map_err(limited)
            }
            (Self::SlidingWindow(window), GateQuota::SlidingWindow(quota)) => {
                window.check(quota, now, weight).map(|()| Wait::NONE).map_err(limited)
            }
            (Self::SlidingCounter(window), GateQuota::SlidingCounter(quota)) => {
                window.check(quota, now, weight).map(|()| Wait::NONE).map_err(limited)
            }
            (Self::Concurrency(places), GateQuota::Concurrency { .. }) => {
                if places.has_room() {
                    Ok(Wait { queued: places.is_full(), ..Wait::NONE })
                } else {
                    Err((Reason::ConcurrencyLimited, None))
                }
            }
            (Self::Custom(custom), GateQuota::Custom(reason)) => {
                custom.check(attempt).map(|()| Wait::NONE).map_err(|after| (*reason, after))
            }
            _ => unreachable!("a gate of the plan has a meter of its kind"),
        }
    }

    /// An attempt that was refused here counts all the same.
    #[cold]
    pub(super) fn count_refused(&mut self, gate: &Gate, attempt: &Attempt) {
        let (now, weight) = (attempt.now, gate.weight(attempt));
        match (self, &gate.quota) {
            (Self::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => {
                bucket.count_refused(quota, now, weight);
            }
            (Self::LeakyBucket(bucket), GateQuota::LeakyBucket(quota)) => {
                bucket.count_refused(quota, now, weight);
            }
            (Self::FixedWindow(window), GateQuota::FixedWindow(quota)) => {
                window.count_refused(quota, now, weight);
            }
            (Self::SlidingWindow(window), GateQuota::SlidingWindow(quota)) => {
                window.count_refused(quota, now, weight);
            }
            (Self::SlidingCounter(window), GateQuota::SlidingCounter(quota)) => {
                window.count_refused(quota, now, weight);
            }
            _ => unreachable!("what counts attempts in flight counts no refused ones"),
        }
    }

    /// Takes what was found, but for places, which are the workspace's to take.
    #[inline(always)]
    pub(super) fn take(&mut self, gate: &Gate, attempt: &Attempt) {
        match (&mut *self, &gate.quota) {
            (Self::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => {
                bucket.take(quota, gate.weight(attempt));
            }
            // By value, so that an attempt need not stand in memory for the most common limiter.
            _ => self.take_any(gate, *attempt),
        }
    }

    #[inline(never)]
    fn take_any(&mut self, gate: &Gate, attempt: Attempt) {
        let attempt = &attempt;
        let (now, weight) = (attempt.now, gate.weight(attempt));
        match (self, &gate.quota) {
            (Self::LeakyBucket(bucket), GateQuota::LeakyBucket(quota)) => {
                bucket.take(quota, now, weight);
            }
            (Self::FixedWindow(window), GateQuota::FixedWindow(quota)) => {
                window.take(quota, now, weight);
            }
            (Self::SlidingWindow(window), GateQuota::SlidingWindow(quota)) => {
                window.take(quota, now, weight);
            }
            (Self::SlidingCounter(window), GateQuota::SlidingCounter(quota)) => {
                window.take(quota, now, weight);
            }
            (Self::Custom(custom), GateQuota::Custom(_)) => custom.take(attempt),
            _ => {}
        }
    }

    /// Takes what an attempt needs whether it is there or not, but for places. Answers how long a
    /// limiter that shapes has it wait.
    pub(super) fn take_anyway(&mut self, gate: &Gate, attempt: &Attempt) -> SimSpan {
        let (now, weight) = (attempt.now, gate.weight(attempt));
        match (self, &gate.quota) {
            (Self::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => {
                bucket.take_anyway(quota, now, weight);
            }
            (Self::LeakyBucket(bucket), GateQuota::LeakyBucket(quota)) => {
                return bucket.take_anyway(quota, now, weight);
            }
            (Self::SlidingWindow(window), GateQuota::SlidingWindow(quota)) => {
                window.take_anyway(quota, now, weight);
            }
            // Counters count whatever comes.
            (Self::FixedWindow(window), GateQuota::FixedWindow(quota)) => {
                window.count_refused(quota, now, weight);
            }
            (Self::SlidingCounter(window), GateQuota::SlidingCounter(quota)) => {
                window.count_refused(quota, now, weight);
            }
            (Self::Custom(custom), GateQuota::Custom(_)) => custom.take(attempt),
            _ => {}
        }
        SimSpan::ZERO
    }

    /// Whether an attempt has room at the gate. Nothing is counted.
    pub(super) fn has_room(&mut self, gate: &Gate, attempt: &Attempt) -> bool {
        self.try_pass(gate, attempt).is_ok()
    }

    /// Whether an attempt has room, if all places are free whose attempts are over.
    pub(super) fn has_room_really(&mut self, gate: &Gate, attempt: &Attempt) -> bool {
        match self {
            Self::Concurrency(places) => places.has_room_really(),
            _ => self.has_room(gate, attempt),
        }
    }

    /// The attempt that holds a place is over, and the place is not given back.
    pub(super) fn lose(&mut self) {
        if let Self::Concurrency(places) = self {
            places.lose();
        }
    }

    /// Gives back a place that was lost.
    pub(super) fn find(&mut self, now: SimTime) -> Option<u64> {
        match self {
            Self::Concurrency(places) => places.find(),
            _ => self.release(now),
        }
    }

    /// Takes the place of an attempt whether there is one or not, as
    /// [`take_place`](Self::take_place) does.
    pub(super) fn take_place_anyway(&mut self, attempt: &Attempt, ticket: u64) -> bool {
        match self {
            Self::Concurrency(places) => return places.take_anyway(ticket),
            Self::Custom(custom) => custom.take_place(attempt),
            _ => {}
        }
        false
    }

    /// Takes the place of an attempt, on whatever plan, so that a change of plan finds it counted.
    /// Answers whether it waits for one.
    pub(super) fn take_place(&mut self, attempt: &Attempt, ticket: u64) -> bool {
        match self {
            Self::Concurrency(places) => return places.take(ticket),
            Self::Custom(custom) => custom.take_place(attempt),
            _ => {}
        }
        false
    }

    /// Gives a place back. Answers the ticket of an attempt that waited and has one now.
    pub(super) fn release(&mut self, now: SimTime) -> Option<u64> {
        match self {
            Self::Concurrency(places) => return places.release(),
            Self::Custom(custom) => custom.release(now),
            _ => {}
        }
        None
    }

    /// Gives back the place of an attempt that may be waiting for it.
    pub(super) fn leave(&mut self, ticket: u64, now: SimTime) -> Option<u64> {
        match self {
            Self::Concurrency(places) => places.leave(ticket),
            _ => self.release(now),
        }
    }

    /// The meter on another plan, from `now` on: what stands on both keeps what it has counted.
    fn carried(self, old: Option<&GateQuota>, new: Option<&GateQuota>, now: SimTime) -> Self {
        use GateQuota as Quota;
        match (self, old, new) {
            (
                Self::TokenBucket(it),
                Some(Quota::TokenBucket(old)),
                Some(Quota::TokenBucket(new)),
            ) => Self::TokenBucket(it.converted(old, new, now)),
            (
                Self::LeakyBucket(it),
                Some(Quota::LeakyBucket(old)),
                Some(Quota::LeakyBucket(new)),
            ) => Self::LeakyBucket(it.converted(old, new, now)),
            (
                Self::FixedWindow(it),
                Some(Quota::FixedWindow(old)),
                Some(Quota::FixedWindow(new)),
            ) => Self::FixedWindow(it.converted(old, new, now)),
            (
                Self::SlidingWindow(it),
                Some(Quota::SlidingWindow(old)),
                Some(Quota::SlidingWindow(new)),
            ) => Self::SlidingWindow(it.converted(old, new, now)),
            (
                Self::SlidingCounter(it),
                Some(Quota::SlidingCounter(old)),
                Some(Quota::SlidingCounter(new)),
            ) => Self::SlidingCounter(it.converted(old, new, now)),
            (_, _, Some(new)) => {
                let mut meter = Self::Idle;
                meter.begin(new, now);
                meter
            }
            (_, _, None) => Self::Idle,
        }
    }
}

/// Brings meters from one plan's gates to another's: a limiter that stands on both keeps what it has
/// counted, as far as its new numbers allow; one that is new begins. Places in flight are counted on
/// every plan, and a limiter of one's own stays as it is. `admitted` takes the tickets of those that
/// waited for a place and have one now.
pub(super) fn carry_over(
    meters: &mut [Meter],
    (old, new): (&[Gate], &[Gate]),
    now: SimTime,
    admitted: &mut VecDeque<u64>,
) {
    for (limiter, meter) in meters.iter_mut().enumerate() {
        let gate = |gates: &'_ [Gate]| {
            gates.iter().find(|gate| usize::from(gate.limiter) == limiter).copied()
        };
        let (old, new) = (gate(old), gate(new));
        match meter {
            Meter::Concurrency(places) => {
                if new.is_none_or(|gate| gate.reports) {
                    places.limit_to(u32::MAX, 0, admitted);
                }
                if let Some(Gate { quota: GateQuota::Concurrency { limit, queue }, .. }) = new {
                    places.limit_to(limit, queue, admitted);
                }
            }
            Meter::Custom(_) => {}
            _ => {
                let (old, new) = (old.map(|gate| gate.quota), new.map(|gate| gate.quota));
                let before = mem::replace(meter, Meter::Idle);
                *meter = before.carried(old.as_ref(), new.as_ref(), now);
            }
        }
    }
}
