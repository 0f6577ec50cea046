//! Values given on the command line: `--set KEY=VALUE`.

use super::fault::Mistake;
use super::source::{SourceId, Span};
use super::suggest::did_you_mean;
use super::tree::{Entry, Key, Kind, Node};
use super::yaml;

/// A value of the scenario that the command line sets, whatever the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// What messages call it: `--set`, `--seed`, `--vary`.
    pub(super) flag: String,
    /// `KEY=VALUE`.
    pub(super) text: String,
}

impl Override {
    /// `--set KEY=VALUE`. The key addresses keys of mappings, and items of lists by their names:
    /// `workspaces.shops.agents.sales.cost=2`; the value is YAML.
    pub fn set(argument: impl Into<String>) -> Self {
        Self { flag: "--set".to_owned(), text: argument.into() }
    }

    /// One of the values of `--vary KEY=VALUES`.
    pub fn vary(key: &str, value: &str) -> Self {
        Self { flag: "--vary".to_owned(), text: format!("{key}={value}") }
    }

    /// `--seed N`.
    pub fn seed(seed: u64) -> Self {
        Self { flag: "--seed".to_owned(), text: format!("seed={seed}") }
    }
}

/// Sets a value in the tree below `root`. Without a tree only the argument itself is checked.
pub(super) fn apply(
    change: &Override,
    source: SourceId,
    root: Option<&mut Node>,
    mistakes: &mut Vec<Mistake>,
) {
    let text = change.text.trim_start_matches('\u{feff}');
    let span = |start: usize, end: usize| Span { source, start: start as u32, end: end as u32 };
    let Some(equals) = text.find('=') else {
        let mistake = Mistake::new(span(0, text.len()), "a value is set by `KEY=VALUE`");
        mistakes.push(mistake.hint("for example `workspaces.shops.agents.sales.cost=2`"));
        return;
    };
    let before = mistakes.len();
    let value = yaml::read(source, &text[equals + 1..], equals as u32 + 1, mistakes);
    let nothing = Node::nothing(span(text.len(), text.len()));
    let value = value.or_else(|| (mistakes.len() == before).then_some(nothing));
    let mut start = 0;
    let mut path = Vec::new();
    for name in text[..equals].split('.') {
        let trimmed = name.trim();
        let from = start + (name.len() - name.trim_start().len());
        path.push(Key { text: trimmed.to_owned(), span: span(from, from + trimmed.len()) });
        start += name.len() + 1;
    }
    if let Some(empty) = path.iter().find(|key| key.text.is_empty()) {
        mistakes.push(Mistake::new(empty.span, "a name is missing in the key"));
        return;
    }
    if let Some(key) = path.first().filter(|key| key.text == "import") {
        let mistake = Mistake::new(key.span, "imports cannot be set on the command line");
        mistakes.push(mistake.hint("set a value of what is imported by its own key"));
        return;
    }
    let (Some(root), Some(value)) = (root, value) else { return };
    if let Err(mistake) = set(root, &path, value, "the scenario") {
        mistakes.push(mistake);
    }
}

/// Follows `path` down from `node`, which messages call `name`, and puts `value` there.
fn set(node: &mut Node, path: &[Key], value: Node, name: &str) -> Result<(), Mistake> {
    let [key, rest @ ..] = path else {
        *node = value;
        return Ok(());
    };
    if node.is_null() {
        node.kind = Kind::Mapping(Vec::new());
    }
    let label = format!("`{}`", key.text);
    match &mut node.kind {
        Kind::Mapping(entries) => {
            let index = entries.iter().position(|entry| entry.key.text == key.text);
            let index = index.unwrap_or_else(|| {
                let missing = Node::new(key.span, Kind::Mapping(Vec::new()));
                entries.push(Entry { key: key.clone(), value: missing });
                entries.len() - 1
            });
            set(&mut entries[index].value, rest, value, &label)
        }
        Kind::Sequence(items) => {
            let index = items.iter().position(|item| item.name() == Some(&key.text));
            if let Some(index) = index {
                return set(&mut items[index], rest, value, &label);
            }
            let names: Vec<&str> = items.iter().filter_map(Node::name).collect();
            let message = format!("no item of {name} is called `{}`", key.text);
            let hint = if names.is_empty() {
                format!("set the whole list: `{}=[..]`", name.trim_matches('`'))
            } else {
                did_you_mean(&key.text, "its items", names.iter().copied())
            };
            Err(Mistake::new(key.span, message).hint(hint))
        }
        Kind::Scalar { .. } => {
            let message = format!("{name} is a single value and has no key `{}`", key.text);
            Err(Mistake::new(key.span, message))
        }
    }
}
