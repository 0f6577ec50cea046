//! Levels over time: credits that are left, agents that are active, servers that are busy.

use plotters::style::Color;

use super::Plot;
use super::axis::Axis;
use super::canvas::{HEIGHT, draw};
use super::palette::{KINDS, Pen, pens};
use super::panel::{FOOT, Key, Mark, Panel, heading};
use crate::measure::{CreditFan, Measures};
use crate::report::format::span;
use crate::report::section::Section;
use crate::report::series::{bin_bounds, load};
use crate::scenario::{BackendScope, Scenario};

/// The axis of time, for the whole run.
pub(super) fn time_axis(scenario: &Scenario) -> Axis {
    let start = scenario.start.strftime("%Y-%m-%d %H:%M UTC").to_string();
    Axis::since_start(scenario.duration.as_secs_f64(), &start)
}

/// What the shaded time is, to be added to how a plot is read.
pub(super) fn warm_up(scenario: &Scenario) -> &'static str {
    if scenario.warm_up.is_zero() { "" } else { " Grey is the warm-up, which is not measured." }
}

/// The opacity of a band of nine in ten workspaces.
const WIDE: f64 = 0.18;
/// The opacity of a band of the middle half of the workspaces, on top of the other.
const NARROW: f64 = 0.45;

/// The quantiles of the fan, in thousandths: nine in ten lie between the outer ones.
const FAN: [u64; 5] = [50, 250, 500, 750, 950];

/// Shares over time \[s\].
type Line = Vec<(f64, f64)>;

/// The burn-down: the share of credits that is left, in the typical workspace and in those that
/// use little or much; by group where several have pools.
pub(super) fn credits_left(scenario: &Scenario, groups: &[Section<'_>]) -> Option<Plot> {
    let fans: Vec<(&str, &CreditFan)> = groups
        .iter()
        .filter_map(|group| Some((group.name, group.measures.fan.as_ref()?)))
        .filter(|(_, fan)| fan.quantile(0, 500).is_some())
        .take(KINDS.len())
        .collect();
    if fans.is_empty() {
        return None;
    }
    let title = "How fast workspaces use up their credits";
    let how = "Share of the period’s included credits that is left, over workspaces.".to_owned()
        + warm_up(scenario);
    let lines: Vec<[Line; 5]> = fans.iter().map(|(_, fan)| FAN.map(|it| left(fan, it))).collect();
    // Full pools that nobody draws on tell nothing.
    let is_full = |share: &f64| share.to_bits() == 1.0_f64.to_bits();
    if lines.iter().flatten().flatten().all(|(_, share)| is_full(share)) {
        return None;
    }
    // Packages and what is carried over lift a balance above what a period includes.
    let highest = lines.iter().flatten().flatten().map(|(_, share)| *share).fold(1.0, f64::max);
    let y = Axis::shares("credits left", highest);
    let svg = draw(title, |sheet| {
        let top = heading(sheet, title, &how, &credit_keys(&fans));
        let panel = Panel::below(top, 0.0, time_axis(scenario), y);
        panel.shade_warm_up(sheet, scenario.warm_up.as_secs_f64());
        panel.frame(sheet);
        for ([least, less, _, more, most], colour) in lines.iter().zip(KINDS) {
            panel.band(sheet, &between(least, most), &colour.mix(WIDE));
            if fans.len() == 1 {
                panel.band(sheet, &between(less, more), &colour.mix(NARROW));
            }
        }
        for ([_, _, median, _, _], pen) in lines.iter().zip(pens()) {
            panel.line(sheet, median.iter().copied(), pen);
        }
    });
    Some(Plot { name: "credits_left", title: title.to_owned(), svg })
}

fn credit_keys(fans: &[(&str, &CreditFan)]) -> Vec<Key> {
    let key = |colour, mark, label: &str| Key { colour, mark, label: label.to_owned() };
    if fans.len() == 1 {
        return vec![
            key(KINDS[0], Mark::Line(None), "half of the workspaces have more, half have less"),
            key(KINDS[0], Mark::Area(NARROW), "the middle half"),
            key(KINDS[0], Mark::Area(WIDE), "nine in ten"),
        ];
    }
    fans.iter()
        .zip(pens())
        .flat_map(|((name, _), Pen { colour, dash })| {
            [
                key(colour, Mark::Line(dash), &format!("{name}, median")),
                key(colour, Mark::Area(WIDE), "nine in ten"),
            ]
        })
        .collect()
}

/// The share that is left over time \[s\], of which `per_mille` / 1000 of the workspaces have no
/// more.
fn left(fan: &CreditFan, per_mille: u64) -> Line {
    (0..fan.readings())
        .map_while(|index| {
            let seconds = fan.instant(index).nanos() as f64 / 1e9;
            Some((seconds, fan.quantile(index, per_mille)? as f64 / 100.0))
        })
        .collect()
}

/// What lies between two such lines.
fn between(low: &Line, high: &Line) -> Vec<(f64, f64, f64)> {
    low.iter().zip(high).map(|(&(x, low), &(_, high))| (x, low, high)).collect()
}

/// How busy servers are, and how many messages wait for them.
pub(super) fn backend(scenario: &Scenario, measures: &Measures, all: Section<'_>) -> Option<Plot> {
    let load = load(scenario, measures, all)?;
    let busy = load.utilisation?;
    let series = &all.measures.series;
    let middle = |bin: usize| {
        let (from, to) = bin_bounds(series.width(), scenario.duration, bin);
        (from + (to - from) / 2) as f64 / 1e9
    };
    let over_time = |values: &[f64]| -> Vec<(f64, f64)> {
        values.iter().enumerate().map(|(bin, value)| (middle(bin), *value)).collect()
    };
    let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let waits = most(&load.queue) > 0.0;
    let title = if waits {
        "How busy the servers are, and how many messages wait"
    } else {
        "How busy the servers are: no message waits"
    };
    let whose = match scenario.backend.as_ref()?.scope {
        BackendScope::Platform => "of the platform",
        BackendScope::Workspace => "of a workspace, on average over workspaces",
    };
    let how = format!("Servers {whose}; means over {}.", span(series.width())) + warm_up(scenario);
    let shares = Axis::shares("busy servers", most(&busy).max(0.5));
    let svg = draw(title, |sheet| {
        const GAP: f64 = 26.0;
        let top = heading(sheet, title, &how, &[]);
        let foot = HEIGHT - FOOT;
        if !waits {
            let panel = Panel::below(top, 0.0, time_axis(scenario), shares);
            panel.shade_warm_up(sheet, scenario.warm_up.as_secs_f64());
            panel.frame(sheet);
            panel.line(sheet, over_time(&busy).into_iter(), Pen::solid(KINDS[0]));
            return;
        }
        let half = f64::midpoint(top, foot) - GAP / 2.0;
        let upper = Panel::between(top, half, 0.0, time_axis(scenario), shares);
        let waiting = Axis::amounts("waiting messages", most(&load.queue));
        let lower = Panel::between(half + GAP, foot, 0.0, time_axis(scenario), waiting);
        // One above the other: the same instants at the same place.
        let (upper, lower) = upper.aligned(lower);
        for panel in [&upper, &lower] {
            panel.shade_warm_up(sheet, scenario.warm_up.as_secs_f64());
        }
        upper.frame_above(sheet);
        lower.frame(sheet);
        upper.line(sheet, over_time(&busy).into_iter(), Pen::solid(KINDS[0]));
        lower.line(sheet, over_time(&load.queue).into_iter(), Pen::solid(KINDS[1]));
    });
    Some(Plot { name: "backend", title: title.to_owned(), svg })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::small;
    use crate::report::section::sections;

    #[test]
    fn balances_above_what_is_included_are_drawn() {
        let (scenario, mut measures, _) = small();
        let drawn = |measures: &Measures| {
            let plot = credits_left(&scenario, &sections(&scenario, measures)[1..]);
            plot.expect("credits were used").svg
        };
        let svg = drawn(&measures);
        assert!(svg.contains("\n100 %") && !svg.contains("\n150 %"), "{svg}");
        let fan = measures.groups[0].fan.as_mut().expect("there are pools");
        (0..40).for_each(|_| fan.record(2, 260));
        let svg = drawn(&measures);
        assert!(svg.contains("\n300 %"), "{svg}");
    }
}
