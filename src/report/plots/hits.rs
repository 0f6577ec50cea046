//! Who hits limits, and when.

use plotters::style::RGBColor;

use super::Plot;
use super::axis::Axis;
use super::canvas::{Anchor, Font, draw};
use super::levels::{time_axis, warm_up};
use super::palette::{INK, KINDS};
use super::panel::{Key, Mark, Panel, heading};
use crate::measure::Histogram;
use crate::report::format::{every, percent};
use crate::report::section::Section;
use crate::report::series::bin_bounds;
use crate::report::words::cause_label;
use crate::scenario::Scenario;

/// Refusals for one cause over time.
struct Layer<'a> {
    label: String,
    colour: RGBColor,
    by_bin: &'a [u64],
}

/// Refusals in every bin, by cause, one on top of the other.
pub(super) fn hits_over_time(scenario: &Scenario, all: Section<'_>) -> Option<Plot> {
    let layers = layers(all);
    let series = &all.measures.series;
    // The last bin can be shorter, and the axis is a rate; a mean over replications.
    let stretch = |bin: usize| {
        let (from, to) = bin_bounds(series.width(), scenario.duration, bin);
        series.width().nanos() as f64 / (to - from) as f64 / f64::from(all.replications)
    };
    let total = |bin: usize| {
        layers.iter().map(|layer| layer.by_bin[bin]).sum::<u64>() as f64 * stretch(bin)
    };
    let most = (0..series.bins()).map(total).fold(0.0, f64::max);
    if most == 0.0 {
        return None;
    }
    let title = "When customers are refused, and why";
    let bin = every(series.width());
    let how = format!("Refused tries in every {bin}, one reason on top of the other.")
        + warm_up(scenario);
    let keys: Vec<Key> = layers
        .iter()
        .map(|layer| Key {
            colour: layer.colour,
            mark: Mark::Area(1.0),
            label: layer.label.clone(),
        })
        .collect();
    let y = Axis::counts(&format!("refused tries per {bin}"), most);
    let svg = draw(title, |sheet| {
        let top = heading(sheet, title, &how, &keys);
        let panel = Panel::below(top, 0.0, time_axis(scenario), y);
        panel.shade_warm_up(sheet, scenario.warm_up.as_secs_f64());
        panel.frame(sheet);
        let mut base = vec![0.0; series.bins()];
        for layer in &layers {
            let mut steps = Vec::with_capacity(2 * series.bins());
            for (bin, (base, hits)) in base.iter_mut().zip(layer.by_bin).enumerate() {
                let (from, to) = bin_bounds(series.width(), scenario.duration, bin);
                let (low, high) = (*base, *base + *hits as f64 * stretch(bin));
                steps.push((from as f64 / 1e9, low, high));
                steps.push((to as f64 / 1e9, low, high));
                *base = high;
            }
            panel.band(sheet, &steps, &layer.colour);
        }
    });
    Some(Plot { name: "limit_hits", title: title.to_owned(), svg })
}

/// The causes that occurred: trials that ended and agents that are away turn customers away too.
fn layers(all: Section<'_>) -> Vec<Layer<'_>> {
    all.frame
        .causes
        .iter()
        .zip(&all.measures.series.refused)
        .filter(|(_, by_bin)| by_bin.iter().any(|refused| *refused > 0))
        .zip(KINDS.into_iter().cycle())
        .map(|((cause, by_bin), colour)| Layer {
            label: cause_label(cause.reason.name(), cause.limiter.as_deref()),
            colour,
            by_bin,
        })
        .collect()
}

/// Workspaces by how many limits they hit.
pub(super) fn hits_per_workspace(all: Section<'_>) -> Option<Plot> {
    let histogram = &all.measures.hits_per_workspace;
    let greatest = histogram.buckets().last().map(|bucket| bucket.low)?;
    if greatest == 0 {
        return None;
    }
    let classes = classes(histogram, greatest);
    let total = histogram.count() as f64;
    let most = classes.iter().map(|class| class.workspaces).max().unwrap_or(0) as f64 / total;
    let title = "How many times a workspace hits a limit";
    let how = "All limits together, over the measured time. Those at 0 never met one.";
    let x = Axis::places("limit hits of a workspace", classes.iter().map(Class::label));
    let y = Axis::shares("share of workspaces", most);
    let svg = draw(title, |sheet| {
        let panel = Panel::below(heading(sheet, title, how, &[]), 0.0, x, y);
        panel.frame(sheet);
        for (place, class) in classes.iter().enumerate() {
            let share = class.workspaces as f64 / total;
            let colour = if class.from == 0 { KINDS[2] } else { KINDS[0] };
            let (left, top) = panel.at(place as f64 + 0.15, share);
            let (right, bottom) = panel.at(place as f64 + 0.85, 0.0);
            sheet.rect((left, top), (right, bottom), &colour);
            let middle = f64::midpoint(left, right);
            let font = Font::new(12.0, INK).at(Anchor::Middle);
            sheet.text((middle, top - 9.0), &percent(share), font);
        }
    });
    Some(Plot { name: "hits_per_workspace", title: title.to_owned(), svg })
}

/// Workspaces with so many hits.
struct Class {
    from: u64,
    to: u64,
    workspaces: u64,
}

impl Class {
    fn label(&self) -> String {
        use crate::report::format::count;
        if self.from == self.to {
            count(self.from)
        } else {
            format!("{}–{}", count(self.from), count(self.to))
        }
    }
}

/// Classes of growing width up to the greatest number of hits: powers of ten, and finer ones where
/// there is room for them.
fn classes(histogram: &Histogram, greatest: u64) -> Vec<Class> {
    let mut bounds = vec![0, 1, 2];
    let mut power: u64 = 1;
    while bounds.last().is_some_and(|last| *last <= greatest) {
        if greatest < 1_000 {
            bounds.extend([5, 10, 20].map(|digit| digit * power));
        } else {
            bounds.push(power.saturating_mul(10));
        }
        power = power.saturating_mul(10);
    }
    bounds
        .windows(2)
        .filter(|pair| pair[0] <= greatest)
        .map(|pair| Class {
            from: pair[0],
            to: pair[1] - 1,
            workspaces: histogram
                .buckets()
                .filter(|bucket| (pair[0]..pair[1]).contains(&bucket.low))
                .map(|bucket| bucket.count)
                .sum(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(greatest: u64) -> String {
        let mut histogram = Histogram::default();
        histogram.record(0);
        histogram.record(greatest);
        let classes = classes(&histogram, greatest);
        assert_eq!(classes.iter().map(|class| class.workspaces).sum::<u64>(), 2);
        classes.iter().map(Class::label).collect::<Vec<String>>().join(", ")
    }

    #[test]
    fn classes_reach_from_nothing_to_the_greatest() {
        assert_eq!(labels(1), "0, 1");
        assert_eq!(labels(7), "0, 1, 2–4, 5–9");
        assert_eq!(labels(120), "0, 1, 2–4, 5–9, 10–19, 20–49, 50–99, 100–199");
        assert_eq!(labels(2_000), "0, 1, 2–9, 10–99, 100–999, 1,000–9,999");
        assert_eq!(labels(700).rsplit(", ").next(), Some("500–999"));
    }
}
