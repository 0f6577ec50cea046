//! The scenario language as the guide tells it: the schema, and where in the guide its parts stand.

use serde_json::Value;

use super::super::schema::scenario_schema;
use super::template::{Line, TEMPLATE, Table, lines};

/// The schema, and where in the guide its parts stand.
#[derive(Debug)]
pub(super) struct Language {
    schema: Value,
    /// Each definition that has a table of keys, with the heading above it, in the guide's order.
    homes: Vec<(&'static str, &'static str)>,
}

/// What a place of the schema comes down to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form<'s> {
    /// A single value, by its word.
    Quantity(&'s str),
    /// A distribution of the quantity with this word.
    Distribution(&'s str),
    /// A list of these.
    List(&'s Value),
    /// A mapping of names that the user chooses to these.
    Names(&'s Value),
    /// A mapping of known keys; with the name of its definition if it has one.
    Record { definition: Option<&'s str>, schema: &'s Value },
    /// One of these: words, and words with a value.
    Choice { choices: &'s [Value], schema: &'s Value },
    /// One of these forms.
    Either(&'s [Value]),
}

impl Language {
    /// The language of the types.
    pub(super) fn new() -> Self {
        let mut homes = Vec::new();
        let mut last = "";
        for line in lines(TEMPLATE) {
            match line {
                Line::Heading { text, .. } => last = text,
                Line::Table(Table::Keys(definition)) => homes.push((definition, last)),
                Line::Text(_) | Line::Table(_) => {}
            }
        }
        Self { schema: scenario_schema(), homes }
    }

    /// The heading below which the keys of a definition stand. One that has none is told where its
    /// value is written.
    pub(super) fn home(&self, definition: &str) -> Option<&'static str> {
        self.homes.iter().find(|(name, _)| *name == definition).map(|(_, heading)| *heading)
    }

    /// Each definition that has a table of keys, with the heading above it, in the guide's order.
    pub(super) fn homes(&self) -> &[(&'static str, &'static str)] {
        &self.homes
    }

    /// What the schema defines under a name; `Document` is the whole.
    ///
    /// # Panics
    ///
    /// If there is no such definition.
    pub(super) fn definition(&self, name: &str) -> &Value {
        if name == "Document" {
            return &self.schema;
        }
        let definition = &self.schema["definitions"][name];
        assert!(definition.is_object(), "the schema has no definition {name}");
        definition
    }

    /// What may be written where `schema` stands.
    ///
    /// # Panics
    ///
    /// On parts of JSON Schema that the types do not make.
    pub(super) fn form<'s>(&'s self, schema: &'s Value) -> Form<'s> {
        if let Some(path) = schema["$ref"].as_str() {
            let name = path.trim_start_matches("#/definitions/");
            let definition = self.definition(name);
            if name.ends_with("Distribution") {
                let word = definition["anyOf"][0]["x-quantity"].as_str();
                return Form::Distribution(word.unwrap_or_default());
            }
            return match self.form(definition) {
                Form::Record { schema, .. } => Form::Record { definition: Some(name), schema },
                form => form,
            };
        }
        if let Some(only) = schema["allOf"].get(0) {
            return self.form(only);
        }
        let items = |key: &str| schema[key].as_array().map(Vec::as_slice);
        if let Some(forms) = items("anyOf") {
            return Form::Either(forms);
        }
        if let Some(word) = schema["x-quantity"].as_str() {
            return Form::Quantity(word);
        }
        match schema["type"].as_str() {
            Some("array") => Form::List(&schema["items"]),
            Some("object") if schema["additionalProperties"].is_object() => {
                Form::Names(&schema["additionalProperties"])
            }
            Some("object") => Form::Record { definition: None, schema },
            _ => {
                let choices = items("oneOf").unwrap_or_else(|| panic!("unknown form: {schema}"));
                Form::Choice { choices, schema }
            }
        }
    }
}

/// The description of a part of the schema.
pub(super) fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// The texts of a list in the schema.
pub(super) fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The sets of keys of which exactly one must be given.
pub(super) fn alternatives(record: &Value) -> Vec<Vec<&str>> {
    let sets = record["oneOf"].as_array().into_iter().flatten();
    sets.map(|set| texts(&set["required"])).collect()
}

/// The keys of a record and what stands there.
pub(super) fn properties(record: &Value) -> impl Iterator<Item = (&String, &Value)> {
    record["properties"].as_object().into_iter().flatten()
}
