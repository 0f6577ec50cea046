//! What happens at given instants.

use schemars::JsonSchema;
use serde::Deserialize;

use super::quantity::{Count, CountOrUnlimited, Duration, Factor, Flag, Name, ShareText};

/// Something that happens at an instant.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    { "required": ["set_plan"] },
    { "required": ["subscribe"] },
    { "required": ["buy_package"] },
    { "required": ["enable"] },
    { "required": ["disable"] },
    { "required": ["create"] },
    { "required": ["delete"] },
    { "required": ["traffic"] },
    { "required": ["backend"] },
    { "required": ["enforcement"] },
]))]
pub(in crate::scenario) struct TimelineEntry {
    /// Its name, unique on the timeline. An entry that has one takes the same workspaces when it is
    /// moved to another instant.
    #[schemars(example = &"stampede")]
    pub(in crate::scenario) name: Option<Name>,
    /// When it happens, from the start; before the end of the duration.
    #[schemars(example = "10d")]
    pub(in crate::scenario) at: Duration,
    /// After how long it is undone, above 0s; for `set_plan`, `enable`, `disable`, `traffic`,
    /// `backend` and `enforcement`. Default never.
    #[serde(rename = "for")]
    #[schemars(example = "6h")]
    pub(in crate::scenario) lasts: Option<Duration>,
    /// To which group it happens. Default: to every group to which it can.
    pub(in crate::scenario) group: Option<Name>,
    /// To which share of the workspaces it happens; which ones is drawn. Default 100%.
    #[schemars(extend("default" = "100%"))]
    pub(in crate::scenario) share: Option<ShareText>,
    /// They change to this plan.
    pub(in crate::scenario) set_plan: Option<Name>,
    /// They subscribe to this plan: a new subscription begins.
    pub(in crate::scenario) subscribe: Option<Name>,
    /// They buy a package, or several: `{ name: small, count: 2 }`.
    pub(in crate::scenario) buy_package: Option<Bought>,
    /// Agents of a line are enabled, all or some: `{ line: sales, count: 20 }`.
    pub(in crate::scenario) enable: Option<Picked>,
    /// Agents of a line are disabled, all or some.
    pub(in crate::scenario) disable: Option<Picked>,
    /// Agents of a line are created as drafts: one, or so many: `{ line: sales, count: 20 }`.
    pub(in crate::scenario) create: Option<Picked>,
    /// Agents of a line are deleted, all or some, the oldest first.
    pub(in crate::scenario) delete: Option<Picked>,
    /// Customers write so many times as often; `0x` is not at all.
    #[schemars(example = "4x")]
    pub(in crate::scenario) traffic: Option<Factor>,
    /// The backend has so many servers.
    pub(in crate::scenario) backend: Option<BackendChange>,
    /// Nobody can decide: `{ available: false }`.
    pub(in crate::scenario) enforcement: Option<EnforcementChange>,
}

/// A package, or several of one kind.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::scenario) enum Bought {
    /// One of it.
    One(Name),
    /// So many of it.
    Many(ManyBought),
}

/// Several packages of one kind.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ManyBought {
    /// Which package.
    pub(in crate::scenario) name: Name,
    /// How many, at least 1 and at most 10,000. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) count: Option<Count>,
}

/// Agents of a line.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::scenario) enum Picked {
    /// All of its agents; of those to be created, one.
    All(Name),
    /// So many of them.
    Some(SomePicked),
}

/// Some agents of a line.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct SomePicked {
    /// The line.
    pub(in crate::scenario) line: Name,
    /// How many, at least 1; at most 100,000 are created. Default: all; 1 of those to be created.
    pub(in crate::scenario) count: Option<Count>,
}

/// How enforcement changes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct EnforcementChange {
    /// Whether anybody can decide; `false`, since it is so without an entry.
    #[schemars(example = false)]
    pub(in crate::scenario) available: Flag,
}

/// How the backend changes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct BackendChange {
    /// Messages served at once, at least 1, or `unlimited`.
    #[schemars(example = 500)]
    pub(in crate::scenario) servers: CountOrUnlimited,
}
