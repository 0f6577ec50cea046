//! Virtual time in integer nanoseconds since the start of a scenario.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use super::parse::{Decimal, ParseQuantityError, split_number};

/// An instant of virtual time \[ns since the scenario's start\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimTime(u64);

/// A length of virtual time \[ns\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimSpan(u64);

impl SimTime {
    /// The start of the scenario.
    pub const ZERO: Self = Self(0);
    /// Later than every event: what never happens is due then.
    pub const NEVER: Self = Self(u64::MAX);

    /// The instant `nanos` after the start.
    #[inline]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the start.
    #[inline]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// The span from `earlier` to here; zero if `earlier` is later.
    #[inline]
    pub const fn since(self, earlier: Self) -> SimSpan {
        SimSpan(self.0.saturating_sub(earlier.0))
    }
}

impl SimSpan {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest duration a scenario may ask for: 292 years, so that sums of two still fit.
    pub const MAX_DURATION: Self = Self(292 * 365 * Self::DAY.0);
    /// One microsecond.
    pub const MICROSECOND: Self = Self(1_000);
    /// One millisecond.
    pub const MILLISECOND: Self = Self(1_000_000);
    /// One second.
    pub const SECOND: Self = Self(1_000_000_000);
    /// One minute.
    pub const MINUTE: Self = Self(60 * Self::SECOND.0);
    /// One hour.
    pub const HOUR: Self = Self(60 * Self::MINUTE.0);
    /// One day of 24 hours.
    pub const DAY: Self = Self(24 * Self::HOUR.0);

    /// A span of `nanos` nanoseconds.
    #[inline]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A span of `seconds` whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * Self::SECOND.0)
    }

    /// The length in nanoseconds.
    #[inline]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// The length in seconds, for reading out.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// This span `factor` times.
    #[inline]
    pub const fn times(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }

    /// Whether the span is empty.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add<SimSpan> for SimTime {
    type Output = Self;

    /// Saturates at [`SimTime::NEVER`]: a scenario lasts at most 292 years, so what would overflow
    /// lies beyond every horizon.
    #[inline]
    fn add(self, span: SimSpan) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<SimSpan> for SimTime {
    #[inline]
    fn add_assign(&mut self, span: SimSpan) {
        *self = *self + span;
    }
}

impl Sub for SimTime {
    type Output = SimSpan;

    #[inline]
    fn sub(self, earlier: Self) -> SimSpan {
        debug_assert!(self >= earlier, "time runs backwards: {self:?} before {earlier:?}");
        self.since(earlier)
    }
}

impl Add for SimSpan {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Units of spans as users write them, longest first, with their length in nanoseconds.
const UNITS: [(&str, u64); 8] = [
    ("w", 7 * SimSpan::DAY.0),
    ("d", SimSpan::DAY.0),
    ("h", SimSpan::HOUR.0),
    ("m", SimSpan::MINUTE.0),
    ("s", SimSpan::SECOND.0),
    ("ms", SimSpan::MILLISECOND.0),
    ("us", SimSpan::MICROSECOND.0),
    ("ns", 1),
];

/// The unit of a period in a rate or a span, by its spelling.
pub(super) fn unit_span(unit: &str) -> Option<SimSpan> {
    let unit = if unit == "min" { "m" } else { unit };
    UNITS.iter().find(|(name, _)| *name == unit).map(|&(_, nanos)| SimSpan(nanos))
}

impl FromStr for SimSpan {
    type Err = ParseQuantityError;

    /// Reads `250ms`, `1.8s`, `20d2h`: numbers with a unit of w, d, h, m (or min), s, ms, us, ns.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || ParseQuantityError::new(text, "a duration such as `250ms`, `8h` or `1d12h`");
        let too_long = || {
            let most = format!("a duration of at most 292 years, {}", Self::MAX_DURATION);
            ParseQuantityError::new(text, most)
        };
        let too_fine = || ParseQuantityError::new(text, "a duration in whole nanoseconds");
        let mut rest = text;
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (number, tail) = split_number(rest);
            let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (unit, after) = tail.split_at(end);
            let (decimal, unit) = Decimal::parse(number).zip(unit_span(unit)).ok_or_else(bad)?;
            let nanos = decimal.scaled_exactly(unit.0).ok_or_else(|| {
                if decimal.is_whole_times(unit.0) { too_long() } else { too_fine() }
            })?;
            total = total.checked_add(nanos).ok_or_else(too_long)?;
            rest = after;
        }
        if text.is_empty() {
            return Err(bad());
        }
        if total > Self::MAX_DURATION.0 {
            return Err(too_long());
        }
        Ok(Self(total))
    }
}

impl fmt::Display for SimSpan {
    /// The exact spelling that parses back: `1d12h`, `250ms`, `1800ms` as `1.8s` is `1s800ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (unit, nanos) in UNITS.iter().skip(1) {
            if rest >= *nanos {
                write!(f, "{}{unit}", rest / nanos)?;
                rest %= nanos;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_parse_with_units_and_print_back() {
        for (text, nanos) in [
            ("250ms", 250_000_000),
            ("1.8s", 1_800_000_000),
            ("20d2h", (20 * 24 + 2) * 3_600 * 1_000_000_000),
            ("7min", 420_000_000_000),
            ("0s", 0),
            ("200us", 200_000),
            ("1_000ns", 1_000),
        ] {
            let span: SimSpan = text.parse().unwrap();
            assert_eq!(span.nanos(), nanos, "{text}");
            assert_eq!(span.to_string().parse::<SimSpan>().unwrap(), span, "{text}");
        }
    }

    #[test]
    fn what_is_too_long_or_too_fine_says_so() {
        let expected = |text: &str| text.parse::<SimSpan>().unwrap_err().expected;
        let longest = SimSpan::MAX_DURATION.to_string();
        assert_eq!(longest.parse(), Ok(SimSpan::MAX_DURATION));
        for text in ["290000d", "999999999999999999w", "1ns106580d"] {
            assert_eq!(expected(text), format!("a duration of at most 292 years, {longest}"));
        }
        let fine = format!("0.{}1s", "0".repeat(40));
        for text in ["0.0000000019s", "1.5ns", "1s0.0001us", "0.33333333333m", fine.as_str()] {
            assert_eq!(expected(text), "a duration in whole nanoseconds", "{text}");
        }
        assert_eq!("0.0000000010s".parse(), Ok(SimSpan::from_nanos(1)));
        assert_eq!(expected("1.5"), "a duration such as `250ms`, `8h` or `1d12h`");
    }

    #[test]
    fn spans_without_or_with_unknown_units_are_refused() {
        for text in ["", "5", "5 s", "-1s", "5parsecs", "1e3s", "s", "300y", "999999999d", "1__"] {
            assert!(text.parse::<SimSpan>().is_err(), "{text}");
        }
    }
}
