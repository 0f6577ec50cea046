//! The JSON Schema of scenario files.

use std::sync::OnceLock;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::Value;

use super::types::Document;

/// The JSON Schema (draft 7) of scenario files, generated from the types that read them.
pub fn scenario_schema() -> Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA
        .get_or_init(|| {
            let settings = SchemaSettings::draft07().with_transform(WithoutNull);
            settings.into_generator().into_root_schema_for::<Document>().to_value()
        })
        .clone()
}

/// Takes `null` out of the schema: a key without a value is a mistake, an optional one is left out.
#[derive(Debug, Clone)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(object) = schema.as_object_mut() else { return };
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

#[cfg(test)]
mod tests {
    #[test]
    fn show() {
        println!("{}", serde_json::to_string_pretty(&super::scenario_schema()).unwrap());
    }
}
