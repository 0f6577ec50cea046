//! What happened in a workspace, on a terminal. Writing into a text cannot fail, so its results are dropped.

use std::fmt::Write;

use super::format::count;
use super::words::{cause_label, plural};
use crate::units::SimTime;
use crate::verify::{Breach, Focus, Story, StoryRow, ToldRow, Verdict};

/// The story of a workspace in the log that is called `log`.
pub fn story_terminal(story: &Story, log: &str) -> String {
    let mut text = format!("{} in {log}\n\n", story.workspace);
    for (rule, decisions) in &story.broken {
        let decisions = plural(*decisions, "decision");
        let _ = writeln!(text, "✗ {}: broken by {decisions}", rule.sentence());
    }
    if story.broken.is_empty() {
        let place =
            if story.was_named { "here" } else { "in any workspace; this is the first one" };
        let _ = writeln!(text, "No rule is surely violated {place}.");
    }
    let around = match story.focus {
        Focus::Violation => "Around the first of them".to_owned(),
        Focus::Instant(at) => format!("Around {}", at.since(SimTime::ZERO)),
        Focus::Beginning => "How it begins".to_owned(),
    };
    let _ = writeln!(text, "\n{around}:");
    table(&mut text, &story.rows);
    let (before, shown) = (story.before as u64, story.rows.len() as u64);
    let all = before + shown + story.after as u64;
    if shown == all {
        text += "\nThese are all rows of the workspace.\n";
    } else {
        let [first, last, all] = [before + 1, before + shown, all].map(count);
        let _ = writeln!(
            text,
            "\nRows {first} to {last} of {all} of the workspace; `--around N` tells more of them, and \
             `--at TIME` others."
        );
    }
    text
}

/// Rows as a table, with the rules that are broken below those that break them.
fn table(text: &mut String, rows: &[StoryRow]) {
    let head = ["line", "time", "who", "what happened", "balance", "active"].map(str::to_owned);
    let mut cells = vec![head];
    // What a log does not tell has no column.
    for column in [4, 5] {
        let name = cells[0][column].clone();
        if rows.iter().all(|it| it.row.cell(&name).is_empty()) {
            cells[0][column].clear();
        }
    }
    cells.extend(rows.iter().map(|it| {
        let cell = |column: &str| it.row.cell(column).to_owned();
        let time = cell("time");
        [
            it.row.line.to_string(),
            time,
            cell("agent"),
            what(&it.row),
            cell("balance"),
            cell("active"),
        ]
    }));
    let width =
        |column: usize| cells.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3, 4, 5].map(width);
    let broken = std::iter::once(&[][..]).chain(rows.iter().map(|row| &row.broken[..]));
    for ([line, time, who, what, balance, active], broken) in cells.iter().zip(broken) {
        let worst = broken.iter().map(|it| it.verdict).max();
        let marked = worst.map_or(" ", mark);
        let row = format!(
            "{marked} {line:>0$}  {time:>1$}  {who:2$}  {what:3$}  {balance:>4$}  {active:>5$}",
            widths[0], widths[1], widths[2], widths[3], widths[4], widths[5]
        );
        let _ = writeln!(text, "{}", row.trim_end());
        for Breach { rule, verdict, limiter } in broken {
            let indent = " ".repeat(widths[0] + widths[1] + widths[2] + 8);
            let perhaps = if *verdict == Verdict::Violated { "" } else { "perhaps " };
            let limiter = limiter.as_ref().map(|name| format!(": \u{201c}{name}\u{201d}"));
            let (mark, limiter) = (mark(*verdict), limiter.unwrap_or_default());
            let (breach, sentence) = (rule.breach(), rule.sentence());
            let _ = writeln!(text, "{indent}{mark} {perhaps}{breach}{limiter} ({sentence})");
        }
    }
}

fn mark(verdict: Verdict) -> &'static str {
    if verdict == Verdict::Violated { "✗" } else { "?" }
}

/// What a row says, in words.
fn what(row: &ToldRow) -> String {
    let cell = |column: &str| row.cell(column);
    let message = match (cell("message"), cell("attempt")) {
        ("", _) => "a message".to_owned(),
        (message, "" | "1") => format!("message {message}"),
        (message, attempt) => format!("message {message}, try {attempt}"),
    };
    match (cell("action"), cell("outcome")) {
        ("message", "refused") => format!("{message} is refused: {}{}", why(row), how(row)),
        ("message", _) => format!("{message} is admitted{}{}", credits(row), how(row)),
        ("release", "refused") => {
            format!("{message} is refused further on: {}{}", why(row), credits(row))
        }
        ("release", "timed_out") => format!("the customer of {message} leaves{}", credits(row)),
        ("release", _) => format!("{message} is over{}", credits(row)),
        ("settle", _) => format!("{message} is settled{}", credits(row)),
        ("create", "refused") => format!("is not created: {}", why(row)),
        ("create", _) => "is created".to_owned(),
        ("enable", "refused") => format!("is not enabled: {}{}", why(row), how(row)),
        ("enable", _) => format!("is enabled{}", how(row)),
        ("disable", _) => "goes offline".to_owned(),
        ("delete", _) => "is deleted".to_owned(),
        ("set_plan", _) => "becomes the plan".to_owned(),
        ("end_trial", _) => "the trial ends".to_owned(),
        ("renew", _) => format!("renews{}", credits(row)),
        ("expire", _) => format!("expires{}", credits(row)),
        ("buy_package", _) => format!("is bought{}", credits(row)),
        (action, _) => action.replace('_', " "),
    }
}

/// Why something was refused, and when it would not be.
fn why(row: &ToldRow) -> String {
    let limiter = Some(row.cell("limiter")).filter(|limiter| !limiter.is_empty());
    let mut why = cause_label(row.cell("reason"), limiter);
    if !row.cell("retry_after").is_empty() {
        let _ = write!(why, ", again after {}", row.cell("retry_after"));
    }
    why
}

/// Who decided, and how long before it took effect it was asked for.
fn how(row: &ToldRow) -> String {
    let mut how = String::new();
    if !row.cell("node").is_empty() {
        let _ = write!(how, ", by node {}", row.cell("node"));
    }
    if let Some(before) = row.asked_before() {
        let _ = write!(how, ", asked {before} before");
    }
    how
}

/// What a row does to credits.
fn credits(row: &ToldRow) -> String {
    let cell = |column: &str| Some(row.cell(column)).filter(|cell| !cell.is_empty());
    let told = |amount: &str, [out, back]: [&str; 2]| match amount.strip_prefix('-') {
        None => format!(", {out} {amount}"),
        Some(amount) => format!(", {back} {amount}"),
    };
    let is_grant = matches!(row.cell("action"), "renew" | "buy_package");
    let back = if is_grant { "brings" } else { "gives back" };
    let mut text = String::new();
    if let Some(charged) = cell("charged") {
        let out = if row.cell("action") == "expire" { "takes" } else { "is charged" };
        text += &told(charged, [out, back]);
    }
    if let Some(overage) = cell("overage").map(|overage| overage.trim_start_matches('-')) {
        let _ = write!(text, ", {overage} of it beyond the balance");
    }
    if let Some(hold) = cell("hold") {
        text += &told(hold, ["sets aside", "frees"]);
    }
    text
}
