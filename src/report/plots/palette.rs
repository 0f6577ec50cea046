//! Colours that people tell apart, however they see colours.

use plotters::style::RGBColor;

/// Behind everything.
pub(super) const WHITE: RGBColor = RGBColor(255, 255, 255);
/// Titles and figures.
pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
/// Explanations and the names of axes.
pub(super) const GREY: RGBColor = RGBColor(95, 95, 95);
/// Lines to read values by.
pub(super) const GRID: RGBColor = RGBColor(228, 228, 228);
/// The two axes.
pub(super) const AXIS: RGBColor = RGBColor(140, 140, 140);
/// Time that is not measured.
pub(super) const SHADE: RGBColor = RGBColor(243, 243, 243);

/// Kinds of things, in the order in which they are told apart best. Yellow is left out, since
/// thin lines of it vanish on white.
///
/// Source: M. Okabe and K. Ito, Color Universal Design (2008).
pub(super) const KINDS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(153, 153, 153),
];

/// Dashes and gaps \[px\], so that lines of different kinds differ in more than colour, and one that
/// lies upon another does not hide it.
const DASHES: [Dash; 8] = [
    None,
    Some((11.0, 5.0)),
    Some((4.0, 4.0)),
    Some((18.0, 4.0)),
    Some((2.0, 5.0)),
    Some((11.0, 11.0)),
    Some((7.0, 3.0)),
    Some((4.0, 9.0)),
];

/// The lengths of a dash and of the gap after it \[px\]; `None` is drawn through.
pub(super) type Dash = Option<(f64, f64)>;

/// What a line is drawn with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pen {
    pub colour: RGBColor,
    pub dash: Dash,
}

impl Pen {
    /// Drawn through.
    pub(super) const fn solid(colour: RGBColor) -> Self {
        Self { colour, dash: None }
    }
}

/// What lines of each kind are drawn with; the first is drawn through, those that lie upon it are
/// dashed.
pub(super) fn pens() -> impl Iterator<Item = Pen> {
    KINDS.into_iter().zip(DASHES).map(|(colour, dash)| Pen { colour, dash })
}

/// The same, where all of them lie upon another line.
pub(super) fn dashed_pens() -> impl Iterator<Item = Pen> {
    KINDS.into_iter().zip(DASHES.into_iter().skip(1)).map(|(colour, dash)| Pen { colour, dash })
}

/// From little to much: evenly perceived, also in grey. Dark is much, as ink on paper is.
///
/// Source: S. van der Walt and N. Smith, viridis (2015), at ten even steps from its bright end.
pub(super) const SCALE: [RGBColor; 10] = [
    RGBColor(253, 231, 37),
    RGBColor(181, 222, 43),
    RGBColor(110, 206, 88),
    RGBColor(53, 183, 121),
    RGBColor(31, 158, 137),
    RGBColor(38, 130, 142),
    RGBColor(49, 104, 142),
    RGBColor(62, 73, 137),
    RGBColor(72, 40, 120),
    RGBColor(68, 1, 84),
];
