//! The width of a series' bins.

use crate::units::SimSpan;

/// The most bins of a series unless the scenario chooses their width.
const MOST_BINS: u64 = 500;
/// The widths that a series has by default.
pub(super) const WIDTHS: [SimSpan; 8] = [
    SimSpan::SECOND,
    SimSpan::from_secs(10),
    SimSpan::MINUTE,
    SimSpan::from_secs(5 * 60),
    SimSpan::from_secs(15 * 60),
    SimSpan::HOUR,
    SimSpan::from_secs(6 * 60 * 60),
    SimSpan::DAY,
];

/// The width of a series' bins by default: the least usual one that gives at most 500 of them.
pub(super) fn series_every(duration: SimSpan) -> SimSpan {
    let fits = |every: &SimSpan| duration.nanos().div_ceil(every.nanos()) <= MOST_BINS;
    WIDTHS.into_iter().find(fits).unwrap_or_else(|| {
        SimSpan::DAY.times(duration.nanos().div_ceil(SimSpan::DAY.nanos() * MOST_BINS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_as_narrow_as_five_hundred_allow() {
        for (duration, every) in [
            ("1s", "1s"),
            ("500s", "1s"),
            ("501s", "10s"),
            ("1d", "5m"),
            ("30d", "6h"),
            ("500d", "1d"),
            ("501d", "2d"),
            ("3650d", "8d"),
        ] {
            let every: SimSpan = every.parse().unwrap();
            assert_eq!(series_every(duration.parse().unwrap()), every, "{duration}");
        }
    }
}
