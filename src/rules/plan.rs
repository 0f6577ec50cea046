//! What a plan grants a workspace, and what it costs.

use jiff::Timestamp;

use super::limiter::OnExceed;
use super::pool::Included;
use super::recurrence::Cycle;
use crate::units::{Credits, Money, Share, SimSpan, SimTime};

/// Rule R1: a workspace holds at most this many agents in total unless its plan says otherwise.
pub const TOTAL_AGENTS: u32 = 500;

/// A plan: the limits and the credits of every workspace that is on it (rule R9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its name in the scenario.
    pub name: String,
    /// How many agents may be active at once; `None` is unlimited (rule R2).
    pub active_agents: Option<u32>,
    /// What happens to an enable above `active_agents`.
    pub on_exceed: OnExceed,
    /// How many agents may exist, whatever their state (rule R1).
    pub total_agents: u32,
    /// How long a workspace may stay on it without subscribing; `None` is as long as it likes
    /// (rule R8).
    pub trial: Option<SimSpan>,
    /// What it costs; `None` is nothing.
    pub price: Option<Price>,
    /// The credits of the workspace's pool; `None` counts no credits at all.
    pub credits: Option<Allowance>,
    /// Where a backend serves by priority, whose attempts are served first: those of the lowest
    /// number; from 1 to 1,000.
    pub priority: u32,
}

impl Plan {
    /// A plan of this name with the limits of [`unlimited`](Self::unlimited), to be given others:
    /// `Plan { active_agents: Some(3), ..Plan::new("advanced") }`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::unlimited() }
    }

    /// The built-in plan of workspaces that name none: no slot limit but R1, no credits counted.
    pub fn unlimited() -> Self {
        Self {
            name: "unlimited".to_owned(),
            active_agents: None,
            on_exceed: OnExceed::Refuse,
            total_agents: TOTAL_AGENTS,
            trial: None,
            price: None,
            credits: None,
            priority: 1,
        }
    }
}

/// What a plan costs. It is earned day by day: a part of a period costs its part of the amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// For one period.
    pub amount: Money,
    /// For each seat or for the whole workspace.
    pub per: Per,
    /// Its period, counted from the subscription's anchor; never [`Cycle::Never`].
    pub every: Cycle,
}

/// The credits that a plan includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The amount of one period, for a seat or for the workspace.
    pub included: Credits,
    /// Whether the amount is for each seat or for the whole workspace.
    pub per: Per,
    /// When the pool is filled again.
    pub renews: Cycle,
    /// From which instant renewals are counted.
    pub anchor: Anchor,
    /// What becomes of unused credits at a renewal.
    pub carry_over: CarryOver,
    /// What may be charged beyond the grants.
    pub overage: Overage,
    /// What happens to an attempt that the pool cannot pay, or that has no share in it.
    pub on_exceed: OnExceed,
    /// What a credit of overage costs.
    pub overage_price: Money,
    /// Of grants that expire at the same instant the one with the lowest number is drawn first.
    pub priority: u32,
}

impl Allowance {
    /// An allowance for the whole workspace, with the defaults of a scenario.
    pub const fn new(included: Credits, renews: Cycle) -> Self {
        Self {
            included,
            per: Per::Workspace,
            renews,
            anchor: Anchor::Subscription,
            carry_over: CarryOver::None,
            overage: Overage::Refuse,
            on_exceed: OnExceed::Refuse,
            overage_price: Money::ZERO,
            priority: 1,
        }
    }
}

impl Allowance {
    /// What a workspace with `seats` seats has in a period that ends at `renews`.
    pub fn terms(&self, seats: u64, renews: SimTime) -> Included {
        let times = |amount: Credits| amount.times(self.per.of(seats) as i64).min(Included::MOST);
        let amount = times(self.included);
        let (overage_limit, deducts) = match self.overage {
            Overage::Refuse => (Credits::ZERO, false),
            Overage::UpTo { share, at_renewal } => {
                (share.of(amount), at_renewal == OverageEnd::Deduct)
            }
            Overage::Unlimited => (Credits::from_thousandths(i64::MAX), false),
        };
        let carry_over = match self.carry_over {
            CarryOver::UpTo(limit) => CarryOver::UpTo(times(limit)),
            all_or_none => all_or_none,
        };
        Included {
            amount,
            renews,
            carry_over,
            priority: self.priority,
            overage_limit,
            deducts,
            overage_price: self.overage_price,
        }
    }
}

/// What an amount is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// The amount is for each seat of the workspace.
    Seat,
    /// The amount is for the workspace, however many seats it has.
    Workspace,
}

impl Per {
    /// What a workspace with `seats` seats multiplies by.
    pub const fn of(self, seats: u64) -> u64 {
        match self {
            Self::Seat => seats,
            Self::Workspace => 1,
        }
    }
}

/// From which instant renewals are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The renewal of the workspace's subscription.
    Subscription,
    /// The instant at which the workspace came to the plan.
    Purchase,
    /// A fixed instant on the calendar, the same for all.
    Fixed(Timestamp),
}

/// What becomes of unused credits of the included grant at a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CarryOver {
    /// They expire.
    None,
    /// They stay.
    All,
    /// They stay as far as the grant then holds at most this, for a seat or for the workspace as
    /// the included amount is; at least the included amount.
    UpTo(Credits),
}

/// What may be charged beyond the grants in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overage {
    /// Nothing.
    Refuse,
    /// So much of the period's included credits.
    UpTo {
        /// Of the included credits.
        share: Share,
        /// What becomes of it at the renewal.
        at_renewal: OverageEnd,
    },
    /// Anything.
    Unlimited,
}

/// What becomes of a period's overage at the renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverageEnd {
    /// It is forgotten.
    Forgive,
    /// So much less is granted.
    Deduct,
}

/// Credits that can be bought on top of a plan's. They join the pool of the whole workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name in the scenario.
    pub name: String,
    /// Its credits.
    pub credits: Credits,
    /// How long they are valid: so long from the purchase, or, with `None`, until the plan's
    /// credits renew.
    pub valid: Option<SimSpan>,
    /// Whether it begins anew at its end, for its price, instead of expiring.
    pub renews: bool,
    /// What it costs each time.
    pub price: Money,
    /// Of grants that expire at the same instant the one with the lowest number is drawn first.
    pub priority: u32,
}

/// Which agents are taken offline when a change of plan leaves more active than may be (rule R9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDowngrade {
    /// Those enabled last.
    #[default]
    NewestOffline,
    /// Those enabled first.
    OldestOffline,
    /// None: they stay active until they are disabled.
    KeepUntilDisabled,
}
