//! The credit pool of a workspace (rule R6).

use super::decision::{Reason, Refusal};
use crate::units::Credits;

/// One pool of credits that all agents of a workspace draw on.
///
/// It conserves: what was granted is what is available, was charged, or has expired, after every
/// call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditPool {
    /// What one period grants.
    included: Credits,
    /// What is left, never below zero.
    balance: Credits,
    /// The number of renewals so far.
    period: u64,
    /// The flows since the pool was opened.
    booked: Flows,
}

/// The flows of a pool, in thousandths: a pool that renews often grants more in a run than a
/// balance can hold. `granted = balance + consumed + expired` holds at all times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flows {
    /// Granted by the plan, the first period included.
    pub granted: i128,
    /// Charged, less what was given back.
    pub consumed: i128,
    /// Left over at a renewal.
    pub expired: i128,
}

/// A charge that stands until it is [restored](CreditPool::restore).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// The amount.
    pub amount: Credits,
    /// The period whose grant paid it.
    pub period: u64,
}

impl CreditPool {
    /// A pool whose first period has just begun.
    pub fn open(included: Credits) -> Self {
        let booked = Flows { granted: included.wide(), ..Flows::default() };
        Self { included, balance: included, period: 0, booked }
    }

    /// Credits that can be spent.
    pub const fn balance(&self) -> Credits {
        self.balance
    }

    /// What one period grants.
    pub const fn included(&self) -> Credits {
        self.included
    }

    /// All flows since the pool was opened.
    pub const fn booked(&self) -> Flows {
        self.booked
    }

    /// Whether the pool can pay `amount`.
    ///
    /// # Errors
    ///
    /// [`Reason::CreditsExhausted`]; when that ends is known to whoever knows the renewals.
    pub fn check(&self, amount: Credits) -> Result<(), Refusal> {
        if amount <= self.balance { Ok(()) } else { Err(Refusal::of(Reason::CreditsExhausted)) }
    }

    /// Charges what [`check`](Self::check) found at the same instant.
    ///
    /// # Panics
    ///
    /// If the pool cannot pay: nothing is ever oversold.
    pub fn charge(&mut self, amount: Credits) -> Charge {
        assert!(amount <= self.balance, "charged {amount} of a balance of {}", self.balance);
        self.balance -= amount;
        self.booked.consumed += amount.wide();
        self.assert_conserved();
        Charge { amount, period: self.period }
    }

    /// Gives back a charge of an attempt that was refused further on.
    ///
    /// If the period that paid it is over, the credits have expired meanwhile.
    pub fn restore(&mut self, charge: Charge) {
        self.booked.consumed -= charge.amount.wide();
        if charge.period == self.period {
            self.balance += charge.amount;
        } else {
            self.booked.expired += charge.amount.wide();
        }
        self.assert_conserved();
    }

    /// Begins a new period: what is left expires, and the included credits are granted again.
    pub fn renew(&mut self) {
        self.booked.expired += self.balance.wide();
        self.booked.granted += self.included.wide();
        self.balance = self.included;
        self.period += 1;
        self.assert_conserved();
    }

    fn assert_conserved(&self) {
        let Flows { granted, consumed, expired } = self.booked;
        debug_assert!(self.balance >= Credits::ZERO, "the balance is {}", self.balance);
        debug_assert_eq!(granted, self.balance.wide() + consumed + expired, "the pool leaks");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Charge(i64),
        Renew,
        Restore(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (0..400_i64).prop_map(Step::Charge),
            1 => Just(Step::Renew),
            2 => any::<usize>().prop_map(Step::Restore),
        ]
    }

    proptest! {
        #[test]
        fn credits_conserve_and_the_balance_is_never_below_zero(
            steps in prop::collection::vec(step(), 0..200),
        ) {
            let mut pool = CreditPool::open(Credits::from_thousandths(1_000));
            let mut standing: Vec<Charge> = Vec::new();
            for step in steps {
                match step {
                    Step::Charge(thousandths) => {
                        let amount = Credits::from_thousandths(thousandths);
                        let before = pool;
                        if pool.check(amount).is_ok() {
                            standing.push(pool.charge(amount));
                        } else {
                            prop_assert_eq!(pool, before);
                        }
                    }
                    Step::Renew => pool.renew(),
                    Step::Restore(index) if !standing.is_empty() => {
                        pool.restore(standing.swap_remove(index % standing.len()));
                    }
                    Step::Restore(_) => {}
                }
                let flows = pool.booked();
                let charged: Credits = standing.iter().map(|charge| charge.amount).sum();
                prop_assert_eq!(flows.consumed, charged.wide());
                prop_assert_eq!(flows.granted, pool.balance().wide() + flows.consumed + flows.expired);
                prop_assert!(pool.balance() >= Credits::ZERO);
            }
        }
    }
}
