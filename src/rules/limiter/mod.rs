//! Limiters: the mechanisms behind fair-use throttles (rule R7).
//!
//! A [`Throttle`] is what the scenario declares. A limiter first answers (`check`), and takes
//! (`take`) only after every other rule has said yes, so that several are all or nothing.

mod concurrency;
mod custom;
mod fixed_window;
mod leaky_bucket;
mod sliding_counter;
mod sliding_window;
mod token_bucket;

pub use concurrency::Concurrency;
pub(super) use custom::CustomState;
pub use custom::{Attempt, CustomLimiter, CustomQuota, LimitKind};
pub use fixed_window::{FixedWindow, FixedWindowQuota, WindowStart};
pub use leaky_bucket::{LeakyBucket, LeakyBucketQuota};
pub use sliding_counter::{Estimate, SlidingCounter, SlidingCounterQuota};
pub use sliding_window::{SlidingWindow, SlidingWindowQuota};
pub use token_bucket::{TokenBucket, TokenBucketQuota};

use super::decision::Reason;
use crate::units::Rate;

/// A fair-use throttle as declared: a name, for whom it counts, and its limiter with its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throttle {
    /// Its name in the scenario and in `refusal.rate{limiter=..}`.
    pub name: String,
    /// Who shares one limiter.
    pub scope: ThrottleScope,
    /// The mechanism and its numbers.
    pub quota: Quota,
}

impl Throttle {
    /// A throttle of this name: `scope` has one limiter with these numbers.
    pub fn new(name: impl Into<String>, scope: ThrottleScope, quota: Quota) -> Self {
        Self { name: name.into(), scope, quota }
    }
}

/// Who shares one limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThrottleScope {
    /// Each agent has its own.
    Agent,
    /// All agents of a workspace share one.
    Workspace,
}

/// The numbers of a limiter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quota {
    /// Admits while tokens last; starts full and refills continuously.
    TokenBucket {
        /// How fast tokens come back.
        rate: Rate,
        /// How many tokens fit, in thousandths; at least one token.
        burst_thousandths: u64,
    },
    /// Admits while fewer than so many attempts are in flight.
    Concurrency {
        /// Attempts in flight at once, at least 1.
        limit: u32,
    },
    /// A limiter of one's own.
    Custom(CustomQuota),
}

impl Quota {
    /// A token bucket that refills at `rate` and holds `burst` tokens, at least 1.
    pub const fn token_bucket(rate: Rate, burst: u32) -> Self {
        Self::TokenBucket { rate, burst_thousandths: burst as u64 * 1_000 }
    }

    /// At most `limit` attempts in flight at once, at least 1.
    pub const fn concurrency(limit: u32) -> Self {
        Self::Concurrency { limit }
    }

    /// A limiter of one's own, as it begins.
    pub fn custom(limiter: impl CustomLimiter) -> Self {
        Self::Custom(CustomQuota::new(limiter))
    }

    /// The reason with which it refuses.
    pub fn reason(&self) -> Reason {
        match self {
            Self::TokenBucket { .. } => Reason::RateLimited,
            Self::Concurrency { .. } => Reason::ConcurrencyLimited,
            Self::Custom(custom) => custom.kind().reason(),
        }
    }
}
