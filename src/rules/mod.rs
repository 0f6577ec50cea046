//! The rules of the product: slots, the pool, limiters, and the order in which an attempt meets
//! them. Pure: no clock, no randomness, no input or output; the instant comes in as an argument.
//!
//! The rules are numbered R1 to R9 in `docs/reference.md`; what builds one names it.

mod agent;
mod below;
mod decision;
mod gate;
pub mod limiter;
mod meter;
mod meters;
mod passage;
mod plan;
mod platform;
mod policy;
mod pool;
mod recurrence;
mod shares;
mod slots;
mod workspace;

pub use agent::AgentState;
pub use below::Below;
pub use decision::{Offer, Reason, Refusal};
pub use meters::{Meters, Passed};
pub use passage::{Hold, Wait};
pub use plan::{
    Allowance, Anchor, CarryOver, OnDowngrade, Overage, OverageEnd, Package, Per, Plan, Price,
    TOTAL_AGENTS,
};
pub use platform::{Platform, PlatformBook};
pub use policy::{Policy, Rulebook};
pub use pool::{Charge, CreditPool, Flows, Grant, GrantSource, Included};
pub use recurrence::{Cycle, Recurrence};
pub use shares::ShareTerms;
pub use slots::ActiveSlots;
pub use workspace::{Founding, Taken, Workspace};
