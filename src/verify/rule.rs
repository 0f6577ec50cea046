//! The rules that a log is held to.

/// A rule of the product, as far as a log of decisions can tell whether it was kept. The spelling of
/// [`Rule::name`] is a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The pool is never charged more than it holds, but for overage.
    PoolNeverOversold,
    /// Every row leaves in the pool what the row before left, less what it was charged.
    CreditsConserved,
    /// What has one idempotency key is charged once.
    ChargedOnce,
    /// What is set aside is charged or free again, in time and once.
    HoldsEnd,
    /// Nobody is told that credits have run out whose message the pool could pay.
    CreditsRefusedRightly,
    /// Nobody uses more of the pool than its share, or what is kept for others.
    SharesNeverExceeded,
    /// Nobody is refused what its share has room for.
    SharesRefusedRightly,
    /// No limit of a rate lets more through than it says.
    RatesNeverExceeded,
    /// No limit of a rate refuses what it has room for.
    RatesRefusedRightly,
    /// No limit of attempts in flight lets more in than it says.
    PlacesNeverExceeded,
    /// No limit of attempts in flight refuses one while it has room.
    PlacesRefusedRightly,
    /// No limit over everybody lets more in than it says.
    SharedNeverExceeded,
    /// No limit over everybody refuses what it has room for.
    SharedRefusedRightly,
    /// What a refusal says would be admitted after a while is admitted then.
    RetryAfterKept,
    /// Agents that are enabled find a slot.
    SlotsNeverExceeded,
    /// Nobody is refused a slot while one is free; one that was freed is free at once.
    SlotsRefusedRightly,
    /// A workspace holds no more agents than it may.
    AgentsNeverExceeded,
    /// Nobody is refused a new agent while there is room for it.
    AgentsRefusedRightly,
    /// Nothing is admitted for an agent that is not active, and nothing refused since it were not.
    ActiveAgentsOnly,
    /// Nothing is admitted after a trial that has ended, and nothing refused since it had.
    TrialsEnd,
}

impl Rule {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 20] = [
        Self::PoolNeverOversold,
        Self::CreditsConserved,
        Self::ChargedOnce,
        Self::HoldsEnd,
        Self::CreditsRefusedRightly,
        Self::SharesNeverExceeded,
        Self::SharesRefusedRightly,
        Self::RatesNeverExceeded,
        Self::RatesRefusedRightly,
        Self::PlacesNeverExceeded,
        Self::PlacesRefusedRightly,
        Self::SharedNeverExceeded,
        Self::SharedRefusedRightly,
        Self::RetryAfterKept,
        Self::SlotsNeverExceeded,
        Self::SlotsRefusedRightly,
        Self::AgentsNeverExceeded,
        Self::AgentsRefusedRightly,
        Self::ActiveAgentsOnly,
        Self::TrialsEnd,
    ];

    /// Whether it is about what all workspaces share.
    pub const fn is_of_everybody(self) -> bool {
        matches!(self, Self::SharedNeverExceeded | Self::SharedRefusedRightly)
    }

    /// Whether it is about which agents there are, and which of them are active.
    pub const fn is_of_agents(self) -> bool {
        matches!(
            self,
            Self::SlotsNeverExceeded
                | Self::SlotsRefusedRightly
                | Self::AgentsNeverExceeded
                | Self::AgentsRefusedRightly
                | Self::ActiveAgentsOnly
                | Self::TrialsEnd
        )
    }

    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PoolNeverOversold => "pool_never_oversold",
            Self::CreditsConserved => "credits_conserved",
            Self::ChargedOnce => "charged_once",
            Self::HoldsEnd => "holds_end",
            Self::CreditsRefusedRightly => "credits_refused_rightly",
            Self::SharesNeverExceeded => "shares_never_exceeded",
            Self::SharesRefusedRightly => "shares_refused_rightly",
            Self::RatesNeverExceeded => "rates_never_exceeded",
            Self::RatesRefusedRightly => "rates_refused_rightly",
            Self::PlacesNeverExceeded => "places_never_exceeded",
            Self::PlacesRefusedRightly => "places_refused_rightly",
            Self::SharedNeverExceeded => "shared_never_exceeded",
            Self::SharedRefusedRightly => "shared_refused_rightly",
            Self::RetryAfterKept => "retry_after_kept",
            Self::SlotsNeverExceeded => "slots_never_exceeded",
            Self::SlotsRefusedRightly => "slots_refused_rightly",
            Self::AgentsNeverExceeded => "agents_never_exceeded",
            Self::AgentsRefusedRightly => "agents_refused_rightly",
            Self::ActiveAgentsOnly => "active_agents_only",
            Self::TrialsEnd => "trials_end",
        }
    }

    /// What it says, for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::PoolNeverOversold => "no pool is oversold",
            Self::CreditsConserved => "balances add up, to the thousandth",
            Self::ChargedOnce => "what has one key is charged once",
            Self::HoldsEnd => "every hold is settled or expires",
            Self::CreditsRefusedRightly => "no message is refused that the pool could pay",
            Self::SharesNeverExceeded => "nobody uses more than its share",
            Self::SharesRefusedRightly => "nobody is refused what its share allows",
            Self::RatesNeverExceeded => "no limit of a rate is exceeded",
            Self::RatesRefusedRightly => "no limit of a rate refuses what has room",
            Self::PlacesNeverExceeded => "no limit of attempts in flight is exceeded",
            Self::PlacesRefusedRightly => "nor does one refuse what has room",
            Self::SharedNeverExceeded => "no limit over everybody is exceeded",
            Self::SharedRefusedRightly => "no limit over everybody refuses what fits",
            Self::RetryAfterKept => "a try is admitted when retry_after said so",
            Self::SlotsNeverExceeded => "no agent is enabled without a slot",
            Self::SlotsRefusedRightly => "no enable is refused while a slot is free",
            Self::AgentsNeverExceeded => "no agent is created beyond the total",
            Self::AgentsRefusedRightly => "no agent is refused while there is room",
            Self::ActiveAgentsOnly => "only active agents answer, and they do",
            Self::TrialsEnd => "trials end when they end",
        }
    }

    /// What is wrong with a decision that breaks it, for people.
    pub const fn breach(self) -> &'static str {
        match self {
            Self::PoolNeverOversold => "the pool did not have that much",
            Self::CreditsConserved => {
                "the balance is not what was there before and this row make it"
            }
            Self::ChargedOnce => "its key was charged before",
            Self::HoldsEnd => "what was set aside did not end in time, or ended twice",
            Self::CreditsRefusedRightly => "the pool could have paid it",
            Self::SharesNeverExceeded => "its share, or what is kept for others, does not allow it",
            Self::SharesRefusedRightly => "its share allows it",
            Self::RatesNeverExceeded | Self::SharedNeverExceeded => "the limit had no room for it",
            Self::RatesRefusedRightly | Self::SharedRefusedRightly => "the limit had room for it",
            Self::PlacesNeverExceeded => "as many were in flight as may be",
            Self::PlacesRefusedRightly => "fewer were in flight than may be",
            Self::RetryAfterKept => "an earlier refusal said that it would be admitted by now",
            Self::SlotsNeverExceeded => "no slot was free",
            Self::SlotsRefusedRightly => "a slot was free",
            Self::AgentsNeverExceeded => "as many agents existed as may be",
            Self::AgentsRefusedRightly => "fewer agents existed than may be",
            Self::ActiveAgentsOnly => "that is not what an agent in its state answers",
            Self::TrialsEnd => "that is not what is answered then to a trial",
        }
    }
}
