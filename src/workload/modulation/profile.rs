//! Traffic by the hour of the week.

use super::Level;
use crate::units::{SimSpan, SimTime};

/// Hours of a week.
const HOURS: usize = 168;
const HOUR: u64 = SimSpan::HOUR.nanos();
const WEEK: u64 = HOURS as u64 * HOUR;

/// A weight for each hour of the week, as clocks of a time zone show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// How reports call it.
    pub name: String,
    /// The name of the time zone.
    pub zone: String,
    /// From Monday 00:00 on.
    hours: Vec<Hour>,
    /// In order, the first at the start.
    changes: Vec<ClockChange>,
}

/// From when on clocks have gone how far into the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockChange {
    /// From when on.
    pub from: SimTime,
    /// What clocks would have shown at the start, as time since Monday 00:00, if they had gone
    /// then as they go now; less than a week.
    pub at_start: SimSpan,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Hour {
    /// Relative to the mean of all hours.
    weight: f64,
    /// How many hours have this weight in a row, from this one on.
    alike: u64,
}

impl Profile {
    /// A profile of 24 weights, for each hour of the day, or of 168, for each hour of the week from
    /// Monday 00:00 on; they are scaled to mean 1. `None` if there are others than so many, if one
    /// is below 0 or not finite, if they are all 0, if changes are not in order or beyond a week,
    /// or if clocks show nothing at the start.
    pub fn new(
        name: String,
        zone: String,
        weights: &[f64],
        changes: Vec<ClockChange>,
    ) -> Option<Self> {
        let total: f64 = weights.iter().sum();
        let known_from_the_start = changes.first().is_some_and(|it| it.from == SimTime::ZERO);
        let weights_are_sound = matches!(weights.len(), 24 | HOURS)
            && weights.iter().all(|&weight| weight >= 0.0)
            && total > 0.0
            && total.is_finite();
        let changes_are_sound = known_from_the_start
            && changes.is_sorted_by_key(|change| change.from)
            && changes.iter().all(|change| change.at_start.nanos() < WEEK);
        if !weights_are_sound || !changes_are_sound {
            return None;
        }
        let mean = total / weights.len() as f64;
        let weight = |hour: usize| weights[hour % weights.len()] / mean;
        let alike = |hour: usize| {
            let same =
                (1..HOURS).take_while(|next| weight(hour + next).total_cmp(&weight(hour)).is_eq());
            1 + same.count() as u64
        };
        let hours =
            (0..HOURS).map(|hour| Hour { weight: weight(hour), alike: alike(hour) }).collect();
        Some(Self { name, zone, hours, changes })
    }

    /// Which change of the clocks was the last at `at`.
    pub(super) fn place(&self, at: SimTime) -> usize {
        self.changes.partition_point(|change| change.from <= at).saturating_sub(1)
    }

    /// The weight at `at`, where change number `change` or a later one was the last.
    #[inline]
    pub(super) fn level(&self, at: SimTime, change: &mut usize) -> Level {
        while self.changes.get(*change + 1).is_some_and(|next| next.from <= at) {
            *change += 1;
        }
        let shown = (at.nanos() % WEEK + self.changes[*change].at_start.nanos()) % WEEK;
        let Hour { weight, alike } = self.hours[(shown / HOUR) as usize];
        let ends = at + SimSpan::from_nanos(alike * HOUR - shown % HOUR);
        let next = self.changes.get(*change + 1).map_or(SimTime::NEVER, |next| next.from);
        Level { value: weight, ends: ends.min(next) }
    }
}
