//! The slots of active agents.

use super::decision::{Reason, Refusal};

/// Counts active agents against the plan's limit (rules R2 to R5).
///
/// Where the limit only reports, agents beyond it are active too, without a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveSlots {
    /// `None` is unlimited.
    limit: Option<u32>,
    /// Whether it only reports.
    reports: bool,
    /// Of them at most `limit` hold a slot, unless that was lowered.
    active: u32,
    /// Those that hold no slot.
    slotless: u32,
}

impl ActiveSlots {
    /// Free slots, as many as `limit`, which may only report.
    pub const fn new(limit: Option<u32>, reports: bool) -> Self {
        Self { limit, reports, active: 0, slotless: 0 }
    }

    /// Agents that are active.
    pub const fn active(self) -> u32 {
        self.active
    }

    /// The slots there are; `None` is unlimited.
    pub const fn limit(self) -> Option<u32> {
        self.limit
    }

    /// Changes the slots there are. More agents may be active then than there are slots. Where the
    /// limit does not only report, all that are active hold one from now on.
    pub const fn set_limit(&mut self, limit: Option<u32>, reports: bool) {
        (self.limit, self.reports) = (limit, reports);
        if !reports {
            self.slotless = 0;
        }
    }

    /// By how many agents the limit is exceeded.
    pub fn excess(self) -> u32 {
        self.limit.map_or(0, |limit| self.active.saturating_sub(limit))
    }

    /// How many agents have to go since the limit is exceeded: none where it only reports.
    pub fn too_many(self) -> u32 {
        if self.reports { 0 } else { self.excess() }
    }

    /// Whether every slot is taken.
    pub fn full(self) -> bool {
        self.limit.is_some_and(|limit| self.active - self.slotless >= limit)
    }

    /// Whether one more agent may be enabled.
    pub fn has_room(self) -> bool {
        self.has_room_beside(0)
    }

    /// Whether one more agent may be enabled, by what somebody knows who counts so many active agents
    /// more than there are, or fewer.
    pub fn has_room_beside(self, more: i64) -> bool {
        let held = i64::from(self.active - self.slotless) + more;
        self.reports || self.limit.is_none_or(|limit| held < i64::from(limit))
    }

    /// How many more agents may be enabled.
    pub fn left(self) -> u32 {
        if self.reports { u32::MAX } else { self.free_slots() }
    }

    /// How many slots are free; as many as anybody can want where they are not limited.
    pub fn free_slots(self) -> u32 {
        let held = self.active - self.slotless;
        self.limit.map_or(u32::MAX, |limit| limit.saturating_sub(held))
    }

    /// Takes so many slots, which are [free](Self::free_slots).
    pub const fn take_all(&mut self, count: u32) {
        self.active += count;
    }

    /// Takes a slot for an agent that is being enabled whether there is one or not.
    pub const fn take_anyway(&mut self) {
        self.active += 1;
    }

    /// Takes a slot for an agent that is being enabled. Answers whether it holds one: not if every
    /// slot is taken, and the limit only reports that.
    ///
    /// # Errors
    ///
    /// [`Reason::ActiveAgentLimit`] if every slot is taken; nothing changes then (rule R4).
    pub fn take(&mut self) -> Result<bool, Refusal> {
        let full = self.full();
        if full && !self.reports {
            return Err(Refusal::of(Reason::ActiveAgentLimit));
        }
        self.active += 1;
        self.slotless += u32::from(full);
        Ok(!full)
    }

    /// Frees the slot of an agent that is disabled, at once (rule R5), if it holds one.
    ///
    /// # Panics
    ///
    /// If no agent is active.
    pub fn free(&mut self, holds_slot: bool) {
        assert!(self.active > 0, "a slot was freed that nobody held");
        self.active -= 1;
        self.slotless -= u32::from(!holds_slot);
    }
}
