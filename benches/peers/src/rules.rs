//! The rules of the works, as one would write them by hand: peers and floors share them, so that they
//! differ in how they keep time alone. Times are in seconds.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::works::{Found, Messages, Pools, Queue};

/// The server of W1, and who waits for it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Line {
    /// When those who wait arrived.
    waiting: VecDeque<f64>,
    is_busy: bool,
    arrived: u64,
    served: u64,
    /// The waits of all whose service began.
    waits: f64,
}

impl Line {
    /// A customer arrives: whether service begins at once.
    #[inline]
    pub(crate) fn arrive(&mut self, now: f64) -> bool {
        self.arrived += 1;
        if self.is_busy {
            self.waiting.push_back(now);
            return false;
        }
        self.is_busy = true;
        true
    }

    /// A customer departs: whether the service of another begins.
    #[inline]
    pub(crate) fn depart(&mut self, now: f64) -> bool {
        self.served += 1;
        let next = self.waiting.pop_front();
        self.waits += next.map_or(0.0, |arrival| now - arrival);
        self.is_busy = next.is_some();
        self.is_busy
    }

    pub(crate) fn found(&self) -> Found {
        let mean_wait = self.waits / self.served as f64;
        Found::Queue(Queue { arrived: self.arrived, served: self.served, mean_wait })
    }
}

/// A pool of credits and a token bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Gate {
    credits: u64,
    tokens: f64,
    /// When the tokens were counted.
    counted: f64,
    rate: f64,
    burst: f64,
}

impl Gate {
    pub(crate) fn new(pools: &Pools) -> Self {
        let (rate, burst) = (pools.bucket_rate, pools.bucket_burst);
        Self { credits: pools.credits, tokens: burst, counted: 0.0, rate, burst }
    }

    /// Whether a message is admitted, which then takes a credit and a token.
    #[inline]
    pub(crate) fn admit(&mut self, now: f64) -> bool {
        self.tokens = self.burst.min(self.tokens + (now - self.counted) * self.rate);
        self.counted = now;
        let admitted = self.credits >= 1 && self.tokens >= 1.0;
        if admitted {
            self.credits -= 1;
            self.tokens -= 1.0;
        }
        admitted
    }
}

/// Servers, and how many messages wait for one. Messages are alike, so a queue is a number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Servers {
    free: u32,
    waiting: u32,
}

impl Servers {
    pub(crate) fn new(pools: &Pools) -> Self {
        Self { free: pools.servers.unwrap_or(u32::MAX), waiting: 0 }
    }

    /// Whether the message that comes now is served at once; else it waits.
    #[inline]
    pub(crate) fn begin(&mut self) -> bool {
        let begins = self.free > 0;
        if begins {
            self.free -= 1;
        } else {
            self.waiting += 1;
        }
        begins
    }

    /// Whether the server that has finished goes on with a message that waits.
    #[inline]
    pub(crate) fn go_on(&mut self) -> bool {
        let goes_on = self.waiting > 0;
        if goes_on {
            self.waiting -= 1;
        } else {
            self.free += 1;
        }
        goes_on
    }
}

/// A workspace: its gate, its servers, and what it counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Workspace {
    gate: Gate,
    servers: Servers,
    pub(crate) counts: Messages,
}

impl Workspace {
    pub(crate) fn new(pools: &Pools) -> Self {
        Self { gate: Gate::new(pools), servers: Servers::new(pools), counts: Messages::default() }
    }

    /// A message comes: whether it is served at once.
    #[inline]
    pub(crate) fn offer(&mut self, now: f64) -> bool {
        self.counts.offered += 1;
        if !self.gate.admit(now) {
            return false;
        }
        self.counts.admitted += 1;
        let begins = self.servers.begin();
        self.counts.waited += u64::from(!begins);
        begins
    }

    /// A message is replied to: whether its server goes on with another.
    #[inline]
    pub(crate) fn reply(&mut self) -> bool {
        self.counts.replied += 1;
        self.servers.go_on()
    }
}
