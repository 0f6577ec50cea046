//! How many times faster recorded or virtual time runs.

use std::fmt;
use std::str::FromStr;

use super::parse::{Decimal, ParseQuantityError};
use super::time::SimSpan;

/// A factor above 0 by which time runs faster, as an exact fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed {
    /// The factor is `times / per`, with a power of ten below.
    times: u64,
    per: u64,
}

impl Speed {
    /// Time runs as it is.
    pub const NORMAL: Self = Self { times: 1, per: 1 };
    /// The greatest factor, as that of every factor.
    const MOST: u64 = 1_000_000;
    /// The most decimals: a millionth of the usual speed is slow enough.
    const MOST_DECIMALS: u32 = 6;

    /// How long something takes that took `span` when it was recorded, rounded down to a nanosecond.
    /// What would last beyond all time lasts as long as can be told.
    #[inline]
    pub fn of(self, span: SimSpan) -> SimSpan {
        scaled(span, self.per, self.times)
    }

    /// How much recorded time passes in `span`, likewise.
    #[inline]
    pub fn passed_in(self, span: SimSpan) -> SimSpan {
        scaled(span, self.times, self.per)
    }
}

fn scaled(span: SimSpan, times: u64, per: u64) -> SimSpan {
    if times == per {
        return span;
    }
    let nanos = u128::from(span.nanos()) * u128::from(times) / u128::from(per);
    SimSpan::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

impl FromStr for Speed {
    type Err = ParseQuantityError;

    /// Reads `2x` or `0.5x`: above 0, at most a million, at most six decimals.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let times = text.strip_suffix('x').and_then(Decimal::parse);
        times
            .filter(|times| times.decimals <= Self::MOST_DECIMALS)
            .and_then(|times| {
                let per = 10_u64.pow(times.decimals);
                Some(Self { times: u64::try_from(times.digits).ok()?, per })
            })
            .filter(|it| it.times > 0 && it.times <= Self::MOST * it.per)
            .ok_or_else(|| {
                let expected = "a factor above 0 such as `2x` or `0.5x`, at most `1_000_000x`";
                ParseQuantityError::new(text, expected)
            })
    }
}

impl fmt::Display for Speed {
    /// As it is read: `2x`, `0.5x`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x", self.times as f64 / self.per as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_runs_exactly_so_much_faster() {
        for (speed, nanos, expected) in [
            ("1x", 7, 7),
            ("2x", 7, 3),
            ("0.5x", 7, 14),
            ("3x", 10_000_000_000, 3_333_333_333),
            ("0.1x", 3, 30),
            ("1.5x", 3_000_000_001, 2_000_000_000),
            ("0.000001x", u64::MAX, u64::MAX),
            ("1_000_000x", u64::MAX, u64::MAX / 1_000_000),
        ] {
            let read: Speed = speed.parse().unwrap();
            assert_eq!(read.of(SimSpan::from_nanos(nanos)).nanos(), expected, "{speed} of {nanos}");
            assert_eq!(read.to_string().parse::<Speed>().unwrap(), read);
        }
    }

    #[test]
    fn so_much_more_of_recorded_time_passes() {
        for (speed, nanos, expected) in [
            ("1x", 7, 7),
            ("2x", 7, 14),
            ("0.5x", 7, 3),
            ("1.5x", 2_000_000_001, 3_000_000_001),
            ("1_000_000x", u64::MAX / 2, u64::MAX),
        ] {
            let read: Speed = speed.parse().unwrap();
            let passed = read.passed_in(SimSpan::from_nanos(nanos));
            assert_eq!(passed.nanos(), expected, "{speed} of {nanos}");
        }
    }

    #[test]
    fn speeds_are_above_zero_and_have_their_x() {
        for text in ["0x", "0.0x", "2", "-2x", "1_000_001x", "0.0000001x", "x", "", "1e3x"] {
            assert!(text.parse::<Speed>().is_err(), "{text}");
        }
    }
}
