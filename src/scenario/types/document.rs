//! The top level of a scenario file.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::backend::Backend;
use super::enforcement::Enforcement;
use super::fair_use::FairUse;
use super::packages::Package;
use super::plan::Plan;
use super::quantity::{Count, Duration, Instant, Name, Text, Version, WarmUpText};
use super::timeline::TimelineEntry;
use super::workspaces::{Group, OnDowngrade};

/// A load test of limits and shared credits.
///
/// Quantities carry units: durations `250ms`, `8h`, `1d12h`; rates `12/h`, `20/s`; shares `1%`;
/// amounts `5_000`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "limitlab scenario",
    extend(
        "x-hints" = {
            "alerts": "`alerts` stand in a group",
            "churn": "`churn` stands in a line of `agents`",
            "patience": "`patience` stands in a line of `agents` or in one of `features`",
            "retry": "`retry` stands in a line of `agents` or in one of `features`",
            "share": "`share` stands in a line of `agents` or in one of `features`",
            "trial": "`trial` stands in a plan",
        }
    )
)]
pub(in crate::scenario) struct Document {
    /// The version of the scenario language: 1.
    #[expect(dead_code, reason = "there is only one version, and the check holds it")]
    pub(in crate::scenario) limitlab: Version,
    /// The scenario's name: letters, digits, `-` and `_`. Results are written to `results/NAME`.
    #[schemars(example = "holiday-campaign")]
    pub(in crate::scenario) name: Name,
    /// What it asks, in your words: results show it.
    #[schemars(example = "Who runs out of credits in the week before Christmas?")]
    pub(in crate::scenario) about: Option<Text>,
    /// Files whose keys hold wherever this one says nothing else; later ones win over earlier ones.
    /// Their paths are relative to this file.
    #[schemars(example = ["presets/kommo-2026-06.yaml"])]
    #[expect(dead_code, reason = "what is imported is in the tree by the time it is read")]
    pub(in crate::scenario) import: Option<Vec<Text>>,
    /// The seed of every draw, below 2^64: the same seed gives the same results. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) seed: Option<Count>,
    /// What t = 0 is on the calendar, with its zone. Default 2026-01-01T00:00:00Z.
    #[schemars(extend("default" = "2026-01-01T00:00:00Z"))]
    pub(in crate::scenario) start: Option<Instant>,
    /// Whose clocks the hours of profiles and of results go by, unless `traffic` names others: a
    /// name of the IANA database. Default UTC.
    #[schemars(extend("default" = "UTC"), example = "Europe/Berlin")]
    pub(in crate::scenario) timezone: Option<Text>,
    /// How long customers write: above 0s, at most 292 years.
    #[schemars(example = "30d")]
    pub(in crate::scenario) duration: Duration,
    /// From when on it is measured, counted from the start: less than the duration. `auto` simulates it once
    /// more beforehand to find when it has settled, by the rule MSER-5. Default 0s.
    #[schemars(extend("default" = "0s"), example = &"auto")]
    pub(in crate::scenario) warm_up: Option<WarmUpText>,
    /// How many times it is run, each time with other draws: 1 to 10,000, or until a metric is known
    /// precisely enough. Default 1.
    #[schemars(extend("default" = 1))]
    pub(in crate::scenario) replications: Option<Replications>,
    /// What becomes of messages in flight at the end of the duration. Default finish.
    #[schemars(extend("default" = "finish"))]
    pub(in crate::scenario) drain: Option<Drain>,
    /// Plans by their names. The plan `unlimited` is built in.
    #[schemars(with = "Option<BTreeMap<String, Plan>>")]
    pub(in crate::scenario) plans: Option<IndexMap<String, Plan>>,
    /// Packages of credits by their names.
    #[schemars(with = "Option<BTreeMap<String, Package>>")]
    pub(in crate::scenario) packages: Option<IndexMap<String, Package>>,
    /// Which agents go offline when a change of plan leaves too many active. Default
    /// `newest_offline`.
    #[schemars(extend("default" = "newest_offline"))]
    pub(in crate::scenario) on_downgrade: Option<OnDowngrade>,
    /// The customers' workspaces, group by group.
    #[schemars(length(min = 1))]
    pub(in crate::scenario) workspaces: Vec<Group>,
    /// Limits over everybody: of scope platform or plan.
    pub(in crate::scenario) fair_use: Option<Vec<FairUse>>,
    /// What serves admitted messages. Default: they are served at once, in no time.
    pub(in crate::scenario) backend: Option<Backend>,
    /// What happens at given instants.
    pub(in crate::scenario) timeline: Option<Vec<TimelineEntry>>,
    /// How enforcement is implemented. Default atomic.
    pub(in crate::scenario) enforcement: Option<Enforcement>,
    /// How fine the figures over time are. Default: bins whose width is the least of 1s, 10s, 1m,
    /// 5m, 15m, 1h, 6h and 1d that gives at most 500 of them.
    pub(in crate::scenario) series: Option<Series>,
    /// What the run must meet, such as `latency.p99{group=shops} < 10s`.
    #[schemars(example = ["refusal.rate{reason=credits_exhausted} < 1%"])]
    pub(in crate::scenario) thresholds: Option<Vec<Text>>,
}

/// How many times a scenario is run.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::scenario) enum Replications {
    /// So many times: 1 to 10,000.
    Count(#[schemars(extend("minimum" = 1, "maximum" = 10_000))] Count),
    /// Until a metric is known precisely enough.
    Until(ReplicationsUntil),
}

/// Replications until a metric is known precisely enough. It is looked after the fewest, and each time that
/// there are a quarter more.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ReplicationsUntil {
    /// The fewest: 2 to 10,000. Default 10.
    #[schemars(extend("default" = 10, "minimum" = 2, "maximum" = 10_000))]
    pub(in crate::scenario) min: Option<Count>,
    /// The most: 2 to 10,000.
    #[schemars(extend("minimum" = 2, "maximum" = 10_000))]
    pub(in crate::scenario) max: Count,
    /// When they are enough.
    pub(in crate::scenario) until: KnownTo,
}

/// How precisely a metric is to be known.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct KnownTo {
    /// The metric, such as `latency.p99{group=shops}`.
    #[schemars(example = "refusal.rate{reason=credits_exhausted}")]
    pub(in crate::scenario) metric: Text,
    /// How far its 95% interval reaches to each side at most, in the unit of the metric, such as `50ms`.
    #[schemars(example = "0.5%")]
    pub(in crate::scenario) half_width: Text,
}

/// What becomes of messages in flight at the end of the duration.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::scenario) enum Drain {
    /// They are served to their end, however long it takes.
    Finish,
    /// They are counted as in flight: neither replied to nor lost.
    Cut,
}

/// How fine the figures over time are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Series {
    /// The width of a bin: at least a 5,000th of the duration.
    #[schemars(example = "5m")]
    pub(in crate::scenario) every: Duration,
}
