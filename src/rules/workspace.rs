//! One workspace as enforcement sees it: its agents, slots, limiters and pool, and the order in
//! which an attempt meets them.

use super::agent::AgentState;
use super::decision::{Reason, Refusal};
use super::limiter::{Concurrency, Quota, Throttle, ThrottleScope, TokenBucket, TokenBucketQuota};
use super::plan::Plan;
use super::pool::{Charge, CreditPool};
use super::slots::ActiveSlots;
use crate::units::{Credits, SimTime};

/// The weight of one attempt in a limiter: one token, in thousandths.
const ONE_ATTEMPT: u64 = 1_000;

/// The rules that all workspaces of a group share, compiled once.
#[derive(Debug, Clone)]
pub struct Policy {
    plan: Plan,
    /// Those of scope agent first, then those of scope workspace, each in the order written.
    gates: Vec<Gate>,
}

/// A throttle with its numbers compiled.
#[derive(Debug, Clone, Copy)]
struct Gate {
    /// The throttle's index in the group's list.
    throttle: u16,
    scope: ThrottleScope,
    quota: GateQuota,
}

#[derive(Debug, Clone, Copy)]
enum GateQuota {
    TokenBucket(TokenBucketQuota),
    Concurrency(u32),
}

impl Policy {
    /// Compiles a plan and the throttles of a group.
    ///
    /// # Panics
    ///
    /// With more than 65,535 throttles.
    pub fn new(plan: Plan, throttles: &[Throttle]) -> Self {
        let mut gates: Vec<Gate> = throttles
            .iter()
            .enumerate()
            .map(|(index, throttle)| Gate {
                throttle: u16::try_from(index).expect("at most 65,535 throttles in a group"),
                scope: throttle.scope,
                quota: match throttle.quota {
                    Quota::TokenBucket { rate, burst_thousandths } => {
                        GateQuota::TokenBucket(TokenBucketQuota::new(rate, burst_thousandths))
                    }
                    Quota::Concurrency { limit } => GateQuota::Concurrency(limit),
                },
            })
            .collect();
        gates.sort_by_key(|gate| gate.scope == ThrottleScope::Workspace);
        Self { plan, gates }
    }

    /// The plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether an attempt holds places that must be [released](Workspace::release) at its end.
    pub fn holds_places(&self) -> bool {
        self.gates.iter().any(|gate| matches!(gate.quota, GateQuota::Concurrency(_)))
    }
}

/// The state of one workspace. It is reused for the next one, so that nothing is allocated anew.
#[derive(Debug, Clone)]
pub struct Workspace {
    agents: Vec<AgentState>,
    slots: ActiveSlots,
    pool: Option<CreditPool>,
    /// A state for each gate, or one for each agent and gate of scope agent, gate by gate.
    meters: Vec<Meter>,
}

#[derive(Debug, Clone, Copy)]
enum Meter {
    TokenBucket(TokenBucket),
    Concurrency(Concurrency),
}

impl Workspace {
    /// An empty workspace, to be [reset](Self::reset) before use.
    pub const fn empty() -> Self {
        Self { agents: Vec::new(), slots: ActiveSlots::new(None), pool: None, meters: Vec::new() }
    }

    /// Makes this a new workspace with `agents` agents, all offline, and `seats` seats, whose pool
    /// and buckets are full.
    pub fn reset(&mut self, policy: &Policy, agents: usize, seats: u64) {
        let plan = &policy.plan;
        self.agents.clear();
        self.agents.resize(agents, AgentState::Offline);
        self.slots = ActiveSlots::new(plan.active_agents);
        self.pool = plan.credits.as_ref().map(|allowance| {
            CreditPool::open(allowance.included.times(allowance.per.of(seats) as i64))
        });
        self.meters.clear();
        for gate in &policy.gates {
            let meter = match &gate.quota {
                GateQuota::TokenBucket(quota) => Meter::TokenBucket(TokenBucket::new(quota)),
                GateQuota::Concurrency(_) => Meter::Concurrency(Concurrency::default()),
            };
            let copies = match gate.scope {
                ThrottleScope::Agent => agents,
                ThrottleScope::Workspace => 1,
            };
            self.meters.extend(std::iter::repeat_n(meter, copies));
        }
    }

    /// The state of an agent.
    pub fn agent(&self, agent: usize) -> AgentState {
        self.agents[agent]
    }

    /// The agents there are.
    pub fn agents(&self) -> &[AgentState] {
        &self.agents
    }

    /// The slots.
    pub const fn slots(&self) -> ActiveSlots {
        self.slots
    }

    /// The pool; `None` where the plan counts no credits.
    pub const fn pool(&self) -> Option<&CreditPool> {
        self.pool.as_ref()
    }

    /// Leaves an agent that was just created as a draft, which takes no slot (rule R3).
    pub fn draft(&mut self, agent: usize) {
        debug_assert_eq!(self.agents[agent], AgentState::Offline);
        self.agents[agent] = AgentState::Draft;
    }

    /// Enables an agent that is draft or offline.
    ///
    /// # Errors
    ///
    /// [`Reason::ActiveAgentLimit`] when every slot is taken; the agent keeps its state (rule R4).
    pub fn enable(&mut self, agent: usize) -> Result<(), Refusal> {
        debug_assert_ne!(self.agents[agent], AgentState::Active);
        self.slots.take()?;
        self.agents[agent] = AgentState::Active;
        Ok(())
    }

    /// Disables an active agent; its slot is free at once (rule R5).
    pub fn disable(&mut self, agent: usize) {
        debug_assert_eq!(self.agents[agent], AgentState::Active);
        self.slots.free();
        self.agents[agent] = AgentState::Offline;
    }

    /// Begins a new period of the pool, if there is one.
    pub fn renew(&mut self) {
        if let Some(pool) = &mut self.pool {
            pool.renew();
        }
    }

    /// Decides an attempt at `now`: the agent is active, then the limiters of scope agent and of
    /// scope workspace in the order written, then credits.
    ///
    /// Nothing is taken: call [`take`](Self::take) when whoever decides after this has agreed too.
    ///
    /// # Errors
    ///
    /// The first rule that refuses. For credits, `retry_after` is left to the caller, who knows
    /// the renewals.
    pub fn check(
        &mut self,
        policy: &Policy,
        agent: usize,
        cost: Credits,
        now: SimTime,
    ) -> Result<(), Refusal> {
        if self.agents[agent] != AgentState::Active {
            return Err(Refusal::of(Reason::AgentNotActive));
        }
        let mut base = 0;
        for gate in &policy.gates {
            let (meter, width) = self.meter_of(gate, base, agent);
            base += width;
            let refused = match (&mut self.meters[meter], &gate.quota) {
                (Meter::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => bucket
                    .check(quota, now, ONE_ATTEMPT)
                    .err()
                    .map(|retry_after| (Reason::RateLimited, retry_after)),
                (Meter::Concurrency(places), GateQuota::Concurrency(limit)) => {
                    (!places.has_room(*limit)).then_some((Reason::ConcurrencyLimited, None))
                }
                _ => unreachable!("meters are made from the gates, in their order"),
            };
            if let Some((reason, retry_after)) = refused {
                return Err(Refusal { reason, limiter: Some(gate.throttle), retry_after });
            }
        }
        self.pool.map_or(Ok(()), |pool| pool.check(cost))
    }

    /// Takes what [`check`](Self::check) found at the same instant: tokens, places, credits.
    pub fn take(&mut self, policy: &Policy, agent: usize, cost: Credits) -> Option<Charge> {
        let mut base = 0;
        for gate in &policy.gates {
            let (meter, width) = self.meter_of(gate, base, agent);
            base += width;
            match (&mut self.meters[meter], &gate.quota) {
                (Meter::TokenBucket(bucket), GateQuota::TokenBucket(quota)) => {
                    bucket.take(quota, ONE_ATTEMPT);
                }
                (Meter::Concurrency(places), _) => places.take(),
                _ => unreachable!("meters are made from the gates, in their order"),
            }
        }
        self.pool.as_mut().map(|pool| pool.charge(cost))
    }

    /// Gives back the places that an attempt held, when its reply arrives.
    pub fn release(&mut self, policy: &Policy, agent: usize) {
        let mut base = 0;
        for gate in &policy.gates {
            let (meter, width) = self.meter_of(gate, base, agent);
            base += width;
            if let Meter::Concurrency(places) = &mut self.meters[meter] {
                places.release();
            }
        }
    }

    /// Gives back the credits of an attempt that was refused further on.
    pub fn restore(&mut self, charge: Charge) {
        if let Some(pool) = &mut self.pool {
            pool.restore(charge);
        }
    }

    /// The meter of `gate` for `agent`, where the gate's meters begin at `base`; and how many
    /// meters the gate has.
    fn meter_of(&self, gate: &Gate, base: usize, agent: usize) -> (usize, usize) {
        match gate.scope {
            ThrottleScope::Agent => (base + agent, self.agents.len()),
            ThrottleScope::Workspace => (base, 1),
        }
    }
}
