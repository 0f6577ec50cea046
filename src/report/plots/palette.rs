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
