//! What workspaces spend, and so what their vendor earns.

use super::ratio::{Kind, Need, Per, Ratio};
use super::tally::Tally;

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
    /// Adds what another workspace spent.
    pub(super) const fn add(&mut self, other: &Self) {
        let Self { plans, packages, overage } = other;
        self.plans += *plans;
        self.packages += *packages;
        self.overage += *overage;
    }

    /// All of it.
    pub const fn total(&self) -> i128 {
        self.plans + self.packages + self.overage
    }
}

/// Figures of it.
pub(super) fn ratios() -> Vec<Ratio> {
    let amount = |metric, of: fn(&MoneyTally) -> i128| {
        let of = move |t: &Tally| of(&t.money);
        Ratio::new(metric, Kind::Total, 1e-6, of, Per::Workspace).needs(Need::Prices)
    };
    let spent = |t: &Tally| t.money.total();
    vec![
        amount("earned.plans", |money| money.plans),
        amount("earned.packages", |money| money.packages),
        amount("earned.overage", |money| money.overage),
        amount("earned.total", MoneyTally::total),
        Ratio::new("spent_per_workspace.mean", Kind::Mean, 1e-6, spent, Per::Workspace)
            .needs(Need::Prices),
    ]
}
