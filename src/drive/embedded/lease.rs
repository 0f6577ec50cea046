//! Credits that nodes have taken in advance.

use crate::units::{Credits, SimSpan, SimTime};

/// How credits are leased.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeaseTerms {
    /// What a node takes at once.
    pub(super) amount: Credits,
    /// For how long; `None` is until the period ends.
    pub(super) ttl: Option<SimSpan>,
}

/// What the nodes hold of one pool.
#[derive(Debug, Clone, Default)]
pub(super) struct Leases {
    of_nodes: Vec<Lease>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Lease {
    left: Credits,
    /// When what is left goes back.
    until: SimTime,
}

impl Leases {
    /// Has a node spend `cost` of what it holds, or of what it takes more of the pool, of which
    /// `spendable` is not spent yet. Answers whether it could; else nothing is taken.
    pub(super) fn spend(
        &mut self,
        terms: &LeaseTerms,
        (node, cost, spendable): (usize, Credits, Credits),
        now: SimTime,
    ) -> bool {
        for lease in self.of_nodes.iter_mut().filter(|lease| lease.until <= now) {
            lease.left = Credits::ZERO;
        }
        if self.of_nodes.len() <= node {
            self.of_nodes.resize(node + 1, Lease::default());
        }
        let held: Credits = self.of_nodes.iter().map(|lease| lease.left).sum();
        let lease = &mut self.of_nodes[node];
        if cost > lease.left {
            let free = spendable - held;
            let lacking = cost - lease.left;
            if lacking > free {
                return false;
            }
            lease.left += terms.amount.max(lacking).min(free);
            lease.until = terms.ttl.map_or(SimTime::NEVER, |ttl| now + ttl);
        }
        lease.left -= cost;
        true
    }

    /// Everything goes back.
    pub(super) fn end(&mut self) {
        self.of_nodes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_node_holds_no_other_can_spend() {
        let whole = Credits::whole;
        let terms = LeaseTerms { amount: whole(6), ttl: Some(SimSpan::from_nanos(10)) };
        let mut leases = Leases::default();
        let mut pool = whole(10);
        let mut spend = |leases: &mut Leases, node, cost, at| {
            let spent = leases.spend(&terms, (node, whole(cost), pool), SimTime::from_nanos(at));
            pool -= if spent { whole(cost) } else { Credits::ZERO };
            spent
        };
        // Node 0 holds 6 and spends 2; for node 1 there are 4 left, of which it spends 3.
        assert!(spend(&mut leases, 0, 2, 0));
        assert!(spend(&mut leases, 1, 3, 0));
        // One of its own, none that is free: the four of node 0 are out of reach.
        assert!(!spend(&mut leases, 1, 2, 5));
        assert!(spend(&mut leases, 1, 1, 5));
        // Until they go back.
        assert!(spend(&mut leases, 1, 2, 10));
        assert!(!spend(&mut leases, 0, 3, 10));
        leases.end();
        assert!(spend(&mut leases, 0, 2, 11));
        assert_eq!(pool, Credits::ZERO);
    }
}
