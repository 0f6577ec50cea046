//! The tables of keys.

use std::fmt::Write as _;

use serde_json::Value;

use super::cells::or;
use super::language::{Form, Language, alternatives, description, properties, texts};
use super::template::link;
use super::{code, table};

/// A key that a table tells of.
#[derive(Debug)]
struct Row<'s> {
    /// The way to it from the type that the table is about: `stages[].target`.
    key: String,
    /// What stands there.
    property: &'s Value,
    need: Need,
}

/// Whether a key must be written.
#[derive(Debug, Clone, Copy)]
enum Need {
    Required,
    /// One of several is required.
    OneOf,
    Optional,
}

impl Language {
    /// Where the values of a definition are written, its keys, and what is refused for now.
    pub(super) fn keys(&self, definition: &str) -> String {
        let record = self.definition(definition);
        let mut text = String::new();
        let places = self.places(definition);
        if !places.is_empty() {
            text = format!("Written at {}.\n\n", places.join(", at "));
        }
        let rows = self.rows("", record);
        text += &table(
            ["key", "what is written there", "default", "meaning"],
            rows.iter().map(|row| self.cells(row)),
        );
        let sets = alternatives(record);
        if !sets.is_empty() {
            let keys = sets.iter().map(|set| code(&set.join("`, `")));
            // Writing to a string cannot fail.
            let _ = write!(text, "\nExactly one of {} is written.\n", or(keys));
        }
        let refused = texts(&record["x-not-supported-yet"]);
        if !refused.is_empty() {
            let _ = write!(text, "\nReserved and refused for now: `{}`.\n", refused.join("`, `"));
        }
        text
    }

    /// The keys of a record, and of those below it that have no table of their own.
    fn rows<'s>(&'s self, above: &str, record: &'s Value) -> Vec<Row<'s>> {
        let required = texts(&record["required"]);
        let sets = alternatives(record);
        let mut rows = Vec::new();
        for (name, property) in properties(record) {
            let key = format!("{above}{name}");
            let need = if required.contains(&name.as_str()) {
                Need::Required
            } else if sets.iter().any(|set| set.contains(&name.as_str())) {
                Need::OneOf
            } else {
                Need::Optional
            };
            let below = self.below(&key, property);
            rows.push(Row { key, property, need });
            for (way, definition, record) in below {
                if definition.and_then(|name| self.home(name)).is_none() {
                    rows.extend(self.rows(&format!("{way}."), record));
                }
            }
        }
        rows
    }

    /// The records that can stand at a key, each with the way to it and its definition.
    fn below<'s>(
        &'s self,
        way: &str,
        schema: &'s Value,
    ) -> Vec<(String, Option<&'s str>, &'s Value)> {
        match self.form(schema) {
            Form::Record { definition, schema } => vec![(way.to_owned(), definition, schema)],
            Form::List(item) => self.below(&format!("{way}[]"), item),
            Form::Names(value) => self.below(&format!("{way}.NAME"), value),
            Form::Either(forms) => forms.iter().flat_map(|form| self.below(way, form)).collect(),
            Form::Quantity(_) | Form::Distribution(_) | Form::Choice { .. } => Vec::new(),
        }
    }

    /// Where values of a definition are written: each place with a link to the table that it is in.
    fn places(&self, definition: &str) -> Vec<String> {
        let mut places = Vec::new();
        for (holder, heading) in self.homes() {
            let rows = self.rows("", self.definition(holder));
            let ways = rows.iter().flat_map(|row| self.below(&row.key, row.property));
            let ways = ways.filter(|(_, below, _)| *below == Some(definition));
            let ways: Vec<String> = ways.map(|(way, ..)| code(&way)).collect();
            if !ways.is_empty() {
                places.push(format!("{} in {}", or(ways), link(heading, heading)));
            }
        }
        places
    }

    fn cells(&self, row: &Row<'_>) -> [String; 4] {
        let (meaning, said) = split_default(description(row.property));
        let default = match (row.need, row.property.get("default")) {
            (Need::Required, _) => "**required**".to_owned(),
            (Need::OneOf, _) => "*one of them*".to_owned(),
            (Need::Optional, Some(value)) => {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                // What is said beyond the value itself: `false: what is left expires`.
                let rest = said.trim_start_matches('`').strip_prefix(&value).unwrap_or_default();
                format!("`{value}`{}", rest.trim_start_matches('`'))
            }
            (Need::Optional, None) => said.to_owned(),
        };
        let mut meaning = vec![meaning];
        meaning.extend(self.choices(row.property).into_iter().map(|choice| format!("• {choice}")));
        let refused = self.refused(row.property);
        if !refused.is_empty() {
            meaning.push(format!("Refused for now: `{}`.", refused.join("`, `")));
        }
        [code(&row.key), self.written(row.property), default, meaning.join("<br>")]
    }
}

/// A description without the sentence that tells the default, and what that sentence tells.
pub(super) fn split_default(description: &str) -> (String, &str) {
    let starts = |at: &usize| at == &0 || description[..*at].ends_with(". ");
    let found = description.match_indices("Default").map(|(at, _)| at).find(starts);
    let Some(at) = found else { return (description.to_owned(), "") };
    let sentence = &description[at..];
    let end = sentence.find(". ").map_or(sentence.len(), |dot| dot + 2);
    let told = sentence[..end].trim_end().trim_end_matches('.');
    let told = told.trim_start_matches("Default").trim_start_matches(':').trim_start();
    let rest = format!("{}{}", &description[..at], &sentence[end..]);
    (rest.trim_end().to_owned(), told)
}
