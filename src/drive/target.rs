//! What is driven: whoever decides.

use crate::rules::Refusal;
use crate::units::Credits;

/// Whoever decides: an enforcement service, as its callers see it.
///
/// Requests come from many tasks at once. Those that change the state of one agent come one after
/// the other, each after the answer to the one before.
pub trait Target: Send + Sync + 'static {
    /// Decides a request, and does what it asks for if that is admitted.
    fn decide(&self, request: Request) -> impl Future<Output = Decision> + Send;
}

/// What somebody asks of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The workspace, by its number among those of all groups, from 0.
    pub workspace: u32,
    /// What is asked for.
    pub deed: Deed,
}

/// An agent or a feature of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Its line, by its place in the group.
    pub line: u16,
    /// Which of those created there it is, from 1 on; 0 for a feature.
    pub number: u32,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// To answer a message, which has a number of its own in the workspace.
    Attempt {
        /// To whom.
        member: Member,
        /// Which message.
        message: u64,
        /// What it costs.
        cost: Credits,
    },
    /// To create an agent.
    Create(Member),
    /// To enable an agent.
    Enable(Member),
    /// To take an agent offline, which is never refused.
    Disable(Member),
    /// To delete an agent, which is never refused.
    Delete(Member),
    /// To begin a new period of the plan's credits, which is never refused.
    Renew,
}

impl Deed {
    /// Whom it is about.
    pub const fn member(self) -> Option<Member> {
        match self {
            Self::Attempt { member, .. }
            | Self::Create(member)
            | Self::Enable(member)
            | Self::Disable(member)
            | Self::Delete(member) => Some(member),
            Self::Renew => None,
        }
    }
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether there was anything to decide: not where an agent does not exist, or is in the state
    /// already that was asked for.
    pub happened: bool,
    /// Why it was refused, if it was.
    pub refusal: Option<Refusal>,
    /// What the pool was charged, overage included; `None` if nothing was charged, or no credits
    /// are counted.
    pub charged: Option<Credits>,
    /// What of that was beyond the balance, as the plan permits.
    pub overage: Credits,
    /// What expired, and what was granted, where a period began.
    pub renewed: Option<(Credits, Credits)>,
    /// What the pool holds afterwards, below zero if more was charged than there was; `None` if
    /// nobody knows.
    pub balance: Option<Credits>,
    /// How many agents are active afterwards, as far as who decided knows.
    pub active: Option<u32>,
    /// The node that decided, from 1 on, where there are several.
    pub node: Option<u32>,
}

impl Decision {
    /// There was nothing to decide.
    pub const NOTHING: Self = Self { happened: false, ..Self::ADMITTED };

    /// It was admitted, and no more is known.
    pub const ADMITTED: Self = Self {
        happened: true,
        refusal: None,
        charged: None,
        overage: Credits::ZERO,
        renewed: None,
        balance: None,
        active: None,
        node: None,
    };

    /// It was refused.
    pub const fn refused(refusal: Refusal) -> Self {
        Self { refusal: Some(refusal), ..Self::ADMITTED }
    }
}
