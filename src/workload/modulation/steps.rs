//! Factors that hold for a while, such as those of a timeline.

use super::Level;
use crate::units::SimTime;

/// A factor that holds from an instant on until before another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factor {
    /// The first instant at which it holds.
    pub from: SimTime,
    /// The first one at which it does not.
    pub until: SimTime,
    /// At least 0.
    pub factor: f64,
}

/// The product of factors, each of which holds for a while: a function in steps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Steps {
    /// The instants at which it changes, in order, and its value from there on; 1 before them.
    steps: Vec<(SimTime, f64)>,
}

impl Steps {
    /// 1 all the time.
    pub const NONE: Self = Self { steps: Vec::new() };

    /// The product of `factors`, in any order; where they overlap they multiply.
    pub fn new(factors: &[Factor]) -> Self {
        let bounds = factors.iter().filter(|it| it.from < it.until);
        let mut bounds: Vec<SimTime> = bounds.flat_map(|it| [it.from, it.until]).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let value = |at: SimTime| {
            let holding = factors.iter().filter(|it| it.from <= at && at < it.until);
            holding.map(|it| it.factor).product()
        };
        Self { steps: bounds.into_iter().map(|at| (at, value(at))).collect() }
    }

    /// Whether it is 1 all the time.
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many steps there were by `at`.
    pub(super) fn place(&self, at: SimTime) -> usize {
        self.steps.partition_point(|step| step.0 <= at)
    }

    /// The value at `at`, by when there were `place` steps or more.
    #[inline]
    pub(super) fn level(&self, at: SimTime, place: &mut usize) -> Level {
        while self.steps.get(*place).is_some_and(|step| step.0 <= at) {
            *place += 1;
        }
        let before = place.checked_sub(1).and_then(|last| self.steps.get(last));
        Level {
            value: before.map_or(1.0, |step| step.1),
            ends: self.steps.get(*place).map_or(SimTime::NEVER, |step| step.0),
        }
    }
}
