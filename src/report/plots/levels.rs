//! Levels over time: credits that are left, agents that are active, servers that are busy.

use plotters::style::Color;

use super::Plot;
use super::axis::Axis;
use super::canvas::{HEIGHT, draw};
use super::palette::KINDS;
use super::panel::{FOOT, Key, Mark, Panel, heading};
use crate::measure::{CreditFan, Measures};
use crate::report::format::{count, span};
use crate::report::section::Section;
use crate::report::series::{bin_bounds, levels, load};
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
    let y = Axis::shares("credits left", 1.0);
    let svg = draw(title, |sheet| {
        let top = heading(sheet, title, &how, &credit_keys(&fans));
        let panel = Panel::below(top, 0.0, time_axis(scenario), y);
        panel.shade_warm_up(sheet, scenario.warm_up.as_secs_f64());
        panel.frame(sheet);
        for ((_, fan), colour) in fans.iter().zip(KINDS) {
            panel.band(sheet, &band(fan, 50, 950), &colour.mix(WIDE));
            if fans.len() == 1 {
                panel.band(sheet, &band(fan, 250, 750), &colour.mix(NARROW));
            }
        }
        for ((_, fan), colour) in fans.iter().zip(KINDS) {
            panel.line(sheet, left(fan, 500).into_iter(), colour);
        }
    });
    Some(Plot { name: "credits_left", title: title.to_owned(), svg })
}

fn credit_keys(fans: &[(&str, &CreditFan)]) -> Vec<Key> {
    let key = |colour, mark, label: &str| Key { colour, mark, label: label.to_owned() };
    if fans.len() == 1 {
        return vec![
            key(KINDS[0], Mark::Line, "half of the workspaces have more, half have less"),
            key(KINDS[0], Mark::Area(NARROW), "the middle half"),
            key(KINDS[0], Mark::Area(WIDE), "nine in ten"),
        ];
    }
    fans.iter()
        .zip(KINDS)
        .flat_map(|((name, _), colour)| {
            [
                key(colour, Mark::Line, &format!("{name}, median")),
                key(colour, Mark::Area(WIDE), "nine in ten"),
            ]
        })
        .collect()
}

/// The share that is left over time \[s\], of which `per_mille` / 1000 of the workspaces have no
/// more. Pools start full.
fn left(fan: &CreditFan, per_mille: u64) -> Vec<(f64, f64)> {
    let readings = (0..fan.readings()).map_while(|index| {
        let seconds = fan.instant(index).nanos() as f64 / 1e9;
        Some((seconds, fan.quantile(index, per_mille)? as f64 / 100.0))
    });
    std::iter::once((0.0, 1.0)).chain(readings).collect()
}

/// Between two such lines.
fn band(fan: &CreditFan, low: u64, high: u64) -> Vec<(f64, f64, f64)> {
    left(fan, low)
        .iter()
        .zip(left(fan, high))
        .map(|(&(x, low), (_, high))| (x, low, high))
        .collect()
}

/// A limit that is so many times what is ever reached would squeeze the rest to a line.
const FAR_ABOVE: f64 = 4.0;
/// The opacity of the line of a limit.
const LIMIT: f64 = 0.5;

/// Active agents of each group, and how many may be.
pub(super) fn active_agents(scenario: &Scenario, groups: &[Section<'_>]) -> Option<Plot> {
    let shown = &groups[..groups.len().min(KINDS.len())];
    let active: Vec<Vec<f64>> = shown
        .iter()
        .map(|group| {
            let levels = levels(&group.measures.series.active_change);
            levels.into_iter().map(|level| level as f64).collect()
        })
        .collect();
    let reached = active.iter().flatten().copied().fold(0.0, f64::max);
    if reached == 0.0 {
        return None;
    }
    let limits: Vec<Option<u64>> = scenario
        .groups
        .iter()
        .zip(shown)
        .map(|(group, section)| {
            Some(u64::from(group.plans.first()?.plan.active_agents?) * section.measures.workspaces)
        })
        .collect();
    let near = |limit: &u64| *limit as f64 <= FAR_ABOVE * reached;
    let highest = limits.iter().flatten().copied().filter(near).max().unwrap_or(0) as f64;
    let title = "How many agents are active, and how many may be";
    let how = match groups.len() - shown.len() {
        0 => "Agents of all workspaces together.".to_owned(),
        more => format!("Agents of all workspaces together; {more} more groups in series.csv."),
    } + warm_up(scenario);
    let keys = agent_keys(shown, &limits, near);
    // Room above, so that a limit is no border.
    let y = Axis::counts("active agents", reached.max(highest) * 1.08);
    let series = &groups[0].measures.series;
    let ends: Vec<f64> = (0..series.bins())
        .map(|bin| bin_bounds(series.width(), scenario.duration, bin).1 as f64 / 1e9)
        .collect();
    let svg = draw(title, |sheet| {
        let top = heading(sheet, title, &how, &keys);
        let panel = Panel::below(top, 0.0, time_axis(scenario), y);
        panel.shade_warm_up(sheet, scenario.warm_up.as_secs_f64());
        panel.frame(sheet);
        let [left, _, right, _] = panel.bounds();
        for ((levels, limit), colour) in active.iter().zip(&limits).zip(KINDS) {
            // Under the line and thicker, since the agents often take every slot.
            if let Some(limit) = limit.filter(near) {
                let (_, y) = panel.at(0.0, limit as f64);
                sheet.dashes(left, right, y, &colour.mix(LIMIT));
            }
            let start = std::iter::once((0.0, levels[0]));
            let values = start.chain(ends.iter().copied().zip(levels.iter().copied()));
            panel.line(sheet, values, colour);
        }
    });
    Some(Plot { name: "active_agents", title: title.to_owned(), svg })
}

fn agent_keys(
    groups: &[Section<'_>],
    limits: &[Option<u64>],
    near: impl Fn(&u64) -> bool,
) -> Vec<Key> {
    let mut keys = Vec::new();
    for ((group, limit), colour) in groups.iter().zip(limits).zip(KINDS) {
        keys.push(Key { colour, mark: Mark::Line, label: group.name.to_owned() });
        if let Some(limit) = limit {
            let beyond = if near(limit) { "" } else { " (far above)" };
            let label = format!("its limit {}{beyond}", count(*limit));
            keys.push(Key { colour, mark: Mark::Dashes(LIMIT), label });
        }
    }
    keys
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
    let title = "How busy the servers are, and how many messages wait";
    let whose = match scenario.backend.as_ref()?.scope {
        BackendScope::Platform => "of the platform",
        BackendScope::Workspace => "of a workspace, on average over workspaces",
    };
    let how = format!("Servers {whose}; means over {}.", span(series.width())) + warm_up(scenario);
    let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let svg = draw(title, |sheet| {
        const GAP: f64 = 26.0;
        let top = heading(sheet, title, &how, &[]);
        let foot = HEIGHT - FOOT;
        let half = f64::midpoint(top, foot) - GAP / 2.0;
        let shares = Axis::shares("busy servers", most(&busy).max(0.5));
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
        upper.line(sheet, over_time(&busy).into_iter(), KINDS[0]);
        lower.line(sheet, over_time(&load.queue).into_iter(), KINDS[1]);
    });
    Some(Plot { name: "backend", title: title.to_owned(), svg })
}
