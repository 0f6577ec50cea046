//! What can occur in a group.

/// What can occur in a group, and so which figures it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each named where it is set")]
pub struct Features {
    /// Messages can be in flight at the end.
    pub cut: bool,
    /// Customers can lose patience.
    pub patience: bool,
    /// Agents can be refused creation.
    pub crowded: bool,
    /// Agents are created after the start.
    pub churn: bool,
    /// Agents wait for slots.
    pub waits: bool,
    /// Workspaces change their plans.
    pub plans: bool,
    /// Trials can end.
    pub trials: bool,
    /// The plan limits active agents.
    pub slots: bool,
    /// A plan counts credits.
    pub pool: bool,
    /// Packages can be bought.
    pub packages: bool,
    /// Credits can be charged beyond the grants.
    pub overage: bool,
    /// Something has a price.
    pub prices: bool,
    /// It is counted what should not have been admitted or refused.
    pub audited: bool,
    /// Decisions take time, or are made on less than all there is to know.
    pub enforced: bool,
    /// Credits can be out of reach of who needs them.
    pub stranded: bool,
    /// Nobody can decide at times, and attempts are admitted then.
    pub unchecked: bool,
    /// Attempts can be charged twice.
    pub doubles: bool,
    /// Nobody may hear of the end of an attempt.
    pub losses: bool,
    /// Credits are held for attempts that are under way.
    pub holds: bool,
    /// Decisions are made again if what they had read is not so any more.
    pub contended: bool,
    /// Each workspace has servers of its own; so many, or unlimited.
    pub servers: Option<Option<u32>>,
}
