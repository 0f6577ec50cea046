//! Plots: what a run looks like, one picture a question, as SVG.
//!
//! Every position is rounded to a tenth of a pixel and every logarithm is `libm`'s, so that the
//! same figures give the same bytes on every machine.

mod agents;
mod axis;
mod canvas;
mod change;
mod hits;
mod latency;
mod levels;
mod palette;
mod panel;
mod png;
mod sweep;

pub(super) use change::hours_blocked;
pub(super) use png::png;
pub(super) use sweep::{MOST_PICTURES, pictures, sweep_plots};

use crate::measure::Measures;
use crate::scenario::Scenario;

use super::section::sections;

/// A picture.
pub(super) struct Plot {
    /// The file without its ending.
    pub name: &'static str,
    /// What it shows, in a sentence for readers who cannot see it.
    pub title: String,
    /// The picture.
    pub svg: String,
}

/// The plots that make sense for a run: none of what cannot happen in the scenario, or of what
/// was never observed.
pub(super) fn plots(scenario: &Scenario, measures: &Measures) -> Vec<Plot> {
    let sections = sections(scenario, measures);
    let all = sections[0];
    // One group alone would be drawn twice.
    let groups = if sections.len() > 2 { &sections[1..] } else { &[] };
    [
        hits::hits_over_time(scenario, all),
        hits::hits_per_workspace(all),
        levels::credits_left(scenario, &sections[1..]),
        agents::active_agents(scenario, &sections[1..]),
        latency::percentiles(all, groups),
        latency::over_time(scenario, all),
        levels::backend(scenario, measures, all),
    ]
    .into_iter()
    .flatten()
    .collect()
}
