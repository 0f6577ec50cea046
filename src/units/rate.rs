//! Rates as exact fractions: `n` events in an integer number of nanoseconds.

use std::fmt;
use std::str::FromStr;

use super::parse::{Decimal, ParseQuantityError, split_number};
use super::time::{SimSpan, unit_span};

/// A rate: `events` in every `per`, in lowest terms, never zero.
///
/// Exact, so that a limiter of `7/min` does not drift over years of virtual time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    events: u64,
    per: SimSpan,
}

impl Rate {
    /// The greatest number that may stand before the slash, decimals counted as digits: a limiter
    /// multiplies it by 1000 in 64 bits.
    const MOST_DIGITS: u128 = 1_000_000_000_000_000;

    /// `events` in every `per`.
    ///
    /// # Panics
    ///
    /// Both must be above zero.
    pub fn new(events: u64, per: SimSpan) -> Self {
        assert!(events > 0 && !per.is_zero(), "a rate needs events and a period: {events}/{per}");
        let divisor = gcd(events, per.nanos());
        Self { events: events / divisor, per: SimSpan::from_nanos(per.nanos() / divisor) }
    }

    /// Events in every [`per`](Self::per).
    pub const fn events(self) -> u64 {
        self.events
    }

    /// The period in which there are [`events`](Self::events).
    pub const fn per(self) -> SimSpan {
        self.per
    }

    /// The mean time between two events \[ns\].
    pub fn mean_interval_nanos(self) -> f64 {
        self.per.nanos() as f64 / self.events as f64
    }

    /// Events a second, for reading out.
    pub fn per_second(self) -> f64 {
        self.events as f64 / self.per.as_secs_f64()
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl FromStr for Rate {
    type Err = ParseQuantityError;

    /// Reads `12/h`, `0.5/s`, `100/15m`: a number above zero, a slash, and a period.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || ParseQuantityError::new(text, "a rate such as `12/h`, `20/s` or `7/min`");
        let (count, period) = text.split_once('/').ok_or_else(bad)?;
        let (count, period) = (count.trim(), period.trim());
        let count = Decimal::parse(count)
            .filter(|count| (1..=Self::MOST_DIGITS).contains(&count.digits))
            .ok_or_else(bad)?;
        let per = if split_number(period).0.is_empty() {
            unit_span(period).ok_or_else(bad)?
        } else {
            period.parse::<SimSpan>().map_err(|_| bad())?
        };
        // A decimal rate d/10^k per P is d per 10^k P.
        let stretch = 10_u64.checked_pow(count.decimals).ok_or_else(bad)?;
        let per = per.nanos().checked_mul(stretch).filter(|&nanos| nanos > 0).ok_or_else(bad)?;
        let events = u64::try_from(count.digits).map_err(|_| bad())?;
        let rate = Self::new(events, SimSpan::from_nanos(per));
        // More than one event a nanosecond would be no rate that virtual time can show.
        if rate.events > rate.per.nanos() { Err(bad()) } else { Ok(rate) }
    }
}

impl fmt::Display for Rate {
    /// In the largest unit that keeps the number whole: `12/h`, else `7/90s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, span) in [
            ("s", SimSpan::SECOND),
            ("min", SimSpan::MINUTE),
            ("h", SimSpan::HOUR),
            ("d", SimSpan::DAY),
        ] {
            let events = u128::from(self.events) * u128::from(span.nanos());
            if events % u128::from(self.per.nanos()) == 0 {
                return write!(f, "{}/{unit}", events / u128::from(self.per.nanos()));
            }
        }
        write!(f, "{}/{}", self.events, self.per)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_exact_and_in_lowest_terms() {
        for (text, events, nanos, shown) in [
            ("20/s", 1, 50_000_000, "20/s"),
            ("7/min", 7, 60_000_000_000, "7/min"),
            ("0.5/s", 1, 2_000_000_000, "30/min"),
            ("100/15m", 1, 9_000_000_000, "400/h"),
            ("12/h", 1, 300_000_000_000, "12/h"),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!((rate.events(), rate.per().nanos()), (events, nanos), "{text}");
            assert_eq!(rate.to_string(), shown);
            assert_eq!(rate.to_string().parse::<Rate>().unwrap(), rate);
        }
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in ["12", "0/s", "12/parsec", "/s", "-1/s", "12/0s", "2/ns", "1e3/s"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
