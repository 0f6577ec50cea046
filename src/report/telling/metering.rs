//! Credits, money, plans and agents in sentences.

use std::fmt::Write as _;

use super::{Block, after, is_one, of_all, things, value};
use crate::report::format::{money, number, percent, time};
use crate::summary::{GroupSummary, Summary};

/// What became of the pools: a sentence only for what can happen.
pub(super) fn credits(group: &GroupSummary, summary: &Summary) -> Option<Block> {
    let consumed = value(group, "credits.consumed")?;
    if consumed == 0.0 && value(group, "credits.overage").unwrap_or(0.0) == 0.0 {
        let line = "none used".to_owned();
        return Some(Block { title: "Credits", lines: vec![line] });
    }
    let mut text = format!("{} used", number(consumed));
    for (name, what) in [
        ("credits.overage", "charged beyond the pools"),
        ("credits.opening", "there at the start"),
        ("credits.granted", "granted since by plans"),
        ("credits.purchased", "bought"),
        ("credits.expired", "expired unused"),
        ("credits.held", "held at the end"),
        ("credits.closing", "left at the end"),
    ] {
        if let Some(amount) = value(group, name).filter(|amount| *amount > 0.0) {
            _ = write!(text, ", {} {what}", number(amount));
        }
    }
    let mut lines = vec![text];
    let share = value(group, "credits.periods_exhausted.share").unwrap_or(0.0);
    lines.push(if share == 0.0 {
        ran_out_in_shadow(group).unwrap_or("no pool ran out").to_owned()
    } else {
        let mut text = format!("ran out in {} of the periods", percent(share));
        if let Some(first) = value(group, "credits.time_to_exhaustion.p50") {
            _ = write!(text, ", first {} (median{})", after(first), of_all(summary));
        }
        if let Some(share) = value(group, "credits.exhausted.time_share") {
            _ = write!(text, "; none left for {} of the time", percent(share));
        }
        text
    });
    lines.extend(alerts(group, summary, share > 0.0));
    lines.extend(packages(group));
    Some(Block { title: "Credits", lines })
}

/// What is said of pools that refuse nobody, and yet could not pay.
fn ran_out_in_shadow(group: &GroupSummary) -> Option<&'static str> {
    let unpaid = |limit: &str| value(group, &format!("shadow.refusals{{limiter={limit}}}"));
    let some =
        ["credits_exhausted", "share_exhausted"].map(unpaid).into_iter().flatten().sum::<f64>();
    (some > 0.0).then_some(
        "nothing was refused for want of credits; what pools that only report could not pay was \
         admitted for nothing",
    )
}

/// In how many workspaces a share of a pool was used, and when that happened first.
fn alerts(group: &GroupSummary, summary: &Summary, ran_out: bool) -> impl Iterator<Item = String> {
    group.metrics.iter().filter_map(move |(name, metric)| {
        let level = name.strip_prefix("alerts.time{level=")?.strip_suffix("%}")?;
        Some(match metric.value {
            Some(mean) => format!(
                "{level} % of a pool used in {} of {} workspaces, for the first time {} on average{}",
                number(metric.n as f64 / f64::from(summary.replications)),
                number(group.workspaces as f64),
                after(mean),
                of_all(summary),
            ),
            // What is left can be too little to pay a message.
            None if level == "100" && ran_out => {
                "no pool used to the last credit: what was left could not pay a message".to_owned()
            }
            None => format!("no pool used to {level} %"),
        })
    })
}

fn packages(group: &GroupSummary) -> Option<String> {
    let bought = value(group, "packages.bought")?;
    let mut text = format!("{} bought", things(bought, "package"));
    if let Some(renewed) = value(group, "packages.renewed").filter(|renewed| *renewed > 0.0) {
        _ = write!(text, "; one began anew {}", times(renewed));
    }
    Some(text)
}

/// `once`, `32 times`.
pub(super) fn times(count: f64) -> String {
    if is_one(count) { "once".to_owned() } else { format!("{} times", number(count)) }
}

/// What was spent, and so earned.
pub(super) fn earned(group: &GroupSummary) -> Option<Block> {
    let total = value(group, "earned.total")?;
    let mut text = format!("{} earned", money(total));
    let parts = [
        ("earned.plans", "by plans"),
        ("earned.packages", "by packages"),
        ("earned.overage", "by overage"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter_map(|(name, what)| {
            let part = value(group, name).filter(|part| *part > 0.0)?;
            Some(format!("{} {what}", money(part)))
        })
        .collect();
    if parts.len() > 1 {
        _ = write!(text, ": {}", parts.join(", "));
    }
    let of = |statistic| value(group, &format!("spent_per_workspace.{statistic}")).map(money);
    match (of("mean"), of("max")) {
        (Some(mean), Some(most)) if mean == most => {
            _ = write!(text, "; each workspace spent {mean}");
        }
        (Some(mean), Some(most)) => {
            _ = write!(text, "; a workspace spent {mean} on average, {most} at most");
        }
        _ => {}
    }
    Some(Block { title: "Money", lines: vec![text] })
}

/// What happened to plans, and to the agents that were active on them.
pub(super) fn plans(group: &GroupSummary) -> Option<Block> {
    let mut parts = Vec::new();
    if let Some(changed) = value(group, "plans.changed") {
        parts.push(format!("{} of plan", things(changed, "change")));
    }
    if let Some(ended) = value(group, "trials.ended") {
        parts.push(format!("{} ended without a subscription", things(ended, "trial")));
    }
    let gone = value(group, "agents.taken_offline")?;
    parts.push(if gone > 0.0 {
        format!("{} taken offline by that", things(gone, "active agent"))
    } else {
        "no active agent taken offline by that".to_owned()
    });
    Some(Block { title: "Plans", lines: vec![parts.join("; ")] })
}

/// Who was active, who waited to be, and who came and went.
pub(super) fn agents(group: &GroupSummary) -> Option<Block> {
    let mean = value(group, "active.mean")?;
    let mut text = format!("{} active in a workspace on average", number(mean));
    if let Some(most) = value(group, "active.max") {
        _ = write!(text, ", {} at most", number(most));
    }
    if let Some(full) = value(group, "active.full_time_share") {
        _ = write!(text, "; all slots taken for {} of the time", percent(full));
    }
    let mut lines = vec![text];
    lines.extend(waits(group));
    if let Some(most) = value(group, "active.over_limit.max").filter(|most| *most > 0.0) {
        let mean = value(group, "active.over_limit.time").unwrap_or(0.0);
        lines.push(format!(
            "up to {} above the limit, for {} in a workspace on average",
            number(most),
            time(mean)
        ));
    }
    if let Some(tried) = value(group, "creates.tried") {
        let refused = value(group, "creates.refused").unwrap_or(0.0);
        let mut text = format!("{} of {} creations refused", number(refused), number(tried));
        if let Some(most) = value(group, "agents.max") {
            _ = write!(text, "; {} agents in a workspace at most", number(most));
        }
        lines.push(text);
    }
    Some(Block { title: "Agents", lines })
}

/// Who waited for a slot: those who got one in the end, and those who did not.
fn waits(group: &GroupSummary) -> Option<String> {
    let share = value(group, "enables.wait.probability");
    let mean = value(group, "enables.wait.mean");
    let waiting = value(group, "enables.waiting")?;
    let mut text = match share.zip(mean) {
        // Over those that waited: the mean is over all.
        Some((share, mean)) if share > 0.0 => format!(
            "{} of the enabled had waited for a slot, {} each on average",
            percent(share),
            time(mean / share)
        ),
        _ => "nobody who was enabled had waited for a slot".to_owned(),
    };
    let waiting = if waiting > 0.0 { number(waiting) } else { "nobody".to_owned() };
    _ = write!(text, "; {waiting} still waiting at the end");
    Some(text)
}
