//! How decisions are made: what a system that enforces the rules knows when it decides, and when it
//! does. What ought to be decided is the business of [`rules`](crate::rules).

mod model;

pub use model::{Enforcement, Nodes, Routing, Strategy};
