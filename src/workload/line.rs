//! An agent line: agents that behave alike.

use super::Traffic;
use crate::random::Distribution;
use crate::rules::AgentState;
use crate::units::SimSpan;

/// Agents of a workspace that behave alike. Distributions of spans are in nanoseconds, of costs in
/// thousandths of a credit, of turns in turns.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentLine {
    /// Its name in the scenario.
    pub name: String,
    /// How many agents of this line each workspace has.
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
