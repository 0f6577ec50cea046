//! How long the warm-up is: as long as the scenario says, or as long as a run takes to settle.

use super::model::Scenario;
use crate::units::SimSpan;

/// Who says how long the warm-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Settling {
    /// The scenario.
    #[default]
    Given,
    /// [`settle`](crate::engine::settle) is to find it, as every run does that begins: `warm_up: auto`.
    ToFind,
    /// It was found.
    Found {
        /// Whether the run settled in its first half.
        settled: bool,
    },
}

impl Settling {
    /// The rule by which it is found.
    pub const RULE: &str = "MSER-5";

    /// The longest warm-up that is found: half of the duration, in whole bins.
    pub(super) const fn most(duration: SimSpan, bin: SimSpan) -> SimSpan {
        let half = duration.nanos() / 2;
        // A bin above 0 is checked apart.
        let bin = if bin.is_zero() { 1 } else { bin.nanos() };
        SimSpan::from_nanos(half - half % bin)
    }
}

impl Scenario {
    /// Why its figures are those of no steady state, if a warm-up was looked for and half of the run was not
    /// enough of it.
    pub fn unsettled(&self) -> Option<String> {
        let why =
            || format!("It did not settle in its first half, {}: a longer run may.", self.warm_up);
        (self.settling == Settling::Found { settled: false }).then(why)
    }
}
