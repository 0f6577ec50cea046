//! What a user may write. The JSON Schema is generated from these types, and the check of a file
//! follows that schema, so whatever is said here once is true in editors, messages and reading.
//!
//! Keys and words that are planned stand in `x-not-supported-yet`: they are refused as such, never
//! ignored and never called unknown.

mod backend;
mod distribution;
mod document;
mod enforcement;
mod fair_use;
mod packages;
mod plan;
mod quantity;
mod retry;
mod timeline;
mod traffic;
mod workspaces;

pub(super) use backend::{Aimd, Backend, BackendScope, Discipline, Shed};
pub(super) use distribution::{Distribution, Hyperexponential, Kind, Measured, Phase};
pub(super) use document::{Document, Drain, KnownTo, Replications, ReplicationsUntil};
pub(super) use enforcement::{Charge, Faults, OnRefusal, OnUnavailable, Routing, Strategy};
pub(super) use fair_use::{Estimate, FairUse, FairUseScope, OnExceed, Weight};
pub(super) use packages::{AutoBuy, Package, Purchases};
pub(super) use plan::{
    AtRenewal, CarryOver, Overage, OverageWord, PerWord, Plan, PlanCredits, Price,
};
pub(super) use quantity::{
    Amount, Anchor, Count, CountOrUnlimited, Duration, MOST_TIMES, Name, Number, QuantityWord,
    Renewal, ShareText, Text, WarmUpText, name, number, quantity,
};
pub(super) use retry::{Backoff, ClientThrottling, Jitter, Retry, RetryReason};
pub(super) use timeline::{Bought, Picked, TimelineEntry};
pub(super) use traffic::{
    Bursts, Closed, OnLost, Profile, ProfileName, Replay, Sessions, Stage, Traffic,
};
pub(super) use workspaces::{
    Activity, Agent, AgentStart, BillingAnchor, Churn, Feature, Group, OnDowngrade, OnRefused,
    PlanOrMix, Route, ShareTerms, WhileOffline,
};
