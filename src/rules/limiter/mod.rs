//! Limiters: the mechanisms behind fair-use throttles (rule R7).
//!
//! A [`Throttle`] is what the scenario declares. A limiter first answers (`check`), and takes
//! (`take`) only after every other rule has said yes, so that several are all or nothing.

mod concurrency;
mod token_bucket;

pub use concurrency::Concurrency;
pub use token_bucket::{TokenBucket, TokenBucketQuota};

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
}
