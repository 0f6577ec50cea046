//! What a scenario declares besides what its workspaces are on.

use crate::rules::Plan;
use crate::rules::limiter::Throttle;

/// A plan that a scenario declares, with the throttles that stand in it.
#[derive(Debug, Clone)]
pub struct DeclaredPlan {
    /// The plan.
    pub plan: Plan,
    /// Its throttles, of scope agent and workspace, in the order written.
    pub throttles: Vec<Throttle>,
}
