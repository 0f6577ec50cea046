//! The tree against the schema: every mistake of spelling, kind and unit, with its place.
//!
//! What is at fault is taken out of the tree, or replaced by something valid, so that the passes
//! that follow can look at the rest.

use std::fmt;

use super::fault::{MOST_MISTAKES, Mistake};
use super::shape::{Choice, Record, Shape};
use super::source::Span;
use super::suggest::{did_you_mean, list, nearest};
use super::tree::{Entry, Key, Kind, Node, State};
use super::types::QuantityWord;
use super::words::number as decimal;

/// Collects every mistake of `root`, and repairs the tree. Whether what follows shall look at it: not
/// after very many mistakes.
pub(super) fn check(root: &mut Node, mistakes: &mut Vec<Mistake>) -> bool {
    let mut checker = Checker { mistakes };
    let shape = Shape::scenario();
    if checker.node(root, shape, Named::Scenario) == Verdict::Useless {
        root.state = State::Replaced(shape.placeholder());
    }
    mistakes.len() <= MOST_READ_ON
}

/// After so many mistakes nobody reads what was meant: the file is something else altogether.
const MOST_READ_ON: usize = 1_000;

/// Whether what follows can work with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Yes, although parts of it may have been taken out or replaced.
    Usable,
    /// No: it is not at all what is expected here.
    Useless,
}

/// What messages call a node.
#[derive(Debug, Clone, Copy)]
enum Named<'k> {
    Scenario,
    /// The value of a key.
    Key(&'k str),
    /// An item of the list that a key has.
    ItemOf(&'k str),
}

impl Named<'_> {
    /// What an item of such a list is called.
    const fn item(self) -> Self {
        match self {
            Self::Scenario => Self::Scenario,
            Self::Key(key) | Self::ItemOf(key) => Self::ItemOf(key),
        }
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario => f.write_str("the scenario"),
            Self::Key(key) => write!(f, "`{key}`"),
            Self::ItemOf(key) => write!(f, "an item of `{key}`"),
        }
    }
}

struct Checker<'m> {
    mistakes: &'m mut Vec<Mistake>,
}

impl Checker<'_> {
    /// Checks a node, which messages call `name`.
    fn node(&mut self, node: &mut Node, shape: &Shape, name: Named<'_>) -> Verdict {
        if node.is_null() {
            let message = match name {
                Named::Scenario => "this file holds no scenario".to_owned(),
                Named::Key(_) | Named::ItemOf(_) => format!("{name} has no value"),
            };
            return self.useless(node.span, message, format!("expected {}", shape.expected()));
        }
        let shape = shape.resolved();
        match (shape, &mut node.kind) {
            (Shape::Quantity(quantity), Kind::Scalar { text, quoted }) => {
                self.single(node.span, text, *quoted, quantity)
            }
            (Shape::List { item, at_least }, Kind::Sequence(items)) => {
                if items.len() < *at_least {
                    let message = format!("{name} is empty");
                    let hint = "at least one item is needed".to_owned();
                    return self.useless(node.span, message, hint);
                }
                for value in items {
                    let verdict = self.node(value, item, name.item());
                    replace_useless(value, item, verdict);
                }
                Verdict::Usable
            }
            (Shape::Names(value_shape), Kind::Mapping(entries)) => {
                for Entry { key, value } in entries {
                    let verdict = self.node(value, value_shape, Named::Key(&key.text));
                    replace_useless(value, value_shape, verdict);
                }
                Verdict::Usable
            }
            (Shape::Record(record), Kind::Mapping(entries)) => {
                self.record(node.span, entries, record, name);
                Verdict::Usable
            }
            (Shape::Choice(choice), Kind::Scalar { text, .. }) => {
                self.word(node.span, text, choice)
            }
            (Shape::Choice(choice), Kind::Mapping(entries)) => {
                self.tagged(node.span, entries, choice)
            }
            (Shape::Either { single, mapping }, Kind::Scalar { text, .. }) => {
                let text = text.clone();
                self.bare(node, &text, single, mapping, name)
            }
            (Shape::Either { mapping, .. }, Kind::Mapping(_)) if !mapping.is_list() => {
                self.node(node, mapping, name)
            }
            (Shape::Either { mapping, .. }, Kind::Sequence(_)) if mapping.is_list() => {
                self.node(node, mapping, name)
            }
            _ => {
                let message = format!("{name} is {}", node.kind_name());
                self.useless(node.span, message, format!("expected {}", shape.expected()))
            }
        }
    }

    fn useless(
        &mut self,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) -> Verdict {
        if self.mistakes.len() <= MOST_MISTAKES {
            self.mistakes.push(Mistake { span, message: message.into(), hint: hint.into() });
        }
        Verdict::Useless
    }

    /// A quantity, a name, a text.
    fn single(&mut self, span: Span, text: &str, quoted: bool, quantity: &QuantityWord) -> Verdict {
        if quantity.word == "flag" && quoted {
            let message = format!("`{text}` in quotes is a text, not `true` or `false`");
            return self.useless(span, message, "leave the quotes out".to_owned());
        }
        match (quantity.check)(text) {
            Ok(()) => Verdict::Usable,
            Err(error) => self.useless(span, error.to_string(), unit_hint(text, quantity.word)),
        }
    }

    /// A single value where a mapping could stand too.
    fn bare(
        &mut self,
        node: &mut Node,
        text: &str,
        single: &Shape,
        mapping: &Shape,
        name: Named<'_>,
    ) -> Verdict {
        let mapping = mapping.resolved();
        if let (Shape::Choice(_), Shape::Record(record)) = (single.resolved(), mapping)
            && record.keys.contains_key(text)
        {
            let hint = format!("write `{{ {text}: .. }}`");
            return self.useless(node.span, format!("`{text}` needs a value"), hint);
        }
        let before = self.mistakes.len();
        let verdict = self.node(node, single, name);
        if let (Shape::Choice(choice), Some(mistake)) = (mapping, self.mistakes.get_mut(before)) {
            let word = nearest(text, choice.all());
            mistake.hint = mistake.hint.take().or_else(|| {
                Some(match word {
                    Some(word) => format!("a distribution is written `{{ {word}: .. }}`"),
                    None => "or a distribution of it, such as `{ exponential: .. }`".to_owned(),
                })
            });
        }
        verdict
    }

    /// One of several words, alone.
    fn word(&mut self, span: Span, text: &str, choice: &Choice) -> Verdict {
        if choice.words.iter().any(|word| word == text) {
            return Verdict::Usable;
        }
        if choice.planned.contains(text) {
            return self.planned(span, text, choice.planned.hint(text));
        }
        if choice.tags.contains_key(text) {
            let hint = format!("write `{{ {text}: .. }}`");
            return self.useless(span, format!("`{text}` needs a value"), hint);
        }
        let hint = did_you_mean(text, "expected here", choice.all());
        self.useless(span, format!("unknown word `{text}`"), hint)
    }

    /// One of several words, with a value.
    fn tagged(&mut self, span: Span, entries: &mut [Entry], choice: &Choice) -> Verdict {
        if let Some(entry) = entries.iter().find(|entry| choice.planned.contains(&entry.key.text)) {
            let hint = choice.planned.hint(&entry.key.text);
            return self.planned(entry.key.span, &entry.key.text, hint);
        }
        let [entry] = entries else {
            let message = format!("exactly one key is expected here, found {}", entries.len());
            let span = entries.get(1).map_or(span, |second| second.key.span);
            return self.useless(span, message, format!("one of {}", list(choice.all())));
        };
        let Entry { key, value } = entry;
        if choice.words.contains(&key.text) {
            let message = format!("`{}` takes no value", key.text);
            return self.useless(key.span, message, format!("write it alone: `{}`", key.text));
        }
        let Some(shape) = choice.tags.get(&key.text) else {
            let hint = match choice.planned.hint(&key.text) {
                Some(hint) => hint.to_owned(),
                None => did_you_mean(&key.text, "expected here", choice.all()),
            };
            return self.useless(key.span, format!("unknown key `{}`", key.text), hint);
        };
        let verdict = self.node(value, shape, Named::Key(&key.text));
        replace_useless(value, shape, verdict);
        Verdict::Usable
    }

    fn planned(&mut self, span: Span, word: &str, hint: Option<&str>) -> Verdict {
        self.useless(span, format!("`{word}` is not supported yet"), hint.map(str::to_owned))
    }

    /// A mapping of keys that are known.
    fn record(&mut self, span: Span, entries: &mut Vec<Entry>, record: &Record, name: Named<'_>) {
        let keys = record.keys.keys().map(String::as_str);
        let mut absent: Vec<&str> =
            keys.filter(|key| entries.iter().all(|entry| entry.key.text != *key)).collect();
        let mut strange = false;
        for entry in entries.iter_mut() {
            if record.keys.contains_key(&entry.key.text) {
                self.property(entry, record);
            } else {
                strange = true;
                self.strange_key(entry, &mut absent, record, name);
            }
        }
        self.one_kind(span, entries, record, strange, name);
        for key in absent {
            if record.keys[key].required {
                self.missing(span, key, entries, record, name);
            }
        }
    }

    /// The value of a key that is known.
    fn property(&mut self, entry: &mut Entry, record: &Record) {
        let Some(property) = record.keys.get(&entry.key.text) else { return };
        let verdict = self.node(&mut entry.value, &property.shape, Named::Key(&entry.key.text));
        if verdict == Verdict::Useless {
            entry.value.state = if property.required {
                State::Replaced(property.shape.placeholder())
            } else {
                State::Omitted
            };
        }
    }

    /// A key that is planned or unknown. What was misspelt is read as what was meant, if that is
    /// `absent`, so that it is not missed and what is in it is checked too.
    fn strange_key(
        &mut self,
        entry: &mut Entry,
        absent: &mut Vec<&str>,
        record: &Record,
        name: Named<'_>,
    ) {
        let Key { text, span } = entry.key.clone();
        entry.value.state = State::Omitted;
        if record.planned.contains(&text) {
            self.planned(span, &text, record.planned.hint(&text));
            return;
        }
        let hint = match text.as_str() {
            "<<" => "merge keys are not part of YAML 1.2".to_owned(),
            _ if self.mistakes.len() > MOST_READ_ON => String::new(),
            _ => match record.planned.hint(&text) {
                Some(hint) => hint.to_owned(),
                None => {
                    did_you_mean(&text, "expected here", record.keys.keys().map(String::as_str))
                }
            },
        };
        self.useless(span, format!("unknown key `{text}` in {name}"), hint);
        // A key that belongs elsewhere is no misspelling.
        if self.mistakes.len() > MOST_READ_ON || record.planned.hint(&text).is_some() {
            return;
        }
        let Some(meant) = nearest(&text, absent.iter().copied()) else { return };
        absent.retain(|key| *key != meant);
        meant.clone_into(&mut entry.key.text);
        entry.value.state = State::Sound;
        let before = self.mistakes.len();
        self.property(entry, record);
        // A single value under a wrong key is one mistake, whatever the value.
        if entry.value.text().is_some() || !matches!(entry.value.state, State::Sound) {
            self.mistakes.truncate(before);
        }
    }

    /// The rule that exactly one of several sets of keys is given.
    fn one_kind(
        &mut self,
        span: Span,
        entries: &mut Vec<Entry>,
        record: &Record,
        strange: bool,
        name: Named<'_>,
    ) {
        if record.alternatives.is_empty() {
            return;
        }
        let mut given = entries.iter_mut().filter_map(|entry| {
            record.alternative(&entry.key.text).map(|alternative| (alternative, entry))
        });
        let Some((chosen, Entry { key: Key { text: first, .. }, .. })) = given.next() else {
            if !strange {
                let kinds: Vec<String> =
                    record.alternatives.iter().map(|keys| keys.join("` and `")).collect();
                let kinds = list(kinds.iter().map(String::as_str));
                self.useless(span, format!("{name} needs exactly one of {kinds}"), None);
            }
            return;
        };
        for (_, entry) in given.filter(|(alternative, _)| *alternative != chosen) {
            entry.value.state = State::Omitted;
            let message = format!("`{}` and `{first}` exclude each other", entry.key.text);
            self.useless(entry.key.span, message, "keep one of them".to_owned());
        }
        for key in &record.alternatives[chosen] {
            if entries.iter().all(|entry| entry.key.text != *key) {
                self.missing(span, key, entries, record, name);
            }
        }
    }

    /// A key that must be there and is not. Something valid stands in for its value.
    fn missing(
        &mut self,
        span: Span,
        key: &str,
        entries: &mut Vec<Entry>,
        record: &Record,
        name: Named<'_>,
    ) {
        let shape = &record.keys[key].shape;
        let hint = format!("expected {}", shape.expected());
        self.useless(span, format!("{name} needs the key `{key}`"), hint);
        if self.mistakes.len() > MOST_READ_ON {
            return;
        }
        let mut value = Node::new(span, Kind::Mapping(Vec::new()));
        value.state = State::Replaced(shape.placeholder());
        entries.push(Entry { key: Key { text: key.to_owned(), span }, value });
    }
}

fn replace_useless(node: &mut Node, shape: &Shape, verdict: Verdict) {
    if verdict == Verdict::Useless {
        node.state = State::Replaced(shape.placeholder());
    }
}

/// What a number without its unit lacks.
fn unit_hint(text: &str, quantity: &str) -> Option<String> {
    let number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | '.'));
    match quantity {
        "duration" if number => {
            Some(format!("a duration needs its unit: `{text}ms`, `{text}s`, `{text}h`, `{text}d`"))
        }
        "rate" if number => {
            Some(format!("a rate needs its period: `{text}/s`, `{text}/h`, `{text}/d`"))
        }
        "share" if number => Some(match text.parse::<f64>() {
            Ok(part) if part < 1.0 => {
                format!("a share is in percent: `{}%`", decimal(100.0 * part))
            }
            _ => format!("a share needs its percent sign: `{text}%`"),
        }),
        "factor" if number => Some(format!("a factor ends with an x: `{text}x`")),
        "number per period" if number => Some(format!("write `{text} per period`")),
        "amount" if number => {
            Some("it has at most three decimals, and is at most `1_000_000_000_000`".to_owned())
        }
        "price" if number => {
            Some("it has at most six decimals, and is at most `1_000_000_000_000`".to_owned())
        }
        "flag" => Some("booleans are only `true` and `false`".to_owned()),
        _ => None,
    }
}
