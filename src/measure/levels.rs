//! Agents by state over time, in one workspace.

use super::window::Window;
use crate::units::SimTime;

/// How many agents are active, draft and offline, integrated over the measured window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LevelTally {
    /// The level now.
    pub active: u32,
    /// The level now.
    pub draft: u32,
    /// The level now.
    pub offline: u32,
    /// Whether the plan limits active agents.
    pub limited: bool,
    /// By how many agents the plan's limit is exceeded now.
    pub excess: u32,
    /// Whether every slot is taken now.
    pub full: bool,
    /// Since when the levels are what they are.
    since: SimTime,
    /// \[agent ns\]
    pub active_time: u128,
    /// \[agent ns\]
    pub draft_time: u128,
    /// \[agent ns\]
    pub offline_time: u128,
    /// Time with a limit \[ns\].
    pub limited_time: u128,
    /// Time with every slot taken \[ns\].
    pub full_time: u128,
    /// Time with more agents active than the limit \[ns\].
    pub excess_time: u128,
    /// The greatest excess inside the window.
    pub excess_max: u32,
    /// The greatest number active at once inside the window.
    pub active_max: u32,
    /// The greatest number of agents at once inside the window.
    pub agents_max: u32,
}

impl LevelTally {
    /// Brings the integrals up to `now`; call it before a level changes, and at the end.
    pub fn advance(&mut self, window: Window, now: SimTime) {
        let length = window.overlap(self.since, now);
        if length > 0 {
            let length = u128::from(length);
            self.active_time += u128::from(self.active) * length;
            self.draft_time += u128::from(self.draft) * length;
            self.offline_time += u128::from(self.offline) * length;
            self.full_time += if self.full { length } else { 0 };
            self.limited_time += if self.limited { length } else { 0 };
            self.excess_time += if self.excess > 0 { length } else { 0 };
            self.excess_max = self.excess_max.max(self.excess);
            self.active_max = self.active_max.max(self.active);
            self.agents_max = self.agents_max.max(self.agents());
        }
        self.since = now;
    }

    /// Adds the times of another workspace.
    pub(super) fn add(&mut self, other: &Self) {
        // Whoever adds a field is asked here whether it adds up over workspaces and over time.
        let Self {
            active_time,
            draft_time,
            offline_time,
            limited_time,
            full_time,
            excess_time,
            active: _,
            draft: _,
            offline: _,
            limited: _,
            excess: _,
            full: _,
            since: _,
            excess_max: _,
            active_max: _,
            agents_max: _,
        } = other;
        self.active_time += active_time;
        self.draft_time += draft_time;
        self.offline_time += offline_time;
        self.limited_time += limited_time;
        self.full_time += full_time;
        self.excess_time += excess_time;
    }

    /// Agents in any state.
    pub const fn agents(&self) -> u32 {
        self.active + self.draft + self.offline
    }
}
