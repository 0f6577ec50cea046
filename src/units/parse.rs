//! Exact reading of decimal numbers, shared by all quantities.

use std::fmt;

use thiserror::Error;

/// Why a text is not the quantity it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{found} is not {expected}")]
pub struct ParseQuantityError {
    /// What was written, quoted.
    pub found: String,
    /// What was expected, with an example: `` a duration such as `250ms` ``.
    pub expected: String,
}

impl ParseQuantityError {
    /// An error for `text`, where `expected` describes a valid value.
    pub fn new(text: &str, expected: impl Into<String>) -> Self {
        let shown: String = text.chars().take(60).collect();
        let dots = if shown.len() < text.len() { ".." } else { "" };
        Self { found: format!("`{shown}{dots}`"), expected: expected.into() }
    }
}

/// A decimal number as an exact fraction `digits / 10^decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(super) digits: u128,
    pub(super) decimals: u32,
}

impl Decimal {
    /// Reads `1_250`, `0.5`, `12`. No sign, no exponent; `_` only between digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        if !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let mut digits: u128 = 0;
        let mut decimals = 0;
        for byte in whole.bytes().filter(|&byte| byte != b'_') {
            digits = digits.checked_mul(10)?.checked_add(u128::from(byte - b'0'))?;
        }
        for byte in fraction.trim_end_matches(['0', '_']).bytes().filter(|&byte| byte != b'_') {
            digits = digits.checked_mul(10)?.checked_add(u128::from(byte - b'0'))?;
            decimals += 1;
        }
        Some(Self { digits, decimals })
    }

    /// The number of so many parts, each `1 / 10^decimals`.
    pub(crate) const fn of_parts(digits: u128, decimals: u32) -> Self {
        Self { digits, decimals }
    }

    /// How many digits it has behind the point.
    pub(crate) const fn decimals(self) -> u32 {
        self.decimals
    }

    /// How many parts of `1 / 10^decimals` it is, if that is whole and fits.
    pub(crate) fn parts(self, decimals: u32) -> Option<u128> {
        let finer = decimals.checked_sub(self.decimals)?;
        self.digits.checked_mul(10_u128.checked_pow(finer)?)
    }

    /// Whether the number times `factor` is whole, however large; `true` where even that is too
    /// large to tell.
    pub(super) fn is_whole_times(self, factor: u64) -> bool {
        let Some(divisor) = 10_u128.checked_pow(self.decimals) else { return false };
        self.digits.checked_mul(u128::from(factor)).is_none_or(|product| product % divisor == 0)
    }

    /// The number times `factor`, if that is whole and fits.
    pub(super) fn scaled_exactly(self, factor: u64) -> Option<u64> {
        let divisor = 10_u128.checked_pow(self.decimals)?;
        let product = self.digits.checked_mul(u128::from(factor))?;
        (product % divisor == 0).then_some(())?;
        u64::try_from(product / divisor).ok()
    }
}

impl fmt::Display for Decimal {
    /// Exactly, without trailing zeros: `1250`, `0.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.decimals as usize;
        let digits = format!("{:0width$}", self.digits, width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        write!(f, "{whole}{point}{fraction}")
    }
}

fn is_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b'_')
}

/// Splits a text into its number and what follows: `1.8s` into `1.8` and `s`.
pub(crate) fn split_number(text: &str) -> (&str, &str) {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    text.split_at(end)
}

/// Reads a whole number such as `10_000`.
///
/// # Errors
///
/// Signs, fractions, exponents and numbers above 2^64 - 1 are refused.
pub fn parse_count(text: &str) -> Result<u64, ParseQuantityError> {
    Decimal::parse(text)
        .filter(|_| !text.contains('.'))
        .and_then(|decimal| decimal.scaled_exactly(1))
        .ok_or_else(|| ParseQuantityError::new(text, "a whole number such as `10_000`"))
}
