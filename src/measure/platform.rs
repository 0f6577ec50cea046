//! What the servers of a platform did, over replications.

use super::backend::BackendMeasures;
use super::moments::PairMoments;

/// The work of the platform's servers: all replications together, and sums over replications.
#[derive(Debug, Clone)]
pub struct PlatformMeasures {
    /// All replications together.
    pub servers: BackendMeasures,
    /// Server time spent serving, of each replication \[ns\].
    pub busy: PairMoments,
    /// Time spent waiting in the queue \[ns\].
    pub waiting: PairMoments,
    /// Both of them \[ns\].
    pub in_system: PairMoments,
    /// Attempts whose service ended.
    pub served: PairMoments,
}

impl PlatformMeasures {
    /// What the servers did in one replication.
    pub fn of(servers: BackendMeasures) -> Self {
        let one = |x: u128| {
            let mut moments = PairMoments::default();
            moments.add(x as i128, 1);
            moments
        };
        Self {
            busy: one(servers.busy),
            waiting: one(servers.waiting),
            in_system: one(servers.busy + servers.waiting),
            served: one(u128::from(servers.served)),
            servers,
        }
    }

    /// Adds what they did in other replications.
    pub fn merge(&mut self, other: &Self) {
        self.servers.merge(&other.servers);
        self.busy.merge(&other.busy);
        self.waiting.merge(&other.waiting);
        self.in_system.merge(&other.in_system);
        self.served.merge(&other.served);
    }
}
