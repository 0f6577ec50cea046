//! What a cell keeps of conversations, messages, attempts and agents.

use super::waits::Place;
use crate::engine::calendar::Ticket;
use crate::engine::lines::Number;
use crate::rules::{Charge, Hold, Refusal};
use crate::units::{Credits, SimSpan, SimTime};

/// A conversation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Session {
    /// The agent it is with, or [`NONE`](super::NONE) before its first message where it may be with any.
    pub(super) agent: u32,
    /// The line whose customer it is of.
    pub(super) line: u32,
    /// Of the turn that is due or under way.
    pub(super) number: Number,
    /// Turns that follow it.
    pub(super) turns_left: u64,
    /// The next conversation that waits for the same agent to come back, or [`NONE`](super::NONE).
    pub(super) next_parked: u32,
    /// The next turn that a trace has for it, or [`NONE`](super::NONE).
    pub(super) script: u32,
    /// What the turn that is due or under way costs, if a trace says so.
    pub(super) cost: Option<Credits>,
}

/// A message that is under way, and its last attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message {
    pub(super) agent: u32,
    /// The agent's line, whose cost, retries and patience are the message's.
    pub(super) line: u32,
    /// The line whose customer wrote it, by which all of that is drawn.
    pub(super) customers: u32,
    /// The conversation it is a turn of, or [`NONE`](super::NONE).
    pub(super) session: u32,
    pub(super) number: Number,
    /// Its number among those of the workspace, from 1 on.
    pub(super) serial: u64,
    /// When it was written.
    pub(super) due: SimTime,
    /// Whether that is inside the measured window.
    pub(super) counts: bool,
    /// The attempt, from 1 on.
    pub(super) attempt: u32,
    /// When the attempt was made.
    pub(super) sent: SimTime,
    /// The backoff before the attempt; none before the first.
    pub(super) backoff: SimSpan,
    /// What it costs, if a trace says so; else that is drawn.
    pub(super) cost: Option<Credits>,
}

impl Message {
    /// A message that is due now: to an agent, of a line, by a customer of a line.
    #[inline(always)]
    pub(super) fn due(of: (u32, u32, u32), session: u32, number: Number, now: SimTime) -> Self {
        let (agent, line, customers) = of;
        let (attempt, backoff, cost, counts) = (1, SimSpan::ZERO, None, false);
        let (serial, due, sent) = (0, now, now);
        Self {
            agent,
            line,
            customers,
            session,
            number,
            serial,
            due,
            counts,
            attempt,
            sent,
            backoff,
            cost,
        }
    }

    pub(super) const fn is_first(&self) -> bool {
        self.attempt == 1
    }
}

/// What is booked of an attempt that was admitted, when it is known what becomes of it.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Admission {
    pub(super) agent: u32,
    /// Whether its message is inside the measured window.
    pub(super) counts: bool,
    /// When its message was written.
    pub(super) due: SimTime,
    /// When it was admitted at the workspace.
    pub(super) decided: SimTime,
}

impl Admission {
    /// That of an attempt of a message, admitted at the workspace at an instant.
    pub(super) const fn new(message: &Message, decided: SimTime) -> Self {
        let &Message { agent, counts, due, .. } = message;
        Self { agent, counts, due, decided }
    }
}

/// An attempt that was admitted and of which something is still to come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flight {
    pub(super) message: Message,
    pub(super) cost: Credits,
    pub(super) payment: Payment,
    /// What it holds of the workspace's limiters.
    pub(super) hold: Hold,
    /// What it holds of the platform's limiters, and on which of the plans.
    pub(super) shared: Option<(u16, Hold)>,
    pub(super) place: Place,
    /// How many places it waits for.
    pub(super) queues: u16,
    /// When limiters that shape let it go on.
    pub(super) goes_on: SimTime,
    /// Its customer's loss of patience, while it waits.
    pub(super) patience: Ticket,
    /// How it ends, as far as that is known.
    pub(super) end: End,
    /// The node that admitted it.
    pub(super) node: u32,
    /// When that was.
    pub(super) decided: SimTime,
    /// What it asks of the platform, where that answers in advance.
    pub(super) letter: u32,
}

/// How an attempt pays that was admitted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Payment {
    Nothing,
    /// It was charged, which is given back if it is refused further on.
    Charged(Charge),
    /// It is charged when its reply is back; until then credits are [held](Held) for it, by this number.
    Held(u32),
    /// It is charged when its reply is back, and nothing is held for it.
    Due,
}

impl From<Option<Charge>> for Payment {
    #[inline]
    fn from(charge: Option<Charge>) -> Self {
        charge.map_or(Self::Nothing, Self::Charged)
    }
}

/// Credits that are held for an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    /// How much is, or was if it has expired.
    pub(super) amount: Credits,
    /// What of it will not be charged.
    pub(super) in_vain: Credits,
    /// The message, by its number in the workspace, and its agent.
    pub(super) message: u64,
    pub(super) agent: u32,
    /// The node that holds it.
    pub(super) node: u32,
    /// When it expires, if it does; [`Ticket::NONE`] if it has.
    pub(super) expires: Ticket,
    pub(super) expired: bool,
    /// Whether its attempt is over, and nobody will end it.
    pub(super) is_left: bool,
}

/// How an attempt that was admitted ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    /// It is served, after it waited so long at limits and for a server.
    Served { waited: SimSpan },
    /// It is refused further on.
    Refused(Refusal),
    /// Its customer leaves before it is served.
    Left,
}

impl Flight {
    /// An attempt that holds nothing yet.
    #[inline]
    pub(super) const fn new(message: Message, cost: Credits) -> Self {
        Self {
            message,
            cost,
            payment: Payment::Nothing,
            hold: Hold::NONE,
            shared: None,
            place: Place::Workspace,
            queues: 0,
            goes_on: SimTime::ZERO,
            patience: Ticket::NONE,
            end: End::Served { waited: SimSpan::ZERO },
            node: 0,
            decided: message.sent,
            letter: 0,
        }
    }
}

/// One agent or feature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Agent {
    pub(super) line: u32,
    /// Its number in its line.
    pub(super) number: u32,
    /// Active periods begun.
    pub(super) enabled: u32,
    /// Offline periods begun.
    pub(super) disabled: u32,
    /// Its next change of state by its own habit; an event that came before it is outdated.
    pub(super) habit: Ticket,
    /// Of active agents the one with the highest was enabled last.
    pub(super) enabled_as: u64,
    /// Since when it waits for a slot; [`SimTime::NEVER`] if it does not.
    pub(super) waits_since: SimTime,
    /// The first conversation that waits for it to come back, or [`NONE`](super::NONE).
    pub(super) parked: u32,
    /// The last of them, of no meaning if there is none.
    pub(super) last_parked: u32,
}
