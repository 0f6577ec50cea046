//! What was found of a log of decisions, on a terminal. Writing into a text cannot fail, so its results
//! are dropped.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::format::count;
use super::words::plural;
use crate::units::Credits;
use crate::verify::{Counterexample, Tally, ToldRow, Verdict, Verified};

/// A counterexample of more rows is shown without those in the middle.
const MOST_SHOWN: usize = 12;

/// So many of its first rows are shown then.
const FIRST_SHOWN: usize = 3;

/// How wide the sentences of rules are.
const WIDTH: usize = 46;

/// What was found of the log that is called `log`. `replays` are the commands that replay the
/// counterexamples, if those were written.
pub fn verified_terminal(verified: &Verified, log: &str, replays: &[String]) -> String {
    let (rows, workspaces) =
        (plural(verified.rows, "row"), plural(verified.workspaces, "workspace"));
    let mut text = format!("{log}: {rows} of {workspaces}\n\n");
    rules(&mut text, verified);
    let findings = verified.findings.iter();
    if !verified.findings.is_empty() {
        text.push('\n');
    }
    for finding in findings {
        let verdict = match finding.verdict {
            Verdict::Violated => "✗ violated",
            _ => "? possibly violated",
        };
        let (workspace, line) = (&finding.workspace, finding.line);
        let _ =
            writeln!(text, "{verdict} in {workspace}, at line {line}: {}", finding.rule.sentence());
    }
    for (place, counterexample) in verified.counterexamples.iter().enumerate() {
        example(&mut text, counterexample, replays.get(place).map(String::as_str));
    }
    if replays.is_empty() && !verified.counterexamples.is_empty() {
        text += "\n`limitlab verify --counterexamples DIR` writes each of these as a log that violates \
                 its rule.\n";
    }
    text + match verified.verdict() {
        Verdict::Held => "\n✓ Every rule was held.\n",
        Verdict::Possible => "\nNo rule was surely violated.\n",
        Verdict::Violated => "\n✗ The log breaks rules.\n",
    }
}

fn rules(text: &mut String, verified: &Verified) {
    let number = |number: u64| if number == 0 { "-".to_owned() } else { count(number) };
    let head = ["held", "possible", "violated", "decisions"];
    let _ = write!(text, "{:WIDTH$}", "Rule, in how many workspaces");
    for column in head {
        let _ = write!(text, "{column:>10}");
    }
    text.push('\n');
    for (rule, tally) in &verified.rules {
        let Tally { held, possible, violated, decisions } = *tally;
        let _ = write!(text, "{:WIDTH$}", rule.sentence());
        for cell in [held, possible, violated, decisions].map(number) {
            let _ = write!(text, "{cell:>10}");
        }
        text.push('\n');
    }
    let is_oversold = verified.oversold.sum > Credits::ZERO;
    if is_oversold || verified.over_limit > 0 {
        text.push('\n');
    }
    if is_oversold {
        let (sum, most) = (verified.oversold.sum, verified.oversold.most);
        let _ = writeln!(text, "Credits oversold: {sum}, and {most} in one workspace at most.");
    }
    if verified.over_limit > 0 {
        let agents = plural(verified.over_limit, "agent");
        let _ = writeln!(text, "Active above the limit: {agents} in one workspace at most.");
    }
}

/// A counterexample as a table, with the command that replays it.
fn example(text: &mut String, it: &Counterexample, replay: Option<&str>) {
    let rows = plural(it.rows.len() as u64, "row");
    let (sentence, whose) = (it.rule.sentence(), &it.workspace);
    let place = if it.rule.is_of_everybody() { "by" } else { "in" };
    let _ = writeln!(text, "\n{sentence}: broken {place} {whose}, as {rows} of the log show");
    let table: Vec<[String; 5]> = it.rows.iter().map(|row| cells(it, row)).collect();
    let hidden = hidden(it);
    let width = |column: usize| {
        let shown = table.iter().enumerate().filter(|(place, _)| !hidden.contains(place));
        shown.map(|(_, cells)| cells[column].chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..4).map(width).collect();
    let mut left_out = 0;
    for (place, [line, after, agent, what, credits]) in table.iter().enumerate() {
        if hidden.contains(&place) {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            let _ = writeln!(text, "  .. {} more ..", count(left_out));
            left_out = 0;
        }
        let row = format!(
            "  line {line:>0$}  {after:>1$}  {agent:2$}  {what:3$}  {credits}",
            widths[0], widths[1], widths[2], widths[3]
        );
        let _ = writeln!(text, "{}", row.trim_end());
    }
    if let Some(replay) = replay {
        let _ = writeln!(text, "  {replay}");
    }
}

/// The rows of a counterexample that are not shown, by their places: of many those that only say who is
/// there, and then those in the middle.
fn hidden(it: &Counterexample) -> BTreeSet<usize> {
    let mut hidden = BTreeSet::new();
    if it.rows.len() > MOST_SHOWN && !it.rule.is_of_agents() {
        let standing = ["set_plan", "create", "enable", "disable", "delete"];
        let rows = it.rows.iter().enumerate();
        hidden.extend(
            rows.filter(|(_, row)| standing.contains(&row.cell("action"))).map(|(place, _)| place),
        );
    }
    let shown: Vec<usize> = (0..it.rows.len()).filter(|place| !hidden.contains(place)).collect();
    if shown.len() > MOST_SHOWN {
        // The line that says so is one too.
        hidden.extend(&shown[FIRST_SHOWN..=shown.len() - MOST_SHOWN + FIRST_SHOWN]);
    }
    hidden
}

/// What a row says: its line, when it happened after the first, who, what, and what it did to credits.
fn cells(it: &Counterexample, row: &ToldRow) -> [String; 5] {
    let mut what = row.cell("action").replace('_', " ");
    match (row.cell("outcome"), row.cell("reason")) {
        ("", "") => {}
        ("refused", reason) => {
            let _ = write!(what, ": refused, {reason}");
        }
        (outcome, reason) => {
            let _ = write!(what, ": {outcome}{reason}");
        }
    }
    if !row.cell("limiter").is_empty() {
        let _ = write!(what, " by {}", row.cell("limiter"));
    }
    if let Some(before) = row.asked_before() {
        let _ = write!(what, ", asked {before} before");
    }
    if !row.cell("retry_after").is_empty() {
        let _ = write!(what, ", again after {}", row.cell("retry_after"));
    }
    let columns = ["cost", "charged", "overage", "hold", "balance"];
    let credits = columns.iter().filter(|column| !row.cell(column).is_empty());
    let credits: Vec<String> =
        credits.map(|column| format!("{column} {}", row.cell(column))).collect();
    let after = format!("+{}", it.since_first(row));
    let mut who = row.cell("agent").to_owned();
    if it.rule.is_of_everybody() {
        who = format!("{} {who}", row.cell("workspace"));
    }
    [row.line.to_string(), after, who, what, credits.join(", ")]
}
