//! YAML 1.2 (and so JSON) into a tree.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use super::fault::Mistake;
use super::source::{MOST_BYTES, SourceId, Span, line_starts};
use super::tree::{Entry, Key, Kind, Node};

/// How deep lists and mappings may be nested.
const MOST_LEVELS: usize = 64;
/// How many times its own size a text may grow by aliases.
const MOST_EXPANSION: u64 = 10;
/// How many keys and values a text may hold, those that aliases repeat among them.
const MOST_NODES: u64 = 1_000_000;

/// Reads the one document of `text`, which begins at byte `base` of `source`.
///
/// A mistake of syntax ends the reading; a key that is written twice does not.
pub(super) fn read(
    source: SourceId,
    text: &str,
    base: u32,
    mistakes: &mut Vec<Mistake>,
) -> Option<Node> {
    let places = Places::new(source, text, base);
    if let Err(mistake) = readable(&places, text) {
        mistakes.push(mistake);
        return None;
    }
    let mut builder = Builder {
        places: &places,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        grown: text.len() as u64,
        nodes: 0,
        root: None,
        mistakes: Vec::new(),
    };
    let result = builder.run(text);
    mistakes.append(&mut builder.mistakes);
    match result {
        Ok(()) => builder.root,
        Err(mistake) => {
            mistakes.push(mistake);
            None
        }
    }
}

/// Refuses what is no text of a scenario at all.
fn readable(places: &Places<'_>, text: &str) -> Result<(), Mistake> {
    if text.len() > MOST_BYTES {
        return Err(Mistake::new(places.at(0, 0), "the file is larger than 16 MiB"));
    }
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}');
    match text.char_indices().find(|&(_, c)| control(c)) {
        Some((offset, '\0')) => {
            let span = places.at(offset, offset + 1);
            Err(Mistake::new(span, "a NUL byte, so this is no text file"))
        }
        Some((offset, c)) => {
            let span = places.at(offset, offset + c.len_utf8());
            Err(Mistake::new(span, format!("a control character, U+{:04X}", u32::from(c))))
        }
        None => Ok(()),
    }
}

/// Turns the parser's marks, which count characters, into spans, which count bytes.
struct Places<'t> {
    source: SourceId,
    base: u32,
    text: &'t str,
    /// The byte offset of each character; `None` where every character is one byte.
    offsets: Option<Vec<u32>>,
}

impl<'t> Places<'t> {
    fn new(source: SourceId, text: &'t str, base: u32) -> Self {
        let offsets = (!text.is_ascii())
            .then(|| text.char_indices().map(|(offset, _)| offset as u32).collect());
        Self { source, base, text, offsets }
    }

    fn byte(&self, mark: Marker) -> usize {
        match &self.offsets {
            None => mark.index().min(self.text.len()),
            Some(offsets) => {
                offsets.get(mark.index()).map_or(self.text.len(), |&offset| offset as usize)
            }
        }
    }

    fn at(&self, start: usize, end: usize) -> Span {
        let (start, end) = (start as u32 + self.base, end as u32 + self.base);
        Span { source: self.source, start, end: end.max(start) }
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        self.at(self.byte(span.start), self.byte(span.end))
    }

    fn syntax(&self, error: &ScanError) -> Mistake {
        let mut start = self.byte(*error.marker());
        let message = match error.info() {
            info if info.contains("tab") || self.text[..start].ends_with('\t') => {
                // The parser's mark is near the tab: behind it in its line, or before that line.
                let (before, after) = self.text.split_at(start);
                let behind = before.rfind(['\t', '\n']).filter(|&at| &before[at..=at] == "\t");
                start = behind.or(after.find('\t').map(|at| start + at)).unwrap_or(start);
                "a tab stands here, where YAML wants spaces".into()
            }
            "while parsing node, found unknown anchor" => {
                "an alias of an anchor that is not set before it".into()
            }
            info => format!("this is not YAML: {info}"),
        };
        Mistake::new(self.at(start, start), message)
    }
}

/// A list or mapping that is being read.
struct Open {
    span: Span,
    anchor: usize,
    content: Content,
    /// Bytes that aliases within it stand for.
    aliased: u64,
    /// Keys and values in it.
    nodes: u64,
    /// Levels below it, itself included.
    depth: usize,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>, Option<Key>),
}

/// A finished node with what it takes to repeat it.
#[derive(Clone)]
struct Finished {
    node: Node,
    /// Its size in bytes, aliases expanded.
    size: u64,
    /// Keys and values in it, and itself.
    nodes: u64,
    /// Levels of lists and mappings.
    depth: usize,
}

struct Builder<'t> {
    places: &'t Places<'t>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Finished>,
    /// The size of the text so far with aliases expanded \[bytes\].
    grown: u64,
    /// Keys and values so far, with copies of those that aliases may repeat.
    nodes: u64,
    root: Option<Node>,
    mistakes: Vec<Mistake>,
}

impl Builder<'_> {
    fn run(&mut self, text: &str) -> Result<(), Mistake> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| self.syntax(&error))?;
            self.event(event, self.places.span(span))?;
        }
        Ok(())
    }

    /// A mistake of syntax; a bracket that was forgotten shows only further on.
    fn syntax(&self, error: &ScanError) -> Mistake {
        let mistake = self.places.syntax(error);
        let bracket = self.open.iter().rev().find_map(|open| {
            let start = (open.span.start - self.places.base) as usize;
            let bracket = self.places.text[start..].chars().next()?;
            matches!(bracket, '[' | '{').then_some((bracket, start))
        });
        match bracket {
            Some((bracket, start)) => {
                let line = line_starts(&self.places.text[..start]).len();
                mistake.hint(format!("the `{bracket}` in line {line} is not closed before this"))
            }
            None => mistake,
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Mistake> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                let hint = "put each scenario into a file of its own";
                let message = "a second document begins here, but a scenario is one document";
                Err(Mistake::new(span, message).hint(hint))
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                let message = "YAML tags such as `!tag` have no meaning in a scenario";
                Err(Mistake::new(span, message))
            }
            Event::Scalar(text, style, anchor, None) => {
                let quoted = style != ScalarStyle::Plain;
                let kind = Kind::Scalar { text: text.into_owned(), quoted };
                let size = u64::from(span.end - span.start);
                let node = Node::new(span, kind);
                self.count(1, span)?;
                self.finish(Finished { node, size, nodes: 1, depth: 0 }, anchor)
            }
            Event::SequenceStart(anchor, None) => {
                self.begin(span, anchor, Content::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, None) => {
                self.begin(span, anchor, Content::Mapping(Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, span: Span, anchor: usize, content: Content) -> Result<(), Mistake> {
        if self.open.len() == MOST_LEVELS {
            return Err(too_deep(span));
        }
        self.count(1, span)?;
        self.open.push(Open { span, anchor, content, aliased: 0, nodes: 1, depth: 1 });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Mistake> {
        let open = self.open.pop().expect("the parser ends only what it began");
        let last = match &open.content {
            Content::Sequence(items) => items.last().map(|item| item.span),
            Content::Mapping(entries, _) => entries.last().map(|entry| entry.value.span),
        };
        // Without brackets a list ends with its last item; the parser says so only at the next
        // token, after comments and blank lines.
        let end = if span.start < span.end { span.end } else { last.map_or(0, |last| last.end) };
        let span = Span { end: end.max(open.span.end), ..open.span };
        let kind = match open.content {
            Content::Sequence(items) => Kind::Sequence(items),
            Content::Mapping(entries, _) => Kind::Mapping(self.without_repeats(entries)),
        };
        let size = u64::from(span.end - span.start) + open.aliased;
        if let Some(parent) = self.open.last_mut() {
            parent.aliased += open.aliased;
        }
        let node = Node::new(span, kind);
        let finished = Finished { node, size, nodes: open.nodes, depth: open.depth };
        self.finish(finished, open.anchor)
    }

    /// The entries whose keys are new; the others are mistakes.
    fn without_repeats(&mut self, mut entries: Vec<Entry>) -> Vec<Entry> {
        let repeated = repeats(&entries);
        if repeated.is_empty() {
            return entries;
        }
        for &index in &repeated {
            let Key { text, span } = &entries[index].key;
            let message = format!("`{text}` is written twice in this mapping");
            self.mistakes.push(Mistake::new(*span, message).hint("keep one of them"));
        }
        let mut index = 0;
        entries.retain(|_| {
            index += 1;
            !repeated.contains(&(index - 1))
        });
        entries
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Mistake> {
        let Some(Finished { size, nodes, depth, .. }) = self.anchors.get(&anchor) else {
            return Err(Mistake::new(span, "an alias within the anchor that it stands for"));
        };
        let (size, nodes) = (*size, *nodes);
        if self.open.len() + depth > MOST_LEVELS {
            return Err(too_deep(span));
        }
        self.grown += size;
        if self.grown > MOST_EXPANSION * (self.places.text.len() as u64).max(1_000) {
            let message = "aliases make the scenario more than 10 times as large as its file";
            return Err(Mistake::new(span, message));
        }
        if let Some(open) = self.open.last_mut() {
            open.aliased += size;
        }
        self.count(nodes, span)?;
        let finished = self.anchors[&anchor].clone();
        self.finish(finished, 0)
    }

    /// Notes that there are more keys and values: memory is taken by them, not by the text.
    fn count(&mut self, more: u64, span: Span) -> Result<(), Mistake> {
        self.nodes += more;
        if self.nodes > MOST_NODES {
            let message = "the scenario has more than 1,000,000 keys and values";
            return Err(Mistake::new(span, message));
        }
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn finish(&mut self, finished: Finished, anchor: usize) -> Result<(), Mistake> {
        if anchor > 0 {
            self.count(finished.nodes, finished.node.span)?;
            self.anchors.insert(anchor, finished.clone());
        }
        let Finished { node, size: _, nodes, depth } = finished;
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.depth = open.depth.max(depth + 1);
        open.nodes += nodes;
        match &mut open.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping(entries, key) => match (key.take(), node) {
                (Some(key), value) => entries.push(Entry { key, value }),
                (None, Node { kind: Kind::Scalar { text, .. }, span, .. }) => {
                    *key = Some(Key { text, span });
                }
                (None, node) => {
                    let message = format!("{} cannot be a key", node.kind_name());
                    return Err(Mistake::new(node.span, message).hint("a key is a word"));
                }
            },
        }
        Ok(())
    }
}

/// The indexes of entries whose keys stand further up as well.
fn repeats(entries: &[Entry]) -> BTreeSet<usize> {
    // Most mappings have a few keys, which are compared faster than sorted.
    const FEW: usize = 16;
    if entries.len() <= FEW {
        let stands_above = |index: &usize| {
            let key = &entries[*index].key.text;
            entries[..*index].iter().any(|above| above.key.text == *key)
        };
        return (1..entries.len()).filter(stands_above).collect();
    }
    let mut seen = BTreeSet::new();
    let is_new = |entry: &Entry| seen.insert(entry.key.text.clone());
    let new: Vec<bool> = entries.iter().map(is_new).collect();
    (0..entries.len()).filter(|&index| !new[index]).collect()
}

fn too_deep(span: Span) -> Mistake {
    Mistake::new(span, "lists and mappings are nested more than 64 levels deep")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tree(text: &str) -> Result<Node, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let node = read(SourceId(0), text, 0, &mut mistakes);
        if mistakes.is_empty() { Ok(node.expect("a document")) } else { Err(mistakes) }
    }

    fn first_mistake(text: &str) -> (String, u32) {
        let mistakes = tree(text).unwrap_err();
        (mistakes[0].message.clone(), mistakes[0].span.start)
    }

    /// Every scalar, as it stands in the text.
    fn slices<'t>(node: &Node, text: &'t str, out: &mut Vec<&'t str>) {
        if node.text().is_some() {
            out.push(&text[node.span.start as usize..node.span.end as usize]);
        }
        node.items().iter().for_each(|item| slices(item, text, out));
        for entry in node.entries() {
            out.push(&text[entry.key.span.start as usize..entry.key.span.end as usize]);
            slices(&entry.value, text, out);
        }
    }

    #[test]
    fn spans_cut_the_very_words_out_of_the_text() {
        let text =
            "# about ä\r\nname: größe   # x\r\nlist:\r\n- a → b\r\n- { k: \"ü\", 日: x }\r\n";
        let mut words = Vec::new();
        slices(&tree(text).unwrap(), text, &mut words);
        assert_eq!(words, ["name", "größe", "list", "a → b", "k", "\"ü\"", "日", "x"]);
    }

    #[test]
    fn containers_span_from_their_first_to_their_last_byte() {
        let text = "a:\n  b: [1, 2 ]\n  c: 3\n\n# end\nd: {}\n";
        let root = tree(text).unwrap();
        let cut = |node: &Node| text[node.span.start as usize..node.span.end as usize].to_owned();
        assert_eq!(cut(root.get("a").unwrap()), "b: [1, 2 ]\n  c: 3");
        assert_eq!(cut(root.get("a").unwrap().get("b").unwrap()), "[1, 2 ]");
        assert_eq!(cut(root.get("d").unwrap()), "{}");
    }

    #[test]
    fn json_is_yaml() {
        let root = tree("{\"a\": [1, true, null], \"b\": {\"c\": \"x\\ty\"}}").unwrap();
        assert_eq!(root.get("b").unwrap().get("c").unwrap().text(), Some("x\ty"));
        assert!(root.get("a").unwrap().items()[2].is_null());
    }

    #[test]
    fn mistakes_of_syntax_have_their_place() {
        for (text, message, at) in [
            ("a: 1\nb:\n\t- x\n", "a tab stands here, where YAML wants spaces", 8),
            ("a: *b\n", "an alias of an anchor that is not set before it", 3),
            ("a: &b [*b]\n", "an alias within the anchor that it stands for", 7),
            ("a: !x 1\n", "YAML tags such as `!tag` have no meaning in a scenario", 3),
            ("? [a]\n: 1\n", "a list cannot be a key", 2),
            (
                "a: 1\n---\nb: 2\n",
                "a second document begins here, but a scenario is one document",
                5,
            ),
            ("a: 1\nb: 2\na: 3\n", "`a` is written twice in this mapping", 10),
            ("a: x\0y", "a NUL byte, so this is no text file", 4),
            ("a: x\u{7}y", "a control character, U+0007", 4),
        ] {
            assert_eq!(first_mistake(text), (message.to_owned(), at), "{text:?}");
        }
        assert!(first_mistake("a: [1, 2\nb: 3\n").0.starts_with("this is not YAML"));
    }

    #[test]
    fn depth_is_limited_with_and_without_aliases() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(tree(&deep(64)).is_ok());
        assert_eq!(
            first_mistake(&deep(65)).0,
            too_deep(Places::new(SourceId(0), "", 0).at(0, 0)).message
        );
        let aliased = format!("[&a {}, {}*a{}]", deep(60), "[".repeat(4), "]".repeat(4));
        assert!(first_mistake(&aliased).0.contains("64 levels"));
    }

    #[test]
    fn aliases_expand_to_ten_times_the_file_and_no_further() {
        let mut bomb = String::from("a: &a0 [xxxxxxxxx, xxxxxxxxx, xxxxxxxxx, xxxxxxxxx]\n");
        for level in 1..30 {
            let previous = level - 1;
            let line = format!("b{level}: &a{level} [*a{previous}, *a{previous}]\n");
            bomb.push_str(&line);
        }
        assert!(first_mistake(&bomb).0.contains("10 times"));
        assert!(tree("a: &a { x: 1 }\nb: *a\nc: *a\n").is_ok());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-c:\\-\\[\\]{},&*\"'|>#!? \n\täü→\0]{0,60}") {
            let mut mistakes = Vec::new();
            let node = read(SourceId(0), &text, 0, &mut mistakes);
            if let Some(node) = node {
                slices(&node, &text, &mut Vec::new());
            }
        }
    }
}
