//! Whether a platform can answer before attempts are there.

use super::model::{BackendScope, Scenario};
use crate::rules::limiter::{OnExceed, Quota, ThrottleScope};
use crate::units::SimSpan;

impl Scenario {
    /// How far ahead of what arrives a platform can be simulated that workspaces share, apart from them;
    /// `None` if they must go on together.
    pub(crate) fn platform_is_ahead(&self) -> Option<SimSpan> {
        let backend = self.backend.as_ref()?;
        // What becomes of an attempt is known when it arrives, and depends on nothing but what arrived
        // before.
        let answers = backend.scope == BackendScope::Platform && !backend.has_completions();
        let limits = self.throttles.iter().all(|throttle| {
            throttle.scope == ThrottleScope::Platform
                && throttle.on_exceed == OnExceed::Refuse
                && !matches!(throttle.quota, Quota::Custom(_))
                && !throttle.quota.holds_places()
                && !throttle.quota.shapes()
        });
        let fits = answers && limits && self.traces.is_empty();
        Some(backend.network_delay).filter(|delay| fits && !delay.is_zero())
    }
}
