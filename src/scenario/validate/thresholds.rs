//! Thresholds: `latency.p99{group=shops} < 10s`.

use super::super::at::{At, Findings};
use super::super::model::Scenario;
use super::super::precision::Precision;
use super::super::suggest::{list, nearest};
use super::super::threshold::{Comparison, Threshold};
use super::super::types::{KnownTo, Text, number};
use super::known::Known;
use super::labels::Labels;
use super::piece::Piece;
use super::windows::{Measured, not_windowed};
use crate::summary::{FAMILIES, MetricFamily, MetricState, Selector, Unit, family_of};
use crate::units::{Credits, Money, Rate, Share, SimSpan};

/// Spellings of comparisons; a longer one stands before its beginning.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

/// The thresholds that stand at `at`.
pub(super) fn thresholds(
    written: &[Text],
    known: &Known,
    (measured, replications): (Option<Measured>, Option<u32>),
    at: At<'_>,
    findings: &mut Findings,
) -> Vec<Threshold> {
    let texts = written.iter().enumerate();
    texts
        .filter_map(|(index, text)| {
            let (text, at) = (&text.0, at.item(index));
            Reader { text, at, known, measured, replications, findings }.threshold()
        })
        .collect()
}

/// Reads a metric of a finished scenario as thresholds have it: whose it is, and its key in summary.json. Else
/// it is said what is wrong, and what would be right.
pub(crate) fn read_metric(
    text: &str,
    scenario: &Scenario,
) -> Result<(Selector, String), (String, Option<String>)> {
    let (known, mut findings) = (Known::of(scenario), Findings::default());
    let (at, measured, replications) = (At::nowhere(), None, None);
    let mut reader =
        Reader { text, at, known: &known, measured, replications, findings: &mut findings };
    let metric = reader.metric(Piece { text, start: 0 }.trim());
    match (metric, findings.mistakes.into_iter().next()) {
        (Some(Metric { of, key, .. }), None) => Ok((of, key)),
        (_, mistake) => Err(mistake.map_or_else(Default::default, |it| (it.message, it.hint))),
    }
}

/// When replications are enough, of which there are `fewest`: it stands at `at`.
pub(super) fn precision(
    written: &KnownTo,
    fewest: u32,
    known: &Known,
    at: At<'_>,
    findings: &mut Findings,
) -> Option<Precision> {
    let key = Piece { text: &written.metric.0, start: 0 }.trim();
    let (text, place) = (key.text, at.key("metric"));
    let (measured, replications) = (None, None);
    let mut reader = Reader { text, at: place, known, measured, replications, findings };
    let metric = reader.metric(key);
    let width = Piece { text: &written.half_width.0, start: 0 }.trim();
    let (text, place) = (width.text, at.key("half_width"));
    let family = metric.as_ref().map(|metric| metric.family);
    let mut reader = Reader { text, at: place, known, measured, replications, findings };
    let half_width = reader.bound(width, family)?;
    if half_width <= 0.0 {
        reader.fault::<()>(width, "nothing is ever known so precisely", "it is above 0");
    }
    let Metric { key, of, .. } = metric?;
    Some(Precision { fewest, of, metric: key, half_width })
}

pub(super) struct Reader<'t, 'r> {
    text: &'r str,
    pub(super) at: At<'t>,
    pub(super) known: &'r Known,
    /// `None` where it is at fault.
    measured: Option<Measured>,
    /// `None` where it does not matter.
    replications: Option<u32>,
    pub(super) findings: &'r mut Findings,
}

impl Reader<'_, '_> {
    /// `None` if it is at fault.
    fn threshold(&mut self) -> Option<Threshold> {
        let whole = Piece { text: self.text, start: 0 }.trim();
        let example = "write it as in `latency.p99{group=shops} < 10s`";
        // Labels hold no comparison but `=`, so the first sign after them is the comparison.
        let labels_end = whole.text.find('}').map_or(0, |index| index + 1);
        if let (0, Some(open)) = (labels_end, whole.text.find('{')) {
            let (_, labels) = whole.split_at(open);
            let message = "the labels are not closed with a `}`";
            return self.fault(labels, message, "write `{group=shops}`");
        }
        let sign = whole.text[labels_end..].find(['<', '>', '=', '!']);
        let Some(sign) = sign.map(|index| index + labels_end) else {
            return self.fault(whole, "a threshold compares a metric with a bound", example);
        };
        let (key, rest) = whole.split_at(sign);
        let comparison = COMPARISONS.iter().find(|(spelling, _)| rest.text.starts_with(spelling));
        let Some(&(spelling, comparison)) = comparison else {
            let (sign, _) = rest.split_at(1);
            let message = format!("`{}` is no comparison", sign.text);
            return self.fault(sign, message, "one of `<`, `<=`, `>`, `>=`, `==`, `!=`");
        };
        let bound = rest.split_at(spelling.len()).1.trim();
        let (bound, abort) = bound.split_abort();
        if let Some(abort) = abort.filter(|_| self.replications == Some(1)) {
            let message = "it is looked at between replications, and there is one alone";
            return self.fault(abort, message, "write `replications: 40`, or leave it out");
        }
        let (bound, window) = bound.split_window();
        let metric = self.metric(key.trim());
        let bound = self.bound(bound, metric.as_ref().map(|metric| metric.family));
        let over = match window {
            None => None,
            Some(window) => Some(self.window(window, metric.as_ref())?),
        };
        let Metric { family: _, key, of } = metric?;
        let text = whole.text.to_owned();
        let abort_on_fail = abort.is_some();
        let threshold =
            Threshold { text, of, metric: key, comparison, bound: bound?, over, abort_on_fail };
        match (threshold.never_sure(), abort) {
            (Some(why), Some(abort)) => self.fault(abort, why, "leave out `abort_on_fail`"),
            _ => Some(threshold),
        }
    }

    pub(super) fn fault<T>(
        &mut self,
        piece: Piece<'_>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Option<T> {
        self.findings.add_with_hint(piece.place(self.at), message, hint);
        None
    }

    /// Reads `latency.p99{group=shops}`.
    fn metric(&mut self, written: Piece<'_>) -> Option<Metric> {
        let (name, labels) = match written.text.find('{') {
            Some(index) => {
                let (name, labels) = written.split_at(index);
                (name.trim(), Some(labels))
            }
            None => (written, None),
        };
        let family = self.family(name);
        let labels = labels.map(|labels| self.labels(labels, family));
        let family = family?;
        let Labels { of, label } = labels.unwrap_or_else(|| Some(Labels::default()))?;
        if family.label_needed && label.is_none() {
            let needed = family.labels.first().map_or("", |label| label.name());
            let message = format!("`{}` needs its label `{needed}`", name.text);
            let hint = format!("write it as in `{}{{{needed}=..}}`", name.text);
            return self.fault(name, message, hint);
        }
        let label = label.map_or_else(String::new, |label| format!("{{{label}}}"));
        Some(Metric { family, key: format!("{}{label}", name.text), of })
    }

    fn family(&mut self, name: Piece<'_>) -> Option<&'static MetricFamily> {
        match family_of(name.text) {
            Some(family) if family.state == MetricState::Measured => Some(family),
            Some(_) => {
                let message = format!("`{}` is not supported yet", name.text);
                self.findings.add(name.place(self.at), message);
                None
            }
            None => {
                let measured =
                    FAMILIES.iter().filter(|family| family.state == MetricState::Measured);
                let keys: Vec<String> = measured.clone().flat_map(MetricFamily::keys).collect();
                let of_family = measured.clone().find(|family| family.name == name.text);
                let hint = match (of_family, nearest(name.text, keys.iter().map(String::as_str))) {
                    (Some(family), _) => {
                        let keys: Vec<String> = family.keys().collect();
                        format!("one of {}", list(keys.iter().map(String::as_str)))
                    }
                    (None, Some(near)) => format!("did you mean `{near}`?"),
                    (None, None) => {
                        let mut names: Vec<&str> = measured.map(|family| family.name).collect();
                        names.dedup();
                        format!("metrics begin with {}", list(names))
                    }
                };
                self.fault(name, format!("unknown metric `{}`", name.text), hint)
            }
        }
    }

    /// A bound in the SI unit of `family`.
    fn bound(&mut self, written: Piece<'_>, family: Option<&'static MetricFamily>) -> Option<f64> {
        let text = written.text;
        let (value, expected) = match family?.unit {
            Unit::Seconds => {
                (text.parse::<SimSpan>().ok().map(SimSpan::as_secs_f64), "a duration such as `10s`")
            }
            Unit::Fraction => (
                text.parse::<Share>().ok().map(Share::as_f64).or_else(|| number(text).ok()),
                "a share such as `1%` or `0.01`",
            ),
            Unit::Credits => {
                (text.parse().ok().map(Credits::as_f64), "an amount of credits such as `1_250`")
            }
            Unit::Money => {
                (text.parse().ok().map(Money::as_f64), "an amount of money such as `25.00`")
            }
            Unit::Count => (number(text).ok(), "a number such as `10` or `1.5`"),
            Unit::PerSecond => (
                text.parse::<Rate>().ok().map(Rate::per_second).or_else(|| number(text).ok()),
                "a rate such as `20/s`",
            ),
        };
        if value.is_none() && text.is_empty() {
            return self.fault(written, "the bound is missing", format!("expected {expected}"));
        }
        if value.is_none() {
            self.findings.add(written.place(self.at), format!("`{text}` is not {expected}"));
        }
        if let Some(value) = value
            && value > 1.0
            && family.is_some_and(MetricFamily::is_at_most_all)
        {
            let message = format!("`{text}` is more than all: a share is at most 1, which is 100%");
            // With a percent sign it would not have been read as a number.
            let hint = if value <= 100.0 {
                format!("did you mean `{text}%`?")
            } else {
                format!("expected {expected}")
            };
            return self.fault(written, message, hint);
        }
        value
    }

    /// Reads the window that stands after `over`.
    fn window(&mut self, written: Piece<'_>, metric: Option<&Metric>) -> Option<SimSpan> {
        let example = "write it as in `latency.p99 < 10s over 1h`";
        if written.text.is_empty() {
            return self.fault(written, "the window after `over` is missing", example);
        }
        let Ok(width) = written.text.parse::<SimSpan>() else {
            let message = format!("`{}` is not a duration such as `1h`", written.text);
            self.findings.add(written.place(self.at), message);
            return None;
        };
        let wrong = match (metric, self.measured) {
            (Some(metric), measured) => not_windowed(&metric.key, measured)
                .or_else(|| measured.and_then(|measured| measured.not_a_window(width))),
            (None, measured) => measured.and_then(|measured| measured.not_a_window(width)),
        };
        match wrong {
            Some((message, hint)) => self.fault(written, message, hint),
            None => Some(width),
        }
    }
}

struct Metric {
    family: &'static MetricFamily,
    key: String,
    of: Selector,
}
