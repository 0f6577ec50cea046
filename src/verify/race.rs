//! How a pool was oversold, in a few rows: what there was, who drew on it, and who went beyond it.

use std::collections::BTreeSet;

use super::event::{Deed, Event};
use super::shrink::is_standing;
use crate::units::Credits;

/// So many movements of credits are shown before the one that went too far, if so many show that it could
/// have been paid before.
const MOST_BEFORE: usize = 5;

/// So many are shown at most.
const MOST_LOOKED_AT: usize = 10;

/// The events that lead to the last one, which oversells the pool, and the lines of those that tell how:
/// the last grant, with what was left of it, and what was drawn on that. `None` where a log does not tell
/// balances.
pub(super) fn race(events: &[Event]) -> Option<(Vec<Event>, BTreeSet<u64>)> {
    let (last, before) = events.split_last()?;
    let begin = begin(before, last)?;
    let first = before.get(begin)?;
    let opening = Credits::from_thousandths(
        i64::try_from(first.balance?.wide() + first.drawn()).ok().filter(|it| *it >= 0)?,
    );
    let grant = before[..begin].iter().rposition(is_grant);
    let rest = before[..begin].iter().enumerate().filter_map(|(place, event)| {
        if Some(place) == grant && opening > Credits::ZERO {
            // What was left of it then.
            let charged = Credits::ZERO - opening;
            Some(Event { charged, overage: Credits::ZERO, balance: Some(opening), ..*event })
        } else {
            is_standing(event).then_some(Event { balance: None, ..*event })
        }
    });
    let told = before[begin..].iter().filter(|it| moves(it)).chain([last]);
    let mut kept: BTreeSet<u64> = told.map(|event| event.line).collect();
    kept.extend(grant.map(|place| before[place].line));
    let rest = rest.chain(events[begin..].iter().copied());
    Some((rest.collect(), kept))
}

/// Where it begins to be told: with the last grant, if that is not long before; and else before some of
/// what was drawn, at the last time when the pool could have paid what oversold it.
fn begin(before: &[Event], last: &Event) -> Option<usize> {
    let mut begin = None;
    let mut could_pay = false;
    let moving = before.iter().enumerate().rev().filter(|(_, event)| moves(event));
    for (count, (place, event)) in moving.take(MOST_LOOKED_AT).enumerate() {
        if count >= MOST_BEFORE && could_pay {
            break;
        }
        begin = Some(place);
        could_pay |= event.balance.is_some_and(|balance| balance >= last.charged);
        if is_grant(event) {
            break;
        }
    }
    begin
}

/// Whether it changes what is in the pool, or goes beyond that.
fn moves(event: &Event) -> bool {
    event.charged != Credits::ZERO || event.overage != Credits::ZERO
}

/// Whether credits came in by themselves or by a package.
pub(super) fn is_grant(event: &Event) -> bool {
    matches!(event.deed, Deed::Renew { .. } | Deed::BuyPackage) && event.drawn() < 0
}
