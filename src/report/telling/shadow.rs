//! Limits that only report, in sentences.

use super::{Block, things, value};
use crate::report::format::percent;
use crate::summary::GroupSummary;

/// What limits that only report would have refused; `None` where there are none.
pub(super) fn shadow(group: &GroupSummary) -> Option<Block> {
    let share = value(group, "shadow.workspaces.share")?;
    let mut lines: Vec<String> = group
        .metrics
        .iter()
        .filter_map(|(name, metric)| {
            let limit = name.strip_prefix("shadow.refusals{limiter=")?.strip_suffix('}')?;
            let refusals = things(metric.value?, "time");
            Some(format!("{limit} would have refused {refusals}"))
        })
        .collect();
    lines.push(format!(
        "in {} of the workspaces; retries and later limits, which real refusals would change, are \
         as they are without them",
        percent(share)
    ));
    Some(Block { title: "Reported", lines })
}
