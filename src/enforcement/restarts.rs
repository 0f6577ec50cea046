//! When nodes restart: a node is the same for all workspaces of a replication.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::random::{Distribution, Key, Sampler, Stream};
use crate::units::{SimSpan, SimTime};

/// The restarts of nodes, in the order of time.
#[derive(Debug)]
pub(super) struct Restarts {
    /// Time between those of a node; `None` where none restarts.
    between: Option<Sampler>,
    /// The draws of each node, and its restarts so far.
    nodes: Vec<(Stream, u64)>,
    /// When each restarts next.
    next: BinaryHeap<Reverse<(SimTime, u32)>>,
}

impl Restarts {
    pub(super) fn new(every: Option<SimSpan>) -> Self {
        let mean = every.map(|every| every.nanos() as f64);
        let between = mean.map(|mean| Distribution::Exponential { mean }.sampler());
        Self { between, nodes: Vec::new(), next: BinaryHeap::new() }
    }

    /// Begins with so many nodes, whose draws are keyed by `key`.
    pub(super) fn begin(&mut self, count: u32, key: Key) {
        let Some(between) = &self.between else { return };
        self.nodes.clear();
        self.next.clear();
        for node in 0..count {
            let draws = key.index(u64::from(node)).name("restarts").stream();
            let next = SimTime::ZERO + SimSpan::from_nanos(between.sample_whole(&mut draws.at(0)));
            self.nodes.push((draws, 0));
            self.next.push(Reverse((next, node)));
        }
    }

    /// The next restart until `now` that was not told yet: which node, and when.
    pub(super) fn next_until(&mut self, now: SimTime) -> Option<(u32, SimTime)> {
        let between = self.between.as_ref()?;
        let mut first = self.next.peek_mut()?;
        let Reverse((at, node)) = *first;
        if at > now {
            return None;
        }
        let (draws, restarts) = &mut self.nodes[node as usize];
        *restarts += 1;
        let after = between.sample_whole(&mut draws.at(*restarts));
        // Never twice at one instant, so that this comes to an end.
        *first = Reverse((at + SimSpan::from_nanos(after.max(1)), node));
        Some((node, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_restart_in_the_order_of_time_and_as_often_as_they_should() {
        let second = 1_000_000_000;
        let mut restarts = Restarts::new(Some(SimSpan::from_nanos(10 * second)));
        restarts.begin(3, Key::root(1));
        let until = SimTime::from_nanos(100_000 * second);
        let all: Vec<_> = std::iter::from_fn(|| restarts.next_until(until)).collect();
        assert!(all.is_sorted_by_key(|it| it.1));
        for node in 0..3 {
            let count = all.iter().filter(|it| it.0 == node).count() as f64;
            // A Poisson count.
            assert!((count - 10_000.0).abs() < 4.0 * 100.0, "{count}");
        }
    }

    #[test]
    fn without_the_fault_none_restarts() {
        let mut restarts = Restarts::new(None);
        restarts.begin(3, Key::root(1));
        assert_eq!(restarts.next_until(SimTime::NEVER), None);
    }
}
