//! What a sweep shows: lines over one key, maps over two, and a map for each combination of the rest.

mod line;
mod map;

use std::collections::BTreeMap;

use plotters::style::RGBColor;

use super::palette::SCALE;
use super::panel::shortened;
use crate::planning::{Chosen, Grid, SweepPlan, SweepSummary};
use crate::summary::Metric;

/// A picture of a metric over a sweep.
pub(in crate::report) struct SweepPlot {
    /// The file without its ending.
    pub name: String,
    /// The picture.
    pub svg: String,
}

/// Of more combinations of the keys that are no axes, only the first ones are drawn.
pub(in crate::report) const MOST_PICTURES: usize = 24;

/// How many pictures of a metric all its points would be.
pub(in crate::report) fn pictures(grid: &Grid) -> usize {
    Drawn::of(grid).map_or(0, |drawn| drawn.slices.len())
}

/// Pictures of each metric that was chosen and was observed anywhere. None of a single point.
pub(in crate::report) fn sweep_plots(plan: &SweepPlan, summary: &SweepSummary) -> Vec<SweepPlot> {
    let Some(drawn) = Drawn::of(&plan.grid) else { return Vec::new() };
    let mut plots: Vec<SweepPlot> = Vec::new();
    for metric in &plan.chosen {
        let title = metric.to_string();
        let of = |point: usize| summary.points[point].metrics.get(&title).copied().flatten();
        let values: Vec<Option<Metric>> = (0..plan.grid.len()).map(of).collect();
        let observed = || values.iter().flatten().filter_map(|metric| metric.value);
        let Some(shades) = Shades::of(observed()) else { continue };
        for (number, slice) in drawn.slices.iter().take(MOST_PICTURES).enumerate() {
            let picture = Picture { plan, drawn: &drawn, metric, values: &values, slice };
            let svg = match drawn.axes[..] {
                [axis] => line::line(&picture, axis),
                _ => map::map(&picture, &shades),
            };
            let mut name = file_name(&title);
            if drawn.slices.len() > 1 {
                name = format!("{name}-{:02}", number + 1);
            }
            while plots.iter().any(|plot| plot.name == name) {
                name.push('_');
            }
            plots.push(SweepPlot { name, svg });
        }
    }
    plots
}

/// A metric as the name of a file: what is no letter or digit is an underscore.
fn file_name(metric: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let name: String = metric.chars().map(plain).collect();
    name.trim_end_matches('_').to_owned()
}

/// How long the name of one of so many values along the x axis may be \[characters\].
fn label_room(values: usize) -> usize {
    (100 / values.max(1)).clamp(12, 60)
}

/// How the points of a grid are laid out.
struct Drawn {
    /// The keys along the axes, by their places in the grid: the first one or two of those that have
    /// several values.
    axes: Vec<usize>,
    /// The points of each picture, in the grid's order: all that differ in nothing but the axes.
    slices: Vec<Vec<usize>>,
}

impl Drawn {
    /// `None` where there is a single point.
    fn of(grid: &Grid) -> Option<Self> {
        let several = grid.varied().iter().enumerate().filter(|(_, it)| it.values.len() > 1);
        let axes: Vec<usize> = several.map(|(place, _)| place).take(2).collect();
        if axes.is_empty() {
            return None;
        }
        let mut slices: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for point in 0..grid.len() {
            let mut rest = grid.places(point);
            for axis in &axes {
                rest[*axis] = 0;
            }
            slices.entry(rest).or_default().push(point);
        }
        Some(Self { axes, slices: slices.into_values().collect() })
    }
}

/// What one picture is of.
struct Picture<'a> {
    plan: &'a SweepPlan,
    drawn: &'a Drawn,
    metric: &'a Chosen,
    /// At every point of the grid.
    values: &'a [Option<Metric>],
    /// The points that are in it.
    slice: &'a [usize],
}

impl Picture<'_> {
    /// The metric and what it is drawn over, as far as there is room; the axes have whole names.
    fn title(&self) -> String {
        /// \[characters\]
        const MOST: usize = 66;
        let keys = self.plan.grid.short_keys();
        let keys: Vec<&str> = self.drawn.axes.iter().map(|axis| keys[*axis]).collect();
        let whole = format!("{} over {}", self.metric, keys.join(" and "));
        if whole.chars().count() <= MOST {
            whole
        } else {
            shortened(&self.metric.to_string(), MOST)
        }
    }

    /// The values that the other keys have in it, in a sentence to be added to how it is read.
    fn fixed(&self) -> String {
        /// As much as a line has room for \[characters\].
        const MOST: usize = 60;
        let point = self.plan.grid.point(self.slice[0]);
        let others = point.values.iter().enumerate();
        let others = others.filter(|(place, _)| !self.drawn.axes.contains(place));
        let told: Vec<String> = others.map(|(_, (key, value))| format!("{key}={value}")).collect();
        let told = shortened(&told.join(", "), MOST);
        if told.is_empty() { told } else { format!(" Here {told}.") }
    }

    /// The values of a key in the order in which they are drawn, by their places among its values:
    /// numbers ascending, words as they were given.
    fn order(&self, axis: usize) -> Vec<usize> {
        let varied = &self.plan.grid.varied()[axis];
        let mut order: Vec<usize> = (0..varied.values.len()).collect();
        if let Some(places) = varied.places() {
            order.sort_by(|a, b| places[*a].total_cmp(&places[*b]));
        }
        order
    }
}

/// Colours for values from the least to the greatest, in all pictures of a metric alike.
struct Shades {
    low: f64,
    high: f64,
}

impl Shades {
    fn of(mut values: impl Iterator<Item = f64>) -> Option<Self> {
        let first = values.next()?;
        let (low, high) =
            values.fold((first, first), |(low, high), value| (low.min(value), high.max(value)));
        Some(Self { low, high })
    }

    /// The step of the scale, from 0.
    fn step(&self, value: f64) -> usize {
        if self.high <= self.low {
            return 0;
        }
        let share = (value - self.low) / (self.high - self.low);
        ((share * SCALE.len() as f64) as usize).min(SCALE.len() - 1)
    }

    /// The least value of a step.
    fn bound(&self, step: usize) -> f64 {
        self.low + (self.high - self.low) * step as f64 / SCALE.len() as f64
    }

    fn colour(&self, value: f64) -> RGBColor {
        SCALE[self.step(value)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(vary: &[&str]) -> Option<Drawn> {
        let vary: Vec<String> = vary.iter().map(|it| (*it).to_owned()).collect();
        Drawn::of(&Grid::read(&vary, &[]).unwrap())
    }

    #[test]
    fn the_first_two_keys_with_several_values_are_axes() {
        assert!(drawn(&["a=1", "b=2"]).is_none());
        let one = drawn(&["a=1", "b=2,3"]).unwrap();
        assert_eq!((one.axes, one.slices), (vec![1], vec![vec![0, 1]]));
        let three = drawn(&["a=1,2", "b=x", "c=1,2", "d=1,2,3"]).unwrap();
        assert_eq!(three.axes, [0, 2]);
        assert_eq!(three.slices, [[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11]]);
    }

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(file_name("latency.p99"), "latency_p99");
        let name = "refusal.rate{group=shops,reason=overloaded}";
        assert_eq!(file_name(name), "refusal_rate_group_shops_reason_overloaded");
    }

    #[test]
    fn shades_span_what_was_observed() {
        let shades = Shades::of([3.0, 1.0, 2.0].into_iter()).unwrap();
        assert_eq!([1.0, 1.99, 2.0, 3.0].map(|it| shades.step(it)), [0, 4, 5, 9]);
        let constant = Shades::of(std::iter::once(5.0)).unwrap();
        assert_eq!(constant.step(5.0), 0);
        assert!(Shades::of(std::iter::empty()).is_none());
    }
}
