//! A metric over two keys: a cell for each pair of values, the darker the more, with its number and its
//! 95% interval.
//!
//! Cells are of one size, so that numbers fit in them: evenly spaced values lie where a numeric axis has
//! them, and others are named alike.

use plotters::style::RGBColor;

use super::{Picture, Shades, label_room};
use crate::report::format::{interval, metric_short};
use crate::report::plots::axis::Axis;
use crate::report::plots::canvas::{Anchor, Font, Point, Sheet, draw};
use crate::report::plots::palette::{GREY, INK, SCALE, SHADE, WHITE};
use crate::report::plots::panel::{Panel, heading, say, shortened};
use crate::summary::Metric;

/// Room for the legend beside the cells \[px\].
const LEGEND: f64 = 130.0;

/// The sizes in which numbers are set, where they fit \[px\].
const SIZES: [f64; 3] = [13.0, 11.0, 9.0];
/// The size of intervals below them \[px\].
const SMALL: f64 = 9.5;

/// Draws a metric over the two axes.
pub(super) fn map(picture: &Picture<'_>, shades: &Shades) -> String {
    let title = picture.title();
    let [across, up] = [0, 1].map(|nth| picture.drawn.axes[nth]);
    let [columns, rows] = [across, up].map(|axis| picture.order(axis));
    let axis = |axis: usize, order: &[usize], most: usize, every: usize| {
        let varied = &picture.plan.grid.varied()[axis];
        let label = |(nth, place): (usize, &usize)| {
            // Names that would lie upon each other are left out.
            let is_named = nth.is_multiple_of(every);
            if is_named { shortened(&varied.values[*place], most) } else { String::new() }
        };
        Axis::places(&shortened(&varied.key, 70), order.iter().enumerate().map(label))
    };
    let x = axis(across, &columns, label_room(columns.len()), 1);
    let y = axis(up, &rows, 18, rows.len().div_ceil(MOST_ROWS));
    let named = Named { name: picture.metric.to_string(), shades };
    let how = "Every cell is a run on the same draws; the darker, the more.".to_owned();
    draw(&title, |sheet| {
        let metrics: Vec<Metric> =
            picture.slice.iter().filter_map(|point| picture.values[*point]).collect();
        let panel = Panel::below(heading(sheet, &title, "", &[]), LEGEND, x, y);
        let [left, top, right, bottom] = panel.bounds();
        let cell = ((right - left) / columns.len() as f64, (bottom - top) / rows.len() as f64);
        let look = named.look(&metrics, cell);
        let small = if look.intervals { " Small: 95 % intervals." } else { "" };
        let none = if look.size.is_none() { " sweep.csv has the numbers." } else { "" };
        say(sheet, &(how + small + none + &picture.fixed()));
        panel.frame(sheet);
        for &point in picture.slice {
            let places = picture.plan.grid.places(point);
            let nth = |order: &[usize], axis: usize| {
                order.iter().position(|place| *place == places[axis]).unwrap_or(0) as f64
            };
            let (column, row) = (nth(&columns, across), nth(&rows, up));
            // In whole pixels, since the seams between parts of pixels would show.
            let whole = |(x, y): Point| (x.round(), y.round());
            let corner = whole(panel.at(column, row + 1.0));
            let opposite = whole(panel.at(column + 1.0, row));
            named.cell(sheet, [corner, opposite], picture.values[point], &look);
        }
        named.legend(sheet, &panel);
    })
}

/// More rows than that are not all named.
const MOST_ROWS: usize = 26;

/// The metric that cells are of.
struct Named<'a> {
    name: String,
    shades: &'a Shades,
}

/// How the cells of a map are lettered: all alike.
struct Look {
    /// The size of numbers \[px\]; `None` where there is no room for them.
    size: Option<f64>,
    /// Whether their intervals are below them.
    intervals: bool,
    /// The paper between cells \[px\].
    gap: f64,
}

impl Named<'_> {
    /// The look that fits the widest of the numbers into cells of this width and height.
    fn look(&self, metrics: &[Metric], (width, height): (f64, f64)) -> Look {
        let values = metrics.iter().filter_map(|it| Some((it.value?, it.ci95)));
        let (width, height) = (width - 6.0, height - 2.0);
        let fit = |size: f64, text: &str| Font::new(size, INK).width(text) <= width;
        let fits = |size: &f64| {
            let mut texts = values.clone().map(|(value, _)| metric_short(&self.name, value));
            size + 2.0 <= height && texts.all(|text| fit(*size, &text))
        };
        let size = SIZES.into_iter().find(fits);
        let ends =
            || values.clone().filter_map(|(value, ends)| Some(interval(&self.name, value, ends?)));
        let is_high = size.is_some_and(|size| size + SMALL + 8.0 <= height);
        let intervals = is_high && ends().next().is_some() && ends().all(|it| fit(SMALL, &it));
        let is_fine = width.min(height) < 8.0;
        Look { size, intervals, gap: if is_fine { 0.0 } else { 0.5 } }
    }

    /// A cell between two corners.
    fn cell(
        &self,
        sheet: &Sheet<'_>,
        [(left, top), (right, bottom)]: [Point; 2],
        metric: Option<Metric>,
        look: &Look,
    ) {
        let value = metric.and_then(|metric| metric.value);
        let colour = value.map_or(SHADE, |value| self.shades.colour(value));
        let gap = look.gap;
        sheet.rect((left + gap, top + gap), (right - gap, bottom - gap), &colour);
        let Some(size) = look.size else { return };
        let (x, y) = (f64::midpoint(left, right), f64::midpoint(top, bottom));
        let Some(value) = value else {
            return sheet.text((x, y), "–", Font::new(size, GREY).at(Anchor::Middle));
        };
        let text = metric_short(&self.name, value);
        let font = |size| Font::new(size, ink_on(self.shades.step(value))).at(Anchor::Middle);
        match metric.and_then(|metric| metric.ci95).filter(|_| look.intervals) {
            Some(ends) => {
                sheet.text((x, y - 6.0), &text, font(size));
                sheet.text((x, y + 8.0), &interval(&self.name, value, ends), font(SMALL));
            }
            None => sheet.text((x, y), &text, font(size)),
        }
    }

    /// What the colours mean, beside the cells: the least value of each.
    fn legend(&self, sheet: &Sheet<'_>, panel: &Panel) {
        const SIDE: f64 = 22.0;
        let font = Font::new(12.0, GREY);
        let [_, top, right, _] = panel.bounds();
        let (left, mut y) = (right + 20.0, top);
        let steps = if self.shades.high > self.shades.low { SCALE.len() } else { 1 };
        for (step, colour) in SCALE.iter().enumerate().take(steps).rev() {
            sheet.rect((left, y), (left + SIDE, y + SIDE), colour);
            let label = format!("≥ {}", metric_short(&self.name, self.shades.bound(step)));
            sheet.text((left + SIDE + 8.0, y + SIDE / 2.0), &label, font.at(Anchor::Left));
            y += SIDE;
        }
    }
}

/// What is read best on a step of the scale: its darker half needs white.
const fn ink_on(step: usize) -> RGBColor {
    if step * 2 >= SCALE.len() { WHITE } else { INK }
}
