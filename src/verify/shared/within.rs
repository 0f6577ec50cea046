//! A limiter that all share, where instants are known to lie within brackets only.

use std::collections::BTreeMap;

use super::visit::{Act, Visit};
use super::{Limit, rule, unknown};
use crate::verify::found::{Found, Noted};
use crate::verify::terms::{UNLIMITED, has_queue, places, weight};
use crate::verify::verdict::Verdict;
use crate::verify::within::{Change, Envelope, Enveloped, Meeting, Stock};

/// Judges a limit by what it saw, limiter by limiter: of each plan, if it is one of plans. `is_all` says
/// whether that is all that it saw.
pub(super) fn judge(
    limit: &Limit<'_>,
    (visits, is_all): (&[Visit], bool),
    noted: &Noted,
) -> BTreeMap<Option<u16>, Found> {
    let mut found = BTreeMap::new();
    let own = |visit: &&Visit| match visit.act {
        Act::Refused(name) => name == limit.name,
        Act::MayFree => false,
        Act::Takes | Act::Passes | Act::MayTake | Act::Frees => true,
    };
    let own: Vec<&Visit> = visits.iter().filter(own).collect();
    let is_known =
        is_all && own.iter().all(|visit| limit.is_known(visit)) && !limit.throttle.count_refused;
    let mut of_owners: BTreeMap<Option<u16>, Vec<&Visit>> = BTreeMap::new();
    for visit in own {
        of_owners.entry(limit.owner(visit)).or_default().push(visit);
    }
    for (owner, visits) in of_owners {
        let found = found.entry(owner).or_insert_with(|| Found::noting(Noted::clone(noted)));
        if !is_known {
            for visit in visits.iter().filter(|visit| visit.act != Act::Frees) {
                unknown(visit, matches!(visit.act, Act::Refused(_)), found);
            }
        } else if places(limit.throttle).is_some() {
            in_flight(limit, &visits, found);
        } else {
            of_rate(limit, &visits, found);
        }
    }
    found
}

/// What it let in is at least what surely got there, and at most what may have.
fn of_rate(limit: &Limit<'_>, visits: &[&Visit], found: &mut Found) {
    let judged = |at_most: bool| {
        let counts = |visit: &&&Visit| match visit.act {
            Act::Frees | Act::MayFree => false,
            Act::MayTake => at_most,
            Act::Takes | Act::Passes | Act::Refused(_) => true,
        };
        let meetings = visits.iter().filter(counts).map(|visit| Meeting {
            at: visit.at,
            weight: weight(limit.throttle, visit.cost),
            line: visit.line,
            is_admitted: !matches!(visit.act, Act::Refused(_)),
        });
        let meetings: Vec<Meeting> = meetings.collect();
        Envelope::judge(&limit.throttle.quota, &meetings).unwrap_or_default()
    };
    let (least, most): (Enveloped, Enveloped) = (judged(false), judged(true));
    if let Some((verdict, line)) = most.exceeded {
        let surely = least.exceeded.filter(|(verdict, _)| *verdict == Verdict::Violated);
        let (verdict, line) = surely.unwrap_or((verdict.min(Verdict::Possible), line));
        found.add(rule(false), verdict, line);
    }
    for ((low, line), (high, _)) in least.refusals.into_iter().zip(most.refusals) {
        // Wrong if there was room for it at most, right if there was none at least.
        let verdict = match (low, high) {
            (_, Verdict::Violated) => Verdict::Violated,
            (Verdict::Held, _) => Verdict::Held,
            _ => Verdict::Possible,
        };
        found.add(rule(true), verdict, line);
    }
}

fn in_flight(limit: &Limit<'_>, visits: &[&Visit], found: &mut Found) {
    let room = places(limit.throttle).unwrap_or(0);
    let stock = |at_most: bool| {
        let mut inside: BTreeMap<u64, bool> = BTreeMap::new();
        for visit in visits {
            match visit.act {
                Act::Takes | Act::Passes => inside.insert(visit.line, true),
                Act::MayTake => inside.insert(visit.line, at_most),
                _ => None,
            };
        }
        let counts = |visit: &&&Visit| inside.get(&visit.line) == Some(&true);
        let changes = visits.iter().filter(counts).map(|visit| {
            let amount = if visit.act == Act::Frees { -1 } else { 1 };
            Change { at: visit.at, amount, line: visit.line }
        });
        Stock::new(&changes.collect::<Vec<Change>>())
    };
    let (least, most) = (stock(false), stock(true));
    let demand = |visit: &Visit| {
        let own = i128::from(matches!(visit.act, Act::Takes | Act::Passes));
        (least.taken(&visit.at, own).0 + 1, most.taken(&visit.at, own).1 + 1)
    };
    let mut worst = Verdict::Held;
    for visit in visits.iter().filter(|visit| matches!(visit.act, Act::Takes | Act::Passes)) {
        let verdict = Verdict::of_admission(demand(visit), (room, room));
        worst = worst.max(verdict);
        found.add(rule(false), verdict, visit.line);
    }
    // Of more than there should be, nobody knows who waits.
    let is_vague = has_queue(limit.throttle) && worst != Verdict::Held;
    let wide = if is_vague { UNLIMITED } else { room };
    for visit in visits.iter().filter(|visit| matches!(visit.act, Act::Refused(_))) {
        found.add(rule(true), Verdict::of_refusal(demand(visit), (room, wide)), visit.line);
    }
}
