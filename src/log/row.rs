//! A row of a trace, in numbers.

use crate::units::{Credits, SimSpan, SimTime};

/// A row of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// When it happens; of a later turn of a conversation, when that began.
    pub time: SimTime,
    /// The group, by its place in the [`Roster`](super::Roster).
    pub group: u32,
    /// The workspace in its group, from 0.
    pub workspace: u32,
    /// What happens.
    pub deed: Deed,
    /// What the message costs; `None` if that is drawn.
    pub cost: Option<Credits>,
    /// Of a later turn of the conversation to which the row before it belongs: the time from the
    /// reply to that one to this one.
    pub think: Option<SimSpan>,
}

/// What a row says that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// A customer writes.
    Message(Whom),
    /// Somebody creates an agent.
    Create(Whom),
    /// Somebody enables an agent.
    Enable(Whom),
    /// Somebody disables an agent.
    Disable(Whom),
    /// Somebody deletes an agent.
    Delete(Whom),
    /// The workspace changes to a plan, by its place in the group's.
    SetPlan(u32),
    /// The workspace buys a package, by its place in the roster's.
    BuyPackage(u32),
}

impl Deed {
    /// How many kinds there are.
    pub const KINDS: usize = 7;
    /// How they are spelled, in the order of [`kind`](Self::kind).
    pub const NAMES: [&str; Self::KINDS] =
        ["message", "create", "enable", "disable", "delete", "set_plan", "buy_package"];

    /// Which kind it is, from 0.
    pub const fn kind(self) -> usize {
        match self {
            Self::Message(_) => 0,
            Self::Create(_) => 1,
            Self::Enable(_) => 2,
            Self::Disable(_) => 3,
            Self::Delete(_) => 4,
            Self::SetPlan(_) => 5,
            Self::BuyPackage(_) => 6,
        }
    }
}

/// An agent or a feature of a workspace, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whom {
    /// Its line, by its place in the group; as many as there are lines if it belongs to none.
    pub line: u32,
    /// The number of its name in the workspace: those that are declared come first, line by line,
    /// and then those that rows created, in the order of their first rows.
    pub name: u32,
}
