//! The ways in which enforcement may be implemented, in numbers.

use super::charging::Charging;
use super::faults::{Faults, OnUnavailable};
use crate::rules::Below;
use crate::rules::limiter::{OnExceed, Quota, Throttle};
use crate::units::{Credits, SimSpan};

/// How decisions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Enforcement {
    /// What a decision knows, and when it takes effect.
    pub strategy: Strategy,
    /// For how long each decision keeps a workspace's row busy, or its row on a node where each node
    /// decides by itself: they are made one after the other.
    pub decision_time: SimSpan,
    /// When attempts are charged.
    pub charging: Charging,
    /// What goes wrong.
    pub faults: Faults,
    /// Whether nobody can decide at times.
    pub unavailable: bool,
    /// How long whoever asks waits then, before it is said what becomes of him.
    pub timeout: SimSpan,
    /// What does.
    pub on_unavailable: OnUnavailable,
    /// Whether the limits of rates that an attempt passed keep what it took if it is refused further
    /// on.
    pub keeps_on_refusal: bool,
}

/// What a decision knows, and when it takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strategy {
    /// One decision at a time for each workspace, which knows all that was decided before.
    #[default]
    Atomic,
    /// Decided by what is read, and written later without another look.
    CheckThenAct {
        /// From reading to writing.
        gap: SimSpan,
    },
    /// Decided by each node on a copy of its own.
    Replicated {
        /// Who decides.
        nodes: Nodes,
        /// At the multiples of this span, above 0, copies exchange what they admitted.
        sync_every: SimSpan,
    },
    /// Credits are taken by each node in advance, and spent by it alone. All else is atomic.
    Leased {
        /// Who decides.
        nodes: Nodes,
        /// How many credits a node takes at once, above 0.
        lease: Credits,
        /// For how long it may spend them; `None` is until the credits renew.
        ttl: Option<SimSpan>,
    },
    /// Decided by what is read, and written if nothing was written meanwhile; else decided again.
    Optimistic {
        /// From reading to writing.
        read_to_write: SimSpan,
        /// How often it is decided again before the attempt is refused.
        max_retries: u32,
    },
    /// Credits are decided by a meter that lags. All else is atomic.
    Metered {
        /// For how long a reading of the meter is used again.
        read_cache: SimSpan,
        /// At the multiples of this span, above 0, the meter hears of what was used.
        report_every: SimSpan,
        /// If a reading has less left than this, the meter is read again.
        recheck_within: Option<Below>,
    },
}

/// The nodes among which attempts are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nodes {
    /// How many; at least 1.
    pub count: u32,
    /// Which of them decides an attempt.
    pub routing: Routing,
}

/// Which node decides an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Routing {
    /// Any of them, drawn for each attempt.
    #[default]
    Random,
    /// For each agent always the same one, drawn once.
    Sticky,
}

impl Enforcement {
    /// Whether it is the ideal: each attempt is decided at once, on all that was decided before, and
    /// charged then.
    pub fn is_ideal(&self) -> bool {
        *self == Self::default()
    }

    /// Whether time may pass from a question to when its answer takes effect.
    pub fn takes_time(&self) -> bool {
        let span = match self.strategy {
            Strategy::CheckThenAct { gap } => gap,
            Strategy::Optimistic { read_to_write, .. } => read_to_write,
            _ => SimSpan::ZERO,
        };
        let outage = if self.unavailable { self.timeout } else { SimSpan::ZERO };
        let twice = self.faults.duplicate_delivery.map_or(SimSpan::ZERO, |it| it.after);
        !(span + self.decision_time + outage + twice).is_zero()
    }

    /// Whether attempts may be refused since nobody could decide them.
    pub fn gives_up(&self) -> bool {
        matches!(self.strategy, Strategy::Optimistic { .. })
            || (self.unavailable && self.on_unavailable == OnUnavailable::Refuse)
    }

    /// Whether whoever waits in a queue of a limit of attempts in flight may wait for ever.
    pub fn blocks_queues(&self) -> bool {
        self.faults.lost_release.is_some_and(|it| it.found_after.is_none())
    }

    /// Whether who decides may believe limiters to be what they are not, beside what copies do not
    /// know of each other.
    pub const fn misbelieves_limits(&self) -> bool {
        self.keeps_on_refusal || self.faults.clock_skew.is_some()
    }

    /// Whether it can enforce a throttle of a workspace or an agent. Who waits in a queue, and what
    /// holds no place since its limit only reports, is known in one place alone: so such limits are
    /// not copied, and nobody believes them to be what they are not. And nobody waits for ever.
    pub fn can_enforce(&self, throttle: &Throttle) -> bool {
        let is_copied = matches!(self.strategy, Strategy::Replicated { .. });
        let waits = matches!(throttle.quota, Quota::Concurrency { queue, .. } if queue > 0);
        let reports = throttle.on_exceed == OnExceed::Report && throttle.quota.holds_places();
        !((is_copied || self.misbelieves_limits()) && (waits || reports))
            && !(self.blocks_queues() && waits)
    }

    /// The nodes that decide, where there are several.
    pub const fn nodes(&self) -> Option<Nodes> {
        match self.strategy {
            Strategy::Replicated { nodes, .. } | Strategy::Leased { nodes, .. } => Some(nodes),
            _ => None,
        }
    }

    /// How many rows of a workspace are decided upon at the same time: one on each node where nodes
    /// decide by themselves.
    pub const fn rows(&self) -> u32 {
        match self.strategy {
            Strategy::Replicated { nodes, .. } | Strategy::Leased { nodes, .. } => nodes.count,
            _ => 1,
        }
    }
}

impl Strategy {
    /// Whether whoever decides knows something of his own, by which he could go on alone.
    pub const fn knows_locally(&self) -> bool {
        matches!(self, Self::Replicated { .. } | Self::Leased { .. } | Self::Metered { .. })
    }

    /// Its name in scenario files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Atomic => "atomic",
            Self::CheckThenAct { .. } => "check_then_act",
            Self::Replicated { .. } => "replicated",
            Self::Leased { .. } => "leased",
            Self::Optimistic { .. } => "optimistic",
            Self::Metered { .. } => "metered",
        }
    }
}
