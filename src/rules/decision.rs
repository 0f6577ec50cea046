//! Decisions: what a rule answers, in the words that users, results and logs share.

use std::fmt;

use crate::units::SimSpan;

/// Why a try was refused. The spelling of [`Reason::name`] is a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The workspace holds as many agents as it may (rule R1).
    WorkspaceAgentLimit,
    /// As many agents are active as the plan admits (rule R4).
    ActiveAgentLimit,
    /// The trial is over and nobody subscribed (rule R8).
    TrialEnded,
    /// The agent that was written to is draft or offline.
    AgentNotActive,
    /// A limiter of a rate refused (rule R7).
    RateLimited,
    /// As many attempts are in flight as a limiter admits (rule R7).
    ConcurrencyLimited,
    /// The pool cannot pay (rule R6).
    CreditsExhausted,
    /// The agent or feature has used its share of the pool, or the rest is kept for others.
    ShareExhausted,
    /// The backend's queue is full, or it sheds load.
    Overloaded,
    /// Whoever decides could not.
    EnforcementUnavailable,
}

/// What the product offers with a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Offer {
    /// Move the workspace to a plan with higher limits.
    UpgradePlan,
    /// Free a slot.
    DisableAnAgent,
    /// Add credits to the pool.
    BuyPackage,
    /// Ask the vendor.
    ContactSupport,
    /// Try again later.
    Wait,
}

impl Reason {
    /// Every reason, in the order in which results list them.
    pub const ALL: [Self; 10] = [
        Self::WorkspaceAgentLimit,
        Self::ActiveAgentLimit,
        Self::TrialEnded,
        Self::AgentNotActive,
        Self::RateLimited,
        Self::ConcurrencyLimited,
        Self::CreditsExhausted,
        Self::ShareExhausted,
        Self::Overloaded,
        Self::EnforcementUnavailable,
    ];

    /// The name in files: `active_agent_limit` and so on.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WorkspaceAgentLimit => "workspace_agent_limit",
            Self::ActiveAgentLimit => "active_agent_limit",
            Self::TrialEnded => "trial_ended",
            Self::AgentNotActive => "agent_not_active",
            Self::RateLimited => "rate_limited",
            Self::ConcurrencyLimited => "concurrency_limited",
            Self::CreditsExhausted => "credits_exhausted",
            Self::ShareExhausted => "share_exhausted",
            Self::Overloaded => "overloaded",
            Self::EnforcementUnavailable => "enforcement_unavailable",
        }
    }

    /// The sentence that a customer of the product reads.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::WorkspaceAgentLimit => {
                "This workspace holds as many agents as it may. Delete one to create another."
            }
            Self::ActiveAgentLimit => {
                "The limit of active agents has been reached. \
                 Disable an agent or upgrade the plan to enable this one."
            }
            Self::TrialEnded => {
                "The trial has ended. Subscribe to a plan to go on using the AI agent."
            }
            Self::AgentNotActive => "This agent is not active.",
            Self::RateLimited => {
                "The fair-use limit has been reached. \
                 Wait a moment, buy a package or contact support."
            }
            Self::ConcurrencyLimited => {
                "Too many messages are being answered at once. \
                 Wait a moment, buy a package or contact support."
            }
            Self::CreditsExhausted => {
                "The workspace has used up its credits. \
                 Buy a package, upgrade the plan or wait for the renewal."
            }
            Self::ShareExhausted => {
                "The share of the credits that is set for this agent or feature has been used up. \
                 Wait for the renewal, or ask an admin of the workspace to change the share."
            }
            Self::Overloaded => "The service is busy. Try again in a moment.",
            Self::EnforcementUnavailable => {
                "Your limits cannot be checked at the moment. Try again in a moment."
            }
        }
    }

    /// What the product offers then, best first.
    pub const fn offers(self) -> &'static [Offer] {
        match self {
            Self::WorkspaceAgentLimit | Self::AgentNotActive => &[Offer::ContactSupport],
            Self::TrialEnded => &[Offer::UpgradePlan, Offer::ContactSupport],
            Self::ActiveAgentLimit => &[Offer::UpgradePlan, Offer::DisableAnAgent],
            Self::RateLimited | Self::ConcurrencyLimited => {
                &[Offer::Wait, Offer::BuyPackage, Offer::ContactSupport]
            }
            Self::CreditsExhausted => {
                &[Offer::BuyPackage, Offer::UpgradePlan, Offer::Wait, Offer::ContactSupport]
            }
            Self::ShareExhausted | Self::Overloaded | Self::EnforcementUnavailable => {
                &[Offer::Wait, Offer::ContactSupport]
            }
        }
    }

    /// Whether attempts of messages are refused for it; the others refuse creates and enables.
    pub const fn refuses_attempts(self) -> bool {
        !matches!(self, Self::WorkspaceAgentLimit | Self::ActiveAgentLimit)
    }

    /// Whether such a refusal is a limit hit; the others are the customer's own doing.
    pub const fn is_limit_hit(self) -> bool {
        !matches!(self, Self::AgentNotActive | Self::TrialEnded | Self::EnforcementUnavailable)
    }
}

impl Offer {
    /// The name in files: `upgrade_plan` and so on.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UpgradePlan => "upgrade_plan",
            Self::DisableAnAgent => "disable_an_agent",
            Self::BuyPackage => "buy_package",
            Self::ContactSupport => "contact_support",
            Self::Wait => "wait",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A refused try: a limit hit or a message to an agent that is not active.
///
/// Refusals are values, not errors: nothing went wrong, and nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The first rule that refused.
    pub reason: Reason,
    /// The limiter that refused, as an index into the throttles of the workspace's group.
    pub limiter: Option<u16>,
    /// After how long the same try is admitted if nobody else tries; `None` where the rule cannot
    /// know, or where time alone never cures it.
    pub retry_after: Option<SimSpan>,
}

impl Refusal {
    /// A refusal that names no limiter and that time alone does not cure.
    pub const fn of(reason: Reason) -> Self {
        Self { reason, limiter: None, retry_after: None }
    }
}
