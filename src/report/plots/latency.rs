//! How long replies take.

use plotters::style::RGBColor;

use super::Plot;
use super::axis::Axis;
use super::canvas::{Anchor, Font, Point, Sheet, draw};
use super::palette::{GREY, INK, Pen, SCALE, dashed_pens, pens};
use super::panel::{Key, Mark, Panel, heading};
use crate::measure::{HeatMap, Histogram};
use crate::report::format::count;
use crate::report::section::Section;
use crate::scenario::Scenario;

/// A curve of quantiles.
struct Curve<'a> {
    label: String,
    pen: Pen,
    histogram: &'a Histogram,
}

/// Quantiles of the times of all groups; of latency by group where there are several.
pub(super) fn percentiles(all: Section<'_>, groups: &[Section<'_>]) -> Option<Plot> {
    let curves = curves(all, groups);
    let greatest = all.measures.latency.greatest().filter(|greatest| *greatest > 0.0)?;
    let most = (all.measures.latency.count() as f64).clamp(100.0, 1e7);
    let lines: Vec<Vec<(f64, f64)>> =
        curves.iter().map(|curve| quantiles(curve.histogram, most)).collect();
    // From where all but a hundredth lie, and not much below what is as good as nothing.
    let begin = |line: &Vec<(f64, f64)>| {
        let named = line.iter().filter(|(rarity, _)| *rarity > 1.0 / 0.99);
        named.map(|&(_, seconds)| seconds).find(|seconds| *seconds > 0.0)
    };
    let low = lines.iter().filter_map(begin).fold(greatest, f64::min).max(greatest / 1e4);
    let x = Axis::rarity("share of messages that were replied to within the time", most);
    let y = Axis::log_time("time, logarithmic", low, greatest);
    let title = "How long replies take, from the fastest to the slowest";
    let how = "Read up from 99 %: of 100 messages, 99 took at most so long. \
               Every step to the right is ten times rarer.";
    let keys: Vec<Key> = curves
        .iter()
        .map(|curve| Key {
            colour: curve.pen.colour,
            mark: Mark::Line(curve.pen.dash),
            label: curve.label.clone(),
        })
        .collect();
    let svg = draw(title, |sheet| {
        let panel = Panel::below(heading(sheet, title, how, &keys), 0.0, x, y);
        panel.frame(sheet);
        for (curve, line) in curves.iter().zip(&lines) {
            let shown = line.iter().copied().filter(|(_, seconds)| *seconds >= low);
            panel.line(sheet, shown, curve.pen);
        }
    });
    Some(Plot { name: "latency_percentiles", title: title.to_owned(), svg })
}

fn curves<'a>(all: Section<'a>, groups: &[Section<'a>]) -> Vec<Curve<'a>> {
    let measures = all.measures;
    if groups.is_empty() {
        let kinds = [
            ("from due to reply", &measures.latency),
            ("of it, waiting in queues", &measures.wait),
            ("of it, being served", &measures.service),
        ];
        return kinds
            .into_iter()
            .zip(pens())
            .filter(|((_, timing), _)| timing.greatest().is_some_and(|greatest| greatest > 0.0))
            .map(|((label, timing), pen)| Curve {
                label: label.to_owned(),
                pen,
                histogram: timing.histogram(),
            })
            .collect();
    }
    let of = |section: &Section<'a>, label: &str, pen| Curve {
        label: label.to_owned(),
        pen,
        histogram: section.measures.latency.histogram(),
    };
    std::iter::once(of(&all, "all groups", Pen::solid(INK)))
        .chain(groups.iter().zip(dashed_pens()).map(|(group, pen)| of(group, group.name, pen)))
        .collect()
}

/// The times \[s\] of a histogram in nanoseconds by rarity, evenly spaced on a logarithmic scale
/// from 1 to `most`.
fn quantiles(histogram: &Histogram, most: f64) -> Vec<(f64, f64)> {
    const STEPS: u32 = 600;
    let n = histogram.count();
    let mut buckets = histogram.buckets();
    let (mut below, mut value) = (0, 0);
    let decades = libm::log10(most);
    let mut line = Vec::new();
    for step in 0..=STEPS {
        let rarity = libm::exp10(decades * f64::from(step) / f64::from(STEPS));
        let rank = ((1.0 - 1.0 / rarity) * n as f64).ceil().max(1.0) as u64;
        if rarity > n as f64 * 1.001 {
            break;
        }
        while below < rank {
            let Some(bucket) = buckets.next() else { return line };
            below += bucket.count;
            value = bucket.low + (bucket.high - bucket.low) / 2;
        }
        line.push((rarity, value as f64 / 1e9));
    }
    line
}

/// The counts of a column as if all rows were of the same height: rows are even parts of a
/// doubling, so that on a logarithmic scale the lower ones are higher and hold more.
fn evened(column: &[u64]) -> Vec<u64> {
    const ROWS_PER_DOUBLING: f64 = 4.0;
    column
        .iter()
        .enumerate()
        .map(|(row, &messages)| {
            let (low, high) = HeatMap::row_bounds(row);
            let height = libm::log2((high as f64 + 1.0) / low.max(1) as f64) * ROWS_PER_DOUBLING;
            if messages == 0 { 0 } else { (messages as f64 / height).round().max(1.0) as u64 }
        })
        .collect()
}

/// A heat map: messages by when they were due and how long they took.
pub(super) fn over_time(scenario: &Scenario, all: Section<'_>) -> Option<Plot> {
    let heat = &all.measures.heat;
    let columns: Vec<Vec<u64>> = heat.columns().map(evened).collect();
    let most = columns.iter().flat_map(|column| column.iter().copied()).max().unwrap_or(0);
    let filled = |row: &usize| columns.iter().any(|column| column[*row] > 0);
    let highest = (0..HeatMap::ROWS).rev().find(filled)?;
    let lowest = (0..HeatMap::ROWS).find(filled)?;
    if all.measures.latency.greatest().is_none_or(|greatest| greatest == 0.0) {
        return None;
    }
    let seconds = |nanos: u64| nanos as f64 / 1e9;
    let high = seconds(HeatMap::row_bounds(highest).1);
    // From where all but a thousandth lie: a few fast ones would take half of the height.
    let fast = all.measures.latency.quantile(1).unwrap_or(0.0) / 2.0;
    let low = seconds(HeatMap::row_bounds(lowest).0).max(fast).max(high / 1e6);
    let x = super::levels::time_axis(scenario);
    let y = Axis::log_time("from due to reply, logarithmic", low, high);
    let title = "How reply times change over time";
    let how = "Messages by when they were due and how long they took; the darker, the more."
        .to_owned()
        + &together(all.replications)
        + super::levels::warm_up(scenario);
    let steps = steps(most);
    let width = all.measures.series.width().as_secs_f64() * heat.stride() as f64;
    let svg = draw(title, |sheet| {
        let panel = Panel::below(heading(sheet, title, &how, &[]), 110.0, x, y);
        panel.shade_warm_up(sheet, scenario.warm_up.as_secs_f64());
        panel.frame(sheet);
        for (index, column) in columns.iter().enumerate() {
            let from = width * index as f64;
            let to = (from + width).min(scenario.duration.as_secs_f64());
            for (rows, colour) in runs(column, &steps) {
                let (first, last) = (HeatMap::row_bounds(rows.0).0, HeatMap::row_bounds(rows.1).1);
                // In whole pixels, since the seams between parts of pixels would show.
                let whole = |(x, y): Point| (x.round(), y.round());
                let (left, bottom) = whole(panel.at(from, seconds(first)));
                let (right, top) = whole(panel.at(to, seconds(last.saturating_add(1))));
                sheet.rect((left, top), (right, bottom), &colour);
            }
        }
        legend(sheet, &panel, &steps);
    });
    Some(Plot { name: "latency_over_time", title: title.to_owned(), svg })
}

/// That messages of all replications are counted, to be added to how a plot is read.
fn together(replications: u32) -> String {
    match replications {
        1 => String::new(),
        several => format!(" Those of all {several} replications."),
    }
}

/// The least count of each colour, ascending: even steps of a logarithm up to `most`.
fn steps(most: u64) -> Vec<(u64, RGBColor)> {
    let share = |index: usize| index as f64 / SCALE.len() as f64;
    let mut bounds: Vec<u64> =
        (0..SCALE.len()).map(|index| libm::pow(most as f64, share(index)).ceil() as u64).collect();
    bounds.dedup();
    let last = (bounds.len() - 1).max(1);
    let colour = |index: usize| SCALE[index * (SCALE.len() - 1) / last];
    bounds.iter().enumerate().map(|(index, &bound)| (bound, colour(index))).collect()
}

/// Rows of a column that have a colour, those next to each other of the same colour as one:
/// (first, last).
fn runs(column: &[u64], steps: &[(u64, RGBColor)]) -> Vec<((usize, usize), RGBColor)> {
    let mut runs: Vec<((usize, usize), RGBColor)> = Vec::new();
    for (row, &messages) in column.iter().enumerate() {
        let reached = steps.iter().rev().find(|(bound, _)| messages > 0 && messages >= *bound);
        let Some(&(_, colour)) = reached else { continue };
        match runs.last_mut() {
            Some(((_, last), same)) if *same == colour && *last + 1 == row => *last = row,
            _ => runs.push(((row, row), colour)),
        }
    }
    runs
}

/// What the colours of a heat map mean, beside it.
fn legend(sheet: &Sheet<'_>, panel: &Panel, steps: &[(u64, RGBColor)]) {
    const SIDE: f64 = 22.0;
    let font = Font::new(12.0, GREY);
    let [_, top, right, _] = panel.bounds();
    let (left, mut y) = (right + 20.0, top + 20.0);
    sheet.text((left, top), "messages", font);
    for (bound, colour) in steps.iter().rev() {
        sheet.rect((left, y), (left + SIDE, y + SIDE), colour);
        let label = if *bound == 1 { "1".to_owned() } else { format!("≥ {}", count(*bound)) };
        sheet.text((left + SIDE + 8.0, y + SIDE / 2.0), &label, font.at(Anchor::Left));
        y += SIDE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_climb_with_rarity() {
        let mut histogram = Histogram::default();
        for second in 1..=100_u64 {
            histogram.record(second * 1_000_000_000);
        }
        let line = quantiles(&histogram, 100.0);
        let at = |rarity: f64| line.iter().rfind(|(x, _)| *x <= rarity * 1.0001).unwrap().1;
        assert!((at(1.0) - 1.0).abs() < 0.001);
        assert!((at(2.0) - 50.0).abs() < 1.0);
        assert!((at(10.0) - 90.0).abs() < 0.2);
        assert!(line.is_sorted_by(|a, b| a.1 <= b.1));
    }

    #[test]
    fn colours_step_up_from_one_message() {
        let bounds = |most| steps(most).iter().map(|(bound, _)| *bound).collect::<Vec<u64>>();
        assert_eq!(bounds(1), [1]);
        assert_eq!(bounds(3), [1, 2, 3]);
        assert_eq!(bounds(1_000_000), [1, 4, 16, 64, 252, 1_000, 3_982, 15_849, 63_096, 251_189]);
    }
}
