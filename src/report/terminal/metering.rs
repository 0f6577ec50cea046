//! Agents, credits and money on the terminal.

use std::fmt::Write as _;

use super::{after, value};
use crate::report::format::{money, number, percent, time};
use crate::report::screen::Page;
use crate::summary::GroupSummary;

/// What became of the pools: a line only for what can happen.
pub(super) fn credits(page: &mut Page, all: &GroupSummary) {
    let Some(consumed) = value(all, "credits.consumed") else { return };
    let mut text = format!("{} used", number(consumed));
    for (name, what) in [
        ("credits.overage", "charged beyond the pools"),
        ("credits.opening", "there at the start"),
        ("credits.granted", "granted by plans"),
        ("credits.purchased", "bought"),
        ("credits.expired", "expired unused"),
    ] {
        if let Some(amount) = value(all, name).filter(|amount| *amount > 0.0) {
            _ = write!(text, ", {} {what}", number(amount));
        }
    }
    page.block("Credits", &text);
    let share = value(all, "credits.periods_exhausted.share").unwrap_or(0.0);
    let text = if share == 0.0 {
        "no pool ran out".to_owned()
    } else {
        let mut text = format!("ran out in {} of the periods", percent(share));
        if let Some(first) = value(all, "credits.time_to_exhaustion.p50") {
            _ = write!(text, ", first {} (median)", after(first));
        }
        if let Some(share) = value(all, "credits.exhausted.time_share") {
            _ = write!(text, "; none left for {} of the time", percent(share));
        }
        text
    };
    page.block("", &text);
    alerts(page, all);
    packages(page, all);
}

/// When a share of the pools was used, and in how many workspaces.
fn alerts(page: &mut Page, all: &GroupSummary) {
    for (name, metric) in &all.metrics {
        let level = name.strip_prefix("alerts.time{level=").and_then(|it| it.strip_suffix('}'));
        let Some(level) = level else { continue };
        let text = match metric.value {
            Some(mean) => format!(
                "{level} of a pool used {} on average, in {} of {} workspaces",
                after(mean),
                number(metric.n as f64),
                number(all.workspaces as f64)
            ),
            None => format!("{level} of a pool was never used"),
        };
        page.block("", &text);
    }
}

/// Packages, and what was spent on everything.
fn packages(page: &mut Page, all: &GroupSummary) {
    if let Some(bought) = value(all, "packages.bought") {
        let mut text = format!("{} packages bought", number(bought));
        if let Some(renewed) = value(all, "packages.renewed").filter(|renewed| *renewed > 0.0) {
            _ = write!(text, ", {} times one began anew", number(renewed));
        }
        page.block("", &text);
    }
}

/// What was spent, and so earned.
pub(super) fn earned(page: &mut Page, all: &GroupSummary) {
    let Some(total) = value(all, "earned.total") else { return };
    let mut text = format!("{} earned", money(total));
    let parts = [
        ("earned.plans", "by plans"),
        ("earned.packages", "by packages"),
        ("earned.overage", "by overage"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter_map(|(name, what)| {
            let part = value(all, name).filter(|part| *part > 0.0)?;
            Some(format!("{} {what}", money(part)))
        })
        .collect();
    if parts.len() > 1 {
        _ = write!(text, ": {}", parts.join(", "));
    }
    if let (Some(mean), Some(most)) =
        (value(all, "spent_per_workspace.mean"), value(all, "spent_per_workspace.max"))
    {
        _ = write!(text, "; a workspace spent {} on average, {} at most", money(mean), money(most));
    }
    page.block("Money", &text);
}

/// Who was active, and who waited to be.
pub(super) fn agents(page: &mut Page, all: &GroupSummary) {
    let Some(mean) = value(all, "active.mean") else { return };
    let mut text = format!("{} active in a workspace on average", number(mean));
    if let Some(most) = value(all, "active.max") {
        _ = write!(text, ", {} at most", number(most));
    }
    if let Some(full) = value(all, "active.full_time_share") {
        _ = write!(text, "; all slots taken for {} of the time", percent(full));
    }
    page.block("Agents", &text);
    if let (Some(share), Some(mean)) =
        (value(all, "enables.wait.probability"), value(all, "enables.wait.mean"))
    {
        let text = if share > 0.0 {
            // Over those that waited: the mean is over all.
            format!(
                "{} of the enabled had waited for a slot, {} each",
                percent(share),
                time(mean / share)
            )
        } else {
            "nobody who was enabled had waited for a slot".to_owned()
        };
        page.block("", &text);
    }
    if let Some(most) = value(all, "active.over_limit.max").filter(|most| *most > 0.0) {
        let mean = value(all, "active.over_limit.time").unwrap_or(0.0);
        let text = format!(
            "up to {} above the limit, for {} in a workspace on average",
            number(most),
            time(mean)
        );
        page.block("", &text);
    }
    if let Some(tried) = value(all, "creates.tried") {
        let refused = value(all, "creates.refused").unwrap_or(0.0);
        let text = format!("{} of {} creations refused", number(refused), number(tried));
        page.block("", &text);
    }
}
