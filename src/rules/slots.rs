//! The slots of active agents.

use super::decision::{Reason, Refusal};

/// Counts active agents against the plan's limit (rules R2 to R5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveSlots {
    /// `None` is unlimited.
    limit: Option<u32>,
    /// At most `limit`, unless that was lowered.
    active: u32,
}

impl ActiveSlots {
    /// Free slots, as many as `limit`.
    pub const fn new(limit: Option<u32>) -> Self {
        Self { limit, active: 0 }
    }

    /// Agents that are active.
    pub const fn active(self) -> u32 {
        self.active
    }

    /// The slots there are; `None` is unlimited.
    pub const fn limit(self) -> Option<u32> {
        self.limit
    }

    /// Changes the slots there are. More agents may be active then than there are slots.
    pub const fn set_limit(&mut self, limit: Option<u32>) {
        self.limit = limit;
    }

    /// By how many agents the limit is exceeded.
    pub fn excess(self) -> u32 {
        self.limit.map_or(0, |limit| self.active.saturating_sub(limit))
    }

    /// Whether every slot is taken.
    pub fn full(self) -> bool {
        self.limit.is_some_and(|limit| self.active >= limit)
    }

    /// Takes a slot for an agent that is being enabled.
    ///
    /// # Errors
    ///
    /// [`Reason::ActiveAgentLimit`] if every slot is taken; nothing changes then (rule R4).
    pub fn take(&mut self) -> Result<(), Refusal> {
        if self.full() {
            return Err(Refusal::of(Reason::ActiveAgentLimit));
        }
        self.active += 1;
        Ok(())
    }

    /// Frees the slot of an agent that is disabled, at once (rule R5).
    ///
    /// # Panics
    ///
    /// If no agent is active.
    pub fn free(&mut self) {
        assert!(self.active > 0, "a slot was freed that nobody held");
        self.active -= 1;
    }
}
