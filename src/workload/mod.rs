//! What agents and customers do: traffic, sessions, activity. Behaviour only; what is allowed is
//! the business of [`rules`](crate::rules).

mod bursts;
mod line;
mod modulation;

pub use bursts::{Burst, BurstSampler, Bursts};
pub use line::{Activity, AgentLine, OnRefused, Traffic, WhileOffline};
pub use modulation::{ClockChange, Factor, Level, Modulation, Profile, Stage, Stages, Steps};
