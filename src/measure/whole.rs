//! The measures of a whole run.

use std::ops::Range;
use std::sync::Arc;

use super::capacity::Capacity;
use super::cohorts::Cohorts;
use super::group::{GroupFrame, GroupMeasures};
use super::moments::PairMoments;
use super::platform::PlatformMeasures;
use super::series::bins;
use crate::units::{SimSpan, SimTime};

/// What is fixed while a scenario is measured.
pub struct Frame {
    /// The frame of each group, in the scenario's order.
    pub groups: Vec<GroupFrame>,
    /// The frame of all groups together.
    pub all: GroupFrame,
    /// Those of plans, where something is asked of one.
    pub plans: Vec<PlanFrame>,
    /// Which workspaces are measured together.
    pub cohorts: Cohorts,
    /// How many servers the platform's backend has, if there is one.
    pub platform_servers: Option<Capacity>,
    /// How many servers all workspaces have together, where each has its own, unless the timeline
    /// changes that.
    pub own_servers: Option<u64>,
    /// The width of a bin of the series.
    pub bin: SimSpan,
    /// Until when messages arrive.
    pub duration: SimSpan,
    /// How many replications are to be simulated, at least 1.
    pub replications: u32,
    /// Whether workspaces of a replication are simulated together, and replications are told apart.
    pub meet: bool,
    /// Whether what happens in one workspace depends on the others.
    pub depend: bool,
}

impl Frame {
    /// How many bins the series have.
    pub fn bins(&self) -> usize {
        bins(self.bin, self.duration)
    }

    /// The cohorts of each whole that is told of: of all groups, of each group, of each plan.
    pub fn wholes(&self) -> impl Iterator<Item = Vec<usize>> {
        let all = std::iter::once((0..self.cohorts.count()).collect());
        let groups = self.cohorts.by_group().map(Iterator::collect);
        all.chain(groups).chain(self.plans.iter().map(|plan| plan.cohorts.clone()))
    }
}

/// What is fixed of the workspaces that begin on a plan, of one group or of all.
pub struct PlanFrame {
    /// How results name them: `plan=pro`, or `group=shops,plan=pro`.
    pub name: String,
    /// The cohorts that they are.
    pub cohorts: Vec<usize>,
    /// The groups that these are of, by their places.
    pub groups: Vec<usize>,
    /// Whether it is drawn who begins on it: else these groups have no other plan at the start.
    pub is_drawn: bool,
    /// The frame of all of them together.
    pub frame: GroupFrame,
}

/// Whose measures are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of all groups together.
    All,
    /// Those of a group, by its place in the scenario.
    Group(usize),
    /// Those of a plan, by its place among those of the frame.
    Plan(usize),
}

/// What was measured in a run, over all its replications: counts are their sums.
pub struct Measures {
    /// What is fixed.
    pub frame: Arc<Frame>,
    /// By group, in the scenario's order.
    pub groups: Vec<GroupMeasures>,
    /// All groups together.
    pub all: GroupMeasures,
    /// Those of plans, in the order of the frame.
    pub plans: Vec<PlanMeasures>,
    /// The platform's servers, if it has any.
    pub platform: Option<PlatformMeasures>,
    /// How many replications were simulated, at least 1: of an interrupted run those that were
    /// finished where workspaces meet, and those that had begun where they do not.
    pub replications: u32,
    /// Whether sums are over replications, each of which is one observation.
    pub by_replication: bool,
    /// Set if the run was interrupted.
    pub interrupted: Option<Interruption>,
}

/// What was measured of the workspaces that begin on a plan.
pub struct PlanMeasures {
    /// All of them together.
    pub all: GroupMeasures,
    /// For each group that some of them are of, sums over all of its workspaces, with nothing of those that
    /// begin on other plans, one for each of the frame's ratios. How many begin on a plan is chance, so that
    /// is what an interval of a total is made of. None where sums are over replications.
    pub strata: Vec<Vec<PairMoments>>,
}

impl Measures {
    /// What was measured in each cohort, of one replication that was finished, without the platform's
    /// servers. Where replications are told apart there are sums over them for each [whole](Frame::wholes),
    /// one for each of the frame's ratios.
    pub fn of_cohorts(
        frame: Arc<Frame>,
        mut cohorts: Vec<GroupMeasures>,
        sums: Option<Vec<Vec<PairMoments>>>,
    ) -> Self {
        cohorts.iter_mut().for_each(GroupMeasures::close);
        let nothing = |of: &GroupFrame| GroupMeasures::new(of, frame.bin, frame.duration);
        let mut all = nothing(&frame.all);
        for cohort in &cohorts {
            all.merge(cohort);
        }
        let by_group: Vec<Range<usize>> = frame.cohorts.by_group().collect();
        let of_plan = |plan: &PlanFrame| {
            let mut all = nothing(&plan.frame);
            for &cohort in &plan.cohorts {
                all.merge(&cohorts[cohort]);
            }
            let stratum = |(&cohort, &group): (&usize, &usize)| {
                let own = &cohorts[by_group[group].clone()];
                let workspaces: u64 = own.iter().map(|cohort| cohort.workspaces).sum();
                let own = &cohorts[cohort];
                let with_nothing = |moments: &PairMoments| {
                    let mut moments = *moments;
                    moments.add_nothing(workspaces - own.workspaces);
                    moments
                };
                own.moments.iter().map(with_nothing).collect()
            };
            // Of nobody nothing is known, how many there might have been neither.
            let is_known = sums.is_none() && all.workspaces > 0;
            let strata = plan.cohorts.iter().zip(&plan.groups).filter(|_| is_known);
            let strata = strata.map(stratum).collect();
            PlanMeasures { all, strata }
        };
        let mut plans: Vec<PlanMeasures> = frame.plans.iter().map(of_plan).collect();
        let mut rest = cohorts.into_iter();
        let of_group = |(of, cohorts): (&GroupFrame, Range<usize>)| {
            let own = rest.by_ref().take(cohorts.len());
            let sum = own.reduce(|mut sum, next| {
                sum.merge(&next);
                sum
            });
            sum.unwrap_or_else(|| nothing(of))
        };
        let groups = frame.groups.iter().zip(frame.cohorts.by_group());
        let mut groups: Vec<GroupMeasures> = groups.map(of_group).collect();
        let by_replication = sums.is_some();
        let of_plans = plans.iter_mut().map(|plan| &mut plan.all);
        let wholes = std::iter::once(&mut all).chain(&mut groups).chain(of_plans);
        for (whole, sums) in wholes.zip(sums.into_iter().flatten()) {
            whole.moments = sums;
        }
        let (platform, replications, interrupted) = (None, 1, None);
        Self { frame, groups, all, plans, platform, replications, by_replication, interrupted }
    }

    /// What was measured of these, and what is fixed of them.
    pub fn of(&self, whose: Whose) -> (&GroupFrame, &GroupMeasures) {
        match whose {
            Whose::All => (&self.frame.all, &self.all),
            Whose::Group(place) => (&self.frame.groups[place], &self.groups[place]),
            Whose::Plan(place) => (&self.frame.plans[place].frame, &self.plans[place].all),
        }
    }
}

/// How far an interrupted run had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// Only this many workspaces were simulated, of all replications, each to its end.
    Workspaces(u64),
    /// Only this many replications were simulated, each to its end.
    Replications(u32),
    /// All workspaces were simulated, up to this instant; of replications only the first.
    Until(SimTime),
}
