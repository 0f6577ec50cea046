//! What agents and customers do: traffic, sessions, activity, purchases, and what happens to them
//! over time. Behaviour only; what is allowed is the business of [`rules`](crate::rules).

mod arrivals;
mod bursts;
mod buying;
mod client;
mod customers;
mod line;
mod membership;
mod modulation;
mod retry;
mod servers;
mod timeline;
mod traffic;

pub use arrivals::{CustomArrivals, CustomSource, CustomTraffic};
pub use bursts::{Burst, BurstSampler, Bursts};
pub use buying::{AutoBuy, Buying, ByHand};
pub use client::{ClientThrottling, Lately, RetryBudget};
pub use customers::{Customers, Route};
pub use line::{Activity, AgentLine, Churn, LineKind, OnRefused, WhileOffline};
pub use membership::{is_taken, plan_of};
pub use modulation::{Arrival, Factor, Level, Modulation, Profile, Stage, Stages, Steps};
pub use retry::{Backoff, Jitter, Retry, RetrySampler};
pub use servers::{ServersChange, servers_over_time};
pub use timeline::{Action, Occurrence, Pick};
pub use traffic::{OnLost, Traffic, TrafficKind};
