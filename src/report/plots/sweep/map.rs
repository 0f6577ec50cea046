//! A metric over two keys: a cell for each pair of values, the darker the more, with its number and its
//! 95% interval.
//!
//! Cells are of one size, so that numbers fit in them: evenly spaced values lie where a numeric axis has
//! them, and others are named alike.

use plotters::style::RGBColor;

use super::{Picture, Shades};
use crate::report::format::{interval, metric_short};
use crate::report::plots::axis::Axis;
use crate::report::plots::canvas::{Anchor, Font, Point, Sheet, draw};
use crate::report::plots::palette::{GREY, INK, SCALE, SHADE, WHITE};
use crate::report::plots::panel::{Panel, heading, shortened};
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
    let axis = |axis: usize| {
        let varied = &picture.plan.grid.varied()[axis];
        let order = picture.order(axis);
        let labels = order.iter().map(|place| shortened(&varied.values[*place], 18));
        Axis::places(&shortened(&varied.key, 70), labels)
    };
    let (x, y) = (axis(across), axis(up));
    let [columns, rows] = [across, up].map(|axis| picture.order(axis));
    let name = picture.metric.to_string();
    let mut shown = picture.slice.iter().filter_map(|point| picture.values[*point]);
    let small =
        if shown.any(|metric| metric.ci95.is_some()) { " Small: 95 % intervals." } else { "" };
    let how = "Every cell is a run on the same draws; the darker, the more.".to_owned()
        + small
        + &picture.fixed();
    draw(&title, |sheet| {
        let panel = Panel::below(heading(sheet, &title, &how, &[]), LEGEND, x, y);
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
            cell(sheet, [corner, opposite], &name, picture.values[point], shades);
        }
        legend(sheet, &panel, &name, shades);
    })
}

/// A cell between two corners.
fn cell(
    sheet: &Sheet<'_>,
    [(left, top), (right, bottom)]: [Point; 2],
    name: &str,
    metric: Option<Metric>,
    shades: &Shades,
) {
    let value = metric.and_then(|metric| metric.value);
    let colour = value.map_or(SHADE, |value| shades.colour(value));
    // A hair of paper between cells.
    sheet.rect((left + 0.5, top + 0.5), (right - 0.5, bottom - 0.5), &colour);
    let (width, height) = (right - left - 6.0, bottom - top - 2.0);
    let middle = (f64::midpoint(left, right), f64::midpoint(top, bottom));
    let text = value.map_or_else(|| "–".to_owned(), |value| metric_short(name, value));
    let fits = |size: &f64| Font::new(*size, INK).width(&text) <= width && size + 2.0 <= height;
    let Some(size) = SIZES.into_iter().find(fits) else { return };
    let ink = value.map_or(GREY, |value| ink_on(shades.step(value)));
    let font = |size| Font::new(size, ink).at(Anchor::Middle);
    let ends = value.zip(metric.and_then(|metric| metric.ci95));
    let ends = ends.map(|(value, ends)| interval(name, value, ends));
    let small = font(SMALL);
    match ends {
        Some(ends) if small.width(&ends) <= width && size + SMALL + 8.0 <= height => {
            sheet.text((middle.0, middle.1 - 6.0), &text, font(size));
            sheet.text((middle.0, middle.1 + 8.0), &ends, small);
        }
        _ => sheet.text(middle, &text, font(size)),
    }
}

/// What is read best on a step of the scale: its darker half needs white.
const fn ink_on(step: usize) -> RGBColor {
    if step * 2 >= SCALE.len() { WHITE } else { INK }
}

/// What the colours mean, beside the cells: the least value of each.
fn legend(sheet: &Sheet<'_>, panel: &Panel, name: &str, shades: &Shades) {
    const SIDE: f64 = 22.0;
    let font = Font::new(12.0, GREY);
    let [_, top, right, _] = panel.bounds();
    let (left, mut y) = (right + 20.0, top);
    let steps = if shades.high > shades.low { SCALE.len() } else { 1 };
    for (step, colour) in SCALE.iter().enumerate().take(steps).rev() {
        sheet.rect((left, y), (left + SIDE, y + SIDE), colour);
        let label = format!("≥ {}", metric_short(name, shades.bound(step)));
        sheet.text((left + SIDE + 8.0, y + SIDE / 2.0), &label, font.at(Anchor::Left));
        y += SIDE;
    }
}
