//! The scenario that says what was fitted.

use super::Fit;
use super::line::{GroupFit, LawFit, LineFit, TrafficFit};
use super::spell::{chance, distance, grouped, plain, several};

/// Weights that stand in one line.
const IN_LINE: usize = 12;
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
        "workspaces:".to_owned(),
    ]);
    for group in &fit.groups {
        lines.extend(of_group(group));
    }
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
        "    agents:".to_owned(),
    ];
    for line in &group.lines {
        lines.extend(of_line(line).into_iter().map(|text| format!("      {text}")));
    }
    lines
}

fn of_line(line: &LineFit) -> Vec<String> {
    let mut lines = vec![format!("- name: {}", line.name), format!("  count: {}", line.agents)];
    if line.created_only {
        lines.push("  start: draft".to_owned());
    } else if line.starts_offline {
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
    let draft = line.draft.as_ref().map(|mean| format!("{{ exponential: {mean} }}"));
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

fn of_traffic(line: &LineFit, traffic: &TrafficFit) -> Vec<String> {
    let law = &traffic.law;
    let note = match law.candidates.len() {
        1 if law.name == "exponential" => "# too few to tell a law: taken for Poisson".to_owned(),
        _ => format!("# {}: {}", law.name, how_well(law.distance(), law.count)),
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
    format!("{} # {}", law.written, how_well(law.distance(), law.count))
}

fn how_well(off: f64, count: u64) -> String {
    format!("distance {} over {}", distance(off), grouped(count))
}
