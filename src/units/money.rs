//! Money as fixed-point integers, in whatever currency a scenario means.

use std::fmt;
use std::str::FromStr;

use super::parse::{Decimal, ParseQuantityError};

/// An amount of money in millionths: fine enough for what a single credit costs. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The most a scenario may name: 10^12.
    pub const MAX: Self = Self(1_000_000_000_000_000_000);

    /// The amount in millionths, as wide as sums over periods and workspaces are.
    pub const fn millionths(self) -> i128 {
        self.0 as i128
    }

    /// The amount, for reading out.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl FromStr for Money {
    type Err = ParseQuantityError;

    /// Reads `25.00` or `0.0015`: at most six decimals, at most 10^12.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::parse(text)
            .and_then(|decimal| decimal.scaled_exactly(1_000_000))
            .and_then(|millionths| i64::try_from(millionths).ok())
            .filter(|&millionths| millionths <= Self::MAX.0)
            .map(Self)
            .ok_or_else(|| ParseQuantityError::new(text, "a price such as `25.00` or `0.0015`"))
    }
}

impl fmt::Display for Money {
    /// At least two decimals, at most six: `25.00`, `0.0015`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:06}", self.0 % 1_000_000);
        let rest = fraction[2..].trim_end_matches('0');
        write!(f, "{}.{}{rest}", self.0 / 1_000_000, &fraction[..2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact_and_have_at_least_two_decimals() {
        for (text, shown) in
            [("25", "25.00"), ("0.0015", "0.0015"), ("1_000.5", "1000.50"), ("0", "0.00")]
        {
            let price: Money = text.parse().unwrap();
            assert_eq!(price.to_string(), shown);
            assert_eq!(shown.parse::<Money>().unwrap(), price);
        }
        for text in ["-1", "0.0000001", "25 EUR", "", "1e3"] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }
}
