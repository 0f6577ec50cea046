//! The calendar: future events in order of time.

mod far;

use self::far::Far;
use crate::units::SimTime;

/// What an event does to resources. At one instant what frees goes before what takes, so that a
/// slot, a place or a credit that is freed can be taken at the same instant. Pools do in this order:
/// expire, renew, change with the plan, buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A completion, a disable, a deletion.
    Frees,
    /// A customer who loses patience: whoever has a place by then is past that.
    Leaves,
    /// The end of a package.
    Expires,
    /// A renewal, of the plan's credits or of a package.
    Renews,
    /// A change of plan.
    Changes,
    /// A purchase.
    Buys,
    /// The end of a trial, unless the workspace subscribed at that instant.
    Ends,
    /// What was asked for before, and could not be decided.
    Returns,
    /// An enable, an arrival, a turn.
    Takes,
}

impl Class {
    const ALL: [Self; 9] = [
        Self::Frees,
        Self::Leaves,
        Self::Expires,
        Self::Renews,
        Self::Changes,
        Self::Buys,
        Self::Ends,
        Self::Returns,
        Self::Takes,
    ];
}

/// What identifies a scheduled event, so that one that was scheduled can be known to be outdated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(u64);

impl Ticket {
    /// That of no event.
    pub const NONE: Self = Self(u64::MAX);
    /// That of an event which lies beyond the end and was not scheduled.
    pub const BEYOND: Self = Self(u64::MAX - 1);
}

/// So many are held in the heap; of more, those that are far off are in buckets.
const MANY: usize = if cfg!(test) { 16 } else { 8_192 };

/// Events, ordered by time, then by [`Class`], then by order of scheduling: a 4-ary heap, and where
/// there are many of them, buckets of those that are far off.
///
/// A popped event leaves a hole at the top, which the next scheduled event fills: most events
/// schedule their successor, so most pairs of pop and schedule cost one walk down, not two.
#[derive(Debug, Clone)]
pub struct Calendar<E> {
    /// Children of `i` are `4 i + 1` to `4 i + 4`; no child precedes its parent.
    heap: Vec<Entry<E>>,
    /// Whether the top was popped and not yet replaced.
    hole: bool,
    /// Events scheduled so far.
    scheduled: u64,
    /// The events of the bucket that was reached last, the next one last; the heap holds what was
    /// scheduled among them since.
    near: Vec<Entry<E>>,
    /// Whether there were many, and some may be near or far.
    is_spread: bool,
    /// From here on what is scheduled is far off.
    horizon: SimTime,
    far: Far<E>,
}

#[derive(Debug, Clone, Copy)]
struct Entry<E> {
    time: SimTime,
    /// The class in the highest bits, the number of the event below.
    order: u64,
    event: E,
}

impl<E> Entry<E> {
    /// The time and the order as one number, since that is compared without a branch.
    #[inline(always)]
    const fn key(&self) -> u128 {
        ((self.time.nanos() as u128) << 64) | self.order as u128
    }
}

const CLASS_SHIFT: u32 = 60;
const ARITY: usize = 4;

impl<E: Copy> Default for Calendar<E> {
    fn default() -> Self {
        Self {
            heap: Vec::new(),
            hole: false,
            scheduled: 0,
            near: Vec::new(),
            is_spread: false,
            horizon: SimTime::NEVER,
            far: Far::default(),
        }
    }
}

impl<E: Copy> Calendar<E> {
    /// Forgets all events; the memory stays.
    pub fn clear(&mut self) {
        self.heap.clear();
        self.hole = false;
        self.scheduled = 0;
        if self.is_spread {
            self.near.clear();
            self.far.clear();
            self.gather();
        }
    }

    /// How many events are ahead.
    pub fn len(&self) -> usize {
        self.heap.len() - usize::from(self.hole) + self.near.len() + self.far.len()
    }

    /// Whether nothing is ahead.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts an event on the calendar.
    #[inline(always)]
    pub fn schedule(&mut self, time: SimTime, class: Class, event: E) -> Ticket {
        let order = ((class as u64) << CLASS_SHIFT) | self.scheduled;
        self.scheduled += 1;
        // Put together in each way by itself, so that the shortest need not write it twice.
        let entry = || Entry { time, order, event };
        if time >= self.horizon && self.is_spread {
            self.far.push(entry());
        } else if self.hole {
            self.hole = false;
            if let [only] = self.heap.as_mut_slice() {
                *only = entry();
            } else {
                self.sink(entry());
            }
        } else {
            self.heap.push(entry());
            self.rise(self.heap.len() - 1);
            if self.heap.len() > MANY {
                self.spread();
            }
        }
        Ticket(order)
    }

    /// Takes the next event off the calendar, with its time and its ticket.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<(SimTime, Ticket, E)> {
        self.settle();
        if self.is_spread && self.is_near_next() {
            return self.near.pop().map(|next| (next.time, Ticket(next.order), next.event));
        }
        let top = self.heap.first()?;
        self.hole = true;
        Some((top.time, Ticket(top.order), top.event))
    }

    /// The time and the class of the next event.
    pub fn peek(&mut self) -> Option<(SimTime, Class)> {
        self.settle();
        let next = if self.is_spread && self.is_near_next() {
            self.near.last()?
        } else {
            self.heap.first()?
        };
        Some((next.time, Class::ALL[(next.order >> CLASS_SHIFT) as usize]))
    }

    /// Spreads all events over buckets that suit them.
    #[cold]
    fn spread(&mut self) {
        let all = self.heap.drain(..).chain(self.near.drain(..));
        self.far.add(all);
        self.is_spread = true;
        self.horizon = self.far.take_next(&mut self.near);
    }

    /// Goes back to the heap alone, since nothing is near or far any more.
    fn gather(&mut self) {
        (self.is_spread, self.horizon) = (false, SimTime::NEVER);
    }

    /// Whether the next event is near rather than in the heap. Opens the next bucket if neither has any.
    #[inline(never)]
    fn is_near_next(&mut self) -> bool {
        if self.near.is_empty() && self.heap.is_empty() {
            if self.far.len() == 0 {
                self.gather();
                return false;
            }
            self.horizon = self.far.take_next(&mut self.near);
        }
        match (self.near.last(), self.heap.first()) {
            (Some(near), Some(top)) => near.key() < top.key(),
            (near, _) => near.is_some(),
        }
    }

    /// Closes the hole that a pop left and no schedule filled.
    #[inline(always)]
    fn settle(&mut self) {
        if self.hole {
            self.hole = false;
            // The heap is not empty: the popped entry is still in it.
            let last = self.heap.pop();
            if let Some(last) = last.filter(|_| !self.heap.is_empty()) {
                self.sink(last);
            }
        }
    }

    /// Puts `entry` at the top and walks it down.
    #[inline(never)]
    fn sink(&mut self, entry: Entry<E>) {
        let key = entry.key();
        let length = self.heap.len();
        let mut place = 0;
        loop {
            let first = ARITY * place + 1;
            if first >= length {
                break;
            }
            let children = &self.heap[first..length.min(first + ARITY)];
            let (mut least, mut least_key) = (0, children[0].key());
            for (child, candidate) in children.iter().enumerate().skip(1) {
                let candidate = candidate.key();
                let is_less = candidate < least_key;
                least = if is_less { child } else { least };
                least_key = if is_less { candidate } else { least_key };
            }
            if least_key > key {
                break;
            }
            self.heap[place] = self.heap[first + least];
            place = first + least;
        }
        self.heap[place] = entry;
    }

    /// Walks the entry at `place` up.
    #[inline(never)]
    fn rise(&mut self, mut place: usize) {
        let entry = self.heap[place];
        while place > 0 {
            let parent = (place - 1) / ARITY;
            if self.heap[parent].key() < entry.key() {
                break;
            }
            self.heap[place] = self.heap[parent];
            place = parent;
        }
        self.heap[place] = entry;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn events_come_by_time_then_class_then_order_of_scheduling(
            steps in prop::collection::vec((0..20_u64, 0..7_usize, 0..3_u8), 1..300),
        ) {
            let mut calendar = Calendar::default();
            let mut reference: Vec<(SimTime, Class, usize)> = Vec::new();
            let mut now = SimTime::ZERO;
            for (number, &(delay, class, pops)) in steps.iter().enumerate() {
                let class = Class::ALL[class];
                let time = SimTime::from_nanos(now.nanos() + delay);
                calendar.schedule(time, class, number);
                reference.push((time, class, number));
                for _ in 0..pops {
                    reference.sort_unstable();
                    prop_assert_eq!(calendar.len(), reference.len());
                    let expected = (!reference.is_empty()).then(|| reference.remove(0));
                    prop_assert_eq!(calendar.peek(), expected.map(|(time, class, _)| (time, class)));
                    let popped = calendar.pop().map(|(time, _, number)| (time, number));
                    prop_assert_eq!(popped, expected.map(|(time, _, number)| (time, number)));
                    now = popped.map_or(now, |(time, _)| time);
                }
            }
            reference.sort_unstable();
            for (time, _, number) in reference {
                let popped = calendar.pop().map(|(time, _, number)| (time, number));
                prop_assert_eq!(popped, Some((time, number)));
            }
            prop_assert!(calendar.pop().is_none());
        }
    }
}
