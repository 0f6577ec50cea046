//! The cells of a metric's row, and sentences that several documents have.

use crate::planning::{
    CompareMode, CompareSummary, CompareVerdict, ComparedResult, Difference, JudgedBy,
    MetricComparison, MetricVerdict,
};
use crate::report::format::{money, number, percent, time};
use crate::report::words::plural;
use crate::summary::{Metric, Unit, family_of_metric};

/// What stands above the columns.
pub(super) const TITLES: [&str; 5] = ["old", "new", "change", "95% interval", "n"];

/// Verdicts in the order in which they are told, with what they are called.
pub(super) const VERDICTS: [(MetricVerdict, &str); 5] = [
    (MetricVerdict::Regressed, "Regressed"),
    (MetricVerdict::Improved, "Improved"),
    (MetricVerdict::Changed, "Changed"),
    (MetricVerdict::Same, "No difference"),
    (MetricVerdict::Unjudged, "Not judged"),
];

/// The verdicts that are not folded away.
pub(super) const TOLD: usize = 3;

/// Stands in for a change that is none, or only chance.
const SAME: &str = "~";

/// Stands in for what is not known.
const NOTHING: &str = "-";

/// The old value, the new one, the change, its interval and the number behind it.
pub(super) fn cells(name: &str, metric: &MetricComparison) -> [String; 5] {
    match &metric.difference {
        Some(difference) if difference.by == JudgedBy::Digits => exact_cells(metric, difference),
        Some(difference) => estimated_cells(name, metric.verdict, difference),
        None => {
            let shown = |of: Option<Metric>| {
                let value = of.and_then(|it| it.value);
                value.map_or_else(|| NOTHING.to_owned(), |it| shown(name, it))
            };
            let nothing = || NOTHING.to_owned();
            [shown(metric.old), shown(metric.new), nothing(), nothing(), nothing()]
        }
    }
}

fn estimated_cells(name: &str, verdict: MetricVerdict, of: &Difference) -> [String; 5] {
    let unit = Change::of(name, of);
    let change = if verdict == MetricVerdict::Same {
        SAME.to_owned()
    } else {
        format!("{}{}", unit.signed(of.change), unit.name())
    };
    let interval = of.ci95.map_or_else(
        || NOTHING.to_owned(),
        |[low, high]| format!("{} to {}{}", unit.signed(low), unit.signed(high), unit.name()),
    );
    let [old, new] = of.n;
    let n = if old == new { old.to_string() } else { format!("{old}, {new}") };
    [shown(name, of.old), shown(name, of.new), change, interval, n]
}

/// Every digit of what differs: of the values, else of their intervals, else of the numbers behind them.
fn exact_cells(metric: &MetricComparison, of: &Difference) -> [String; 5] {
    let part: fn(&Metric) -> String = match metric.old.zip(metric.new) {
        Some((old, new)) if old.value == new.value && old.ci95 != new.ci95 => |it| {
            it.ci95
                .map_or_else(|| "no interval".to_owned(), |[low, high]| format!("{low} to {high}"))
        },
        Some((old, new)) if old.value == new.value && old.n != new.n => {
            |it| format!("n = {}", it.n)
        }
        _ => |it| it.value.map_or_else(|| NOTHING.to_owned(), |it| it.to_string()),
    };
    let [old, new] =
        [metric.old, metric.new].map(|it| it.map_or_else(|| NOTHING.to_owned(), |it| part(&it)));
    let change = if metric.verdict == MetricVerdict::Same {
        SAME.to_owned()
    } else {
        of.relative.filter(|it| *it != 0.0).map_or_else(
            || NOTHING.to_owned(),
            |relative| format!("{} %", signed(relative * 100.0)),
        )
    };
    [old, new, change, NOTHING.to_owned(), NOTHING.to_owned()]
}

/// A value in the unit of its metric.
fn shown(name: &str, value: f64) -> String {
    match family_of_metric(name).map(|family| family.unit) {
        Some(Unit::Seconds) => time(value),
        Some(Unit::Fraction) => percent(value),
        Some(Unit::Money) => money(value),
        _ => number(value),
    }
}

/// In what a change is told: shares in points, what was there in percent of that, and what was not as it
/// is.
enum Change {
    Points,
    PercentOf(f64),
    Absolute,
}

impl Change {
    fn of(name: &str, of: &Difference) -> Self {
        match family_of_metric(name).map(|family| family.unit) {
            Some(Unit::Fraction) => Self::Points,
            _ if of.old == 0.0 => Self::Absolute,
            _ => Self::PercentOf(of.old.abs()),
        }
    }

    fn signed(&self, change: f64) -> String {
        let parts = match self {
            Self::Points => change * 100.0,
            Self::PercentOf(old) => change / old * 100.0,
            Self::Absolute => return signed(change),
        };
        // Nobody reads the digits of less, and they would not fit.
        signed(if parts.abs() < 5e-4 { 0.0 } else { parts })
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Points => " points",
            Self::PercentOf(_) => " %",
            Self::Absolute => "",
        }
    }
}

fn signed(value: f64) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    format!("{sign}{}", number(value))
}

/// A result in a line: its place, and what it is of.
pub(super) fn described(of: &ComparedResult) -> String {
    let times = match of.replications {
        1 => String::new(),
        many => format!(", {}", plural(u64::from(many), "replication")),
    };
    let (from, name, seed) = (&of.from, &of.scenario.name, of.seed);
    format!("{from}: {name}, seed {seed}{times}, limitlab {}", of.limitlab)
}

/// How they were compared, in a sentence.
pub(super) fn how(of: &CompareSummary) -> String {
    let effect = number(of.min_effect * 100.0);
    let judged = format!(
        "A change counts if it is more than chance, with at most {} % for anything at all to be reported of \
         equals (Holm over {}), and at least {effect} % of the old value",
        number(of.family_level * 100.0),
        plural(of.questions as u64, "figure"),
    );
    match of.mode {
        CompareMode::Exact => {
            "The same scenario, seed and range of versions: exact, every digit counts.".to_owned()
        }
        CompareMode::Paired => {
            let drawn = of.resamples.map(|many| {
                format!(", intervals by bootstrap-t with {}", plural(u64::from(many), "resample"))
            });
            let drawn = drawn.unwrap_or_default();
            format!(
                "Paired by replication{drawn}; values are means over those, not of all together. {judged}."
            )
        }
        CompareMode::Unpaired => {
            format!("As independent estimates, by the interval of each. {judged}.")
        }
    }
}

/// What came of it, in a sentence without its end.
pub(super) fn headline(of: &CompareSummary) -> String {
    let counts = &of.counts;
    let metrics = |number: usize| plural(number as u64, "metric");
    if of.mode == CompareMode::Exact {
        return match of.verdict {
            CompareVerdict::Same => format!("the same in every digit of {}", metrics(counts.same)),
            _ => format!(
                "behaviour changed: {} and {} differ, {} are the same",
                metrics(counts.changed),
                plural(of.others.len() as u64, "other thing"),
                counts.same
            ),
        };
    }
    let mut parts = Vec::new();
    for (number, what) in [
        (counts.regressed, "regressed"),
        (counts.improved, "improved"),
        (counts.changed, "changed, which is neither better nor worse"),
    ] {
        if number > 0 {
            parts.push(format!("{} {what}", metrics(number)));
        }
    }
    if parts.is_empty() {
        parts.push("no difference".to_owned());
    }
    parts.join(", ")
}

/// What is not told of metrics that are counted, in a sentence; `None` if there are none.
pub(super) fn rest(of: &CompareSummary) -> Option<String> {
    let (same, unjudged) = (of.counts.same, of.counts.unjudged);
    let mut parts = Vec::new();
    if same > 0 {
        let shows = if same == 1 { "shows" } else { "show" };
        parts.push(format!("{} {shows} no difference", plural(same as u64, "metric")));
    }
    if unjudged > 0 {
        parts.push(format!(
            "{} cannot be judged, for want of an interval or a value",
            plural(unjudged as u64, "metric")
        ));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}
