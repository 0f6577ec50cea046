//! The tables that are no keys: distributions, quantities, metrics.

use serde_json::Value;

use super::super::schema::examples;
use super::super::types::quantity;
use super::cells::or;
use super::language::{Language, description, properties, texts};
use super::template::{PLAIN_QUANTITIES, quantity_cell};
use super::{code, table};
use crate::summary::{FAMILIES, MetricState, Unit};

/// The distributions, by what their parameters are called.
pub(super) fn distributions(language: &Language) -> String {
    // Credits can have any distribution, so theirs are all there are.
    let kinds =
        |word: &str| language.definition(&format!("{word}DistributionKind"))["oneOf"].clone();
    let all = kinds("Amount");
    let names = |kinds: &Value| -> Vec<String> {
        let kinds = kinds.as_array().into_iter().flatten();
        kinds.flat_map(|kind| texts(&kind["required"])).map(str::to_owned).collect()
    };
    let others = [("durations", names(&kinds("Duration"))), ("counts", names(&kinds("Count")))];
    let kinds = all.as_array().into_iter().flatten();
    let rows =
        kinds.flat_map(|kind| properties(kind).map(move |(name, value)| (kind, name, value)));
    let rows = rows.map(|(kind, name, value)| {
        let spelt = language.spelt(value).into_iter();
        let spelt = spelt.map(|form| code(&format!("{name}: {}", value_of(&form))));
        let without = others.iter().filter(|(_, names)| !names.contains(name));
        let notes = without.map(|(quantity, _)| format!(" Not for {quantity}."));
        let meaning = format!("{}{}", description(kind), notes.collect::<String>());
        [spelt.collect::<Vec<_>>().join("<br>"), meaning]
    });
    table(["written", "meaning"], rows)
}

/// A form of credits as one of any quantity.
fn value_of(form: &str) -> String {
    form.replace("AMOUNT", "VALUE").replace("TEXT", "FILE")
}

/// The quantities: how they are written, and their bounds.
pub(super) fn quantities() -> String {
    let rows = PLAIN_QUANTITIES.map(|word| {
        let about = quantity(word).map_or("", |quantity| quantity.about);
        let shown: Vec<String> = examples(word).iter().map(|text| code(text)).collect();
        [word.to_owned(), shown.join(", "), about.trim().to_owned()]
    });
    table(["quantity", "such as", "meaning and bounds"], rows)
}

/// The metrics that runs measure, family by family.
pub(super) fn metrics() -> String {
    let measured = FAMILIES.iter().filter(|family| family.state == MetricState::Measured);
    let rows = measured.map(|family| {
        let statistics: Vec<String> =
            family.statistics.iter().map(|statistic| code(&format!(".{statistic}"))).collect();
        let labels = or(family.labels.iter().map(|label| code(label.name())));
        let labels = match (family.label_needed, labels.is_empty()) {
            (true, _) => format!("{labels}, needed"),
            (false, false) => labels,
            (false, true) => String::new(),
        };
        let bound = quantity_cell(match family.unit {
            Unit::Seconds => "duration",
            Unit::Credits => "amount",
            Unit::Count => "number",
            Unit::Fraction => "share",
            Unit::PerSecond => "rate",
            Unit::Money => "price",
        });
        [code(family.name), statistics.join(" "), bound, labels, family.meaning.to_owned()]
    });
    table(["metric", "followed by", "bound", "label", "meaning"], rows)
}
