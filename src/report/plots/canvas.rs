//! A sheet to draw on: plotters' SVG backend, finer than whole pixels.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Polygon, Rectangle};
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle};

use super::palette::{Dash, WHITE};

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

    /// A line through points, `width` \[px\] wide; dashes go on around corners.
    pub(super) fn line(&self, points: &[Point], colour: &impl Color, width: f64, dash: Dash) {
        let style = ShapeStyle::from(colour).stroke_width((width * FINENESS) as u32);
        let path = |points: &[Point]| {
            let points: Vec<(i32, i32)> = points.iter().copied().map(units).collect();
            if points.len() > 1 {
                self.area.draw(&PathElement::new(points, style)).expect(IN_MEMORY);
            }
        };
        match dash {
            None => path(points),
            Some(dash) => dashes(points, dash).iter().for_each(|dash| path(dash)),
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

/// The dashes along a line through points, so long and so far from each other.
fn dashes(points: &[Point], (dash, gap): (f64, f64)) -> Vec<Vec<Point>> {
    let mut found: Vec<Vec<Point>> = Vec::new();
    // The dash that is being drawn, and how much of it or of the gap is left.
    let (mut drawn, mut left) = (points.first().map(|&first| vec![first]), dash);
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let mut way = 0.0;
        while way + left <= length {
            way += left;
            let part = way / length;
            let at = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
            drawn = if let Some(mut drawn) = drawn.take() {
                drawn.push(at);
                found.push(drawn);
                left = gap;
                None
            } else {
                left = dash;
                Some(vec![at])
            };
        }
        left -= length - way;
        if let Some(drawn) = &mut drawn {
            drawn.push(to);
        }
    }
    found.extend(drawn);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_on_around_corners() {
        let line = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)], (7.0, 5.0));
        let expected = [
            vec![(0.0, 0.0), (7.0, 0.0)],
            vec![(10.0, 2.0), (10.0, 9.0)],
            vec![(6.0, 10.0), (0.0, 10.0)],
        ];
        assert_eq!(line, expected);
        let line = dashes(&[(0.0, 0.0), (5.0, 0.0), (5.0, 9.0)], (7.0, 5.0));
        assert_eq!(line[0], [(0.0, 0.0), (5.0, 0.0), (5.0, 2.0)]);
        assert!(dashes(&[], (7.0, 5.0)).is_empty());
    }
}
