//! W6 by hand: the calendar alone.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::calendar::{Due, Heap, Wheel};
use crate::draws::{Draws, nanos};
use crate::run::Stopwatch;
use crate::works::{Found, Timers};

/// A wheel of buckets.
pub(crate) fn wheel(scale: f64, stopwatch: &mut Stopwatch) -> Found {
    let timers = Timers::scaled(scale);
    let mut draws = Draws::seeded(timers.seed);
    let rate = f64::from(timers.pending) / timers.delay;
    let mut wheel = Wheel::new(rate, 24.0 * timers.delay);
    for event in 0..timers.pending {
        wheel.push(Due { time: draws.nanos(timers.delay), event });
    }
    stopwatch.restart();
    let end = nanos(timers.seconds);
    let mut fired = 0;
    while let Some(Due { time, event }) = wheel.pop().filter(|due| due.time < end) {
        fired += 1;
        wheel.push(Due { time: time + draws.nanos(timers.delay), event });
    }
    Found::Timers { fired }
}

/// A heap of arity four.
pub(crate) fn four_ary_heap(scale: f64, stopwatch: &mut Stopwatch) -> Found {
    let timers = Timers::scaled(scale);
    let mut draws = Draws::seeded(timers.seed);
    let mut heap = Heap::new();
    for event in 0..timers.pending {
        heap.push(Due { time: draws.nanos(timers.delay), event });
    }
    stopwatch.restart();
    let end = nanos(timers.seconds);
    let mut fired = 0;
    while let Some(Due { time, event }) = heap.first().filter(|due| due.time < end) {
        fired += 1;
        heap.replace_first(Due { time: time + draws.nanos(timers.delay), event });
    }
    Found::Timers { fired }
}

/// The heap of the standard library.
pub(crate) fn binary_heap(scale: f64, stopwatch: &mut Stopwatch) -> Found {
    let timers = Timers::scaled(scale);
    let mut draws = Draws::seeded(timers.seed);
    let mut heap: BinaryHeap<Reverse<(u64, u32)>> =
        (0..timers.pending).map(|event| Reverse((draws.nanos(timers.delay), event))).collect();
    stopwatch.restart();
    let end = nanos(timers.seconds);
    let mut fired = 0;
    while let Some(mut first) = heap.peek_mut().filter(|first| first.0.0 < end) {
        fired += 1;
        first.0.0 += draws.nanos(timers.delay);
    }
    Found::Timers { fired }
}
