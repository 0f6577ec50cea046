//! Figures as scenarios write them.

use libm::{floor, log10, round};

use super::law::Law;
use super::values::{Kind, Spread};
use crate::units::{Credits, SimSpan};

/// Significant digits of what is written: more than any trace tells, so that nothing is lost.
const DIGITS: i32 = 5;

/// A number with five significant digits, and no more decimals than so many.
fn number(value: f64, most: i32) -> String {
    let before = if value > 0.0 { floor(log10(value)) as i32 + 1 } else { 1 };
    let decimals = (DIGITS - before).clamp(0, most);
    let text = format!("{value:.*}", decimals as usize);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A span of nanoseconds.
pub(super) fn span(nanos: f64) -> String {
    const UNITS: [(&str, SimSpan); 5] = [
        ("d", SimSpan::DAY),
        ("h", SimSpan::HOUR),
        ("m", SimSpan::MINUTE),
        ("s", SimSpan::SECOND),
        ("ms", SimSpan::MILLISECOND),
    ];
    if nanos < 0.5 {
        return "0s".to_owned();
    }
    match UNITS.iter().find(|(_, unit)| nanos >= unit.nanos() as f64) {
        // A ten-thousandth of a millisecond is a whole number of nanoseconds, and so with all others.
        Some((name, unit)) => format!("{}{name}", number(nanos / unit.nanos() as f64, 4)),
        None => format!("{}ns", round(nanos)),
    }
}

/// A rate, from events in a nanosecond.
pub(super) fn rate(per_nano: f64) -> String {
    const UNITS: [(&str, SimSpan); 4] = [
        ("s", SimSpan::SECOND),
        ("min", SimSpan::MINUTE),
        ("h", SimSpan::HOUR),
        ("d", SimSpan::DAY),
    ];
    match UNITS.iter().find(|(_, unit)| per_nano * unit.nanos() as f64 >= 1.0) {
        Some((name, unit)) => format!("{}/{name}", number(per_nano * unit.nanos() as f64, 4)),
        None => format!("1/{}", span(1.0 / per_nano)),
    }
}

/// A plain number, such as a `cv` or a weight.
pub(super) fn plain(value: f64) -> String {
    number(value, 4)
}

/// A value of a kind, which may lie between those that there are.
fn value(value: f64, kind: Kind) -> String {
    match kind {
        Kind::Time => span(value),
        Kind::Credits => Credits::from_thousandths(round(value) as i64).to_string(),
        Kind::Count => number(value, 4),
    }
}

/// A law of times.
pub(super) fn law(law: &Law) -> String {
    law_of(law, Kind::Time)
}

fn law_of(law: &Law, kind: Kind) -> String {
    let spread = |name: &str| {
        let cv = plain(law.cv().clamp(0.001, 1_000.0));
        format!("{{ {name}: {{ mean: {}, cv: {cv} }} }}", value(law.mean().max(1.0), kind))
    };
    match law {
        Law::Constant { value: it } => value(*it, kind),
        Law::Exponential { mean } => format!("{{ exponential: {} }}", value(mean.max(1.0), kind)),
        Law::Uniform { min, max } => {
            format!("{{ uniform: {{ min: {}, max: {} }} }}", value(*min, kind), value(*max, kind))
        }
        Law::Gamma { .. } | Law::Weibull { .. } | Law::Lognormal { .. } => spread(law.name()),
        Law::Bursts { on, off, .. } => {
            format!(
                "{{ on: {{ exponential: {} }}, off: {{ exponential: {} }} }}",
                span(*on),
                span(*off)
            )
        }
    }
}

/// The parameters of a law of arrivals, for people.
pub(super) fn parameters(law: &Law) -> String {
    match law {
        Law::Constant { value } => span(*value),
        Law::Exponential { mean } => format!("mean {}", span(*mean)),
        Law::Uniform { min, max } => format!("{} to {}", span(*min), span(*max)),
        Law::Gamma { .. } | Law::Weibull { .. } | Law::Lognormal { .. } => {
            format!("mean {}, cv {}", span(law.mean()), plain(law.cv()))
        }
        Law::Bursts { gap, on, off } => {
            format!("{} while on; on {}, off {}", rate(1.0 / gap), span(*on), span(*off))
        }
    }
}

/// How values of messages are drawn.
pub(super) fn spread(spread: &Spread, kind: Kind) -> String {
    match spread {
        Spread::Law(law) => law_of(law, kind),
        Spread::Geometric(mean) => format!("{{ geometric: {} }}", plain(*mean)),
        Spread::Mixture(values) => {
            let counts: Vec<u64> = values.iter().map(|(_, count)| *count).collect();
            let values = values.iter().map(|&(it, _)| value(it as f64, kind));
            mixture(&counts, values)
        }
        Spread::Parts(parts) => {
            let counts: Vec<u64> = parts.iter().map(|part| part.count).collect();
            let ranges = parts.iter().map(|part| {
                let (min, max) = (value(part.min as f64, kind), value(part.max as f64, kind));
                if min == max {
                    min
                } else {
                    format!("{{ uniform: {{ min: {min}, max: {max} }} }}")
                }
            });
            mixture(&counts, ranges)
        }
    }
}

/// A mixture, whose shares are as exact as they can be and still sum to the whole.
fn mixture(counts: &[u64], of: impl Iterator<Item = String>) -> String {
    /// The unit of shares: the last of the seven decimals of a percent.
    const WHOLE: u128 = 1_000_000_000;
    const PERCENT: u128 = WHOLE / 100;
    let total: u128 = counts.iter().map(|&count| u128::from(count)).sum();
    let mut before = (0, 0);
    let shares = counts.iter().map(|&count| {
        // The sums are rounded, not the shares: so they come to the whole.
        let seen = before.0 + u128::from(count);
        let up_to = seen * WHOLE / total;
        let share = up_to - before.1;
        before = (seen, up_to);
        share
    });
    let branches = shares.zip(of).filter(|(share, _)| *share > 0).map(|(share, of)| {
        let fraction = format!("{:07}", share % PERCENT);
        let fraction = fraction.trim_end_matches('0');
        let dot = if fraction.is_empty() { "" } else { "." };
        format!("{{ share: {}{dot}{fraction}%, of: {of} }}", share / PERCENT)
    });
    format!("{{ mixture: [{}] }}", branches.collect::<Vec<_>>().join(", "))
}

/// A distance or a chance with three digits after the point, or fewer where they are 0.
pub(super) fn distance(value: f64) -> String {
    format!("{value:.4}")
}

/// A chance: `p = 0.03`, or below the least that is worth telling.
pub(super) fn chance(p: f64) -> String {
    if p < 1e-4 { "p < 0.0001".to_owned() } else { format!("p = {p:.4}") }
}

/// A whole number with commas.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many of something, in words.
pub(super) fn several(count: u64, one: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {one}{s}", grouped(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Rate;

    #[test]
    fn spans_and_rates_are_those_of_scenarios() {
        for (nanos, text) in [
            (0.0, "0s"),
            (1.0, "1ns"),
            (1_234.4, "1234ns"),
            (1.5e9, "1.5s"),
            (1_234_567.8, "1.2346ms"),
            (90e9, "1.5m"),
            (86_400e9 * 12.345_678, "12.346d"),
            (86_400e9 * 123_456.0, "123456d"),
        ] {
            assert_eq!(span(nanos), text);
            assert!(text.parse::<SimSpan>().is_ok() || nanos > 1e18, "{text}");
        }
        for (per_second, text) in
            [(2.0, "2/s"), (0.5, "30/min"), (1.0 / 86_400.0, "1/d"), (1e-9, "1/11574d")]
        {
            assert_eq!(rate(per_second / 1e9), text);
            assert!(text.parse::<Rate>().is_ok(), "{text}");
        }
    }

    #[test]
    fn shares_of_a_mixture_come_to_the_whole() {
        let values = vec![(1_000, 1), (2_000, 1), (2_500, 1)];
        let text = spread(&Spread::Mixture(values), Kind::Credits);
        assert_eq!(
            text,
            "{ mixture: [{ share: 33.3333333%, of: 1 }, { share: 33.3333333%, of: 2 }, \
             { share: 33.3333334%, of: 2.5 }] }"
        );
    }
}
