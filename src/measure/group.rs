//! The measures of a group of workspaces.

use std::sync::Arc;

use super::backend::BackendMeasures;
use super::batches::{BatchSums, Batches};
use super::binned::{BinnedMessages, ByBin};
use super::cause::{Causes, GroupCauses};
use super::credits::CreditMeasures;
use super::features::Features;
use super::histogram::Histogram;
use super::hits::HitMeasures;
use super::moments::PairMoments;
use super::ratio::{Kind, Ratio};
use super::sections::Sections;
use super::series::{CreditFan, HeatMap, Series};
use super::shadow::{GroupShadows, Shadows};
use super::tally::Tally;
use super::timing::Timing;
use super::window::Window;
use crate::rules::{CreditPool, Reason, Refusal};
use crate::units::{ClockChange, Share, SimSpan, SimTime};

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
    /// The limits that only report, in the whole scenario.
    pub shadows: Arc<Shadows>,
    /// Which of them this group has.
    pub own_shadows: GroupShadows,
    /// The figures made of sums over workspaces, in the whole scenario.
    pub ratios: Arc<[Ratio]>,
    /// The spans within which replies are counted as good.
    pub withins: Vec<SimSpan>,
    /// How the clocks go that hours of the day are told by, the first from the start on.
    pub clocks: Arc<[ClockChange]>,
    /// What is collected by bin, for thresholds over windows.
    pub by_bin: ByBin,
    /// The batches of a single run, where nothing else is independent of each other.
    pub batches: Option<Batches>,
    /// The alerts of the group, ascending, each with its place among those of the scenario.
    pub alerts: Vec<(Share, usize)>,
    /// How many alerts the scenario has.
    pub alerts_of_all: usize,
    /// Whether each workspace is told of by itself.
    pub by_workspace: bool,
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
    /// Both latency and service of replies for which that is the same, since they waited for nothing; until
    /// they are [closed](Self::close) they are counted here and not there.
    pub(super) prompt: Timing,
    /// From an attempt to its decision, where that takes time.
    pub decision: Timing,
    /// The most that the pool of a workspace oversold \[thousandths\].
    pub oversold_max: i128,
    /// What the pool of a workspace oversold \[thousandths\], where enforcement is not the ideal.
    pub oversold: Histogram,
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
    /// Messages by bin, where a threshold asks for them.
    pub by_bin: Option<BinnedMessages>,
    /// The greatest number of active agents in a workspace.
    pub active_max: u32,
    /// The greatest number of agents in a workspace.
    pub agents_max: u32,
    /// The greatest number of active agents above the limit in a workspace.
    pub excess_max: u32,
    /// What a workspace spent, in millionths of the scenario's money.
    pub spent: Histogram,
    /// Workspaces taken up.
    pub workspaces: u64,
    /// Sums over workspaces, one for each of the frame's ratios.
    pub moments: Vec<PairMoments>,
    /// What workspaces had counted when each batch ended, where a single run has batches.
    pub batches: BatchSums,
    /// The same measures by sections that are independent of each other.
    pub sections: Sections,
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
            prompt: Timing::default(),
            decision: Timing::default(),
            oversold_max: 0,
            oversold: Histogram::default(),
            hits: vec![HitMeasures::default(); frame.causes.len()],
            hits_per_workspace: Histogram::default(),
            credits: CreditMeasures::new(frame.alerts_of_all),
            fan: frame.features.pool.then(|| CreditFan::new(width, bins)),
            backend: frame
                .features
                .servers
                .map(|_| BackendMeasures::new(frame.window, width, bins)),
            heat: HeatMap::new(bins),
            by_bin: BinnedMessages::new(frame.by_bin, bins, frame.withins.len()),
            series,
            active_max: 0,
            agents_max: 0,
            excess_max: 0,
            spent: Histogram::default(),
            workspaces: 0,
            moments: vec![PairMoments::default(); frame.ratios.len()],
            batches: BatchSums::new(frame),
            sections: Sections::new(frame.batches, bins),
        }
    }

    /// Books an attempt of a message that is inside the window; the first one is made when the
    /// message is due.
    #[inline(always)]
    pub fn attempted(&mut self, tally: &mut Tally, agent: usize, now: SimTime, is_first: bool) {
        let bin = self.series.bin(&mut tally.cursor, now);
        self.series.offered[bin] += 1;
        tally.attempts += 1;
        if is_first {
            tally.offered += 1;
            tally.agents[agent].offered += 1;
            if let Some(by_bin) = &mut self.by_bin {
                by_bin.offered[bin] += 1;
            }
        }
    }

    /// Books an attempt of a message that is inside the window, made at `made`, which is refused at
    /// `now`. Hits follow each other in the order in which they are decided; the series has attempts
    /// and what became of them in the same bin.
    #[inline]
    pub fn refused(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        ((made, is_first), now): ((SimTime, bool), SimTime),
        refusal: &Refusal,
    ) {
        let cause = frame.own_causes.index(refusal);
        tally.refused[cause] += 1;
        tally.first_refused += u64::from(is_first);
        tally.run.refused(&mut self.hits, cause);
        self.hit(frame, tally, now, cause, refusal);
        self.refused_in_series(tally, made, cause);
    }

    /// Books an attempt that was admitted.
    #[inline(always)]
    pub fn admitted(&mut self, tally: &mut Tally) {
        tally.run.end(&mut self.hits);
    }

    /// Books how long it took until an attempt was decided at `now`.
    pub fn decided(&mut self, tally: &mut Tally, now: SimTime, took: SimSpan) {
        self.decision.record(took.nanos());
        if self.sections.are_batches() {
            self.sections.decided(self.series.bin(&mut tally.cursor, now), took.nanos());
        }
        tally.decision += u128::from(took.nanos());
        tally.decided += 1;
    }

    /// Books an attempt that limits which only report would have refused: `exceeded` are their
    /// places among the throttles from number `first` on.
    pub fn reported(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        (exceeded, first): (&[u16], u16),
    ) {
        for throttle in exceeded {
            tally.shadow[frame.own_shadows.of_throttle(first + throttle)] += 1;
        }
    }

    /// Books a try that slots or a pool which only report would have refused for this reason.
    pub fn reported_for(&mut self, frame: &GroupFrame, tally: &mut Tally, reason: Reason) {
        tally.shadow[frame.own_shadows.of_reason(reason)] += 1;
    }

    /// Books a message that was replied to.
    #[inline(always)]
    pub fn completed(&mut self, frame: &GroupFrame, tally: &mut Tally, reply: Reply) {
        tally.completed += 1;
        tally.latency += u128::from(reply.latency);
        tally.service += u128::from(reply.service);
        tally.replied_within(&frame.withins, reply.latency);
        // Most wait for nothing, or all do.
        if reply.latency == reply.service {
            self.prompt.record_in_part(reply.latency);
        } else {
            self.latency.record_in_part(reply.latency);
            self.service.record_in_part(reply.service);
            self.wait.record_in_part(reply.wait);
            tally.waited += u64::from(reply.wait > 0);
            tally.wait += u128::from(reply.wait);
        }
        let bin = self.series.bin(&mut tally.cursor, reply.due);
        self.heat.record(bin, reply.latency);
        self.sections.replied(bin, reply);
        if let Some(by_bin) = &mut self.by_bin {
            by_bin.replied(bin, reply, &frame.withins);
        }
    }

    #[inline(always)]
    pub(super) fn hit(
        &mut self,
        frame: &GroupFrame,
        tally: &mut Tally,
        now: SimTime,
        cause: usize,
        refusal: &Refusal,
    ) {
        if refusal.reason.is_limit_hit() {
            tally.hits += 1;
            if let Some(blocked) = &mut tally.blocked {
                blocked.hit(refusal.reason, now, frame.window.until);
            }
        }
        tally.by_cause[cause].hit(&mut self.hits[cause], now, &frame.clocks, refusal.retry_after);
    }

    /// Books that an attempt was admitted above limiters, as places in the list of the group.
    pub fn over_admitted(&self, frame: &GroupFrame, tally: &mut Tally, limiters: &[u16]) {
        for &limiter in limiters {
            if let Some(cause) = frame.own_causes.of_limiter(limiter) {
                tally.over_admitted[cause] += 1;
            }
        }
    }

    pub(super) fn refused_in_series(&mut self, tally: &mut Tally, now: SimTime, cause: usize) {
        let bin = self.series.bin(&mut tally.cursor, now);
        self.series.refused[cause][bin] += 1;
    }

    /// Takes up a finished workspace.
    pub fn finish(&mut self, frame: &GroupFrame, tally: &mut Tally, pool: Option<&CreditPool>) {
        self.latency.add_sum(tally.latency);
        self.wait.add_sum(tally.wait);
        self.service.add_sum(tally.service);
        tally.run.end(&mut self.hits);
        tally.enable_run.end(&mut self.hits);
        tally.levels.advance(frame.window, frame.window.until);
        if let (Some(credits), Some(pool)) = (&mut tally.credits, pool) {
            credits.finish(frame.window, pool, &mut self.credits);
        }
        let oversold = tally.credits.as_ref().map_or(0, |credits| credits.flows.oversold);
        self.oversold_max = self.oversold_max.max(oversold);
        if frame.features.enforced && pool.is_some() {
            // What was charged before the window may be given back in it.
            self.oversold.record(u64::try_from(oversold.max(0)).unwrap_or(u64::MAX));
        }
        for (hit, measures) in tally.by_cause.iter().zip(&mut self.hits) {
            hit.finish(measures);
        }
        self.hits_per_workspace.record(tally.hits);
        self.active_max = self.active_max.max(tally.levels.active_max);
        self.agents_max = self.agents_max.max(tally.levels.agents_max);
        self.excess_max = self.excess_max.max(tally.levels.excess_max);
        if frame.features.prices {
            // What was charged before the window may be given back in it.
            let millionths = tally.money.total().max(0);
            self.spent.record(u64::try_from(millionths).unwrap_or(u64::MAX));
        }
        self.workspaces += 1;
        for (moments, ratio) in self.moments.iter_mut().zip(frame.ratios.iter()) {
            let (x, y) = ratio.of(tally);
            moments.add(x, if ratio.kind == Kind::Total { 1 } else { y });
        }
    }

    /// Completes the measures when the last workspace is [finished](Self::finish): before that they are not to
    /// be read.
    pub fn close(&mut self) {
        let prompt = std::mem::take(&mut self.prompt);
        self.latency.merge(&prompt);
        self.service.merge(&prompt);
        self.wait.record_nothing(prompt.count());
    }

    /// Adds what another part of the group, or another group of the scenario, measured.
    pub fn merge(&mut self, other: &Self) {
        self.latency.merge(&other.latency);
        self.wait.merge(&other.wait);
        self.service.merge(&other.service);
        self.prompt.merge(&other.prompt);
        self.decision.merge(&other.decision);
        self.oversold_max = self.oversold_max.max(other.oversold_max);
        self.oversold.merge(&other.oversold);
        for (mine, theirs) in self.hits.iter_mut().zip(&other.hits) {
            mine.merge(theirs);
        }
        self.hits_per_workspace.merge(&other.hits_per_workspace);
        self.credits.merge(&other.credits);
        merge_optional(&mut self.fan, other.fan.as_ref(), CreditFan::merge);
        merge_optional(&mut self.backend, other.backend.as_ref(), BackendMeasures::merge);
        self.series.merge(&other.series);
        self.heat.merge(&other.heat);
        if let (Some(mine), Some(theirs)) = (&mut self.by_bin, &other.by_bin) {
            mine.merge(theirs);
        }
        self.active_max = self.active_max.max(other.active_max);
        self.agents_max = self.agents_max.max(other.agents_max);
        self.excess_max = self.excess_max.max(other.excess_max);
        self.spent.merge(&other.spent);
        self.workspaces += other.workspaces;
        for (mine, theirs) in self.moments.iter_mut().zip(&other.moments) {
            mine.merge(theirs);
        }
        self.batches.merge(&other.batches);
        self.sections.merge(&other.sections);
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
