//! Single values: quantities with units, names, texts.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use crate::enforcement::Estimate;
use crate::rules::{Below, Cycle};
use crate::units::{Credits, Money, ParseQuantityError, Rate, Share, SimSpan, Speed, parse_count};

/// The version of the scenario language that this build reads.
pub(in crate::scenario) const KNOWN_VERSION: u64 = 1;

/// The greatest factor: products of several stay numbers.
pub(in crate::scenario) const MOST_TIMES: f64 = 1e6;

/// A quantity by the word that the schema has for it.
#[derive(Debug)]
pub(in crate::scenario) struct QuantityWord {
    pub(in crate::scenario) word: &'static str,
    /// What it is, how it is written, and its bounds.
    pub(in crate::scenario) about: &'static str,
    /// Says why a text is not this quantity.
    pub(in crate::scenario) check: fn(&str) -> Result<(), ParseQuantityError>,
    /// A valid value, which stands in where one is at fault.
    pub(in crate::scenario) placeholder: &'static str,
}

/// The quantity that the schema calls `word`.
pub(in crate::scenario) fn quantity(word: &str) -> Option<&'static QuantityWord> {
    QUANTITIES.iter().find(|quantity| quantity.word == word)
}

/// Declares single values: a type that is read from a text, its schema, and its row in
/// [`QUANTITIES`].
macro_rules! quantities {
    ($(
        $(#[doc = $about:literal])*
        $name:ident($inner:ty) = $word:literal, $read:path, $placeholder:literal, { $($schema:tt)* };
    )*) => {
        $(
            $(#[doc = $about])*
            #[derive(Debug, Clone, PartialEq)]
            pub(in crate::scenario) struct $name(pub(in crate::scenario) $inner);

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_str(Reader($read)).map(Self)
                }
            }

            impl JsonSchema for $name {
                fn inline_schema() -> bool {
                    true
                }

                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!({ $($schema)*, "x-quantity": $word })
                }
            }
        )*

        const QUANTITIES: &[QuantityWord] = &[$(
            QuantityWord {
                word: $word,
                about: concat!($($about),*),
                check: |text| $read(text).map(|_| ()),
                placeholder: $placeholder,
            },
        )*];
    };
}

quantities! {
    /// A length of time, in numbers with units: `w`, `d`, `h`, `m` or `min`, `s`, `ms`, `us`, `ns`.
    /// Whole nanoseconds, at most 292 years.
    Duration(SimSpan) = "duration", str::parse::<SimSpan>, "1s", {
        "type": "string",
        "pattern": r"^([0-9][0-9_]*(\.[0-9_]+)?(ns|us|ms|s|m|min|h|d|w))+$"
    };
    /// So many in a length of time: a number, a slash, and a unit or a duration. Above 0, at most
    /// one in a nanosecond; kept as an exact fraction.
    RateText(Rate) = "rate", str::parse::<Rate>, "1/s", {
        "type": "string",
        "pattern": r"^[0-9][0-9_]*(\.[0-9_]+)? */ *([0-9_.]*(ns|us|ms|s|m|min|h|d|w))+$"
    };
    /// Credits or tokens. At most three decimals, at most 10^12.
    Amount(Credits) = "amount", str::parse::<Credits>, "1", {
        "type": ["number", "string"],
        "minimum": 0,
        "pattern": r"^[0-9][0-9_]*(\.[0-9_]+)?$"
    };
    /// A whole number, at most 4,294,967,295 unless its key says otherwise.
    Count(u64) = "count", parse_count, "1", {
        "type": ["integer", "string"],
        "minimum": 0,
        "pattern": "^[0-9][0-9_]*$"
    };
    /// A whole number, or no limit.
    CountOrUnlimited(Option<u64>) = "count or unlimited", count_or_unlimited, "unlimited", {
        "type": ["integer", "string"],
        "minimum": 0,
        "pattern": "^([0-9][0-9_]*|unlimited)$"
    };
    /// A number without a unit, at least 0, at most 10^15.
    Number(f64) = "number", number, "1", {
        "type": ["number", "string"],
        "minimum": 0,
        "pattern": r"^[0-9][0-9_]*(\.[0-9_]+)?$"
    };
    /// How many times as much: a number and `x`. At most `1_000_000x`; `0x` is nothing at all.
    Factor(f64) = "factor", factor, "1x", {
        "type": "string",
        "pattern": r"^[0-9][0-9_]*(\.[0-9_]+)?x$"
    };
    /// How many times as fast time runs: a number above 0 and `x`. At most `1_000_000x`, at most six
    /// decimals.
    SpeedText(Speed) = "speed", str::parse::<Speed>, "1x", {
        "type": "string",
        "pattern": r"^[0-9][0-9_]*(\.[0-9_]+)?x$"
    };
    /// When a pool is filled again.
    RenewalText(Renewal) = "renewal", renewal, "monthly", {
        "type": "string",
        "pattern": r"^(monthly|never|([0-9][0-9_]*(\.[0-9_]+)?(ns|us|ms|s|m|min|h|d|w))+)$"
    };
    /// A share of a whole, in percent. At most `100%`, at most seven decimals.
    ShareText(Share) = "share", str::parse::<Share>, "100%", {
        "type": "string",
        "pattern": r"^[0-9][0-9_]*(\.[0-9_]+)? *%$"
    };
    /// A price, in any currency as long as it is one. At most six decimals, at most 10^12.
    MoneyText(Money) = "price", str::parse::<Money>, "1", {
        "type": ["number", "string"],
        "minimum": 0,
        "pattern": r"^[0-9][0-9_]*(\.[0-9_]+)?$"
    };
    /// How often a plan is paid for.
    BillingText(Cycle) = "billing period", billing, "monthly", {
        "type": "string",
        "pattern": r"^(monthly|([0-9][0-9_]*(\.[0-9_]+)?(ns|us|ms|s|m|min|h|d|w))+)$"
    };
    /// From which instant renewals are counted.
    AnchorText(Anchor) = "anchor", anchor, "subscription", {
        "type": ["integer", "string"],
        "minimum": 1,
        "maximum": 31,
        "pattern": "^(subscription|purchase|[0-9]{1,2}|[0-9]{4}-[0-9]{2}-[0-9]{2})$"
    };
    /// How long a package is valid: `None` until the plan's credits renew.
    ValidityText(Option<SimSpan>) = "validity", validity, "plan", {
        "type": "string",
        "pattern": r"^(plan|([0-9][0-9_]*(\.[0-9_]+)?(ns|us|ms|s|m|min|h|d|w))+)$"
    };
    /// How little of a pool may be left.
    BelowText(Below) = "share or amount", below, "1%", {
        "type": ["number", "string"],
        "minimum": 0,
        "pattern": r"^[0-9][0-9_]*(\.[0-9_]+)?( *%)?$"
    };
    /// What an attempt is thought to cost: credits, or so many times what it will cost. Factors have at
    /// most six decimals.
    EstimateText(Estimate) = "amount or factor", estimate, "1x", {
        "type": ["number", "string"],
        "minimum": 0,
        "pattern": r"^[0-9][0-9_]*(\.[0-9_]+)?x?$"
    };
    /// How many in excess go on at once: `None` all.
    DelayText(Option<Credits>) = "amount or burst", delay, "0", {
        "type": ["number", "string"],
        "minimum": 0,
        "pattern": r"^([0-9][0-9_]*(\.[0-9_]+)?|burst)$"
    };
    /// A length of time, or `auto`: as long as it takes to settle.
    WarmUpText(Option<SimSpan>) = "duration or auto", warm_up, "0s", {
        "type": "string",
        "pattern": r"^(auto|([0-9][0-9_]*(\.[0-9_]+)?(ns|us|ms|s|m|min|h|d|w))+)$"
    };
    /// The most in one period of a pool.
    PerPeriodText(u32) = "number per period", per_period, "1 per period", {
        "type": "string",
        "pattern": "^[0-9][0-9_]* +per +period$"
    };
    /// The version of the language.
    Version(u64) = "version", version, "1", {
        "type": "integer",
        "const": 1
    };
    /// An instant on the calendar, by RFC 3339: date, time, and zone.
    Instant(Timestamp) = "instant", instant, "2026-01-01T00:00:00Z", {
        "type": "string",
        "format": "date-time"
    };
    /// A name of 1 to 100 letters, digits, `-` and `_`.
    Name(String) = "name", name, "placeholder", {
        "type": "string",
        "pattern": "^[A-Za-z0-9_-]{1,100}$"
    };
    /// Any text; in quotes where YAML would read something else, such as after `: ` or before ` #`.
    Text(String) = "text", text, "-", {
        "type": "string"
    };
    /// Yes or no.
    Flag(bool) = "flag", flag, "false", {
        "type": "boolean"
    };
}

/// Reads a quantity from a text without keeping the text.
struct Reader<T>(fn(&str) -> Result<T, ParseQuantityError>);

impl<T> Visitor<'_> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

/// When a pool is filled again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scenario) enum Renewal {
    /// Every month of the calendar.
    Monthly,
    /// The first amount is all there is.
    Never,
    /// Every so often.
    Every(SimSpan),
}

/// From which instant renewals are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scenario) enum Anchor {
    /// The renewal of the subscription.
    Subscription,
    /// The instant at which the workspace came to the plan.
    Purchase,
    /// A day of every month.
    Day(i8),
    /// The beginning of a day of the calendar.
    Date(Timestamp),
}

fn count_or_unlimited(text: &str) -> Result<Option<u64>, ParseQuantityError> {
    if text == "unlimited" {
        return Ok(None);
    }
    let expected = "a whole number such as `10_000`, or `unlimited`";
    parse_count(text).map(Some).map_err(|_| ParseQuantityError::new(text, expected))
}

/// Reads a decimal number from 0 on.
pub(in crate::scenario) fn number(text: &str) -> Result<f64, ParseQuantityError> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit())
        && text.ends_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '.'));
    let digits = text.replace('_', "");
    plain
        .then(|| digits.parse().ok())
        .flatten()
        .filter(|number: &f64| *number <= 1e15)
        .ok_or_else(|| ParseQuantityError::new(text, "a number such as `4` or `1.5`"))
}

fn factor(text: &str) -> Result<f64, ParseQuantityError> {
    let times = text.strip_suffix('x').and_then(|times| number(times).ok());
    times.filter(|&times| times <= MOST_TIMES).ok_or_else(|| {
        ParseQuantityError::new(text, "a factor such as `2.5x`, at most `1_000_000x`")
    })
}

fn renewal(text: &str) -> Result<Renewal, ParseQuantityError> {
    let expected = "`monthly`, `never` or a duration such as `30d`";
    match text {
        "monthly" => Ok(Renewal::Monthly),
        "never" => Ok(Renewal::Never),
        _ => text.parse().map(Renewal::Every).map_err(|_| ParseQuantityError::new(text, expected)),
    }
}

fn billing(text: &str) -> Result<Cycle, ParseQuantityError> {
    let expected = "`monthly` or a duration such as `30d`";
    if text == "monthly" {
        return Ok(Cycle::Monthly);
    }
    text.parse().map(Cycle::Every).map_err(|_| ParseQuantityError::new(text, expected))
}

fn anchor(text: &str) -> Result<Anchor, ParseQuantityError> {
    let expected = "`subscription`, `purchase`, a day of the month such as `15`, or a date such as \
                    `2026-06-15`";
    let day = || parse_count(text).ok().filter(|day| (1..=31).contains(day));
    let is_date = || {
        let digit = |(index, byte): (usize, u8)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        text.len() == 10 && text.bytes().enumerate().all(digit)
    };
    let begins = |date: Date| Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp());
    match text {
        "subscription" => Some(Anchor::Subscription),
        "purchase" => Some(Anchor::Purchase),
        _ if is_date() => text.parse().ok().and_then(begins).map(Anchor::Date),
        _ => day().map(|day| Anchor::Day(day as i8)),
    }
    .ok_or_else(|| ParseQuantityError::new(text, expected))
}

fn validity(text: &str) -> Result<Option<SimSpan>, ParseQuantityError> {
    let expected = "`plan` or a duration such as `30d`";
    if text == "plan" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| ParseQuantityError::new(text, expected))
}

fn estimate(text: &str) -> Result<Estimate, ParseQuantityError> {
    let of = if let Some(times) = text.strip_suffix('x') {
        let millionths = number(times).ok().map(|times| times * 1e6);
        // Whole, at most 10^12.
        millionths
            .filter(|it| *it <= MOST_TIMES * 1e6 && (it - it.round()).abs() < 1e-3)
            .map(|it| Estimate::Millionths(it.round() as u64))
    } else {
        text.parse().ok().map(Estimate::Amount)
    };
    of.ok_or_else(|| {
        let expected = "credits such as `5`, or a factor such as `1.5x`, at most `1_000_000x`";
        ParseQuantityError::new(text, expected)
    })
}

fn below(text: &str) -> Result<Below, ParseQuantityError> {
    let expected = "a share such as `5%`, or an amount such as `500`";
    let share = text.parse().ok().map(Below::Share);
    share
        .or_else(|| text.parse().ok().map(Below::Amount))
        .ok_or_else(|| ParseQuantityError::new(text, expected))
}

fn delay(text: &str) -> Result<Option<Credits>, ParseQuantityError> {
    let expected = "an amount such as `5`, or `burst`";
    if text == "burst" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| ParseQuantityError::new(text, expected))
}

fn warm_up(text: &str) -> Result<Option<SimSpan>, ParseQuantityError> {
    if text == "auto" {
        return Ok(None);
    }
    let expected = "a duration such as `10m`, or `auto`";
    text.parse().map(Some).map_err(|_| ParseQuantityError::new(text, expected))
}

fn per_period(text: &str) -> Result<u32, ParseQuantityError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = match words[..] {
        [number, "per", "period"] => parse_count(number).ok(),
        _ => None,
    };
    number
        .and_then(|number| u32::try_from(number).ok())
        .filter(|&number| number > 0)
        .ok_or_else(|| ParseQuantityError::new(text, "a number from 1 on such as `3 per period`"))
}

fn version(text: &str) -> Result<u64, ParseQuantityError> {
    let expected = "a version of the scenario language that this build knows: `1`";
    parse_count(text)
        .ok()
        .filter(|&version| version == KNOWN_VERSION)
        .ok_or_else(|| ParseQuantityError::new(text, expected))
}

fn instant(text: &str) -> Result<Timestamp, ParseQuantityError> {
    // The parser also takes dates without a time and names of zones in brackets, which are not
    // RFC 3339.
    let has_shape = text.is_ascii()
        && text.char_indices().all(|(index, c)| match index {
            4 | 7 => c == '-',
            10 => matches!(c, 'T' | 't' | ' '),
            13 | 16 => c == ':',
            0..19 => c.is_ascii_digit(),
            _ => c != '[',
        });
    has_shape.then(|| text.parse().ok()).flatten().ok_or_else(|| {
        let expected = "an instant with its zone such as `2026-06-01T00:00:00Z`";
        ParseQuantityError::new(text, expected)
    })
}

/// Reads a name of letters, digits, `-` and `_`.
pub(in crate::scenario) fn name(text: &str) -> Result<String, ParseQuantityError> {
    let valid = (1..=100).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let expected = "a name of letters, digits, `-` and `_`";
    if valid { Ok(text.to_owned()) } else { Err(ParseQuantityError::new(text, expected)) }
}

fn text(text: &str) -> Result<String, ParseQuantityError> {
    if text.is_empty() {
        return Err(ParseQuantityError::new(text, "a text"));
    }
    Ok(text.to_owned())
}

fn flag(text: &str) -> Result<bool, ParseQuantityError> {
    text.parse().map_err(|_| ParseQuantityError::new(text, "`true` or `false`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_valid_and_no_quantity_is_empty() {
        for quantity in QUANTITIES {
            assert_eq!((quantity.check)(quantity.placeholder), Ok(()), "{}", quantity.word);
            assert!((quantity.check)("").is_err(), "{}", quantity.word);
        }
    }

    #[test]
    fn instants_are_rfc_3339_with_a_zone() {
        for text in ["2026-06-01T00:00:00Z", "2026-06-01T02:00:00+02:00", "2026-06-01t00:00:00.5z"]
        {
            assert!(instant(text).is_ok(), "{text}");
        }
        for text in ["2026-06-01", "2026-06-01T00:00:00", "2026-06-01T00Z", "2026-13-01T00:00:00Z"]
        {
            assert!(instant(text).is_err(), "{text}");
        }
        assert!(instant("2026-06-01T00:00:00Z[UTC]").is_err());
    }

    #[test]
    fn anchors_are_words_days_and_dates() {
        for (text, read) in [
            ("subscription", Anchor::Subscription),
            ("purchase", Anchor::Purchase),
            ("1", Anchor::Day(1)),
            ("31", Anchor::Day(31)),
            ("2028-02-29", Anchor::Date("2028-02-29T00:00:00Z".parse().unwrap())),
        ] {
            assert_eq!(anchor(text), Ok(read));
        }
        for text in ["0", "32", "day", "2026-02-29", "2026-6-15", "2026-06-15T00:00:00Z", "1.5"] {
            assert!(anchor(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_bought_and_multiplied_says_how_much() {
        assert_eq!(per_period("3 per period"), Ok(3));
        assert_eq!(below("5%").unwrap(), Below::Share("5%".parse().unwrap()));
        assert_eq!(below("1_250.5").unwrap(), Below::Amount("1250.5".parse().unwrap()));
        assert_eq!(estimate("1.5x").unwrap(), Estimate::Millionths(1_500_000));
        assert_eq!(estimate("0.000_001x").unwrap(), Estimate::Millionths(1));
        assert_eq!(estimate("0x").unwrap(), Estimate::Millionths(0));
        assert_eq!(estimate("2.5").unwrap(), Estimate::Amount("2.5".parse().unwrap()));
        for text in ["", "x", "-1x", "1.5", "0.0000001x", "2000000x", "150%", "1.2345"] {
            assert_eq!(estimate(text).is_ok(), text == "1.5", "{text}");
        }
        assert_eq!((factor("4x"), factor("1_000x"), factor("0x")), (Ok(4.0), Ok(1e3), Ok(0.0)));
        for text in ["0 per period", "3", "3 per month", "per period", "5_000_000_000 per period"] {
            assert!(per_period(text).is_err(), "{text}");
        }
        for text in ["4", "x", "-1x", "1e3x", "1_000_001x", "4xx", "2 x", ".5x"] {
            assert!(factor(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_plain_decimals() {
        assert_eq!(number("1_000.25"), Ok(1000.25));
        for text in ["1e3", "-1", ".5", "5.", "1.2.3", "inf", "", "0x10"] {
            assert!(number(text).is_err(), "{text}");
        }
    }
}
