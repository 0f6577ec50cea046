//! What agents and customers do: traffic, sessions, activity, purchases, and what happens to them
//! over time. Behaviour only; what is allowed is the business of [`rules`](crate::rules).

mod buying;
mod line;
mod membership;
mod timeline;

pub use buying::{AutoBuy, Below, Buying, ByHand};
pub use line::{
    Activity, AgentLine, Churn, LineKind, OnRefused, ShareTerms, Traffic, WhileOffline,
};
pub use membership::{is_taken, plan_of};
pub use timeline::{Action, Occurrence, Pick};
