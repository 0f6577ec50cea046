//! What a row of a log tells, in numbers of a fixed size.

use super::bracket::Bracket;
use crate::log::RecordedAction;
use crate::rules::Reason;
use crate::units::{Credits, SimSpan};

/// Something that happened in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) at: Bracket,
    /// Its line in the log.
    pub(super) line: u64,
    pub(super) deed: Deed,
    /// What the cell `agent` says, by its number among all such names; of no meaning with plans.
    pub(super) agent: u32,
    /// Which attempt of its message, from 1 on; 0 if the row does not tell.
    pub(super) attempt: u32,
    /// The idempotency key, or else the message.
    pub(super) key: Key,
    /// The limit that refused, by its number among those of the scenario.
    pub(super) limiter: Option<u16>,
    /// After how long a refusal said that the same try would be admitted.
    pub(super) retry_after: Option<SimSpan>,
    /// What a message costs.
    pub(super) cost: Credits,
    /// What was charged, overage included; below zero what came in.
    pub(super) charged: Credits,
    /// What of that was not in the balance.
    pub(super) overage: Credits,
    /// What was set aside; below zero what no longer is.
    pub(super) hold: Credits,
    /// What the pool holds after it, if the log tells that.
    pub(super) balance: Option<Credits>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// A message was decided.
    Message(Answer),
    /// An attempt that was admitted is over.
    Release(End),
    /// What was reserved, or is yet to be charged, is charged now.
    Settle,
    Create(Answer),
    Enable(Answer),
    Disable,
    Delete,
    /// The workspace came to a plan, by its place among those of its group.
    SetPlan(u16),
    EndTrial,
    /// Credits came, of a plan or else of a package.
    Renew {
        of_plan: bool,
    },
    /// Credits were lost, or a hold was.
    Expire,
    BuyPackage,
}

/// What was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Admitted,
    Refused(Reason),
}

/// How an attempt ended that was admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Served,
    /// Its customer left before it was served.
    Left,
    /// It was refused further on.
    Refused(Reason),
}

impl Answer {
    pub(super) fn is_admitted(self) -> bool {
        self == Self::Admitted
    }
}

/// An idempotency key: a number as it is, and any other text by its digest. `NONE` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(pub(super) u128);

impl Key {
    pub(super) const NONE: Self = Self(0);

    /// The key that a cell holds.
    pub(super) fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self::NONE;
        }
        let is_number = !text.starts_with(['0', '+']) || text == "0";
        if let Some(number) = text.parse::<u64>().ok().filter(|_| is_number) {
            return Self(u128::from(number) + 1);
        }
        Self::digest(text)
    }

    /// Keys that are no numbers may be any number of different texts: two of them have one digest once
    /// in 2^127 pairs.
    #[cold]
    fn digest(text: &str) -> Self {
        use sha2::{Digest, Sha256};
        let digest = Sha256::digest(text.as_bytes());
        let bytes = digest.iter().take(16);
        let number = bytes.fold(0, |number: u128, &byte| (number << 8) | u128::from(byte));
        Self(number | (1 << 127))
    }
}

impl Event {
    /// What left the balance; below zero what came into it \[thousandths\].
    pub(super) fn drawn(&self) -> i128 {
        self.charged.wide() - self.overage.wide()
    }
}

impl Deed {
    /// What a row with this action tells, if that is no change of plan.
    pub(super) fn of(
        action: RecordedAction,
        (answer, end): (Answer, End),
        of_plan: bool,
    ) -> Option<Self> {
        Some(match action {
            RecordedAction::Message => Self::Message(answer),
            RecordedAction::Release => Self::Release(end),
            RecordedAction::Settle => Self::Settle,
            RecordedAction::Create => Self::Create(answer),
            RecordedAction::Enable => Self::Enable(answer),
            RecordedAction::Disable => Self::Disable,
            RecordedAction::Delete => Self::Delete,
            RecordedAction::EndTrial => Self::EndTrial,
            RecordedAction::Renew => Self::Renew { of_plan },
            RecordedAction::Expire => Self::Expire,
            RecordedAction::BuyPackage => Self::BuyPackage,
            RecordedAction::SetPlan => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_only_if_their_texts_are() {
        let texts = ["", "0", "1", "01", "+1", "18446744073709551615", "a", "b", "1.0", " 1"];
        for (place, one) in texts.iter().enumerate() {
            for (other_place, other) in texts.iter().enumerate() {
                assert_eq!(Key::of(one) == Key::of(other), place == other_place, "{one} {other}");
            }
        }
        assert_eq!(Key::of("7"), Key(8));
    }
}
