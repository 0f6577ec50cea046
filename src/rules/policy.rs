//! The rules of a group's workspaces, compiled once.

use super::gate::{Gate, GateQuota, Gates, Limiter, Limiters};
use super::limiter::{OnExceed, Throttle, ThrottleScope};
use super::plan::Plan;

/// The rules of a group: a policy for each plan that its workspaces can be on.
#[derive(Debug, Clone)]
pub struct Rulebook {
    policies: Vec<Policy>,
    /// Those of scope agent, and of scope workspace. A limiter is one meter on whatever plans it
    /// stands; one of another plan than the workspace's is idle.
    pub(super) agent_limiters: Limiters,
    pub(super) workspace_limiters: Limiters,
    /// Whether an attempt holds places that must be released at its end.
    holds_places: bool,
    /// Whether any limiter, or a pool, only reports.
    reports: bool,
    /// Whether any agent or feature has a share of the pool.
    shares: bool,
}

/// The rules on one plan.
#[derive(Debug, Clone)]
pub struct Policy {
    plan: Plan,
    /// Those of scope agent, in the order written.
    pub(super) agent_gates: Vec<Gate>,
    /// Those of scope workspace, in the order written.
    pub(super) workspace_gates: Vec<Gate>,
}

impl Rulebook {
    /// Compiles the plans of a group, each with the throttles that hold on it as places in
    /// `throttles`. Throttles of the same name are one limiter, with other numbers on each plan;
    /// they must have the same scope, kind and weight; a limiter of one's own has the same numbers on
    /// all of them. `shares` says whether anyone has a share of the pool.
    ///
    /// # Panics
    ///
    /// With more than 65,535 throttles, or more than 32 that hold places and only report.
    pub fn new<'p>(
        plans: impl IntoIterator<Item = (&'p Plan, &'p [u16])>,
        throttles: &[Throttle],
        shares: bool,
    ) -> Self {
        let mut compiled = Gates::new(throttles);
        let [agent_limiters, workspace_limiters] =
            [ThrottleScope::Agent, ThrottleScope::Workspace].map(|scope| compiled.take(scope));
        let of_scope = |own: &[u16], scope| {
            let own = own.iter().map(|&place| usize::from(place));
            let own = own.filter(|&index| throttles[index].scope == scope);
            own.map(|index| compiled.all[index]).collect()
        };
        let policies = plans.into_iter().map(|(plan, own)| Policy {
            plan: plan.clone(),
            agent_gates: of_scope(own, ThrottleScope::Agent),
            workspace_gates: of_scope(own, ThrottleScope::Workspace),
        });
        let policies: Vec<Policy> = policies.collect();
        let mut limiters = agent_limiters.all.iter().chain(&workspace_limiters.all);
        let holds_places = limiters.any(Limiter::holds_places);
        let reports = compiled.report || policies.iter().any(Policy::pool_reports);
        Self { policies, agent_limiters, workspace_limiters, holds_places, reports, shares }
    }

    /// The rules on a plan, by its place in the group's list.
    pub fn policy(&self, plan: usize) -> &Policy {
        &self.policies[plan]
    }

    /// Whether an attempt holds places that must be released at its end.
    pub const fn holds_places(&self) -> bool {
        self.holds_places
    }

    /// Whether any limiter has attempts wait until its rate lets them go on.
    pub fn shapes(&self) -> bool {
        let gates = |policy: &Policy| {
            let mut gates = policy.agent_gates.iter().chain(&policy.workspace_gates);
            gates.any(|gate| matches!(gate.quota, GateQuota::LeakyBucket(quota) if quota.shapes()))
        };
        self.policies.iter().any(gates)
    }

    /// Whether attempts that a throttle refuses, which holds on a plan, count in it.
    pub fn counts_refused(&self, plan: usize, throttle: u16) -> bool {
        let Policy { agent_gates, workspace_gates, .. } = &self.policies[plan];
        let mut gates = agent_gates.iter().chain(workspace_gates);
        gates.any(|gate| gate.throttle == throttle && gate.counts_refused)
    }

    /// Whether any limiter, or a pool, only reports what it would refuse.
    pub const fn reports(&self) -> bool {
        self.reports
    }

    /// Whether any agent or feature has a share of the pool.
    pub(super) const fn shares(&self) -> bool {
        self.shares
    }

    /// Whether any plan counts credits, so that workspaces have a pool.
    pub fn counts_credits(&self) -> bool {
        self.policies.iter().any(|policy| policy.plan.credits.is_some())
    }
}

impl Policy {
    /// Whether the pool of the plan's credits only reports what it cannot pay.
    pub fn pool_reports(&self) -> bool {
        let credits = self.plan.credits.as_ref();
        credits.is_some_and(|credits| credits.on_exceed == OnExceed::Report)
    }

    /// The plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }
}
