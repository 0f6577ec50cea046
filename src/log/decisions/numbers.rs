//! Numbers in the cells of a log of decisions.

use std::ops::{Add, Mul};

use crate::log::error::Problem;
use crate::log::instant::{DURATION, not_a, span};
use crate::units::SimSpan;

/// A span as logs write it, `1.25s`; `None` if it is written otherwise.
pub(super) fn seconds(text: &[u8]) -> Option<SimSpan> {
    let nanos = decimal(text.strip_suffix(b"s")?, 9)?;
    u64::try_from(nanos).ok().map(SimSpan::from_nanos)
}

/// A span, however it is written.
pub(super) fn exact(text: &[u8], place: usize) -> Result<SimSpan, Problem> {
    match seconds(text) {
        Some(span) => Ok(span),
        None => span(text, DURATION).map_err(|expected| not_a(text, place, &expected)),
    }
}

/// A decimal number without a sign, in its smallest units; `None` if it is none, or has more decimals.
pub(super) fn decimal(text: &[u8], decimals: usize) -> Option<u128> {
    let point = text.iter().position(|&byte| byte == b'.');
    let (whole, fraction) = match point {
        Some(point) => (&text[..point], &text[point + 1..]),
        None => (text, &b""[..]),
    };
    if whole.is_empty() || whole.len() > 20 || fraction.len() > decimals {
        return None;
    }
    if point.is_some() && fraction.is_empty() {
        return None;
    }
    // Most numbers are short.
    if whole.len() + decimals < 19 {
        return digits::<u64>(whole, fraction, decimals).map(u128::from);
    }
    digits::<u128>(whole, fraction, decimals)
}

/// The number that these digits make, of which there are no more than fit.
fn digits<T>(whole: &[u8], fraction: &[u8], decimals: usize) -> Option<T>
where
    T: From<u8> + Mul<Output = T> + Add<Output = T>,
{
    let mut number = T::from(0);
    for &digit in whole.iter().chain(fraction) {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * T::from(10) + T::from(digit - b'0');
    }
    for _ in fraction.len()..decimals {
        number = number * T::from(10);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, decimals, expected) in [
            ("0", 3, Some(0)),
            ("12.5", 3, Some(12_500)),
            ("1.000000001", 9, Some(1_000_000_001)),
            ("1.0001", 3, None),
            ("1.", 3, None),
            (".5", 3, None),
            ("-1", 3, None),
            ("1e3", 3, None),
            ("", 3, None),
            ("999999999999999999999", 9, None),
        ] {
            assert_eq!(decimal(text.as_bytes(), decimals), expected, "{text}");
        }
        assert_eq!(seconds(b"1.5s"), Some(SimSpan::from_nanos(1_500_000_000)));
        for other in [&b"1.5"[..], b"5m", b"99999999999999s"] {
            assert_eq!(seconds(other), None);
        }
    }
}
