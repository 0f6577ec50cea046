//! What workspaces spend, and so what their vendor earns.

/// The money that one workspace spent inside the window \[millionths\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MoneyTally {
    /// On its plans, for the time that it had each of them.
    pub plans: i128,
    /// On packages, when they were bought or began anew.
    pub packages: i128,
    /// On credits beyond the grants.
    pub overage: i128,
}

impl MoneyTally {
    /// All of it.
    pub const fn total(&self) -> i128 {
        self.plans + self.packages + self.overage
    }
}
