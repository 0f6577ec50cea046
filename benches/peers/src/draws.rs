//! Random draws of the peers and the floors: a fast generator, and the ziggurat.

use rand::SeedableRng;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

/// A stream of draws.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Draws(Xoshiro256PlusPlus);

impl Draws {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// An exponential time of that mean, in its unit.
    #[inline]
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        let unit: f64 = Exp1.sample(&mut self.0);
        unit * mean
    }

    /// An exponential span of that mean [s], in whole nanoseconds.
    #[inline]
    pub(crate) fn nanos(&mut self, mean: f64) -> u64 {
        nanos(self.exponential(mean))
    }
}

/// Seconds, 0 or more, in whole nanoseconds.
#[inline]
pub(crate) fn nanos(seconds: f64) -> u64 {
    // Processors turn a float into a signed integer in one step, into an unsigned one in several.
    (seconds * 1e9) as i64 as u64
}

/// Nanoseconds in seconds.
#[inline]
pub(crate) fn seconds(nanos: u64) -> f64 {
    nanos as f64 * 1e-9
}
