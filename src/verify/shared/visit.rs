//! What the limits over everybody see of one workspace: attempts that arrive there, and that are over.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read, Write};

use extsort::Sortable;

use crate::rules::limiter::{Quota, Throttle};
use crate::units::{Credits, SimSpan, SimTime};
use crate::verify::event::{Answer, Deed, End, Event, Key};

/// Something that happened at the limits over everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Visit {
    /// Between which instants.
    pub(super) from: SimTime,
    pub(super) until: SimTime,
    /// The order of what happens at one instant: what frees first, then by the line of the attempt; what
    /// frees at the instant at which it took goes behind that.
    order: (bool, u64, bool),
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
    /// It was, or it never got there.
    MayTake,
    /// This limit refused it, by its number among all names.
    Refused(u16),
    /// An attempt is over.
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
            matches!(throttle.quota, Quota::LeakyBucket { .. } | Quota::Concurrency { queue: 1.., .. } | Quota::Custom(_))
        })
    }
}

impl Visit {
    /// By what visits are sorted.
    pub(super) fn key(&self) -> (SimTime, (bool, u64, bool)) {
        (self.from, self.order)
    }

    pub(super) fn is_point(&self) -> bool {
        self.from == self.until
    }
}

/// Calls `visit` with all that the limits `shared` over everybody, by their numbers, see of a workspace;
/// `number` is that of a plan of its group among all plans.
pub(super) fn visits<E>(
    events: &[Event],
    (shared, way): (&[u16], Way),
    number: impl Fn(u16) -> u16,
    mut visit: impl FnMut(Visit) -> Result<(), E>,
) -> Result<(), E> {
    let is_exact = events.iter().all(|event| event.at.is_point());
    let mut ends = ends(events);
    let mut plans: Vec<u16> = Vec::new();
    let is_change = |event: &&Event| matches!(event.deed, Deed::SetPlan(_));
    let is_known = is_exact || events.iter().filter(is_change).count() == 1;
    for event in events {
        if let Deed::SetPlan(plan) = event.deed {
            plans.push(plan);
        }
        let Deed::Message(answer) = event.deed else { continue };
        let refused = |event: &Event| event.limiter.filter(|limiter| shared.contains(limiter));
        let plan = plans.last().filter(|_| is_known).map(|&plan| number(plan));
        let path = Path { event, way, is_exact, plan };
        match answer {
            Answer::Admitted => {
                let end = ends.get_mut(&name(event)).and_then(VecDeque::pop_front);
                path.admitted(end, end.and_then(refused), &mut visit)?;
            }
            Answer::Refused(_) => {
                if let Some(limiter) = refused(event) {
                    visit(path.visit(Act::Refused(limiter), (event.at.from.0, event.at.until.0)))?;
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
    way: Way,
    is_exact: bool,
    plan: Option<u16>,
}

impl Path<'_> {
    fn admitted<E>(
        &self,
        end: Option<&Event>,
        refused: Option<u16>,
        visit: &mut impl FnMut(Visit) -> Result<(), E>,
    ) -> Result<(), E> {
        let over = end.map_or(SimTime::NEVER, |end| end.at.until.0);
        let Self { way, is_exact, .. } = *self;
        let end = match end.map(|end| end.deed) {
            Some(Deed::Release(end)) => Some(end),
            _ => None,
        };
        let (mut arrived, mut freed) = ((self.event.at.from.0, self.event.at.until.0), over);
        if is_exact {
            // A reply, and a refusal, takes as long back as the attempt took there.
            let there = arrived.0 + way.delay;
            let back = match over {
                SimTime::NEVER => over,
                _ => SimTime::from_nanos(over.nanos().saturating_sub(way.delay.nanos())).max(there),
            };
            arrived = (there, if way.waits { back } else { there });
            freed = if end == Some(End::Left) { over } else { back };
        } else if refused.is_some() {
            arrived.1 = over;
        }
        // What is decided together is decided at once; what is further on perhaps never got there.
        let is_one = !is_exact || (way.delay.is_zero() && !way.waits);
        let act = match (refused, end) {
            (Some(limiter), _) => Act::Refused(limiter),
            (None, Some(End::Served)) => Act::Takes,
            (None, Some(End::Left)) if !way.waits => Act::Takes,
            _ if is_one => Act::Takes,
            // Servers refused it: then it took something only if it had waited.
            _ => Act::MayTake,
        };
        visit(self.visit(act, arrived))?;
        if refused.is_none() && freed != SimTime::NEVER {
            let mut visited = self.visit(Act::Frees, (freed, freed));
            // What ends as it begins gives back what it took.
            visited.order = (freed == arrived.0, self.event.line, true);
            visit(visited)?;
        }
        Ok(())
    }

    fn visit(&self, act: Act, (from, until): (SimTime, SimTime)) -> Visit {
        let Event { line, cost, .. } = *self.event;
        Visit { from, until, order: (true, line, false), line, act, cost, plan: self.plan }
    }
}

/// A visit in words of 64 bits.
const WORDS: usize = 6;

impl Sortable for Visit {
    fn encode<W: Write>(&self, to: &mut W) -> io::Result<()> {
        let (act, limiter) = match self.act {
            Act::Takes => (0, 0),
            Act::MayTake => (1, 0),
            Act::Refused(limiter) => (2, limiter),
            Act::Frees => (3, 0),
        };
        let plan = self.plan.map_or(0, |plan| u64::from(plan) + 1);
        let what = act
            | u64::from(self.order.0) << 4
            | u64::from(self.order.2) << 5
            | u64::from(limiter) << 8
            | plan << 32;
        let words: [u64; WORDS] = [
            self.from.nanos(),
            self.until.nanos(),
            self.order.1,
            self.line,
            what,
            self.cost.thousandths() as u64,
        ];
        words.iter().try_for_each(|word| to.write_all(&word.to_le_bytes()))
    }

    fn decode<R: Read>(from: &mut R) -> io::Result<Self> {
        let mut words = [0; WORDS];
        for word in &mut words {
            let mut bytes = [0; 8];
            from.read_exact(&mut bytes)?;
            *word = u64::from_le_bytes(bytes);
        }
        let [sent, answered, place, line, what, cost] = words;
        let act = match what & 3 {
            0 => Act::Takes,
            1 => Act::MayTake,
            2 => Act::Refused((what >> 8) as u16),
            _ => Act::Frees,
        };
        Ok(Self {
            from: SimTime::from_nanos(sent),
            until: SimTime::from_nanos(answered),
            order: (what & 16 != 0, place, what & 32 != 0),
            line,
            act,
            cost: Credits::from_thousandths(cost as i64),
            plan: (what >> 32).checked_sub(1).map(|plan| plan as u16),
        })
    }
}
