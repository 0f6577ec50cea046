//! What a group measures of the lives of its agents: created, enabled, active.

use super::group::{GroupFrame, GroupMeasures};
use super::series::SlotLimit;
use super::tally::Tally;
use crate::rules::Refusal;
use crate::units::SimTime;

impl GroupMeasures {
    /// Books tries to create agents that were admitted.
    pub fn created(&self, frame: &GroupFrame, tally: &mut Tally, now: SimTime, agents: u32) {
        if frame.window.contains(now) {
            tally.creates_tried += u64::from(agents);
        }
    }

    /// Books a try to create an agent that was refused.
    pub fn create_refused(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        refusal: &Refusal,
    ) {
        if frame.window.contains(now) {
            tally.creates_tried += 1;
            tally.creates_refused += 1;
            let cause = frame.own_causes.index(refusal);
            self.hit(frame, tally, now, cause, refusal);
            self.refused_in_series(tally, now, cause);
        }
    }

    /// Books tries to enable agents that were admitted.
    pub fn enabled(&mut self, frame: &GroupFrame, tally: &mut Tally, now: SimTime, agents: u32) {
        if agents > 0 && frame.window.contains(now) {
            tally.enables_tried += u64::from(agents);
            tally.enable_run.end(&mut self.hits);
        }
    }

    /// Books a try to enable an agent that was refused.
    pub fn enable_refused(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        refusal: &Refusal,
    ) {
        if !frame.window.contains(now) {
            return;
        }
        tally.enables_tried += 1;
        tally.enables_refused += 1;
        let cause = frame.own_causes.index(refusal);
        tally.enable_run.refused(&mut self.hits, cause);
        self.hit(frame, tally, now, cause, refusal);
        // A column of the series is of attempts or of other tries, not of both.
        if !refusal.reason.refuses_attempts() {
            self.refused_in_series(tally, now, cause);
        }
    }

    /// Books that the number of active agents changed by `change` (the levels are the caller's).
    pub fn active_changed(&mut self, tally: &mut Tally, now: SimTime, change: i64) {
        let bin = self.series.bin(&mut tally.cursor, now);
        self.series.active_change[bin] += change;
    }

    /// Books how many agents a workspace's plan lets be active from `now` on; `None` is unlimited.
    pub fn limit_changed(&mut self, tally: &mut Tally, now: SimTime, limit: Option<u32>) {
        let limit = SlotLimit::of(limit);
        let bin = self.series.bin(&mut tally.cursor, now);
        self.series.limit_change[bin] += limit - std::mem::replace(&mut tally.limit, limit);
    }

    /// Books that an agent was enabled that had waited for a slot since `since`.
    pub fn waited_for_slot(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        since: SimTime,
    ) {
        if frame.window.contains(now) {
            tally.enables_waited += 1;
            tally.enables_wait += u128::from((now - since).nanos());
        }
    }
}
