//! How little may be left of a pool before something happens.

use crate::units::{Credits, Share};

/// How little may be left of a pool before something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Below {
    /// Of the period's included credits.
    Share(Share),
    /// So many credits.
    Amount(Credits),
}

impl Below {
    /// In credits, in a period that includes so many.
    pub fn of(self, included: Credits) -> Credits {
        match self {
            Self::Share(share) => share.of(included),
            Self::Amount(amount) => amount,
        }
    }
}
