//! Nodes that take credits in advance and spend them alone.

use crate::units::{Credits, SimSpan, SimTime};

/// The leases of one workspace's credits, in thousandths.
#[derive(Debug)]
pub(super) struct Leases {
    /// What a node takes at once.
    lease: i128,
    ttl: Option<SimSpan>,
    nodes: Vec<Lease>,
    /// What is left in all of them.
    out: i128,
}

#[derive(Debug, Clone, Copy)]
struct Lease {
    left: i128,
    until: SimTime,
}

impl Lease {
    const NONE: Self = Self { left: 0, until: SimTime::NEVER };
}

impl Leases {
    pub(super) fn new(nodes: u32, lease: Credits, ttl: Option<SimSpan>) -> Self {
        Self { lease: lease.wide(), ttl, nodes: vec![Lease::NONE; nodes as usize], out: 0 }
    }

    /// All leases end, and what is left of them goes back.
    pub(super) fn end(&mut self) {
        self.nodes.fill(Lease::NONE);
        self.out = 0;
    }

    /// What other nodes have left.
    pub(super) fn elsewhere(&mut self, node: u32, now: SimTime) -> i128 {
        for lease in &mut self.nodes {
            if lease.until <= now {
                self.out -= lease.left;
                *lease = Lease::NONE;
            }
        }
        self.out - self.nodes[node as usize].left
    }

    /// A node spends credits of its lease, and takes another if that does not reach, of a pool that
    /// can spend so much, all leases included.
    pub(super) fn spend(&mut self, node: u32, (cost, spendable): (i128, i128), now: SimTime) {
        let lease = &mut self.nodes[node as usize];
        if lease.left < cost {
            let there = (spendable - self.out).max(0);
            let more = self.lease.max(cost - lease.left).min(there);
            lease.left += more;
            lease.until = self.ttl.map_or(SimTime::NEVER, |ttl| now + ttl);
            self.out += more;
        }
        let spent = cost.min(lease.left);
        lease.left -= spent;
        self.out -= spent;
    }
}
