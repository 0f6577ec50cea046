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

use std::collections::BTreeSet;

use super::decision::Reason;
use crate::units::{Rate, SimSpan};

/// A fair-use throttle as declared: a name, for whom it counts, and its limiter with its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throttle {
    /// Its name in the scenario and in `refusal.rate{limiter=..}`.
    pub name: String,
    /// Who shares one limiter.
    pub scope: ThrottleScope,
    /// The mechanism and its numbers.
    pub quota: Quota,
    /// What an attempt weighs.
    pub weight: Weight,
    /// Whether an attempt that it refuses counts in it all the same. Not for what counts attempts in
    /// flight, since a refused one is not.
    pub count_refused: bool,
    /// What happens to an attempt above it.
    pub on_exceed: OnExceed,
}

impl Throttle {
    /// A throttle of this name that refuses: `scope` has one limiter with these numbers, in which
    /// each admitted attempt counts as one.
    pub fn new(name: impl Into<String>, scope: ThrottleScope, quota: Quota) -> Self {
        Self {
            name: name.into(),
            scope,
            quota,
            weight: Weight::Attempts,
            count_refused: false,
            on_exceed: OnExceed::Refuse,
        }
    }
}

/// The most limiters of a list of throttles that hold places and only report: an attempt remembers
/// in which of them it holds none.
pub const MOST_REPORTED_PLACES: usize = 32;

/// How many limiters of a list hold places and only report; throttles of one name are one limiter.
pub fn reported_places(throttles: &[Throttle]) -> usize {
    let reports = |it: &&Throttle| it.on_exceed == OnExceed::Report && it.quota.holds_places();
    let names: BTreeSet<&str> =
        throttles.iter().filter(reports).map(|it| it.name.as_str()).collect();
    names.len()
}

/// Who shares one limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThrottleScope {
    /// Each agent has its own.
    Agent,
    /// All agents of a workspace share one.
    Workspace,
    /// All workspaces on a plan share one.
    Plan,
    /// Everybody shares one.
    Platform,
}

impl ThrottleScope {
    /// Its name in scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Workspace => "workspace",
            Self::Plan => "plan",
            Self::Platform => "platform",
        }
    }

    /// Whether workspaces meet in it: it stands beside the groups, not in one.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Plan | Self::Platform)
    }
}

/// What an attempt weighs in a limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// One.
    Attempts,
    /// What it costs \[credits\], whether or not the plan counts them. What costs nothing passes
    /// always.
    Credits,
}

/// What happens to an attempt above a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnExceed {
    /// It is refused.
    Refuse,
    /// It is admitted, takes nothing of the limit, and is counted: to try a limit out.
    Report,
}

/// The numbers of a limiter. Amounts are thousandths of an attempt, or of a credit, as the throttle
/// weighs; at most 10^15.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quota {
    /// Admits while tokens last; starts full.
    TokenBucket {
        /// How fast tokens come back.
        rate: Rate,
        /// How many tokens fit, in thousandths; at least one token where attempts count.
        burst_thousandths: u64,
        /// Tokens come back at the multiples of this from t = 0, above 0; `None` is continuously.
        refill_every: Option<SimSpan>,
    },
    /// Lets attempts through one by one, and has those that come too early wait for their turn.
    LeakyBucket {
        /// How fast attempts leave.
        rate: Rate,
        /// How much may be in excess of that, in thousandths.
        burst_thousandths: u64,
        /// How much of the excess goes on at once, in thousandths.
        delay_thousandths: u64,
    },
    /// Admits so much in each window, and begins to count anew with the next.
    FixedWindow {
        /// What a window admits, in thousandths; at least one attempt where attempts count.
        limit_thousandths: u64,
        /// How long a window is, above 0.
        per: SimSpan,
        /// When windows begin.
        start: WindowStart,
    },
    /// Admits so much in every span of this length, by a log of what was admitted.
    SlidingWindow {
        /// What a window admits, in thousandths; at least one attempt where attempts count.
        limit_thousandths: u64,
        /// How long a window is, above 0.
        per: SimSpan,
    },
    /// Admits so much in a span of this length, as it is estimated from two counts.
    SlidingCounter {
        /// What a window admits, in thousandths; at least one attempt where attempts count.
        limit_thousandths: u64,
        /// How long a window is, above 0.
        per: SimSpan,
        /// How the part of the last window that is still in sight is counted.
        estimate: Estimate,
    },
    /// Admits while fewer than so many attempts are in flight.
    Concurrency {
        /// Attempts in flight at once, at least 1.
        limit: u32,
        /// So many more wait for a place, first come first served.
        queue: u32,
    },
    /// A limiter of one's own.
    Custom(CustomQuota),
}

impl Quota {
    /// A token bucket that refills at `rate` and holds `burst` tokens, at least 1.
    pub const fn token_bucket(rate: Rate, burst: u32) -> Self {
        let burst_thousandths = burst as u64 * 1_000;
        Self::TokenBucket { rate, burst_thousandths, refill_every: None }
    }

    /// At most `limit` attempts in flight at once, at least 1.
    pub const fn concurrency(limit: u32) -> Self {
        Self::Concurrency { limit, queue: 0 }
    }

    /// A limiter of one's own, as it begins.
    pub fn custom(limiter: impl CustomLimiter) -> Self {
        Self::Custom(CustomQuota::new(limiter))
    }

    /// Its name in scenarios; `None` for a limiter of one's own.
    pub const fn kind(&self) -> Option<&'static str> {
        match self {
            Self::TokenBucket { .. } => Some("token_bucket"),
            Self::LeakyBucket { .. } => Some("leaky_bucket"),
            Self::FixedWindow { .. } => Some("fixed_window"),
            Self::SlidingWindow { .. } => Some("sliding_window"),
            Self::SlidingCounter { .. } => Some("sliding_counter"),
            Self::Concurrency { .. } => Some("concurrency"),
            Self::Custom(_) => None,
        }
    }

    /// The heaviest attempt that it can ever admit, in thousandths; `None` where weight is no
    /// matter.
    pub const fn heaviest(&self) -> Option<u64> {
        match *self {
            Self::TokenBucket { burst_thousandths, .. } => Some(burst_thousandths),
            // One goes, and the burst waits.
            Self::LeakyBucket { burst_thousandths, .. } => Some(burst_thousandths + 1_000),
            Self::FixedWindow { limit_thousandths, .. }
            | Self::SlidingWindow { limit_thousandths, .. }
            | Self::SlidingCounter { limit_thousandths, .. } => Some(limit_thousandths),
            Self::Concurrency { .. } | Self::Custom(_) => None,
        }
    }

    /// Whether attempts hold places in it until they are over.
    pub fn holds_places(&self) -> bool {
        match self {
            Self::Concurrency { .. } => true,
            Self::Custom(custom) => custom.holds_places(),
            _ => false,
        }
    }

    /// Whether it has attempts wait until its rate lets them go on.
    pub const fn shapes(&self) -> bool {
        match *self {
            Self::LeakyBucket { burst_thousandths, delay_thousandths, .. } => {
                delay_thousandths < burst_thousandths
            }
            _ => false,
        }
    }

    /// The reason with which it refuses.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Concurrency { .. } => Reason::ConcurrencyLimited,
            Self::Custom(custom) => custom.kind().reason(),
            _ => Reason::RateLimited,
        }
    }
}
