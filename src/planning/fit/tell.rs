//! What was fitted, on a terminal. Writing into a text cannot fail, so its results are dropped.

use super::Fit;
use std::fmt::Write;

use super::line::{LineFit, TrafficFit, ValueFit};
use super::spell::{chance, distance, grouped, several};

/// Columns of a sentence.
const WIDTH: usize = 100;

/// What was chosen, and how well it fits.
pub fn tell(fit: &Fit) -> String {
    let mut text = format!(
        "{}: {} over {} from {}\n",
        fit.trace,
        several(fit.rows, "row"),
        fit.duration,
        fit.start
    );
    for group in &fit.groups {
        let _ =
            writeln!(text, "\n{}, {}", group.name, several(group.workspaces.into(), "workspace"));
        for line in &group.lines {
            text += &of_line(line);
        }
    }
    text += "\nNot fitted\n";
    for note in &fit.not_fitted {
        text += &folded(note);
    }
    text
}

fn of_line(line: &LineFit) -> String {
    let mut text = format!(
        "  {}, {} each: {}",
        line.name,
        several(line.agents.into(), "agent"),
        several(line.messages, "message")
    );
    if let Some(conversations) = line.conversations {
        let _ = write!(text, " in {}", several(conversations, "conversation"));
    }
    text += "\n";
    if let Some(traffic) = &line.traffic {
        let what = if line.conversations.is_some() { "conversations" } else { "messages" };
        text += &of_traffic(what, traffic);
    }
    for (key, value) in [("turns", &line.turns), ("think", &line.think), ("cost", &line.cost)] {
        text += &value.as_ref().map_or_else(String::new, |value| of_value(key, value));
    }
    for (key, law) in [("active", &line.active), ("offline", &line.offline)] {
        if let Some(law) = law {
            let off = distance(law.distance());
            let _ = writeln!(
                text,
                "    {key:<16}{}, distance {off} over {}",
                law.written,
                grouped(law.count)
            );
        }
    }
    for (key, value) in
        [("draft", &line.draft), ("create", &line.create), ("delete_after", &line.delete_after)]
    {
        if let Some(value) = value {
            let _ = writeln!(text, "    {key:<16}{value}");
        }
    }
    if line.pauses {
        let _ = writeln!(text, "    {:<16}pause", "while_offline");
    }
    text
}

/// The laws that were compared, and what was chosen.
fn of_traffic(what: &str, traffic: &TrafficFit) -> String {
    let mut text = String::new();
    if let [only] = &traffic.law.candidates[..] {
        let times = several(traffic.law.count, "time");
        let why =
            if only.name == "constant" { "always the same" } else { "too few to compare laws" };
        let _ = writeln!(text, "    {what:<16}{times} between them, {why}");
    } else {
        let _ = writeln!(text, "    {what:<16}    distance           AIC  time between");
        for it in &traffic.law.candidates {
            let mark = if it.chosen { "*" } else { " " };
            let (name, off) = (&it.name, distance(it.distance));
            let _ =
                writeln!(text, "    {mark} {name:<14}{off:>12}{:>14.1}  {}", it.aic, it.parameters);
        }
        let _ = writeln!(
            text,
            "      {} times; exponential is kept up to a distance of {}",
            grouped(traffic.law.count),
            distance(traffic.law.most)
        );
    }
    for (key, value) in [
        ("rate", &traffic.rate),
        ("interarrival", &traffic.interarrival),
        ("bursts", &traffic.bursts),
    ] {
        if let Some(value) = value {
            let _ = writeln!(text, "    {key:<16}{value}");
        }
    }
    let profile = match &traffic.profile {
        Some(profile) => {
            let peak = profile.weights.iter().fold(0.0_f64, |peak, &it| peak.max(it));
            format!(
                "    {:<16}{} hours, {}, peak {peak:.2} times the mean\n",
                "profile",
                profile.weights.len(),
                chance(profile.p)
            )
        }
        None if traffic.profile_unknown => String::new(),
        None => format!("    {:<16}none: hours do not differ by more than chance\n", "profile"),
    };
    text += &profile;
    text
}

fn of_value(key: &str, value: &ValueFit) -> String {
    /// A longer distribution is only named.
    const MOST: usize = 52;
    let written = if value.written.len() > MOST { &value.name } else { &value.written };
    let off = distance(value.distance);
    format!("    {key:<16}{written}, distance {off} over {}\n", grouped(value.count))
}

/// A sentence behind a dash, over as many lines as it needs.
fn folded(note: &str) -> String {
    let mut text = String::new();
    let mut line = "  -".to_owned();
    for word in note.split(' ') {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            text += &line;
            text += "\n";
            "   ".clone_into(&mut line);
        }
        line.push(' ');
        line.push_str(word);
    }
    text + &line + "\n"
}
