//! What a scenario imports.
//!
//! Every file counts once, where it is first imported: after what it imports itself, before what
//! imports it. So a value of the importing file wins, wherever else the same file is imported.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::fault::Mistake;
use super::files::Files;
use super::merge::merge;
use super::source::{Source, SourceId, Span};
use super::tree::{Kind, Node};
use super::types::quantity;
use super::yaml;

/// How many files a scenario may import.
const MOST_FILES: usize = 100;
/// How many files may import one another in a row.
const MOST_LEVELS: usize = 16;

/// Reads the first of `files` and all that it imports into one tree.
///
/// `None` if a file cannot be read or is no YAML: what the others refer to might stand in it.
pub(super) fn resolve(files: &mut Files, mistakes: &mut Vec<Mistake>) -> Option<Node> {
    let mut importer = Importer {
        files,
        mistakes,
        open: Vec::new(),
        known: BTreeSet::new(),
        trees: Vec::new(),
        complete: true,
    };
    let path = importer.files.path(SourceId(0)).map(identity);
    importer.known.extend(path.clone());
    importer.scenario(path);
    let Importer { trees, complete, .. } = importer;
    complete.then(|| trees.into_iter().reduce(merge)).flatten()
}

/// What tells a file from others, however its path is written.
fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// A file whose imports are being read.
struct Open {
    source: SourceId,
    identity: Option<PathBuf>,
}

struct Importer<'f> {
    files: &'f mut Files,
    mistakes: &'f mut Vec<Mistake>,
    /// The scenario, and the files that lead to the one at hand.
    open: Vec<Open>,
    /// Every file so far.
    known: BTreeSet<PathBuf>,
    /// What was read: later ones win over earlier ones.
    trees: Vec<Node>,
    /// Whether everything could be read.
    complete: bool,
}

impl Importer<'_> {
    /// Reads the scenario itself.
    fn scenario(&mut self, identity: Option<PathBuf>) {
        let source = SourceId(0);
        let before = self.mistakes.len();
        let tree = yaml::read(source, &self.files.source(source).text, 0, self.mistakes);
        let empty = tree.is_none() && self.mistakes.len() == before;
        let nothing = Node::nothing(Span { source, start: 0, end: 0 });
        match tree.or_else(|| empty.then_some(nothing)) {
            Some(tree) => self.follow(Open { source, identity }, tree),
            None => self.complete = false,
        }
    }

    /// Reads what a tree imports, then takes the tree itself.
    fn follow(&mut self, open: Open, mut tree: Node) {
        let source = open.source;
        self.open.push(open);
        for (span, text) in take_imports(&mut tree) {
            self.import(source, span, &text);
        }
        self.open.pop();
        self.trees.push(tree);
    }

    /// Reads the file that `source` imports as `text`.
    fn import(&mut self, source: SourceId, span: Span, text: &str) {
        let Some(importing) = self.files.path(source) else {
            let hint = "the path of an import is relative to the file that it stands in";
            return self.fail(span, "only a scenario in a file can import others", hint);
        };
        let path = importing.parent().unwrap_or(Path::new("")).join(text);
        let identity = identity(&path);
        let above = self.open.iter().position(|open| open.identity.as_ref() == Some(&identity));
        if let Some(index) = above {
            return self.circle(span, index);
        }
        if self.known.contains(&identity) {
            return;
        }
        if self.open.len() > MOST_LEVELS {
            let message = format!("more than {MOST_LEVELS} files import one another in a row");
            return self.fail(span, message, None);
        }
        if self.known.len() > MOST_FILES {
            let message = format!("a scenario imports more than {MOST_FILES} files");
            return self.fail(span, message, None);
        }
        let read = self.files.read_text(&path);
        self.known.insert(identity.clone());
        match read {
            Ok(text) => {
                let imported = Source::new(path.display().to_string(), text);
                let source = self.files.add_file(imported, path);
                if let Some(tree) = self.imported(source) {
                    self.follow(Open { source, identity: Some(identity) }, tree);
                }
            }
            Err(message) => {
                let hint = (!path.exists())
                    .then_some("the path of an import is relative to the file that it stands in");
                self.fail(span, message, hint);
            }
        }
    }

    /// Reads the tree of an imported file.
    fn imported(&mut self, source: SourceId) -> Option<Node> {
        let before = self.mistakes.len();
        let tree = yaml::read(source, &self.files.source(source).text, 0, self.mistakes);
        let start = Span { source, start: 0, end: 0 };
        let Some(mut tree) = tree else {
            self.complete = false;
            if self.mistakes.len() == before {
                self.fail(start, "this file holds nothing to import", None);
            }
            return None;
        };
        if !matches!(tree.kind, Kind::Mapping(_)) {
            let hint = "expected keys of a scenario, the first of them `limitlab: 1`";
            self.fail(tree.span, format!("an imported file is {}", tree.kind_name()), hint);
            return None;
        }
        self.version(&mut tree);
        Some(tree)
    }

    /// Takes the version of the language out of an imported file: each file says its own.
    fn version(&mut self, tree: &mut Node) {
        let span = tree.span;
        let Kind::Mapping(entries) = &mut tree.kind else { return };
        let index = entries.iter().position(|entry| entry.key.text == "limitlab");
        let version = index.map(|index| entries.remove(index).value);
        let message = "an imported file begins with `limitlab: 1`";
        let mistake = match &version {
            None => Mistake::new(Span { end: span.start, ..span }, message),
            Some(Node { span, kind: Kind::Scalar { text, .. }, .. }) => {
                match quantity("version").map(|version| (version.check)(text)) {
                    Some(Err(error)) => Mistake::new(*span, error.to_string()),
                    _ => return,
                }
            }
            Some(other) => Mistake::new(other.span, message),
        };
        self.mistakes.push(mistake);
    }

    /// Refuses an import of a file that leads here; it is the one at `index` of those open.
    fn circle(&mut self, span: Span, index: usize) {
        let ring = &self.open[index..];
        let mut names: Vec<&str> =
            ring.iter().map(|open| self.files.source(open.source).name.as_str()).collect();
        let message = if let [only] = *names.as_slice() {
            format!("{only} imports itself")
        } else {
            names.extend(names.first().copied());
            format!("imports in a circle: {}", names.join(" → "))
        };
        self.fail(span, message, None);
    }

    /// Notes a mistake that leaves something out of the tree.
    fn fail<'h>(
        &mut self,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<Option<&'h str>>,
    ) {
        self.complete = false;
        let mistake = Mistake::new(span, message);
        self.mistakes.push(match hint.into() {
            Some(hint) => mistake.hint(hint),
            None => mistake,
        });
    }
}

/// Takes the imports out of a tree. What is not written as it should be stays, for the check to find.
fn take_imports(tree: &mut Node) -> Vec<(Span, String)> {
    let mut paths = Vec::new();
    let Kind::Mapping(entries) = &mut tree.kind else { return paths };
    let Some(index) = entries.iter().position(|entry| entry.key.text == "import") else {
        return paths;
    };
    let mut is_path = |item: &Node| match item.text() {
        Some(text) if !item.is_null() && !text.is_empty() => {
            paths.push((item.span, text.to_owned()));
            true
        }
        _ => false,
    };
    match &mut entries[index].value.kind {
        Kind::Sequence(items) => {
            items.retain(|item| !is_path(item));
            if items.is_empty() {
                entries.remove(index);
            }
        }
        // A single path is no list, but it is clear what was meant: what is imported is not missed.
        _ => {
            is_path(&entries[index].value);
        }
    }
    paths
}
