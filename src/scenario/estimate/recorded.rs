//! Messages that traces have: they are counted, not expected.

use super::super::model::Group;
use super::pools::credits_per_message;
use crate::log::LineSurvey;

/// Recorded messages to each line of a workspace over the duration, on average over workspaces.
pub(super) fn messages(group: &Group) -> Vec<f64> {
    let of = |line| group.recorded_to(line).messages as f64 / f64::from(group.count);
    group.lines.iter().map(of).collect()
}

/// The same to agents that belong to no line.
pub(super) fn messages_to_strangers(group: &Group) -> f64 {
    strangers(group).messages as f64 / f64::from(group.count)
}

/// What the recorded messages to each line of a workspace cost over the duration \[credits\].
pub(super) fn credits(group: &Group) -> Vec<f64> {
    let cost = |line| cost(group.recorded_to(line), credits_per_message(line));
    group.lines.iter().map(|line| cost(line) / f64::from(group.count)).collect()
}

/// The same of those to agents that belong to no line, which cost one credit each unless they say
/// something else.
pub(super) fn credits_to_strangers(group: &Group) -> f64 {
    cost(strangers(group), 1.0) / f64::from(group.count)
}

fn strangers(group: &Group) -> LineSurvey {
    group.recorded.as_ref().map_or_else(LineSurvey::default, |recorded| recorded.strangers)
}

/// What messages cost together, if those that do not say it cost `each` \[credits\].
fn cost(messages: LineSurvey, each: f64) -> f64 {
    let drawn = (messages.messages - messages.priced) as f64;
    // A mean may be infinite, and none of it is nothing.
    let drawn = if drawn > 0.0 { drawn * each } else { 0.0 };
    messages.cost as f64 / 1e3 + drawn
}
