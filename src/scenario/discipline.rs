//! Who is served next by a backend, and what it refuses before its queue is full.

use crate::units::{Share, SimSpan};

/// Who is served next of those that wait. None of them but the last one interrupts a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Discipline {
    /// Who came first.
    #[default]
    Fifo,
    /// Who came last.
    Lifo,
    /// Workspaces that have somebody waiting, one after the other, and in each who came first; where
    /// each workspace has servers of its own, its agents.
    Fair,
    /// Whose workspace was on the plan with the lowest priority number on arrival; of those, who
    /// came first.
    Priority,
    /// All at once: the servers are shared evenly, and nobody has more than one.
    ProcessorSharing,
}

/// What a backend refuses as `overloaded` before its queue is full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shed {
    /// Who would start after a queue that has not drained for long.
    Codel(Codel),
    /// Who comes while most servers are busy.
    Utilisation(Utilisation),
    /// Who comes while as many are there as an adaptive limit admits.
    Aimd(Aimd),
}

/// Controlled delay: once those who start have waited `target` or more for all of `interval`, some
/// who have waited for so long are refused in place of being served, faster and faster.
///
/// Source: RFC 8289, Controlled Delay Active Queue Management (2018), section 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codel {
    /// The wait that is good enough; above 0.
    pub target: SimSpan,
    /// For how long it may be passed; above 0.
    pub interval: SimSpan,
}

/// A share of busy servers above which most attempts are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utilisation {
    /// Attempts are refused while more of the servers than this are busy.
    pub above: Share,
    /// The plans whose workspaces are not refused, by their names.
    pub keep: Vec<String>,
}

/// A limit of those that wait or are served, which grows with good replies and shrinks with bad
/// ones.
///
/// Source: Netflix, concurrency-limits, class `AIMDLimit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aimd {
    /// The limit at the start; from `min` to `max`.
    pub initial: u32,
    /// The least limit; at least 1.
    pub min: u32,
    /// The greatest limit.
    pub max: u32,
    /// What is left of the limit after a bad reply, in millionths; from 500,000 to 999,999.
    pub backoff_millionths: u32,
    /// A reply that takes longer is bad; above 0.
    pub timeout: SimSpan,
}
