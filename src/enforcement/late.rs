//! Nodes that hear late of a new period of credits, and go on with what they knew of the old one.

use super::faults::LateRenewal;
use crate::random::{Key, Stream};
use crate::units::{Share, SimTime};

/// What nodes know that have not heard of the new period yet.
#[derive(Debug)]
pub(super) struct Late {
    fault: Option<LateRenewal>,
    /// Draws of which nodes are late.
    draws: Stream,
    draws_made: u64,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// When it hears of the period.
    until: SimTime,
    /// What it thinks can be spent until then \[thousandths\].
    left: i128,
}

impl Late {
    pub(super) fn new(fault: Option<LateRenewal>) -> Self {
        Self { fault, draws: Key::root(0).stream(), draws_made: 0, nodes: Vec::new() }
    }

    /// Begins with a workspace with so many nodes, whose draws are keyed by `key`.
    pub(super) fn begin(&mut self, count: u32, key: Key) {
        if self.fault.is_some() {
            self.draws = key.name("late renewals").stream();
            self.draws_made = 0;
            self.nodes.clear();
            self.nodes.resize(count as usize, Node { until: SimTime::ZERO, left: 0 });
        }
    }

    /// The nodes that may be late, from 0 on; none without the fault.
    pub(super) fn nodes(&self) -> std::ops::Range<u32> {
        0..self.nodes.len() as u32
    }

    /// A period ends for a node that thinks that so much can be spent of it, unless it hears late of
    /// that.
    pub(super) fn end_period(&mut self, node: u32, left: i128, now: SimTime) {
        let Some(LateRenewal { share, by }) = self.fault else { return };
        let mut draw = self.draws.at(self.draws_made);
        self.draws_made += 1;
        let is_late = draw.below(Share::WHOLE.billionths()) < share.billionths();
        let until = if is_late { now + by } else { now };
        self.nodes[node as usize] = Node { until, left };
    }

    /// So many credits come by themselves, or go if there are less than none: everybody hears of that.
    pub(super) fn come(&mut self, amount: i128) {
        for node in &mut self.nodes {
            node.left += amount;
        }
    }

    /// All hear of all, now.
    pub(super) fn hear(&mut self) {
        for node in &mut self.nodes {
            node.until = SimTime::ZERO;
        }
    }

    /// What a node thinks can be spent that has not heard of the period.
    pub(super) fn left(&self, node: u32, now: SimTime) -> Option<i128> {
        let node = self.nodes.get(node as usize)?;
        (node.until > now).then_some(node.left)
    }

    /// A node uses so much more.
    pub(super) fn used(&mut self, node: u32, amount: i128) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.left -= amount;
        }
    }
}
