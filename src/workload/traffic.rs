//! Who writes to the agents of a line, or to a workspace, and when.

use super::{Bursts, CustomArrivals, CustomTraffic, Modulation};
use crate::random::Distribution;
use crate::units::Rate;

/// Messages that customers write to the agents of a line; of the [customers](super::Customers) of a
/// workspace, to the workspace in place of each agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    /// Who writes.
    pub kind: TrafficKind,
    /// How that rises and falls over time.
    pub modulation: Modulation,
    /// How that comes in bursts, for each agent apart.
    pub bursts: Option<Bursts>,
}

/// Who writes. Distributions of times are in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub enum TrafficKind {
    /// A Poisson stream of messages to each agent.
    Rate(Rate),
    /// A renewal stream of messages to each agent: the times between them, and that from the start
    /// to the first.
    Interarrival(Distribution),
    /// Conversations: they begin as a Poisson stream to each agent; the next turn comes a think
    /// time after the reply.
    Sessions {
        /// Conversations begun with each agent.
        rate: Rate,
        /// Turns of a conversation, at least 1.
        turns: Distribution,
        /// Time from a reply to the next turn.
        think: Distribution,
        /// What becomes of a conversation of which a message is lost.
        on_lost: OnLost,
    },
    /// Users of each agent who for ever think, write, and wait for the reply or the refusal.
    Closed {
        /// Users of each agent, at least 1.
        users: u32,
        /// Time from a reply, a refusal or the start to the next message.
        think: Distribution,
    },
    /// Messages that come to each agent by an arrival process of one's own.
    Custom(CustomTraffic),
}

impl TrafficKind {
    /// Messages by an arrival process of one's own, as it begins.
    pub fn custom(arrivals: impl CustomArrivals) -> Self {
        Self::Custom(CustomTraffic::new(arrivals))
    }
}

/// What becomes of a conversation of which a message is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnLost {
    /// It ends.
    #[default]
    End,
    /// The customer thinks, and writes the next turn.
    Continue,
}

impl From<TrafficKind> for Traffic {
    /// Traffic that neither rises nor falls.
    fn from(kind: TrafficKind) -> Self {
        Self::steady(kind)
    }
}

impl Traffic {
    /// Traffic that neither rises nor falls.
    pub fn steady(kind: TrafficKind) -> Self {
        Self { kind, modulation: Modulation::default(), bursts: None }
    }

    /// Whether arrivals at all agents of a line are one stream, each for an agent drawn at random.
    /// Poisson streams add up to one; what each agent has its own clock or its own users for does
    /// not.
    pub const fn is_one_stream(&self) -> bool {
        let poisson = matches!(self.kind, TrafficKind::Rate(_) | TrafficKind::Sessions { .. });
        poisson && self.bursts.is_none()
    }
}
