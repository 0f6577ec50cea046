//! Agents that are active over time, and how many may be.

use plotters::style::Color;

use super::Plot;
use super::axis::Axis;
use super::canvas::draw;
use super::levels::{time_axis, warm_up};
use super::palette::{KINDS, Pen, pens};
use super::panel::{Key, Mark, Panel, heading};
use crate::measure::Series;
use crate::report::format::count;
use crate::report::section::Section;
use crate::report::series::{bin_bounds, levels};
use crate::scenario::Scenario;
use crate::units::SimSpan;

/// A limit that is so many times what its agents ever reach is drawn only where there is room.
const FAR_ABOVE: f64 = 2.0;
/// More than any axis shows: the upper edge of a picture.
const BEYOND: f64 = f64::MAX;
/// More values of a limit than that are not told one by one.
const MOST_TOLD: usize = 3;
/// The opacity of the line of a limit.
const LIMIT: f64 = 0.5;

/// Active agents of each group, and how many may be.
pub(super) fn active_agents(scenario: &Scenario, groups: &[Section<'_>]) -> Option<Plot> {
    let shown = &groups[..groups.len().min(KINDS.len())];
    let curves: Vec<Curve<'_>> =
        shown.iter().map(|group| Curve::of(group, scenario.duration)).collect();
    let reached = curves.iter().map(|curve| curve.reached).fold(0.0, f64::max);
    if reached == 0.0 {
        return None;
    }
    let highest =
        curves.iter().filter_map(|curve| curve.highest_near(reached)).fold(reached, f64::max);
    let limited = curves.iter().flat_map(|curve| &curve.limits).any(|it| it.limit.is_some());
    let title = if limited {
        "How many agents are active, and how many may be"
    } else {
        "How many agents are active"
    };
    let how = match groups.len() - shown.len() {
        0 => "Agents of all workspaces together.".to_owned(),
        1 => "Agents of all workspaces together; 1 more group in series.csv.".to_owned(),
        more => format!("Agents of all workspaces together; {more} more groups in series.csv."),
    } + warm_up(scenario);
    // Room above, so that a limit is no border.
    let top_of_axis = highest * 1.08;
    let keys: Vec<Key> =
        curves.iter().zip(pens()).flat_map(|(curve, pen)| curve.keys(pen, top_of_axis)).collect();
    let y = Axis::counts("active agents", top_of_axis);
    let svg = draw(title, |sheet| {
        let top = heading(sheet, title, &how, &keys);
        let panel = Panel::below(top, 0.0, time_axis(scenario), y);
        panel.shade_warm_up(sheet, scenario.warm_up.as_secs_f64());
        panel.frame(sheet);
        for (curve, colour) in curves.iter().zip(KINDS) {
            for path in curve.paths(top_of_axis) {
                panel.limit(sheet, path.into_iter(), &colour.mix(LIMIT));
            }
        }
        for (curve, pen) in curves.iter().zip(pens()) {
            panel.line(sheet, curve.active.iter().copied(), pen);
        }
    });
    Some(Plot { name: "active_agents", title: title.to_owned(), svg })
}

/// The active agents of a group over time.
struct Curve<'a> {
    name: &'a str,
    /// Over time \[s\].
    active: Vec<(f64, f64)>,
    /// The most that were active.
    reached: f64,
    limits: Vec<Stretch>,
}

/// A time \[s\] in which the limit is the same; `None` where some workspace has none.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    from: f64,
    to: f64,
    limit: Option<u64>,
}

impl<'a> Curve<'a> {
    fn of(group: &Section<'a>, duration: SimSpan) -> Self {
        let series = &group.measures.series;
        let seconds = |bin| {
            let (from, to) = bin_bounds(series.width(), duration, bin);
            (from as f64 / 1e9, to as f64 / 1e9)
        };
        let replications = f64::from(group.replications);
        let levels: Vec<f64> = levels(&series.active_change)
            .into_iter()
            .map(|level| level as f64 / replications)
            .collect();
        let ends = levels.iter().enumerate().map(|(bin, &level)| (seconds(bin).1, level));
        let start = std::iter::once((0.0, levels.first().copied().unwrap_or(0.0)));
        Self {
            name: group.name,
            active: start.chain(ends).collect(),
            reached: levels.iter().copied().fold(0.0, f64::max),
            limits: stretches(series, group.replications, seconds),
        }
    }

    /// The highest limit that the axis makes room for, where `reached` is shown anyway.
    fn highest_near(&self, reached: f64) -> Option<f64> {
        let near = |limit: &f64| *limit <= reached.max(FAR_ABOVE * self.reached);
        let limits = self.limits.iter().filter_map(|it| Some(it.limit? as f64));
        limits.filter(near).reduce(f64::max)
    }

    /// The lines of the limit: a step where it changes, and out of the picture where it lies above
    /// `top` or there is none.
    fn paths(&self, top: f64) -> Vec<Vec<(f64, f64)>> {
        let mut paths = Vec::new();
        let mut path: Vec<(f64, f64)> = Vec::new();
        for (index, stretch) in self.limits.iter().enumerate() {
            let limit = stretch.limit.map(|limit| limit as f64).filter(|limit| *limit <= top);
            match limit {
                Some(limit) => {
                    if index > 0 && path.is_empty() {
                        path.push((stretch.from, BEYOND));
                    }
                    path.extend([(stretch.from, limit), (stretch.to, limit)]);
                }
                None if path.is_empty() => {}
                None => {
                    path.push((stretch.from, BEYOND));
                    paths.push(std::mem::take(&mut path));
                }
            }
        }
        paths.extend((!path.is_empty()).then_some(path));
        paths
    }

    fn keys(&self, Pen { colour, dash }: Pen, top: f64) -> Vec<Key> {
        let mut keys = vec![Key { colour, mark: Mark::Line(dash), label: self.name.to_owned() }];
        if self.limits.iter().any(|it| it.limit.is_some()) {
            let label = label(&self.limits, top);
            keys.push(Key { colour, mark: Mark::Limit(LIMIT), label });
        }
        keys
    }
}

/// The limit by bins, on average over replications, those next to each other with the same as one.
fn stretches(
    series: &Series,
    replications: u32,
    seconds: impl Fn(usize) -> (f64, f64),
) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    let mean = |slots: u64| (slots as f64 / f64::from(replications)).round() as u64;
    for (bin, limit) in levels(&series.limit_change).into_iter().enumerate() {
        let ((from, to), limit) = (seconds(bin), limit.total().map(mean));
        match found.last_mut() {
            Some(last) if last.limit == limit => last.to = to,
            _ => found.push(Stretch { from, to, limit }),
        }
    }
    found
}

/// What the limit is; only at first and in the end where it changes often.
fn label(limits: &[Stretch], top: f64) -> String {
    let told = |stretch: &Stretch| match stretch.limit {
        Some(limit) if limit as f64 > top => format!("{} (far above)", count(limit)),
        Some(limit) => count(limit),
        None => "none".to_owned(),
    };
    match limits {
        [first, .., last] if limits.len() > MOST_TOLD => {
            format!("its limit {} at first, {} at the end", told(first), told(last))
        }
        _ => {
            let values: Vec<String> = limits.iter().map(told).collect();
            format!("its limit {}", values.join(", then "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(limits: &[(f64, f64, Option<u64>)]) -> Curve<'static> {
        let limits = limits.iter().map(|&(from, to, limit)| Stretch { from, to, limit }).collect();
        Curve { name: "team", active: Vec::new(), reached: 600.0, limits }
    }

    #[test]
    fn a_limit_is_drawn_as_it_held() {
        let upgraded = curve(&[(0.0, 15.0, Some(300)), (15.0, 30.0, Some(5_000))]);
        assert_eq!(upgraded.highest_near(600.0), Some(300.0));
        assert_eq!(upgraded.paths(648.0), [[(0.0, 300.0), (15.0, 300.0), (15.0, BEYOND)]]);
        assert_eq!(label(&upgraded.limits, 648.0), "its limit 300, then 5,000 (far above)");
        let back = curve(&[
            (0.0, 10.0, None),
            (10.0, 15.0, Some(600)),
            (15.0, 20.0, Some(0)),
            (20.0, 30.0, None),
        ]);
        let path = [(10.0, BEYOND), (10.0, 600.0), (15.0, 600.0), (15.0, 0.0), (20.0, 0.0)];
        assert_eq!(back.paths(700.0), [[&path[..], &[(20.0, BEYOND)]].concat()]);
        assert_eq!(label(&back.limits, 700.0), "its limit none at first, none at the end");
        assert_eq!(label(&back.limits[1..], 700.0), "its limit 600, then 0, then none");
    }

    #[test]
    fn a_limit_that_is_out_of_reach_takes_no_room() {
        let far = curve(&[(0.0, 30.0, Some(5_000))]);
        assert_eq!((far.highest_near(600.0), far.paths(648.0).len()), (None, 0));
        assert_eq!(far.highest_near(6_000.0), Some(5_000.0));
        assert_eq!(label(&far.limits, 648.0), "its limit 5,000 (far above)");
    }
}
