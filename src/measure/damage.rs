//! What enforcement does that it should not, in one workspace.

/// What enforcement did that it should not have, of what was asked for inside the window. What the
/// pool oversold is in its books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DamageTally {
    /// Attempts that were admitted above a limiter, for each limiter.
    pub over_admitted: u64,
    /// Refusals by rules that had room.
    pub false_refusals: u64,
    /// Decisions that were made again since what they had read was not so any more.
    pub retries: u64,
    /// Those given up after so many of these.
    pub give_ups: u64,
    /// Holds that expired before their attempts were over.
    pub expired_holds: u64,
    /// Charged beyond what was held for it \[thousandths\].
    pub above_hold: i128,
    /// The most credits that were out of reach when an attempt was refused for want of credits
    /// \[thousandths\].
    pub stranded: i128,
}
