//! What serves admitted messages.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::quantity::{Count, CountOrUnlimited, Duration, Name, Number, ShareText};

/// What serves admitted messages.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Backend {
    /// Who shares the servers. Default platform.
    #[schemars(extend("default" = "platform"))]
    pub(in crate::scenario) scope: Option<BackendScope>,
    /// Messages served at once, at least 1; `unlimited` is a delay without a queue.
    #[schemars(example = "2_000")]
    pub(in crate::scenario) servers: CountOrUnlimited,
    /// Time to serve one message.
    #[schemars(example = "1.8s")]
    pub(in crate::scenario) service_time: Distribution<Duration>,
    /// Where messages wait for a server. Default: there is room for any number.
    pub(in crate::scenario) queue: Option<Queue>,
    /// What is refused as `overloaded` before the queue is full. Default none.
    #[schemars(extend("default" = "none"))]
    pub(in crate::scenario) shed: Option<Shed>,
    /// How long a message takes to the servers, and the reply back. Default 0s.
    #[schemars(extend("default" = "0s"))]
    pub(in crate::scenario) network_delay: Option<Duration>,
}

/// Who shares the servers.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum BackendScope {
    /// One pool of servers for all workspaces.
    Platform,
    /// One pool of servers in each workspace.
    Workspace,
}

/// Where messages wait for a server.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Queue {
    /// How many may wait, or with `processor_sharing` how many may share the servers beyond their
    /// number; the next is refused as `overloaded`. Default unlimited.
    #[schemars(extend("default" = "unlimited"))]
    pub(in crate::scenario) limit: Option<CountOrUnlimited>,
    /// Who is served next. Default fifo.
    #[schemars(extend("default" = "fifo"))]
    pub(in crate::scenario) discipline: Option<Discipline>,
}

/// Who is served next.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Discipline {
    /// Who came first.
    Fifo,
    /// Who came last.
    Lifo,
    /// Workspaces that have somebody waiting, one after the other, and in each who came first; with
    /// `scope: workspace`, agents.
    Fair,
    /// Whose plan has the lowest `priority`; of those, who came first.
    Priority,
    /// All at once: they share the servers evenly, and nobody has more than one.
    ProcessorSharing,
}

/// What is refused as `overloaded` before the queue is full.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Shed {
    /// Nothing.
    None,
    /// Who would be served next, once the queue has not drained for long: controlled delay, by RFC
    /// 8289.
    Codel(Codel),
    /// Who comes while most servers are busy, but for workspaces on some plans.
    Utilisation(Utilisation),
    /// Who comes while as many wait or are served as an adaptive limit admits, which grows with good
    /// replies and shrinks with bad ones.
    Aimd(Aimd),
}

/// Controlled delay.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Codel {
    /// The wait that is good enough, above 0s.
    #[schemars(example = "5ms")]
    pub(in crate::scenario) target: Duration,
    /// For how long it may be passed before anybody is refused, above 0s.
    #[schemars(example = "100ms")]
    pub(in crate::scenario) interval: Duration,
}

/// A share of busy servers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Utilisation {
    /// Attempts are refused while more of the servers than this are busy.
    #[schemars(example = "90%")]
    pub(in crate::scenario) above: ShareText,
    /// The plans whose workspaces are not refused. Default: no plan.
    pub(in crate::scenario) keep: Option<Vec<Name>>,
}

/// An adaptive limit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Aimd {
    /// The limit at the start, from `min` to `max`. Default 20.
    #[schemars(extend("default" = 20))]
    pub(in crate::scenario) initial: Option<Count>,
    /// The least limit, at least 1. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) min: Option<Count>,
    /// The greatest limit, not less than `min`. Default `1_000`.
    #[schemars(extend("default" = "1_000"))]
    pub(in crate::scenario) max: Option<Count>,
    /// What is left of the limit after a bad reply, from 0.5 to less than 1. Default 0.9.
    #[schemars(extend("default" = 0.9))]
    pub(in crate::scenario) backoff: Option<Number>,
    /// A reply that takes longer is bad; above 0s.
    #[schemars(example = "5s")]
    pub(in crate::scenario) timeout: Duration,
}
