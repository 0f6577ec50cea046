//! The schema as the check of a file follows it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::schema::scenario_schema;
use super::suggest::list;
use super::types::{QuantityWord, quantity};

/// What a node of the tree must be.
#[derive(Debug)]
pub(super) enum Shape {
    /// A single value.
    Quantity(&'static QuantityWord),
    /// A list.
    List { item: Box<Shape>, at_least: usize },
    /// A mapping of names that the user chooses.
    Names(Box<Shape>),
    /// A mapping of keys that are known.
    Record(Record),
    /// One of several words, with or without a value: `give_up`, `{ retry_every: 30m }`.
    Choice(Choice),
    /// A single value, or a mapping or a list: what is written decides.
    Either { single: Box<Shape>, mapping: Box<Shape> },
    /// What the schema defines under this name. It is looked up where it is met, since distributions
    /// nest.
    Defined(String),
}

/// A mapping of keys that are known.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) keys: IndexMap<String, Property>,
    /// Sets of keys of which exactly one must be given, whole; empty if there is no such rule.
    pub(super) alternatives: Vec<Vec<String>>,
    /// Sets of keys, those of one of which may be given, in part or not at all; empty if there is no
    /// such rule.
    kinds: Vec<Vec<String>>,
    pub(super) planned: Planned,
}

/// A key of a [`Record`].
#[derive(Debug)]
pub(super) struct Property {
    pub(super) shape: Shape,
    pub(super) required: bool,
}

/// One of several words.
#[derive(Debug)]
pub(super) struct Choice {
    /// Words that stand alone.
    pub(super) words: Vec<String>,
    /// Words that have a value.
    pub(super) tags: IndexMap<String, Shape>,
    pub(super) planned: Planned,
}

/// Words that are not supported yet, and what is worth saying about some words.
#[derive(Debug)]
pub(super) struct Planned {
    words: Vec<String>,
    hints: BTreeMap<String, String>,
}

impl Planned {
    fn new(schema: &Value) -> Self {
        let hints = schema["x-hints"].as_object().into_iter().flatten();
        Self {
            words: texts(&schema["x-not-supported-yet"]),
            hints: hints
                .filter_map(|(word, hint)| Some((word.clone(), hint.as_str()?.to_owned())))
                .collect(),
        }
    }

    /// Whether `word` is known to be planned.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.words.iter().any(|planned| planned == word)
    }

    /// What is worth saying about `word`.
    pub(super) fn hint(&self, word: &str) -> Option<&str> {
        self.hints.get(word).map(String::as_str)
    }
}

impl Choice {
    /// Every word that may be written.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> + Clone {
        self.words.iter().chain(self.tags.keys()).map(String::as_str)
    }
}

impl Shape {
    /// What a whole scenario must be.
    pub(super) fn scenario() -> &'static Self {
        static SHAPE: OnceLock<Shape> = OnceLock::new();
        SHAPE.get_or_init(|| Self::compile(&scenario_schema()))
    }

    /// The shape itself, where a name stands for it.
    pub(super) fn resolved(&self) -> &Self {
        static DEFINED: OnceLock<BTreeMap<String, Shape>> = OnceLock::new();
        let Self::Defined(name) = self else { return self };
        let defined = DEFINED.get_or_init(|| {
            let schema = scenario_schema();
            let definitions = schema["definitions"].as_object().into_iter().flatten();
            definitions.map(|(name, schema)| (name.clone(), Self::compile(schema))).collect()
        });
        defined.get(name).expect("references of the schema lead somewhere").resolved()
    }

    /// Understands the part of JSON Schema that is made of our types.
    ///
    /// # Panics
    ///
    /// On anything else: a type was added that the check cannot follow.
    fn compile(schema: &Value) -> Self {
        let boxed = |schema| Box::new(Self::compile(schema));
        if let Some(path) = schema["$ref"].as_str() {
            return Self::Defined(path.trim_start_matches("#/definitions/").to_owned());
        }
        if let Some([only]) = schema["allOf"].as_array().map(Vec::as_slice) {
            return Self::compile(only);
        }
        if let Some([single, mapping]) = schema["anyOf"].as_array().map(Vec::as_slice) {
            return Self::Either { single: boxed(single), mapping: boxed(mapping) };
        }
        if let Some(word) = schema["x-quantity"].as_str() {
            return Self::Quantity(quantity(word).expect("quantities of the schema are declared"));
        }
        match (schema["type"].as_str(), schema["additionalProperties"].is_object()) {
            (Some("array"), _) => Self::List {
                item: boxed(&schema["items"]),
                at_least: schema["minItems"].as_u64().unwrap_or(0) as usize,
            },
            (Some("object"), true) => Self::Names(boxed(&schema["additionalProperties"])),
            (Some("object"), false) => Self::Record(Record::compile(schema)),
            (None, _) if schema["oneOf"].is_array() => Self::Choice(Choice::compile(schema)),
            _ => panic!("a part of the schema that the check does not understand: {schema}"),
        }
    }

    /// Whether it is a list.
    pub(super) const fn is_list(&self) -> bool {
        matches!(self, Self::List { .. })
    }

    /// The simplest valid value.
    pub(super) fn placeholder(&self) -> Value {
        match self {
            Self::Defined(_) => self.resolved().placeholder(),
            Self::Quantity(quantity) => quantity.placeholder.into(),
            Self::List { item, at_least } => {
                std::iter::repeat_with(|| item.placeholder()).take(*at_least).collect()
            }
            Self::Names(_) => json!({}),
            Self::Record(record) => {
                let first = record.alternatives.first();
                let chosen = |key| first.is_some_and(|keys| keys.contains(key));
                let needed =
                    record.keys.iter().filter(|(key, property)| property.required || chosen(key));
                let pairs =
                    needed.map(|(key, property)| (key.clone(), property.shape.placeholder()));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
            Self::Choice(choice) => match (choice.words.first(), choice.tags.first()) {
                (Some(word), _) => word.as_str().into(),
                (None, Some((tag, shape))) => json!({ tag: shape.placeholder() }),
                (None, None) => Value::Null,
            },
            Self::Either { single, .. } => single.placeholder(),
        }
    }

    /// What a mapping must be here.
    pub(super) fn of_mapping(&self) -> &Self {
        match self.resolved() {
            Self::Either { mapping, .. } => mapping.resolved(),
            other => other,
        }
    }

    /// What the value of `key` must be in a mapping of this shape, if that is known.
    pub(super) fn of_key(&self, key: &str) -> Option<&Self> {
        match self.resolved() {
            Self::Names(value) => Some(value),
            Self::Record(record) => record.keys.get(key).map(|property| &property.shape),
            Self::Choice(choice) => choice.tags.get(key),
            _ => None,
        }
    }

    /// What is expected, for messages.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::Defined(_) => self.resolved().expected(),
            Self::Quantity(quantity) => match (quantity.check)("") {
                Err(error) => error.expected,
                Ok(()) => quantity.word.to_owned(),
            },
            Self::List { .. } => "a list".to_owned(),
            Self::Names(_) => "a mapping of names".to_owned(),
            Self::Record(record) => {
                let required = record.keys.iter().filter(|(_, property)| property.required);
                let required: Vec<&str> = required.map(|(key, _)| key.as_str()).collect();
                if required.is_empty() {
                    let keys = record.keys.keys().map(String::as_str);
                    format!("a mapping with keys such as {}", list(keys.take(4)))
                } else {
                    format!("a mapping with at least {}", list(required))
                }
            }
            Self::Choice(choice) if choice.words.is_empty() => {
                let tags = list(choice.tags.keys().map(String::as_str));
                format!("a mapping with one of {tags}")
            }
            Self::Choice(choice) => format!("one of {}", list(choice.all())),
            Self::Either { single, mapping } => match (single.resolved(), mapping.resolved()) {
                (_, Self::Choice(_)) => {
                    format!("{}, or a distribution of it", single.expected())
                }
                (Self::Choice(_), _) => {
                    format!("{}, or {}", single.expected(), mapping.expected())
                }
                (_, Self::Names(value)) => format!(
                    "{}, or a mapping of names, each with {}",
                    single.expected(),
                    value.expected()
                ),
                (_, Self::List { .. }) => format!("{}, or a list", single.expected()),
                _ => single.expected(),
            },
        }
    }
}

impl Record {
    fn compile(schema: &Value) -> Self {
        let required = texts(&schema["required"]);
        let properties = schema["properties"].as_object().into_iter().flatten();
        let alternatives = schema["oneOf"].as_array().into_iter().flatten();
        Self {
            keys: properties
                .map(|(key, schema)| {
                    let required = required.contains(key);
                    (key.clone(), Property { shape: Shape::compile(schema), required })
                })
                .collect(),
            alternatives: alternatives.map(|one| texts(&one["required"])).collect(),
            kinds: schema["x-kinds"].as_array().into_iter().flatten().map(texts).collect(),
            planned: Planned::new(schema),
        }
    }
}

impl Record {
    /// Which of the alternatives a key belongs to.
    pub(super) fn alternative(&self, key: &str) -> Option<usize> {
        Self::place(&self.alternatives, key)
    }

    /// Which kind a key belongs to, of those that replace each other.
    pub(super) fn kind(&self, key: &str) -> Option<usize> {
        self.alternative(key).or_else(|| Self::place(&self.kinds, key))
    }

    fn place(sets: &[Vec<String>], key: &str) -> Option<usize> {
        sets.iter().position(|keys| keys.iter().any(|known| known == key))
    }
}

impl Choice {
    fn compile(schema: &Value) -> Self {
        let mut choice =
            Self { words: Vec::new(), tags: IndexMap::new(), planned: Planned::new(schema) };
        for branch in schema["oneOf"].as_array().into_iter().flatten() {
            choice.words.extend(branch["const"].as_str().map(str::to_owned));
            choice.words.extend(texts(&branch["enum"]));
            for (tag, schema) in branch["properties"].as_object().into_iter().flatten() {
                choice.tags.insert(tag.clone(), Shape::compile(schema));
            }
        }
        choice
    }
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
