//! Shares of a whole, exact to a billionth.

use std::fmt;
use std::str::FromStr;

use super::credits::Credits;
use super::parse::{Decimal, ParseQuantityError};

/// A share between 0% and 100%, in billionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u64);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The whole.
    pub const WHOLE: Self = Self(1_000_000_000);

    /// The share in billionths: 10^9 is all.
    pub const fn billionths(self) -> u64 {
        self.0
    }

    /// The share of `amount`, rounded down to a thousandth of a credit.
    pub fn of(self, amount: Credits) -> Credits {
        let thousandths = amount.wide() * i128::from(self.0) / i128::from(Self::WHOLE.0);
        // A share of what fits in 64 bits fits too.
        Credits::from_thousandths(thousandths as i64)
    }

    /// The share as a fraction between 0 and 1, for reading out.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl FromStr for Share {
    type Err = ParseQuantityError;

    /// Reads `25%` or `0.1%`: at most 100, at most seven decimals.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_suffix('%')
            .and_then(|number| Decimal::parse(number.trim_end()))
            .and_then(|percent| percent.scaled_exactly(10_000_000))
            .filter(|&billionths| billionths <= Self::WHOLE.0)
            .map(Self)
            .ok_or_else(|| ParseQuantityError::new(text, "a share such as `25%`, at most `100%`"))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0 as f64 / 1e7)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_need_their_percent_sign() {
        assert_eq!("25%".parse::<Share>().unwrap().billionths(), 250_000_000);
        assert_eq!("0.1%".parse::<Share>().unwrap().to_string(), "0.1%");
        for text in ["0.25", "101%", "-1%", "%", "25 percent"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}
