//! What is not fitted, in sentences.

use super::gather::Gathered;
use super::model::{GroupFit, LineFit};
use super::spell::{chance, grouped, plain, several};
use crate::log::Census;

/// What the trace has, or a scenario needs, that the fit says nothing of.
pub(super) fn not_fitted(census: &Census, gathered: &Gathered, groups: &[GroupFit]) -> Vec<String> {
    let mut notes = vec![
        "plans, limits and what serves messages: a trace does not tell them, so that everything is \
         admitted and answered at once"
            .to_owned(),
    ];
    if census.roster.groups.iter().map(|group| u64::from(group.count)).sum::<u64>() > 1 {
        notes.push(
            "what makes one workspace differ from another, and what happens in several at once: all of \
             a group are alike, and apart"
                .to_owned(),
        );
    }
    let mut count = |rows: u64, what: &str| {
        if rows > 0 {
            notes.push(format!("{what}: {}", several(rows, "row")));
        }
    };
    count(gathered.plans, "changes of plan (set_plan)");
    count(gathered.packages, "purchases (buy_package)");
    count(census.follows, "what follows from other rows, as later attempts and renewals do");
    for group in groups {
        for line in &group.lines {
            notes.extend(of_line(&format!("{}.{}", group.name, line.name), line));
        }
    }
    notes
}

/// One of so many messages may come in the instant of another without being worth a word.
const FEW_AT_ONCE: u64 = 100;

/// The same of a line, by its name.
fn of_line(name: &str, line: &LineFit) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(ratio) = line.differ {
        notes.push(format!(
            "{name}: how much agents differ; their numbers of messages vary {} times as \
             much as the law has it, which makes gaps look burstier than they are at any \
             one agent",
            plain(ratio)
        ));
    }
    if line.created_only {
        notes.push(format!(
            "{name}: all of its agents were created by rows; a line has one at the start, \
             which stands for the first that was created"
        ));
    } else if let Some(draft) = &line.draft {
        notes.push(format!(
            "{name}: who is created was enabled after {draft} on average; a scenario enables \
             it at once"
        ));
    }
    if let Some(law) = line.traffic.as_ref().map(|traffic| &traffic.law)
        && FEW_AT_ONCE * law.none > law.count
    {
        notes.push(format!(
            "{name}: that several messages come to an agent in one instant; of {} times between them \
             {} are none, which laws take for very short ones",
            grouped(law.count),
            grouped(law.none)
        ));
    }
    if line.to_nobody > 0 {
        notes.push(format!(
            "{name}: what was written to agents that had been deleted: {}",
            several(line.to_nobody, "message")
        ));
    }
    if line.never_enabled > 0 {
        notes.push(format!(
            "{name}: drafts that were created and never enabled: {}",
            several(line.never_enabled, "row")
        ));
    }
    if line.unpriced > 0 {
        notes.push(format!(
            "{name}: {} of {} messages say no cost, and are taken to cost what the others do",
            grouped(line.unpriced),
            grouped(line.messages)
        ));
    }
    if let Some(trend) = line.traffic.as_ref().and_then(|traffic| traffic.trend) {
        notes.push(format!(
            "{name}: that messages become {}; their rate at the end is about {} times that at \
             the start, {}",
            if trend.factor > 1.0 { "more" } else { "fewer" },
            plain(trend.factor),
            chance(trend.p)
        ));
    }
    if line.traffic.as_ref().is_some_and(|traffic| traffic.profile_unknown) {
        notes.push(format!(
            "{name}: how messages rise and fall with the hour; there are too few, or all \
             are of one agent on one day"
        ));
    }
    notes
}
