//! What has one idempotency key: it is charged once, and what is held for it ends.

use super::event::{Deed, Event, Key};
use super::found::Found;
use super::rule::Rule;
use super::verdict::Verdict;
use crate::units::{Credits, SimSpan};

/// Judges what is charged and held for each key. `hold_ttl` is how long a hold may last.
pub(super) fn judge(events: &[Event], hold_ttl: Option<SimSpan>, found: &mut Found) {
    let of_attempts = events
        .iter()
        .filter(|event| matches!(event.deed, Deed::Message(_) | Deed::Release(_) | Deed::Settle));
    for key in by_key(of_attempts, |event| event.charged) {
        charged_once(&key, found);
    }
    for key in by_key(events.iter(), |event| event.hold) {
        hold_ends(&key, (events, hold_ttl), found);
    }
}

/// The events in which an amount moves, key by key, in their order.
fn by_key<'e>(
    events: impl Iterator<Item = &'e Event>,
    amount: impl Fn(&Event) -> Credits,
) -> Vec<Vec<&'e Event>> {
    let moved = events.filter(|event| event.key != Key::NONE && amount(event) != Credits::ZERO);
    let mut moved: Vec<&Event> = moved.collect();
    moved.sort_by_key(|event| event.key);
    moved.chunk_by(|one, other| one.key == other.key).map(<[&Event]>::to_vec).collect()
}

/// Two charges of which none was given back are one too many, whatever the order.
fn charged_once(events: &[&Event], found: &mut Found) {
    found.applies(Rule::ChargedOnce);
    let is_charge = |event: &&&Event| event.charged > Credits::ZERO;
    let charges: Vec<&&Event> = events.iter().filter(is_charge).collect();
    let back = events.len() - charges.len();
    for event in charges.iter().skip(1 + back) {
        found.add(Rule::ChargedOnce, Verdict::Violated, event.line);
    }
}

/// A hold is as long as what was set aside is more than what was ended. What sums to less than nothing
/// was ended twice.
fn hold_ends(events: &[&Event], (all, ttl): (&[Event], Option<SimSpan>), found: &mut Found) {
    found.applies(Rule::HoldsEnd);
    let mut held = 0;
    let mut begun = events[0];
    for event in events {
        let before = held;
        held += event.hold.wide();
        if before <= 0 && held > 0 {
            begun = event;
        } else if before > 0
            && held <= 0
            && let Some(ttl) = ttl
        {
            let (least, most) = lasted(begun, event);
            found.add(Rule::HoldsEnd, within(ttl, least, most), event.line);
        }
    }
    if held < 0 {
        let last = events[events.len() - 1];
        found.add(Rule::HoldsEnd, Verdict::Violated, last.line);
    }
    // Whether a hold that is open at the end is too old is known only where it may grow old.
    if held > 0
        && let Some(last) = all.iter().max_by_key(|event| event.at.from)
    {
        let verdict = ttl.map_or(Verdict::Possible, |ttl| {
            let (least, most) = lasted(begun, last);
            within(ttl, least, most)
        });
        found.add(Rule::HoldsEnd, verdict, begun.line);
    }
}

/// How much time was between two events, at least and at most.
fn lasted(begun: &Event, ended: &Event) -> (SimSpan, SimSpan) {
    let (from, until) = (ended.at.from.0, ended.at.until.0);
    let least = from.max(begun.at.until.0) - begun.at.until.0;
    (least, until.max(begun.at.from.0) - begun.at.from.0)
}

fn within(ttl: SimSpan, least: SimSpan, most: SimSpan) -> Verdict {
    if least > ttl {
        Verdict::Violated
    } else if most <= ttl {
        Verdict::Held
    } else {
        Verdict::Possible
    }
}
