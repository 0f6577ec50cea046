//! Mistakes as a terminal shows them.

use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::fault::ScenarioFault;
use super::source::Source;
use super::words::printable;

/// Whether messages are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// With ANSI escapes, for terminals.
    Always,
    /// Text alone.
    Never,
}

/// The most mistakes that are shown in full; the last line counts them all.
const MOST_SHOWN: usize = 1_000;
/// The width to which an excerpt is cut \[columns\].
const WIDTH: usize = 110;
/// How much of a very long line is looked at, on each side of the mistake \[bytes\].
const MARGIN: usize = 400;

/// All `faults`, then a line that counts them; `more` of them were not noted.
pub(super) fn render(
    sources: &[Source],
    faults: &[ScenarioFault],
    more: bool,
    colour: Colour,
) -> String {
    let mut text = String::new();
    for fault in faults.iter().take(MOST_SHOWN) {
        let source = &sources[fault.place.span().source.0 as usize];
        render_fault(&mut text, source, fault, colour);
        text.push('\n');
    }
    let mut names: Vec<&str> = Vec::new();
    for fault in faults {
        if !names.contains(&fault.place.source.as_str()) {
            names.push(&fault.place.source);
        }
    }
    let mistakes = if faults.len() == 1 { "mistake" } else { "mistakes" };
    let least = if more { "more than " } else { "" };
    let _ = writeln!(text, "{least}{} {mistakes} in {}", faults.len(), names.join(" and "));
    text
}

fn render_fault(text: &mut String, source: &Source, fault: &ScenarioFault, colour: Colour) {
    let place = &fault.place;
    let (bold, red, cyan, plain) = match colour {
        Colour::Always => ("\u{1b}[1m", "\u{1b}[1;31m", "\u{1b}[1;36m", "\u{1b}[0m"),
        Colour::Never => ("", "", "", ""),
    };
    let _ = writeln!(
        text,
        "{bold}{}:{}:{}:{plain} {red}error:{plain} {bold}{}{plain}",
        place.source,
        place.line,
        place.column,
        printable(&fault.message)
    );
    text.push_str(excerpt(source, fault, colour).trim_end());
    text.push('\n');
    if let Some(hint) = &fault.hint {
        let _ = writeln!(text, "{cyan}hint:{plain} {}", printable(hint));
    }
}

/// The line of a mistake with the mistake underlined.
fn excerpt(source: &Source, fault: &ScenarioFault, colour: Colour) -> String {
    let line = source.line_range(fault.place.line);
    let start = fault.place.span().start as usize;
    let end = (fault.place.span().end as usize).clamp(start, line.end.max(start));
    let from = boundary(&source.text, start.saturating_sub(MARGIN)).max(line.start);
    let to = boundary(&source.text, end.min(start + MARGIN) + MARGIN).min(line.end);
    let shown = &source.text[from..to.max(from)];
    let mark = (start - from).min(shown.len())..(end.min(to) - from).min(shown.len());
    let snippet = Snippet::source(shown)
        .line_start(fault.place.line)
        .annotation(AnnotationKind::Primary.span(mark));
    let renderer = match colour {
        Colour::Always => Renderer::styled(),
        Colour::Never => Renderer::plain(),
    };
    let group = Group::with_level(Level::ERROR).element(snippet);
    renderer.term_width(WIDTH).render(&[group])
}

/// The start of the character that the byte at `offset` belongs to.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|&index| text.is_char_boundary(index)).unwrap_or(0)
}
