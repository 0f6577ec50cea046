//! The measures of a group of workspaces.

use std::sync::Arc;

use super::backend::BackendMeasures;
use super::cause::{Causes, GroupCauses};
use super::credits::{CreditMeasures, CreditTally};
use super::histogram::Histogram;
use super::hits::HitMeasures;
use super::moments::PairMoments;
use super::ratio::{Features, Kind, Ratio};
use super::series::{CreditFan, HeatMap, Series};
use super::tally::Tally;
use super::timing::Timing;
use super::window::Window;
use crate::rules::Refusal;
use crate::units::{Credits, SimSpan, SimTime};

/// What is fixed while a group is measured.
pub struct GroupFrame {
    /// The measured window.
    pub window: Window,
    /// What can occur.
    pub features: Features,
    /// Why tries can be refused, in the whole scenario.
    pub causes: Arc<Causes>,
    /// Which of them this group has.
    pub own_causes: GroupCauses,
    /// The figures made of sums over workspaces, in the whole scenario.
    pub ratios: Arc<[Ratio]>,
    /// The spans within which replies are counted as good.
    pub withins: Vec<SimSpan>,
    /// Time of the day (UTC) at the start.
    pub midnight: SimSpan,
}

/// What was measured in a group. Parts measured on different threads merge to the same.
#[derive(Debug, Clone)]
pub struct GroupMeasures {
    /// Time from due to reply.
    pub latency: Timing,
    /// Time in queues of the attempt that succeeded.
    pub wait: Timing,
    /// Time being served.
    pub service: Timing,
    /// Refusals, by cause.
    pub hits: Vec<HitMeasures>,
    /// Limit hits of a workspace, all causes together.
    pub hits_per_workspace: Histogram,
    /// When pools ran out.
    pub credits: CreditMeasures,
    /// Credits left over time, where there are pools.
    pub fan: Option<CreditFan>,
    /// The servers, where each workspace has its own.
    pub backend: Option<BackendMeasures>,
    /// Over time.
    pub series: Series,
    /// Latency over time.
    pub heat: HeatMap,
    /// The greatest number of active agents in a workspace.
    pub active_max: u32,
    /// The greatest number of agents in a workspace.
    pub agents_max: u32,
    /// Workspaces taken up.
    pub workspaces: u64,
    /// Sums over workspaces, one for each of the frame's ratios.
    pub moments: Vec<PairMoments>,
}

/// A message that was replied to.
#[derive(Debug, Clone, Copy)]
pub struct Reply {
    /// When it was due.
    pub due: SimTime,
    /// From due to reply \[ns\].
    pub latency: u64,
    /// In queues \[ns\].
    pub wait: u64,
    /// Being served \[ns\].
    pub service: u64,
}

impl GroupMeasures {
    /// Nothing measured yet, in bins of `width` over `duration`.
    pub fn new(frame: &GroupFrame, width: SimSpan, duration: SimSpan) -> Self {
        let series = Series::new(width, duration, frame.causes.len());
        let bins = series.bins();
        Self {
            latency: Timing::default(),
            wait: Timing::default(),
            service: Timing::default(),
            hits: vec![HitMeasures::default(); frame.causes.len()],
            hits_per_workspace: Histogram::default(),
            credits: CreditMeasures::default(),
            fan: frame.features.pool.then(|| CreditFan::new(width, bins)),
            backend: frame
                .features
                .servers
                .map(|_| BackendMeasures::new(frame.window, width, bins)),
            heat: HeatMap::new(bins),
            series,
            active_max: 0,
            agents_max: 0,
            workspaces: 0,
            moments: vec![PairMoments::default(); frame.ratios.len()],
        }
    }

    /// Books a message that is due now, and its first attempt.
    #[inline]
    pub fn offered(&mut self, tally: &mut Tally, agent: usize, now: SimTime) {
        tally.offered += 1;
        tally.agents[agent].0 += 1;
        let bin = self.series.bin(&mut tally.cursor, now);
        self.series.offered[bin] += 1;
    }

    /// Books a refused attempt of a message that is inside the window.
    pub fn refused(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        refusal: &Refusal,
    ) {
        let cause = frame.own_causes.index(refusal);
        tally.refused[cause] += 1;
        tally.run.refused(&mut self.hits, cause);
        self.hit(frame, tally, now, cause, refusal);
    }

    /// Books an attempt that was admitted.
    #[inline]
    pub fn admitted(&mut self, tally: &mut Tally, agent: usize) {
        tally.agents[agent].1 += 1;
        tally.run.end(&mut self.hits);
    }

    /// Books a message that was replied to.
    #[inline]
    pub fn completed(&mut self, frame: &GroupFrame, tally: &mut Tally, reply: &Reply) {
        tally.completed += 1;
        tally.latency += u128::from(reply.latency);
        tally.wait += u128::from(reply.wait);
        tally.service += u128::from(reply.service);
        tally.waited += u64::from(reply.wait > 0);
        for (count, within) in tally.within.iter_mut().zip(&frame.withins) {
            *count += u64::from(reply.latency <= within.nanos());
        }
        self.latency.record(reply.latency);
        self.wait.record(reply.wait);
        self.service.record(reply.service);
        let bin = self.series.bin(&mut tally.cursor, reply.due);
        self.heat.record(bin, reply.latency);
    }

    /// Books a try to create an agent.
    pub fn create_tried(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        refusal: Option<&Refusal>,
    ) {
        if frame.window.contains(now) {
            tally.creates_tried += 1;
            if let Some(refusal) = refusal {
                tally.creates_refused += 1;
                let cause = frame.own_causes.index(refusal);
                self.hit(frame, tally, now, cause, refusal);
            }
        }
    }

    /// Books a try to enable an agent.
    pub fn enable_tried(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        refusal: Option<&Refusal>,
    ) {
        if !frame.window.contains(now) {
            return;
        }
        tally.enables_tried += 1;
        if let Some(refusal) = refusal {
            tally.enables_refused += 1;
            let cause = frame.own_causes.index(refusal);
            tally.enable_run.refused(&mut self.hits, cause);
            self.hit(frame, tally, now, cause, refusal);
        } else {
            tally.enable_run.end(&mut self.hits);
        }
    }

    /// Books that the number of active agents changed by `change` (the levels are the caller's).
    pub fn active_changed(&mut self, tally: &mut Tally, now: SimTime, change: i64) {
        let bin = self.series.bin(&mut tally.cursor, now);
        self.series.active_change[bin] += change;
    }

    /// Books the opening of a pool.
    pub fn pool_opened(&mut self, tally: &mut Tally, balance: Credits) {
        tally.credits = Some(CreditTally::open(balance));
        self.credits_changed(tally, SimTime::ZERO, balance);
    }

    /// Books a charge that left `balance`.
    #[inline]
    pub fn charged(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        amount: Credits,
        balance: Credits,
    ) {
        if let Some(credits) = &mut tally.credits {
            credits.charged(frame.window, now, amount, balance);
        }
        self.credits_changed(tally, now, Credits::ZERO - amount);
    }

    /// Books a charge given back; `expired` if its period was over by then.
    pub fn restored(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        amount: Credits,
        expired: bool,
    ) {
        if let Some(credits) = &mut tally.credits {
            credits.restored(frame.window, now, amount, expired);
        }
        if !expired {
            self.credits_changed(tally, now, amount);
        }
    }

    /// Books a renewal: `expired` was left over, `granted` is the new balance.
    pub fn renewed(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        expired: Credits,
        granted: Credits,
    ) {
        if let Some(credits) = &mut tally.credits {
            credits.renewed(frame.window, now, expired, granted);
        }
        self.credits_changed(tally, now, granted - expired);
    }

    #[inline]
    fn credits_changed(&mut self, tally: &mut Tally, now: SimTime, change: Credits) {
        let bin = self.series.bin(&mut tally.cursor, now);
        self.series.credits_change[bin] += change.wide();
    }

    /// Takes the readings of the burn-down fan that are due before anything happens at `now`.
    #[inline]
    pub fn read_fan(
        &mut self,
        tally: &mut Tally,
        now: SimTime,
        balance: Credits,
        included: Credits,
    ) {
        let Some(fan) = &mut self.fan else { return };
        while tally.next_reading < fan.readings() && now >= fan.instant(tally.next_reading) {
            let percent = if included > Credits::ZERO {
                (balance.wide() * 100 / included.wide()) as usize
            } else {
                0
            };
            fan.record(tally.next_reading, percent);
            tally.next_reading += 1;
        }
    }

    fn hit(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        cause: usize,
        refusal: &Refusal,
    ) {
        tally.hits += u64::from(refusal.reason.is_limit_hit());
        tally.by_cause[cause].hit(&mut self.hits[cause], now, frame.midnight, refusal.retry_after);
        let bin = self.series.bin(&mut tally.cursor, now);
        self.series.refused[cause][bin] += 1;
    }

    /// Takes up a finished workspace.
    pub fn finish(&mut self, frame: &GroupFrame, tally: &mut Tally) {
        tally.run.end(&mut self.hits);
        tally.enable_run.end(&mut self.hits);
        tally.levels.advance(frame.window, frame.window.until);
        if let Some(credits) = &mut tally.credits {
            credits.close(frame.window, &mut self.credits);
        }
        for (hit, measures) in tally.by_cause.iter().zip(&mut self.hits) {
            hit.finish(measures);
        }
        self.hits_per_workspace.record(tally.hits);
        self.active_max = self.active_max.max(tally.levels.active_max);
        self.agents_max = self.agents_max.max(tally.levels.agents());
        self.workspaces += 1;
        for (moments, ratio) in self.moments.iter_mut().zip(frame.ratios.iter()) {
            let (x, y) = ratio.of(tally);
            moments.add(x, if ratio.kind == Kind::Total { 1 } else { y });
        }
    }

    /// Adds what another part of the group, or another group of the scenario, measured.
    pub fn merge(&mut self, other: &Self) {
        self.latency.merge(&other.latency);
        self.wait.merge(&other.wait);
        self.service.merge(&other.service);
        for (mine, theirs) in self.hits.iter_mut().zip(&other.hits) {
            mine.merge(theirs);
        }
        self.hits_per_workspace.merge(&other.hits_per_workspace);
        self.credits.merge(&other.credits);
        merge_optional(&mut self.fan, other.fan.as_ref(), CreditFan::merge);
        merge_optional(&mut self.backend, other.backend.as_ref(), BackendMeasures::merge);
        self.series.merge(&other.series);
        self.heat.merge(&other.heat);
        self.active_max = self.active_max.max(other.active_max);
        self.agents_max = self.agents_max.max(other.agents_max);
        self.workspaces += other.workspaces;
        for (mine, theirs) in self.moments.iter_mut().zip(&other.moments) {
            mine.merge(theirs);
        }
    }
}

/// Adds `theirs` to `mine`; what only one of them has is kept.
fn merge_optional<T: Clone>(mine: &mut Option<T>, theirs: Option<&T>, merge: fn(&mut T, &T)) {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => merge(mine, theirs),
        (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
        (_, None) => {}
    }
}
