//! Numbers as people read them: rounded, with thousands separators and always with a unit.

use crate::units::SimSpan;

/// Units of time with their lengths \[s\] and the value from which on the next one is used.
const TIMES: [(&str, f64, f64); 7] = [
    ("ns", 1e-9, 1e-6),
    ("µs", 1e-6, 1e-3),
    ("ms", 1e-3, 1.0),
    ("s", 1.0, 120.0),
    ("min", 60.0, 2.0 * 3_600.0),
    ("h", 3_600.0, 2.0 * 86_400.0),
    ("d", 86_400.0, f64::INFINITY),
];

/// Significant digits of a figure that is read, not computed with.
const DIGITS: usize = 3;

/// A whole number: `12,345`.
pub(super) fn count(value: u64) -> String {
    separated(&value.to_string())
}

/// A figure with three significant digits, more where they stand before the point: `0.0123`,
/// `1.23`, `12,345`.
pub(super) fn number(value: f64) -> String {
    rounded(value, DIGITS)
}

/// A time: `250 ms`, `1.8 s`, `12 min`.
pub(super) fn time(seconds: f64) -> String {
    time_with(seconds, DIGITS)
}

/// A span, exactly, with its units apart: `1 d 12 h`, `5 min`.
pub(super) fn span(span: SimSpan) -> String {
    let text = span.to_string();
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(char::is_alphabetic).unwrap_or(rest.len()));
        let (unit, after) =
            tail.split_at(tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len()));
        let unit = match unit {
            "m" => "min",
            "us" => "µs",
            unit => unit,
        };
        parts.push(format!("{number} {unit}"));
        rest = after;
    }
    parts.join(" ")
}

/// How often, after `every`: `hour`, `6 h`.
pub(super) fn every(length: SimSpan) -> String {
    let units = [
        (SimSpan::SECOND, "second"),
        (SimSpan::from_secs(60), "minute"),
        (SimSpan::HOUR, "hour"),
        (SimSpan::DAY, "day"),
    ];
    match units.into_iter().find(|(unit, _)| *unit == length) {
        Some((_, name)) => name.to_owned(),
        None => span(length),
    }
}

/// A share: `3.4 %`. What is not nothing never reads `0 %`, and what is not all never `100 %`.
pub(super) fn percent(fraction: f64) -> String {
    percent_with(fraction, 2)
}

/// The value of a metric with its unit, by the metric's name.
pub(super) fn metric(name: &str, value: f64) -> String {
    metric_with(name, value, DIGITS)
}

/// The same without the name of what is counted, where it stands beside.
pub(super) fn metric_short(name: &str, value: f64) -> String {
    match unit(name) {
        Unit::Of(_) => number(value),
        _ => metric(name, value),
    }
}

/// An interval of a metric, its unit once where both ends have the same: `(9.98 to 11 s)`. Without it
/// where the value beside has that unit too.
pub(super) fn interval(name: &str, value: f64, ends: [f64; 2]) -> String {
    let [value, low, high] = [value, ends[0], ends[1]].map(|it| metric_short(name, it));
    let unit = |text: &str| text.rsplit_once(' ').map(|(_, unit)| unit.to_owned());
    let bare = |text: &str| text.rsplit_once(' ').map_or(text, |(number, _)| number).to_owned();
    if unit(&low) != unit(&high) {
        format!("({low} to {high})")
    } else if unit(&value) == unit(&high) {
        format!("({} to {})", bare(&low), bare(&high))
    } else {
        format!("({} to {high})", bare(&low))
    }
}

/// The value of a metric beside a bound: with as many digits as it takes to tell them apart.
pub(super) fn metric_beside(name: &str, value: f64, bound: f64) -> String {
    let equal = value.to_bits() == bound.to_bits();
    (DIGITS..=12)
        .map(|digits| (metric_with(name, value, digits), metric_with(name, bound, digits)))
        .find(|(of_value, of_bound)| equal || of_value != of_bound)
        .map_or_else(|| format!("{value}"), |(of_value, _)| of_value)
}

/// Nanoseconds as exact decimal seconds, for files: `1.8`.
pub(super) fn exact_seconds(nanos: u64) -> String {
    let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    if rest == 0 {
        return seconds.to_string();
    }
    let fraction = format!("{rest:09}");
    format!("{seconds}.{}", fraction.trim_end_matches('0'))
}

/// A whole number of parts, so many decimals small, as an exact decimal, for files: `-1.5`.
pub(super) fn exact_decimal(parts: i128, decimals: usize) -> String {
    let digits = format!("{:0width$}", parts.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    let sign = if parts < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// What a metric is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Share,
    /// A number of these, in the plural.
    Of(&'static str),
    /// An amount with two decimals.
    Money,
    Plain,
}

/// An amount of money, in whatever currency: `14,000.00`.
pub(super) fn money(amount: f64) -> String {
    separated(&format!("{amount:.2}"))
}

/// The unit of a metric: families first, since a few names end alike.
fn unit(name: &str) -> Unit {
    let name = name.split('{').next().unwrap_or(name);
    let family = name.split('.').next().unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or(name);
    if name.starts_with("credits.time_to") || matches!(last, "time") {
        return Unit::Seconds;
    }
    if matches!(last, "rate" | "share" | "probability" | "utilisation" | "first_rate")
        || last.ends_with("_share")
    {
        return Unit::Share;
    }
    match (family, last) {
        ("latency" | "wait" | "service" | "decision", _) | ("enables", "mean") => Unit::Seconds,
        ("attempts", "amplification") => Unit::Of("attempts per message"),
        ("attempts", _) => Unit::Of("attempts"),
        ("credits", _) => Unit::Of("credits"),
        ("enables", "waiting") | ("active" | "agents", _) => Unit::Of("agents"),
        ("creates" | "enables", _) => Unit::Of("tries"),
        ("packages", _) => Unit::Of("packages"),
        ("plans", _) => Unit::Of("changes"),
        ("trials", _) => Unit::Of("trials"),
        ("earned" | "spent_per_workspace", _) => Unit::Money,
        ("hits_per_workspace", _) => Unit::Of("hits"),
        ("backend", "throughput") => Unit::Of("replies/s"),
        ("messages" | "backend", _) => Unit::Of("messages"),
        ("backlog", _) => Unit::Of("messages/s"),
        _ => Unit::Plain,
    }
}

fn metric_with(name: &str, value: f64, digits: usize) -> String {
    match unit(name) {
        Unit::Seconds => time_with(value, digits),
        Unit::Share => percent_with(value, digits - 1),
        Unit::Of(things) => format!("{} {things}", rounded(value, digits)),
        Unit::Money => money(value),
        Unit::Plain => rounded(value, digits),
    }
}

fn time_with(seconds: f64, digits: usize) -> String {
    if seconds == 0.0 {
        return "0 s".to_owned();
    }
    // What rounds up to the limit of a unit is shown in the next one: never `1,000 ms`.
    let rounding = 1.0 - 0.5 / [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6][digits.min(6)];
    let (unit, length, _) = TIMES
        .into_iter()
        .find(|(_, _, below)| seconds.abs() < below * rounding)
        .unwrap_or(TIMES[TIMES.len() - 1]);
    format!("{} {unit}", rounded(seconds / length, digits))
}

fn percent_with(fraction: f64, digits: usize) -> String {
    let percent = fraction * 100.0;
    if percent > 0.0 && percent < 0.01 && digits <= 2 {
        return "< 0.01 %".to_owned();
    }
    if percent > 99.0 && percent < 100.0 {
        // Digits count from the first that is not a nine.
        let rest = rounded(100.0 - percent, digits.min(2));
        let decimals = rest.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        return if percent > 99.99 && digits <= 2 {
            "> 99.99 %".to_owned()
        } else {
            format!("{percent:.decimals$} %")
        };
    }
    format!("{} %", rounded(percent, digits))
}

/// `digits` significant digits without trailing zeros; digits before the point are all kept.
fn rounded(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return format!("{value}");
    }
    // Rust prints the decimal exponent exactly; a logarithm would depend on the machine.
    let scientific = format!("{value:.*e}", digits.saturating_sub(1));
    let exponent: i32 =
        scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text.as_str()
    };
    separated(if text == "-0" { "0" } else { text })
}

/// Commas between thousands: `-12345.5` as `-12,345.5`.
fn separated(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut text = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_numbers_have_separators() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234_567), "1,234,567");
        for (value, text) in [
            (0.0, "0"),
            (-0.000_000_1, "-0.0000001"),
            (0.012_345, "0.0123"),
            (1.999_9, "2"),
            (999.96, "1,000"),
            (12_345.6, "12,346"),
            (-1_250.0, "-1,250"),
            (0.5, "0.5"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn times_are_in_the_unit_a_person_would_choose() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (2e-9, "2 ns"),
            (0.000_25, "250 µs"),
            (0.25, "250 ms"),
            (0.999_9, "1 s"),
            (1.8, "1.8 s"),
            (72.04, "72 s"),
            (119.99, "2 min"),
            (720.0, "12 min"),
            (3.0 * 3_600.0, "3 h"),
            (47.99 * 3_600.0, "2 d"),
            (86_400.0 * 12.34, "12.3 d"),
        ] {
            assert_eq!(time(seconds), text);
        }
    }

    #[test]
    fn shares_do_not_round_to_nothing_or_all() {
        for (fraction, text) in [
            (0.0, "0 %"),
            (0.000_001, "< 0.01 %"),
            (0.003_4, "0.34 %"),
            (0.034_2, "3.4 %"),
            (0.456, "46 %"),
            (0.994, "99.4 %"),
            (0.999_7, "99.97 %"),
            (0.999_999, "> 99.99 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(fraction), text);
        }
    }

    #[test]
    fn metrics_are_shown_in_their_unit() {
        for (name, value, text) in [
            ("latency.p99{group=shops}", 8.9, "8.9 s"),
            ("wait.probability", 0.25, "25 %"),
            ("refusal.rate{reason=overloaded}", 0.034, "3.4 %"),
            ("credits.exhausted.time_share", 0.5, "50 %"),
            ("credits.time_to_zero.p50", 86_400.0 * 3.0, "3 d"),
            ("credits.consumed", 1_250.0, "1,250 credits"),
            ("active.over_limit.time", 0.0, "0 s"),
            ("active.full_time_share", 0.4, "40 %"),
            ("messages.offered", 1e6, "1,000,000 messages"),
            ("backend.utilisation", 0.875, "88 %"),
            ("hits_per_workspace.p90", 3.0, "3 hits"),
            ("enables.waiting", 54.0, "54 agents"),
            ("fairness.jain", 0.98, "0.98"),
        ] {
            assert_eq!(metric(name, value), text, "{name}");
        }
    }

    #[test]
    fn intervals_say_their_unit_where_it_is_not_that_of_the_value() {
        for (name, value, ends, text) in [
            ("latency.p99", 10.4, [9.98, 10.9], "(9.98 to 10.9)"),
            ("latency.p99", 121.0, [90.0, 110.0], "(90 to 110 s)"),
            ("latency.p99", 1.0, [0.95, 1.05], "(950 ms to 1.05 s)"),
            ("loss.rate", 0.05, [0.04, 0.06], "(4 to 6)"),
            ("messages.offered", 1_250.0, [1_200.0, 1_300.0], "(1,200 to 1,300)"),
        ] {
            assert_eq!(interval(name, value, ends), text);
        }
    }

    #[test]
    fn a_value_beside_its_bound_shows_the_difference() {
        assert_eq!(metric_beside("latency.p99", 10.004, 10.0), "10.004 s");
        assert_eq!(metric_beside("latency.p99", 8.913, 10.0), "8.91 s");
        assert_eq!(metric_beside("credits.oversold.max", 0.0, 0.0), "0 credits");
        assert_eq!(metric_beside("refusal.rate", 0.010_000_1, 0.01), "1.00001 %");
    }

    #[test]
    fn files_get_exact_seconds() {
        assert_eq!(exact_seconds(0), "0");
        assert_eq!(exact_seconds(1_800_000_000), "1.8");
        assert_eq!(exact_seconds(1), "0.000000001");
        assert_eq!(exact_seconds(u64::MAX), "18446744073.709551615");
    }

    #[test]
    fn files_get_exact_decimals() {
        assert_eq!(
            [0, 1, -1_500, 12_000].map(|it| exact_decimal(it, 3)),
            ["0", "0.001", "-1.5", "12"]
        );
        assert_eq!(exact_decimal(1_234_567_890, 6), "1234.56789");
    }

    #[test]
    fn spans_keep_their_exact_spelling() {
        assert_eq!(span(SimSpan::from_secs(36 * 3_600)), "1 d 12 h");
        assert_eq!(span("5m250us".parse().unwrap()), "5 min 250 µs");
        assert_eq!(span(SimSpan::ZERO), "0 s");
        assert_eq!([SimSpan::HOUR, SimSpan::from_secs(300)].map(every), ["hour", "5 min"]);
    }
}
