//! What was found of a log of decisions, on a terminal. Writing into a text cannot fail, so its results
//! are dropped.

use std::fmt::Write;

use super::format::count;
use super::words::plural;
use crate::verify::{Verdict, Verified};

/// What was found of the log that is called `log`.
pub fn verified_terminal(verified: &Verified, log: &str) -> String {
    let (rows, workspaces) =
        (plural(verified.rows, "row"), plural(verified.workspaces, "workspace"));
    let mut text = format!("{log}: {rows} of {workspaces}\n\n");
    let _ = writeln!(text, "{:50}{:>10}{:>10}{:>10}", "Rule", "held", "possible", "violated");
    for (rule, tally) in &verified.rules {
        let [held, possible, violated] =
            [tally.held, tally.possible, tally.violated].map(|number| match number {
                0 => "-".to_owned(),
                number => count(number),
            });
        let _ = writeln!(text, "{:50}{held:>10}{possible:>10}{violated:>10}", rule.sentence());
    }
    if !verified.findings.is_empty() {
        text.push('\n');
    }
    for finding in &verified.findings {
        let verdict = match finding.verdict {
            Verdict::Violated => "✗ violated",
            _ => "? possibly violated",
        };
        let (workspace, line) = (&finding.workspace, finding.line);
        let _ =
            writeln!(text, "{verdict} in {workspace}, at line {line}: {}", finding.rule.sentence());
    }
    text += match verified.verdict() {
        Verdict::Held => "\n✓ Every rule was held.\n",
        Verdict::Possible => "\nNo rule was surely violated.\n",
        Verdict::Violated => "\n✗ The log breaks rules.\n",
    };
    text + "Limits over everybody or of one's own, shares of agents and overage are not judged yet.\n"
}
