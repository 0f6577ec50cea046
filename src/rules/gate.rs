//! Throttles compiled: the gates that an attempt passes, and the limiters behind them.

use super::decision::Reason;
use super::limiter::{
    Attempt, CustomQuota, FixedWindowQuota, LeakyBucketQuota, MOST_REPORTED_PLACES, OnExceed,
    Quota, SlidingCounterQuota, SlidingWindowQuota, Throttle, ThrottleScope, TokenBucketQuota,
    Weight,
};

/// A throttle with its numbers compiled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gate {
    /// The throttle's place in the list that it stands in.
    pub(super) throttle: u16,
    /// Its limiter's place among those of its scope.
    pub(super) limiter: u16,
    pub(super) quota: GateQuota,
    weight: Weight,
    pub(super) counts_refused: bool,
    /// Whether it only reports what it would refuse.
    pub(super) reports: bool,
}

/// Its numbers.
#[derive(Debug, Clone, Copy)]
pub(super) enum GateQuota {
    TokenBucket(TokenBucketQuota),
    LeakyBucket(LeakyBucketQuota),
    FixedWindow(FixedWindowQuota),
    SlidingWindow(SlidingWindowQuota),
    SlidingCounter(SlidingCounterQuota),
    Concurrency {
        limit: u32,
        queue: u32,
    },
    /// What its refusals are called.
    Custom(Reason),
}

impl Gate {
    /// What an attempt weighs, in thousandths.
    #[inline]
    pub(super) fn weight(&self, attempt: &Attempt) -> u64 {
        match self.weight {
            Weight::Attempts => 1_000,
            Weight::Credits => attempt.cost.thousandths().unsigned_abs(),
        }
    }
}

/// A limiter, on whatever plans it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Limiter {
    /// Of a rate: it stands idle on a plan without it.
    Rate,
    Concurrency,
    Custom(CustomQuota),
}

impl Limiter {
    pub(super) fn holds_places(&self) -> bool {
        match self {
            Self::Rate => false,
            Self::Concurrency => true,
            Self::Custom(custom) => custom.holds_places(),
        }
    }
}

/// The limiters of one scope.
#[derive(Debug, Clone, Default)]
pub(super) struct Limiters {
    names: Vec<String>,
    pub(super) all: Vec<Limiter>,
    /// For each of them a bit of its own if it holds places and only reports, else none: an attempt
    /// that it would refuse holds no place in it, and remembers that by the bit.
    pub(super) skips: Vec<u32>,
}

/// Throttles, compiled.
pub(super) struct Gates {
    /// A gate for each throttle.
    pub(super) all: Vec<Gate>,
    /// The limiters of scope agent, workspace, plan and platform.
    limiters: [Limiters; 4],
    /// Whether any only reports.
    pub(super) report: bool,
}

impl Gates {
    /// Compiles throttles. Those of the same name are one limiter.
    ///
    /// # Panics
    ///
    /// With more than 65,535 throttles, or more than [`MOST_REPORTED_PLACES`].
    pub(super) fn new(throttles: &[Throttle]) -> Self {
        let place = |index: usize| u16::try_from(index).expect("at most 65,535 throttles");
        let mut limiters: [Limiters; 4] = Default::default();
        let mut bits = 0;
        let mut gates = Vec::with_capacity(throttles.len());
        for (index, throttle) in throttles.iter().enumerate() {
            let of_scope = &mut limiters[throttle.scope as usize];
            let known = of_scope.names.iter().position(|name| *name == throttle.name);
            let number = known.unwrap_or_else(|| {
                of_scope.names.push(throttle.name.clone());
                of_scope.all.push(limiter(&throttle.quota));
                of_scope.skips.push(0);
                of_scope.all.len() - 1
            });
            let reports = throttle.on_exceed == OnExceed::Report;
            let skips = &mut of_scope.skips[number];
            if reports && *skips == 0 && of_scope.all[number].holds_places() {
                assert!(bits < MOST_REPORTED_PLACES, "at most 32 reported limits of places");
                *skips = 1 << bits;
                bits += 1;
            }
            gates.push(Gate {
                throttle: place(index),
                limiter: place(number),
                quota: compiled(&throttle.quota, reports),
                weight: throttle.weight,
                counts_refused: throttle.count_refused,
                reports,
            });
        }
        let report = gates.iter().any(|gate| gate.reports);
        Self { all: gates, limiters, report }
    }

    /// Takes out the limiters of a scope.
    pub(super) fn take(&mut self, scope: ThrottleScope) -> Limiters {
        std::mem::take(&mut self.limiters[scope as usize])
    }
}

fn limiter(quota: &Quota) -> Limiter {
    match quota {
        Quota::Concurrency { .. } => Limiter::Concurrency,
        Quota::Custom(custom) => Limiter::Custom(custom.clone()),
        _ => Limiter::Rate,
    }
}

fn compiled(quota: &Quota, reports: bool) -> GateQuota {
    match *quota {
        Quota::TokenBucket { rate, burst_thousandths, refill_every } => {
            GateQuota::TokenBucket(match refill_every {
                None => TokenBucketQuota::new(rate, burst_thousandths),
                Some(every) => TokenBucketQuota::stepped(rate, burst_thousandths, every),
            })
        }
        Quota::LeakyBucket { rate, burst_thousandths, delay_thousandths } => {
            let quota = LeakyBucketQuota::new(rate, burst_thousandths, delay_thousandths);
            GateQuota::LeakyBucket(quota)
        }
        Quota::FixedWindow { limit_thousandths, per, start } => {
            GateQuota::FixedWindow(FixedWindowQuota::new(limit_thousandths, per, start))
        }
        Quota::SlidingWindow { limit_thousandths, per } => {
            GateQuota::SlidingWindow(SlidingWindowQuota::new(limit_thousandths, per))
        }
        Quota::SlidingCounter { limit_thousandths, per, estimate } => {
            let quota = SlidingCounterQuota::new(limit_thousandths, per, estimate);
            GateQuota::SlidingCounter(quota)
        }
        // Where nobody waits, those hold places who would wait for them.
        Quota::Concurrency { limit, queue } if reports => {
            GateQuota::Concurrency { limit: limit.saturating_add(queue), queue: 0 }
        }
        Quota::Concurrency { limit, queue } => GateQuota::Concurrency { limit, queue },
        Quota::Custom(ref custom) => GateQuota::Custom(custom.kind().reason()),
    }
}
