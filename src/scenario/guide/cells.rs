//! What may be written in a place, in the words of a table's cell.

use serde_json::Value;

use super::code;
use super::language::{Form, Language, alternatives, description, properties, texts};
use super::template::{link, quantity_cell};

impl Language {
    /// What may be written where `schema` stands.
    pub(super) fn written(&self, schema: &Value) -> String {
        match self.form(schema) {
            Form::Quantity(_) if schema["const"].is_number() => code(&schema["const"].to_string()),
            Form::Quantity(word) => quantity_cell(word),
            Form::Distribution(word) => {
                format!("{} or {}", quantity_cell(word), link("distribution", "Distributions"))
            }
            Form::List(item) => format!("list, each item: {}", self.written(item)),
            Form::Names(value) => format!("names, each with: {}", self.written(value)),
            Form::Record { definition, .. } => {
                let home = definition.and_then(|name| self.home(name));
                match home {
                    Some(heading) => format!("mapping, see {}", link(heading, heading)),
                    None => "mapping of the keys below".to_owned(),
                }
            }
            Form::Choice { choices, .. } => {
                or(choices.iter().map(|choice| code(&self.shown(choice))))
            }
            Form::Either(forms) => or(forms.iter().map(|form| self.written(form))),
        }
    }

    /// What each form or word of a place means; empty where there is only one.
    pub(super) fn choices(&self, schema: &Value) -> Vec<String> {
        match self.form(schema) {
            Form::Choice { choices, .. } => {
                let choice = |choice| format!("`{}`: {}", self.shown(choice), description(choice));
                choices.iter().map(choice).collect()
            }
            Form::Either(forms) => forms
                .iter()
                .flat_map(|form| match self.form(form) {
                    Form::Choice { .. } => self.choices(form),
                    _ => vec![format!("{}: {}", self.kind(form), description(form))],
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The words and keys that are refused for now where `schema` stands; none of what has a table
    /// of its own.
    pub(super) fn refused<'s>(&'s self, schema: &'s Value) -> Vec<&'s str> {
        match self.form(schema) {
            Form::Record { definition: Some(name), .. } if self.home(name).is_some() => Vec::new(),
            Form::Record { schema, .. } | Form::Choice { schema, .. } => {
                texts(&schema["x-not-supported-yet"])
            }
            Form::Either(forms) => forms.iter().flat_map(|form| self.refused(form)).collect(),
            Form::List(inner) | Form::Names(inner) => self.refused(inner),
            Form::Quantity(_) | Form::Distribution(_) => Vec::new(),
        }
    }

    /// One of several forms, in a word or two.
    fn kind(&self, schema: &Value) -> String {
        match self.form(schema) {
            Form::Record { .. } => "mapping".to_owned(),
            Form::List(_) => "list".to_owned(),
            Form::Names(value) => format!("mapping of names, each with a {}", self.kind(value)),
            Form::Quantity(word) | Form::Distribution(word) => word.to_owned(),
            Form::Choice { .. } | Form::Either(_) => self.written(schema),
        }
    }

    /// What may be written, as it would be written: a word, or `{ up_to: AMOUNT }`. Of several
    /// forms the first.
    pub(super) fn shown(&self, schema: &Value) -> String {
        if let Some(word) = schema["const"].as_str() {
            return word.to_owned();
        }
        self.spelt(schema).swap_remove(0)
    }

    /// Everything that may be written, as it would be written; placeholders are in capitals.
    pub(super) fn spelt(&self, schema: &Value) -> Vec<String> {
        match self.form(schema) {
            Form::Quantity(word) => vec![word.to_uppercase()],
            Form::Distribution(_) => vec!["DISTRIBUTION".to_owned()],
            Form::List(item) => vec![format!("[{}, ..]", self.shown(item))],
            Form::Names(value) => vec![format!("{{ NAME: {}, .. }}", self.shown(value))],
            Form::Record { schema, .. } => {
                let required = texts(&schema["required"]);
                let mut sets = alternatives(schema);
                if sets.is_empty() {
                    sets.push(Vec::new());
                }
                let spell = |set: Vec<&str>| {
                    let keys = properties(schema)
                        .filter(|(key, _)| {
                            required.contains(&key.as_str()) || set.contains(&key.as_str())
                        })
                        .map(|(key, value)| format!("{key}: {}", self.shown(value)));
                    format!("{{ {} }}", keys.collect::<Vec<_>>().join(", "))
                };
                sets.into_iter().map(spell).collect()
            }
            Form::Choice { choices, .. } => {
                choices.iter().map(|choice| self.shown(choice)).collect()
            }
            Form::Either(forms) => forms.iter().flat_map(|form| self.spelt(form)).collect(),
        }
    }
}

/// `a`, `b` or `c`.
pub(super) fn or(words: impl IntoIterator<Item = String>) -> String {
    let mut words: Vec<String> = words.into_iter().collect();
    let last = words.pop().unwrap_or_default();
    if words.is_empty() {
        return last;
    }
    // A word that has an `or` of its own is set apart.
    let comma =
        if words.iter().chain([&last]).any(|word| word.contains(" or ")) { "," } else { "" };
    format!("{}{comma} or {last}", words.join(", "))
}
