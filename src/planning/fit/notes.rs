//! What is not fitted, in sentences.

use super::gather::Gathered;
use super::line::GroupFit;
use super::spell::{grouped, plain, several};
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
            "what makes one workspace differ from another: all of a group are alike".to_owned(),
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
            let name = format!("{}.{}", group.name, line.name);
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
                     which stays a draft unless it is enabled"
                ));
            }
            if line.unpriced > 0 {
                notes.push(format!(
                    "{name}: {} of {} messages say no cost, and are taken to cost what the others do",
                    grouped(line.unpriced),
                    grouped(line.messages)
                ));
            }
            if line.traffic.as_ref().is_some_and(|traffic| traffic.profile_unknown) {
                notes.push(format!(
                    "{name}: how messages rise and fall with the hour; there are too few, or all \
                     are of one agent on one day"
                ));
            }
        }
    }
    notes
}
