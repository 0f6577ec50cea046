//! What enforcement that is not the ideal did, in sentences.

use std::fmt::Write as _;

use super::{Block, things, value};
use crate::report::format::{number, time};
use crate::scenario::{Scenario, in_theory};
use crate::summary::GroupSummary;

/// How long decisions took, and what went wrong by them; `None` where enforcement is the ideal.
pub(super) fn damage(scenario: &Scenario, all: &GroupSummary) -> Option<Block> {
    let mean = value(all, "decision.mean")?;
    let mut lines = vec![decided(all, mean)];
    let some = |metric: &str| value(all, metric).filter(|it| *it > 0.0);
    if let Some(total) = some("credits.oversold.total") {
        let most = value(all, "credits.oversold.max").unwrap_or(0.0);
        lines.push(format!(
            "{} oversold, up to {} in a workspace",
            things(total, "credit"),
            number(most)
        ));
    }
    if let Some(over) = some("limiter.over_admitted") {
        lines.push(format!("{} admitted above a limiter", things(over, "attempt")));
    }
    if let Some(most) = some("active.over_limit.max") {
        lines
            .push(format!("up to {} above the limit in a workspace", things(most, "active agent")));
    }
    if let Some(refused) = some("false_refusals") {
        lines.push(format!("{} by a rule that had room", things(refused, "refusal")));
    }
    if let Some(stranded) = some("credits.held_stranded") {
        lines.push(format!(
            "up to {} out of reach, in leases of other nodes or held in vain, over all workspaces, when \
             messages were refused for want of credits",
            things(stranded, "credit")
        ));
    }
    for (metric, what, rest) in [
        ("double_charges", "attempt", "charged twice"),
        ("credits.above_hold", "credit", "charged beyond what was held for them"),
        ("holds.expired", "hold", "ended before their attempts did"),
        ("releases.lost", "attempt", "of whose ends nobody heard"),
        ("credits.unbilled", "credit", "used and never charged"),
        ("admissions.unchecked", "attempt", "admitted while nobody could decide"),
    ] {
        if let Some(amount) = some(metric) {
            lines.push(format!("{} {rest}", things(amount, what)));
        }
    }
    if lines.len() == 1 {
        lines.push(
            "no damage: nothing oversold, nothing above a limit, no refusal that had room"
                .to_owned(),
        );
    }
    lines.extend(in_theory(scenario).into_iter().map(|line| format!("in theory {line}")));
    Some(Block { title: "Enforced", lines })
}

fn decided(all: &GroupSummary, mean: f64) -> String {
    let mut text = if mean == 0.0 {
        "decided at once".to_owned()
    } else {
        let p99 = value(all, "decision.p99").map_or_else(String::new, |p99| {
            format!(", within {} for 99 % of the attempts", time(p99))
        });
        format!("decided after {} on average{p99}", time(mean))
    };
    if let Some(again) = value(all, "decision.retries") {
        let given_up = value(all, "decision.given_up").unwrap_or(0.0);
        _ = write!(
            text,
            "; {} made again since what was read had changed, {} given up",
            things(again, "decision"),
            number(given_up)
        );
    }
    text
}
