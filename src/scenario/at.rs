//! Where a value that is being validated stands in the tree.

use super::fault::Mistake;
use super::source::{SourceId, Span};
use super::tree::{Entry, Kind, Node, State};
use super::validate::Tables;

/// A place in the tree, followed along while the values read from it are validated.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'t> {
    /// `None` where nothing is written and a default holds.
    node: Option<&'t Node>,
    span: Span,
    /// Whether what was written is what is being validated: not a stand-in for something at fault.
    sound: bool,
}

impl<'t> At<'t> {
    /// The place of `node`.
    pub(super) fn new(node: &'t Node) -> Self {
        Self { node: Some(node), span: node.span, sound: matches!(node.state, State::Sound) }
    }

    /// The place of what stands in no file.
    pub(super) fn nowhere() -> Self {
        Self { node: None, span: Span { source: SourceId(0), start: 0, end: 0 }, sound: true }
    }

    fn child(self, node: &'t Node) -> Self {
        let child = Self::new(node);
        Self { sound: self.sound && child.sound, ..child }
    }

    /// Whether the key `key` is written here.
    pub(super) fn has(self, key: &str) -> bool {
        self.node.is_some_and(|node| node.get(key).is_some())
    }

    /// The value of `key`; the value itself if it has no such key.
    pub(super) fn key(self, key: &str) -> Self {
        match self.node.and_then(|node| node.get(key)) {
            Some(value) => self.child(value),
            None => Self { node: None, ..self },
        }
    }

    /// The key and the value of the entry at `index` of a mapping.
    pub(super) fn entry(self, index: usize) -> (Self, Self) {
        match self.node.and_then(|node| node.entries().get(index)) {
            Some(Entry { key, value }) => {
                (Self { node: None, span: key.span, ..self }, self.child(value))
            }
            None => (self, self),
        }
    }

    /// The item at `index` of a list.
    pub(super) fn item(self, index: usize) -> Self {
        match self.node.and_then(|node| node.items().get(index)) {
            Some(item) => self.child(item),
            None => Self { node: None, ..self },
        }
    }

    /// The bytes from `from` to `to` of a text; all of it where quotes or line breaks hide which
    /// bytes those are.
    pub(super) fn part(self, from: usize, to: usize) -> Self {
        let Some(Node { kind: Kind::Scalar { text, quoted }, span, .. }) = self.node else {
            return self;
        };
        let quotes = if *quoted { 2 } else { 0 };
        if (span.end - span.start) as usize != text.len() + quotes {
            return self;
        }
        Self { span: span.part(from + quotes / 2, to + quotes / 2), ..self }
    }

    /// The text that it stands in.
    pub(super) const fn source(self) -> SourceId {
        self.span.source
    }

    /// Whether something is written here and can be believed.
    pub(super) const fn is_sound(self) -> bool {
        self.sound
    }
}

/// What validation finds: mistakes, and the tables that the scenario draws from.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) mistakes: Vec<Mistake>,
    pub(super) tables: Tables,
}

impl Findings {
    /// Notes a mistake at `at`, unless what stands there was already found to be at fault.
    pub(super) fn add(&mut self, at: At<'_>, message: impl Into<String>) {
        if at.sound {
            self.mistakes.push(Mistake::new(at.span, message));
        }
    }

    /// Notes a mistake with what would be right.
    pub(super) fn add_with_hint(
        &mut self,
        at: At<'_>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if at.sound {
            self.mistakes.push(Mistake::new(at.span, message).hint(hint));
        }
    }
}
