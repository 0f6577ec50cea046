//! How a run is watched from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Progress out, a wish to stop in. Shared between a run and whoever waits for it.
#[derive(Debug, Default)]
pub struct Watch {
    /// Parts of [`Watch::WHOLE`].
    done: AtomicU64,
    /// Whoever watches one of several runs may ask all of them to stop.
    stop: Arc<AtomicBool>,
}

impl Watch {
    /// The progress of a run that is finished.
    pub const WHOLE: u64 = 1_000_000;

    /// A watch for another run, which is asked to stop when this one is.
    pub fn beside(&self) -> Self {
        Self { done: AtomicU64::new(0), stop: Arc::clone(&self.stop) }
    }

    /// How much of the run is done, of [`Watch::WHOLE`].
    pub fn progress(&self) -> u64 {
        self.done.load(Ordering::Relaxed).min(Self::WHOLE)
    }

    /// Asks the run to stop; what is finished is kept.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether the run was asked to stop.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Notes that `done` of `all` parts are done.
    pub(crate) fn note(&self, done: u64, all: u64) {
        let parts = u128::from(done) * u128::from(Self::WHOLE) / u128::from(all.max(1));
        self.done.store(parts as u64, Ordering::Relaxed);
    }
}
