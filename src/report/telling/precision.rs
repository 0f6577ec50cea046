//! Whether replications have told as precisely as they were to.

use super::Block;
use crate::report::format::metric_short;
use crate::report::words::plural;
use crate::scenario::Scenario;
use crate::summary::Summary;

/// How precisely the metric is known until which replications were to go on, where that is not enough.
pub(super) fn precision(scenario: &Scenario, summary: &Summary) -> Option<Block> {
    let until = scenario.until.as_ref().filter(|until| !until.is_met(summary))?;
    let name = &until.metric;
    let known = match until.reached(summary) {
        Some(half_width) => format!("is known to ± {}", metric_short(name, half_width)),
        None => "has no interval".to_owned(),
    };
    let line = format!(
        "{name} of {} {known} after {}, and ± {} was asked for",
        until.of,
        plural(u64::from(summary.replications), "replication"),
        metric_short(name, until.half_width),
    );
    Some(Block::of("Precision", line))
}
