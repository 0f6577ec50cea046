//! Events that are far off, in buckets of about 4,096: each is sorted when it is reached.
//!
//! Nearly all events are appended to a bucket, moved in order, and sorted within the cache; in buckets of a
//! few events, as textbooks have them, each would be written to a line of memory of its own. The bench
//! `calendar` measures what that comes to, by the number of events that are pending.
//! Source: R. Brown, Calendar Queues (Communications of the ACM 31(10), 1988), for the buckets; W. T. Tang,
//! R. S. M. Goh, I. L.-J. Thng, Ladder Queue (ACM TOMACS 15(3), 2005), for sorting a bucket when it is reached.

use std::cmp::Reverse;

use super::Entry;
use crate::units::SimTime;

/// Events that a bucket is meant to hold.
const TARGET: usize = if cfg!(test) { 8 } else { 4_096 };
/// The most buckets.
const MOST_BUCKETS: usize = 1 << 14;
/// Events of which the width of buckets is estimated.
const SAMPLE: usize = 255;

/// Unsorted events from some instant on.
#[derive(Debug, Clone)]
pub(super) struct Far<E> {
    /// Those that lie in the buckets' span.
    buckets: Vec<Vec<Entry<E>>>,
    /// How many buckets there are in this turn.
    count: usize,
    /// When the first bucket begins \[ns\].
    start: u64,
    /// A bucket is 2^shift ns wide.
    shift: u32,
    /// Those behind all buckets.
    beyond: Vec<Entry<E>>,
    /// All of them.
    len: usize,
}

impl<E> Default for Far<E> {
    fn default() -> Self {
        let (buckets, beyond) = (Vec::new(), Vec::new());
        Self { buckets, count: 0, start: 0, shift: 0, beyond, len: 0 }
    }
}

impl<E: Copy> Far<E> {
    pub(super) fn clear(&mut self) {
        self.buckets.iter_mut().for_each(Vec::clear);
        self.beyond.clear();
        (self.count, self.len) = (0, 0);
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Adds an event that is not before the end of the bucket that was [taken out](Self::take_next) last.
    pub(super) fn push(&mut self, entry: Entry<E>) {
        self.len += 1;
        let place = ((entry.time.nanos() - self.start) >> self.shift) as usize;
        match self.buckets[..self.count].get_mut(place) {
            Some(bucket) => bucket.push(entry),
            None => self.beyond.push(entry),
        }
    }

    /// Adds events at any instants, and begins anew with all.
    pub(super) fn add(&mut self, events: impl Iterator<Item = Entry<E>>) {
        let before = self.beyond.len();
        self.beyond.extend(events);
        self.len += self.beyond.len() - before;
        self.end_turn();
    }

    /// Puts the events of all buckets behind them.
    fn end_turn(&mut self) {
        self.beyond.extend(self.buckets[..self.count].iter_mut().flat_map(|it| it.drain(..)));
        self.count = 0;
    }

    /// Takes the events of the next bucket that has any, the first one last, into `near`, which is empty.
    /// Answers when the bucket ends; [`SimTime::NEVER`] if there are no other events.
    pub(super) fn take_next(&mut self, near: &mut Vec<Entry<E>>) -> SimTime {
        debug_assert!(near.is_empty() && self.len > 0);
        let end = loop {
            let place = self.buckets[..self.count].iter().position(|it| !it.is_empty());
            if let Some(place) = place {
                std::mem::swap(&mut self.buckets[place], near);
                // Those that are used up are empty.
                let width = 1_u64 << self.shift;
                break self.start.saturating_add(width.saturating_mul(place as u64 + 1));
            }
            self.begin_turn();
        };
        if end == u64::MAX {
            // No instant lies behind that, so what is left belongs here.
            self.end_turn();
            near.append(&mut self.beyond);
        }
        self.len -= near.len();
        near.sort_unstable_by_key(|entry| Reverse(entry.key()));
        if self.len == 0 { SimTime::NEVER } else { SimTime::from_nanos(end) }
    }

    /// Begins anew with buckets from the first event on, so wide as suits those that there are.
    fn begin_turn(&mut self) {
        let first = self.beyond.iter().map(|entry| entry.time.nanos()).min().unwrap_or(0);
        let stride = self.beyond.len().div_ceil(SAMPLE).max(1);
        let mut sample: Vec<u64> =
            self.beyond.iter().step_by(stride).map(|entry| entry.time.nanos() - first).collect();
        sample.sort_unstable();
        // Half of the events lie before the median.
        let median = sample.get(sample.len() / 2).copied().unwrap_or(0);
        let halves = (self.beyond.len() / 2).max(1);
        let width = u128::from(median) * TARGET as u128 / halves as u128;
        self.shift = u64::try_from(width).unwrap_or(u64::MAX).max(1).ilog2();
        // Twice as far as the median, where it gets thin.
        let span = (median.saturating_mul(2) >> self.shift) as usize;
        self.count = (span + 1).min(MOST_BUCKETS);
        self.start = first;
        if self.buckets.len() < self.count {
            self.buckets.resize_with(self.count, Vec::new);
        }
        let mut waiting = std::mem::take(&mut self.beyond);
        let mut kept = 0;
        for place in 0..waiting.len() {
            let entry = waiting[place];
            let bucket = ((entry.time.nanos() - first) >> self.shift) as usize;
            if bucket < self.count {
                self.buckets[bucket].push(entry);
            } else {
                waiting[kept] = entry;
                kept += 1;
            }
        }
        waiting.truncate(kept);
        self.beyond = waiting;
    }
}
