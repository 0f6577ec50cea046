//! Limits that only report, in sentences.

use std::fmt::Write as _;

use super::{Block, share_of_those, things, value};
use crate::report::format::percent;
use crate::summary::{GroupSummary, Summary};

/// What limits that only report would have refused; `None` where there are none.
pub(super) fn shadow(all: &GroupSummary, summary: &Summary) -> Option<Block> {
    let share = value(all, "shadow.workspaces.share")?;
    let mut lines: Vec<String> = all
        .metrics
        .iter()
        .filter_map(|(name, metric)| {
            let limit = name.strip_prefix("shadow.refusals{limiter=")?.strip_suffix('}')?;
            let what = would_have_refused(all, summary, limit, metric.value?);
            Some(format!("{} would have refused {what}", in_words(limit)))
        })
        .collect();
    lines.push(format!(
        "{} of the workspaces would have been refused something; retries and later limits, which \
         real refusals would change, are as they are without them",
        percent(share)
    ));
    Some(Block { title: "Reported", lines })
}

/// What a limit is called: slots and pools that only report go by the reason of their refusals.
fn in_words(limit: &str) -> String {
    match limit {
        "active_agent_limit" => "the limit of active agents".to_owned(),
        "credits_exhausted" => "pools without credits".to_owned(),
        "share_exhausted" => "shares of the pool".to_owned(),
        name => format!("the limit \u{201c}{name}\u{201d}"),
    }
}

/// How many tries, what share of those of the groups that have the limit, in how many workspaces.
fn would_have_refused(all: &GroupSummary, summary: &Summary, limit: &str, refused: f64) -> String {
    if refused == 0.0 {
        return "nothing".to_owned();
    }
    let mut text = match limit {
        "active_agent_limit" => format!("{} to enable an agent", things(refused, "try")),
        _ => things(refused, "try"),
    };
    let metric = format!("shadow.refusals{{limiter={limit}}}");
    let has_it = |group: &GroupSummary| group.metrics.contains_key(&metric);
    if let Some(share) = share_of_those(summary, limit, refused, has_it) {
        _ = write!(text, " ({} of them)", percent(share));
    }
    let share = value(all, &format!("shadow.workspaces.share{{limiter={limit}}}"));
    if let Some(share) = share {
        let workspaces = (share * all.workspaces as f64 * 1e3).round() / 1e3;
        _ = write!(text, " in {}", things(workspaces, "workspace"));
    }
    text
}
