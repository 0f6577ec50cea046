//! `lo..hi:step`: evenly spaced values, exactly.

use super::quantity::Quantity;
use crate::units::{Decimal, SimSpan};

/// The most values that a range, and the most points that a grid may have.
pub(super) const MOST_POINTS: usize = 10_000;

/// What is wrong with a range, and what would be right.
pub(super) type Wrong = (String, Option<String>);

/// Whether a value is a range, and not a word with dots in it, such as a path to a folder above.
pub(super) fn is_range(text: &str) -> bool {
    text.contains("..") && !text.contains("../") && !text.starts_with(['"', '\'', '[', '{'])
}

/// The values of a range, from `lo` on; `hi` is one of them if a step ends there.
///
/// Decimals are counted in whole parts, so that no value drifts.
///
/// Where `may_lack_step`, it is one in the last place that an end is written with, if it is not there.
pub(super) fn values(range: &str, may_lack_step: bool) -> Result<Vec<String>, Wrong> {
    let text = &shown(range);
    let example = || Some("for example `500..5_000:500`".to_owned());
    let parts = range.split_once("..").and_then(|(low, rest)| {
        let (high, step) = match rest.split_once(':') {
            Some((high, step)) => (high, step.to_owned()),
            None if may_lack_step => (rest, finest(low, rest)),
            None => return None,
        };
        Some((low.trim(), high.trim(), step))
    });
    let Some((low, high, step)) = parts else {
        return Err((format!("the range `{text}` is not `lo..hi:step`"), example()));
    };
    let step = step.trim();
    let read = |name: &str, text: &str| {
        Quantity::parse(text).ok_or_else(|| {
            let what = format!("{name} of the range, `{}`, is no number with a unit", shown(text));
            (what, Some("as in `500`, `12.5%`, `250ms` or `12/h`".to_owned()))
        })
    };
    let (from, to, by) = (read("the start", low)?, read("the end", high)?, read("the step", step)?);
    match (from, to, by) {
        (Quantity::Span(from), Quantity::Span(to), Quantity::Span(by)) => {
            let [from, to, by] = [from, to, by].map(|it| u128::from(it.nanos()));
            let value = |nanos| SimSpan::from_nanos(nanos as u64).to_string();
            Ok(steps(text, [from, to, by])?.map(value).collect())
        }
        (
            Quantity::Number(from, unit),
            Quantity::Number(to, unit_to),
            Quantity::Number(by, unit_by),
        ) if unit == unit_to && unit == unit_by => {
            let decimals = from.decimals().max(to.decimals()).max(by.decimals());
            let too_long = || (format!("the range `{text}` has too many digits"), None);
            let parts = |it: Decimal| it.parts(decimals).ok_or_else(too_long);
            let parts = [parts(from)?, parts(to)?, parts(by)?];
            let value = |parts| format!("{}{unit}", Decimal::of_parts(parts, decimals));
            Ok(steps(text, parts)?.map(value).collect())
        }
        _ => {
            let [low, high, step] = [low, high, step].map(shown);
            let what = format!("`{low}`, `{high}` and the step `{step}` are not in one unit");
            Err((what, Some("as in `1s..5s:500ms`, `10%..50%:10%` or `6/h..12/h:1/h`".to_owned())))
        }
    }
}

/// One in the last place that either end is written with: `1` of `1..64`, `0.1` of `0.5..2`, `1ms` of
/// `250ms..2s`. Where an end is no number it is that end, which then is told of.
fn finest(low: &str, high: &str) -> String {
    let steps = [low, high].map(|end| {
        let end = end.trim();
        // Of several parts, as in `1m30s`, the last is the finest.
        let digits = end.trim_end_matches(|c: char| !c.is_ascii_digit());
        let start = digits.rfind(|c: char| !(c.is_ascii_digit() || matches!(c, '_' | '.')));
        let number = &digits[start.map_or(0, |at| at + 1)..];
        // A rate has its unit behind a slash: `3/15m`.
        let (number, unit) = match end.split_once('/') {
            Some((number, per)) => (number.trim(), format!("/{}", per.trim())),
            None => (number, end[digits.len()..].trim().to_owned()),
        };
        let one = match number.split_once('.') {
            Some((_, decimals)) => {
                format!("0.{}1", "0".repeat(decimals.len().saturating_sub(1)))
            }
            None => "1".to_owned(),
        };
        one + &unit
    });
    let place = |step: &String| Quantity::parse(step).and_then(|it| it.place());
    match steps.each_ref().map(place) {
        [Some(of_low), Some(of_high)] if of_high < of_low => steps[1].clone(),
        _ => steps[0].clone(),
    }
}

/// As much of a text as a message has room for.
fn shown(text: &str) -> String {
    let shown: String = text.chars().take(60).collect();
    if shown.len() < text.len() { shown + ".." } else { shown }
}

/// The whole numbers from `from` to `to`, both inside, `by` apart.
fn steps(text: &str, [from, to, by]: [u128; 3]) -> Result<impl Iterator<Item = u128>, Wrong> {
    if by == 0 {
        return Err((format!("the range `{text}` has a step of 0"), None));
    }
    if from > to {
        let hint = "write the smaller end first; plots are in ascending order either way";
        return Err((format!("the range `{text}` ends before it starts"), Some(hint.to_owned())));
    }
    let more = (to - from) / by;
    if more >= MOST_POINTS as u128 {
        let most = "a grid has at most 10,000 points";
        // One more than so many steps; of the greatest number of them one is lost.
        let count = more.saturating_add(1);
        let what = format!("the range `{text}` has {count} values, and {most}");
        return Err((what, None));
    }
    Ok((0..=more).map(move |step| from + step * by))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> String {
        values(text, false).unwrap().join(" ")
    }

    #[test]
    fn values_are_exact_and_end_where_a_step_does() {
        for (text, expected) in [
            ("500..2_000:500", "500 1000 1500 2000"),
            ("500..1_999:500", "500 1000 1500"),
            ("0.1..0.7:0.1", "0.1 0.2 0.3 0.4 0.5 0.6 0.7"),
            ("0.05 .. 0.2 : 0.05", "0.05 0.1 0.15 0.2"),
            ("10%..50%:10%", "10% 20% 30% 40% 50%"),
            ("1s..2s:500ms", "1s 1s500ms 2s"),
            ("50ms..0.1s:25ms", "50ms 75ms 100ms"),
            ("12/h..14/h:0.5/h", "12/h 12.5/h 13/h 13.5/h 14/h"),
            ("1x..3x:1x", "1x 2x 3x"),
            ("7..7:1", "7"),
            ("1..2:5", "1"),
        ] {
            assert_eq!(joined(text), expected, "{text}");
        }
        let many = values("0.0001..0.9999:0.0001", false).unwrap();
        assert_eq!((many.len(), many[6_999].as_str()), (9_999, "0.7"));
    }

    #[test]
    fn a_step_that_is_not_there_is_one_in_the_last_place() {
        for (text, expected) in [
            ("1..4", "1 2 3 4"),
            ("0.8..1", "0.8 0.9 1"),
            ("0.99..1.01", "0.99 1 1.01"),
            ("1_000..1_002", "1000 1001 1002"),
            ("8%..10%", "8% 9% 10%"),
            ("998ms..1s", "998ms 999ms 1s"),
            ("1m58s..2m", "1m58s 1m59s 2m"),
            ("1.5x..1.7x", "1.5x 1.6x 1.7x"),
            ("2/s..4/s", "2/s 3/s 4/s"),
            ("3/15m..5/15m", "3/15m 4/15m 5/15m"),
            ("0.5/s..0.7/s", "0.5/s 0.6/s 0.7/s"),
            ("1..3:2", "1 3"),
        ] {
            assert_eq!(values(text, true).unwrap().join(" "), expected, "{text}");
        }
        for (text, part) in [
            ("a..b", "the start of the range, `a`,"),
            ("1..b", "the end of the range, `b`,"),
            ("..5", "the start of the range, ``,"),
            ("1..", "the end of the range, ``,"),
            ("1..5s", "are not in one unit"),
            ("1..100_000", "at most 10,000 points"),
        ] {
            let (what, _) = values(text, true).unwrap_err();
            assert!(what.contains(part), "{text}: {what}");
        }
    }

    #[test]
    fn what_is_no_range_says_why() {
        let long = format!("1..2:0.{}1", "0".repeat(60));
        for (text, part) in [
            ("1..5", "is not `lo..hi:step`"),
            ("..5:1", "the start of the range, ``,"),
            ("1..:1", "the end of the range, ``,"),
            ("1..5:", "the step of the range, ``,"),
            ("1...5:1", "the end of the range, `.5`,"),
            ("a..b:c", "the start of the range, `a`,"),
            ("-5..5:1", "the start of the range, `-5`,"),
            ("1..5:-1", "the step of the range, `-1`,"),
            ("1e3..2e3:1", "the start of the range, `1e3`,"),
            ("1..5:0", "has a step of 0"),
            ("1s..5s:0ms", "has a step of 0"),
            ("5..1:1", "ends before it starts"),
            ("1s..5s:500", "are not in one unit"),
            ("10%..50:10%", "are not in one unit"),
            ("1/h..1/s:1/h", "are not in one unit"),
            ("1..10_001:1", "has 10001 values, and a grid has at most 10,000 points"),
            ("0..340282366920938463463374607431768211455:1", "values, and a grid has at most"),
            ("0..340282366920938463463374607431768211456:1", "the end of the range"),
            ("0..340282366920938463463374607431768211455:0.1", "has too many digits"),
            (&long, "has too many digits"),
        ] {
            let (what, _) = values(text, false).unwrap_err();
            assert!(what.contains(part), "{text}: {what}");
        }
        assert_eq!(values("1..10_000:1", false).unwrap().len(), 10_000);
    }

    #[test]
    fn paths_and_quoted_texts_are_no_ranges() {
        assert!(is_range("1..5:1") && is_range("a..b"));
        assert!(!is_range("../a.csv") && !is_range("\"1..5:1\"") && !is_range("[1..5]"));
    }
}
