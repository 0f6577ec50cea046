//! The JSON Schema of scenario files.

use std::sync::OnceLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value, json};

use super::types::Document;

/// The JSON Schema (draft 7) of scenario files, generated from the types that read them.
pub fn scenario_schema() -> Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA
        .get_or_init(|| {
            let settings = SchemaSettings::draft07().with_transform(AsWritten);
            in_order(settings.into_generator().into_root_schema_for::<Document>().to_value())
        })
        .clone()
}

/// What editors show where a quantity is written, by its word, unless the key has an example of its
/// own or a default.
const EXAMPLES: [(&str, &[&str]); 12] = [
    ("amount", &["1_250", "0.5"]),
    ("count", &["3", "10_000"]),
    ("count or unlimited", &["3", "unlimited"]),
    ("duration", &["250ms", "8h", "1d12h"]),
    ("factor", &["2.5x"]),
    ("instant", &["2026-06-01T00:00:00Z"]),
    ("name", &["shops"]),
    ("number", &["1.5"]),
    ("price", &["25.00"]),
    ("rate", &["12/h", "0.5/s"]),
    ("share", &["25%"]),
    ("version", &["1"]),
];

/// Examples of the quantity with this word; none of those that each key has its own for.
pub(super) fn examples(word: &str) -> &'static [&'static str] {
    EXAMPLES.iter().find(|(known, _)| *known == word).map_or(&[], |(_, examples)| examples)
}

/// Takes `null` out of the schema, since a key without a value is a mistake and an optional one is
/// left out; and the line breaks of our source out of its descriptions.
#[derive(Debug, Clone)]
struct AsWritten;

impl Transform for AsWritten {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(object) = schema.as_object_mut() else { return };
        if let Some(Value::String(text)) = object.get_mut("description") {
            let paragraphs: Vec<String> =
                text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect();
            *text = paragraphs.join("\n\n");
        }
        let shown = ["examples", "default"].iter().any(|key| object.contains_key(*key));
        if let Some(Value::String(word)) = object.get("x-quantity").filter(|_| !shown) {
            let examples = examples(word);
            if !examples.is_empty() {
                // Plain numbers are shown without quotes.
                let value =
                    |text: &&str| serde_json::from_str(text).unwrap_or_else(|_| json!(text));
                let values: Vec<Value> = examples.iter().map(value).collect();
                object.insert("examples".into(), Value::Array(values));
            }
        }
        describe_tag(object);
        if let Some(Value::Array(types)) = object.get_mut("type") {
            types.retain(|kind| kind != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                object.insert("type".into(), only);
            }
        }
        if let Some(Value::Array(branches)) = object.get_mut("anyOf") {
            branches.retain(|branch| branch["type"] != "null");
            if let [only] = branches.as_slice() {
                let only = only.clone();
                object.remove("anyOf");
                // Draft 7 ignores what stands beside a `$ref`, so it gets a place of its own.
                object.insert("allOf".into(), Value::Array(vec![only]));
            }
        }
    }
}

/// Says of the value of a word what is said of the word.
fn describe_tag(object: &mut Map<String, Value>) {
    let Some(description) = object.get("description").cloned() else { return };
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    let only = properties.len() == 1;
    for (key, property) in properties.iter_mut().filter(|_| only) {
        let Some(property) = property.as_object_mut() else { continue };
        property.entry("description").or_insert_with(|| description.clone());
        if key == "empirical" {
            property.insert("examples".into(), Value::from(vec!["observed.csv"]));
        }
    }
}

/// The schema with the keys that say what it is in front.
fn in_order(schema: Value) -> Value {
    let Value::Object(mut rest) = schema else { return schema };
    let mut ordered = Map::new();
    for key in ["$schema", "title", "description", "type", "required"] {
        ordered.extend(rest.remove_entry(key));
    }
    let definitions = rest.remove_entry("definitions");
    ordered.extend(rest);
    ordered.extend(definitions);
    Value::Object(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_that_of_the_types() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/scenario.schema.json");
        let committed = std::fs::read_to_string(path).unwrap();
        let generated = format!("{:#}\n", scenario_schema());
        let hint = "write it anew: limitlab schema > schema/scenario.schema.json";
        assert!(committed == generated, "{hint}");
    }

    /// Calls `look` with every object of the schema and the way to it.
    fn everywhere(way: &str, schema: &Value, look: &mut impl FnMut(&str, &Map<String, Value>)) {
        match schema {
            Value::Object(object) => {
                look(way, object);
                for (key, value) in object {
                    everywhere(&format!("{way}/{key}"), value, look);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    everywhere(&format!("{way}/{index}"), item, look);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_key_is_described() {
        let mut keys = 0;
        let mut bare = Vec::new();
        everywhere("", &scenario_schema(), &mut |way, object| {
            let Some(Value::Object(properties)) = object.get("properties") else { return };
            for (key, property) in properties {
                keys += 1;
                let description = property["description"].as_str().unwrap_or("");
                if description.len() < 8 || description.contains('\n') {
                    bare.push(format!("{way}/{key}"));
                }
            }
        });
        assert!(bare.is_empty(), "without a description: {bare:#?}");
        assert!(keys > 200, "{keys}");
        for (name, definition) in scenario_schema()["definitions"].as_object().unwrap() {
            assert!(definition["description"].is_string(), "{name}");
        }
    }

    #[test]
    fn every_quantity_has_an_example_that_is_one() {
        let mut bare = Vec::new();
        everywhere("", &scenario_schema(), &mut |way, object| {
            let Some(Value::String(word)) = object.get("x-quantity") else { return };
            let examples = object.get("examples").and_then(Value::as_array).cloned();
            let examples =
                examples.unwrap_or_default().into_iter().chain(object.get("default").cloned());
            let quantity = super::super::types::quantity(word).unwrap();
            let mut count = 0;
            for example in examples {
                count += 1;
                let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                assert!((quantity.check)(&text).is_ok(), "{way}: {text} is no {word}");
            }
            // The items of a list are shown by the list.
            if count == 0 && !way.ends_with("/items") {
                bare.push(way.to_owned());
            }
        });
        assert!(bare.is_empty(), "without an example: {bare:#?}");
    }
}
