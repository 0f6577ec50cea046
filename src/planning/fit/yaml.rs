//! The scenario that says what was fitted.

use super::Fit;
use super::model::{GroupFit, LawFit, LineFit, TrafficFit};
use super::spell::{chance, distance, grouped, plain, several};

/// Weights that stand in one line.
const IN_LINE: usize = 12;
/// The plan of groups with many agents.
const ROOMY: &str = "roomy";
/// Columns of a comment.
const WIDTH: usize = 96;

/// The text of a scenario called `name` that says what was fitted, with how well it fits in comments.
/// `schema` is where editors find the schema: a path from the scenario's folder, or a URL.
pub fn yaml(fit: &Fit, name: &str, schema: &str) -> String {
    let mut lines = vec![format!("# yaml-language-server: $schema={schema}")];
    lines.extend(comment(
        "",
        &format!("Fitted to {} with `limitlab fit`: {}.", fit.trace, several(fit.rows, "row")),
    ));
    lines.push("#".to_owned());
    lines.push(
        "# Not fitted, because the trace does not tell it or the scenario cannot say it:"
            .to_owned(),
    );
    for note in &fit.not_fitted {
        lines.extend(comment("- ", note));
    }
    lines.extend([
        "limitlab: 1".to_owned(),
        format!("name: {name}"),
        format!("start: {}", fit.start),
        format!("duration: {}", fit.duration),
        String::new(),
    ]);
    let roomy = fit.groups.iter().find_map(|group| group.total_agents);
    if let Some(agents) = roomy {
        lines.push("plans: # more agents than a plan allows by itself".to_owned());
        lines.push(format!("  {ROOMY}: {{ total_agents: {agents} }}"));
        lines.push(String::new());
    }
    lines.push("workspaces:".to_owned());
    for group in &fit.groups {
        lines.extend(of_group(group));
    }
    lines.extend(timeline(fit));
    lines.join("\n") + "\n"
}

/// A comment over as many lines as it needs.
fn comment(bullet: &str, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = format!("# {bullet}");
    let indent = format!("# {}", " ".repeat(bullet.len()));
    let mut is_empty = true;
    for word in text.split(' ') {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(line);
    lines
}

fn of_group(group: &GroupFit) -> Vec<String> {
    let mut lines = vec![
        format!("  - group: {}", group.name),
        format!("    count: {} # the greatest number in the trace", group.workspaces),
    ];
    lines.extend(group.total_agents.map(|_| format!("    plan: {ROOMY}")));
    lines.push("    agents:".to_owned());
    for line in &group.lines {
        lines.extend(of_line(line).into_iter().map(|text| format!("      {text}")));
    }
    lines
}

fn of_line(line: &LineFit) -> Vec<String> {
    let mut lines = vec![format!("- name: {}", line.name), format!("  count: {}", line.agents)];
    if line.created_only {
        lines.push("  start: draft".to_owned());
    } else if line.starts_offline >= 1.0 {
        lines.push("  start: offline".to_owned());
    }
    if let Some(traffic) = &line.traffic {
        lines.push("  traffic:".to_owned());
        lines.extend(of_traffic(line, traffic).into_iter().map(|text| format!("    {text}")));
    }
    if let Some(cost) = &line.cost {
        lines.push(format!("  cost: {} # {}", cost.written, how_well(cost.distance, cost.count)));
    } else if line.messages > 0 {
        lines.push("  cost: 1 # the trace does not say".to_owned());
    }
    // Other lines enable at once whom churn creates.
    let draft = line.draft.as_ref().filter(|_| line.created_only);
    let draft = draft.map(|mean| format!("{{ exponential: {mean} }}"));
    if line.active.is_some() || line.offline.is_some() || draft.is_some() {
        lines.push("  activity:".to_owned());
        lines.extend(draft.map(|law| format!("    draft: {law}")));
        for (key, law) in [("active", &line.active), ("offline", &line.offline)] {
            lines.extend(law.as_ref().map(|law| format!("    {key}: {}", of_law(law))));
        }
    }
    if line.create.is_some() || line.delete_after.is_some() {
        lines.push("  churn:".to_owned());
        lines.extend(
            line.create.as_ref().map(|rate| format!("    create: {rate} # in each workspace")),
        );
        lines.extend(
            line.delete_after
                .as_ref()
                .map(|mean| format!("    delete_after: {{ exponential: {mean} }}")),
        );
    }
    if line.pauses {
        lines.push("  while_offline: pause # few messages come to agents that are away".to_owned());
    }
    lines
}

/// Agents that are offline at the start, where others are active: each with the same chance.
fn timeline(fit: &Fit) -> Vec<String> {
    /// With more agents the share of them is taken in all workspaces alike.
    const MOST_ENTRIES: u32 = 20;
    let mut entries = Vec::new();
    for group in &fit.groups {
        for line in &group.lines {
            let share = line.starts_offline;
            if share <= 0.0 || share >= 1.0 || line.created_only {
                continue;
            }
            let (group, name) = (&group.name, &line.name);
            if line.agents > MOST_ENTRIES {
                let count = (share * f64::from(line.agents)).round();
                if count >= 1.0 {
                    entries.push(format!(
                        "{{ at: 0s, group: {group}, disable: {{ line: {name}, count: {count} }} }}"
                    ));
                }
                continue;
            }
            for _ in 0..line.agents {
                // Entries that have no names, and are the same, take the same workspaces.
                let number = entries.len() + 1;
                entries.push(format!(
                    "{{ name: away-{number}, at: 0s, group: {group}, share: {}%, disable: \
                     {{ line: {name}, count: 1 }} }}",
                    plain(100.0 * share)
                ));
            }
        }
    }
    if entries.is_empty() {
        return entries;
    }
    let head = [String::new(), "timeline: # who is offline at the start".to_owned()];
    head.into_iter().chain(entries.into_iter().map(|entry| format!("  - {entry}"))).collect()
}

fn of_traffic(line: &LineFit, traffic: &TrafficFit) -> Vec<String> {
    let law = &traffic.law;
    let note = match law.distance() {
        Some(_) => format!("# {}: {}", law.name, of_fit(law)),
        None if law.is_constant() => format!("# all {} are the same", grouped(law.count)),
        None => "# too few to tell a law: taken for Poisson".to_owned(),
    };
    let mut lines = vec![];
    if line.conversations.is_some() {
        lines.push("sessions:".to_owned());
        lines.extend(traffic.rate.as_ref().map(|rate| format!("  rate: {rate} {note}")));
        for (key, value) in [("turns", &line.turns), ("think", &line.think)] {
            lines.extend(value.as_ref().map(|value| {
                format!("  {key}: {} # {}", value.written, how_well(value.distance, value.count))
            }));
        }
    } else {
        lines.extend(traffic.rate.as_ref().map(|rate| format!("rate: {rate} {note}")));
        lines
            .extend(traffic.interarrival.as_ref().map(|law| format!("interarrival: {law} {note}")));
    }
    lines.extend(traffic.bursts.as_ref().map(|law| format!("bursts: {law}")));
    if let Some(profile) = &traffic.profile {
        let (of, zone) = match profile.weights.len() {
            24 => ("the day", "00:00"),
            _ => ("the week", "Monday 00:00"),
        };
        lines.push(format!("# Hours of {of} from {zone} UTC on, {}.", chance(profile.p)));
        lines.push("profile:".to_owned());
        let rows = profile.weights.chunks(IN_LINE);
        let last = rows.len() - 1;
        for (place, row) in rows.enumerate() {
            let weights: Vec<String> = row.iter().map(|&weight| plain(weight)).collect();
            let (open, close) =
                (if place == 0 { "[" } else { " " }, if place == last { "]" } else { "," });
            lines.push(format!("  {open}{}{close}", weights.join(", ")));
        }
        lines.push("timezone: UTC".to_owned());
    }
    lines
}

fn of_law(law: &LawFit) -> String {
    format!("{} # {}", law.written, of_fit(law))
}

/// How well a law of times fits.
fn of_fit(law: &LawFit) -> String {
    let count = grouped(law.count);
    match law.distance() {
        Some(off) if law.fits == Some(true) => how_well(off, law.count),
        Some(off) => format!("no law fits; {} is the nearest", how_well(off, law.count)),
        None if law.is_constant() => format!("all {count} are the same"),
        None => format!("{}: too few to compare laws", several(law.count, "period")),
    }
}

fn how_well(off: f64, count: u64) -> String {
    format!("distance {} over {}", distance(off), grouped(count))
}
