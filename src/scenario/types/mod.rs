//! What a user may write. The JSON Schema is generated from these types, and the check of a file
//! follows that schema, so whatever is said here once is true in editors, messages and reading.
//!
//! Keys and words that are planned stand in `x-not-supported-yet`: they are refused as such, never
//! ignored and never called unknown.

mod backend;
mod distribution;
mod document;
mod plan;
mod quantity;
mod workspaces;

pub(super) use backend::{Backend, BackendScope};
pub(super) use distribution::{Distribution, Hyperexponential, Kind, Measured, Phase};
pub(super) use document::{Document, Drain};
pub(super) use plan::{CreditsPer, FairUse, FairUseScope, Plan, PlanCredits};
pub(super) use quantity::{
    Count, CountOrUnlimited, Duration, Number, QuantityWord, Renewal, ShareText, Text, name,
    number, quantity,
};
pub(super) use workspaces::{
    Activity, Agent, AgentStart, Group, OnRefused, Sessions, Traffic, WhileOffline,
};
