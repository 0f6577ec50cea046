//! What serves admitted attempts.

use super::discipline::{Discipline, Shed};
use crate::random::Distribution;
use crate::units::{SimSpan, SimTime};

/// What serves admitted attempts.
#[derive(Debug, Clone)]
pub struct Backend {
    /// Whether all workspaces share the servers or each has its own.
    pub scope: BackendScope,
    /// How many attempts are served at once; `None` is unlimited: a delay without a queue.
    pub servers: Option<u32>,
    /// How many from an instant on, ascending: what the timeline does to a platform's servers.
    pub changes: Vec<(SimTime, Option<u32>)>,
    /// Time to serve one attempt \[ns\].
    pub service_time: Distribution,
    /// How many attempts may wait; `None` is unlimited. Where the servers are shared, how many there
    /// may be beyond the number of servers.
    pub queue_limit: Option<u32>,
    /// Who is served next.
    pub discipline: Discipline,
    /// What is refused before the queue is full; `None` is nothing.
    pub shed: Option<Shed>,
    /// From a workspace to the backend, and the same back.
    pub network_delay: SimSpan,
}

impl Backend {
    /// Servers that one pool of `scope` has; `None` is unlimited. Serving an attempt takes
    /// `service_time` \[ns\]; as many attempts as come may wait, who came first is served first, and
    /// the way to the servers takes no time.
    pub const fn new(
        scope: BackendScope,
        servers: Option<u32>,
        service_time: Distribution,
    ) -> Self {
        Self {
            scope,
            servers,
            changes: Vec::new(),
            service_time,
            queue_limit: None,
            discipline: Discipline::Fifo,
            shed: None,
            network_delay: SimSpan::ZERO,
        }
    }

    /// Whether it is not known when an attempt arrives what will become of it, so that every
    /// completion is an event: unless who came first is served first, and nothing is shed.
    pub fn has_completions(&self) -> bool {
        self.discipline != Discipline::Fifo || self.shed.is_some()
    }
}

/// Who shares the servers of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendScope {
    /// One pool of servers in each workspace.
    Workspace,
    /// One pool of servers for all.
    Platform,
}
