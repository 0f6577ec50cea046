//! The JSON Schema of scenario files.

use serde_json::{Value, json};

/// The JSON Schema (draft 7) of scenario files, generated from the types that read them.
pub fn scenario_schema() -> Value {
    json!({})
}
