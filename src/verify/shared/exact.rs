//! A limiter that all share, visit by visit, where every instant is known.

use std::collections::{BTreeMap, VecDeque};

use super::visit::{Act, Visit};
use super::{Limit, MOST_SEEN, Seen, rule, unknown};
use crate::rules::limiter::{Quota, WindowStart};
use crate::units::SimTime;
use crate::verify::found::Found;
use crate::verify::gauge::Gauge;
use crate::verify::terms::{has_queue, places, weight};
use crate::verify::verdict::Verdict;

/// A limiter that has counted all that was let in: at least, and at most, since it is not told of every
/// attempt whether it got there.
pub(super) struct Hearing<'s> {
    limit: Limit<'s>,
    state: State,
    /// Whether what it counts at least and at most is not known any more.
    is_vague: bool,
    /// The lines of attempts that it saw, the latest ones, until a rule was violated.
    seen: VecDeque<u64>,
    pub(super) found: Found,
    pub(super) cases: Vec<Seen>,
}

enum State {
    Rate { least: Gauge, most: Gauge },
    Places { taken: (i128, i128), inside: BTreeMap<u64, (i128, i128)> },
}

impl<'s> Hearing<'s> {
    pub(super) fn new(limit: Limit<'s>, found: Found) -> Self {
        let state = match Gauge::new(&limit.throttle.quota, SimTime::ZERO) {
            Some(gauge) => State::Rate { least: gauge.clone(), most: gauge },
            None => State::Places { taken: (0, 0), inside: BTreeMap::new() },
        };
        Self { limit, state, is_vague: false, seen: VecDeque::new(), found, cases: Vec::new() }
    }

    /// Takes up a visit, and notes what was seen where a rule is violated for the first time. `is_vague`
    /// says that others, of which it is not known where they went, may have taken something.
    pub(super) fn see(&mut self, visit: &Visit, is_vague: bool) {
        if !matches!(visit.act, Act::Frees | Act::MayFree) {
            self.seen.push_back(visit.line);
            if self.seen.len() > MOST_SEEN {
                self.seen.pop_front();
            }
        }
        self.judge(visit, is_vague);
        for rule in [rule(false), rule(true)] {
            let is_first = self.cases.iter().all(|seen| seen.rule != rule);
            let judgement = self.found.of(rule);
            if is_first && judgement.is_some_and(|it| it.verdict == Verdict::Violated) {
                let lines = self.seen.iter().copied().collect();
                self.cases.push(Seen { rule, lines, until: visit.at.until.0 });
            }
        }
    }

    fn judge(&mut self, visit: &Visit, is_vague: bool) {
        let is_refused = match visit.act {
            Act::Frees | Act::MayFree => {
                self.free(visit);
                return;
            }
            Act::Refused(name) if name != self.limit.name => return,
            Act::Refused(_) => true,
            Act::Takes | Act::Passes | Act::MayTake => false,
        };
        self.is_vague |= is_vague;
        let Some((demand, room)) = self.demand(visit) else {
            // What weighs nothing always passes.
            if is_refused {
                self.found.add(rule(true), Verdict::Violated, visit.line);
            }
            return;
        };
        if self.is_vague {
            unknown(visit, is_refused, &mut self.found);
            return;
        }
        if is_refused {
            self.found.add(rule(true), Verdict::of_refusal(demand, (room, room)), visit.line);
            self.refused(visit);
            return;
        }
        let verdict = Verdict::of_admission(demand, (room, room));
        let got_there = visit.act != Act::MayTake;
        if got_there {
            self.found.add(rule(false), verdict, visit.line);
        } else {
            // Where windows begin with the first attempt, less may be worse.
            self.is_vague |= begins_anywhere(&self.limit.throttle.quota);
        }
        // Of more than there should be, nobody knows who waits.
        self.is_vague |= verdict != Verdict::Held && has_queue(self.limit.throttle);
        self.take(visit, got_there);
    }

    /// What stands in the way of an attempt, itself included, and how much there may be; `None` if it
    /// weighs nothing.
    fn demand(&mut self, visit: &Visit) -> Option<((i128, i128), i128)> {
        let throttle = self.limit.throttle;
        match &mut self.state {
            State::Places { taken, .. } => {
                Some(((taken.0 + 1, taken.1 + 1), places(throttle).unwrap_or(0)))
            }
            State::Rate { least, most } => {
                let weight = weight(throttle, visit.cost);
                if weight == 0 {
                    return None;
                }
                let least = least.read(&throttle.quota, visit.at.from.0, weight);
                let most = most.read(&throttle.quota, visit.at.from.0, weight);
                Some(((least.least, most.most), least.room))
            }
        }
    }

    fn take(&mut self, visit: &Visit, surely: bool) {
        let throttle = self.limit.throttle;
        match &mut self.state {
            State::Places { taken, inside } => {
                let own = (i128::from(surely && visit.act != Act::Passes), 1);
                *taken = (taken.0 + own.0, taken.1 + own.1);
                inside.insert(visit.line, own);
            }
            State::Rate { least, most } => {
                let weight = weight(throttle, visit.cost);
                if surely {
                    least.count(&throttle.quota, visit.at.from.0, weight);
                }
                most.count(&throttle.quota, visit.at.from.0, weight);
            }
        }
    }

    fn refused(&mut self, visit: &Visit) {
        let throttle = self.limit.throttle;
        let State::Rate { least, most } = &mut self.state else { return };
        if throttle.count_refused {
            let weight = weight(throttle, visit.cost);
            for gauge in [least, most] {
                gauge.count_refused(&throttle.quota, visit.at.from.0, weight);
            }
        }
    }

    /// An attempt is over, or may be: its place is free if it had one.
    fn free(&mut self, visit: &Visit) {
        let State::Places { taken, inside } = &mut self.state else { return };
        if visit.act == Act::Frees {
            let own = inside.remove(&visit.line).unwrap_or_default();
            *taken = (taken.0 - own.0, taken.1 - own.1);
        } else if let Some(own) = inside.get_mut(&visit.line) {
            taken.0 -= std::mem::take(&mut own.0);
        }
    }
}

fn begins_anywhere(quota: &Quota) -> bool {
    matches!(quota, Quota::FixedWindow { start: WindowStart::FirstAttempt, .. })
}
