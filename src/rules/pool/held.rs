//! Credits that are set aside for attempts that are under way. They stay in the balance, and nobody
//! else may spend them, until the hold ends: that they are charged then is another thing.

use super::{CreditPool, narrow};
use crate::units::Credits;

impl CreditPool {
    /// Sets credits aside, whether there are so many or not.
    pub fn hold(&mut self, amount: Credits) {
        self.held += amount.wide();
    }

    /// Ends what was held for an attempt.
    pub fn end_hold(&mut self, amount: Credits) {
        self.held -= amount.wide();
        debug_assert!(self.held >= 0, "more holds ended than there were");
    }

    /// What is set aside in all holds \[thousandths\].
    pub const fn held(&self) -> i128 {
        self.held
    }

    /// What is left and not set aside; below zero where more was set aside than there is.
    #[inline]
    pub fn free(&self) -> Credits {
        narrow(self.balance.wide() - self.held)
    }
}
