//! What serves admitted messages.

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::quantity::{CountOrUnlimited, Duration};

/// What serves admitted messages.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-not-supported-yet" = ["shed"]))]
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
    /// How many may wait; the next is refused as `overloaded`. Default unlimited.
    #[schemars(extend("default" = "unlimited"))]
    pub(in crate::scenario) limit: Option<CountOrUnlimited>,
    /// Who is served next. Default fifo.
    #[schemars(extend("default" = "fifo"))]
    #[expect(dead_code, reason = "there is only one discipline so far")]
    pub(in crate::scenario) discipline: Option<Discipline>,
}

/// Who is served next.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(extend("x-not-supported-yet" = ["fair", "priority", "lifo", "processor_sharing"]))]
pub(in crate::scenario) enum Discipline {
    /// Who came first.
    Fifo,
}
