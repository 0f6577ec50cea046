//! What a change of policy does to each workspace: two scenarios on the same draws.

mod comparable;
mod groups;
mod model;
mod workspace;

use thiserror::Error;

use self::comparable::{mismatches, notes, other_draws};
use self::groups::groups;
pub use self::model::{
    Change, CountChange, DiffSummary, GroupDiff, HoursDiff, MetricDiff, Policy, ReasonDiff, Side,
    Verdict, Verdicts, WorkspaceDiff, WorkspaceShare, diff_schema,
};
pub use self::workspace::WorkspaceComparison;
use crate::engine::{self, ByWorkspace, EngineError, RunOptions, Watch, run_by_workspace};
use crate::rules::Reason;
use crate::scenario::{Scenario, Settling};
use crate::units::SimSpan;

/// How many of the workspaces that change most are in the summary.
const MOST_CHANGED: usize = 10;

/// What came of comparing two policies.
#[derive(Debug)]
pub struct Comparison {
    /// Its figures.
    pub summary: DiffSummary,
    /// Every workspace: those whose verdict says most first, then those whose hours changed most.
    pub workspaces: Vec<WorkspaceComparison>,
    /// The reasons of limit hits that can occur under A or B, in the order of [`Reason::ALL`].
    pub reasons: Vec<Reason>,
    /// Whether anything has a price, under A and under B.
    pub has_prices: [bool; 2],
}

/// Why two policies were not compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DiffError {
    /// They are not about the same customers over the same time: every difference, in sentences
    /// without their ends.
    #[error("A and B cannot be compared:\n  {}", .0.join("\n  "))]
    Incomparable(Vec<String>),
    /// One of them could not be run.
    #[error("{side}: {source}")]
    Run {
        /// Which one.
        side: Side,
        /// Why.
        source: EngineError,
    },
    /// The watch asked to stop. Half of a comparison says nothing.
    #[error("interrupted: nothing was compared")]
    Interrupted,
}

/// Runs two policies on the same draws, and compares what they do to each workspace: the first
/// replication of both.
///
/// The comparison depends on the scenarios alone, not on `options`.
///
/// # Errors
///
/// [`DiffError`] if the scenarios differ in their seed, start, duration, warm-up or groups, if one of
/// them loops in no time or was built in code and has a flaw, or if `watch` asked to stop.
///
/// # Panics
///
/// If the system cannot start so many threads, or if a limiter or an arrival process of one's own
/// panics.
///
/// # Examples
///
/// ```
/// use limitlab::planning::diff;
/// use limitlab::{RunOptions, Watch, parse};
///
/// let text = "{ limitlab: 1, name: small, duration: 5h, workspaces: [{ group: shops, count: 3,
///     agents: [{ name: sales, traffic: { interarrival: 10m } }],
///     fair_use: [{ name: few, scope: workspace, token_bucket: { rate: 1/d, burst: 30 } }] }] }";
/// let before = parse("before.yaml", text, &[])?;
/// let after = parse("after.yaml", &text.replace("30", "8"), &[])?;
/// let comparison = diff(&before, &after, RunOptions::default(), &Watch::default())?;
///
/// // 29 messages come, so nobody hit the limit before; after it the last 21 are refused.
/// let all = &comparison.summary.groups["all"];
/// assert_eq!(all.verdicts.newly_limited.workspaces, 3);
/// assert_eq!((all.hits.a, all.hits.b), (0, 63));
/// assert_eq!(all.hours_blocked.total.change, 12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff(
    a: &Scenario,
    b: &Scenario,
    options: RunOptions,
    watch: &Watch,
) -> Result<Comparison, DiffError> {
    // Both are measured over the same time: from when both have settled.
    let settle = |side, scenario| {
        engine::settle(scenario, options, watch).map_err(|source| DiffError::Run { side, source })
    };
    let (mut a, mut b) = (settle(Side::A, a)?, settle(Side::B, b)?);
    if [&a, &b].iter().all(|it| matches!(it.settling, Settling::Found { .. })) {
        let warm_up = a.warm_up.max(b.warm_up);
        (a.to_mut().warm_up, b.to_mut().warm_up) = (warm_up, warm_up);
    }
    let (a, b) = (&*a, &*b);
    let differences = mismatches(a, b);
    if !differences.is_empty() {
        return Err(DiffError::Incomparable(differences));
    }
    let run = |side, scenario| {
        let told = run_by_workspace(scenario, options, watch)
            .map_err(|source| DiffError::Run { side, source })?;
        if told.interrupted.is_some() { Err(DiffError::Interrupted) } else { Ok(told) }
    };
    let (of_a, of_b) = (run(Side::A, a)?, run(Side::B, b)?);
    let reasons = reasons([&of_a, &of_b]);
    let mut workspaces = workspace::pairs([a, b], [&of_a, &of_b]);
    let names: Vec<&str> = a.groups.iter().map(|group| group.name.as_str()).collect();
    let groups = groups(&names, [&of_a.summary, &of_b.summary], &workspaces, &reasons);
    workspace::sort(&mut workspaces);
    let changed = workspaces.iter().take(MOST_CHANGED).filter(|it| it.has_changed());
    let most_changed = changed.map(WorkspaceComparison::told).collect();
    let has_prices =
        [&of_a, &of_b].map(|told| told.summary.metric("all", "earned.total").is_some());
    let policy = |told: ByWorkspace| Policy {
        scenario: told.summary.scenario,
        set: Vec::new(),
        validity: told.summary.validity,
    };
    let other_draws = other_draws(a, b);
    let summary = DiffSummary {
        limitlab: env!("CARGO_PKG_VERSION").to_owned(),
        seed: a.seed,
        hours: a.duration.nanos().div_ceil(SimSpan::HOUR.nanos()),
        a: policy(of_a),
        b: policy(of_b),
        same_draws: other_draws.is_empty(),
        notes: [notes(a, b), other_draws].concat(),
        groups,
        most_changed,
    };
    Ok(Comparison { summary, workspaces, reasons, has_prices })
}

/// The reasons of limit hits that can occur under one of the policies.
fn reasons(told: [&ByWorkspace; 2]) -> Vec<Reason> {
    let can_occur = |reason: &Reason| {
        let mut causes = told.iter().flat_map(|it| &it.summary.groups["all"].refusals);
        causes.any(|cause| cause.reason == reason.name())
    };
    Reason::ALL.into_iter().filter(|it| it.is_limit_hit() && can_occur(it)).collect()
}
