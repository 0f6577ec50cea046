//! Numbers with a unit, as scenarios spell them.

use crate::units::{Decimal, Rate, SimSpan, split_number};

/// A number with its unit, exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Quantity {
    /// `250ms`, `1d12h`.
    Span(SimSpan),
    /// `1_250`, `12.5%`, `12/h`, `2x`: a number and what follows it, which is nothing where it is plain.
    Number(Decimal, String),
}

/// What quantities must have in common to stand on one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Span,
    Share,
    Rate,
    Speed,
}

impl Quantity {
    /// Reads `500`, `10%`, `250ms`, `12/h` or `2x`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Ok(span) = text.parse() {
            return Some(Self::Span(span));
        }
        let (number, unit) = split_number(text);
        let (number, unit) = (Decimal::parse(number)?, unit.trim());
        let is_unit = matches!(unit, "" | "%" | "x") || unit.starts_with('/');
        is_unit.then(|| Self::Number(number, unit.to_owned()))
    }

    /// What it can be compared with.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Span(_) => Kind::Span,
            Self::Number(_, unit) => match unit.as_str() {
                "" => Kind::Plain,
                "%" => Kind::Share,
                "x" => Kind::Speed,
                _ => Kind::Rate,
            },
        }
    }

    /// Where it lies among others of its kind: in seconds, events a second, per cent, or as it stands.
    pub(super) fn place(&self) -> Option<f64> {
        match self {
            Self::Span(span) => Some(span.as_secs_f64()),
            Self::Number(number, unit) if self.kind() == Kind::Rate => {
                format!("{number}{unit}").parse().ok().map(Rate::per_second)
            }
            Self::Number(number, _) => number.to_string().parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_told_apart() {
        for (text, kind, place) in [
            ("1_250", Kind::Plain, 1_250.0),
            ("0.1", Kind::Plain, 0.1),
            ("12.5 %", Kind::Share, 12.5),
            ("1m30s", Kind::Span, 90.0),
            ("12/min", Kind::Rate, 0.2),
            ("3/15m", Kind::Rate, 1.0 / 300.0),
            ("2.5x", Kind::Speed, 2.5),
        ] {
            let quantity = Quantity::parse(text).unwrap();
            assert_eq!(quantity.kind(), kind, "{text}");
            assert!((quantity.place().unwrap() - place).abs() < 1e-15, "{text}");
        }
        for text in ["", "fair", "-1", "1e3", "5 apples", "0x10", "\"5\"", ".5", "1."] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
