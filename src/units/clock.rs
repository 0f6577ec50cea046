//! What clocks show.

use super::{SimSpan, SimTime};

/// From when on clocks have gone how far into the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockChange {
    /// From when on.
    pub from: SimTime,
    /// What clocks would have shown at the start, as time since Monday 00:00, if they had gone
    /// then as they go now; less than a week.
    pub at_start: SimSpan,
}

impl ClockChange {
    /// The hour of the day, from 0 to 23, that clocks show at `now`. They go as `changes` say, which
    /// are in order; before the first of them as on Monday 00:00.
    #[inline]
    pub fn hour(changes: &[Self], now: SimTime) -> usize {
        let last = changes.iter().rev().find(|change| change.from <= now);
        let at_start = last.map_or(0, |change| change.at_start.nanos());
        let day = SimSpan::DAY.nanos();
        ((at_start + now.nanos() % day) / SimSpan::HOUR.nanos() % 24) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_that_of_the_clocks_that_go_then() {
        let hours = |count: u64| SimSpan::HOUR.times(count);
        let at = |count: u64| SimTime::ZERO + hours(count);
        // From Saturday 23:00 on, set back by an hour after five of them.
        let changes = [
            ClockChange { from: SimTime::ZERO, at_start: hours(5 * 24 + 23) },
            ClockChange { from: at(5), at_start: hours(5 * 24 + 22) },
        ];
        let shown = [0, 1, 4, 5, 6, 24 + 6].map(|now| ClockChange::hour(&changes, at(now)));
        assert_eq!(shown, [23, 0, 3, 3, 4, 4]);
    }
}
