//! Customers who would try again or lose patience where they never can.

use super::super::discipline::Discipline;
use super::super::model::{Group, Scenario};
use super::super::occurs::{can_be_away, can_occur, whoever_can_be_away};
use super::bounds::never_tries;
use crate::rules::Reason;
use crate::workload::{Action, AgentLine};

/// Appends what is to be said about the customers of a group.
pub(super) fn customers(scenario: &Scenario, group: &Group, warnings: &mut Vec<String>) {
    let mut say = |line: &AgentLine, what: &str| {
        warnings.push(format!("`{}` in `{}` has {what}", line.name, group.name));
    };
    for line in group.lines.iter().filter(|line| group.is_written_to(line)) {
        let occurs = |reason: &Reason| match reason {
            Reason::AgentNotActive => {
                (group.is_addressed(line) && can_be_away(scenario, group, line))
                    || whoever_can_be_away(scenario, group, line)
            }
            other => can_occur(scenario, group, *other),
        };
        if let Some(why) = line.retry.as_ref().and_then(never_tries) {
            say(line, &format!("a `retry` by which nobody tries again: {why}"));
        }
        let tries = line.retry.as_ref().filter(|retry| never_tries(retry).is_none());
        let can_try = tries.is_some_and(|retry| retry.reasons.iter().any(occurs));
        if tries.is_some() && !can_try {
            say(line, "a `retry` that nobody needs: none of its `reasons` can occur");
        }
        if line.patience.is_some() && !can_try && !can_queue(scenario, group) {
            say(line, "a `patience` that nobody loses: no message waits for a server or a retry");
        }
    }
}

/// Whether attempts can wait for a server.
pub(super) fn can_queue(scenario: &Scenario, group: &Group) -> bool {
    scenario.backend.as_ref().is_some_and(|backend| {
        let limited = backend.servers.is_some() || !backend.changes.is_empty();
        let may_change =
            group.timeline.iter().any(|it| matches!(it.action, Action::Servers(Some(_))));
        let waits = backend.discipline != Discipline::ProcessorSharing;
        (limited || may_change) && waits && backend.queue_limit != Some(0)
    })
}
