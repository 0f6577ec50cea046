//! Nodes that take credits in advance and spend them alone.

use crate::units::{Credits, SimSpan, SimTime};

/// The leases of one workspace's credits, in thousandths.
#[derive(Debug)]
pub(super) struct Leases {
    /// What a node takes at once.
    lease: i128,
    ttl: Option<SimSpan>,
    nodes: Vec<Lease>,
    /// Those that their nodes have forgotten.
    forgotten: Vec<Lease>,
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
        let nodes = vec![Lease::NONE; nodes as usize];
        Self { lease: lease.wide(), ttl, nodes, forgotten: Vec::new(), out: 0 }
    }

    /// All leases end, and what is left of them goes back.
    pub(super) fn end(&mut self) {
        self.nodes.fill(Lease::NONE);
        self.forgotten.clear();
        self.out = 0;
    }

    /// A node forgets its lease, of which nobody can spend anything until it ends.
    pub(super) fn forget(&mut self, node: u32) {
        let lease = std::mem::replace(&mut self.nodes[node as usize], Lease::NONE);
        if lease.left > 0 {
            match self.forgotten.iter_mut().find(|it| it.until == lease.until) {
                Some(same) => same.left += lease.left,
                None => self.forgotten.push(lease),
            }
        }
    }

    /// What is left in a node's own lease.
    pub(super) fn own(&mut self, node: u32, now: SimTime) -> i128 {
        self.expire(now);
        self.nodes[node as usize].left
    }

    /// What is left in those of others, and in those that are forgotten.
    pub(super) fn elsewhere(&mut self, node: u32, now: SimTime) -> i128 {
        self.expire(now);
        self.out - self.nodes[node as usize].left
    }

    fn expire(&mut self, now: SimTime) {
        for lease in self.nodes.iter_mut().chain(&mut self.forgotten) {
            if lease.until <= now {
                self.out -= lease.left;
                *lease = Lease::NONE;
            }
        }
        self.forgotten.retain(|lease| lease.left > 0);
    }

    /// A node spends credits of its lease, and takes another if that does not reach, of a pool that
    /// can spend so much, all leases included; `None` if nobody can take any.
    pub(super) fn spend(
        &mut self,
        node: u32,
        (cost, spendable): (i128, Option<i128>),
        now: SimTime,
    ) {
        self.expire(now);
        let lease = &mut self.nodes[node as usize];
        if let Some(spendable) = spendable
            && lease.left < cost
        {
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
