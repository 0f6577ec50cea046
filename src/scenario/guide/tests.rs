//! Whether the guide leaves anything out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::schema::scenario_schema;
use super::super::shape::Shape;
use super::super::source::SourceId;
use super::super::tree::{Kind, Node};
use super::super::types::quantity;
use super::super::yaml::read;
use super::keys::split_default;
use super::language::{Language, properties, texts};
use super::template::{Line, PLAIN_QUANTITIES, TEMPLATE, lines};

/// The examples of the guide, each below its heading.
fn examples() -> Vec<(&'static str, Node)> {
    let mut examples = Vec::new();
    let mut last = "";
    let mut open: Option<String> = None;
    for line in lines(TEMPLATE) {
        let text = match line {
            Line::Text(text) => text,
            Line::Heading { text, .. } => {
                last = text;
                continue;
            }
            Line::Table(_) => continue,
        };
        match (&mut open, text) {
            (None, "```yaml") => open = Some(String::new()),
            (None, _) => {}
            (Some(yaml), "```") => {
                let mut mistakes = Vec::new();
                let tree = read(SourceId(0), yaml, 0, &mut mistakes);
                examples.push((last, tree.expect("examples are YAML")));
                open = None;
            }
            (Some(yaml), _) => {
                yaml.push_str(text);
                yaml.push('\n');
            }
        }
    }
    examples
}

/// A key of a definition. Distributions are the same of every quantity.
fn named(definition: &str, key: &str) -> String {
    let definition = match definition.find("Distribution") {
        Some(at) => &definition[at..],
        None => definition,
    };
    format!("{definition}.{key}")
}

/// Notes every key that `node` uses of the definitions that it meets.
fn note_used(node: &Node, shape: &Shape, definition: &str, used: &mut BTreeSet<String>) {
    let definition = match shape {
        Shape::Defined(name) => name,
        _ => definition,
    };
    match (shape.resolved(), &node.kind) {
        (Shape::Either { single, .. }, Kind::Scalar { .. }) => {
            note_used(node, single, definition, used);
        }
        (Shape::Either { mapping, .. }, _) => note_used(node, mapping, definition, used),
        (Shape::List { item, .. }, Kind::Sequence(items)) => {
            for node in items {
                note_used(node, item, definition, used);
            }
        }
        (shape, Kind::Mapping(entries)) => {
            for entry in entries {
                if !matches!(shape, Shape::Names(_)) {
                    used.insert(named(definition, &entry.key.text));
                }
                if let Some(shape) = shape.of_key(&entry.key.text) {
                    note_used(&entry.value, shape, definition, used);
                }
            }
        }
        _ => {}
    }
}

/// Notes every key that `shape` has, but for those of definitions below it.
fn note_all(shape: &Shape, definition: &str, all: &mut BTreeSet<String>) {
    let below: Vec<(&String, &Shape)> = match shape {
        Shape::Record(record) => record.keys.iter().map(|(key, it)| (key, &it.shape)).collect(),
        Shape::Choice(choice) => choice.tags.iter().collect(),
        Shape::List { item, .. } | Shape::Names(item) => {
            return note_all(item, definition, all);
        }
        Shape::Either { single, mapping } => {
            note_all(single, definition, all);
            return note_all(mapping, definition, all);
        }
        Shape::Quantity(_) | Shape::Defined(_) => return,
    };
    for (key, shape) in below {
        all.insert(named(definition, key));
        note_all(shape, definition, all);
    }
}

#[test]
fn every_key_stands_in_an_example() {
    let mut used = BTreeSet::new();
    for (_, tree) in examples() {
        note_used(&tree, Shape::scenario(), "Document", &mut used);
    }
    let mut all = BTreeSet::new();
    note_all(Shape::scenario(), "Document", &mut all);
    for name in scenario_schema()["definitions"].as_object().unwrap().keys() {
        note_all(Shape::Defined(name.clone()).resolved(), name, &mut all);
    }
    assert!(all.len() > 150, "{}", all.len());
    // What the examples import, they do so by what the page says of them.
    all.remove("Document.import");
    let missing: Vec<&String> = all.difference(&used).collect();
    assert!(missing.is_empty(), "in no example of guide.md: {missing:#?}");
}

#[test]
fn every_table_of_keys_has_an_example_below_it() {
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (heading, tree) in examples() {
        let used = used.entry(heading).or_default();
        note_used(&tree, Shape::scenario(), "Document", used);
    }
    let language = Language::new();
    assert!(language.homes().len() > 20);
    for (definition, heading) in language.homes() {
        let start = format!("{definition}.");
        let shown =
            used.get(heading).is_some_and(|it| it.iter().any(|key| key.starts_with(&start)));
        assert!(shown, "no example below “{heading}” has a {definition}");
    }
}

#[test]
fn descriptions_tell_the_default_that_the_schema_has() {
    let schema = scenario_schema();
    let definitions = schema["definitions"].as_object().unwrap().values();
    let keys = definitions.chain([&schema]).flat_map(|record| {
        let required = texts(&record["required"]);
        properties(record).map(move |(key, it)| (key, it, required.contains(&key.as_str())))
    });
    let mut told = 0;
    for (key, property, required) in keys {
        let description = property["description"].as_str().unwrap();
        let (meaning, said) = split_default(description);
        assert!(!required || said.is_empty(), "{key} is required and has a default: {said}");
        assert!(!meaning.is_empty() && !meaning.contains("Default"), "{key}: {description}");
        let default = match &property["default"] {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            // A list is told in words: by its first item at least.
            Value::Array(items) => items[0].as_str().unwrap().to_owned(),
            other => other.to_string(),
        };
        let said = said.trim_matches('`');
        assert!(said.starts_with(&default), "{key}: the default is {default}, not {said}");
        told += 1;
    }
    assert!(told > 40, "{told}");
}

#[test]
fn defaults_are_split_off() {
    for (description, meaning, default) in [
        ("What it costs. Default 0.", "What it costs.", "0"),
        ("How many. Default: all; 1 of those.", "How many.", "all; 1 of those"),
        ("When. Default never. Above 0s.", "When. Above 0s.", "never"),
        ("A Default of none.", "A Default of none.", ""),
    ] {
        assert_eq!(split_default(description), (meaning.to_owned(), default));
    }
}

#[test]
fn plain_quantities_are_quantities() {
    for word in PLAIN_QUANTITIES {
        assert!(quantity(word).is_some_and(|quantity| quantity.about.ends_with('.')), "{word}");
    }
}
