//! When an attempt is charged.

use crate::rules::Included;
use crate::units::{Credits, SimSpan};

/// When an attempt is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charging {
    /// When it is admitted.
    #[default]
    OnAdmit,
    /// When its reply is back. Until then nothing is set aside for it.
    OnComplete,
    /// When its reply is back. Until then an estimate is set aside for it.
    Hold {
        /// What is set aside.
        estimate: Estimate,
        /// For how long, above 0; `None` is until the attempt is over.
        ttl: Option<SimSpan>,
    },
}

/// What an attempt is thought to cost before it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimate {
    /// The same for each attempt.
    Amount(Credits),
    /// So many millionths of what it will cost.
    Millionths(u64),
}

impl Charging {
    /// What an attempt asks for when it is decided that costs so much in the end.
    pub fn asks(&self, cost: Credits) -> Credits {
        match *self {
            Self::OnAdmit | Self::OnComplete => cost,
            Self::Hold { estimate, .. } => estimate.of(cost),
        }
    }

    /// Whether an attempt is charged when it is over.
    pub fn is_late(&self) -> bool {
        *self != Self::OnAdmit
    }
}

impl Estimate {
    /// As much as it will cost.
    pub const EXACT: Self = Self::Millionths(1_000_000);

    /// What an attempt is thought to cost that costs so much in the end, rounded down to a thousandth;
    /// at most what a pool holds.
    pub fn of(self, cost: Credits) -> Credits {
        match self {
            Self::Amount(amount) => amount,
            Self::Millionths(millionths) => {
                let most = Included::MOST.wide();
                let estimate = (cost.wide() * i128::from(millionths) / 1_000_000).min(most);
                // At most what a pool holds, so it fits.
                Credits::from_thousandths(estimate as i64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_exact_to_the_thousandth() {
        let credits = Credits::from_thousandths;
        for (estimate, cost, expected) in [
            (Estimate::EXACT, 1_234, 1_234),
            (Estimate::Millionths(1_500_000), 1_001, 1_501),
            (Estimate::Millionths(0), 1_000, 0),
            (Estimate::Amount(credits(5_000)), 1, 5_000),
            (Estimate::Millionths(1_000_000_000_000), i64::MAX, Included::MOST.thousandths()),
        ] {
            assert_eq!(estimate.of(credits(cost)), credits(expected), "{estimate:?} of {cost}");
        }
    }

    #[test]
    fn only_a_hold_asks_for_an_estimate() {
        let cost = Credits::from_thousandths(2_000);
        let hold = Charging::Hold { estimate: Estimate::Millionths(1_500_000), ttl: None };
        assert_eq!(Charging::OnAdmit.asks(cost), cost);
        assert_eq!(Charging::OnComplete.asks(cost), cost);
        assert_eq!(hold.asks(cost), Credits::from_thousandths(3_000));
        assert!(hold.is_late() && Charging::OnComplete.is_late() && !Charging::OnAdmit.is_late());
    }
}
