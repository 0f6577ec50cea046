//! A scenario's text as a tree whose every node knows its place.

use serde_json::Value;

use super::source::Span;

/// A value in the text of a scenario.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) kind: Kind,
    /// What the check of the tree against the schema made of it.
    pub(super) state: State,
}

/// What a node is made of.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A word, a number, a text.
    Scalar {
        text: String,
        /// Quoted scalars are text: `"null"` is a word, `null` is nothing.
        quoted: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values, in the order written, no key twice.
    Mapping(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) value: Node,
}

/// A key as it was written.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) span: Span,
}

/// Whether a node can be believed by what reads the tree after the check.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// It is what the schema asks for.
    Sound,
    /// It was at fault and stands for nothing.
    Omitted,
    /// It was at fault, or missing, and stands for this valid value.
    Replaced(Value),
}

impl Node {
    /// A node as it was written.
    pub(super) const fn new(span: Span, kind: Kind) -> Self {
        Self { span, kind, state: State::Sound }
    }

    /// The node of a place where nothing is written.
    pub(super) const fn nothing(span: Span) -> Self {
        Self::new(span, Kind::Scalar { text: String::new(), quoted: false })
    }

    /// Whether nothing is written here: `key:` without a value, `null` or `~`.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, quoted: false }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::Sequence(_) | Kind::Mapping(_) => None,
        }
    }

    /// The entries of a mapping; none of anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Mapping(entries) => entries,
            Kind::Scalar { .. } | Kind::Sequence(_) => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::Sequence(items) => items,
            Kind::Scalar { .. } | Kind::Mapping(_) => &[],
        }
    }

    /// The value of `key` in a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key.text == key).map(|entry| &entry.value)
    }

    /// The name of an item of a list. Groups are named by `group`; that of an entry of the timeline
    /// says to whom something happens.
    pub(super) fn name(&self) -> Option<&str> {
        let group = || self.get("group").filter(|_| self.get("at").is_none());
        self.get("name").or_else(group).and_then(Self::text)
    }

    /// What it is, for messages.
    pub(super) fn kind_name(&self) -> &'static str {
        match &self.kind {
            _ if self.is_null() => "nothing",
            Kind::Scalar { .. } => "a single value",
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
        }
    }

    /// Writes the tree as JSON with sorted keys, so that equal scenarios have equal texts whatever
    /// their layout and comments.
    pub(super) fn write_canonical(&self, out: &mut Vec<u8>) {
        match &self.kind {
            Kind::Scalar { text, .. } => write_text(text, out),
            Kind::Sequence(items) => {
                out.push(b'[');
                for item in items {
                    item.write_canonical(out);
                    out.push(b',');
                }
                out.push(b']');
            }
            Kind::Mapping(entries) => {
                let mut sorted: Vec<&Entry> = entries.iter().collect();
                sorted.sort_unstable_by(|a, b| a.key.text.cmp(&b.key.text));
                out.push(b'{');
                for entry in sorted {
                    write_text(&entry.key.text, out);
                    out.push(b':');
                    entry.value.write_canonical(out);
                    out.push(b',');
                }
                out.push(b'}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("a text can be written to memory");
}
