//! The JSON Schema of scenario files.

use std::sync::OnceLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value};

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

    #[test]
    fn every_key_is_described() {
        fn look(name: &str, schema: &Value) {
            for (key, property) in schema["properties"].as_object().into_iter().flatten() {
                let described = property["description"].is_string();
                // A word with a value is described where it is listed.
                assert!(described || schema["description"].is_string(), "{name}.{key}");
                look(key, property);
            }
        }
        let schema = scenario_schema();
        look("scenario", &schema);
        for (name, definition) in schema["definitions"].as_object().unwrap() {
            assert!(definition["description"].is_string(), "{name}");
            look(name, definition);
        }
    }
}
