//! Limit hits: how often, when, and how they follow each other.

use super::histogram::Histogram;
use super::series::add_all;
use crate::units::{ClockChange, SimSpan, SimTime};

/// The refusals of one cause in a group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HitMeasures {
    /// Refusals.
    pub count: u64,
    /// Workspaces with at least one.
    pub workspaces: u64,
    /// Refusals of a workspace; workspaces without any count as 0.
    pub per_workspace: Histogram,
    /// Refusals by the hour of the day in which they happened.
    pub by_hour: [u64; 24],
    /// Refusals of this cause in a row, until something was admitted or refused otherwise.
    pub run_length: Histogram,
    /// Time from a refusal to the next one in the same workspace \[ns\].
    pub gap: Histogram,
    /// The `retry_after` of refusals that carried one \[ns\].
    pub retry_after: Histogram,
    /// Time from the start to the first refusal of a workspace \[ns\].
    pub first: Histogram,
}

impl HitMeasures {
    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.workspaces += other.workspaces;
        self.per_workspace.merge(&other.per_workspace);
        add_all(&mut self.by_hour, &other.by_hour);
        self.run_length.merge(&other.run_length);
        self.gap.merge(&other.gap);
        self.retry_after.merge(&other.retry_after);
        self.first.merge(&other.first);
    }
}

/// The refusals of one cause in one workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HitTally {
    /// Refusals so far.
    pub count: u64,
    /// The last one.
    last: SimTime,
}

impl HitTally {
    /// Books one refusal.
    #[inline(always)]
    pub fn hit(
        &mut self,
        measures: &mut HitMeasures,
        now: SimTime,
        clocks: &[ClockChange],
        retry_after: Option<SimSpan>,
    ) {
        measures.count += 1;
        measures.by_hour[ClockChange::hour(clocks, now)] += 1;
        if let Some(wait) = retry_after {
            measures.retry_after.record(wait.nanos());
        }
        if self.count == 0 {
            measures.first.record(now.nanos());
        } else {
            measures.gap.record(now.since(self.last).nanos());
        }
        self.count += 1;
        self.last = now;
    }

    /// Books the end of the workspace.
    pub fn finish(self, measures: &mut HitMeasures) {
        measures.workspaces += u64::from(self.count > 0);
        measures.per_workspace.record(self.count);
    }
}

/// A run of refusals of one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Run {
    cause: usize,
    length: u64,
}

impl Run {
    /// One more refusal; a run of another cause ends.
    pub(super) fn refused(&mut self, hits: &mut [HitMeasures], cause: usize) {
        if self.cause != cause {
            self.end(hits);
            self.cause = cause;
        }
        self.length += 1;
    }

    /// Ends the run: something was admitted, or the workspace is done.
    #[inline]
    pub(super) fn end(&mut self, hits: &mut [HitMeasures]) {
        if self.length > 0 {
            hits[self.cause].run_length.record(self.length);
            self.length = 0;
        }
    }
}
