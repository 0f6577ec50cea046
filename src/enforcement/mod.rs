//! How decisions are made: what a system that enforces the rules knows when it decides, and when it
//! does. What ought to be decided is the business of [`rules`](crate::rules).
//!
//! A [`Workspace`](crate::rules::Workspace) is what really happened. An [`Enforcer`] decides by what
//! its strategy lets it know of that, and has it happen whether there is room or not; it says too what
//! had no room, and which refusals had.

mod copies;
mod enforcer;
mod lagging;
mod leases;
mod model;

pub use enforcer::{Asked, Enforcer};
pub use model::{Enforcement, Nodes, Routing, Strategy};
