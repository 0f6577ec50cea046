//! How decisions are made: what a system that enforces the rules knows when it decides, and when it
//! does. What ought to be decided is the business of [`rules`](crate::rules).
//!
//! A [`Workspace`](crate::rules::Workspace) is what really happened. An [`Enforcer`] decides by what
//! its strategy lets it know of that, and has it happen whether there is room or not; it says too what
//! had no room, and which refusals had.

mod believed;
mod charging;
mod copies;
mod enforcer;
mod faults;
mod lagging;
mod late;
mod leases;
mod leaving;
mod model;
mod paying;
mod restarts;
mod slots;

pub use charging::{Charging, Estimate};
pub use enforcer::{Admitted, Asked, Enforcer, Payment};
pub use faults::{DuplicateDelivery, Faults, LateRenewal, LostRelease, OnUnavailable};
pub use leaving::Leaving;
pub use model::{Enforcement, Nodes, Routing, Strategy};
