//! Traffic in stages, as load testers know them.

use crate::units::{SimSpan, SimTime};

/// A way to another level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// How long it takes; no time is a jump.
    pub duration: SimSpan,
    /// The level at its end, at least 0.
    pub target: f64,
}

/// Stages one after the other, from level 1 at the start; the last target holds for ever.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stages {
    stages: Vec<Stage>,
    /// In order and without gaps; the last never ends. Empty if there are no stages.
    ramps: Vec<Ramp>,
}

/// A straight line from one level to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ramp {
    from: SimTime,
    pub(super) until: SimTime,
    first: f64,
    last: f64,
}

impl Stages {
    /// Stages in this order.
    pub fn new(stages: Vec<Stage>) -> Self {
        let mut ramps = Vec::with_capacity(stages.len() + 1);
        let (mut from, mut level) = (SimTime::ZERO, 1.0);
        for stage in &stages {
            let until = from + stage.duration;
            if until > from {
                ramps.push(Ramp { from, until, first: level, last: stage.target });
            }
            (from, level) = (until, stage.target);
        }
        if !stages.is_empty() && from < SimTime::NEVER {
            ramps.push(Ramp { from, until: SimTime::NEVER, first: level, last: level });
        }
        Self { stages, ramps }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// The stages as they were given.
    pub fn iter(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter()
    }

    /// Which ramp `at` lies on.
    pub(super) fn place(&self, at: SimTime) -> usize {
        self.ramps.partition_point(|ramp| ramp.until <= at)
    }

    /// The ramp at `at`, which lies on number `place` or on a later one.
    #[inline]
    pub(super) fn ramp(&self, at: SimTime, place: &mut usize) -> Ramp {
        while self.ramps.get(*place).is_some_and(|ramp| ramp.until <= at) {
            *place += 1;
        }
        self.ramps.get(*place).copied().unwrap_or(Ramp::LEVEL)
    }
}

impl Ramp {
    /// Where there are no stages.
    const LEVEL: Self = Self { from: SimTime::ZERO, until: SimTime::NEVER, first: 1.0, last: 1.0 };

    /// Whether nothing arrives on it.
    pub(super) fn is_zero(self) -> bool {
        self.first == 0.0 && self.last == 0.0
    }

    /// Its level at an instant from its beginning to its end.
    #[inline]
    pub(super) fn at(self, at: SimTime) -> f64 {
        let Self { from, until, first, last } = self;
        if first.total_cmp(&last).is_eq() {
            return first;
        }
        // Weighted from both ends, so that both are met exactly and neither is passed.
        let whole = until.since(from).nanos() as f64;
        (first * until.since(at).nanos() as f64 + last * at.since(from).nanos() as f64) / whole
    }
}
