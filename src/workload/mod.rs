//! What agents and customers do: traffic, sessions, activity. Behaviour only; what is allowed is
//! the business of [`rules`](crate::rules).

mod bursts;
mod line;
mod modulation;
mod traffic;

pub use bursts::{Burst, BurstSampler, Bursts};
pub use line::{Activity, AgentLine, OnRefused, WhileOffline};
pub use modulation::{ClockChange, Factor, Level, Modulation, Profile, Stage, Stages, Steps};
pub use traffic::{OnLost, Traffic, TrafficKind};
