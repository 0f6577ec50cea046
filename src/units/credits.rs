//! Credits as fixed-point integers: no float ever touches a balance.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::str::FromStr;

use super::parse::{Decimal, ParseQuantityError};

/// An amount of credits in thousandths.
///
/// Signed, since differences of balances are; the amounts of a scenario are never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Credits(i64);

impl Credits {
    /// No credits.
    pub const ZERO: Self = Self(0);
    /// The most a scenario may name: 10^12 credits. That of 9,223 seats fits in 64 bits, and sums
    /// over periods and workspaces fit in 128.
    pub const MAX: Self = Self(1_000_000_000_000_000);

    /// `credits` whole credits.
    #[inline]
    pub const fn whole(credits: i64) -> Self {
        Self(credits * 1_000)
    }

    /// `thousandths` thousandths of a credit.
    #[inline]
    pub const fn from_thousandths(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// The amount in thousandths.
    #[inline]
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// The amount in thousandths, as wide as sums over periods and workspaces are.
    #[inline]
    pub const fn wide(self) -> i128 {
        self.0 as i128
    }

    /// The amount in credits, for reading out.
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 1e3
    }

    /// This amount `factor` times, at most what 64 bits of thousandths hold: 9.2 x 10^15 credits.
    #[inline]
    pub const fn times(self, factor: i64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

impl Add for Credits {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Credits {
    type Output = Self;

    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl AddAssign for Credits {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Credits {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Sum for Credits {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl FromStr for Credits {
    type Err = ParseQuantityError;

    /// Reads `1_250` or `0.125`: at most three decimals, at most 10^12.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::parse(text)
            .and_then(|decimal| decimal.scaled_exactly(1_000))
            .and_then(|thousandths| i64::try_from(thousandths).ok())
            .filter(|&thousandths| thousandths <= Self::MAX.0)
            .map(Self)
            .ok_or_else(|| ParseQuantityError::new(text, "an amount such as `1_250` or `0.125`"))
    }
}

impl fmt::Display for Credits {
    /// Credits with up to three decimals: `1250`, `0.125`, `-2.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, thousandths) = (self.0.unsigned_abs() / 1_000, self.0.unsigned_abs() % 1_000);
        if thousandths == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{thousandths:03}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_exact_thousandths() {
        for (text, thousandths) in [("1_250", 1_250_000), ("0.125", 125), ("2.5", 2_500), ("0", 0)]
        {
            let credits: Credits = text.parse().unwrap();
            assert_eq!(credits.thousandths(), thousandths);
            assert_eq!(credits.to_string().parse::<Credits>().unwrap(), credits);
        }
        assert_eq!(Credits::from_thousandths(-2_500).to_string(), "-2.5");
    }

    #[test]
    fn finer_than_a_thousandth_or_too_much_is_refused() {
        for text in ["0.0001", "-1", "1e3", "9_000_000_000_000", "", "1 000"] {
            assert!(text.parse::<Credits>().is_err(), "{text}");
        }
    }
}
