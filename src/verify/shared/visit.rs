//! What the limits over everybody see of one workspace: attempts that arrive there, and that are over.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::rules::limiter::{Quota, Throttle};
use crate::units::{Credits, SimSpan, SimTime};
use crate::verify::bracket::{Bracket, Moment};
use crate::verify::event::{Answer, Deed, End, Event, Key};
use crate::verify::sort::Record;

/// Something that happened at the limits over everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Visit {
    pub(super) at: Bracket,
    /// Of what happens at one instant: by what it is, then by its row; where rows do not tell the order,
    /// by its workspace first.
    class: u8,
    rank: u64,
    row: u64,
    /// The line of the attempt's decision.
    pub(super) line: u64,
    pub(super) act: Act,
    pub(super) cost: Credits,
    /// The plan that its workspace was on, by its number among all; `None` if that is not known.
    pub(super) plan: Option<u16>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// An attempt was let in.
    Takes,
    /// It was, and over at the same instant, so that a place was free again for whoever came next.
    Passes,
    /// It was, or it never got there.
    MayTake,
    /// This limit refused it, by its number among all names.
    Refused(u16),
    /// An attempt may be over by now, at this very instant.
    MayFree,
    /// It is over.
    Frees,
}

/// How attempts of a group get to the platform.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// How long that takes, and the way back, where every instant is known.
    pub(super) delay: SimSpan,
    /// Whether they may wait at limits of their workspace first.
    pub(super) waits: bool,
}

impl Way {
    /// Whether attempts may wait at one of these limits.
    pub(super) fn has_waits(throttles: &[Throttle]) -> bool {
        throttles.iter().any(|throttle| {
            matches!(
                throttle.quota,
                Quota::LeakyBucket { .. }
                    | Quota::Concurrency { queue: 1.., .. }
                    | Quota::Custom(_)
            )
        })
    }
}

impl Visit {
    /// Whether its instant is known.
    pub(super) fn is_exact(&self) -> bool {
        self.at.from.0 == self.at.until.0
    }
}

/// Calls `visit` with all that the limits `shared` over everybody, by their numbers, see of a workspace,
/// whose place in the scenario is `rank`; `number` is that of a plan of its group among all plans.
pub(super) fn visits<E>(
    (events, rank): (&[Event], u64),
    (shared, way): (&[u16], Way),
    number: impl Fn(u16) -> u16,
    mut visit: impl FnMut(Visit) -> Result<(), E>,
) -> Result<(), E> {
    let is_exact = events.iter().all(|event| event.at.is_point());
    let mut ends = ends(events);
    let twins = twins(events);
    let changes = events.iter().filter_map(|event| match event.deed {
        Deed::SetPlan(plan) => Some((event.at.from, number(plan))),
        _ => None,
    });
    let plans = Plans { changes: changes.collect(), is_exact };
    for event in events {
        let Deed::Message(answer) = event.deed else { continue };
        let refused = |event: &Event| event.limiter.filter(|limiter| shared.contains(limiter));
        let path = Path { event, rank, way, is_exact, plans: &plans };
        match answer {
            // Of two of one name, nobody knows which came there, nor which end is whose.
            Answer::Admitted if twins.contains(&name(event)) => {
                let at = unordered(event.at.from.0, SimTime::NEVER);
                visit(Visit { rank, ..path.visit(Act::MayTake, at) })?;
            }
            Answer::Admitted => {
                let end = ends.get_mut(&name(event)).and_then(VecDeque::pop_front);
                path.admitted(end, end.and_then(refused), &mut visit)?;
            }
            Answer::Refused(_) => {
                if let Some(limiter) = refused(event) {
                    visit(path.visit(Act::Refused(limiter), event.at))?;
                }
            }
        }
    }
    Ok(())
}

/// An attempt is known by its key, its number and its agent.
fn name(event: &Event) -> (Key, u32, u32) {
    (event.key, event.attempt, event.agent)
}

/// The names of attempts that were admitted more than once.
fn twins(events: &[Event]) -> BTreeSet<(Key, u32, u32)> {
    let admitted = events.iter().filter(|it| it.deed == Deed::Message(Answer::Admitted));
    let mut once = BTreeSet::new();
    admitted.map(name).filter(|name| name.0 != Key::NONE && !once.insert(*name)).collect()
}

/// The ends of attempts, in their order.
fn ends(events: &[Event]) -> BTreeMap<(Key, u32, u32), VecDeque<&Event>> {
    let mut ends: BTreeMap<_, VecDeque<&Event>> = BTreeMap::new();
    for event in events.iter().filter(|event| matches!(event.deed, Deed::Release(_))) {
        ends.entry(name(event)).or_default().push_back(event);
    }
    ends
}

/// The way of one attempt.
struct Path<'e> {
    event: &'e Event,
    /// The place of its workspace.
    rank: u64,
    way: Way,
    is_exact: bool,
    plans: &'e Plans,
}

/// The plans of a workspace, by their numbers among all, each from a change on.
struct Plans {
    changes: Vec<(Moment, u16)>,
    is_exact: bool,
}

impl Plans {
    /// The plan that holds all the while; `None` if that is not known.
    fn within(&self, at: &Bracket) -> Option<u16> {
        if !self.is_exact {
            let [(_, plan)] = self.changes.as_slice() else { return None };
            return Some(*plan);
        }
        let begun = self.changes.partition_point(|&(since, _)| since < at.from);
        let ended = self.changes.partition_point(|&(since, _)| since <= at.until);
        // Two changes at one instant are in the order of the rows; what comes from afar is in none.
        let (_, plan) = self.changes.get(begun.checked_sub(1)?)?;
        (begun == ended).then_some(*plan)
    }
}

impl Path<'_> {
    fn admitted<E>(
        &self,
        end: Option<&Event>,
        refused: Option<u16>,
        visit: &mut impl FnMut(Visit) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { event, way, is_exact, .. } = *self;
        let over = end.map_or(SimTime::NEVER, |end| end.at.until.0);
        let row = end.map_or(0, |end| end.line);
        let end = match end.map(|end| end.deed) {
            Some(Deed::Release(end)) => Some(end),
            _ => None,
        };
        // What is decided together is decided at once, in the order of the rows.
        let is_one = !is_exact || (way.delay.is_zero() && !way.waits);
        let (mut arrived, mut freed) = (event.at, over);
        if !is_one {
            // A reply, and a refusal, takes as long back as the attempt took there.
            let there = event.at.from.0 + way.delay;
            // Whoever left before it could be there was not.
            if end == Some(End::Left) && over < there {
                return Ok(());
            }
            let back = match over {
                SimTime::NEVER => over,
                _ => SimTime::from_nanos(over.nanos().saturating_sub(way.delay.nanos())).max(there),
            };
            arrived = unordered(there, if way.waits { back } else { there });
            if way.delay.is_zero() {
                // Not before its own row, and not after that of its end.
                arrived = Bracket { from: event.at.from, until: (back, row.max(event.line)) };
            }
            freed = if end == Some(End::Left) { over } else { back };
        } else if refused.is_some() {
            arrived = Bracket::new(event.at.from.0, over, row);
        }
        let is_brief = !is_one && freed == arrived.from.0;
        let act = match (refused, end) {
            (Some(limiter), _) => Act::Refused(limiter),
            (None, Some(End::Served)) if is_brief => Act::Passes,
            (None, Some(End::Left)) if is_brief && !way.waits => Act::Passes,
            (None, Some(End::Served)) => Act::Takes,
            (None, Some(End::Left)) if !way.waits => Act::Takes,
            _ if is_one => Act::Takes,
            // Servers refused it: then it took something only if it had waited. Or nobody knows.
            _ => Act::MayTake,
        };
        let rank = if is_one { 0 } else { self.rank };
        let arrival = Visit { rank, ..self.visit(act, arrived) };
        visit(arrival)?;
        if refused.is_some() || freed == SimTime::NEVER {
            return Ok(());
        }
        if is_one {
            let at = Bracket::new(freed, freed, row);
            return visit(Visit { act: Act::Frees, at, row, ..arrival });
        }
        let at = unordered(freed, freed);
        visit(Visit { act: Act::MayFree, at, class: 0, ..arrival })?;
        visit(Visit { act: Act::Frees, at, class: 2, ..arrival })
    }

    fn visit(&self, act: Act, at: Bracket) -> Visit {
        let Event { line, cost, .. } = *self.event;
        let plan = self.plans.within(&at);
        Visit { at, class: 1, rank: 0, row: line, line, act, cost, plan }
    }
}

/// Between two instants, in any order with what else happens at them.
fn unordered(from: SimTime, until: SimTime) -> Bracket {
    Bracket { from: (from, 0), until: (until, u64::MAX) }
}

impl Record for Visit {
    /// Of visits of one attempt at one instant, what it is decides.
    type Key = (SimTime, u8, u64, u64);
    const WORDS: usize = 9;

    fn key(&self) -> Self::Key {
        (self.at.from.0, self.class, self.rank, self.row)
    }

    fn write(&self, words: &mut Vec<u64>) {
        let (act, limiter) = match self.act {
            Act::Takes => (0, 0),
            Act::MayTake => (1, 0),
            Act::Refused(limiter) => (2, limiter),
            Act::Frees => (3, 0),
            Act::MayFree => (4, 0),
            Act::Passes => (5, 0),
        };
        let plan = self.plan.map_or(0, |plan| u64::from(plan) + 1);
        let what = act | u64::from(self.class) << 4 | u64::from(limiter) << 8 | plan << 32;
        words.extend([
            self.at.from.0.nanos(),
            self.at.from.1,
            self.at.until.0.nanos(),
            self.at.until.1,
            self.rank,
            self.row,
            self.line,
            what,
            self.cost.thousandths() as u64,
        ]);
    }

    fn read(words: &[u64]) -> Option<Self> {
        let &[sent, first, answered, last, rank, row, line, what, cost] = words else {
            return None;
        };
        let act = match what & 7 {
            0 => Act::Takes,
            1 => Act::MayTake,
            2 => Act::Refused((what >> 8) as u16),
            3 => Act::Frees,
            4 => Act::MayFree,
            5 => Act::Passes,
            _ => return None,
        };
        let moment = |at: u64, rank: u64| (SimTime::from_nanos(at), rank);
        Some(Self {
            at: Bracket { from: moment(sent, first), until: moment(answered, last) },
            class: (what >> 4) as u8 & 3,
            rank,
            row,
            line,
            act,
            cost: Credits::from_thousandths(cost as i64),
            plan: (what >> 32).checked_sub(1).map(|plan| plan as u16),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_come_back_as_they_were() {
        let (now, then) = (SimTime::from_nanos(5), SimTime::from_nanos(9));
        let acts = [Act::Takes, Act::MayTake, Act::Refused(700), Act::Frees];
        for (place, act) in acts.into_iter().chain([Act::MayFree, Act::Passes]).enumerate() {
            for at in [Bracket::new(now, now, 3), unordered(now, now), unordered(now, then)] {
                let visit = Visit {
                    at,
                    class: place as u8 % 3,
                    rank: 1 << 40,
                    row: 3,
                    line: 2,
                    act,
                    cost: Credits::whole(-7),
                    plan: (place > 1).then_some(u16::MAX),
                };
                let mut words = Vec::new();
                visit.write(&mut words);
                assert_eq!(words.len(), Visit::WORDS);
                assert_eq!(Visit::read(&words), Some(visit));
            }
        }
    }
}
