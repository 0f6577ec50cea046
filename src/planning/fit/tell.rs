//! What was fitted, on a terminal. Writing into a text cannot fail, so its results are dropped.

use super::Fit;
use std::fmt::Write;

use super::model::{LawFit, LineFit, RunFit, TrafficFit, ValueFit};
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
    text + &fit.run.as_ref().map_or_else(String::new, of_run)
}

/// A run against the trace.
fn of_run(run: &RunFit) -> String {
    let mut text = format!(
        "\nRun with seed {}, and {} more times to see what chance does\n  {:<44}{:>12}{:>12}  {}\n",
        run.seed,
        run.runs - 1,
        "",
        "trace",
        "run",
        "chance"
    );
    for it in &run.figures {
        let but = if it.reproduced { "" } else { "  not reproduced" };
        let what = format!("{}: {}", it.group, it.name);
        let (was, is) = (amount(it.trace), amount(it.run));
        let _ = writeln!(text, "  {what:<44}{was:>12}{is:>12}  ±{}{but}", amount(it.chance));
    }
    text
}

/// A count in whole, and what is less than a hundred with some digits after the point.
fn amount(value: f64) -> String {
    if (value - value.round()).abs() < 0.005 || value >= 100.0 {
        grouped(value.round() as u64)
    } else {
        format!("{value:.2}")
    }
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
            let _ = writeln!(text, "    {key:<16}{}, {}", law.written, how_well(law));
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
    let law = &traffic.law;
    if law.candidates.is_empty() {
        let times = several(law.count, "time");
        let _ = writeln!(text, "    {what:<16}{times} between them, {}", alone(law));
    } else {
        let _ = writeln!(text, "    {what:<16}    distance     up to           AIC  time between");
        for it in &law.candidates {
            let mark = if it.chosen { "*" } else { " " };
            let (off, most) = (distance(it.distance), distance(it.most));
            let _ = writeln!(
                text,
                "    {mark} {:<14}{off:>12}{most:>10}{:>14.1}  {}",
                it.name, it.aic, it.parameters
            );
        }
        let verdict = if law.fits == Some(true) {
            format!("chance explains the distance of the {} law", law.name)
        } else {
            "no law fits: each is further off than chance explains".to_owned()
        };
        let _ = writeln!(text, "      {} times; {verdict}", grouped(law.count));
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
        None if law.is_constant() => {
            format!("    {:<16}none: the time between is the same in all hours\n", "profile")
        }
        None => format!("    {:<16}none: hours do not differ by more than chance\n", "profile"),
    };
    text += &profile;
    text
}

/// Why a law was compared with no other.
fn alone(law: &LawFit) -> &'static str {
    if law.is_constant() { "always the same" } else { "too few to compare laws" }
}

/// How well a law of periods fits, and over how many.
fn how_well(law: &LawFit) -> String {
    match (law.distance(), law.fits) {
        (Some(off), fits) => {
            let but = if fits == Some(true) { "" } else { ", which chance does not explain" };
            format!("distance {} over {}{but}", distance(off), grouped(law.count))
        }
        (None, _) => format!("{}, {}", several(law.count, "period"), alone(law)),
    }
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
