//! Two calendars: a heap of arity four, and a wheel of buckets that are sorted when they are reached.

/// Something that is due at a time [ns].
#[derive(Debug, Clone, Copy)]
pub(super) struct Due<E> {
    pub(super) time: u64,
    pub(super) event: E,
}

/// A heap whose nodes have four children.
pub(super) struct Heap<E> {
    /// Children of `i` are `4 i + 1` to `4 i + 4`; none is due before its parent.
    nodes: Vec<Due<E>>,
}

impl<E: Copy> Heap<E> {
    pub(super) const fn new() -> Self {
        Self { nodes: Vec::new() }
    }

    pub(super) fn first(&self) -> Option<Due<E>> {
        self.nodes.first().copied()
    }

    #[inline]
    pub(super) fn push(&mut self, due: Due<E>) {
        self.nodes.push(due);
        let mut at = self.nodes.len() - 1;
        while at > 0 {
            let parent = (at - 1) / 4;
            if self.nodes[parent].time <= due.time {
                break;
            }
            self.nodes[at] = self.nodes[parent];
            at = parent;
        }
        self.nodes[at] = due;
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<Due<E>> {
        let last = self.nodes.pop()?;
        let Some(first) = self.first() else { return Some(last) };
        self.replace_first(last);
        Some(first)
    }

    /// Puts something in place of what is due first, of which there is some: one walk down in place
    /// of two.
    #[inline]
    pub(super) fn replace_first(&mut self, due: Due<E>) {
        let mut at = 0;
        loop {
            let begin = 4 * at + 1;
            let children =
                &self.nodes[begin.min(self.nodes.len())..(begin + 4).min(self.nodes.len())];
            let Some(least) = least(children) else { break };
            if due.time <= children[least].time {
                break;
            }
            self.nodes[at] = children[least];
            at = begin + least;
        }
        self.nodes[at] = due;
    }
}

/// Which of at most four is due first; of four, which there mostly are, without a branch.
#[inline]
fn least<E>(children: &[Due<E>]) -> Option<usize> {
    let [first, second, third, fourth] = children else {
        return (0..children.len()).min_by_key(|&child| children[child].time);
    };
    let left = usize::from(second.time < first.time);
    let right = 2 + usize::from(fourth.time < third.time);
    let is_right = third.time.min(fourth.time) < first.time.min(second.time);
    Some(if is_right { right } else { left })
}

/// A ring of buckets of equal width. What falls into the bucket that is being emptied goes to a
/// small heap beside it; what lies beyond the ring waits in the last bucket and is put off again.
/// Source: R. Brown, Calendar Queues: A Fast O(1) Priority Queue Implementation for the Simulation
/// Event Set Problem (Communications of the ACM 31(10), 1988), with a sort in place of a list.
pub(super) struct Wheel<E> {
    buckets: Vec<Vec<Due<E>>>,
    /// A bucket is two to this [ns] wide.
    shift: u32,
    /// Which bucket is being emptied, counted from time 0.
    reached: u64,
    /// What is left of it, the first last.
    left: Vec<Due<E>>,
    /// What was put into it since.
    soon: Heap<E>,
    pending: usize,
}

impl<E: Copy> Wheel<E> {
    /// How many are due in a bucket: few enough to be sorted in the first-level cache.
    const IN_A_BUCKET: f64 = 4_096.0;

    /// A wheel for so many events a second, set at most `ahead` [s] for the most part.
    pub(super) fn new(rate: f64, ahead: f64) -> Self {
        let width = Self::IN_A_BUCKET / rate * 1e9;
        let shift = width.log2().round() as u32;
        let buckets = (ahead * 1e9 / (1_u64 << shift) as f64).ceil() as usize + 1;
        let buckets = vec![Vec::new(); buckets.next_power_of_two()];
        Self { buckets, shift, reached: 0, left: Vec::new(), soon: Heap::new(), pending: 0 }
    }

    #[inline]
    pub(super) fn push(&mut self, due: Due<E>) {
        self.pending += 1;
        self.put(due);
    }

    #[inline]
    fn put(&mut self, due: Due<E>) {
        let bucket = due.time >> self.shift;
        if bucket <= self.reached {
            self.soon.push(due);
            return;
        }
        let furthest = self.reached + self.buckets.len() as u64 - 1;
        let index = bucket.min(furthest) as usize & (self.buckets.len() - 1);
        self.buckets[index].push(due);
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<Due<E>> {
        self.pop_before(u64::MAX)
    }

    /// Takes what is due first, if that is before `limit`.
    #[inline]
    pub(super) fn pop_before(&mut self, limit: u64) -> Option<Due<E>> {
        loop {
            let left = self.left.last().map_or(u64::MAX, |due| due.time);
            let soon = self.soon.first().map_or(u64::MAX, |due| due.time);
            if left.min(soon) < limit {
                self.pending -= 1;
                return if soon < left { self.soon.pop() } else { self.left.pop() };
            }
            if left.min(soon) < u64::MAX || self.pending == 0 {
                return None;
            }
            self.turn();
        }
    }

    /// Goes on to the next bucket.
    #[cold]
    fn turn(&mut self) {
        self.reached += 1;
        let index = self.reached as usize & (self.buckets.len() - 1);
        std::mem::swap(&mut self.left, &mut self.buckets[index]);
        let (reached, shift) = (self.reached, self.shift);
        if self.left.iter().any(|due| due.time >> shift != reached) {
            let later: Vec<Due<E>> =
                self.left.extract_if(.., |due| due.time >> shift != reached).collect();
            for due in later {
                self.put(due);
            }
        }
        self.left.sort_unstable_by_key(|due| std::cmp::Reverse(due.time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draws::Draws;

    /// Times of events that each set another: some at once, some far beyond the ring.
    fn times(mut push: impl FnMut(&mut Vec<u64>, u64), mut pop: impl FnMut(&mut Vec<u64>) -> u64) {
        let (mut draws, mut expected) = (Draws::seeded(1), Vec::new());
        (0..500).for_each(|_| push(&mut expected, draws.nanos(1.0)));
        for round in 0..20_000 {
            let now = pop(&mut expected);
            let ahead = if round % 100 == 0 { 90.0 } else { 1.0 };
            push(&mut expected, now + draws.nanos(ahead));
        }
    }

    fn least(expected: &mut Vec<u64>) -> u64 {
        let index = (0..expected.len()).min_by_key(|&index| expected[index]);
        expected.swap_remove(index.expect("something is due"))
    }

    #[test]
    fn a_heap_gives_what_is_due_in_order() {
        let heap = std::cell::RefCell::new(Heap::new());
        let push = |expected: &mut Vec<u64>, time| {
            expected.push(time);
            heap.borrow_mut().push(Due { time, event: () });
        };
        let pop = |expected: &mut Vec<u64>| {
            let due = heap.borrow_mut().pop().expect("something is due");
            assert_eq!(due.time, least(expected));
            due.time
        };
        times(push, pop);
    }

    #[test]
    fn a_wheel_gives_what_is_due_in_order() {
        let wheel = std::cell::RefCell::new(Wheel::new(40_000.0, 16.0));
        let push = |expected: &mut Vec<u64>, time| {
            expected.push(time);
            wheel.borrow_mut().push(Due { time, event: () });
        };
        let pop = |expected: &mut Vec<u64>| {
            let first = least(expected);
            assert!(wheel.borrow_mut().pop_before(first).is_none());
            let due = wheel.borrow_mut().pop().expect("something is due");
            assert_eq!(due.time, first);
            due.time
        };
        times(push, pop);
    }
}
