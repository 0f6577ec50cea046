//! `retry_after` within brackets: a message that tries again, while nobody else can have taken anything.

use crate::rules::Reason;
use crate::units::Credits;
use crate::verify::bracket::Moment;
use crate::verify::event::{Answer, Deed, Event, Key};
use crate::verify::found::Found;
use crate::verify::rule::Rule;
use crate::verify::terms::GroupTerms;
use crate::verify::verdict::Verdict;

/// Judges two tries of one message, the second of which comes when the first was told to come.
pub(super) fn judge(events: &[Event], terms: &GroupTerms<'_>, found: &mut Found) {
    let mut tries: Vec<&Event> =
        events.iter().filter(|it| is_refusal(it) && it.key != Key::NONE).collect();
    tries.sort_by_key(|event| (event.key, event.line));
    let takes = Takes::new(events);
    for pair in tries.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        let Some(after) = first.retry_after.filter(|_| first.key == second.key) else { continue };
        let is_judged = first.deed == second.deed
            && first.limiter == second.limiter
            && first.agent == second.agent
            && second.cost <= first.cost
            && !counts_refused(first, terms);
        if !is_judged {
            continue;
        }
        found.applies(Rule::RetryAfterKept);
        if second.at.from.0 >= first.at.until.0 + after && takes.none_between(first, second) {
            found.add(Rule::RetryAfterKept, Verdict::Violated, second.line);
        }
    }
}

fn is_refusal(event: &Event) -> bool {
    let Deed::Message(Answer::Refused(reason)) = event.deed else { return false };
    matches!(reason, Reason::RateLimited | Reason::CreditsExhausted)
}

/// Whether what the limit that refused says depends on who else is refused, or on other workspaces.
fn counts_refused(event: &Event, terms: &GroupTerms<'_>) -> bool {
    let Some(name) = event.limiter else { return false };
    let mut own = terms.plans.iter().flat_map(|plan| &plan.limits).filter(|it| it.name == name);
    let is_there = terms.limiters.contains(&name);
    !is_there || own.any(|limit| limit.throttle.count_refused)
}

/// When something was taken, or changed otherwise.
struct Takes {
    from: Vec<Moment>,
    until: Vec<Moment>,
}

impl Takes {
    fn new(events: &[Event]) -> Self {
        let takes = |event: &&Event| {
            let changes = matches!(
                event.deed,
                Deed::Message(Answer::Admitted) | Deed::SetPlan(_) | Deed::EndTrial | Deed::Expire
            );
            changes || event.charged > Credits::ZERO || event.hold > Credits::ZERO
        };
        let takes: Vec<&Event> = events.iter().filter(takes).collect();
        let mut from: Vec<Moment> = takes.iter().map(|event| event.at.from).collect();
        let mut until: Vec<Moment> = takes.iter().map(|event| event.at.until).collect();
        from.sort_unstable();
        until.sort_unstable();
        Self { from, until }
    }

    /// Whether all of them surely came before the first, or after the second.
    fn none_between(&self, first: &Event, second: &Event) -> bool {
        let before = self.until.partition_point(|&it| it < first.at.from);
        let not_after = self.from.partition_point(|&it| it <= second.at.until);
        before == not_after
    }
}
