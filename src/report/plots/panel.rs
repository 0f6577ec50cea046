//! The frame of a plot: what it says, how to read it, and two axes.

use plotters::style::{Color, RGBColor};

use super::axis::Axis;
use super::canvas::{Anchor, Font, HEIGHT, Point, Sheet, WIDTH};
use super::palette::{AXIS, Dash, GREY, GRID, INK, Pen, SHADE};

/// White space around everything \[px\].
pub(super) const MARGIN: f64 = 28.0;
/// Room for half of the last label along the x axis \[px\].
const OVERHANG: f64 = 10.0;
/// From the data to the bottom edge: labels and the name of the axis \[px\].
pub(super) const FOOT: f64 = 62.0;

/// How broad the line of a limit is \[px\], and its dashes.
const BROAD: f64 = 5.0;
const LIMIT: Dash = Some((7.0, 5.0));

const TITLE: Font = Font::new(19.0, INK).bold();
const TEXT: Font = Font::new(13.0, GREY);
const LABEL: Font = Font::new(12.0, GREY);

/// What a colour stands for.
pub(super) struct Key {
    pub colour: RGBColor,
    pub mark: Mark,
    pub label: String,
}

/// How something is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Mark {
    Line(Dash),
    /// The broad dashes of a limit, this opaque.
    Limit(f64),
    /// Filled, this opaque.
    Area(f64),
}

/// The part of a sheet in which data are drawn.
pub(super) struct Panel {
    pub x: Axis,
    pub y: Axis,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

/// Writes what the plot says, how it is read, and what its colours mean; returns where the rest of
/// the sheet begins \[px\].
pub(super) fn heading(sheet: &Sheet<'_>, title: &str, how: &str, keys: &[Key]) -> f64 {
    sheet.text((MARGIN, 30.0), title, TITLE);
    say(sheet, how);
    let (mut x, mut y) = (MARGIN, 84.0);
    for key in keys {
        const SWATCH: f64 = 22.0;
        let label = shortened(&key.label, 64);
        let width = SWATCH + 8.0 + LABEL.width(&label) + 18.0;
        if x > MARGIN && x + width > WIDTH - MARGIN {
            (x, y) = (MARGIN, y + 20.0);
        }
        match key.mark {
            Mark::Line(dash) => {
                sheet.line(&[(x, y), (x + SWATCH, y)], &key.colour, 3.0, dash);
            }
            Mark::Limit(opacity) => {
                sheet.line(&[(x, y), (x + SWATCH, y)], &key.colour.mix(opacity), BROAD, LIMIT);
            }
            Mark::Area(opacity) => {
                sheet.rect((x, y - 6.0), (x + SWATCH, y + 6.0), &key.colour.mix(opacity));
            }
        }
        sheet.text((x + SWATCH + 8.0, y), &label, LABEL);
        x += width;
    }
    if keys.is_empty() { 78.0 } else { y + 20.0 }
}

/// Writes how a plot is read, below what it says; to be used where that is known later.
pub(super) fn say(sheet: &Sheet<'_>, how: &str) {
    if !how.is_empty() {
        sheet.text((MARGIN, 56.0), how, TEXT);
    }
}

/// At most `most` characters, the rest as an ellipsis.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(std::iter::once('…')).collect()
}

impl Panel {
    /// The panel that fills a sheet below `top`, with `right` \[px\] kept free beside it.
    pub(super) fn below(top: f64, right: f64, x: Axis, y: Axis) -> Self {
        Self::between(top, HEIGHT - FOOT, right, x, y)
    }

    /// A panel whose y axis is named at `top` and whose data end at `bottom`.
    pub(super) fn between(top: f64, bottom: f64, right: f64, x: Axis, y: Axis) -> Self {
        let widest = y.ticks.iter().map(|(_, label)| LABEL.width(label)).fold(0.0_f64, f64::max);
        let left = MARGIN + widest.max(32.0) + 8.0;
        Self { x, y, left, top: top + 22.0, right: WIDTH - MARGIN - OVERHANG - right, bottom }
    }

    /// Both panels with their data between the same two verticals.
    pub(super) const fn aligned(mut self, mut other: Self) -> (Self, Self) {
        let left = self.left.max(other.left);
        (self.left, other.left) = (left, left);
        (self, other)
    }

    /// Where data are drawn: left, top, right and bottom \[px\].
    pub(super) const fn bounds(&self) -> [f64; 4] {
        [self.left, self.top, self.right, self.bottom]
    }

    /// Where a pair of values lies.
    pub(super) fn at(&self, x: f64, y: f64) -> Point {
        (
            self.left + self.x.place(x) * (self.right - self.left),
            self.bottom - self.y.place(y) * (self.bottom - self.top),
        )
    }

    /// Draws the grid, the axes and their names.
    pub(super) fn frame(&self, sheet: &Sheet<'_>) {
        self.frame_above(sheet);
        let mut free_from = f64::NEG_INFINITY;
        for (value, label) in &self.x.ticks {
            let (x, _) = self.at(*value, 0.0);
            sheet.line(&[(x, self.bottom), (x, self.bottom + 5.0)], &AXIS, 1.0, None);
            let half = LABEL.width(label) / 2.0;
            if x - half > free_from {
                let font = LABEL.at(Anchor::Middle);
                sheet.text((x, self.bottom + 17.0), label, font);
                free_from = x + half + 6.0;
            }
        }
        let middle = f64::midpoint(self.left, self.right);
        let font = LABEL.at(Anchor::Middle);
        sheet.text((middle, self.bottom + 40.0), &self.x.title, font);
    }

    /// The same, without names along the x axis: for a panel above another one.
    pub(super) fn frame_above(&self, sheet: &Sheet<'_>) {
        for (value, label) in &self.y.ticks {
            let (_, y) = self.at(0.0, *value);
            sheet.line(&[(self.left, y), (self.right, y)], &GRID, 1.0, None);
            sheet.text((self.left - 8.0, y), label, LABEL.at(Anchor::Right));
        }
        sheet.line(&[(self.left, self.bottom), (self.right, self.bottom)], &AXIS, 1.2, None);
        sheet.text((MARGIN, self.top - 16.0), &self.y.title, LABEL);
    }

    /// Shades the time from the start to `until` \[s\], which is not measured; the heading says
    /// so, since a label would meet the data.
    pub(super) fn shade_warm_up(&self, sheet: &Sheet<'_>, until: f64) {
        if until > 0.0 {
            let (right, _) = self.at(until, 0.0);
            sheet.rect((self.left, self.top), (right, self.bottom), &SHADE);
        }
    }

    /// A line through pairs of values.
    pub(super) fn line(
        &self,
        sheet: &Sheet<'_>,
        values: impl Iterator<Item = (f64, f64)>,
        pen: Pen,
    ) {
        let points: Vec<Point> = values.map(|(x, y)| self.at(x, y)).collect();
        sheet.line(&points, &pen.colour, 2.0, pen.dash);
    }

    /// The line of a limit: under what is limited and broader, since that is often equal.
    pub(super) fn limit(
        &self,
        sheet: &Sheet<'_>,
        values: impl Iterator<Item = (f64, f64)>,
        colour: &impl Color,
    ) {
        let points: Vec<Point> = values.map(|(x, y)| self.at(x, y)).collect();
        sheet.line(&points, colour, BROAD, LIMIT);
    }

    /// Fills between two lines, given as (x, low, high).
    pub(super) fn band(&self, sheet: &Sheet<'_>, values: &[(f64, f64, f64)], colour: &impl Color) {
        let upper = values.iter().map(|&(x, _, high)| self.at(x, high));
        let lower = values.iter().rev().map(|&(x, low, _)| self.at(x, low));
        sheet.polygon(&upper.chain(lower).collect::<Vec<Point>>(), colour);
    }
}
