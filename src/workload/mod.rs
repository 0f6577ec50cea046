//! What agents and customers do: traffic, sessions, activity. Behaviour only; what is allowed is
//! the business of [`rules`](crate::rules).

mod line;

pub use line::{Activity, AgentLine, OnRefused, Traffic, WhileOffline};
