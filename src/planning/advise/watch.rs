//! How a search for remedies is watched from outside.

use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::Watch;

/// Progress out, a wish to stop in. How many runs there will be is not known beforehand.
#[derive(Debug, Default)]
pub struct AdviseWatch {
    /// Asked to stop for all of them.
    whole: Arc<Watch>,
    /// The runs that are finished, and the watch of the one under way.
    state: Mutex<(u32, Arc<Watch>)>,
}

impl AdviseWatch {
    /// Stops when `whole` is asked to.
    pub fn new(whole: Arc<Watch>) -> Self {
        Self { whole, state: Mutex::default() }
    }

    /// How many runs were finished, and how much is done of the one under way, of [`Watch::WHOLE`].
    pub fn progress(&self) -> (u32, u64) {
        let (finished, running) = &*self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (*finished, running.progress())
    }

    /// The watch of the next run.
    pub(super) fn begin(&self) -> Arc<Watch> {
        let watch = Arc::new(self.whole.beside());
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1 = Arc::clone(&watch);
        watch
    }

    /// Counts a run that is finished.
    pub(super) fn end(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0 += 1;
    }
}
