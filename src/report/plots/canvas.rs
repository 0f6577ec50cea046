//! A sheet to draw on: plotters' SVG backend, finer than whole pixels.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Polygon, Rectangle};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle};

use super::palette::WHITE;

/// The width of every plot \[px\].
pub(super) const WIDTH: f64 = 960.0;
/// The height of every plot \[px\].
pub(super) const HEIGHT: f64 = 540.0;

/// Parts of a pixel: the backend draws in whole units, and curves in whole pixels have steps.
const FINENESS: f64 = 10.0;

/// Why drawing cannot fail: nothing is written but a string.
const IN_MEMORY: &str = "drawing into a string does not fail";

/// A point on the sheet \[px\]: from the left, from the top.
pub(super) type Point = (f64, f64);

/// A sheet of white paper.
pub(super) struct Sheet<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    /// \[px\]
    pub size: f64,
    pub colour: RGBColor,
    pub bold: bool,
    /// Which of its points lies at the position: to the left, the middle or the right. Its height
    /// is centred.
    pub anchor: Anchor,
}

/// What part of a text lies at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

impl Font {
    /// Regular text that begins at its position.
    pub(super) const fn new(size: f64, colour: RGBColor) -> Self {
        Self { size, colour, bold: false, anchor: Anchor::Left }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn at(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// About how wide a text is \[px\]; browsers choose the font, so this is of a wide one.
    pub(super) fn width(self, text: &str) -> f64 {
        let em = if self.bold { 0.68 } else { 0.6 };
        text.chars().count() as f64 * self.size * em
    }
}

/// Draws a picture with this title (for those who cannot see it).
pub(super) fn draw(title: &str, paint: impl FnOnce(&Sheet<'_>)) -> String {
    let mut svg = String::new();
    {
        let size = ((WIDTH * FINENESS) as u32, (HEIGHT * FINENESS) as u32);
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE).expect(IN_MEMORY);
        paint(&Sheet { area: area.clone() });
        area.present().expect(IN_MEMORY);
    }
    let body = svg.split_once('>').map_or("", |(_, body)| body);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         viewBox=\"0 0 {} {}\" role=\"img\" stroke-linejoin=\"round\">\n<title>{}</title>{body}",
        WIDTH * FINENESS,
        HEIGHT * FINENESS,
        escaped(title),
    )
}

/// Text as XML has it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Sheet<'_> {
    /// A filled rectangle between two corners.
    pub(super) fn rect(&self, (left, top): Point, (right, bottom): Point, colour: &impl Color) {
        let corners = [units((left, top)), units((right, bottom))];
        self.area.draw(&Rectangle::new(corners, colour.filled())).expect(IN_MEMORY);
    }

    /// A line through points, `width` \[px\] wide.
    pub(super) fn line(&self, points: &[Point], colour: &impl Color, width: f64) {
        let points: Vec<(i32, i32)> = points.iter().copied().map(units).collect();
        let style = ShapeStyle::from(colour).stroke_width((width * FINENESS) as u32);
        if points.len() > 1 {
            self.area.draw(&PathElement::new(points, style)).expect(IN_MEMORY);
        }
    }

    /// A thick dashed line, level from `left` to `right`.
    pub(super) fn dashes(&self, left: f64, right: f64, y: f64, colour: &impl Color) {
        const DASH: f64 = 7.0;
        const GAP: f64 = 5.0;
        let mut from = left;
        while from < right {
            self.line(&[(from, y), ((from + DASH).min(right), y)], colour, 5.0);
            from += DASH + GAP;
        }
    }

    /// A filled outline.
    pub(super) fn polygon(&self, points: &[Point], colour: &impl Color) {
        let points: Vec<(i32, i32)> = points.iter().copied().map(units).collect();
        if points.len() > 2 {
            self.area.draw(&Polygon::new(points, colour.filled())).expect(IN_MEMORY);
        }
    }

    /// A line of text.
    pub(super) fn text(&self, position: Point, text: &str, font: Font) {
        let weight = if font.bold { FontStyle::Bold } else { FontStyle::Normal };
        let horizontal = match font.anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        // The backend divides by 1.24.
        let style = TextStyle::from(("sans-serif", font.size * FINENESS * 1.24).into_font())
            .color(&font.colour)
            .pos(Pos::new(horizontal, VPos::Center));
        let style = TextStyle { font: style.font.style(weight), ..style };
        self.area.draw_text(text, &style, units(position)).expect(IN_MEMORY);
    }
}

/// A point in the units of the backend.
fn units((x, y): Point) -> (i32, i32) {
    ((x * FINENESS).round() as i32, (y * FINENESS).round() as i32)
}
