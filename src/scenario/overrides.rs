//! Values given on the command line: `--set KEY=VALUE`.

use super::fault::Mistake;
use super::source::{SourceId, Span};
use super::suggest::did_you_mean;
use super::tree::{Entry, Key, Kind, Node};
use super::yaml;

/// A value of the scenario that the command line sets, whatever the file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// What messages call it: `--set`, `--seed`, `--vary`, `--knob`, `--until`.
    pub(super) flag: String,
    /// `KEY=VALUE`, or a threshold.
    pub(super) text: String,
    what: What,
}

/// What is overridden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// The value of a key.
    Value,
    /// The list of thresholds, by this one.
    Thresholds,
    /// Nothing: it is one more threshold.
    MoreThresholds,
}

impl Override {
    /// `--set KEY=VALUE`. The key addresses keys of mappings, and items of lists by their names:
    /// `workspaces.shops.agents.sales.cost=2`; the value is YAML.
    pub fn set(argument: impl Into<String>) -> Self {
        Self { flag: "--set".to_owned(), text: argument.into(), what: What::Value }
    }

    /// One of the values that an option such as `--vary KEY=VALUES` gives to a key.
    pub fn flagged(flag: &str, key: &str, value: &str) -> Self {
        Self { flag: flag.to_owned(), text: format!("{key}={value}"), what: What::Value }
    }

    /// `--seed N`.
    pub fn seed(seed: u64) -> Self {
        Self::flagged("--seed", "seed", &seed.to_string())
    }

    /// `--until THRESHOLD`, each of them: the thresholds of the scenario, in place of its own.
    ///
    /// ```
    /// use limitlab::scenario::{Override, parse};
    ///
    /// let text = "{ limitlab: 1, name: small, duration: 1h, thresholds: [latency.p50 < 1s],
    ///     workspaces: [{ group: shops, agents: [{ name: sales, traffic: { rate: 12/h } }] }] }";
    /// let until = ["latency.p99 < 2s".to_owned(), "loss.rate < 1%".to_owned()];
    /// let scenario = parse("small.yaml", text, &Override::until(&until))?;
    /// assert_eq!(scenario.thresholds.len(), 2);
    /// assert_eq!(scenario.thresholds[0].text, "latency.p99 < 2s");
    /// # Ok::<(), limitlab::scenario::ScenarioError>(())
    /// ```
    pub fn until(thresholds: &[String]) -> Vec<Self> {
        let one = |(nth, text): (usize, &String)| {
            let what = if nth == 0 { What::Thresholds } else { What::MoreThresholds };
            Self { flag: "--until".to_owned(), text: text.clone(), what }
        };
        thresholds.iter().enumerate().map(one).collect()
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
    if change.what != What::Value {
        let text = Kind::Scalar { text: text.to_owned(), quoted: false };
        let span = Span { source, start: 0, end: change.text.len() as u32 };
        if let Some(root) = root {
            set_threshold(root, Node::new(span, text), change.what == What::Thresholds);
        }
        return;
    }
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

/// Puts one threshold in the place of all, or adds it to them.
fn set_threshold(root: &mut Node, threshold: Node, alone: bool) {
    const KEY: &str = "thresholds";
    let Kind::Mapping(entries) = &mut root.kind else { return };
    let there = entries.iter_mut().find(|entry| entry.key.text == KEY);
    match there.map(|entry| &mut entry.value.kind) {
        Some(Kind::Sequence(thresholds)) if !alone => thresholds.push(threshold),
        Some(kind) => *kind = Kind::Sequence(vec![threshold]),
        None => {
            let key = Key { text: KEY.to_owned(), span: threshold.span };
            let value = Node::new(threshold.span, Kind::Sequence(vec![threshold]));
            entries.push(Entry { key, value });
        }
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
