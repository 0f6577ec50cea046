//! The timeline in words.

use std::fmt::Write;

use super::super::model::{Group, Scenario};
use super::super::words::{counted, grouped, number};
use super::{columns, drawn};
use crate::units::{Share, SimTime};
use crate::workload::{Action, Occurrence, Pick, is_taken};

/// More lines than this are counted, not told.
const MOST_TOLD: usize = 40;

/// The heads of the table's columns.
const HEADS: [&str; 5] = ["at", "for", "group", "workspaces", "what"];

/// Appends what happens when, and to whom, as a table.
pub(super) fn describe_timeline(text: &mut String, scenario: &Scenario) {
    let occurrences = scenario.groups.iter().flat_map(|group| {
        group.timeline.iter().map(move |occurrence| (occurrence.at, Some((group, occurrence))))
    });
    let changes = scenario.backend.iter().flat_map(|backend| &backend.changes);
    let mut entries: Vec<_> = occurrences.collect();
    let servers: Vec<_> = changes.copied().collect();
    entries.extend(servers.iter().map(|&(at, _)| (at, None)));
    if entries.is_empty() {
        return;
    }
    // The changes of servers stand in the order of their instants already, and stay in it.
    entries.sort_by_key(|&(at, _)| at);
    let mut servers = servers.into_iter().map(|(_, servers)| servers);
    let more = entries.len().saturating_sub(MOST_TOLD);
    let rows = entries.into_iter().take(MOST_TOLD).map(|(at, entry)| {
        if let Some((group, occurrence)) = entry {
            return cells(scenario, group, occurrence);
        }
        let what = format!("the backend has {}", have(servers.next().flatten()));
        [after(at), String::new(), "all".to_owned(), String::new(), what]
    });
    let rows: Vec<[String; 5]> = std::iter::once(HEADS.map(str::to_owned)).chain(rows).collect();
    text.push_str("\ntimeline\n");
    for line in columns(&rows) {
        let _ = writeln!(text, "  {line}");
    }
    if more > 0 {
        let _ = writeln!(text, "  and {} more", grouped(more as u64));
    }
}

/// How many workspaces of a group something happens to, as the run draws them.
pub(in crate::scenario) fn taken(
    scenario: &Scenario,
    group: &Group,
    occurrence: &Occurrence,
) -> Option<u64> {
    if occurrence.share == Share::WHOLE {
        return Some(u64::from(group.count));
    }
    drawn(scenario, group, |workspace| is_taken(workspace, occurrence))
}

/// The cells of an occurrence's line.
fn cells(scenario: &Scenario, group: &Group, occurrence: &Occurrence) -> [String; 5] {
    let lasts = occurrence.until.map(|until| until.since(occurrence.at).to_string());
    let taken = match taken(scenario, group, occurrence) {
        None => occurrence.share.to_string(),
        Some(count) if occurrence.share == Share::WHOLE => grouped(count),
        Some(count) => format!("{} ({})", grouped(count), occurrence.share),
    };
    let what = what(scenario, group, &occurrence.action);
    [after(occurrence.at), lasts.unwrap_or_default(), group.name.clone(), taken, what]
}

fn after(at: SimTime) -> String {
    at.since(SimTime::ZERO).to_string()
}

/// What happens to a workspace, in words.
pub(in crate::scenario) fn what(scenario: &Scenario, group: &Group, action: &Action) -> String {
    let plan = |place: usize| &group.plans[place].plan.name;
    match *action {
        Action::SetPlan(place) => format!("change to the plan {}", plan(place)),
        Action::Subscribe(place) => format!("subscribe to the plan {}", plan(place)),
        Action::BuyPackage(package, count) => {
            let name = &scenario.packages[package].name;
            format!("buy {} of the package {name}", grouped(u64::from(count)))
        }
        Action::Enable(pick) => format!("enable {}", picked(group, pick)),
        Action::Disable(pick) => format!("disable {}", picked(group, pick)),
        Action::Create(pick) => format!("create {}", picked(group, pick)),
        Action::Delete(pick) => format!("delete {}", picked(group, pick)),
        Action::Traffic(factor) => format!("traffic comes {}x", number(factor)),
        Action::Servers(servers) => format!("the backend has {}", have(servers)),
        Action::Unavailable => "enforcement is unavailable".to_owned(),
    }
}

fn picked(group: &Group, pick: Pick) -> String {
    let line = &group.lines[pick.line].name;
    match pick.count {
        None => format!("all of {line}"),
        Some(count) => format!("{} of {line}", grouped(u64::from(count))),
    }
}

fn have(servers: Option<u32>) -> String {
    match servers {
        None => "unlimited servers".to_owned(),
        Some(servers) => counted(u64::from(servers), "server"),
    }
}
