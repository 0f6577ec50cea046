//! A metric over one key: a line where the key is a number, marks where it is a word, with the 95%
//! interval of each point.

use plotters::style::{Color, RGBColor};

use super::{Picture, label_room};
use crate::planning::Chosen;
use crate::report::plots::axis::Axis;
use crate::report::plots::canvas::{Sheet, draw};
use crate::report::plots::palette::{KINDS, Pen};
use crate::report::plots::panel::{Key, Mark, Panel, heading, shortened};
use crate::scenario::Threshold;
use crate::summary::{Metric, Unit};

/// The opacity of the band of the intervals.
const BAND: f64 = 0.22;
/// The opacity of the line of a threshold.
const BOUND: f64 = 0.45;
const COLOUR: RGBColor = KINDS[0];
const OTHER: RGBColor = KINDS[1];

/// A value with its interval at a place along the x axis.
struct Mean {
    x: f64,
    value: f64,
    interval: Option<[f64; 2]>,
}

/// Draws a metric over the key at `axis`.
pub(super) fn line(picture: &Picture<'_>, axis: usize) -> String {
    let title = picture.title();
    let varied = &picture.plan.grid.varied()[axis];
    let (order, places) = (picture.order(axis), varied.places());
    // The points of a picture over one key are in the order of its values.
    let of = |place: usize| picture.values[picture.slice[place]];
    let x_of = |nth: usize, place: usize| match &places {
        Some(places) => places[place],
        None => nth as f64 + 0.5,
    };
    let means: Vec<Option<Mean>> =
        order.iter().enumerate().map(|(nth, &place)| mean(x_of(nth, place), of(place))).collect();
    let key = shortened(&varied.key, 90);
    let label = |place: &usize| shortened(&varied.values[*place], label_room(order.len()));
    let x = if places.is_some() {
        let named: Vec<(f64, String)> =
            order.iter().map(|place| (x_of(0, *place), label(place))).collect();
        Axis::values(&key, &named)
    } else {
        Axis::places(&key, order.iter().map(label))
    };
    let bounds = bounds(picture, &means);
    let y = y_axis(picture.metric, &means, &bounds);
    let has_intervals = means.iter().flatten().any(|mean| mean.interval.is_some());
    let how = "Every point is a run on the same draws.".to_owned() + &picture.fixed();
    draw(&title, |sheet| {
        let top = heading(sheet, &title, &how, &keys(has_intervals, &bounds));
        let panel = Panel::below(top, 0.0, x, y);
        panel.frame(sheet);
        let [left, _, right, _] = panel.bounds();
        for threshold in &bounds {
            let (_, y) = panel.at(0.0, threshold.bound);
            sheet.line(&[(left, y), (right, y)], &OTHER.mix(BOUND), 3.0, Some((7.0, 5.0)));
        }
        if places.is_some() {
            for run in means.split(Option::is_none) {
                let run: Vec<&Mean> = run.iter().flatten().collect();
                joined(sheet, &panel, &run);
            }
        } else {
            means.iter().flatten().for_each(|mean| whisker(sheet, &panel, mean));
        }
        for mean in means.iter().flatten() {
            const HALF: f64 = 3.5;
            let (x, y) = panel.at(mean.x, mean.value);
            sheet.rect((x - HALF, y - HALF), (x + HALF, y + HALF), &COLOUR);
        }
    })
}

fn mean(x: f64, metric: Option<Metric>) -> Option<Mean> {
    let metric = metric?;
    Some(Mean { x, value: metric.value?, interval: metric.ci95 })
}

/// Points next to each other as a line, with the band of those that have intervals.
fn joined(sheet: &Sheet<'_>, panel: &Panel, run: &[&Mean]) {
    for part in run.split(|mean| mean.interval.is_none()) {
        let ends = |mean: &&Mean| mean.interval.map(|[low, high]| (mean.x, low, high));
        let band: Vec<(f64, f64, f64)> = part.iter().filter_map(ends).collect();
        panel.band(sheet, &band, &COLOUR.mix(BAND));
        if let [only] = part {
            whisker(sheet, panel, only);
        }
    }
    panel.line(sheet, run.iter().map(|mean| (mean.x, mean.value)), Pen::solid(COLOUR));
}

/// The interval of a point that stands alone.
fn whisker(sheet: &Sheet<'_>, panel: &Panel, mean: &Mean) {
    const HALF: f64 = 9.0;
    let Some([low, high]) = mean.interval else { return };
    let ((x, below), (_, above)) = (panel.at(mean.x, low), panel.at(mean.x, high));
    sheet.rect((x - HALF, above), (x + HALF, below), &COLOUR.mix(BAND));
}

fn keys(has_intervals: bool, bounds: &[&Threshold]) -> Vec<Key> {
    let mut keys = Vec::new();
    if has_intervals {
        let label = "95 % interval".to_owned();
        keys.push(Key { colour: COLOUR, mark: Mark::Area(BAND), label });
    }
    keys.extend(bounds.iter().map(|threshold| Key {
        colour: OTHER,
        mark: Mark::Limit(BOUND),
        label: format!("threshold {}", threshold.text),
    }));
    keys
}

/// Thresholds of the metric over all that is measured, but for bounds so far above that the line would
/// lie flat below them.
fn bounds<'a>(picture: &'a Picture<'_>, means: &[Option<Mean>]) -> Vec<&'a Threshold> {
    const FAR: f64 = 2.0;
    let (_, most) = ends(means);
    let own = |it: &&Threshold| {
        let Chosen { of, key } = picture.metric;
        it.over.is_none() && it.of == *of && it.metric == *key
    };
    let found = picture.plan.thresholds.iter().filter(own);
    found.filter(|it| (0.0..=most * FAR).contains(&it.bound)).collect()
}

/// The least and the greatest end of all means and intervals, 0 among them.
fn ends(means: &[Option<Mean>]) -> (f64, f64) {
    let all = || {
        let means = means.iter().flatten();
        means.flat_map(|mean| [mean.value].into_iter().chain(mean.interval.into_iter().flatten()))
    };
    (all().fold(0.0, f64::min), all().fold(0.0, f64::max))
}

/// An axis in the metric's unit for all means, intervals and bounds.
fn y_axis(metric: &Chosen, means: &[Option<Mean>], bounds: &[&Threshold]) -> Axis {
    let (least, most) = ends(means);
    let most = bounds.iter().map(|it| it.bound).fold(most, f64::max);
    let title = metric.to_string();
    match metric.unit() {
        _ if least < 0.0 => Axis::signed(&title, least, most),
        Unit::Seconds => Axis::times(&title, most),
        Unit::Fraction => Axis::shares(&title, most),
        Unit::Credits => Axis::amounts(&format!("{title}, credits"), most),
        Unit::PerSecond => Axis::amounts(&format!("{title}, per second"), most),
        Unit::Count | Unit::Money => Axis::amounts(&title, most),
    }
}
