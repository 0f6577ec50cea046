//! An agent line: agents that behave alike.

use super::{ClientThrottling, Retry, Traffic};
use crate::random::Distribution;
use crate::rules::{AgentState, Reason, ShareTerms};
use crate::units::{Rate, SimSpan};

/// Agents of a workspace that behave alike. Distributions of spans are in nanoseconds, of costs in
/// thousandths of a credit, of turns in turns.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentLine {
    /// Its name in the scenario.
    pub name: String,
    /// Whether these are agents, or another feature that draws on the pool.
    pub kind: LineKind,
    /// How many agents of this line each workspace has at the start; 0 is legal where more can be
    /// created. A feature counts as one.
    pub count: u32,
    /// Their state at the start: active as far as the slots admit.
    pub start: AgentState,
    /// How they switch state; `None` keeps it.
    pub activity: Option<Activity>,
    /// Who writes to them; `None` is nobody.
    pub traffic: Option<Traffic>,
    /// Credits that one message costs.
    pub cost: Distribution,
    /// What becomes of their customers while they are not active.
    pub while_offline: WhileOffline,
    /// How their customers try again after a refusal; `None` is not at all.
    pub retry: Option<Retry>,
    /// How customers hold attempts back themselves; `None` is not at all.
    pub client_throttling: Option<ClientThrottling>,
    /// How long customers wait for a reply before they give a message up, from when it was due
    /// \[ns\]; `None` is for ever.
    pub patience: Option<Distribution>,
    /// How agents are created and deleted; `None` is not at all.
    pub churn: Option<Churn>,
    /// How much of the period's included credits each may use; `None` is any.
    pub share: Option<ShareTerms>,
}

impl AgentLine {
    /// Whether customers who are refused for `reason` take time before they give a message up, if
    /// only some of them.
    pub fn lingers(&self, reason: Reason) -> bool {
        !self.has_no_patience() && self.retry.as_ref().is_some_and(|it| it.takes_time(reason))
    }

    /// Whether customers never wait at all.
    pub fn has_no_patience(&self) -> bool {
        self.patience.as_ref().is_some_and(|patience| patience.mean() <= 0.0)
    }

    /// `count` agents that are active from the start and stay so, to which nobody writes; a message
    /// would cost one credit, and be refused while its agent is not active. A refused message is lost,
    /// and customers wait for ever.
    pub fn new(name: impl Into<String>, count: u32) -> Self {
        Self {
            name: name.into(),
            kind: LineKind::Agents,
            count,
            start: AgentState::Active,
            activity: None,
            traffic: None,
            cost: Distribution::Constant(1_000.0),
            while_offline: WhileOffline::Refuse,
            retry: None,
            client_throttling: None,
            patience: None,
            churn: None,
            share: None,
        }
    }

    /// Another feature than agents, to which nobody writes; a message would cost one credit.
    pub fn feature(name: impl Into<String>) -> Self {
        Self { kind: LineKind::Feature, ..Self::new(name, 1) }
    }

    /// The line with these customers.
    pub fn with_traffic(self, traffic: impl Into<Traffic>) -> Self {
        Self { traffic: Some(traffic.into()), ..self }
    }

    /// The line with messages that cost so much, in thousandths of a credit.
    pub fn with_cost(self, cost: Distribution) -> Self {
        Self { cost, ..self }
    }
}

/// What a line consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineKind {
    /// Agents: they have a state and count against the limits of agents.
    #[default]
    Agents,
    /// Another AI feature: it is always there and counts against no limit of agents.
    Feature,
}

/// How agents come and go.
#[derive(Debug, Clone, PartialEq)]
pub struct Churn {
    /// Tries to create one, as a Poisson stream in each workspace; `None` is none.
    pub create: Option<Rate>,
    /// Time from an agent's creation, or the start, to its deletion; `None` is never.
    pub delete_after: Option<Distribution>,
}

/// How agents switch state. A state without a distribution is never left by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// Time from the start until a draft is first enabled.
    pub draft: Option<Distribution>,
    /// Time from an enable to the next disable.
    pub active: Option<Distribution>,
    /// Time from a disable, or the start, to the next try to enable.
    pub offline: Option<Distribution>,
    /// What follows a refused enable.
    pub on_refused: OnRefused,
}

/// What an agent does whose enable was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnRefused {
    /// It draws a new offline period.
    #[default]
    GiveUp,
    /// It tries again after this span.
    RetryEvery(SimSpan),
    /// It waits until a slot is free, first come first served.
    WaitForSlot,
}

/// What becomes of the customers of an agent that is not active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhileOffline {
    /// Their messages are refused as `agent_not_active`.
    #[default]
    Refuse,
    /// They wait for it to come back: no new messages or conversations begin, and the next turn of
    /// one that has begun is written when the agent is active again.
    Pause,
}
