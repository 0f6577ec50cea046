//! Numbers and distributions in words.

use crate::random::{Branch, Distribution};
use crate::units::Credits;

/// A number with at most three significant digits, or all of those before the point: `12_345`,
/// `4.5`, `0.125`.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "unlimited".to_owned();
    }
    if value >= 1e15 {
        return format!("{value:.2e}");
    }
    let decimals = match value {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

/// A number of which three digits mean anything: `553_000`, `45`.
pub(super) fn rounded(value: f64) -> String {
    if value < 1e3 {
        return number(value);
    }
    let mut unit = 1.0;
    while value / unit >= 999.5 && unit < 1e15 {
        unit *= 10.0;
    }
    number((value / unit).round() * unit)
}

/// A whole number with `_` between groups of three digits, as scenarios write it.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

/// An amount of credits, exactly: `1_250`, `0.125`.
pub(super) fn credits(amount: Credits) -> String {
    let text = amount.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), grouped);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

/// The text with its control characters, and spaces that look like none or like others, spelt
/// out: what a file says must neither steer a terminal nor hide.
pub(super) fn printable(text: &str) -> String {
    /// No message of ours is as long; what a file says may be.
    const MOST: usize = 2_000;
    text.chars()
        .take(MOST)
        .flat_map(|c| {
            let escaped = is_hidden(c).then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// Whether a character shows as nothing, as a plain space, or as something else than it is.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A span in its most fitting unit: `1.8s`, `9h`.
pub(super) fn span(nanos: f64) -> String {
    const UNITS: [(&str, f64); 7] = [
        ("d", 86_400e9),
        ("h", 3_600e9),
        ("m", 60e9),
        ("s", 1e9),
        ("ms", 1e6),
        ("us", 1e3),
        ("ns", 1.0),
    ];
    let unit = UNITS.iter().find(|(_, length)| nanos >= *length);
    match unit {
        Some((unit, length)) => format!("{}{unit}", number(nanos / length)),
        None => "0s".to_owned(),
    }
}

/// What the values of a distribution measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// Nanoseconds.
    Span,
    /// Thousandths of a credit.
    Credits,
    /// Things.
    Count,
}

/// A distribution as a user would say it: `9h`, `1 to 8`, `about 9h (exponential)`.
pub(super) fn distribution(of: &Distribution, quantity: Quantity) -> String {
    let value = |value: f64| match quantity {
        Quantity::Span => span(value),
        Quantity::Credits => number(value / 1e3),
        Quantity::Count => number(value),
    };
    match of {
        Distribution::Constant(only) => value(*only),
        Distribution::Uniform { min, max } => format!("{} to {}", value(*min), value(*max)),
        Distribution::UniformCount { min, max } => {
            format!("{} to {}", grouped(*min), grouped(*max))
        }
        _ => format!("about {} ({})", value(of.mean()), kind(of)),
    }
}

/// What a distribution is called.
fn kind(of: &Distribution) -> &'static str {
    match of {
        Distribution::Constant(_) => "constant",
        Distribution::Uniform { .. } | Distribution::UniformCount { .. } => "uniform",
        Distribution::Exponential { .. } => "exponential",
        Distribution::Normal { .. } => "normal",
        Distribution::Lognormal { .. } => "lognormal",
        Distribution::Gamma { .. } => "gamma",
        Distribution::Weibull { .. } => "Weibull",
        Distribution::Erlang { .. } => "Erlang",
        Distribution::Pareto { .. } => "Pareto",
        Distribution::Hyperexponential { .. } => "hyperexponential",
        Distribution::Geometric { .. } => "geometric",
        Distribution::Poisson { .. } => "Poisson",
        Distribution::Mixture(branches) => {
            let exponential =
                |branch: &Branch| matches!(branch.of, Distribution::Exponential { .. });
            if branches.iter().all(exponential) { "hyperexponential" } else { "mixture" }
        }
        Distribution::Scaled { of, .. } => kind(of),
        Distribution::Empirical(_) => "empirical",
    }
}

/// `1 agent`, `5 agents`.
pub(super) fn counted(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits_and_their_whole_part() {
        for (value, text) in [
            (0.0, "0"),
            (0.125, "0.125"),
            (4.5, "4.5"),
            (12.34, "12.3"),
            (123.4, "123"),
            (12_345_678.0, "12_345_678"),
            (f64::INFINITY, "unlimited"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(credits(Credits::from_thousandths(1_250_125)), "1_250.125");
        for (nanos, text) in [(1.8e9, "1.8s"), (32_400e9, "9h"), (0.0, "0s"), (250e6, "250ms")] {
            assert_eq!(span(nanos), text);
        }
    }
    #[test]
    fn distributions_are_told_by_their_mean_and_name() {
        let exponential = |weight, mean| Branch { weight, of: Distribution::Exponential { mean } };
        let branches = vec![exponential(9, 1e9), exponential(1, 11e9)];
        let mut mixed = branches.clone();
        mixed.push(Branch { weight: 10, of: Distribution::Constant(4e9) });
        let of = Box::new(Distribution::Geometric { mean: 4.0 });
        for (of, quantity, words) in [
            (Distribution::Mixture(branches), Quantity::Span, "about 2s (hyperexponential)"),
            (Distribution::Mixture(mixed), Quantity::Span, "about 3s (mixture)"),
            (Distribution::Scaled { unit: 1e3, of }, Quantity::Credits, "about 4 (geometric)"),
        ] {
            assert_eq!(distribution(&of, quantity), words);
        }
    }
}
