//! The rules of a group's workspaces, compiled once.

use super::decision::Reason;
use super::limiter::{CustomQuota, Quota, Throttle, ThrottleScope, TokenBucketQuota};
use super::plan::Plan;

/// The rules of a group: a policy for each plan that its workspaces can be on.
#[derive(Debug, Clone)]
pub struct Rulebook {
    policies: Vec<Policy>,
    /// A new meter for each limiter of scope agent, and of scope workspace. A limiter is one meter
    /// on whatever plans it stands; one of another plan than the workspace's is idle.
    pub(super) agent_limiters: Vec<Limiter>,
    pub(super) workspace_limiters: Vec<Limiter>,
    /// Whether an attempt holds places that must be released at its end.
    holds_places: bool,
    /// Whether any agent or feature has a share of the pool.
    shares: bool,
}

/// A limiter of a group, by whatever name it stands in plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Limiter {
    TokenBucket,
    Concurrency,
    Custom(CustomQuota),
}

impl Limiter {
    fn holds_places(&self) -> bool {
        match self {
            Self::TokenBucket => false,
            Self::Concurrency => true,
            Self::Custom(custom) => custom.holds_places(),
        }
    }
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

/// A throttle with its numbers compiled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gate {
    /// The throttle's place in the group's list.
    pub(super) throttle: u16,
    /// Its limiter's place among those of its scope.
    pub(super) limiter: u16,
    pub(super) quota: GateQuota,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum GateQuota {
    TokenBucket(TokenBucketQuota),
    Concurrency(u32),
    /// What its refusals are called.
    Custom(Reason),
}

impl Rulebook {
    /// Compiles the plans of a group, each with the throttles that hold on it as places in
    /// `throttles`. Throttles of the same name are one limiter, with other numbers on each plan;
    /// they must have the same scope and kind; a limiter of one's own has the same numbers on all of
    /// them. `shares` says whether anyone has a share of the pool.
    ///
    /// # Panics
    ///
    /// With more than 65,535 throttles.
    pub fn new<'p>(
        plans: impl IntoIterator<Item = (&'p Plan, &'p [u16])>,
        throttles: &[Throttle],
        shares: bool,
    ) -> Self {
        let place = |index: usize| u16::try_from(index).expect("at most 65,535 throttles");
        let mut names: [Vec<&str>; 2] = [Vec::new(), Vec::new()];
        let mut limiters: [Vec<Limiter>; 2] = [Vec::new(), Vec::new()];
        let mut gates: Vec<Gate> = Vec::new();
        for (index, throttle) in throttles.iter().enumerate() {
            let scope = usize::from(throttle.scope == ThrottleScope::Workspace);
            let (limiter, quota) = match &throttle.quota {
                Quota::TokenBucket { rate, burst_thousandths } => (
                    Limiter::TokenBucket,
                    GateQuota::TokenBucket(TokenBucketQuota::new(*rate, *burst_thousandths)),
                ),
                Quota::Concurrency { limit } => {
                    (Limiter::Concurrency, GateQuota::Concurrency(*limit))
                }
                Quota::Custom(custom) => {
                    (Limiter::Custom(custom.clone()), GateQuota::Custom(throttle.quota.reason()))
                }
            };
            let known = names[scope].iter().position(|name| *name == throttle.name);
            let number = known.unwrap_or_else(|| {
                names[scope].push(&throttle.name);
                limiters[scope].push(limiter);
                names[scope].len() - 1
            });
            gates.push(Gate { throttle: place(index), limiter: place(number), quota });
        }
        let of_scope = |own: &[u16], scope| {
            let own = own.iter().map(|&place| usize::from(place));
            own.filter(|&index| throttles[index].scope == scope).map(|index| gates[index]).collect()
        };
        let policies = plans.into_iter().map(|(plan, own)| Policy {
            plan: plan.clone(),
            agent_gates: of_scope(own, ThrottleScope::Agent),
            workspace_gates: of_scope(own, ThrottleScope::Workspace),
        });
        let policies = policies.collect();
        let holds_places = limiters.iter().flatten().any(Limiter::holds_places);
        let [agent_limiters, workspace_limiters] = limiters;
        Self { policies, agent_limiters, workspace_limiters, holds_places, shares }
    }

    /// The rules on a plan, by its place in the group's list.
    pub fn policy(&self, plan: usize) -> &Policy {
        &self.policies[plan]
    }

    /// Whether an attempt holds places that must be released at its end.
    pub const fn holds_places(&self) -> bool {
        self.holds_places
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
    /// The plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }
}
